//! What there is to be read before a plan is sent.

use crate::record::guard::Refusal;
use crate::sync::{Comparison, Reviewed};
use crate::tui::text::{counted, grouped};

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
    if let Some(first) = reviewed.dangling.first() {
        let each = reviewed.dangling.iter();
        let each =
            each.map(|one| format!("{} {}: {} → {}", one.record_type, one.name, one.field, one.target));
        warnings.push(Warning {
            text: format!(
                "{} would point at nothing, first {} of {}: {} is neither in the cloud nor in this plan",
                counted(reviewed.dangling.len(), "reference"),
                first.field,
                first.name,
                first.target
            ),
            more: each.take(100).collect(),
        });
    }
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
