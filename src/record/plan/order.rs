//! The order of operations: the targets of references before their sources, deletions last and the other way round.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use super::{Operation, Value, Verb};

/// Orders operations; what does not depend on each other keeps its order, and a circle is entered at its first member.
pub fn ordered(operations: Vec<Operation>) -> Vec<Operation> {
    let (deletions, writes): (Vec<_>, Vec<_>) =
        operations.into_iter().partition(|op| op.verb == Verb::Delete);
    let mut deletions = targets_first(deletions);
    deletions.reverse();
    let mut all = targets_first(writes);
    all.append(&mut deletions);
    all
}

/// The record names an operation points at: those it writes, or for a deletion those the record had.
pub(super) fn targets(operation: &Operation) -> impl Iterator<Item = &str> {
    let written = operation.goal.values().flatten();
    let had = operation
        .before
        .iter()
        .filter(|_| operation.verb == Verb::Delete)
        .flat_map(|r| r.fields.values());
    written
        .chain(had)
        .flat_map(Value::references)
        .filter(|name| *name != operation.name)
}

fn targets_first(operations: Vec<Operation>) -> Vec<Operation> {
    let positions = sequence(&operations);
    let mut slots: Vec<Option<Operation>> = operations.into_iter().map(Some).collect();
    positions
        .into_iter()
        .filter_map(|position| slots.get_mut(position).and_then(Option::take))
        .collect()
}

/// Kahn's algorithm with the smallest ready position first.
fn sequence(operations: &[Operation]) -> Vec<usize> {
    let position: HashMap<&str, usize> = operations
        .iter()
        .enumerate()
        .map(|(i, op)| (op.name.as_str(), i))
        .collect();
    let mut waiting = vec![0usize; operations.len()];
    let mut sources: Vec<Vec<usize>> = vec![Vec::new(); operations.len()];
    for (source, operation) in operations.iter().enumerate() {
        for target in targets(operation).filter_map(|name| position.get(name)) {
            if let (Some(count), Some(list)) = (waiting.get_mut(source), sources.get_mut(*target)) {
                *count += 1;
                list.push(source);
            }
        }
    }
    let mut ready: BinaryHeap<Reverse<usize>> = positions_at_zero(&waiting).map(Reverse).collect();
    let mut done = vec![false; operations.len()];
    let mut sequence = Vec::with_capacity(operations.len());
    let mut first_open = 0;
    while sequence.len() < operations.len() {
        let next = ready.pop().map(|Reverse(next)| next);
        let next = next.unwrap_or_else(|| {
            while done.get(first_open) == Some(&true) {
                first_open += 1;
            }
            first_open
        });
        match done.get_mut(next) {
            Some(done) if !*done => *done = true,
            _ => continue,
        }
        sequence.push(next);
        for source in sources.get(next).into_iter().flatten() {
            if let Some(count) = waiting.get_mut(*source) {
                *count -= 1;
                if *count == 0 {
                    ready.push(Reverse(*source));
                }
            }
        }
    }
    sequence
}

fn positions_at_zero(counts: &[usize]) -> impl Iterator<Item = usize> {
    counts
        .iter()
        .enumerate()
        .filter(|(_, count)| **count == 0)
        .map(|(position, _)| position)
}
