//! What all requests share, and what one request brings.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use rand::SeedableRng;
use rand::rngs::SmallRng;
use rand::seq::SliceRandom;

use super::StartError;
use super::assets::Addresses;
use super::auth::{Caller, Gate};
use super::clock::Clock;
use super::db::Database;
use super::faults::Faults;
use super::judge::{Judge, Verdict};
use super::options::{Environment, Options};
use super::page::Sorted;
use super::schema::Schema;
use super::seen::Log;

/// What one lock guards: one request after the other works on it.
pub(super) struct State {
    pub(super) db: Database,
    pub(super) sorted: Sorted,
    /// Numbers continuation markers.
    pub(super) serial: i64,
}

/// One running emulator.
pub(super) struct App {
    pub(super) container: String,
    pub(super) clock: Clock,
    pub(super) schema: Schema,
    pub(super) gate: Gate,
    pub(super) addresses: Addresses,
    pub(super) page_limit: usize,
    pub(super) gzip: bool,
    pub(super) marker_lifetime_ms: Option<i64>,
    pub(super) log: Log,
    seed: u64,
    judge: RwLock<Arc<Judge>>,
    state: Mutex<State>,
}

/// Whole milliseconds, as times are stored.
pub(super) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn lag(faults: &Faults) -> i64 {
    i64::try_from(faults.index_lag_ms)
        .unwrap_or(i64::MAX / 4)
        .min(i64::MAX / 4)
}

impl App {
    /// `base`: scheme, host and port, as asset addresses begin.
    pub(super) fn new(options: Options, base: String) -> Result<Self, StartError> {
        let gate =
            Gate::new(&options.keys, &options.api_tokens, options.any_signature).map_err(StartError::Key)?;
        let clock = Clock::default();
        let db = Database::open(&options.store, lag(&options.faults), clock.clone())
            .map_err(|cause| StartError::store(&options.store, &cause))?;
        Ok(Self {
            container: options.container,
            schema: options.schema,
            gate,
            addresses: Addresses::new(base, options.asset_lifetime, clock.clone()),
            clock,
            page_limit: options.page_limit.clamp(1, super::wire::LIMIT),
            gzip: options.gzip,
            marker_lifetime_ms: options.marker_lifetime.map(millis),
            log: Log::new(options.keep_bodies),
            seed: options.seed,
            judge: RwLock::new(Arc::new(Judge::new(options.faults, options.seed))),
            state: Mutex::new(State {
                db,
                sorted: Sorted::default(),
                serial: 0,
            }),
        })
    }

    /// The store. A panic under the lock leaves no half-done work behind.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| {
            let mut state = poisoned.into_inner();
            state.db.abandon();
            self.state.clear_poison();
            state
        })
    }

    /// Who decides about faults now.
    pub(super) fn judge(&self) -> Arc<Judge> {
        Arc::clone(&self.judge.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Other faults from now on; the rules begin to count anew.
    pub(super) fn set_faults(&self, faults: Faults) -> rusqlite::Result<()> {
        self.state().db.set_lag(lag(&faults))?;
        let judge = Arc::new(Judge::new(faults, self.seed));
        let mut current = self.judge.write().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *current, judge).release();
        Ok(())
    }
}

/// One request that was let in.
pub(super) struct Ask<'a> {
    pub(super) environment: Environment,
    pub(super) body: &'a [u8],
    pub(super) caller: Caller,
    pub(super) verdict: Verdict,
}

impl Ask<'_> {
    /// Puts the records of an answer out of order where the fault script says so.
    pub(super) fn shuffle(&self, items: &mut [String]) {
        if self.verdict.effect.reorder {
            items.shuffle(&mut SmallRng::seed_from_u64(self.verdict.shuffle));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::options::Options;
    use super::super::schema::{Schema, TypeSchema};
    use super::*;

    #[test]
    fn a_panic_in_the_middle_of_a_write_leaves_nothing_of_it() {
        let schema = Schema::new().with_type("Note", TypeSchema::new());
        let app = App::new(Options::new("c", schema), String::new()).unwrap();
        let write = std::thread::scope(|threads| {
            let writer = threads.spawn(|| {
                app.state().db.transaction(|db| -> rusqlite::Result<()> {
                    db.kind_or_new(Environment::Development, "Note")?;
                    panic!("on purpose")
                })
            });
            writer.join()
        });
        assert!(write.is_err());
        assert_eq!(app.state().db.kind(Environment::Development, "Note"), None);
        let kind = app
            .state()
            .db
            .transaction(|db| db.kind_or_new(Environment::Development, "Note"));
        assert!(kind.is_ok());
    }
}
