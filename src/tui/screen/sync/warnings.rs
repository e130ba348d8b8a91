//! What there is to be read before a plan is sent.

use crate::record::guard::Refusal;
use crate::sync::{Comparison, DiagnosticGroup, Reviewed, Severity, grouped as grouped_findings};
use crate::tui::text::grouped;

/// So many findings of one kind are listed.
const SHOWN: usize = 100;

/// Something to be read before anything is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Warning {
    /// In a line.
    pub text: String,
    /// More of it, a line each.
    pub more: Vec<String>,
}

/// What there is to be read before a plan is sent.
pub(super) fn warnings(reviewed: &Reviewed, comparison: Option<&Comparison>) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if let Some(comparison) = comparison {
        for (config, error) in comparison.failures() {
            warnings.push(Warning {
                text: format!("{} could not be compared and takes no part: {error}", config.name),
                more: error.advice(),
            });
        }
        for (config, diff) in comparison.diffs() {
            if let Some(why) = &diff.incomplete {
                warnings.push(Warning {
                    text: format!(
                        "the listing of {} is not complete ({why}): nothing of it can be called an orphan",
                        config.name
                    ),
                    more: Vec::new(),
                });
            }
        }
    }
    warnings.extend(grouped_findings(&reviewed.diagnostics).into_iter().map(finding));
    let told =
        |refusal: &&Refusal| matches!(refusal, Refusal::TooMany { .. } | Refusal::TooLargeAShare { .. });
    for refusal in reviewed.against_orphans.iter().filter(told) {
        warnings.push(Warning {
            text: format!("orphans cannot all be deleted: {}", cap(refusal)),
            more: vec![refusal.advice()],
        });
    }
    warnings
}

/// Findings of one kind. One that blocks says so: the plan cannot be sent as it is.
fn finding(group: DiagnosticGroup) -> Warning {
    let text = match group.severity {
        Severity::Error => format!("blocks the plan: {}", group.heading),
        Severity::Warning => group.heading,
    };
    let each = group.each.into_iter().take(SHOWN);
    Warning {
        text,
        more: each.chain(group.help).collect(),
    }
}

/// A ceiling that is met, without the command line's words.
fn cap(refusal: &Refusal) -> String {
    match refusal {
        Refusal::TooMany { records, cap } => {
            format!(
                "{} are more than the {} allowed",
                grouped(*records as u64),
                grouped(*cap as u64)
            )
        }
        Refusal::TooLargeAShare { deletions, cap } => format!(
            "{} of {} {} are more than the {cap} % allowed",
            grouped(deletions.records as u64),
            grouped(deletions.of as u64),
            deletions.record_type
        ),
        other => other.to_string(),
    }
}
