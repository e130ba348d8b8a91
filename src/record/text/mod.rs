//! Values as text: typed as `FIELD=VALUE` or into a form, and printed so that the text can be typed again.
//!
//! A STRING is its text as it stands. Text that cannot be typed plainly (line breaks, invisible characters, blanks at
//! either end, a leading `@`, a lone `-`) is a JSON string in quotes. Other values are JSON where the text begins with
//! `[`, `{` or `"`; otherwise numbers, times (ISO 8601, or milliseconds since 1970 UTC), base64, `latitude, longitude`,
//! the record name that a reference points at, and lists of these separated by commas, places by semicolons.
//!
//! A place that is typed without its parts, and a reference without its action, leave them as they are in the cloud.
//!
//! - `json`: the JSON form, read and written
//! - `plain`: the other one

mod json;
mod plain;

use super::{FieldType, Kind, Value, compare};
use crate::printable;

/// Reads a value of a type. An empty text is an empty STRING, and no value for any other type.
///
/// # Errors
/// What was expected, in words.
pub fn parse(field_type: FieldType, text: &str) -> Result<Option<Value>, String> {
    if field_type == FieldType::One(Kind::String) {
        let content = quoted(text).unwrap_or_else(|| text.to_owned());
        return Ok(Some(Value::String(content)));
    }
    let text = text.trim();
    let is_json = text.starts_with(match field_type {
        FieldType::One(_) => ['[', '{', '"'].as_slice(),
        FieldType::List(_) => ['[', '{'].as_slice(),
    });
    match field_type {
        _ if text.is_empty() => Ok(None),
        _ if is_json => json::parse(field_type, text).map(Some),
        FieldType::One(kind) => plain::one(kind, text).map(Some),
        FieldType::List(kind) => plain::list(kind, text).map(Some),
    }
}

/// A value as shown in a form, on one line; `None` if it cannot be typed.
pub fn written(field_type: FieldType, value: &Value) -> Option<String> {
    let plain = plain::write(value).filter(|text| is_visible(text) && reads_as(field_type, text, value));
    plain.or_else(|| json::write(value).filter(|text| reads_as(field_type, text, value)))
}

/// A value as it stands after `FIELD=` on the command line; `None` where it cannot be typed. The text never begins with
/// `@` and is never `-`, which stand for a file and for standard input.
pub fn argument(field_type: FieldType, value: &Value) -> Option<String> {
    let text = written(field_type, value)?;
    let is_plain_string = |content: &str| text == content && needs_quotes(content);
    match value {
        Value::String(content) if is_plain_string(content) => json::write(value),
        _ if is_reserved(&text) => json::write(value),
        _ => Some(text),
    }
}

fn reads_as(field_type: FieldType, text: &str, value: &Value) -> bool {
    parse(field_type, text).is_ok_and(|read| compare::equal(read.as_ref(), Some(value)))
}

/// The content of a JSON string, where it is one of those that are written in quotes. Quotes around any other text are
/// part of the text.
fn quoted(text: &str) -> Option<String> {
    let is_quoted = text.len() >= 2 && text.starts_with('"') && text.ends_with('"');
    let content: Option<String> = is_quoted.then(|| serde_json::from_str(text).ok()).flatten();
    content.filter(|content| needs_quotes(content))
}

fn needs_quotes(content: &str) -> bool {
    content.is_empty()
        || content.trim() != content
        || is_reserved(content)
        || !is_visible(content)
        || quoted(content).is_some()
}

fn is_reserved(text: &str) -> bool {
    text.starts_with('@') || text == "-"
}

/// Whether a text is printed without quotes.
fn is_visible(text: &str) -> bool {
    printable::escape(text) == text
}

#[cfg(test)]
mod tests;
