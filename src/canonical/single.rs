//! One record as its file would have it, written out to be edited and read back.

use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::decode::Decoder;
use super::export::to_json;
use super::load::{broken, fault_problem, nameless, scan_problem, text_of};
use super::problem::Problem;
use super::scan::{CHUNK, Element, Elements};
use crate::config::{FieldMapping, Source, TypeConfig};
use crate::printable::json;
use crate::record::compare::equal;
use crate::record::plan::Goal;
use crate::record::{Fields, Record};

/// A record as an element of its file, a member a line, in the manifest's order.
pub fn written(type_config: &TypeConfig, name: &str, fields: &Fields) -> String {
    let mut members = to_json(type_config, fields);
    members.insert(type_config.record_name.clone(), Json::String(name.to_owned()));
    let read = type_config.fields.iter().flat_map(FieldMapping::members);
    let named = std::iter::once(type_config.record_name.as_str()).chain(read);
    // A member that two fields read stands once.
    let lines: Vec<String> = named
        .filter_map(|member| Some((member, members.remove(member)?)))
        .map(|(member, value)| format!("  {}: {}", printable(member), printable(&value)))
        .collect();
    format!("{{\n{}\n}}\n", lines.join(",\n"))
}

fn printable(json: &(impl Serialize + ?Sized)) -> String {
    // A text or a `Value` cannot fail to be written.
    json::to_string(json).unwrap_or_default()
}

/// Reads such an element. Lines that begin with `//` are remarks.
///
/// # Errors
/// What is wrong with it, each on one line.
pub fn read_written(type_config: &TypeConfig, text: &str) -> Result<Record, Vec<String>> {
    // In an array, as in a file; lines stay where they are.
    let array = format!("[{}]", without_remarks(text));
    let mut elements = Elements::new(array.as_bytes(), CHUNK);
    let found = match elements.next() {
        Ok(Some(element)) => read(type_config, &element),
        Ok(None) => return Err(vec!["there is no record; expected { … }".to_owned()]),
        Err(error) => Err(vec![scan_problem(error)]),
    };
    let told = |list: Vec<Problem>| list.iter().map(told).collect::<Vec<_>>();
    let record = found.map_err(told)?;
    match elements.next() {
        Ok(None) => Ok(record),
        Ok(Some(_)) => Err(vec!["there is more than one record".to_owned()]),
        Err(error) => Err(told(vec![scan_problem(error)])),
    }
}

/// The fields that two readings differ in, with the values of the second.
pub fn changed(type_config: &TypeConfig, before: &Fields, after: &Fields) -> Goal {
    let fields = type_config.fields.iter();
    fields
        .filter(|field| !matches!(field.source, Source::Constant(_)))
        .filter(|field| !equal(before.get(&field.name), after.get(&field.name)))
        .map(|field| (field.name.clone(), after.get(&field.name).cloned()))
        .collect()
}

fn without_remarks(text: &str) -> String {
    let lines = text.lines();
    let kept: Vec<&str> = lines
        .map(|line| {
            if line.trim_start().starts_with("//") {
                ""
            } else {
                line
            }
        })
        .collect();
    kept.join("\n")
}

fn read(type_config: &TypeConfig, element: &Element<'_>) -> Result<Record, Vec<Problem>> {
    let text = text_of(element).map_err(|problem| vec![*problem])?;
    let mut decoder = Decoder::new(type_config);
    decoder
        .find(text)
        .map_err(|error| vec![broken(element, &error)])?;
    let mut problems = unknown(type_config, text);
    let name = decoder.name(text).map(std::borrow::Cow::into_owned);
    let name = name.unwrap_or_else(|fault| {
        let fault = fault.unwrap_or_else(|| nameless(type_config));
        problems.push(fault_problem(element, None, fault));
        String::new()
    });
    let fields = decoder.fields(text, |fault| problems.push(fault_problem(element, None, fault)));
    if problems.is_empty() {
        Ok(Record::local(&type_config.name, name, fields.clone()))
    } else {
        Err(problems)
    }
}

/// Members that no field reads: in a file they are passed over, here they are likely misspelt.
fn unknown(type_config: &TypeConfig, text: &str) -> Vec<Problem> {
    let known = to_json(type_config, &Fields::new());
    let members: Map<String, Json> = serde_json::from_str(text).unwrap_or_default();
    members
        .keys()
        .filter(|member| !known.contains_key(*member))
        .map(|member| Problem {
            found: format!("no field reads the member '{}'", member.escape_debug()),
            advice: "what skydeck.toml does not map is never written".to_owned(),
            ..Problem::default()
        })
        .collect()
}

fn told(problem: &Problem) -> String {
    let line = problem
        .line
        .map(|line| format!("line {line}: "))
        .unwrap_or_default();
    let field = problem.field.as_ref().map(|field| format!("{field}: "));
    let advice = if problem.advice.is_empty() {
        String::new()
    } else {
        format!("; {}", problem.advice)
    };
    format!("{line}{}{}{advice}", field.unwrap_or_default(), problem.found)
}
