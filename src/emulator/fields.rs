//! Fields in stored form: whether they fit the schema, what they weigh, whom they refer to.

use serde_json::{Map, Value, json};

use super::fail::Failure;
use super::rows::Link;
use super::schema::{FieldType, Kind, TypeSchema};
use super::value::{Incoming, Reading};

/// The largest record, assets not counted.
const RECORD_AT_MOST: usize = 1 << 20;

/// A field as it is stored, `{"value": …, "type": …}`; `None` for null.
pub(super) fn fit(
    type_name: &str,
    schema: &TypeSchema,
    field: &str,
    incoming: &Incoming,
    reading: Reading,
) -> Result<Option<Value>, Failure> {
    let known = schema.fields.get(field);
    let expected = known
        .ok_or_else(|| Failure::bad(format!("Field {field} not found in {type_name}")))?
        .kind;
    let value = incoming.fit(expected, reading).map_err(Failure::bad)?;
    Ok(value.map(|value| json!({"value": value, "type": expected.wire()})))
}

/// Fields as text, unless they are too much for a record.
pub(super) fn stored(fields: Map<String, Value>) -> Result<String, Failure> {
    if fields
        .iter()
        .map(|(name, member)| name.len() + weight(member))
        .sum::<usize>()
        > RECORD_AT_MOST
    {
        return Err(Failure::bad(format!(
            "record is larger than {RECORD_AT_MOST} bytes"
        )));
    }
    Ok(Value::Object(fields).to_string())
}

/// What a field weighs: the bytes it stands for rather than how JSON spells them, assets nothing.
fn weight(member: &Value) -> usize {
    let word = member.get("type").and_then(Value::as_str).unwrap_or_default();
    let kind = FieldType::from_wire(word).map(|field| field.kind);
    values(member)
        .iter()
        .map(|value| match (kind, value) {
            (Some(Kind::Asset), _) => 0,
            (Some(Kind::Bytes), Value::String(text)) => {
                text.trim_end_matches('=').len() / 4 * 3 + text.trim_end_matches('=').len() % 4 * 3 / 4
            }
            (_, Value::String(text)) => text.len(),
            (Some(Kind::Reference), _) => value
                .get("recordName")
                .and_then(Value::as_str)
                .map_or(0, str::len),
            (_, Value::Object(numbers)) => 8 * numbers.len(),
            _ => 8,
        })
        .sum()
}

/// Whether a field holds values of this kind, one or a list.
pub(super) fn is(member: &Value, kind: Kind) -> bool {
    member
        .get("type")
        .and_then(Value::as_str)
        .is_some_and(|word| word.starts_with(kind.wire()))
}

/// The value of a field, or those of its list.
fn values(member: &Value) -> &[Value] {
    match member.get("value") {
        Some(Value::Array(items)) => items,
        Some(single) => std::slice::from_ref(single),
        None => &[],
    }
}

/// Changes the value of a field, or each of its list.
pub(super) fn each_mut(
    member: &mut Value,
    change: &mut dyn FnMut(&mut Value) -> Result<(), Failure>,
) -> Result<(), Failure> {
    match member.get_mut("value") {
        Some(Value::Array(items)) => items.iter_mut().try_for_each(change),
        Some(single) => change(single),
        None => Ok(()),
    }
}

/// The references of a record that react to a deletion.
pub(super) fn links(fields: &Map<String, Value>) -> Vec<Link> {
    let references = fields.iter().filter(|(_, member)| is(member, Kind::Reference));
    references
        .flat_map(|(field, member)| links_of(field, member))
        .collect()
}

/// Those of one field.
pub(super) fn links_of(field: &str, member: &Value) -> Vec<Link> {
    let text = |item: &Value, name: &str| item.get(name).and_then(Value::as_str).map(str::to_owned);
    let links = values(member).iter().filter_map(|item| {
        let (target, action) = (text(item, "recordName")?, text(item, "action")?);
        (action != "NONE").then(|| Link {
            field: field.to_owned(),
            target,
            action,
        })
    });
    links.collect()
}
