//! How fast requests may leave: a pure state machine; times are durations since its start.
//!
//! The number in flight is bounded and grows only while latency does not. The rate is unbounded until the service
//! throttles for the first time; then it is what was served just before, less a margin, and is probed upwards rarely:
//! with waits of half a minute, a window that keeps growing costs twenty times what a learnt rate costs. Since it rises
//! so slowly and is remembered, it is learnt only from what was really measured; until then the waits alone hold back.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

/// Bounds of the pace.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PaceSettings {
    /// Requests in flight at first.
    pub start: usize,
    /// Requests in flight at most.
    pub most: usize,
    /// Requests per second learnt in an earlier run; what is no such number is passed over.
    pub rate: Option<f64>,
}

impl Default for PaceSettings {
    fn default() -> Self {
        PaceSettings {
            start: 8,
            most: 32,
            rate: None,
        }
    }
}

/// Latency may rise by this factor before the number in flight stops growing.
const LATENCY_RISE: f64 = 1.3;
/// What was served just before is looked at over this time.
const LOOK_BACK: Duration = Duration::from_secs(5);
/// Share of the served rate that is used after a throttle.
const MARGIN: f64 = 0.9;
/// Upward probing: this much ...
const PROBE: f64 = 1.02;
/// ... this often.
const PROBE_EVERY: Duration = Duration::from_secs(10);
/// After a wait nothing is probed for this many times its length.
const CALM: u32 = 10;
/// The slowest rate that is ever learnt, per second.
const SLOWEST: f64 = 0.2;
/// Fewer answers than these are no measurement: they may be few because little was asked.
const FEW: u32 = 5;

/// Whether a request may leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// Now; it is counted as in flight.
    Now,
    /// Not before this time.
    At(Duration),
    /// When another one has come back.
    Full,
}

#[derive(Default)]
struct Latency {
    samples: u32,
    average: f64,
    best: f64,
}

/// The controller of one key.
pub struct Pace {
    settings: PaceSettings,
    window: f64,
    in_flight: usize,
    rate: Option<f64>,
    next: Duration,
    held_until: Duration,
    last_throttle: Option<Duration>,
    probe_at: Duration,
    served: VecDeque<Duration>,
    latencies: HashMap<&'static str, Latency>,
}

impl Pace {
    /// A controller at rest.
    pub fn new(settings: PaceSettings) -> Self {
        Pace {
            #[expect(clippy::cast_precision_loss, reason = "a small number")]
            window: settings.start.clamp(1, settings.most.max(1)) as f64,
            settings,
            in_flight: 0,
            rate: settings
                .rate
                .filter(|rate| rate.is_finite() && *rate > 0.0)
                .map(|rate| rate.max(SLOWEST)),
            next: Duration::ZERO,
            held_until: Duration::ZERO,
            last_throttle: None,
            probe_at: PROBE_EVERY,
            served: VecDeque::new(),
            latencies: HashMap::new(),
        }
    }

    /// Asks to send a request.
    pub fn start(&mut self, now: Duration) -> Start {
        if now < self.held_until {
            return Start::At(self.held_until);
        }
        if self.in_flight >= self.room() {
            return Start::Full;
        }
        if let Some(rate) = self.rate {
            if now < self.next {
                return Start::At(self.next);
            }
            self.next = self.next.max(now) + Duration::from_secs_f64(1.0 / rate);
        }
        self.in_flight += 1;
        Start::Now
    }

    /// A request of this kind was answered.
    pub fn served(&mut self, kind: &'static str, started: Duration, now: Duration) {
        let wanted = self.in_flight * 2 >= self.room();
        self.ended();
        self.served.push_back(now);
        while self.served.front().is_some_and(|time| *time + LOOK_BACK < now) {
            self.served.pop_front();
        }
        let steady = self
            .latencies
            .entry(kind)
            .or_default()
            .add(now.saturating_sub(started));
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        let (least, most) = (self.settings.start as f64, self.settings.most as f64);
        if !steady {
            self.window = (self.window - 1.0 / self.window).max(least.min(most)).max(1.0);
        } else if wanted {
            self.window = (self.window + 1.0 / self.window).min(most).max(1.0);
        }
        if now >= self.probe_at {
            self.probe_at = now + PROBE_EVERY;
            self.rate = self.rate.map(|rate| rate * PROBE);
        }
    }

    /// A request came back without an answer, or was given up.
    pub fn ended(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// The service asked for a wait: it holds for everyone.
    pub fn hold(&mut self, now: Duration, wait: Duration) {
        self.held_until = self.held_until.max(now + wait);
        self.probe_at = self
            .probe_at
            .max(self.held_until + PROBE_EVERY.max(wait.saturating_mul(CALM)));
    }

    /// A request was refused because there were too many. Requests that left before the last throttle say nothing new
    /// about the rate.
    pub fn throttled(&mut self, started: Duration, now: Duration, wait: Duration) {
        self.ended();
        self.hold(now, wait);
        if self.last_throttle.is_none_or(|last| started >= last) {
            self.learn(now);
            self.last_throttle = Some(now);
        }
    }

    fn learn(&mut self, now: Duration) {
        let since = now.saturating_sub(LOOK_BACK);
        let recent = self.served.iter().filter(|time| **time >= since);
        let (count, first) = recent.fold((0_u32, now), |(count, first), time| (count + 1, first.min(*time)));
        let span = now.saturating_sub(first).max(Duration::from_secs(1));
        let seen = f64::from(count) / span.as_secs_f64();
        let rate = match (count, self.rate) {
            // The service is closed, or others keep it busy: that says nothing about what it takes.
            (0, known) => known,
            // Too little to say how much it takes; too much it was all the same.
            (1..FEW, known) => known.map(|known| known * MARGIN),
            (_, known) => Some(known.unwrap_or(seen).min(seen) * MARGIN),
        };
        self.rate = rate.map(|rate| rate.max(SLOWEST));
        self.served.clear();
    }

    /// Requests per second that the service is known to take; `None` while it has never throttled.
    pub fn rate(&self) -> Option<f64> {
        self.rate
    }

    /// How long the wait that the service asked for still lasts.
    pub fn held_for(&self, now: Duration) -> Duration {
        self.held_until.saturating_sub(now)
    }

    /// Requests in flight.
    pub fn in_flight(&self) -> usize {
        self.in_flight
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 1 and the configured bound"
    )]
    /// How many may be in flight just now.
    pub fn room(&self) -> usize {
        self.window as usize
    }
}

impl Latency {
    /// Takes a sample; whether latency has not risen.
    fn add(&mut self, sample: Duration) -> bool {
        const SETTLED: u32 = 4;
        // Below this, differences are the scheduler's, not the service's.
        const NOISE: f64 = 0.005;
        let sample = sample.as_secs_f64();
        self.samples = self.samples.saturating_add(1);
        self.average = if self.samples == 1 {
            sample
        } else {
            self.average * 0.8 + sample * 0.2
        };
        if self.samples <= SETTLED {
            self.best = self.average;
        }
        self.best = self.best.min(self.average);
        self.average <= self.best * LATENCY_RISE + NOISE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn a_wait_holds_for_everyone_until_it_is_over() {
        let mut pace = Pace::new(PaceSettings::default());
        assert_eq!(pace.start(at(0)), Start::Now);
        assert_eq!(pace.start(at(0)), Start::Now);
        pace.throttled(at(0), at(10), at(3000));
        assert_eq!(pace.start(at(11)), Start::At(at(3010)));
        // The other one is told a shorter wait: the longer holds.
        pace.throttled(at(0), at(12), at(1000));
        assert_eq!(pace.start(at(3009)), Start::At(at(3010)));
        assert_eq!(pace.start(at(3010)), Start::Now);
    }

    #[test]
    fn the_number_in_flight_starts_at_eight_and_stops_at_the_bound() {
        let mut pace = Pace::new(PaceSettings::default());
        let filled = |pace: &mut Pace, now| (0..100).take_while(|_| pace.start(now) == Start::Now).count();
        assert_eq!(filled(&mut pace, at(0)), 8);
        for round in 1..200 {
            for _ in 0..pace.in_flight() {
                pace.served("query", at((round - 1) * 100), at(round * 100));
            }
            filled(&mut pace, at(round * 100));
        }
        assert_eq!(pace.in_flight(), 32);
    }

    #[test]
    fn it_does_not_grow_while_latency_rises() {
        let mut pace = Pace::new(PaceSettings::default());
        for round in 1..100_u64 {
            while pace.start(at(round * 10_000)) == Start::Now {}
            for _ in 0..pace.in_flight() {
                pace.served("query", at(round * 10_000), at(round * 10_000 + round * 100));
            }
        }
        while pace.start(at(2_000_000)) == Start::Now {}
        assert!(pace.in_flight() <= 9, "{}", pace.in_flight());
    }

    /// A service that serves 10 a second and asks for 30 s beyond: the learnt rate stays below it.
    #[test]
    fn a_throttle_teaches_the_rate() {
        let mut pace = Pace::new(PaceSettings::default());
        let mut now = 0;
        for _ in 0..50 {
            assert_eq!(pace.start(at(now)), Start::Now);
            now += 100;
            pace.served("query", at(now - 100), at(now));
        }
        assert_eq!(pace.start(at(now)), Start::Now);
        pace.throttled(at(now), at(now), at(30_000));
        let rate = pace.rate().unwrap_or_default();
        assert!((8.0..10.0).contains(&rate), "{rate}");
    }

    /// Little was asked, so little was served: that is not all that the service takes.
    #[test]
    fn few_answers_are_no_measurement() {
        let mut pace = Pace::new(PaceSettings::default());
        for n in 0..3 {
            assert_eq!(pace.start(at(n * 2000)), Start::Now);
            pace.served("lookup", at(n * 2000), at(n * 2000 + 50));
        }
        assert_eq!(pace.start(at(8000)), Start::Now);
        pace.throttled(at(8000), at(8000), at(1000));
        assert_eq!(pace.rate(), None);
    }

    /// A service that stays closed for a while has not become slower for good.
    #[test]
    fn throttles_in_a_row_teach_nothing_more() {
        let remembered = PaceSettings {
            rate: Some(20.0),
            ..PaceSettings::default()
        };
        let mut pace = Pace::new(remembered);
        for n in 1..100 {
            assert_eq!(pace.start(at(n * 10_000)), Start::Now);
            pace.throttled(at(n * 10_000), at(n * 10_000), at(10_000));
        }
        assert_eq!(pace.rate(), Some(20.0));
    }

    #[test]
    fn what_is_no_rate_is_passed_over() {
        let of = |rate| {
            Pace::new(PaceSettings {
                rate: Some(rate),
                ..PaceSettings::default()
            })
            .rate()
        };
        for none in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(of(none), None);
        }
        assert_eq!((of(1e-300), of(3.0)), (Some(SLOWEST), Some(3.0)));
    }
}
