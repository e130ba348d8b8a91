//! What becomes of each record when a plan is carried out, and so where its references would point.

use std::collections::HashMap;

use crate::record::diff::Diff;
use crate::record::table::Status;
use crate::sync::{Choices, Comparison};

/// What a plan does to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is created or updated: afterwards it is as in the file.
    Written,
    /// It stays as it is in the cloud.
    Kept,
    /// It is deleted.
    Deleted,
    /// It is not in the cloud, and the plan leaves it out.
    Absent,
}

/// What a record name stands for after the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing<'c> {
    /// A record of this type.
    Record(&'c str),
    /// A record that the plan deletes.
    Deleted,
    /// A new record that the plan leaves out.
    LeftOut,
    /// No record.
    Missing,
    /// The service did not say.
    Unknown,
}

/// A plan in the making: the comparison, and what of it is chosen.
#[derive(Clone, Copy)]
pub(super) struct Draft<'c> {
    pub(super) comparison: &'c Comparison,
    pub(super) choices: &'c Choices,
}

impl<'c> Draft<'c> {
    pub(super) fn fate(&self, diff: &Diff, row: usize) -> Fate {
        let table = diff.table();
        match diff.status(row) {
            Status::New | Status::Updated if self.choices.includes(diff, row) => Fate::Written,
            Status::New => Fate::Absent,
            // A row that a lookup did not confirm.
            Status::Orphan if table.cloud_fingerprint(row).is_none() => Fate::Absent,
            Status::Orphan if self.choices.delete_orphans && self.choices.includes(diff, row) => {
                Fate::Deleted
            }
            Status::Updated | Status::Unchanged | Status::Orphan => Fate::Kept,
        }
    }

    fn standing(&self, name: &str) -> Standing<'c> {
        let mut found = Standing::Unknown;
        for (type_config, diff) in self.comparison.diffs() {
            let Some(row) = diff.table().find(name) else {
                continue;
            };
            found = match self.fate(diff, row) {
                Fate::Written | Fate::Kept => return Standing::Record(&type_config.name),
                Fate::Deleted => Standing::Deleted,
                Fate::Absent if diff.table().origin(row).is_some() => Standing::LeftOut,
                Fate::Absent => Standing::Missing,
            };
        }
        match self.comparison.elsewhere.get(name) {
            Some(Some(record_type)) if found == Standing::Unknown => Standing::Record(record_type),
            Some(None) if found == Standing::Unknown => Standing::Missing,
            _ => found,
        }
    }

    /// The standing of each name that a reference of the comparison points at.
    pub(super) fn standings(&self) -> HashMap<&'c str, Standing<'c>> {
        let mut standings = HashMap::new();
        for (_, diff) in self.comparison.diffs() {
            let links = diff.table().links();
            for link in links.local().chain(links.cloud()) {
                standings
                    .entry(link.target)
                    .or_insert_with(|| self.standing(link.target));
            }
        }
        standings
    }
}
