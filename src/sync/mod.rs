//! The jobs: compare, review, apply, verify, undo, resume, edit. Front ends start them, draw their events and show their
//! results; nothing about data is decided elsewhere, and nothing else writes to the cloud.
//!
//! The way of a write is told by types, each of which can only be made from the one before:
//! [`Comparison`] → [`Reviewed`] → [`Confirmed`] → running ([`apply`](fn@apply)) → [`Report`]. A confirmation carries the
//! digest of the very plan that runs.
//!
//! - [`Session`]: a configuration, an environment of it, its client and its journal
//! - [`Job`]: a running job: events, cancellation, pause, result
//! - `compare`, `review`, `apply`, `verify`, `undo`, `edit`, `bulk`: the jobs
//! - `locals`: the records behind the rows of a comparison; `referrers`: which of them point at a record
//! - `orphans`: which of them may be deleted
//! - `checks`: diagnostics before a write: field types, references, names, the schema
//! - `saved`: a plan in a file

mod apply;
mod bulk;
mod checks;
mod compare;
mod edit;
mod error;
mod event;
mod goal;
mod locals;
mod orphans;
mod rate;
mod referrers;
mod review;
mod saved;
mod session;
mod type_error;
mod undo;
mod verify;

use std::future::Future;
use std::sync::Arc;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::cloudkit::{Client, Notice};

pub use apply::{Cause, InMemory, Overwritten, Report, Unhappy, apply, resolve_interrupted, resume};
pub use bulk::{everything, local_records, names, review_delete_all, review_import};
pub use checks::{
    Check, Diagnostic, DiagnosticGroup, FileLine, SchemaFindings, Severity, ask_schema, check_files, grouped,
    missing_field, other_type, other_types,
};
pub use compare::{Compared, Comparison, compare};
pub use edit::{Edit, EditConflict, Found, find, review_create, review_delete, review_edits, review_update};
pub use error::{FileAction, JobError};
pub use event::{Event, Side};
pub use locals::BothSides;
pub use referrers::{Referrer, Referrers, referrers};
pub use review::{Choices, Confirmed, Reviewed, review};
pub use saved::{SavedPlan, SavedPlanError, review_saved};
pub use session::{Overrides, Session};
pub use type_error::TypeError;
pub use undo::{review_undo, review_undo_of_sound};
pub use verify::{Depth, SAMPLE, verify};

/// A running job.
pub struct Job<T> {
    events: UnboundedReceiver<Event>,
    cancel: CancellationToken,
    abandon: CancellationToken,
    pause: Pause,
    task: JoinHandle<Result<T, JobError>>,
}

impl<T> Job<T> {
    /// What happens next; `None` when the job has ended.
    pub async fn event(&mut self) -> Option<Event> {
        self.events.recv().await
    }

    /// Cancelling this makes the job end between two requests; what has left is waited for and journalled.
    pub fn cancellation(&self) -> CancellationToken {
        self.cancel.clone()
    }

    /// Cancels the job without waiting for requests in flight. A run still returns its report; the sent operations
    /// have an unknown outcome.
    pub fn abandon(&self) {
        self.cancel.cancel();
        self.abandon.cancel();
    }

    /// Holds the job between two requests, and lets it go on; where job and handles are gone nothing is held.
    pub fn pause(&self) -> Pause {
        self.pause.clone()
    }

    /// The result.
    pub async fn result(self) -> Result<T, JobError> {
        self.task
            .await
            .unwrap_or_else(|error| Err(JobError::Broken(error.to_string())))
    }
}

/// Holds a job: requests that have left are waited for and journalled, no other leaves. Cancelling ends a pause too.
#[derive(Clone)]
pub struct Pause(Arc<watch::Sender<bool>>);

impl Pause {
    /// Holds the job, or lets it go on.
    pub fn set(&self, paused: bool) {
        self.0.send_replace(paused);
    }

    /// Whether the job is held.
    pub fn is_set(&self) -> bool {
        *self.0.borrow()
    }
}

/// What a job works with.
#[derive(Clone)]
struct Context {
    session: Arc<Session>,
    client: Client,
    events: Events,
    cancel: CancellationToken,
    /// Nothing that is under way is waited for.
    abandon: CancellationToken,
}

/// Where a job says what happens; nobody need listen.
#[derive(Clone)]
struct Events(UnboundedSender<Event>);

impl Events {
    /// Has no observer.
    fn unheard() -> Self {
        Events(unbounded_channel().0)
    }

    fn tell(&self, event: Event) {
        // A front end that has gone away is no reason to stop.
        let _ = self.0.send(event);
    }
}

/// Starts a job that ends at once where it is abandoned.
fn start<T, F, W>(session: &Arc<Session>, work: W) -> Job<T>
where
    T: Send + 'static,
    F: Future<Output = Result<T, JobError>> + Send + 'static,
    W: FnOnce(Context) -> F,
{
    start_run(session, |context| {
        let abandon = context.abandon.clone();
        let work = work(context);
        async move {
            tokio::select! {
                result = work => result,
                () = abandon.cancelled() => Err(JobError::Cancelled),
            }
        }
    })
}

/// Starts a job that writes: where it is abandoned it gives its account before it ends.
fn start_run<T, F, W>(session: &Arc<Session>, work: W) -> Job<T>
where
    T: Send + 'static,
    F: Future<Output = Result<T, JobError>> + Send + 'static,
    W: FnOnce(Context) -> F,
{
    let (sender, events) = unbounded_channel();
    let (cancel, abandon) = (CancellationToken::new(), CancellationToken::new());
    let (pause, paused) = watch::channel(false);
    let teller = Events(sender);
    let notices = teller.clone();
    let client = session
        .client()
        .clone()
        .cancelled_by(cancel.clone())
        .paused_by(paused)
        .observed_by(move |notice| tell_notice(&notices, notice));
    let context = Context {
        session: Arc::clone(session),
        client,
        events: teller,
        cancel: cancel.clone(),
        abandon: abandon.clone(),
    };
    let keeper = Arc::clone(session);
    let work = work(context);
    let task = tokio::spawn(async move {
        let result = work.await;
        keeper.remember_service().await;
        result
    });
    Job {
        events,
        cancel,
        abandon,
        pause: Pause(Arc::new(pause)),
        task,
    }
}

fn tell_notice(events: &Events, notice: Notice) {
    events.tell(match notice {
        Notice::Answered {
            operation,
            status,
            succeeded,
            took,
            sent,
            received,
            records,
            request_id,
        } => Event::Answered {
            operation,
            status,
            succeeded,
            took,
            sent,
            received,
            records,
            request_id,
        },
        Notice::Waiting { wait, code } => Event::Throttled {
            wait,
            code: code.to_string(),
        },
        Notice::Retrying {
            operation,
            attempt,
            cause,
        } => Event::Retrying {
            operation,
            attempt,
            cause: cause.to_string(),
        },
    });
}

/// Runs blocking reads off the async threads. Cancelling the job ends the wait at once, even if a file system hangs.
async fn reading<T: Send + 'static>(
    context: &Context,
    work: impl FnOnce() -> Result<T, JobError> + Send + 'static,
) -> Result<T, JobError> {
    tokio::select! {
        read = blocking(work) => read,
        () = context.cancel.cancelled() => Err(JobError::Cancelled),
    }
}

/// Runs blocking work (files, SQLite) off the async threads, to completion.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, JobError> + Send + 'static,
) -> Result<T, JobError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(JobError::Broken(error.to_string())))
}
