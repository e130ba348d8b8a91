//! A line of the log.

use super::view::time;
use crate::journal::Snapshot;
use crate::sync::Event;
use crate::tui::theme::Role;

/// A line. What a column has nothing for is empty.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Entry {
    pub time: i64,
    pub what: String,
    pub records: String,
    pub status: String,
    pub took: String,
    pub attempt: String,
    pub bytes: String,
    pub request: String,
    /// Words in place of columns.
    pub note: String,
    pub role: Option<Role>,
}

impl Entry {
    /// Whether all of these words, in lower case, are in it.
    pub(super) fn matches(&self, words: &[String]) -> bool {
        let text = self.text().to_lowercase();
        words.iter().all(|word| text.contains(word.as_str()))
    }

    /// The line as text.
    pub(super) fn text(&self) -> String {
        if !self.note.is_empty() {
            return format!("{}  {}", time(self.time), self.note);
        }
        format!(
            "{}  {:<16} {:>7} {:>6} {:>9} {:>4} {:>16}  {}",
            time(self.time),
            self.what,
            self.records,
            self.status,
            self.took,
            self.attempt,
            self.bytes,
            self.request
        )
    }
}

/// What of an event is worth a line.
pub(super) fn entry(event: &Event, now: i64) -> Option<Entry> {
    let note = |role: Role, note: String| Entry {
        time: now,
        note,
        role: Some(role),
        ..Entry::default()
    };
    Some(match event {
        Event::Answered {
            operation,
            status,
            took,
            sent,
            received,
            records,
            request_id,
            ..
        } => Entry {
            time: now,
            what: (*operation).to_owned(),
            records: records.to_string(),
            status: status.map_or_else(|| "none".to_owned(), |status| status.to_string()),
            took: format!("{} ms", took.as_millis()),
            bytes: format!("{} > {}", bytes(*sent), bytes(*received)),
            request: request_id.clone().unwrap_or_default(),
            role: match status {
                Some(200..=299) => None,
                Some(429 | 503) => Some(Role::Warning),
                _ => Some(Role::Danger),
            },
            ..Entry::default()
        },
        Event::Throttled { wait, code } => note(
            Role::Warning,
            format!("{code}: the service asks to wait {:.1} s", wait.as_secs_f64()),
        ),
        Event::Retrying {
            operation,
            attempt,
            cause,
        } => Entry {
            attempt: attempt.to_string(),
            what: (*operation).to_owned(),
            ..note(
                Role::Warning,
                format!("{operation}: attempt {attempt}, after: {cause}"),
            )
        },
        Event::Begun { run, operations, .. } => note(
            Role::Accent,
            format!("run {run} has begun: {operations} operations"),
        ),
        Event::Conflict {
            record_type, name, ..
        } => note(
            Role::Warning,
            format!("conflict: {record_type} {name}: somebody else has written to it"),
        ),
        Event::LeftAlone {
            record_type,
            name,
            why,
        } => note(
            Role::Warning,
            format!("left as it is: {record_type} {name}: {why}"),
        ),
        Event::Failed { record_type, why } => note(Role::Danger, format!("{record_type}: {why}")),
        Event::Compared(Snapshot {
            record_type, counts, ..
        }) => note(
            Role::Dim,
            format!(
                "compared {record_type}: {} new, {} updated, {} orphans, {} the same",
                counts.new, counts.updated, counts.orphan, counts.unchanged
            ),
        ),
        Event::Verified { verdict, good, .. } => note(
            if *good { Role::Good } else { Role::Danger },
            format!("verified {verdict}"),
        ),
        Event::Reading { .. } | Event::Sent { .. } | Event::Settled { .. } | Event::Checked { .. } => {
            return None;
        }
    })
}

/// `512 B`, `48 kB`, `1.2 MB`.
#[expect(clippy::cast_precision_loss, reason = "for a figure on the screen")]
fn bytes(count: usize) -> String {
    match count {
        0..1000 => format!("{count} B"),
        1000..1_000_000 => format!("{} kB", count / 1000),
        _ => format!("{:.1} MB", count as f64 / 1e6),
    }
}
