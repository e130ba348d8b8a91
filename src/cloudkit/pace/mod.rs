//! How fast requests may leave: a pure state machine; times are durations since its start.
//!
//! - `window`: how many are in flight
//! - `limit`: how many leave a second, once the service has refused some because there were too many
//! - `span`: what the service accepted, and when
//!
//! A wait that the service asks for holds for everyone. Only a refusal because of the rate (429, `THROTTLED`) teaches a limit;
//! a 503, `TRY_AGAIN_LATER` or `ZONE_BUSY` is about the service's own state.

mod limit;
mod span;
mod window;

use std::time::Duration;

use limit::Limit;
use window::Window;

/// Bounds of the pace.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PaceSettings {
    /// Requests in flight at first.
    pub start: usize,
    /// Requests in flight at most.
    pub most: usize,
    /// What an earlier run has learnt ([`Pace::known_rate`]).
    pub rate: Option<KnownRate>,
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

/// The measured rate limit of the service.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KnownRate {
    /// Requests per second.
    pub per_second: f64,
    /// How long the service asked to wait when it refused more.
    pub wait: Duration,
    /// How long ago that was. After an hour it is forgotten.
    pub age: Duration,
}

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

/// The controller of one key.
pub struct Pace {
    window: Window,
    limit: Limit,
    in_flight: usize,
    held_until: Duration,
    last_throttle: Option<Duration>,
}

impl Pace {
    /// A controller at rest.
    pub fn new(settings: PaceSettings) -> Self {
        Pace {
            window: Window::new(&settings),
            limit: Limit::new(settings.rate),
            in_flight: 0,
            held_until: Duration::ZERO,
            last_throttle: None,
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
        if let Err(time) = self.limit.allows(now) {
            return Start::At(time);
        }
        self.limit.leave(now, self.in_flight);
        self.in_flight += 1;
        Start::Now
    }

    /// A request of this kind was answered.
    pub fn served(&mut self, kind: &'static str, started: Duration, now: Duration) {
        self.window
            .answered(kind, now.saturating_sub(started), self.in_flight);
        self.ended();
        self.limit.accept(now);
    }

    /// A request came back without an answer, or was given up.
    pub fn ended(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// The service asked for a wait: it holds for everyone.
    pub fn hold(&mut self, now: Duration, wait: Duration) {
        self.held_until = self.held_until.max(now.saturating_add(wait));
        self.limit.pause();
    }

    /// A request was refused because there were too many. Requests that left before the last throttle say nothing new
    /// about the rate.
    pub fn throttled(&mut self, started: Duration, now: Duration, wait: Duration) {
        self.ended();
        if self.last_throttle.is_none_or(|last| started >= last) {
            self.limit.refuse(now, wait);
            self.last_throttle = Some(now);
        }
        self.hold(now, wait);
    }

    /// Requests per second that leave at most; `None` while any number does.
    pub fn rate(&self) -> Option<f64> {
        self.limit.rate()
    }

    /// The measured rate limit, for the next run; `None` if there is none.
    pub fn known_rate(&self, now: Duration) -> Option<KnownRate> {
        self.limit.known(now)
    }

    /// How long the wait that the service asked for still lasts.
    pub fn held_for(&self, now: Duration) -> Duration {
        self.held_until.saturating_sub(now)
    }

    /// Requests in flight.
    pub fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// How many may be in flight just now.
    pub fn room(&self) -> usize {
        self.window.size()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn fill(pace: &mut Pace, now: Duration) -> usize {
        (0..100).take_while(|_| pace.start(now) == Start::Now).count()
    }

    #[test]
    fn a_wait_holds_for_everyone_until_it_is_over() {
        let mut pace = Pace::new(PaceSettings::default());
        assert_eq!(pace.start(at(0)), Start::Now);
        assert_eq!(pace.start(at(0)), Start::Now);
        pace.throttled(at(0), at(10), at(3000));
        assert_eq!(pace.start(at(11)), Start::At(at(3010)));
        // The other request got a shorter wait: the longer one applies.
        pace.throttled(at(0), at(12), at(1000));
        assert_eq!((pace.start(at(3009)), pace.in_flight()), (Start::At(at(3010)), 0));
        assert_eq!((pace.held_for(at(3009)), pace.held_for(at(3011))), (at(1), at(0)));
        assert_eq!(pace.start(at(3010)), Start::Now);
        pace.hold(at(3020), Duration::MAX);
        assert_eq!(pace.start(at(3021)), Start::At(Duration::MAX));
    }

    #[test]
    fn the_number_in_flight_starts_at_eight_and_stops_at_the_bound() {
        let mut pace = Pace::new(PaceSettings::default());
        assert_eq!((fill(&mut pace, at(0)), pace.start(at(0))), (8, Start::Full));
        for round in 1..200 {
            for _ in 0..pace.in_flight() {
                pace.served("query", at((round - 1) * 100), at(round * 100));
            }
            fill(&mut pace, at(round * 100));
        }
        assert_eq!((pace.in_flight(), pace.room()), (32, 32));
        for left in (0..32).rev() {
            pace.ended();
            assert_eq!(pace.in_flight(), left);
        }
    }

    #[test]
    fn it_does_not_grow_while_latency_rises() {
        let mut pace = Pace::new(PaceSettings::default());
        for round in 1..100_u64 {
            fill(&mut pace, at(round * 10_000));
            for _ in 0..pace.in_flight() {
                pace.served("query", at(round * 10_000), at(round * 10_000 + round * 100));
            }
        }
        assert!(fill(&mut pace, at(2_000_000)) <= 9);
    }

    /// Requests that left before a refusal was known are refused for the same reason: they teach nothing more.
    #[test]
    fn refusals_of_what_was_in_flight_teach_once() {
        let mut pace = Pace::new(PaceSettings::default());
        for n in 0..50 {
            assert_eq!(pace.start(at(n * 20)), Start::Now);
            pace.served("query", at(n * 20), at(n * 20 + 20));
        }
        assert_eq!(fill(&mut pace, at(1000)), 8);
        pace.throttled(at(1000), at(1020), at(10_000));
        // Fifty in a second and what the bucket held, less a margin.
        let rate = pace.rate().unwrap_or_default();
        assert!((22.0..25.0).contains(&rate), "{rate}");
        for _ in 0..7 {
            pace.throttled(at(1000), at(1030), at(10_000));
        }
        assert_eq!(pace.rate(), Some(rate));
        assert_eq!(pace.in_flight(), 0);
    }

    /// A short wait costs little: the first refusal teaches nothing then, nor does one among many requests.
    #[test]
    fn a_short_wait_teaches_only_when_it_comes_again_and_soon() {
        let second_after = |accepted: u64, wait: u64| {
            let mut pace = Pace::new(PaceSettings::default());
            let mut now = 0;
            for count in [20, accepted] {
                for _ in 0..count {
                    assert_eq!(pace.start(at(now)), Start::Now);
                    now += 20;
                    pace.served("query", at(now - 20), at(now));
                }
                assert_eq!(pace.start(at(now)), Start::Now);
                pace.throttled(at(now), at(now), at(wait));
                now += wait;
                if count == 20 && pace.rate().is_some() {
                    return "the first";
                }
            }
            pace.rate().map_or("neither", |_| "the second")
        };
        assert_eq!(second_after(49, 2000), "the second");
        assert_eq!(second_after(50, 2000), "neither");
        assert_eq!(second_after(5, 1000), "the second");
        assert_eq!(second_after(5, 2001), "the first");
    }

    /// The limit spaces requests: at 10/s one leaves every 100 ms, and a tenth of a second is made up for.
    #[test]
    fn a_limit_spaces_requests() {
        let rate = KnownRate {
            per_second: 10.0,
            wait: Duration::from_secs(10),
            age: Duration::ZERO,
        };
        let mut pace = Pace::new(PaceSettings {
            rate: Some(rate),
            ..PaceSettings::default()
        });
        assert_eq!(fill(&mut pace, at(1000)), 2);
        assert_eq!(pace.start(at(1000)), Start::At(at(1100)));
        assert_eq!(fill(&mut pace, at(1099)), 0);
        assert_eq!(fill(&mut pace, at(1100)), 1);
        assert_eq!(pace.start(at(1100)), Start::At(at(1200)));
        assert_eq!(pace.known_rate(at(1200)).map(|known| known.age), Some(at(1200)));
    }
}
