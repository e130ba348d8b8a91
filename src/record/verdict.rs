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

    /// Records on both sides: those whose fields can be compared.
    pub fn present(&self) -> usize {
        self.local.saturating_sub(self.missing.len())
    }

    /// What was checked, as a line: `Sampled 5 of 151 · detects 1 % damage with 6 % probability`.
    pub fn coverage(&self) -> String {
        self.sampled()
            .unwrap_or_else(|| format!("Checked {} of {} · every field", self.checked, self.present()))
    }

    /// The same where only a sample was checked.
    pub fn sampled(&self) -> Option<String> {
        let (checked, present) = (self.checked, self.present());
        if checked >= present {
            return None;
        }
        // Rounded down, so that it never promises too much.
        let percent = ((1.0 - miss_chance(present, checked)) * 100.0).floor();
        let probability = if percent < 1.0 {
            "less than 1".to_owned()
        } else {
            percent.to_string()
        };
        Some(format!(
            "Sampled {checked} of {present} · detects 1 % damage with {probability} % probability"
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
