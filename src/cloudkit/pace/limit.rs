//! How many requests a second may leave: any number, until the service refuses one because there are too many.
//!
//! What is learnt then comes from what the service accepted while it refused ([`span`](super::span)), never from how fast
//! requests left since. A limit that is too low costs time without a word from the service, so it is probed upwards, by
//! little steps first and then by larger ones, and nothing is believed for longer than an hour. Each probe that goes too
//! far costs the whole wait that the service asks for: the longer that is, the later it is tried again.

use std::time::Duration;

use super::KnownRate;
use super::span::{Measure, Span};

/// Share of the measured rate that is used.
const MARGIN: f64 = 0.95;
/// A refusal at a rate that is this close to the measured one says that the limit was a little too high.
const CLOSE: f64 = 0.8;
/// How much it is lowered then.
const LITTLE: f64 = 0.95;
/// Fewer answers than these are no measurement: they may be few because little was asked.
const FEW: u32 = 5;
/// Waits up to this cost little, because a bucket refills during them. A single refusal with such a wait sets no
/// limit: it may have another cause. Neither does one refusal among this many requests.
const SHORT_WAIT: Duration = Duration::from_secs(2);
const MANY: u32 = 50;
/// The lowest limit, in requests per second: a lower one costs more time than the waits.
const SLOWEST: f64 = 1.0;
/// What was learnt is forgotten after this time.
const FORGET_AFTER: Duration = Duration::from_secs(3600);
/// The longest wait that is believed of an earlier run.
const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// After a refusal that agrees with what was known, nothing is probed for this many times the wait.
const CALM: u32 = 10;
/// The first step of a probe; each further one is twice as large, up to doubling the rate.
const FIRST_STEP: f64 = 0.02;
/// An unused share of the rate is made up for, over this time.
const SLACK: Duration = Duration::from_millis(100);
const SECOND: Duration = Duration::from_secs(1);

/// The limit of one key.
pub(super) struct Limit {
    known: Option<Known>,
    /// When the next request may leave.
    next: Duration,
    span: Span,
    /// The first span of this run that ended with a refusal, while no limit held.
    unlimited: Option<Measure>,
    refused_at: Option<Duration>,
    accepted_since: u32,
}

/// The measured limit of the service.
struct Known {
    /// Requests per second that the measurements support.
    base: f64,
    /// Requests per second that leave: more than that while it is probed.
    rate: f64,
    /// How long the service asked to wait.
    wait: Duration,
    /// When it was learnt; before the start of this run where it was remembered.
    learnt: Learnt,
    probe_at: Duration,
    probes: u32,
    /// Whether a request had to wait for its turn since the last probe: else there is nothing to probe.
    holds: bool,
}

#[derive(Clone, Copy)]
enum Learnt {
    Before(Duration),
    At(Duration),
}

impl Limit {
    pub(super) fn new(remembered: Option<KnownRate>) -> Self {
        Limit {
            known: remembered.and_then(Known::remembered),
            next: Duration::ZERO,
            span: Span::default(),
            unlimited: None,
            refused_at: None,
            accepted_since: 0,
        }
    }

    /// Whether a request may leave, or else when.
    pub(super) fn allows(&mut self, now: Duration) -> Result<(), Duration> {
        if self
            .known
            .as_ref()
            .is_some_and(|known| known.age(now) > FORGET_AFTER)
        {
            self.known = None;
        }
        let Some(known) = &mut self.known else {
            return Ok(());
        };
        if now < self.next {
            known.holds = true;
            self.span.expect(self.next);
            return Err(self.next);
        }
        known.probe(now, &self.span);
        Ok(())
    }

    /// A request leaves, with so many in flight before it.
    pub(super) fn leave(&mut self, now: Duration, in_flight: usize) {
        self.span.leave(now, in_flight);
        if let Some(known) = &self.known {
            let interval = Duration::from_secs_f64(1.0 / known.rate);
            self.next = self.next.max(now.saturating_sub(SLACK)) + interval;
        }
    }

    /// A request was accepted.
    pub(super) fn accept(&mut self, now: Duration) {
        self.span.accept(now);
        self.accepted_since = self.accepted_since.saturating_add(1);
    }

    /// Nothing leaves until a wait is over; what it is about is not this rate.
    pub(super) fn pause(&mut self) {
        self.span.end();
    }

    /// A request was refused because there are too many, and the service asks for this wait.
    pub(super) fn refuse(&mut self, now: Duration, wait: Duration) {
        let measure = self.span.measure(now);
        let capacity = self.capacity(now, measure);
        let is_first = self.refused_at.is_none();
        if self.known.is_none() && is_first {
            self.unlimited = Some(measure);
        }
        let is_cheap = wait <= SHORT_WAIT && (self.accepted_since >= MANY || is_first);
        match (&mut self.known, measure.accepted) {
            // The service is closed, or others keep it busy: that says nothing about what it takes.
            (_, 0) | (None, ..FEW) => {}
            _ if is_cheap => {}
            (Some(known), ..FEW) => known.lower(now, wait, known.base * LITTLE),
            (Some(known), _) => known.refuse(now, wait, capacity),
            (None, _) => self.known = Some(Known::learn(now, wait, capacity, is_first)),
        }
        self.refused_at = Some(now);
        self.accepted_since = 0;
        self.span.end();
    }

    /// What the service takes, by all that was measured.
    fn capacity(&mut self, now: Duration, measure: Measure) -> f64 {
        let between = self.refused_at.map_or(0.0, |refused_at| {
            let since = Measure {
                accepted: self.accepted_since,
                span: now.saturating_sub(refused_at),
            };
            since.rate()
        });
        let growth = (self.unlimited.as_ref()).and_then(|earlier| measure.growth_since(earlier));
        let is_probing = self.known.as_ref().is_some_and(Known::is_probing);
        let measured = match growth {
            // It says little where the span began below the limit.
            Some(growth) if !is_probing => {
                let rate = growth.max(between);
                self.span.learn_burst(measure, rate);
                rate
            }
            _ => self.span.rate(now),
        };
        measured.max(between)
    }

    /// Requests per second that may leave; `None`: any number.
    pub(super) fn rate(&self) -> Option<f64> {
        self.known.as_ref().map(|known| known.rate)
    }

    /// The limit, to keep for the next run.
    pub(super) fn known(&self, now: Duration) -> Option<KnownRate> {
        let known = self.known.as_ref()?;
        let age = known.age(now);
        (age <= FORGET_AFTER).then(|| KnownRate {
            per_second: known.supported(now, &self.span),
            wait: known.wait,
            age,
        })
    }
}

impl Known {
    /// Restores the limit of an earlier run. Ignores one that is not a finite number or is too old.
    fn remembered(rate: KnownRate) -> Option<Self> {
        let is_rate = rate.per_second.is_finite() && rate.per_second > 0.0;
        if !is_rate || rate.age > FORGET_AFTER {
            return None;
        }
        let wait = rate.wait.min(LONGEST_WAIT);
        let base = rate.per_second.max(SLOWEST);
        Some(Known {
            base,
            rate: base,
            wait,
            learnt: Learnt::Before(rate.age),
            probe_at: (wait / 2).clamp(SECOND, SECOND * 5),
            probes: 0,
            holds: false,
        })
    }

    fn learn(now: Duration, wait: Duration, capacity: f64, is_first: bool) -> Self {
        let base = (capacity * MARGIN).max(SLOWEST);
        let calm = if is_first {
            wait.clamp(SECOND, SECOND * 10)
        } else {
            wait.saturating_mul(CALM)
        };
        Known {
            base,
            rate: base,
            wait,
            learnt: Learnt::At(now),
            probe_at: now + wait + calm,
            probes: 0,
            holds: false,
        }
    }

    /// Refused although the limit was kept.
    fn refuse(&mut self, now: Duration, wait: Duration, capacity: f64) {
        let capacity = capacity.min(self.rate);
        let is_close = capacity >= self.base * CLOSE;
        let base = if self.is_probing() && is_close {
            self.base.max(capacity * MARGIN)
        } else if is_close {
            self.base * LITTLE
        } else {
            capacity * MARGIN
        };
        self.lower(now, wait, base);
    }

    fn is_probing(&self) -> bool {
        self.rate > self.base
    }

    fn lower(&mut self, now: Duration, wait: Duration, base: f64) {
        *self = Known::learn(now, wait, base / MARGIN, false);
    }

    fn age(&self, now: Duration) -> Duration {
        match self.learnt {
            Learnt::Before(age) => age.saturating_add(now),
            Learnt::At(time) => now.saturating_sub(time),
        }
    }

    /// The limit that is supported by what was accepted since: without a refusal it is more than was known.
    fn supported(&self, now: Duration, span: &Span) -> f64 {
        self.base.max(span.rate(now) * MARGIN)
    }

    /// Raises the rate where it is time to, and where it held something back.
    fn probe(&mut self, now: Duration, span: &Span) {
        if now < self.probe_at || !self.holds {
            return;
        }
        let step = (FIRST_STEP * 2.0_f64.powi(self.probes.min(10).cast_signed())).min(1.0);
        self.base = self.supported(now, span).min(self.rate);
        self.rate *= 1.0 + step;
        self.probes += 1;
        self.probe_at = now + (self.wait / 5).clamp(SECOND, SECOND * 2);
        self.holds = false;
    }
}
