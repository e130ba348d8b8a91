//! One call: it waits its turn, is sent, and where that is safe it is sent again.

use std::time::{Duration, Instant};

use rand::Rng as _;

use super::Client;
use super::error::{Code, Error, ItemError};
use super::pacer::{Asked, Permit};
use super::transport::corrected;
use super::wire::{Answer, Item, Items};

/// What happens on the line, for logs and progress.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// A request was answered, or refused.
    Answered {
        /// Such as `records/query`.
        operation: &'static str,
        /// HTTP status; `None` where there was no answer.
        status: Option<u16>,
        /// Whether it is an answer to what was asked. That the status is 200 does not say so.
        succeeded: bool,
        /// From sending to the last byte.
        took: Duration,
        /// Bytes of the request's body.
        sent: usize,
        /// Bytes of the answer's body, as they came.
        received: usize,
        /// Records in the answer, failed ones included.
        records: usize,
        /// The service's name for the request, where it gave one.
        request_id: Option<String>,
    },
    /// Everything on this key waits.
    Waiting {
        /// So long.
        wait: Duration,
        /// Because of this.
        code: Code,
    },
    /// A request is repeated after a pause.
    Retrying {
        /// Such as `records/query`.
        operation: &'static str,
        /// The number of the next attempt, from 2.
        attempt: u32,
        /// Why.
        cause: Error,
    },
}

/// What is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Query,
    Lookup,
    Modify,
}

impl Operation {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Operation::Query => "records/query",
            Operation::Lookup => "records/lookup",
            Operation::Modify => "records/modify",
        }
    }
}

/// A job that is throttled this often in a row on one request has not met a service that wants it.
const MOST_WAITS: u32 = 50;

/// The longest pause that is drawn without being told one.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How often a request is repeated while there has been no answer at all.
const FIRST_RETRIES: u32 = 2;

impl Client {
    /// Sends a call and repeats it as far as that is safe: reads after trouble on the way or in the service; writes only
    /// where no connection was made. Whatever answered a write, it may have been carried out: its caller looks it up
    /// before anything is sent again. A wait that the service asks for holds for everyone, whether this call is repeated
    /// or not.
    pub(super) async fn call(&self, operation: Operation, body: &[u8]) -> Result<Answer, Error> {
        let mut tries = Tries::default();
        // Seconds by which the service's clock differs, where it refused a signature made by ours.
        let mut learnt = None;
        loop {
            let permit = self.permit().await?;
            let sent_at = Instant::now();
            let offset = learnt.unwrap_or_else(|| self.transport.offset());
            let result = self.transport.exchange(operation, body, offset).await;
            self.tell_answer(operation, sent_at.elapsed(), body.len(), &result);
            let asked = match &result {
                Ok(exchanged) => asked_for_records(&exchanged.answer),
                Err(error) => self.asked(error, tries.waits),
            };
            permit.ends(result.is_ok().then_some(operation), asked.as_ref());
            self.tell_wait(asked.as_ref());
            let error = match result {
                Ok(exchanged) => {
                    if let Some(offset) = learnt {
                        self.transport.keep_offset(offset);
                    }
                    return Ok(exchanged.answer);
                }
                Err(error) => error,
            };
            if let (None, Some(better)) = (learnt, corrected(&error, offset))
                && operation != Operation::Modify
            {
                learnt = Some(better);
                continue;
            }
            if !tries.allow(&error, operation, self.retries()) {
                return Err(error);
            }
            if asked.is_none() {
                self.pause_before(operation, tries.attempts, error).await?;
            }
        }
    }

    /// Waits its turn, and as long as the client is paused; a pause that begins meanwhile counts too.
    async fn permit(&self) -> Result<Permit<'_>, Error> {
        loop {
            if let Some(mut paused) = self.paused.clone() {
                tokio::select! {
                    () = self.cancel.cancelled() => return Err(Error::Cancelled),
                    // That nobody can end the pause any more ends it.
                    _ = paused.wait_for(|paused| !paused) => {}
                }
            }
            let permit = self.pacer.start(&self.cancel).await?;
            let is_paused = self.paused.as_ref().is_some_and(|paused| *paused.borrow());
            if !is_paused {
                return Ok(permit);
            }
        }
    }

    /// Where nobody has ever answered, the address or the network is wrong rather than busy.
    fn retries(&self) -> u32 {
        if self.transport.has_answered() {
            self.settings.retries
        } else {
            self.settings.retries.min(FIRST_RETRIES)
        }
    }

    /// The wait that a failure asks for: as long as told, or growing where the service only says that it is too much.
    fn asked(&self, error: &Error, waits: u32) -> Option<Asked> {
        let Error::Refused(refusal) = error else {
            return None;
        };
        if !error.is_transient() {
            return None;
        }
        let grown = || refusal.code.is_wait().then(|| self.grown_pause(waits));
        Some(Asked {
            wait: error.retry_after().or_else(grown)?,
            why: refusal.as_ref().into(),
            is_throttle: error.is_throttle(),
        })
    }

    /// Whether single records of a read are asked for again, given why they were refused; waits until then. What the
    /// service says comes first: a wait that it names holds for everyone and has begun, else this call pauses by itself.
    pub(super) async fn asks_again(
        &self,
        refused: impl Iterator<Item = &ItemError>,
        times: &mut u32,
    ) -> Result<bool, Error> {
        let transient: Vec<&ItemError> = refused.filter(|error| error.is_transient()).collect();
        let only_waits = transient.iter().all(|error| error.code.is_wait());
        let most = if only_waits {
            MOST_WAITS
        } else {
            self.settings.retries
        };
        if transient.is_empty() || *times >= most {
            return Ok(false);
        }
        *times += 1;
        if transient.iter().all(|error| error.wait().is_none()) {
            self.pause(*times).await?;
        }
        Ok(true)
    }

    /// Waits before something that failed so many times in a row is tried again: longer each time. Ends early where the
    /// client is cancelled.
    pub async fn back_off(&self, failures: u32) {
        let pause = self
            .grown_pause(failures.saturating_sub(1))
            .mul_f64(rand::rng().random_range(0.5..=1.0));
        tokio::select! {
            () = self.cancel.cancelled() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }

    fn grown_pause(&self, times: u32) -> Duration {
        let factor = 1_u32.checked_shl(times.min(16)).unwrap_or(u32::MAX);
        self.settings.pause.saturating_mul(factor).min(LONGEST_PAUSE)
    }

    async fn pause_before(&self, operation: Operation, repetition: u32, cause: Error) -> Result<(), Error> {
        self.tell(|| Notice::Retrying {
            operation: operation.name(),
            attempt: repetition + 1,
            cause,
        });
        self.pause(repetition).await
    }

    /// Full jitter: many clients that failed together do not come back together.
    async fn pause(&self, repetition: u32) -> Result<(), Error> {
        let pause = self
            .grown_pause(repetition.saturating_sub(1))
            .mul_f64(rand::rng().random());
        tokio::select! {
            () = self.cancel.cancelled() => Err(Error::Cancelled),
            () = tokio::time::sleep(pause) => Ok(()),
        }
    }

    fn tell_wait(&self, asked: Option<&Asked>) {
        if let Some(asked) = asked.filter(|asked| asked.wait <= self.settings.longest_wait) {
            self.tell(|| Notice::Waiting {
                wait: asked.wait,
                code: asked.why.code.clone(),
            });
        }
    }

    fn tell(&self, notice: impl FnOnce() -> Notice) {
        if let Some(observer) = &self.observer {
            observer(notice());
        }
    }

    fn tell_answer(
        &self,
        operation: Operation,
        took: Duration,
        sent: usize,
        result: &Result<super::transport::Exchanged, Error>,
    ) {
        let (status, received, records, request_id) = match result {
            Ok(exchanged) => {
                let records = exchanged.answer.records.as_ref().map_or(0, Items::count);
                let id = exchanged.answer.uuid.clone();
                (Some(exchanged.status), exchanged.received, records, id)
            }
            Err(Error::Refused(refusal)) => (Some(refusal.status), 0, 0, refusal.request_id.clone()),
            Err(Error::BadAnswer { status, .. } | Error::NotCloudKit { status, .. }) => {
                (Some(*status), 0, 0, None)
            }
            Err(_) => (None, 0, 0, None),
        };
        let (operation, ms) = (operation.name(), took.as_millis());
        tracing::debug!(
            operation, status, ms, sent, received, records, request_id, "request"
        );
        self.tell(|| Notice::Answered {
            operation,
            status,
            succeeded: result.is_ok(),
            took,
            sent,
            received,
            records,
            request_id,
        });
    }
}

/// How often one call was sent again.
#[derive(Default)]
struct Tries {
    /// Because the service asked for it.
    waits: u32,
    /// Because of trouble.
    attempts: u32,
}

impl Tries {
    /// Counts one more repetition, if there may be one.
    fn allow(&mut self, error: &Error, operation: Operation, most: u32) -> bool {
        if operation == Operation::Modify && error.outcome_unknown() {
            return false;
        }
        match error {
            Error::Refused(refusal) if refusal.code.is_wait() => {
                self.waits += 1;
                self.waits <= MOST_WAITS
            }
            _ => {
                self.attempts += 1;
                self.attempts <= error.repetitions(most)
            }
        }
    }
}

/// Single records may be refused for now as well, whatever the code: the longest wait holds for everyone. It says nothing
/// about a rate, since the request itself was accepted.
fn asked_for_records(answer: &Answer) -> Option<Asked> {
    let waits = answer
        .records
        .iter()
        .flat_map(|read| &read.items)
        .filter_map(|item| match item {
            Item::Refused {
                code,
                reason,
                retry_after,
                ..
            } => {
                let why = ItemError {
                    code: Code::from_word(code),
                    reason: reason.clone(),
                    retry_after: *retry_after,
                    request_id: answer.uuid.clone(),
                };
                Some(Asked {
                    wait: why.wait()?,
                    why,
                    is_throttle: false,
                })
            }
            _ => None,
        });
    waits.max_by_key(|asked| asked.wait)
}
