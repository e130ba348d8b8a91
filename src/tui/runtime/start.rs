//! Jobs begun.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::{ARRANGED, Runtime};
use crate::config::ENVIRONMENTS;
use crate::launch::Launched;
use crate::sync::{self, JobError, Session, review_delete_all, review_edits, review_import, review_undo};
use crate::tui::effect::Work;
use crate::tui::failure::Failure;
use crate::tui::job::JobId;
use crate::tui::message::{Done, Message, Verdicts};
use crate::tui::place::{Availability, Opened, Place};

/// An open session, on its way from the task that opened it to the runtime.
pub struct Handle {
    /// The session.
    pub session: Arc<Session>,
    /// What it was opened from.
    pub launched: Arc<Launched>,
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handle(..)")
    }
}

impl Runtime {
    /// Opens an environment while another one stays open. Reads the configuration again, because the user may have
    /// fixed it, except for the demo, and when locking or unlocking the open environment.
    pub(super) fn open(&mut self, id: JobId, environment: String, unlocked: bool) {
        let is_open = |session: &Arc<Session>| session.environment() == environment;
        let keeps = self.launch.demo || self.session.as_ref().is_some_and(is_open);
        let launched = self.launched.clone().filter(|_| keeps);
        let (launch, sender) = (self.launch.clone(), self.sender.clone());
        let stop = CancellationToken::new();
        self.reading.insert(id, stop.clone());
        self.tasks.spawn(async move {
            let what = format!("Opening {environment}");
            let opened = async {
                let launched = match launched {
                    Some(launched) => launched,
                    None => Arc::new(launch.start().await?),
                };
                let (from, teller) = (Arc::clone(&launched), sender.clone());
                tokio::task::spawn_blocking(move || {
                    let _ = teller.send(Message::Done(0, Done::Environments(availability(&from))));
                    opened(from, &environment, unlocked)
                })
                .await
                .unwrap_or_else(|error| Err(JobError::Broken(error.to_string())))
            };
            // This reads files: exit must not wait for a file system that hangs.
            let opened = tokio::select! {
                opened = opened => opened,
                () = stop.cancelled() => Err(JobError::Cancelled),
            };
            let result = opened.map(Box::new).map_err(|error| Failure::of(&what, &error));
            let _ = sender.send(Message::Done(id, Done::Opened(result)));
        });
    }

    /// Begins what needs an open environment.
    pub(super) fn start_in(&mut self, id: JobId, session: &Arc<Session>, work: Work) {
        match work {
            Work::Compare(types) => match session.types(&types) {
                Ok(types) => {
                    let job = sync::compare(session, types);
                    self.follow(id, "Comparing", job, |result| {
                        Done::Compared(result.map(Arc::new))
                    });
                }
                Err(error) => self.tell(id, Done::Compared(Err(Failure::of("Comparing", &error)))),
            },
            Work::Review(comparison, choices) => {
                let session = Arc::clone(session);
                let sender = self.sender.clone();
                self.tasks.spawn(async move {
                    let reviewed = sync::review(&session, comparison, *choices).await;
                    let result = reviewed
                        .map(Box::new)
                        .map_err(|error| Failure::of("Planning", &error));
                    let _ = sender.send(Message::Done(id, Done::Reviewed(result)));
                });
            }
            Work::Apply(confirmed) => {
                let job = sync::apply(session, *confirmed);
                self.follow(id, "Writing", job, |result| {
                    Done::Applied(result.map(|report| Some(Arc::new(report))))
                });
            }
            Work::Resume => {
                let job = sync::resume(session);
                self.follow(id, "Resuming", job, |result| {
                    Done::Applied(result.map(|report| report.map(Arc::new)))
                });
            }
            Work::Verify(types, depth) => match session.types(&types) {
                Ok(types) => {
                    let job = sync::verify(session, types, depth);
                    self.follow(id, "Verifying", job, |result| {
                        Done::Verified(result.map(verdicts))
                    });
                }
                Err(error) => self.tell(id, Done::Verified(Err(Failure::of("Verifying", &error)))),
            },
            Work::Find { record_type, name } => {
                let job = sync::find(session, &record_type, &name);
                self.follow(id, "Looking up", job, |result| Done::Found(result.map(Box::new)));
            }
            Work::Edits(edits) => self.plan(id, review_edits(session, edits)),
            Work::Undo(run) => self.plan(id, review_undo(session, run)),
            Work::Import(types) => match session.types(&types) {
                Ok(types) => self.plan(id, review_import(session, types)),
                Err(error) => self.tell(id, Done::Reviewed(Err(Failure::of("Planning", &error)))),
            },
            Work::DeleteAll(types) => match session.types(&types) {
                Ok(types) => self.plan(id, review_delete_all(session, types)),
                Err(error) => self.tell(id, Done::Reviewed(Err(Failure::of("Planning", &error)))),
            },
            other => self.start_reading(id, session, other),
        }
    }

    fn plan(&mut self, id: JobId, job: sync::Job<sync::Reviewed>) {
        self.follow(id, "Planning", job, |result| Done::Reviewed(result.map(Box::new)));
    }
}

type Verified = Vec<(
    crate::config::TypeConfig,
    Result<crate::record::verdict::Verdict, sync::TypeError>,
)>;

fn verdicts(verified: Verified) -> Verdicts {
    let one = |(config, verdict): (crate::config::TypeConfig, Result<_, sync::TypeError>)| {
        let verdict =
            verdict.map_err(|error| Failure::of_type(&format!("Verifying {}", config.name), &error));
        (config.name, verdict)
    };
    verified.into_iter().map(one).collect()
}

/// What the user had arranged; that it cannot be read is no trouble worth a word.
fn arrangements(session: &Session) -> BTreeMap<String, String> {
    let facts = session.journal().facts(ARRANGED).unwrap_or_default();
    facts
        .into_iter()
        .filter_map(|(key, value)| Some((key.strip_prefix(ARRANGED)?.to_owned(), value)))
        .collect()
}

/// Whether the environments have keys. Blocks: key files are read.
fn availability(launched: &Launched) -> Vec<Availability> {
    let of = |environment| Availability {
        environment,
        problem: launched
            .check_key(environment)
            .err()
            .map(|error| error.to_string()),
    };
    ENVIRONMENTS.map(of).to_vec()
}

/// Opens a session and reads what the journal knows already. Blocks.
fn opened(launched: Arc<Launched>, environment: &str, unlocked: bool) -> Result<Opened, JobError> {
    let session = Arc::new(launched.session(environment, unlocked, None)?);
    let journal = session.journal();
    let mut snapshots = session.snapshots()?;
    let types = session.config().types.iter();
    let types = types.map(|one| (Arc::new(one.clone()), snapshots.remove(&one.name)));
    let types = types.collect();
    let mut warnings: Vec<String> = session
        .config()
        .warnings
        .iter()
        .map(ToString::to_string)
        .collect();
    warnings.extend(session.warnings.iter().cloned());
    Ok(Opened {
        place: Place::of(&session, launched.demo.is_some()),
        types,
        interrupted: journal.open_run()?,
        warnings,
        arrangements: arrangements(&session),
        handle: Some(Handle { session, launched }),
    })
}
