//! Which texts are record names.

use std::borrow::Cow;

use super::value::{Complaint, kind_of, text};

/// A JSON value as the name of a record.
pub(super) fn record_name(raw: &str) -> Result<Cow<'_, str>, Complaint> {
    if !raw.starts_with('"') {
        let found = format!("the record name is {}", kind_of(raw));
        return Err(Complaint::new(found, "expected a text"));
    }
    let name = text(raw)?;
    match name_fault(&name) {
        None => Ok(name),
        Some(fault) => Err(Complaint::new(format!("the record name {fault}"), RULE)),
    }
}

/// What a record name has to be.
pub(super) const RULE: &str = "CloudKit takes 1 to 255 ASCII characters, the first of them no _";

/// Why CloudKit would not take this name.
pub fn name_fault(name: &str) -> Option<String> {
    if name.is_empty() {
        Some("is empty".to_owned())
    } else if let Some(letter) = name.chars().find(|letter| !(' '..='~').contains(letter)) {
        Some(format!(
            "'{}' holds '{}'",
            name.escape_debug(),
            letter.escape_debug()
        ))
    } else if name.len() > 255 {
        Some(format!("has {} characters", name.len()))
    } else if name.starts_with('_') {
        Some(format!("'{name}' begins with _"))
    } else {
        None
    }
}
