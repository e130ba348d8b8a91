//! Reading and writing beside the loop for the record browser and for history.

use std::path::PathBuf;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::Runtime;
use super::{export, sift};
use crate::files::{Target, WriteError};
use crate::journal::{Entry, Journal, JournalError, Run};
use crate::launch;
use crate::record::rank::{Rank, ordered};
use crate::sync::{self, BothSides, Compared, Comparison, JobError, Session};
use crate::tui::effect::Work;
use crate::tui::failure::Failure;
use crate::tui::job::JobId;
use crate::tui::message::{Done, Message};
use crate::tui::screen::records::rows::{Loaded, Order, Ordered};

/// Records read at once between two looks at whether it is still wanted.
const CHUNK: usize = 512;

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
            Work::Save { path, text, replace } => {
                self.write_beside(id, move || save(&session, path, text, replace));
            }
            Work::Load { .. } | Work::Order(_) | Work::Sift(_) | Work::Export { .. } => {
                let stop = CancellationToken::new();
                self.reading.insert(id, stop.clone());
                let sender = self.sender.clone();
                // What comes on the way belongs to no job: the job ends with its last word.
                let mut partly = move |done| drop(sender.send(Message::Done(0, done)));
                let writes = matches!(work, Work::Export { .. });
                let work = move || read(&session, work, &|| stop.is_cancelled(), &mut partly);
                if writes {
                    self.write_beside(id, work);
                } else {
                    self.beside(id, work);
                }
            }
            // Everything else was begun before it came here.
            _ => self.tell(
                id,
                Done::Exported(Err(Failure::plain("Reading", "there is nothing to read"))),
            ),
        }
    }

    /// Proposes a configuration for the folder one is in.
    pub(super) fn init(&mut self, id: JobId) {
        self.write_beside(id, || {
            let failed = |error: JobError| Failure::of("Proposing a configuration", &error);
            Done::Proposed(launch::propose_here().map_err(failed))
        });
    }
}

/// Reads what the list of records asks for. Blocks; what is known before the end is told `partly`.
pub fn read(session: &Session, work: Work, stopped: &dyn Fn() -> bool, partly: &mut dyn FnMut(Done)) -> Done {
    match work {
        Work::Load {
            comparison,
            type_index,
            rows,
        } => Done::Loaded(load(session, comparison, type_index, &rows)),
        Work::Order(order) => Done::Ordered(Ordered {
            generation: order.generation,
            rows: in_order(session, &order, stopped).map_err(|error| Failure::of("Sorting", &error)),
        }),
        Work::Sift(asked) => Done::Sifted(sift::sift(session, &asked, stopped, partly)),
        Work::Export {
            comparison,
            type_index,
            rows,
            side,
            columns,
            path,
            replace,
        } => export::export(
            session,
            &export::Asked {
                comparison,
                type_index,
                rows,
                side,
                columns,
                path,
                replace,
            },
            stopped,
            partly,
        ),
        _ => Done::Exported(Err(Failure::plain("Reading", "there is nothing to read"))),
    }
}

fn load(session: &Session, comparison: Arc<Comparison>, type_index: usize, rows: &[usize]) -> Loaded {
    let both = of_type(&comparison, type_index).and_then(|compared| compared.both_sides(session, rows));
    Loaded {
        type_index,
        records: both
            .map(|both| rows.iter().copied().zip(both).collect())
            .map_err(|error| Failure::of("Reading", &error)),
        comparison,
    }
}

pub(super) fn of_type(comparison: &Comparison, type_index: usize) -> Result<&Compared, JobError> {
    let compared = comparison.types.get(type_index);
    compared.ok_or_else(|| JobError::Broken("the type was not compared".into()))
}

fn in_order(
    session: &Session,
    order: &Order,
    stopped: &dyn Fn() -> bool,
) -> Result<(Vec<u32>, usize), JobError> {
    let compared = of_type(&order.comparison, order.type_index)?;
    let Ok(diff) = &compared.outcome else {
        return Ok((Vec::new(), 0));
    };
    let mut ranks = vec![Rank::Missing; diff.table().len()];
    // As they stand in the file, which is read from its beginning to its end.
    let rows: Vec<usize> = (0..diff.table().len()).collect();
    each(session, compared, &rows, stopped, |row, both| {
        let shown = both.shown();
        if let Some(rank) = ranks.get_mut(row) {
            *rank = Rank::of(shown.and_then(|record| record.fields.get(&order.field)));
        }
        Ok(())
    })?;
    Ok(ordered(diff.order().to_vec(), &ranks))
}

/// Reads rows one chunk after another.
///
/// # Errors
/// [`JobError::Cancelled`] when it is not wanted any more; what reading and `take` fail with.
pub(super) fn each(
    session: &Session,
    compared: &Compared,
    rows: &[usize],
    stopped: &dyn Fn() -> bool,
    mut take: impl FnMut(usize, BothSides) -> Result<(), JobError>,
) -> Result<(), JobError> {
    for chunk in rows.chunks(CHUNK) {
        if stopped() {
            return Err(JobError::Cancelled);
        }
        for (row, both) in chunk.iter().zip(compared.both_sides(session, chunk)?) {
            take(*row, both)?;
        }
    }
    Ok(())
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
    let none = || JobError::Broken("the comparison has no such row".into());
    let compared = comparison.types.get(type_index).ok_or_else(none);
    let read = compared.and_then(|compared| compared.both_sides(session, &[row]));
    read.and_then(|mut read| read.pop().ok_or_else(none))
        .map(Box::new)
        .map_err(|error| Failure::of("Reading", &error))
}

/// Writes a text to a file; an existing file is replaced only if the user agreed to that.
fn save(session: &Session, path: PathBuf, text: String, replace: bool) -> Done {
    let protected = session.protected();
    let written = Target::new(&path, export::existing(replace), &protected).and_then(|target| {
        target.write(|out| {
            out.write_all(text.as_bytes()).map_err(|cause| WriteError::Io {
                path: path.clone(),
                cause,
            })
        })
    });
    match written {
        Ok(()) => Done::Saved(Ok(path)),
        Err(WriteError::Exists(_)) => Done::Taken(Box::new(Work::Save {
            path,
            text,
            replace: true,
        })),
        Err(error) => Done::Saved(Err(Failure::plain("Saving", error.to_string()))),
    }
}
