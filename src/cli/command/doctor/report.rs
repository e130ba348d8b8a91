//! What the doctor found, told as it is found.

use serde_json::{Value as Json, json};

use crate::cli::diagnostics::diagnostics_json;
use crate::cli::exit;
use crate::cli::output::line;
use crate::sync::{Diagnostic, JobError, Severity, grouped};

/// So many findings of one kind are named.
const EXAMPLES: usize = 3;

/// How a thing that was looked at is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Ok,
    /// Nothing is wrong, something could be better.
    Advice,
    Wrong,
}

/// All that was found so far.
pub(super) struct Report {
    json: bool,
    findings: Vec<Json>,
    diagnostics: Vec<Diagnostic>,
    /// The worst exit code so far.
    code: u8,
    /// Words in front of what was found are at least so wide.
    width: usize,
}

impl Report {
    pub(super) fn new(json: bool) -> Self {
        Report {
            json,
            findings: Vec::new(),
            diagnostics: Vec::new(),
            code: exit::DONE,
            width: "configuration".len(),
        }
    }

    /// Makes room for a word that will stand in front.
    pub(super) fn expect(&mut self, what: &str) {
        self.width = self.width.max(what.chars().count());
    }

    pub(super) fn well(&mut self, what: &str, text: impl Into<String>) {
        self.add(what, State::Ok, &text.into(), &[]);
    }

    pub(super) fn advise(&mut self, what: &str, text: impl Into<String>, fix: impl Into<String>) {
        self.add(what, State::Advice, &text.into(), &[fix.into()]);
    }

    pub(super) fn ill(&mut self, what: &str, code: u8, wrong: impl Into<String>, fixes: &[String]) {
        self.code = self.code.max(code);
        self.add(what, State::Wrong, &wrong.into(), fixes);
    }

    /// Findings of one kind in one entry.
    pub(super) fn diagnostics(&mut self, what: &str, diagnostics: &[Diagnostic]) {
        for group in grouped(diagnostics) {
            let named = group.each.iter().take(EXAMPLES).map(|one| format!("  {one}"));
            let mut lines: Vec<String> = std::iter::once(group.heading).chain(named).collect();
            if group.each.len() > EXAMPLES {
                lines.push(format!(
                    "  and {} more; skydeck diff --verbose lists them",
                    group.each.len() - EXAMPLES
                ));
            }
            let (text, fixes) = (lines.join("\n"), group.help.into_iter().collect::<Vec<_>>());
            match group.severity {
                Severity::Error => self.ill(what, exit::FAILED, text, &fixes),
                Severity::Warning => self.add(what, State::Advice, &text, &fixes),
            }
        }
        self.diagnostics.extend_from_slice(diagnostics);
    }

    pub(super) fn error(&mut self, what: &str, error: &JobError) {
        self.ill(what, exit::of_error(error), error.to_string(), &error.advice());
    }

    fn add(&mut self, what: &str, state: State, text: &str, fixes: &[String]) {
        let (sign, word) = match state {
            State::Ok => ('✓', "ok"),
            State::Advice => ('!', "advice"),
            State::Wrong => ('✗', "wrong"),
        };
        self.findings
            .push(json!({ "what": what, "state": word, "text": text, "fixes": fixes }));
        if self.json {
            return;
        }
        let width = self.width;
        let mut head = format!("{sign} {what:<width$}");
        for part in text.lines() {
            line(&format!("{head}  {part}"));
            head = " ".repeat(width + 2);
        }
        for fix in fixes {
            let mut sign = '→';
            for part in fix.lines() {
                line(&format!("{}  {sign} {part}", " ".repeat(width + 2)));
                sign = ' ';
            }
        }
    }

    /// The last word: the exit code, and the findings for programs.
    pub(super) fn conclude(self) -> (u8, Json) {
        if !self.json {
            line(if self.code == exit::DONE {
                "All is well."
            } else {
                "Mend what is marked ✗ and run doctor again."
            });
        }
        (
            self.code,
            json!({
                "ok": self.code == exit::DONE,
                "findings": self.findings,
                "diagnostics": diagnostics_json(&self.diagnostics),
            }),
        )
    }
}
