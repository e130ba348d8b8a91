//! The pace of one key on the clock: who asks waits here for its turn.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::call::Operation;
use super::error::{Error, ItemError};
use super::pace::{KnownRate, Pace, Start};
use super::{Load, Settings};

/// The [`Pace`] of one key, with a clock.
pub(super) struct Pacer {
    line: Mutex<Line>,
    longest_wait: Duration,
    changed: Notify,
    origin: Instant,
}

/// What is shared by everyone on the key.
struct Line {
    pace: Pace,
    /// What the service said when it asked for the last wait.
    asked: Option<Asked>,
}

/// A wait that the service asks for, and in what words.
#[derive(Clone)]
pub(super) struct Asked {
    pub(super) wait: Duration,
    pub(super) why: ItemError,
    /// Whether it is because this key sends too many requests.
    pub(super) is_throttle: bool,
}

/// The right to have a request in flight, given back when dropped.
pub(super) struct Permit<'p> {
    pacer: &'p Pacer,
    started: Duration,
    open: bool,
}

impl Pacer {
    pub(super) fn new(settings: &Settings) -> Self {
        Pacer {
            line: Mutex::new(Line {
                pace: Pace::new(settings.pace),
                asked: None,
            }),
            longest_wait: settings.longest_wait,
            changed: Notify::new(),
            origin: Instant::now(),
        }
    }

    pub(super) fn known_rate(&self) -> Option<KnownRate> {
        self.line().pace.known_rate(self.now())
    }

    pub(super) fn load(&self) -> Load {
        let line = self.line();
        Load {
            in_flight: line.pace.in_flight(),
            limit: line.pace.room(),
            rate: line.pace.rate(),
        }
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Duration {
        self.origin.elapsed()
    }

    /// Waits for its turn.
    ///
    /// # Errors
    /// Where that is too long, or nobody wants it any more.
    pub(super) async fn start(&self, cancel: &CancellationToken) -> Result<Permit<'_>, Error> {
        loop {
            if cancel.is_cancelled() {
                return Err(Error::Cancelled);
            }
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            let now = self.now();
            let start = self.line().start(now, self.longest_wait)?;
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

impl Line {
    /// A wait beyond the limit ends every call at once, also those that have not asked the service themselves.
    fn start(&mut self, now: Duration, longest_wait: Duration) -> Result<Start, Error> {
        let wait = self.pace.held_for(now);
        match &self.asked {
            Some(asked) if wait > longest_wait => Err(Error::WaitTooLong {
                seconds: wait.as_secs_f64(),
                limit: longest_wait.as_secs(),
                why: Box::new(asked.why.clone()),
            }),
            _ => Ok(self.pace.start(now)),
        }
    }
}

impl Permit<'_> {
    /// The request has come back, and may have brought a wait for everyone.
    pub(super) fn ends(mut self, answered: Option<Operation>, asked: Option<&Asked>) {
        self.open = false;
        let now = self.pacer.now();
        let mut line = self.pacer.line();
        match (answered, asked) {
            (Some(operation), _) => line.pace.served(operation.name(), self.started, now),
            (None, Some(asked)) if asked.is_throttle => {
                line.pace.throttled(self.started, now, asked.wait);
            }
            (None, _) => line.pace.ended(),
        }
        if let Some(asked) = asked {
            line.pace.hold(now, asked.wait);
            line.asked = Some(asked.clone());
        }
        drop(line);
        self.pacer.changed.notify_waiters();
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if self.open {
            self.pacer.line().pace.ended();
            self.pacer.changed.notify_waiters();
        }
    }
}
