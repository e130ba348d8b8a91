//! The first request with each kind of operation goes ahead alone: a permission or schema that refuses one create of
//! a type refuses all of them, and the first answer shows that before the other requests are sent.

use std::collections::{BTreeMap, HashSet};

use super::item::Item;
use crate::record::plan::{Request, Verb};

/// Which kinds of operations the service has accepted, and which are being tried.
pub(super) struct Probes {
    /// The kinds in each request.
    kinds: Vec<Vec<usize>>,
    accepted: HashSet<usize>,
    tried: HashSet<usize>,
}

impl Probes {
    pub(super) fn of(items: &[Item], plan: &[Request]) -> Self {
        let mut numbers: BTreeMap<(&str, Verb), usize> = BTreeMap::new();
        let kinds = plan.iter().map(|request| {
            let mut kinds: Vec<usize> = Vec::new();
            for item in items.get(request.operations.clone()).unwrap_or_default() {
                let next = numbers.len();
                let kind = (item.operation.record_type.as_str(), item.operation.verb);
                let number = *numbers.entry(kind).or_insert(next);
                if !kinds.contains(&number) {
                    kinds.push(number);
                }
            }
            kinds
        });
        Probes {
            kinds: kinds.collect(),
            accepted: HashSet::new(),
            tried: HashSet::new(),
        }
    }

    /// Whether a request may leave: none of its kinds is being tried by another one just now.
    pub(super) fn allow(&self, request: usize) -> bool {
        self.kinds_of(request).all(|kind| !self.tried.contains(&kind))
    }

    pub(super) fn begin(&mut self, request: usize) {
        let new: Vec<usize> = self
            .kinds_of(request)
            .filter(|kind| !self.accepted.contains(kind))
            .collect();
        self.tried.extend(new);
    }

    /// The request has ended, and the run goes on.
    pub(super) fn end(&mut self, request: usize) {
        let ended: Vec<usize> = self.kinds_of(request).collect();
        for kind in ended {
            self.tried.remove(&kind);
            self.accepted.insert(kind);
        }
    }

    fn kinds_of(&self, request: usize) -> impl Iterator<Item = usize> {
        self.kinds.get(request).into_iter().flatten().copied()
    }
}
