//! Words and numbers for people, documents for programs. Standard output is data, standard error is talk.
//!
//! Everything that goes to standard output goes through [`data`], which remembers the first error; the program ends with
//! [`finish`], which turns it into a failure. So no command can lose its output and still say that all went well.
//!
//! Data has plain digits (`5760`): programs read them, as they read the script's. Talk has them in groups (`5,760`).
//!
#![doc = include_str!("../../assets/documents.md")]

use std::io::{self, IsTerminal as _, Write};
use std::sync::{Mutex, PoisonError};

use serde_json::{Value as Json, json};

use crate::printable::{self, escape};
use crate::record::Value;
use crate::record::compare::FieldChange;

/// The version of the JSON documents; it changes when a member changes its meaning or goes away.
const VERSION: u32 = 1;

/// The first error of standard output.
static FIRST_ERROR: Mutex<Option<io::Error>> = Mutex::new(None);

fn first_error<T>(look: impl FnOnce(&mut Option<io::Error>) -> T) -> T {
    look(&mut FIRST_ERROR.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Writes to standard output and flushes it. After an error it writes nothing more, so that the output never has
/// gaps.
pub fn data(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
    if is_lost() {
        return;
    }
    let mut out = io::stdout().lock();
    if let Err(error) = write(&mut out).and_then(|()| out.flush()) {
        first_error(|first| *first = Some(error));
    }
}

/// Whether standard output failed, or its reader is gone.
pub fn is_lost() -> bool {
    first_error(|first| first.is_some())
}

/// Whether standard output cannot be written. A reader that went away, as `head` does, is no failure.
pub fn has_failed() -> bool {
    first_error(|first| first.as_ref().is_some_and(is_failure))
}

fn is_failure(error: &io::Error) -> bool {
    error.kind() != io::ErrorKind::BrokenPipe
}

/// The error of standard output, if there was one. Called once, before exit.
pub fn finish() -> io::Result<()> {
    first_error(Option::take).filter(is_failure).map_or(Ok(()), Err)
}

/// Whether a person reads standard output.
pub fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Prints a line of data.
pub fn line(text: &str) {
    data(|out| writeln!(out, "{}", escape(text)));
}

/// Prints a line of talk.
pub fn talk(text: &str) {
    let _ = writeln!(io::stderr(), "{}", escape(text));
}

/// Prints a piece of advice, which may have several lines.
pub fn talk_advice(advice: &str) {
    let mut sign = "-";
    for line in advice.lines() {
        talk(&format!("  {sign} {line}"));
        sign = " ";
    }
}

/// Prints the document of a command.
pub fn document(command: &str, body: Json) {
    let mut document = json!({ "version": VERSION, "command": command });
    if let (Some(members), Json::Object(body)) = (document.as_object_mut(), body) {
        members.extend(body);
    }
    data(|out| {
        printable::json::write_pretty(&mut *out, &document)?;
        out.write_all(b"\n")
    });
}

/// Prints the document of a command that failed.
pub fn failure_document(command: &str, error: &str, advice: &[String], exit_code: u8) {
    document(
        command,
        json!({ "error": error, "advice": advice, "exitCode": exit_code }),
    );
}

/// `5760` as `5,760`: for talk only.
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 record`, `5,760 records`: for talk only.
pub fn counted(number: usize, noun: &str) -> String {
    format!("{} {noun}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// A record type as a heading: `Stadiums`, `TeamAliases`.
pub fn plural(record_type: &str) -> String {
    let ends = |endings: &[&str]| endings.iter().any(|ending| record_type.ends_with(ending));
    if ends(&["s", "x", "z", "ch", "sh"]) {
        format!("{record_type}es")
    } else if ends(&["y"]) && !ends(&["ay", "ey", "oy", "uy"]) {
        format!("{}ies", record_type.strip_suffix('y').unwrap_or(record_type))
    } else {
        format!("{record_type}s")
    }
}

/// A value on one line, not longer than a line.
pub fn shown(value: Option<&Value>) -> String {
    const LONGEST: usize = 60;
    let Some(value) = value else {
        return "nothing".into();
    };
    let text = match value {
        Value::String(text) => format!("{text:?}"),
        Value::Reference(reference) => reference.record_name.clone(),
        other => other.to_string(),
    };
    if text.chars().count() <= LONGEST {
        return text;
    }
    let kept: String = text.chars().take(LONGEST - 1).collect();
    format!("{kept}…")
}

/// `name: "old" → "new"`, as it will be in the cloud.
pub fn change(change: &FieldChange) -> String {
    let (cloud, local) = change.texts(shown);
    format!("{}: {cloud} → {local}", change.field)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_numbers() {
        assert_eq!(
            ["Stadium", "TeamAlias", "City", "Day", "Match"]
                .map(plural)
                .join(" "),
            "Stadiums TeamAliases Cities Days Matches"
        );
        assert_eq!(
            [0, 999, 1000, 1_234_567].map(grouped).join(" "),
            "0 999 1,000 1,234,567"
        );
    }
}
