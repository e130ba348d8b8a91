//! One call: it waits its turn, is sent, and where that is safe it is sent again.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rand::Rng as _;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::error::{Error, Refusal};
use super::pace::{Pace, PaceSettings, Start};
use super::wire::Answer;
use super::{Client, Code, Load};

/// What happens on the line, for logs and progress.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// A request was answered, or refused.
    Answered {
        /// Such as `records/query`.
        operation: &'static str,
        /// HTTP status; `None` where there was no answer.
        status: Option<u16>,
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

/// Whether a call may simply be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Intent {
    Read,
    Write,
}

/// A job that is throttled this often in a row on one request has not met a service that wants it.
const MOST_WAITS: u32 = 50;

/// The longest pause that is drawn without being told one.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The [`Pace`] of one key, with a clock.
pub(super) struct Pacer {
    pace: Mutex<Pace>,
    changed: Notify,
    origin: Instant,
}

/// The right to have a request in flight, given back when dropped.
struct Permit<'p> {
    pacer: &'p Pacer,
    started: Duration,
    open: bool,
}

impl Pacer {
    pub(super) fn new(settings: PaceSettings) -> Self {
        Pacer {
            pace: Mutex::new(Pace::new(settings)),
            changed: Notify::new(),
            origin: Instant::now(),
        }
    }

    pub(super) fn rate(&self) -> Option<f64> {
        self.pace().rate()
    }

    pub(super) fn load(&self) -> Load {
        let pace = self.pace();
        Load {
            in_flight: pace.in_flight(),
            limit: pace.room(),
            rate: pace.rate(),
        }
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Duration {
        self.origin.elapsed()
    }

    async fn start(&self, cancel: &CancellationToken) -> Result<Permit<'_>, Error> {
        loop {
            if cancel.is_cancelled() {
                return Err(Error::Cancelled);
            }
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            let now = self.now();
            let start = self.pace().start(now);
            let until = match start {
                Start::Now => {
                    return Ok(Permit {
                        pacer: self,
                        started: now,
                        open: true,
                    });
                }
                Start::At(time) => Some(time.saturating_sub(now)),
                Start::Full => None,
            };
            tokio::select! {
                () = cancel.cancelled() => return Err(Error::Cancelled),
                () = tokio::time::sleep(until.unwrap_or_default()), if until.is_some() => {}
                () = changed => {}
            }
        }
    }
}

impl Permit<'_> {
    fn served(mut self, kind: &'static str) {
        self.open = false;
        let now = self.pacer.now();
        self.pacer.pace().served(kind, self.started, now);
        self.pacer.changed.notify_waiters();
    }

    fn throttled(mut self, wait: Duration) {
        self.open = false;
        let now = self.pacer.now();
        self.pacer.pace().throttled(self.started, now, wait);
        self.pacer.changed.notify_waiters();
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if self.open {
            self.pacer.pace().ended();
            self.pacer.changed.notify_waiters();
        }
    }
}

impl Client {
    /// Sends a call and repeats it as far as that is safe: reads after trouble on the way or in the service; writes only
    /// where the service says that it did nothing, or where nothing was sent.
    pub(super) async fn call(
        &self,
        operation: &'static str,
        body: &[u8],
        intent: Intent,
    ) -> Result<Answer, Error> {
        let (mut waits, mut attempt) = (0, 1);
        loop {
            let permit = self.permit().await?;
            let sent_at = Instant::now();
            let result = self.transport.exchange(operation, body).await;
            self.tell_answer(operation, sent_at.elapsed(), body.len(), &result);
            let error = match result {
                Ok(exchanged) => {
                    permit.served(operation);
                    return Ok(exchanged.answer);
                }
                Err(error) => error,
            };
            if let Some(refusal) = asks_to_wait(&error, intent).filter(|_| waits < MOST_WAITS) {
                waits += 1;
                let wait = self.wait_of(refusal, waits);
                if wait > self.settings.longest_wait {
                    permit.throttled(self.settings.longest_wait);
                    return Err(Error::WaitTooLong {
                        seconds: wait.as_secs_f64(),
                        limit: self.settings.longest_wait.as_secs(),
                    });
                }
                permit.throttled(wait);
                self.tell(|| Notice::Waiting {
                    wait,
                    code: refusal.code.clone(),
                });
                continue;
            }
            drop(permit);
            let harmless = intent == Intent::Read || matches!(error, Error::Unreachable { .. });
            if !(harmless && error.is_transient() && attempt <= self.settings.retries) {
                return Err(error);
            }
            attempt += 1;
            self.tell(|| Notice::Retrying {
                operation,
                attempt,
                cause: error,
            });
            self.pause(self.drawn_pause(attempt - 2)).await?;
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

    fn wait_of(&self, refusal: &Refusal, waits: u32) -> Duration {
        let told = refusal.retry_after.map(|seconds| {
            // A wait beyond any measure is cut by the limit, which sees it as it is up to a year.
            Duration::try_from_secs_f64(seconds.min(31_536_000.0)).unwrap_or_default()
        });
        told.unwrap_or_else(|| self.grown_pause(waits - 1))
    }

    fn grown_pause(&self, times: u32) -> Duration {
        let factor = 1_u32.checked_shl(times.min(16)).unwrap_or(u32::MAX);
        self.settings.pause.saturating_mul(factor).min(LONGEST_PAUSE)
    }

    /// Full jitter: many clients that failed together do not come back together.
    fn drawn_pause(&self, times: u32) -> Duration {
        self.grown_pause(times).mul_f64(rand::rng().random())
    }

    async fn pause(&self, pause: Duration) -> Result<(), Error> {
        tokio::select! {
            () = self.cancel.cancelled() => Err(Error::Cancelled),
            () = tokio::time::sleep(pause) => Ok(()),
        }
    }

    fn tell(&self, notice: impl FnOnce() -> Notice) {
        if let Some(observer) = &self.observer {
            observer(notice());
        }
    }

    fn tell_answer(
        &self,
        operation: &'static str,
        took: Duration,
        sent: usize,
        result: &Result<super::transport::Exchanged, Error>,
    ) {
        let (status, received, records, request_id) = match result {
            Ok(exchanged) => {
                let records = exchanged.answer.records.as_ref().map_or(0, Vec::len);
                let id = exchanged.request_id.clone();
                (Some(exchanged.status), exchanged.received, records, id)
            }
            Err(Error::Refused(refusal)) => (Some(refusal.status), 0, 0, refusal.request_id.clone()),
            Err(Error::BadAnswer { status, .. }) => (Some(*status), 0, 0, None),
            Err(_) => (None, 0, 0, None),
        };
        let ms = took.as_millis();
        tracing::debug!(
            operation, status, ms, sent, received, records, request_id, "request"
        );
        self.tell(|| Notice::Answered {
            operation,
            status,
            took,
            sent,
            received,
            records,
            request_id,
        });
    }
}

/// A write waits and is sent again only where the service itself says that it did nothing; a gateway's 503 says nothing
/// about what happened behind it.
fn asks_to_wait(error: &Error, intent: Intent) -> Option<&Refusal> {
    match error {
        Error::Refused(refusal) if refusal.code.is_wait() => {
            (intent == Intent::Read || refusal.named || refusal.status == 429).then_some(refusal)
        }
        _ => None,
    }
}
