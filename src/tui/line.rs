//! The connection to the service: how it answered last, how fast, how much is under way, whether it asks to wait.

use std::collections::VecDeque;

use crate::cloudkit::Load;
use crate::sync::Event;

/// Answers whose times are kept.
const KEPT: usize = 21;

/// What came of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Last {
    /// The service did what was asked.
    Succeeded,
    /// There was an answer, and not to what was asked: its HTTP status.
    Failed(u16),
    /// There was no answer.
    Unanswered,
}

impl Last {
    fn of(status: Option<u16>, succeeded: bool) -> Self {
        match (status, succeeded) {
            (Some(_), true) => Last::Succeeded,
            (Some(status), false) => Last::Failed(status),
            (None, _) => Last::Unanswered,
        }
    }

    /// What went wrong, in a few words.
    pub fn trouble(self) -> Option<String> {
        match self {
            Last::Succeeded => None,
            Last::Failed(401) => Some("key refused (401)".to_owned()),
            Last::Failed(403) => Some("access denied (403)".to_owned()),
            // A proxy or a captive portal answers so.
            Last::Failed(200..=399) => Some("not CloudKit's answer".to_owned()),
            Last::Failed(status) => Some(format!("failed ({status})")),
            Last::Unanswered => Some("not reachable".to_owned()),
        }
    }
}

/// What is known of the line.
#[derive(Debug, Clone, Default)]
pub struct Line {
    times: VecDeque<u64>,
    /// What came of the last request; `None` before the first.
    pub last: Option<Last>,
    /// Requests in flight, and how many the pace allows just now.
    pub load: Option<(usize, usize)>,
    /// Requests per second that the service is known to take.
    rate: Option<f64>,
    /// Until when everything waits; milliseconds since 1970.
    pub throttled_until: i64,
}

impl Line {
    /// Takes in what a job tells of its requests.
    pub fn take(&mut self, event: &Event, now: i64) {
        match event {
            Event::Answered {
                took,
                status,
                succeeded,
                ..
            } => {
                self.last = Some(Last::of(*status, *succeeded));
                if status.is_some() {
                    self.times
                        .push_back(u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
                    while self.times.len() > KEPT {
                        self.times.pop_front();
                    }
                }
            }
            Event::Throttled { wait, .. } => {
                let until = now + i64::try_from(wait.as_millis()).unwrap_or(i64::MAX / 4);
                self.throttled_until = self.throttled_until.max(until);
            }
            _ => {}
        }
    }

    /// Takes in how the line is used just now.
    pub fn used(&mut self, load: Load) {
        self.load = Some((load.in_flight, load.limit));
        self.rate = load.rate;
    }

    /// Seconds that so many requests are likely to take; `None` before anything is known of the line.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "for a figure on the screen"
    )]
    pub fn likely(&self, requests: usize) -> Option<u64> {
        let side_by_side = self.load.map_or(1, |(_, limit)| limit.max(1));
        let seconds = (requests.div_ceil(side_by_side) as u64 * self.median()?) as f64 / 1000.0;
        let paced = self.rate.map_or(0.0, |rate| requests as f64 / rate);
        Some(seconds.max(paced).ceil().max(1.0) as u64)
    }

    /// The median time of the last answers, in milliseconds.
    pub fn median(&self) -> Option<u64> {
        let mut times: Vec<u64> = self.times.iter().copied().collect();
        times.sort_unstable();
        times.get(times.len() / 2).copied()
    }

    /// Whole seconds that are still to be waited.
    pub fn seconds_to_wait(&self, now: i64) -> Option<u64> {
        u64::try_from(self.throttled_until - now)
            .ok()
            .filter(|ms| *ms > 0)
            .map(|ms| ms.div_ceil(1000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn answered(line: &mut Line, ms: u64) {
        let event = Event::Answered {
            operation: "records/query",
            status: Some(200),
            succeeded: true,
            took: Duration::from_millis(ms),
            sent: 0,
            received: 0,
            records: 0,
            request_id: None,
        };
        line.take(&event, 0);
    }

    #[test]
    fn the_likely_time_follows_latency_width_and_the_learnt_rate() {
        let mut line = Line::default();
        assert_eq!(line.likely(10), None);
        answered(&mut line, 500);
        // One after the other while nothing is known of the width.
        assert_eq!(line.likely(10), Some(5));
        let load = |rate| Load {
            in_flight: 0,
            limit: 4,
            rate,
        };
        line.used(load(None));
        assert_eq!(line.likely(10), Some(2));
        line.used(load(Some(0.5)));
        assert_eq!(line.likely(10), Some(20));
    }

    #[test]
    fn a_wait_is_counted_down_to_its_end() {
        let mut line = Line::default();
        let wait = Event::Throttled {
            wait: Duration::from_millis(2500),
            code: "THROTTLED".to_owned(),
        };
        line.take(&wait, 1000);
        assert_eq!(
            [1000, 1500, 3499, 3500].map(|now| line.seconds_to_wait(now)),
            [Some(3), Some(2), Some(1), None]
        );
    }
}
