//! The line to the service: whether it answers, how fast, how much is under way, whether it asks to wait.

use std::collections::VecDeque;

use crate::sync::Event;

/// Answers whose times are kept.
const KEPT: usize = 21;

/// What is known of the line.
#[derive(Debug, Clone, Default)]
pub struct Line {
    times: VecDeque<u64>,
    /// Whether the last request was answered; `None` before the first.
    pub reachable: Option<bool>,
    /// Requests in flight, and how many the pace allows just now.
    pub load: Option<(usize, usize)>,
    /// Until when everything waits; milliseconds since 1970.
    pub throttled_until: i64,
}

impl Line {
    /// Takes in what a job tells of its requests.
    pub fn take(&mut self, event: &Event, now: i64) {
        match event {
            Event::Answered { took, status, .. } => {
                self.reachable = Some(status.is_some());
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
