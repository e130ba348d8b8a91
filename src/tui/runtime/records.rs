//! Reading and writing beside the loop for the record browser and for history.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;

use super::Runtime;
use crate::launch;
use crate::sync::{JobError, Session};
use crate::tui::effect::Work;
use crate::tui::failure::Failure;
use crate::tui::job::JobId;
use crate::tui::message::Done;

impl Runtime {
    pub(super) fn start_reading(&mut self, id: JobId, session: &Arc<Session>, work: Work) {
        let session = Arc::clone(session);
        match work {
            Work::Runs => self.beside(id, move || {
                let runs = session.journal().past();
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
                let written = save(&path, &text);
                let failed = |error| Failure::plain("Saving", format!("{}: {error}", path.display()));
                Done::Saved(written.map_err(failed).map(|()| path.clone()))
            }),
            _ => self.tell(id, Done::Exported(Err(Failure::plain("Reading", "not yet")))),
        }
    }

    /// Proposes a configuration for the folder one is in.
    pub(super) fn init(&mut self, id: JobId) {
        self.beside(id, || {
            let failed = |error: JobError| Failure::of("Proposing a configuration", &error);
            Done::Proposed(launch::propose_here().map_err(failed))
        });
    }
}

/// Writes a file that is not there yet.
fn save(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::options().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())
}
