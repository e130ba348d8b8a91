//! Jobs under way, as the screen sees them.

use std::collections::VecDeque;

use crate::record::compare::FieldChange;
use crate::sync::{Event, Side};

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
    /// Pieces done in each of the last seconds, the latest last.
    pub pace: VecDeque<u64>,
    /// Requests that were repeated.
    pub retries: u64,
    /// Conflicts met, with what of somebody else's is written over.
    pub conflicts: Vec<Conflict>,
    pace_second: i64,
}

/// A record that somebody else had changed in between.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    /// The record type.
    pub record_type: String,
    /// The record name.
    pub name: String,
    /// `local` as it was reviewed, `cloud` theirs.
    pub overwrites: Vec<FieldChange>,
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
            pace: VecDeque::new(),
            retries: 0,
            conflicts: Vec::new(),
            pace_second: now / 1000,
        }
    }

    /// Takes in what the job says of its own progress.
    pub fn take(&mut self, event: &Event, now: i64) {
        match event {
            Event::Begun { operations, .. } => {
                self.total = Some(*operations as u64);
                self.done = 0;
            }
            Event::Settled { operations } => self.advance(*operations as u64, now),
            Event::Retrying { .. } => self.retries += 1,
            Event::Conflict {
                record_type,
                name,
                overwrites,
            } => self.conflicts.push(Conflict {
                record_type: record_type.clone(),
                name: name.clone(),
                overwrites: overwrites.clone(),
            }),
            Event::Reading {
                side: Side::Cloud, ..
            }
            | Event::Checked { .. } => {}
            _ => {}
        }
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
