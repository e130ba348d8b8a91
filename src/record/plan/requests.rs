//! Ordered operations cut into as few requests as the limits allow, and which request must wait for which.

use std::collections::HashMap;
use std::ops::Range;

use super::order::targets;
use super::{Operation, Verb};

/// What fits into one modify request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Operations; CloudKit allows 200 (Apple's web reference, "Data Size Limits").
    pub operations: usize,
    /// Bytes of JSON.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        // Apple names 2 MB for native requests and nothing for the web service; half of it is the safe side.
        Limits {
            operations: 200,
            bytes: 1_000_000,
        }
    }
}

/// One request of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Its operations, as positions in the plan.
    pub operations: Range<usize>,
    /// The earlier requests that must have ended before this one leaves.
    pub after: Vec<usize>,
}

/// Cuts ordered operations into requests. Deletions never share a request with writes: they wait until all of these
/// have succeeded. An operation larger than the limit travels alone.
pub fn requests<'o>(operations: impl IntoIterator<Item = &'o Operation>, limits: Limits) -> Vec<Request> {
    let operations: Vec<&Operation> = operations.into_iter().collect();
    let mut cuts: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    let mut bytes = 0;
    for (position, operation) in operations.iter().enumerate() {
        let size = wire_size(operation);
        let turns = position > start
            && operations
                .get(position - 1)
                .is_some_and(|last| (last.verb == Verb::Delete) != (operation.verb == Verb::Delete));
        let full = position - start >= limits.operations || (position > start && bytes + size > limits.bytes);
        if turns || full {
            cuts.push(start..position);
            (start, bytes) = (position, 0);
        }
        bytes += size;
    }
    if start < operations.len() {
        cuts.push(start..operations.len());
    }
    with_dependencies(&operations, &cuts)
}

fn with_dependencies(operations: &[&Operation], cuts: &[Range<usize>]) -> Vec<Request> {
    let slice = |cut: &Range<usize>| operations.get(cut.clone()).unwrap_or(&[]);
    let mut request_of: HashMap<&str, usize> = HashMap::with_capacity(operations.len());
    for (number, cut) in cuts.iter().enumerate() {
        request_of.extend(slice(cut).iter().map(|op| (op.name.as_str(), number)));
    }
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); cuts.len()];
    for (number, cut) in cuts.iter().enumerate() {
        for operation in slice(cut) {
            for other in targets(operation).filter_map(|name| request_of.get(name)) {
                // A write waits for its target; a deleted target waits for its deleted source.
                let (waits, first) = if operation.verb == Verb::Delete {
                    (*other, number)
                } else {
                    (number, *other)
                };
                if first < waits
                    && let Some(list) = after.get_mut(waits)
                {
                    list.push(first);
                }
            }
        }
    }
    let tidy = |mut list: Vec<usize>| {
        list.sort_unstable();
        list.dedup();
        list
    };
    cuts.iter()
        .cloned()
        .zip(after)
        .map(|(operations, after)| Request {
            operations,
            after: tidy(after),
        })
        .collect()
}

/// An upper bound of the bytes an operation takes in a request.
fn wire_size(operation: &Operation) -> usize {
    const WRAPPING: usize = 160;
    const NULL: usize = 16;
    let names = operation.name.len() + operation.record_type.len() + operation.tag().map_or(0, str::len);
    let sent = operation.sent();
    let fields = sent
        .iter()
        .map(|(name, value)| name.len() + 4 + value.as_ref().map_or(NULL, super::Value::wire_size));
    WRAPPING + names + fields.sum::<usize>()
}
