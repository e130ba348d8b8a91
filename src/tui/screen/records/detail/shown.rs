//! What is known of the record that is shown.

use std::sync::Arc;

use super::json;
use crate::config::TypeConfig;
use crate::journal::{Entry, Run};
use crate::record::Record;
use crate::sync::{BothSides, Found, Referrers};
use crate::tui::failure::Failure;
use crate::tui::job::JobId;
use crate::tui::screen::records::Subject;

/// So long the cursor has to stay on a record before it is looked up; milliseconds.
const STAYS: i64 = 300;

/// What the last lookup said.
#[derive(Debug)]
pub(super) enum Looked {
    /// There was none yet.
    No,
    /// The record, and when; milliseconds since 1970.
    Found(Box<Found>, i64),
    /// There is none, and when that was.
    Missing(i64),
    /// It failed.
    Failed(String),
}

/// How far a search for referring records has come.
#[derive(Debug)]
pub(super) enum Search {
    No,
    Running(JobId),
    Found(Referrers),
    Failed(String),
}

/// A record, as far as it is known.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) subject: Subject,
    /// What the manifest says of its type.
    config: Option<Arc<TypeConfig>>,
    /// Both sides as they were compared, or why they cannot be read.
    pub(super) sides: Option<Result<BothSides, String>>,
    pub(super) reading: Option<JobId>,
    pub(super) looked: Looked,
    pub(super) asking: Option<JobId>,
    /// When it is to be looked up; milliseconds since 1970.
    pub(super) due: Option<i64>,
    /// The cloud's record, line by line.
    pub(super) json: Vec<String>,
    pub(super) search: Search,
    pub(super) past: Option<Result<Vec<(Run, Entry)>, String>>,
    pub(super) past_asked: bool,
}

impl Shown {
    pub(super) fn new(subject: Subject, config: Option<Arc<TypeConfig>>, now: i64) -> Self {
        Shown {
            subject,
            config,
            sides: None,
            reading: None,
            looked: Looked::No,
            asking: None,
            due: Some(now + STAYS),
            json: Vec::new(),
            search: Search::No,
            past: None,
            past_asked: false,
        }
    }

    /// Jobs whose answers nobody waits for once another record is shown.
    pub(super) fn jobs(&self) -> impl Iterator<Item = JobId> + use<> {
        let search = match self.search {
            Search::Running(job) => Some(job),
            _ => None,
        };
        self.asking.into_iter().chain(search)
    }

    pub(super) fn wants_sides(&self) -> bool {
        self.sides.is_none() && self.reading.is_none()
    }

    pub(super) fn forget_sides(&mut self, now: i64) {
        self.sides = None;
        self.reading = None;
        self.due = Some(now);
    }

    pub(super) fn read(&mut self, sides: Result<Box<BothSides>, String>) {
        self.reading = None;
        self.sides = Some(sides.map(|sides| *sides));
        self.write_json();
    }

    pub(super) fn found(&mut self, result: Result<Box<Found>, Failure>, now: i64) {
        self.asking = None;
        self.looked = match result {
            Ok(found) => Looked::Found(found, now),
            Err(failure) if failure.missing => Looked::Missing(now),
            Err(failure) if failure.cancelled => return,
            Err(failure) => Looked::Failed(failure.why),
        };
        self.write_json();
    }

    fn write_json(&mut self) {
        let config = self.config.as_deref();
        self.json = self
            .cloud()
            .map_or_else(Vec::new, |record| json::lines(record, config));
    }

    fn compared(&self) -> Option<&BothSides> {
        self.sides.as_ref()?.as_ref().ok()
    }

    /// The files' record.
    pub(super) fn local(&self) -> Option<&Record> {
        let compared = || self.compared()?.local.as_ref();
        match &self.looked {
            Looked::Found(found, _) => found.local.as_ref().or_else(compared),
            _ => compared(),
        }
    }

    /// The cloud's record: as looked up, or else as compared.
    pub(super) fn cloud(&self) -> Option<&Record> {
        match &self.looked {
            Looked::Found(found, _) => Some(&found.cloud),
            Looked::Missing(_) => None,
            Looked::No | Looked::Failed(_) => self.compared()?.cloud.as_ref(),
        }
    }

    pub(super) fn looked_up(&self) -> Option<&Record> {
        match &self.looked {
            Looked::Found(found, _) => Some(&found.cloud),
            _ => None,
        }
    }
}
