//! A confirmed plan, carried out: requests side by side where references allow it, every operation journalled before it
//! leaves and accounted for before the run ends.
//!
//! - `batch`: one request and what follows from its answer, until each of its operations has ended
//! - `answer`: what the service's answers say
//! - `item`: an operation on its way
//! - `account`: what is known of every operation of the run, at any moment
//! - `probe`: which requests go ahead alone
//! - `report`: what a run came to

mod account;
mod answer;
mod batch;
mod item;
mod probe;
mod report;

use std::sync::Arc;

use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;
use futures::stream::{FuturesUnordered, StreamExt as _};

use super::{Confirmed, Context, Event, Events, Job, JobError, Session, blocking, start_run};
use crate::journal::{Ending, Journal, Run, RunId, RunKind, Settled, State};
use crate::record::plan::{Limits, Request, Verb, requests};

pub use report::{Cause, InMemory, Overwritten, Report, Unhappy};

use account::Account;
use item::Item;
use probe::Probes;

/// Requests that are worked on at once; how many are really in flight is for the client's pace to say.
const SIDE_BY_SIDE: usize = 16;

/// Carries a plan out. What an interrupted run before it has left of unknown outcome is resolved first.
pub fn apply(session: &Arc<Session>, confirmed: Confirmed) -> Job<Report> {
    start_run(session, |context| async move {
        let _lock = context.session.lock()?;
        let (plan, kind, undoes) = confirmed.into_parts(&context.session)?;
        resolve_open_run(&context).await?;
        let journal = Arc::clone(context.session.journal());
        let (id, plan) = blocking(move || Ok((journal.begin(kind, undoes, &plan)?, plan))).await?;
        let run = Header {
            id,
            kind,
            unchanged: plan.unchanged,
        };
        let items: Vec<Item> = plan
            .operations
            .into_iter()
            .enumerate()
            .map(|(position, operation)| Item::planned(position, operation))
            .collect();
        carry_out(context, run, items).await
    })
}

/// Takes up the latest run if it was interrupted: what was sent is resolved by lookup, what was not is sent. An earlier one
/// is history: what came after it would be written over by what was agreed to before. `None` where there is nothing to
/// take up.
pub fn resume(session: &Arc<Session>) -> Job<Option<Report>> {
    start_run(session, |context| async move {
        let _lock = context.session.lock()?;
        let journal = Arc::clone(context.session.journal());
        let found = blocking(move || {
            let Some(run) = journal.open_run()? else {
                return Ok(None);
            };
            let entries = journal.entries(run.id)?;
            journal.reopen(run.id)?;
            Ok(Some((entries, run)))
        });
        let Some((entries, run)) = found.await? else {
            return Ok(None);
        };
        let items: Vec<Item> = entries.into_iter().map(Item::from).collect();
        carry_out(context, Header::from(&run), items).await.map(Some)
    })
}

/// Looks up what the latest run has left of unknown outcome, where it was interrupted; nothing is sent. `None` where there
/// is nothing to look up.
pub fn resolve_interrupted(session: &Arc<Session>) -> Job<Option<Report>> {
    start_run(session, |context| async move {
        let _lock = context.session.lock()?;
        resolve_open_run(&context).await
    })
}

/// The same for whoever has the lock.
async fn resolve_open_run(context: &Context) -> Result<Option<Report>, JobError> {
    let journal = Arc::clone(context.session.journal());
    let found = blocking(move || {
        let run = journal.open_run()?.filter(|run| run.count(State::Sent) > 0);
        Ok(match run {
            // Damaged operations stay unknown and do not block a new run.
            Some(run) => Some((journal.sound_entries(run.id)?.0, run)),
            None => None,
        })
    });
    let Some((entries, run)) = found.await? else {
        return Ok(None);
    };
    let items: Vec<Item> = entries.into_iter().map(Item::from).collect();
    let (unknown, _): (Vec<Item>, Vec<Item>) = items
        .iter()
        .cloned()
        .partition(|item| item.state() == State::Sent && item.end.is_none());
    let execution = Execution {
        // No progress: this run has no observer any more.
        context: Context {
            events: Events::unheard(),
            ..context.clone()
        },
        run: Header::from(&run),
        account: Account::of(&items),
    };
    tokio::select! {
        looked_up = execution.look_up(unknown, true) => { looked_up?; }
        () = context.abandon.cancelled() => return Err(JobError::Cancelled),
    }
    let items = execution.account.items();
    let left = items
        .iter()
        .any(|item| matches!(item.state(), State::NotAttempted | State::Sent));
    let ending = if left {
        run.ending.unwrap_or(Ending::Failed)
    } else {
        ending(&items, None)
    };
    Ok(Some(execution.finish(None, ending).await))
}

/// What is known of a run whether or not its journal can be read.
#[derive(Debug, Clone, Copy)]
struct Header {
    id: RunId,
    kind: RunKind,
    unchanged: usize,
}

impl From<&Run> for Header {
    fn from(run: &Run) -> Self {
        Header {
            id: run.id,
            kind: run.kind,
            unchanged: run.unchanged,
        }
    }
}

/// One run under way.
struct Execution {
    context: Context,
    run: Header,
    account: Account,
}

async fn carry_out(context: Context, run: Header, items: Vec<Item>) -> Result<Report, JobError> {
    let account = Account::of(&items);
    let open: Vec<Item> = items.into_iter().filter(|item| item.end.is_none()).collect();
    context.events.tell(Event::Begun {
        run: run.id,
        operations: open.len(),
        types: by_type(&open),
    });
    let execution = Execution {
        context,
        run,
        account,
    };
    let stopped = AssertUnwindSafe(execution.all(open))
        .catch_unwind()
        .await
        .unwrap_or_else(|_| Some(JobError::Broken("see the lines above".into())));
    let ending = ending(&execution.account.items(), stopped.as_ref());
    Ok(execution.finish(stopped, ending).await)
}

impl Execution {
    /// Writes first, and deletions only when all of these have gone well.
    async fn all(&self, items: Vec<Item>) -> Option<JobError> {
        let (deletions, writes): (Vec<Item>, Vec<Item>) = items
            .into_iter()
            .partition(|item| item.operation.verb == Verb::Delete);
        let stopped = self.phase(writes).await;
        if stopped.is_none() && self.account.writes_are_well() {
            return self.phase(deletions).await;
        }
        stopped
    }

    fn note(&self, items: &[Item]) {
        self.account.note(items);
    }

    /// Sends requests side by side; one waits for those that hold the targets of its references. After an error no more
    /// are begun, and what is under way is waited for.
    async fn phase(&self, items: Vec<Item>) -> Option<JobError> {
        let plan = requests(items.iter().map(|item| &*item.operation), Limits::default());
        let mut probes = Probes::of(&items, &plan);
        let mut batches = cut(items, &plan);
        let mut finished = vec![false; plan.len()];
        let mut running = FuturesUnordered::new();
        let mut stopped = None;
        loop {
            let is_ready = |(number, request): &(usize, &Request), batches: &[Option<Vec<Item>>]| {
                batches.get(*number).is_some_and(Option::is_some)
                    && request
                        .after
                        .iter()
                        .all(|first| finished.get(*first) == Some(&true))
            };
            for (number, request) in plan.iter().enumerate() {
                if stopped.is_some() || running.len() >= SIDE_BY_SIDE {
                    break;
                }
                if probes.allow(number)
                    && is_ready(&(number, request), &batches)
                    && let Some(batch) = batches.get_mut(number).and_then(Option::take)
                {
                    probes.begin(number);
                    running.push(async move { (number, self.batch(batch).await) });
                }
            }
            let next = tokio::select! {
                next = running.next() => next,
                () = self.context.abandon.cancelled() => return Some(JobError::Cancelled),
            };
            let Some((number, result)) = next else {
                break;
            };
            probes.end(number);
            if let Some(flag) = finished.get_mut(number) {
                *flag = true;
            }
            if let Err(error) = result {
                stopped.get_or_insert(error);
            }
        }
        stopped
    }

    /// Ends the run in the journal and gives the account of it: also where the journal can no longer be written.
    async fn finish(self, stopped: Option<JobError>, ending: Ending) -> Report {
        let mut items = self.account.items();
        // What was announced and never left, and what could not be written when it happened.
        let late: Vec<Item> = items
            .iter()
            .filter(|item| item.journalled != State::Planned || item.end.is_some())
            .filter(|item| item.journalled != item.state())
            .cloned()
            .collect();
        let kept = self.keep(&late).await;
        let ended = match kept {
            Ok(()) => {
                self.note(&journalled(late));
                items = self.account.items();
                let run = self.run.id;
                self.journal(move |journal| {
                    journal.end(run, ending)?;
                    journal.run(run)
                })
                .await
            }
            Err(error) => Err(error),
        };
        match ended {
            Ok(run) => Report::new(self.run, &items, run.is_open(), stopped),
            Err(error) => Report::new(self.run, &items, true, stopped.or(Some(error))),
        }
    }

    /// Journal calls block.
    async fn journal<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Journal) -> Result<T, crate::journal::JournalError> + Send + 'static,
    ) -> Result<T, JobError> {
        let journal = Arc::clone(self.context.session.journal());
        blocking(move || Ok(work(&journal)?)).await
    }

    /// Puts ends into the account and the journal.
    ///
    /// # Errors
    /// Where the journal cannot be written: then only the account has them.
    async fn settle(&self, items: Vec<Item>) -> Result<(), JobError> {
        if items.is_empty() {
            return Ok(());
        }
        self.note(&items);
        self.tell_settled(&items);
        self.keep(&items).await?;
        self.note(&journalled(items));
        Ok(())
    }

    async fn keep(&self, items: &[Item]) -> Result<(), JobError> {
        let settled: Vec<Settled> = items.iter().map(Item::settled).collect();
        let run = self.run.id;
        self.journal(move |journal| journal.settle(run, &settled)).await
    }

    fn tell_settled(&self, items: &[Item]) {
        let settled: Vec<&Item> = items.iter().filter(|item| item.state().is_settled()).collect();
        for (record_type, operations) in by_type(settled.iter().copied()) {
            let of_type = |item: &&&Item| item.operation.record_type == record_type;
            let unhappy = settled
                .iter()
                .filter(of_type)
                .filter(|item| !item.is_well())
                .count();
            self.context.events.tell(Event::Settled {
                record_type,
                operations,
                unhappy,
            });
        }
        for item in settled.iter().filter(|item| item.state() == State::Conflicted) {
            self.context.events.tell(Event::LeftAlone {
                record_type: item.operation.record_type.clone(),
                name: item.operation.name.clone(),
                why: item.detail().unwrap_or_default().to_owned(),
            });
        }
    }
}

/// How many operations concern which type, in the order in which the types are met.
fn by_type<'i>(items: impl IntoIterator<Item = &'i Item>) -> Vec<(String, usize)> {
    let mut types: Vec<(String, usize)> = Vec::new();
    for item in items {
        let record_type = &item.operation.record_type;
        match types.iter_mut().find(|(known, _)| known == record_type) {
            Some((_, count)) => *count += 1,
            None => types.push((record_type.clone(), 1)),
        }
    }
    types
}

/// The same, now that the journal has them.
fn journalled(items: Vec<Item>) -> Vec<Item> {
    let journalled = |item: Item| Item {
        journalled: item.state(),
        ..item
    };
    items.into_iter().map(journalled).collect()
}

fn cut(items: Vec<Item>, plan: &[Request]) -> Vec<Option<Vec<Item>>> {
    let mut rest = items.into_iter();
    plan.iter()
        .map(|request| Some(rest.by_ref().take(request.operations.len()).collect()))
        .collect()
}

fn ending(items: &[Item], stopped: Option<&JobError>) -> Ending {
    match stopped {
        Some(JobError::Cancelled) => Ending::Cancelled,
        Some(_) => Ending::Failed,
        None if items.iter().all(Item::is_well) => Ending::Done,
        None => Ending::Partial,
    }
}
