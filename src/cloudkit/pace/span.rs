//! What the service accepted, and when: the measurements that a refusal is judged by.
//!
//! A service that limits a rate is taken for a token bucket: it refills at some rate up to some burst, and each request
//! takes a token. Of such a bucket, every span of time has accepted at most `burst + rate × span`, and from one refusal to
//! the next, both with an empty bucket, at most `rate × span` where none ran over. So each measurement here is a lower
//! bound of the rate, and the best of them is exact as soon as the bucket has not run over.

use std::collections::VecDeque;
use std::time::Duration;

/// A span with no request in flight for so long was not one at full speed.
const IDLE: Duration = Duration::from_millis(250);
/// A bucket is taken to hold what a second gains, until two measurements say that it holds more.
const BURST: f64 = 1.0;
/// Answers that are looked at; more say nothing better.
const MOST: usize = 4096;

/// The requests since the last wait or idle time.
pub(super) struct Span {
    /// What the bucket is taken to hold, in seconds of its rate.
    burst: f64,
    begun: Option<Duration>,
    /// When something last was in flight.
    busy_until: Duration,
    accepted: VecDeque<Duration>,
    count: u32,
}

/// A span that ended with a refusal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Measure {
    /// Requests accepted.
    pub(super) accepted: u32,
    /// From the first of them to the refusal.
    pub(super) span: Duration,
}

impl Measure {
    /// Accepted requests per second.
    pub(super) fn rate(&self) -> f64 {
        f64::from(self.accepted) / self.span.as_secs_f64().max(0.001)
    }

    /// The rate of a bucket that was full at the beginning of both spans, whatever it holds: what the longer span accepted
    /// beyond the shorter one. `None` where the two do not differ enough to tell.
    pub(super) fn growth_since(&self, earlier: &Measure) -> Option<f64> {
        const DIFFERENCE: f64 = 0.5;
        let longer = self.span.as_secs_f64() - earlier.span.as_secs_f64();
        let more = f64::from(self.accepted) - f64::from(earlier.accepted);
        // A longer span that accepted far less is one of a service that has changed.
        let is_alike = more >= -0.1 * f64::from(earlier.accepted);
        (longer >= DIFFERENCE && is_alike).then(|| (more / longer).max(0.0))
    }
}

impl Default for Span {
    fn default() -> Self {
        Span {
            burst: BURST,
            begun: None,
            busy_until: Duration::ZERO,
            accepted: VecDeque::new(),
            count: 0,
        }
    }
}

impl Span {
    /// A span from a full bucket to an empty one, at a known rate: what it accepted beyond that was in the bucket.
    pub(super) fn learn_burst(&mut self, measure: Measure, rate: f64) {
        let held = f64::from(measure.accepted) / rate - measure.span.as_secs_f64();
        if held.is_finite() {
            self.burst = held.max(BURST);
        }
    }

    /// A request leaves, with so many in flight before it.
    pub(super) fn leave(&mut self, now: Duration, in_flight: usize) {
        if in_flight == 0 && now > self.busy_until + IDLE {
            self.end();
        }
        self.busy_until = self.busy_until.max(now);
        self.begun.get_or_insert(now);
    }

    /// A request waits for its turn until then: that is no idle time.
    pub(super) fn expect(&mut self, time: Duration) {
        self.busy_until = self.busy_until.max(time);
    }

    /// A request was accepted.
    pub(super) fn accept(&mut self, now: Duration) {
        self.busy_until = self.busy_until.max(now);
        self.count = self.count.saturating_add(1);
        self.accepted.push_back(now);
        if self.accepted.len() > MOST {
            self.accepted.pop_front();
        }
    }

    /// A wait begins: the next request begins another span.
    pub(super) fn end(&mut self) {
        self.begun = None;
        self.accepted.clear();
        self.count = 0;
    }

    /// What the span has come to.
    pub(super) fn measure(&self, now: Duration) -> Measure {
        Measure {
            accepted: self.count,
            span: now.saturating_sub(self.begun.unwrap_or(now)),
        }
    }

    /// The rate of a bucket that was full: the most that any part of the span up to now asks of it.
    pub(super) fn rate(&self, now: Duration) -> f64 {
        let mut count = 0.0;
        let mut most = 0.0_f64;
        for time in self.accepted.iter().rev() {
            count += 1.0;
            most = most.max(count / (now.saturating_sub(*time).as_secs_f64() + self.burst));
        }
        most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn measure(accepted: u32, ms: u64) -> Measure {
        Measure {
            accepted,
            span: at(ms),
        }
    }

    /// So many accepted requests, 100 ms apart, from this time on.
    fn accept(span: &mut Span, from: u64, count: u64) {
        for n in 0..count {
            span.leave(at(from + n * 100), 0);
            span.accept(at(from + n * 100));
        }
    }

    #[test]
    fn what_a_longer_span_accepted_beyond_a_shorter_one_is_the_rate() {
        // A bucket of 10/s that holds 50.
        let growth = |accepted, ms| measure(accepted, ms).growth_since(&measure(60, 1000));
        assert_eq!(growth(80, 3000), Some(10.0));
        assert_eq!(growth(65, 1500), Some(10.0));
        // Too little difference, none at all, one that is no bucket.
        assert_eq!((growth(64, 1499), growth(50, 500)), (None, None));
        assert_eq!((growth(54, 3000), growth(53, 3000)), (Some(0.0), None));
    }

    #[test]
    fn a_span_is_measured_by_the_part_that_asks_most() {
        let mut span = Span::default();
        assert_eq!((span.rate(at(0)), span.measure(at(9))), (0.0, measure(0, 0)));
        // Nothing for a second but one request, then ten at once.
        accept(&mut span, 0, 1);
        span.expect(at(1000));
        for _ in 0..10 {
            span.leave(at(1000), 1);
            span.accept(at(1000));
        }
        assert_eq!(span.measure(at(1000)), measure(11, 1000));
        // Ten of a bucket that held a second's worth.
        assert!((span.rate(at(1000)) - 10.0).abs() < 1e-9);
        assert!((span.rate(at(1250)) - 8.0).abs() < 1e-9);
        // One that held four seconds' worth of the same.
        span.learn_burst(measure(50, 1000), 10.0);
        assert!((span.rate(at(1000)) - 2.5).abs() < 1e-9);
        // No bucket holds less than it is taken to.
        span.learn_burst(measure(5, 1000), 10.0);
        assert!((span.rate(at(1000)) - 10.0).abs() < 1e-9);
    }

    #[test]
    fn an_idle_time_begins_another_span() {
        let after = |gap: u64, in_flight: usize| {
            let mut span = Span::default();
            accept(&mut span, 0, 10);
            span.leave(at(900 + gap), in_flight);
            span.measure(at(900 + gap))
        };
        assert_eq!(after(250, 0), measure(10, 1150));
        assert_eq!(after(251, 0), measure(0, 0));
        assert_eq!(after(251, 1), measure(10, 1151));
        let mut span = Span::default();
        accept(&mut span, 0, 10);
        span.end();
        assert_eq!(span.measure(at(1000)), measure(0, 0));
    }

    #[test]
    fn a_rate_is_accepted_requests_by_time() {
        assert!((measure(30, 1500).rate() - 20.0).abs() < 1e-9);
    }
}
