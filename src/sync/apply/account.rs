//! The known state of every operation of a run. It is separate from the code that sends, so that it survives when a
//! run is cancelled or fails.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::item::Item;
use crate::record::plan::Verb;

/// The operations of a run, each as it was last heard of.
pub(super) struct Account(Mutex<BTreeMap<usize, Item>>);

impl Account {
    pub(super) fn of(items: &[Item]) -> Self {
        let account = Account(Mutex::default());
        account.note(items);
        account
    }

    /// Records the progress of operations.
    pub(super) fn note(&self, items: &[Item]) {
        let mut known = self.known();
        for item in items {
            known.insert(item.position, item.clone());
        }
    }

    /// All of them, in the plan's order.
    pub(super) fn items(&self) -> Vec<Item> {
        self.known().values().cloned().collect()
    }

    /// Whether every record that was to be written is as wanted: only then are others deleted.
    pub(super) fn writes_are_well(&self) -> bool {
        let known = self.known();
        let mut writes = known.values().filter(|item| item.operation.verb != Verb::Delete);
        writes.all(Item::is_well)
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<usize, Item>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
