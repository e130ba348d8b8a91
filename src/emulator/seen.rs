//! What was asked: the last requests, for tests that count them.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// How many requests are remembered.
const REMEMBERED: usize = 10_000;

/// One request that came in.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Such as `records/modify`, `asset put`, `asset get`; the path when there is no such operation.
    pub operation: String,
    /// When it had arrived in full.
    pub at: Instant,
    /// The status of the answer; 0 when the connection was cut instead.
    pub status: u16,
    /// Size of the request body.
    pub bytes_in: usize,
    /// Size of the answer's body as it travelled.
    pub bytes_out: usize,
    /// The request body, if [`Options::keep_bodies`](super::Options::keep_bodies) is on.
    pub body: Option<Vec<u8>>,
}

/// The memory of requests.
pub(super) struct Log {
    pub(super) keep_bodies: bool,
    entries: Mutex<VecDeque<Seen>>,
}

impl Log {
    pub(super) fn new(keep_bodies: bool) -> Self {
        Self {
            keep_bodies,
            entries: Mutex::new(VecDeque::new()),
        }
    }

    pub(super) fn push(&self, seen: Seen) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= REMEMBERED {
            entries.pop_front();
        }
        entries.push_back(seen);
    }

    /// By arrival.
    pub(super) fn list(&self) -> Vec<Seen> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let mut out: Vec<Seen> = entries.iter().cloned().collect();
        out.sort_by_key(|seen| seen.at);
        out
    }
}
