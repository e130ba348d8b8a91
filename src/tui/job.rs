//! Jobs under way, as the screen sees them.

use std::collections::VecDeque;

use crate::record::compare::FieldChange;
use crate::sync::Event;

/// The number of a job, from 1.
pub type JobId = u64;

/// What a job is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Opens an environment.
    Open,
    /// Compares.
    Compare,
    /// Makes a plan.
    Review,
    /// Carries a plan out.
    Run,
    /// Verifies.
    Verify,
    /// Looks a record up.
    Find,
    /// Writes a file.
    Export,
    /// Reads what is about to be shown; of no interest by itself.
    Quiet,
}

impl Kind {
    /// What it does, for the line that shows it.
    pub const fn title(self) -> &'static str {
        match self {
            Kind::Open => "Opening",
            Kind::Compare => "Comparing",
            Kind::Review => "Planning",
            Kind::Run => "Writing",
            Kind::Verify => "Verifying",
            Kind::Find => "Looking up",
            Kind::Export => "Exporting",
            Kind::Quiet => "Reading",
        }
    }
}

/// A job under way.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its number.
    pub id: JobId,
    /// What it is for.
    pub kind: Kind,
    /// When it began; milliseconds since 1970.
    pub started: i64,
    /// Whether it was asked to stop.
    pub cancelling: bool,
    /// Whether it is held.
    pub paused: bool,
    /// Pieces done and to do, where that is known.
    pub done: u64,
    /// See `done`.
    pub total: Option<u64>,
    /// What is done of each record type, in the order of the plan.
    pub types: Vec<Share>,
    /// Operations that came to nothing.
    pub unhappy: u64,
    /// Pieces done in each of the last seconds, the latest last.
    pub pace: VecDeque<u64>,
    /// Requests that were repeated.
    pub retries: u64,
    /// Conflicts met, and what became of them.
    pub conflicts: Vec<Conflict>,
    pace_second: i64,
}

/// What is done of one record type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The record type.
    pub record_type: String,
    /// Operations that have come to an end.
    pub done: u64,
    /// Operations there are.
    pub total: u64,
}

/// A record that somebody else had changed in between.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    /// The record type.
    pub record_type: String,
    /// The record name.
    pub name: String,
    /// What became of it.
    pub became: Became,
}

/// What became of a conflict.
#[derive(Debug, Clone, PartialEq)]
pub enum Became {
    /// Sent again, over this of theirs: `local` as it was reviewed, `cloud` theirs.
    Overwritten(Vec<FieldChange>),
    /// Left as they have it; both sides in words.
    LeftAlone(String),
}

/// Seconds of pace that are kept.
const PACE: usize = 60;

impl Job {
    /// A job that begins now.
    pub fn new(id: JobId, kind: Kind, now: i64) -> Self {
        Job {
            id,
            kind,
            started: now,
            cancelling: false,
            paused: false,
            done: 0,
            total: None,
            types: Vec::new(),
            unhappy: 0,
            pace: VecDeque::new(),
            retries: 0,
            conflicts: Vec::new(),
            pace_second: now / 1000,
        }
    }

    /// Takes in what the job says of its own progress.
    pub fn take(&mut self, event: &Event, now: i64) {
        match event {
            Event::Begun {
                operations, types, ..
            } => self.begin(*operations, types),
            Event::Settled {
                record_type,
                operations,
                unhappy,
            } => {
                self.unhappy += *unhappy as u64;
                if let Some(share) = self.types.iter_mut().find(|one| one.record_type == *record_type) {
                    share.done += *operations as u64;
                }
                self.advance(*operations as u64, now);
            }
            Event::Retrying { .. } => self.retries += 1,
            Event::Conflict {
                record_type,
                name,
                overwrites,
            } => self.met(record_type, name, Became::Overwritten(overwrites.clone())),
            Event::LeftAlone {
                record_type,
                name,
                why,
            } => self.met(record_type, name, Became::LeftAlone(why.clone())),
            _ => {}
        }
    }

    fn begin(&mut self, operations: usize, types: &[(String, usize)]) {
        self.total = Some(operations as u64);
        self.done = 0;
        let share = |(record_type, total): &(String, usize)| Share {
            record_type: record_type.clone(),
            done: 0,
            total: *total as u64,
        };
        self.types = types.iter().map(share).collect();
    }

    /// What is found out last about a record counts.
    fn met(&mut self, record_type: &str, name: &str, became: Became) {
        self.conflicts.retain(|one| one.name != name);
        self.conflicts.push(Conflict {
            record_type: record_type.to_owned(),
            name: name.to_owned(),
            became,
        });
    }

    fn advance(&mut self, pieces: u64, now: i64) {
        self.done += pieces;
        let second = now / 1000;
        while self.pace_second < second && self.pace.len() <= PACE * 2 {
            self.pace.push_back(0);
            self.pace_second += 1;
        }
        self.pace_second = second;
        match self.pace.back_mut() {
            Some(last) => *last += pieces,
            None => self.pace.push_back(pieces),
        }
        while self.pace.len() > PACE {
            self.pace.pop_front();
        }
    }

    /// Pieces a second since it began.
    #[expect(clippy::cast_precision_loss, reason = "for a figure on the screen")]
    pub fn rate(&self, now: i64) -> f64 {
        let seconds = (now - self.started).max(1) as f64 / 1000.0;
        self.done as f64 / seconds
    }

    /// Seconds that are left at that rate.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "for a figure on the screen"
    )]
    pub fn seconds_left(&self, now: i64) -> Option<u64> {
        let left = self.total?.checked_sub(self.done)?;
        let rate = self.rate(now);
        (rate > 0.0 && !self.paused).then(|| (left as f64 / rate).ceil() as u64)
    }
}
