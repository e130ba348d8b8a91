//! Findings for people and for programs.

use serde_json::{Value as Json, json};

use super::output::{talk, talk_advice};
use crate::sync::{Cause, Diagnostic, DiagnosticGroup, Severity, grouped};

/// Prints findings, those of one kind together.
pub fn talk_diagnostics(diagnostics: &[Diagnostic], verbose: bool) {
    for group in grouped(diagnostics) {
        talk_group(&group, verbose);
    }
}

/// Prints the findings that do not block. A blocking one is the error that ends the command.
pub fn talk_warnings(diagnostics: &[Diagnostic], verbose: bool) {
    let groups = grouped(diagnostics).into_iter();
    for group in groups.filter(|group| group.severity == Severity::Warning) {
        talk_group(&group, verbose);
    }
}

fn talk_group(group: &DiagnosticGroup, verbose: bool) {
    let word = match group.severity {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
    };
    talk(&format!("{word}: {}", group.heading));
    talk_examples(&group.each, verbose);
    if let Some(help) = &group.help {
        talk_advice(help);
    }
}

/// Prints the first few of a list and the number of the others; with `verbose` all of them.
pub fn talk_examples(list: &[String], verbose: bool) {
    let named = if verbose { list.len() } else { Cause::EXAMPLES };
    for one in list.iter().take(named) {
        talk(&format!("    {one}"));
    }
    if list.len() > named {
        talk(&format!(
            "    and {} more; --verbose lists them",
            super::output::grouped(list.len() - named)
        ));
    }
}

/// Findings as the documents have them.
pub fn diagnostics_json(diagnostics: &[Diagnostic]) -> Json {
    diagnostics.iter().map(diagnostic_json).collect()
}

fn diagnostic_json(one: &Diagnostic) -> Json {
    json!({
        "check": one.check.name(),
        "severity": one.severity.name(),
        "type": one.record_type,
        "name": one.name,
        "field": one.field,
        "file": one.place.as_ref().map(|place| place.file.display().to_string()),
        "line": one.place.as_ref().map(|place| place.line),
        "more": one.more,
        "message": one.message,
        "help": one.help,
    })
}
