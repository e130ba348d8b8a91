//! Reading and writing beside the loop for the record browser and for history.

use std::path::PathBuf;
use std::sync::Arc;

use super::Runtime;
use crate::journal::{Entry, Journal, JournalError, Run};
use crate::sync::{self, BothSides, Comparison, JobError, Session};
use crate::tui::effect::Work;
use crate::tui::failure::Failure;
use crate::tui::job::JobId;
use crate::tui::message::Done;

impl Runtime {
    pub(super) fn start_reading(&mut self, id: JobId, session: &Arc<Session>, work: Work) {
        if let Work::Referrers(comparison, name) = work {
            let job = sync::referrers(session, comparison, name);
            self.follow(id, "Searching", job, |result| {
                Done::Referrers(result.map(Box::new))
            });
            return;
        }
        let session = Arc::clone(session);
        match work {
            Work::Runs => self.beside(id, move || {
                let runs = session.journal().runs();
                Done::Runs(runs.map_err(|error| Failure::plain("Reading the journal", error.to_string())))
            }),
            Work::Operations(run) => self.beside(id, move || {
                let entries = session.journal().entries(run);
                Done::Operations(
                    run,
                    entries.map_err(|error| Failure::plain("Reading the journal", error.to_string())),
                )
            }),
            Work::RecordHistory(name) => self.beside(id, move || {
                let entries = history_of(session.journal(), &name);
                let entries =
                    entries.map_err(|error| Failure::plain("Reading the journal", error.to_string()));
                Done::RecordHistory(name, entries)
            }),
            Work::Sides {
                comparison,
                type_index,
                row,
            } => self.beside(id, move || {
                Done::Sides(sides(&session, &comparison, type_index, row))
            }),
            Work::Save { path, text } => self.beside(id, move || {
                let written = std::fs::write(&path, text).map(|()| (path.clone(), 1));
                Done::Exported(
                    written.map_err(|error| Failure::plain("Saving", format!("{}: {error}", path.display()))),
                )
            }),
            _ => self.tell(id, Done::Exported(Err(Failure::plain("Reading", "not yet")))),
        }
    }

    /// Proposes a configuration for the folder one is in.
    pub(super) fn init(&mut self, id: JobId) {
        self.beside(id, move || Done::Proposed(Ok(PathBuf::new())));
    }
}

/// What the latest runs have done to a record, each with its run.
fn history_of(journal: &Journal, name: &str) -> Result<Vec<(Run, Entry)>, JournalError> {
    const MOST: usize = 200;
    let entries = journal.history_of(name)?.into_iter().take(MOST);
    entries
        .map(|entry| Ok((journal.run(entry.run)?, entry)))
        .collect()
}

fn sides(
    session: &Session,
    comparison: &Comparison,
    type_index: usize,
    row: usize,
) -> Result<Box<BothSides>, Failure> {
    let none = || JobError::Usage("the comparison has no such row".into());
    let compared = comparison.types.get(type_index).ok_or_else(none);
    let read = compared.and_then(|compared| compared.both_sides(session, &[row]));
    read.and_then(|mut read| read.pop().ok_or_else(none))
        .map(Box::new)
        .map_err(|error| Failure::of("Reading", &error))
}
