//! How many requests may be in flight: more and more, while latency does not rise.

use std::collections::HashMap;
use std::time::Duration;

use super::PaceSettings;

/// Latency may rise by this factor before the number in flight stops growing.
const LATENCY_RISE: f64 = 1.3;

/// The bound on requests in flight.
pub(super) struct Window {
    size: f64,
    least: f64,
    most: f64,
    latencies: HashMap<&'static str, Latency>,
}

#[derive(Default)]
struct Latency {
    samples: u32,
    average: f64,
    best: f64,
}

impl Window {
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    pub(super) fn new(settings: &PaceSettings) -> Self {
        let most = settings.most.max(1) as f64;
        let least = (settings.start.max(1) as f64).min(most);
        Window {
            size: least,
            least,
            most,
            latencies: HashMap::new(),
        }
    }

    /// How many requests may be in flight.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 1 and the configured bound"
    )]
    pub(super) fn size(&self) -> usize {
        self.size as usize
    }

    /// A request of this kind was answered, while so many were in flight, itself included. One more round of answers makes
    /// room for one more request, or for one less where latency has risen; what was not needed does not grow.
    pub(super) fn answered(&mut self, kind: &'static str, took: Duration, in_flight: usize) {
        let is_needed = in_flight * 2 >= self.size();
        let is_steady = self.latencies.entry(kind).or_default().add(took);
        if !is_steady {
            self.size = (self.size - 1.0 / self.size).max(self.least);
        } else if is_needed {
            self.size = (self.size + 1.0 / self.size).min(self.most);
        }
    }
}

impl Latency {
    /// Adds a sample; whether latency has not risen.
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

    const STEADY: Duration = Duration::from_millis(100);

    fn window(start: usize, most: usize) -> Window {
        Window::new(&PaceSettings {
            start,
            most,
            rate: None,
        })
    }

    /// 8 + 1/8 + 1/8.125 + …: nine answers make room for the ninth request.
    #[test]
    fn a_round_of_answers_makes_room_for_one_more() {
        let mut window = window(8, 32);
        for _ in 0..8 {
            window.answered("query", STEADY, 8);
        }
        assert_eq!(window.size(), 8);
        window.answered("query", STEADY, 8);
        assert_eq!(window.size(), 9);
        for _ in 0..1000 {
            window.answered("query", STEADY, 32);
        }
        assert_eq!(window.size(), 32);
    }

    #[test]
    fn it_grows_only_while_half_of_it_is_needed() {
        for (start, in_flight, grows) in [
            (8, 4, true),
            (8, 3, false),
            (8, 8, true),
            (3, 1, false),
            (3, 2, true),
            (9, 4, false),
            (9, 5, true),
        ] {
            let mut window = window(start, 32);
            for _ in 0..=start {
                window.answered("query", STEADY, in_flight);
            }
            assert_eq!(window.size() > start, grows, "{in_flight} of {start}");
        }
    }

    /// Of each kind by itself: a lookup that takes longer than a query has not become slower.
    #[test]
    fn it_shrinks_while_latency_has_risen_but_not_below_its_start() {
        let mut window = window(8, 32);
        for _ in 0..100 {
            window.answered("query", STEADY, 32);
            window.answered("lookup", STEADY * 4, 32);
        }
        let grown = window.size();
        assert!(grown > 15, "{grown}");
        let just_below = STEADY.mul_f64(LATENCY_RISE);
        for _ in 0..20 {
            window.answered("query", just_below, 1);
        }
        assert_eq!(window.size(), grown);
        // Of the average over the last answers: the first of them count little yet.
        for _ in 0..20 {
            window.answered("query", STEADY * 2, 32);
        }
        let shrunk = window.size();
        assert!(shrunk < grown && shrunk > grown - 3, "{grown} to {shrunk}");
        for _ in 0..2000 {
            window.answered("query", STEADY * 2, 32);
        }
        assert_eq!(window.size(), 8);
    }

    #[test]
    fn it_holds_at_least_one_and_at_most_what_is_configured() {
        assert_eq!(window(0, 0).size(), 1);
        assert_eq!(window(8, 2).size(), 2);
        let mut one = window(1, 1);
        one.answered("query", STEADY, 1);
        assert_eq!(one.size(), 1);
    }
}
