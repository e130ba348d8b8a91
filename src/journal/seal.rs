//! A digest for the data that undo writes back, so that damage is detected before the data is used.

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::RunId;

/// A damaged row of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Damage {
    /// The run.
    pub run: RunId,
    /// The position in its plan.
    pub position: usize,
    /// The record type, as far as it can be read.
    pub record_type: String,
    /// The record name, as far as it can be read.
    pub name: String,
    /// What is wrong.
    pub what: String,
}

impl std::fmt::Display for Damage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Damage {
            run,
            position,
            record_type,
            name,
            what,
        } = self;
        if name.is_empty() {
            write!(f, "run {run}, operation {position}: {what}")
        } else {
            write!(
                f,
                "run {run}, operation {position}, {record_type} '{name}': {what}"
            )
        }
    }
}

/// SHA-256 in hex of what a row says of its operation: which one it is, its body with the pre-image, and what it
/// overwrote. The state of the operation is not part of it: the state changes, and a damaged one no longer parses.
pub(super) fn digest(run: RunId, position: i64, parts: [&str; 4]) -> String {
    let mut hash = Sha256::new();
    hash.update(run.to_le_bytes());
    hash.update(position.to_le_bytes());
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let hex = |hex: String, byte: &u8| hex + &format!("{byte:02x}");
    hash.finalize().iter().fold(String::new(), hex)
}
