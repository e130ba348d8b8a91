//! The emulator's clock. Whatever expires or lags goes by it, so that a test can move it instead of waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::app::millis;

/// The time of this machine, plus whatever [`Clock::advance`] added. Clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Clock {
    ahead_ms: Arc<AtomicI64>,
}

impl Clock {
    /// Milliseconds since 1970.
    pub(super) fn now_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        millis(since).saturating_add(self.ahead_ms.load(Ordering::Relaxed))
    }

    /// Moves the clock forward.
    pub(super) fn advance(&self, by: Duration) {
        self.ahead_ms.fetch_add(millis(by), Ordering::Relaxed);
    }
}
