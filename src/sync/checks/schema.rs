//! The manifest's fields against what the cloud returns and what its schema knows.

use futures::future::try_join_all;

use super::diagnostic::{Check, Diagnostic, Severity};
use crate::cloudkit::{Client, Comparator, Error, Query, Trouble};
use crate::record::table::Table;
use crate::record::{FieldType, Kind, Location, OwnedField, Reference, Value};

/// What the schema says about fields that no record of the cloud has shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SchemaFindings {
    /// Fields that it does not know.
    pub missing: Vec<String>,
    /// Fields that have another type there: the field and that type.
    pub otherwise: Vec<(String, String)>,
}

/// Asks the schema about fields. A query that filters on a field is refused with a reason of its own where there is no
/// such field, whatever its indexes are (protocol notes, 3.1).
///
/// # Errors
/// Trouble that has nothing to do with the fields.
pub async fn ask_schema(
    client: &Client,
    record_type: &str,
    fields: &[OwnedField],
) -> Result<SchemaFindings, Error> {
    let asked = fields.iter().map(async |field| {
        let query = filtered_on(record_type, field);
        match client.query(&query, None).await {
            Ok(_) => Ok(None),
            Err(Error::Refused(refusal)) if refusal.status == 400 => Ok(Some(refusal.reason)),
            Err(error) if error.trouble() == Trouble::Request => Ok(None),
            Err(error) => Err(error),
        }
    });
    let mut findings = SchemaFindings::default();
    for (field, reason) in fields.iter().zip(try_join_all(asked).await?) {
        let Some(reason) = reason else { continue };
        if reason.contains("Did not find field") {
            findings.missing.push(field.name.clone());
        } else if let Some(found) = expected_type(&reason).filter(|found| *found != field.field_type) {
            findings.otherwise.push((field.name.clone(), found.to_string()));
        }
    }
    Ok(findings)
}

/// The type in `Invalid value, expected type TIMESTAMP.`
fn expected_type(reason: &str) -> Option<FieldType> {
    let (_, rest) = reason.split_once("expected type ")?;
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    rest.get(..end.unwrap_or(rest.len()))?.parse().ok()
}

fn filtered_on(record_type: &str, field: &OwnedField) -> Query {
    let query = Query::of(record_type).limit(1);
    let name = field.name.as_str();
    let value = match field.field_type.kind() {
        Kind::String | Kind::Asset => Value::String(String::new()),
        Kind::Int64 => Value::Int64(0),
        Kind::Double => Value::Double(0.0),
        Kind::Timestamp => Value::Timestamp(0),
        Kind::Bytes => Value::Bytes(Vec::new()),
        Kind::Location => Value::Location(Location::at(0.0, 0.0)),
        Kind::Reference => Value::Reference(Reference::to("_")),
    };
    match (field.field_type, value) {
        (FieldType::List(_), value) => query.filter(name, Comparator::ListContains, value),
        (_, Value::Location(place)) => query.near(name, place, 1.0),
        (_, value) => query.filter(name, Comparator::Equals, value),
    }
}

/// The fields of a table whose every value in the cloud has another type than in the manifest: such a type cannot be
/// synced, since each write would be refused.
pub fn other_types(table: &Table) -> Vec<Diagnostic> {
    let fields = table.observed().filter(|(_, seen)| !seen.as_mapped);
    let found = fields.filter_map(|(field, seen)| {
        let types: Vec<&str> = seen.otherwise.keys().map(String::as_str).collect();
        (!types.is_empty()).then(|| other_type(&table.shape().record_type, field, &types.join(" and ")))
    });
    found.collect()
}

/// Fields of which some records have another type: no schema allows that, so the answer is odd and not the manifest.
pub(super) fn mixed_types(table: &Table) -> Vec<Diagnostic> {
    let fields = table.observed().filter(|(_, seen)| seen.as_mapped);
    let found = fields.flat_map(|(field, seen)| {
        seen.otherwise.iter().map(|(found, name)| Diagnostic {
            severity: Severity::Warning,
            name: Some(name.clone()),
            message: format!(
                "{}.{}: the manifest says {}, the cloud has {found} in some records, '{name}' among them",
                table.shape().record_type,
                field.name,
                field.field_type
            ),
            help: None,
            ..other_type(&table.shape().record_type, field, found)
        })
    });
    found.collect()
}

/// A field that has another type in the cloud.
pub fn other_type(record_type: &str, field: &OwnedField, found: &str) -> Diagnostic {
    let (name, mapped) = (&field.name, field.field_type);
    Diagnostic {
        check: Check::FieldTypes,
        severity: Severity::Error,
        record_type: record_type.to_owned(),
        name: None,
        field: Some(name.clone()),
        place: None,
        more: 0,
        message: format!("{record_type}.{name}: the manifest says {mapped}, the cloud has {found}"),
        help: Some(format!(
            "set {name} in [type.{record_type}.fields] of skydeck.toml to {found}, or map a field that is {mapped} in the schema"
        )),
    }
}

/// A field that the schema lacks.
pub fn missing_field(environment: &str, severity: Severity, record_type: &str, field: &str) -> Diagnostic {
    let help = match environment {
        "production" => "deploy the schema to production (CloudKit Console, Deploy Schema Changes)",
        _ => {
            "add the field in CloudKit Console (Schema, Record Types), or take it out of skydeck.toml; CloudKit may also add it by itself here, in development"
        }
    };
    Diagnostic {
        check: Check::MissingFields,
        severity,
        record_type: record_type.to_owned(),
        name: None,
        field: Some(field.to_owned()),
        place: None,
        more: 0,
        message: format!("{record_type}.{field}: the schema of {environment} has no such field"),
        help: Some(help.to_owned()),
    }
}
