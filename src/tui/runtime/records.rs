//! Reading and writing beside the loop for the record browser and for history.

use std::path::PathBuf;
use std::sync::Arc;

use super::Runtime;
use crate::sync::Session;
use crate::tui::effect::Work;
use crate::tui::failure::Failure;
use crate::tui::job::JobId;
use crate::tui::message::Done;

impl Runtime {
    pub(super) fn start_reading(&mut self, id: JobId, session: &Arc<Session>, work: Work) {
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
                let entries = session.journal().history_of(&name);
                let entries =
                    entries.map_err(|error| Failure::plain("Reading the journal", error.to_string()));
                Done::RecordHistory(name, entries)
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
