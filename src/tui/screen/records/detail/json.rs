//! A record as JSON, its members in the order in which people read them: the name first, fields as in the manifest.

use serde_json::Value as Json;

use crate::cloudkit::wire;
use crate::config::TypeConfig;
use crate::printable;
use crate::record::Record;

/// Members of a record, and of a field, that come first.
const OF_RECORD: [&str; 6] = [
    "recordName",
    "recordType",
    "recordChangeTag",
    "fields",
    "created",
    "modified",
];
const OF_FIELD: [&str; 2] = ["value", "type"];

/// The lines of a record. Members that neither this nor the manifest knows come last, by name.
pub(super) fn lines(record: &Record, config: Option<&TypeConfig>) -> Vec<String> {
    let mut text = String::new();
    write(&mut text, &wire::record(record), &mut Vec::new(), config);
    text.lines().map(str::to_owned).collect()
}

fn write<'j>(out: &mut String, value: &'j Json, path: &mut Vec<&'j str>, config: Option<&TypeConfig>) {
    let indent = |depth: usize| format!("\n{}", "  ".repeat(depth));
    match value {
        Json::Object(members) if !members.is_empty() => {
            let mut members: Vec<(&String, &Json)> = members.iter().collect();
            members.sort_by_key(|(name, _)| place(name, path, config));
            for (number, (name, member)) in members.into_iter().enumerate() {
                out.push_str(if number == 0 { "{" } else { "," });
                out.push_str(&indent(path.len() + 1));
                out.push_str(&text(&Json::String(name.clone())));
                out.push_str(": ");
                path.push(name);
                write(out, member, path, config);
                path.pop();
            }
            out.push_str(&indent(path.len()));
            out.push('}');
        }
        Json::Array(elements) if !elements.is_empty() => {
            for (number, element) in elements.iter().enumerate() {
                out.push_str(if number == 0 { "[" } else { "," });
                out.push_str(&indent(path.len() + 1));
                path.push("");
                write(out, element, path, config);
                path.pop();
            }
            out.push_str(&indent(path.len()));
            out.push(']');
        }
        scalar => out.push_str(&text(scalar)),
    }
}

fn text(scalar: &Json) -> String {
    printable::json::to_string(scalar).unwrap_or_default()
}

/// Where a member stands among those beside it; what is not known comes last, in the order it has.
fn place(name: &str, path: &[&str], config: Option<&TypeConfig>) -> usize {
    let place = match path {
        [] => OF_RECORD.iter().position(|known| *known == name),
        ["fields"] => config.and_then(|config| config.fields.iter().position(|field| field.name == name)),
        _ => OF_FIELD.iter().position(|known| *known == name),
    };
    place.unwrap_or(usize::MAX)
}
