//! Filters of a query: what each comparator needs of the schema, and whether a record passes.
//!
//! Where the service's behaviour is not known: strings compare by bytes; a missing value passes no filter, not even a
//! negated one; words are split at what is not alphanumeric and compared in lower case; `NEAR` is the great circle,
//! bound included; `LIST_MEMBER_BEGINS_WITH` is true for any member.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::db::Database;
use super::fail::Failure;
use super::rows::Row;
use super::schema::{FieldType, Indexes, Kind, SystemField, TypeSchema};
use super::value::{Incoming, Reading, Tag, mismatch};
use super::wire;

/// A value in comparable form.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Scalar {
    Int(i64),
    Double(f64),
    Text(String),
    Place(f64, f64),
}

impl Scalar {
    /// Reads a stored value.
    pub(super) fn read(kind: Kind, value: &Value) -> Option<Self> {
        let text = |name: &str| {
            value
                .get(name)
                .and_then(Value::as_str)
                .map(|s| Self::Text(s.to_owned()))
        };
        match kind {
            Kind::Int64 | Kind::Timestamp => value.as_i64().map(Self::Int),
            Kind::Double => value.as_f64().map(Self::Double),
            Kind::String | Kind::Bytes => value.as_str().map(|s| Self::Text(s.to_owned())),
            Kind::Reference => text("recordName"),
            Kind::Asset => text("fileChecksum"),
            Kind::Location => Some(Self::Place(
                value.get("latitude")?.as_f64()?,
                value.get("longitude")?.as_f64()?,
            )),
        }
    }

    /// Order within one kind.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a.cmp(b),
            // JSON has no NaN; zero has one place whatever its sign.
            (Self::Double(a), Self::Double(b)) => a.partial_cmp(b).unwrap_or(Ordering::Equal),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            _ => Ordering::Equal,
        }
    }
}

/// Metres between two places on a sphere of the Earth's mean radius.
pub(super) fn distance(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (lat_a, lat_b) = (a.0.to_radians(), b.0.to_radians());
    let half = |x: f64| (x / 2.0).sin().powi(2);
    let h = half(lat_b - lat_a) + lat_a.cos() * lat_b.cos() * half((b.1 - a.1).to_radians());
    2.0 * 6_371_008.8 * h.clamp(0.0, 1.0).sqrt().asin()
}

/// A field that a filter or sort is about.
#[derive(Clone, Debug)]
pub(super) enum Target {
    Field(String, FieldType),
    System(SystemField),
}

impl Target {
    /// Reads `fieldName` or `systemFieldName`, exactly one of them.
    pub(super) fn decode(
        object: &Map<String, Value>,
        type_name: &str,
        schema: &TypeSchema,
    ) -> Result<(Self, Indexes), Failure> {
        match (
            wire::string(object, "fieldName")?,
            wire::string(object, "systemFieldName")?,
        ) {
            (Some(name), None) => {
                let field = schema.fields.get(name).ok_or_else(|| {
                    Failure::bad(format!("Did not find field: '{name}' in type: '{type_name}'"))
                })?;
                Ok((Self::Field(name.to_owned(), field.kind), field.indexes))
            }
            (None, Some(name)) => {
                let field = SystemField::from_wire(name).ok_or_else(Failure::unexpected)?;
                Ok((Self::System(field), schema.system_indexes(field)))
            }
            (Some(_), Some(_)) => Err(Failure::bad("fieldName and systemFieldName exclude each other")),
            (None, None) => Err(Failure::missing("fieldName")),
        }
    }

    /// The name in error texts.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Field(name, _) => name,
            Self::System(field) => field.wire(),
        }
    }

    /// What it holds.
    pub(super) fn kind(&self) -> FieldType {
        match self {
            Self::Field(_, kind) => *kind,
            Self::System(field) => FieldType::one(field.kind()),
        }
    }

    /// The values of a record there; none when missing, several for a list.
    pub(super) fn values(&self, db: &Database, row: &Row, fields: &Map<String, Value>) -> Vec<Scalar> {
        match self {
            Self::System(SystemField::RecordName) => vec![Scalar::Text(row.name.clone())],
            Self::System(SystemField::Created) => vec![Scalar::Int(row.created)],
            Self::System(SystemField::Modified) => vec![Scalar::Int(row.modified)],
            Self::System(SystemField::CreatedBy) => {
                vec![Scalar::Text(db.person_name(row.created_by).to_owned())]
            }
            Self::System(SystemField::ModifiedBy) => {
                vec![Scalar::Text(db.person_name(row.modified_by).to_owned())]
            }
            Self::System(SystemField::Share | SystemField::Parent) => Vec::new(),
            Self::Field(name, kind) => match fields.get(name).and_then(|f| f.get("value")) {
                Some(Value::Array(items)) => {
                    items.iter().filter_map(|v| Scalar::read(kind.kind, v)).collect()
                }
                Some(value) => Scalar::read(kind.kind, value).into_iter().collect(),
                None => Vec::new(),
            },
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparator {
    Equals,
    In,
    Less,
    LessOrEquals,
    Greater,
    GreaterOrEquals,
    BeginsWith,
    Near,
    AllTokens,
    AnyTokens,
    ListContains,
    ListContainsAny,
    ListContainsAll,
    ListMemberBeginsWith,
}

fn comparator(word: &str) -> Option<(Comparator, bool)> {
    use Comparator as C;
    if let Some(rest) = word.strip_prefix("NOT_") {
        let (found, negated) = comparator(rest)?;
        let negatable = matches!(found, C::Equals | C::In | C::BeginsWith)
            || matches!(
                found,
                C::ListContains | C::ListContainsAny | C::ListContainsAll | C::ListMemberBeginsWith
            );
        return (negatable && !negated).then_some((found, true));
    }
    let found = match word {
        "EQUALS" => C::Equals,
        "IN" => C::In,
        "LESS_THAN" => C::Less,
        "LESS_THAN_OR_EQUALS" => C::LessOrEquals,
        "GREATER_THAN" => C::Greater,
        "GREATER_THAN_OR_EQUALS" => C::GreaterOrEquals,
        "BEGINS_WITH" => C::BeginsWith,
        "NEAR" => C::Near,
        "CONTAINS_ALL_TOKENS" => C::AllTokens,
        "CONTAINS_ANY_TOKENS" => C::AnyTokens,
        "LIST_CONTAINS" => C::ListContains,
        "LIST_CONTAINS_ANY" => C::ListContainsAny,
        "LIST_CONTAINS_ALL" => C::ListContainsAll,
        "LIST_MEMBER_BEGINS_WITH" => C::ListMemberBeginsWith,
        _ => return None,
    };
    Some((found, false))
}

impl Comparator {
    /// Whether it can be used with a field, and whether its operand is a list.
    fn suits(self, field: FieldType) -> bool {
        let FieldType { kind, list } = field;
        let ordered = matches!(kind, Kind::String | Kind::Int64 | Kind::Double | Kind::Timestamp);
        match self {
            Self::Equals | Self::In => !list && kind != Kind::Asset,
            Self::Less | Self::LessOrEquals | Self::Greater | Self::GreaterOrEquals => !list && ordered,
            Self::BeginsWith | Self::AllTokens | Self::AnyTokens => !list && kind == Kind::String,
            Self::Near => !list && kind == Kind::Location,
            Self::ListContains | Self::ListContainsAny | Self::ListContainsAll => list && kind != Kind::Asset,
            Self::ListMemberBeginsWith => list && kind == Kind::String,
        }
    }

    /// Whether the schema lets it be used with a field; `word` is its name.
    fn check(self, word: &str, target: &Target, indexes: Indexes) -> Result<(), Failure> {
        let (marked, index) = match self {
            Self::AllTokens | Self::AnyTokens => (indexes.searchable, "searchable"),
            _ => (indexes.queryable, "queryable"),
        };
        let name = target.name();
        if !marked {
            return Err(Failure::bad(format!("Field '{name}' is not marked {index}")));
        }
        let field = target.kind();
        if !self.suits(field) {
            let kind = field.wire();
            return Err(Failure::bad(format!(
                "Comparator {word} cannot be used with field '{name}' of type {kind}"
            )));
        }
        Ok(())
    }

    fn takes_list(self) -> bool {
        matches!(self, Self::In | Self::ListContainsAny | Self::ListContainsAll)
    }
}

/// One filter, ready to be applied.
#[derive(Clone, Debug)]
pub(super) struct Filter {
    pub(super) target: Target,
    pub(super) comparator: Comparator,
    pub(super) negated: bool,
    pub(super) operands: Vec<Scalar>,
    radius: f64,
}

impl Filter {
    /// Reads one entry of `filterBy` and checks it against the schema.
    pub(super) fn decode(
        entry: &Value,
        type_name: &str,
        schema: &TypeSchema,
        numbers_as_strings: bool,
    ) -> Result<Self, Failure> {
        let entry = wire::object(entry)?;
        wire::warn_unknown(
            "filter",
            entry,
            &[
                "comparator",
                "fieldName",
                "systemFieldName",
                "fieldValue",
                "distance",
            ],
        );
        let word = wire::string(entry, "comparator")?.ok_or_else(|| Failure::missing("comparator"))?;
        let (comparator, negated) = comparator(word).ok_or_else(Failure::unexpected)?;
        let operand = wire::member(entry, "fieldValue").ok_or_else(|| Failure::missing("fieldValue"))?;
        let incoming = Incoming::decode(operand)?;
        let (target, indexes) = Target::decode(entry, type_name, schema)?;
        let field = target.kind();
        comparator.check(word, &target, indexes)?;
        let operands = operands(
            &incoming,
            comparator,
            field,
            Reading {
                numbers_as_strings,
                filter: true,
            },
        )?;
        let radius = wire::member(entry, "distance")
            .map(|d| d.as_f64().ok_or_else(Failure::unexpected))
            .transpose()?;
        if comparator == Comparator::Near && radius.is_none() {
            return Err(Failure::missing("distance"));
        }
        Ok(Self {
            target,
            comparator,
            negated,
            operands,
            radius: radius.unwrap_or(0.0),
        })
    }

    /// Whether a record passes.
    pub(super) fn passes(&self, db: &Database, row: &Row, fields: &Map<String, Value>) -> bool {
        let values = self.target.values(db, row, fields);
        !values.is_empty() && self.holds(&values) != self.negated
    }

    fn holds(&self, values: &[Scalar]) -> bool {
        let Some(value) = values.first() else { return false };
        let first = self.operands.first();
        let ordered = |wanted: &[Ordering]| first.is_some_and(|o| wanted.contains(&value.order(o)));
        let begins = |v: &Scalar| matches!((v, first), (Scalar::Text(v), Some(Scalar::Text(o))) if v.starts_with(o.as_str()));
        let word = |o: &Scalar| matches!((value, o), (Scalar::Text(v), Scalar::Text(o)) if words(v).any(|w| w == *o));
        match self.comparator {
            Comparator::Equals | Comparator::In => self.operands.contains(value),
            Comparator::Less => ordered(&[Ordering::Less]),
            Comparator::LessOrEquals => ordered(&[Ordering::Less, Ordering::Equal]),
            Comparator::Greater => ordered(&[Ordering::Greater]),
            Comparator::GreaterOrEquals => ordered(&[Ordering::Greater, Ordering::Equal]),
            Comparator::BeginsWith => begins(value),
            Comparator::Near => match (value, first) {
                (Scalar::Place(a, b), Some(Scalar::Place(c, d))) => {
                    distance((*a, *b), (*c, *d)) <= self.radius
                }
                _ => false,
            },
            Comparator::AllTokens => self.operands.iter().all(word),
            Comparator::AnyTokens => self.operands.iter().any(word),
            Comparator::ListContains | Comparator::ListContainsAny => {
                self.operands.iter().any(|o| values.contains(o))
            }
            Comparator::ListContainsAll => self.operands.iter().all(|o| values.contains(o)),
            Comparator::ListMemberBeginsWith => values.iter().any(begins),
        }
    }
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .map(str::to_lowercase)
}

fn operands(
    incoming: &Incoming,
    comparator: Comparator,
    field: FieldType,
    reading: Reading,
) -> Result<Vec<Scalar>, Failure> {
    let expected = FieldType {
        kind: field.kind,
        list: comparator.takes_list(),
    };
    if comparator == Comparator::In
        && !matches!(incoming.tag, Some(Tag::UnknownList))
        && !matches!(incoming.tag, Some(Tag::Typed(t)) if t.list)
    {
        // A list without its own tag is compared with the type of the field.
        return Err(Failure::bad(mismatch(
            FieldType::one(field.kind),
            &incoming.value,
        )));
    }
    let bare = incoming.value.is_string() && field.kind == Kind::Reference && !expected.list;
    if bare {
        return Err(Failure::bad("could not decode reference object"));
    }
    let value = incoming
        .fit(expected, reading)
        .map_err(Failure::bad)?
        .ok_or_else(|| Failure::missing("value"))?;
    if let (Comparator::AllTokens | Comparator::AnyTokens, Value::String(text)) = (comparator, &value) {
        return Ok(words(text).map(Scalar::Text).collect());
    }
    match &value {
        Value::Array(items) => Ok(items.iter().filter_map(|v| Scalar::read(field.kind, v)).collect()),
        single => Ok(Scalar::read(field.kind, single).into_iter().collect()),
    }
}
