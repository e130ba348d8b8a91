//! What a verification found, and what its sample may have missed.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::compare::FieldChange;

/// A record whose owned fields are not as on disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mismatch {
    /// The record name.
    pub name: String,
    /// The fields that differ.
    pub changes: Vec<FieldChange>,
}

/// What was found about one record type.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Verdict {
    /// The record type.
    pub record_type: String,
    /// Records on disk.
    pub local: usize,
    /// Records in the cloud; `None` where the listing has no certificate.
    pub cloud: Option<usize>,
    /// Names on disk that a lookup did not find in the cloud.
    pub missing: Vec<String>,
    /// Names in the cloud that are not on disk; empty where the listing has no certificate.
    pub extra: Vec<String>,
    /// Why the listing is incomplete, if it is.
    pub incomplete: Option<String>,
    /// Records whose fields were compared.
    pub checked: usize,
    /// Those that differ.
    pub mismatched: Vec<Mismatch>,
}

impl Verdict {
    /// Whether nothing was found wrong.
    pub fn is_ok(&self) -> bool {
        self.missing.is_empty() && self.extra.is_empty() && self.mismatched.is_empty()
    }

    /// What checking a sample can and cannot find; `None` when every record was checked.
    pub fn power(&self) -> Option<String> {
        let present = self.local - self.missing.len();
        if self.checked >= present {
            return None;
        }
        let times = (miss_chance(present, self.checked) * 100.0).round();
        Some(format!(
            "{} of {present} sampled: would miss 1 % damage {times} times in 100",
            self.checked
        ))
    }
}

/// The chance that a sample of `checked` out of `present` meets none of 1 % damaged records (at least one), drawn
/// without putting back.
#[expect(clippy::cast_precision_loss, reason = "far below 2^52 records")]
fn miss_chance(present: usize, checked: usize) -> f64 {
    let damaged = present.div_ceil(100);
    (0..checked)
        .map(|drawn| (present - damaged).saturating_sub(drawn) as f64 / (present - drawn) as f64)
        .product()
}

impl fmt::Display for Verdict {
    /// One line, worded as the script did: `Stadium: CloudKit=32, Local=32 [OK]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cloud = self
            .cloud
            .map_or_else(|| "?".to_owned(), |count| count.to_string());
        write!(f, "{}: CloudKit={cloud}, Local={} ", self.record_type, self.local)?;
        let wrong: Vec<String> = [
            (self.missing.len(), "missing in CloudKit"),
            (self.extra.len(), "only in CloudKit"),
            (self.mismatched.len(), "different"),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
        match (&self.incomplete, wrong.is_empty()) {
            (Some(_), true) => f.write_str("[INCOMPLETE: the listing has no certificate]"),
            (_, true) => f.write_str("[OK]"),
            (_, false) => write!(f, "[MISMATCH: {}]", wrong.join(", ")),
        }
    }
}
