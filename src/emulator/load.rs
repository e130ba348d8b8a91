//! Many records at once, past the protocol: to fill a store before anybody asks, and to look at it afterwards.

use serde_json::{Map, Value};

use super::app::App;
use super::db::Database;
use super::fail::Failure;
use super::fields::{fit, links, stored};
use super::keys::user_record_name;
use super::options::Environment;
use super::record::View;
use super::rows::Row;
use super::value::{Incoming, Reading, record_name_fault};

/// A record to be loaded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LoadRecord {
    /// Its type, which the schema must know.
    pub record_type: String,
    /// Its name, not yet taken.
    pub record_name: String,
    /// `{"title": {"value": "Milk", "type": "STRING"}}`
    pub fields: Map<String, Value>,
    /// Milliseconds since 1970; now, when left out.
    pub created: Option<i64>,
    /// Milliseconds since 1970; as `created`, when left out.
    pub modified: Option<i64>,
    /// The change tag; a new one, when left out.
    pub tag: Option<String>,
}

/// Why records were not loaded, or a store could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The source could not be read.
    #[error(transparent)]
    Read(#[from] std::io::Error),
    /// A line is not JSON.
    #[error("not JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A record does not fit.
    #[error("record '{record}'{}: {reason}", field.as_ref().map(|f| format!(", field '{f}'")).unwrap_or_default())]
    Refused {
        /// Its name.
        record: String,
        /// The field that is wrong, if it is one.
        field: Option<String>,
        /// What is wrong.
        reason: String,
    },
    /// The store failed.
    #[error("emulator store: {0}")]
    Store(String),
}

impl From<std::convert::Infallible> for LoadError {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}

impl From<rusqlite::Error> for LoadError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.to_string())
    }
}

impl LoadError {
    pub(super) fn refused(record: &str, field: Option<&str>, reason: impl Into<String>) -> Self {
        Self::Refused {
            record: record.to_owned(),
            field: field.map(str::to_owned),
            reason: reason.into(),
        }
    }
}

impl LoadRecord {
    /// Reads a record as the service writes it, one line of an NDJSON file.
    pub fn from_wire(line: &str) -> Result<Self, LoadError> {
        let mut record: Map<String, Value> = serde_json::from_str(line)?;
        let mut text = |member: &str| match record.remove(member) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        };
        let (record_name, record_type) = (text("recordName"), text("recordType"));
        let tag = text("recordChangeTag");
        let record_name = record_name.ok_or_else(|| LoadError::refused("", None, "no recordName"))?;
        let record_type =
            record_type.ok_or_else(|| LoadError::refused(&record_name, None, "no recordType"))?;
        let fields = match record.remove("fields") {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(fields)) => fields,
            Some(_) => return Err(LoadError::refused(&record_name, None, "fields is not an object")),
        };
        let time = |member: &str| record.get(member)?.get("timestamp")?.as_i64();
        Ok(Self {
            record_type,
            record_name,
            fields,
            created: time("created"),
            modified: time("modified"),
            tag,
        })
    }
}

/// Adds records in one transaction. Nothing that was written is read again.
pub(super) fn load<E: Into<LoadError>>(
    app: &App,
    environment: Environment,
    records: impl IntoIterator<Item = Result<LoadRecord, E>>,
) -> Result<u64, LoadError> {
    app.state().db.transaction(|db| {
        let person = db.person(&user_record_name("loader"))?;
        let mut count = 0;
        for record in records {
            let record = record.map_err(Into::into)?;
            add(app, db, environment, person, record)?;
            count += 1;
        }
        Ok(count)
    })
}

fn add(
    app: &App,
    db: &mut Database,
    environment: Environment,
    person: i64,
    record: LoadRecord,
) -> Result<(), LoadError> {
    let LoadRecord {
        record_type,
        record_name: name,
        fields,
        created,
        modified,
        tag,
    } = record;
    if let Some(fault) = record_name_fault(&name) {
        return Err(LoadError::refused(&name, None, fault));
    }
    let Some(schema) = app.schema.types.get(&record_type) else {
        return Err(LoadError::refused(
            &name,
            None,
            format!("Did not find record type: {record_type}"),
        ));
    };
    let mut kept = Map::new();
    for (field, member) in fields {
        let fitted = Incoming::decode(&member)
            .and_then(|incoming| fit(&record_type, schema, &field, &incoming, Reading::default()))
            .map_err(|failure| LoadError::refused(&name, Some(&field), failure.reason))?;
        if let Some(member) = fitted {
            kept.insert(field, member);
        }
    }
    let links = links(&kept);
    let created = created.unwrap_or_else(|| db.clock.now_ms());
    let row = Row {
        id: 0,
        kind: db.kind_or_new(environment, &record_type)?,
        tag: tag.unwrap_or_else(|| db.next_tag()),
        created,
        created_by: person,
        modified: modified.unwrap_or(created),
        modified_by: person,
        fields: stored(kept).map_err(|failure: Failure| LoadError::refused(&name, None, failure.reason))?,
        name,
    };
    let id = db
        .insert(environment, &row)
        .map_err(|error| match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::ConstraintViolation) => {
                LoadError::refused(&row.name, None, "record to insert already exists")
            }
            _ => error.into(),
        })?;
    if !links.is_empty() {
        db.set_links(environment, id, &links)?;
    }
    Ok(())
}

/// Every record as the service writes it, by name.
pub(super) fn dump(app: &App, environment: Environment) -> Result<Vec<Value>, LoadError> {
    let state = app.state();
    let view = View {
        desired: None,
        numbers_as_strings: false,
        drop_types: false,
        addresses: &app.addresses,
    };
    let rows = state.db.all(environment)?;
    rows.iter()
        .map(|row| Ok(serde_json::from_str(&view.text(&state.db, row))?))
        .collect()
}
