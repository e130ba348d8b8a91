//! Keeps the measured rate limit in the journal between runs, with the time of the measurement. It expires after an
//! hour.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::cloudkit::KnownRate;
use crate::journal::{Journal, JournalError};

/// The fact's name in the journal.
const KEY: &str = "rate";

#[derive(Serialize, Deserialize)]
struct Remembered {
    per_second: f64,
    wait_ms: u64,
    /// Milliseconds since 1970.
    learnt_at: i64,
}

/// What an earlier run has learnt. What cannot be read, or is said to be learnt in the future, counts as nothing.
pub(super) fn recall(journal: &Journal) -> Result<Option<KnownRate>, JournalError> {
    let text = journal.recall(KEY)?;
    let remembered: Option<Remembered> = text.and_then(|text| serde_json::from_str(&text).ok());
    let now = Timestamp::now().as_millisecond();
    Ok(remembered.and_then(|remembered| {
        Some(KnownRate {
            per_second: remembered.per_second,
            wait: Duration::from_millis(remembered.wait_ms),
            age: Duration::from_millis(u64::try_from(now.checked_sub(remembered.learnt_at)?).ok()?),
        })
    }))
}

/// Stores the current limit, or clears it.
pub(super) fn remember(journal: &Journal, known: Option<KnownRate>) -> Result<(), JournalError> {
    if known.is_none() && journal.recall(KEY)?.is_none() {
        return Ok(());
    }
    let now = Timestamp::now().as_millisecond();
    let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let remembered = known.map(|known| Remembered {
        per_second: known.per_second,
        wait_ms: millis(known.wait),
        learnt_at: now.saturating_sub_unsigned(millis(known.age)),
    });
    // A number that JSON cannot hold is not worth keeping.
    let text = serde_json::to_string(&remembered).unwrap_or_default();
    journal.remember(KEY, &text)
}
