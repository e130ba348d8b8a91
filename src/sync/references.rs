//! References that a plan would leave pointing at nothing. CloudKit takes them; a person may want to know.

use std::collections::HashSet;

use super::Comparison;
use crate::record::Value;
use crate::record::plan::{Operation, Verb};
use crate::record::table::Status;

/// A reference whose target was met neither on disk nor in the cloud, or is about to be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dangling {
    /// The record type of the one that refers.
    pub record_type: String,
    /// Its record name.
    pub name: String,
    /// The field.
    pub field: String,
    /// The record name it refers to.
    pub target: String,
}

/// More than these are not told of one by one by anybody.
const MOST: usize = 10_000;

/// The references of what a plan writes. Where a type could not be compared its records are not known, and nothing is
/// said.
pub(super) fn dangling(comparison: &Comparison, operations: &[Operation]) -> Vec<Dangling> {
    if comparison.failures().next().is_some() {
        return Vec::new();
    }
    let deletes = operations.iter().filter(|one| one.verb == Verb::Delete);
    let deleted: HashSet<&str> = deletes.map(|one| one.name.as_str()).collect();
    let written: HashSet<&str> = (operations.iter())
        .filter(|one| one.verb != Verb::Delete)
        .map(|one| one.name.as_str())
        .collect();
    // A record that is on disk only, and that the plan leaves out, will not be there.
    let is_in_the_cloud = |name: &str| {
        comparison.diffs().any(|(_, diff)| {
            let row = diff.table().find(name);
            row.is_some_and(|row| diff.table().status(row) != Status::New)
        })
    };
    let stands = |name: &str| written.contains(name) || (!deleted.contains(name) && is_in_the_cloud(name));
    let mut found = Vec::new();
    for operation in operations.iter().filter(|one| one.verb != Verb::Delete) {
        for (field, value) in &operation.goal {
            for target in value.iter().flat_map(Value::references) {
                if !stands(target) && found.len() < MOST {
                    found.push(Dangling {
                        record_type: operation.record_type.clone(),
                        name: operation.name.clone(),
                        field: field.clone(),
                        target: target.to_owned(),
                    });
                }
            }
        }
    }
    found
}
