//! Two sides of one record type: new, updated, unchanged, orphan, in name order, with counts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Shape;
use super::table::{Status, Table};

/// How many rows are what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// On disk, not in the cloud.
    pub new: usize,
    /// Owned fields differ.
    pub updated: usize,
    /// Equal.
    pub unchanged: usize,
    /// In the cloud, not on disk; means something only where the listing was complete.
    pub orphan: usize,
}

impl Counts {
    /// Records on disk.
    pub const fn local(&self) -> usize {
        self.new + self.updated + self.unchanged
    }

    /// Records met in the cloud.
    pub const fn cloud(&self) -> usize {
        self.updated + self.unchanged + self.orphan
    }

    /// Whether both sides are the same.
    pub const fn in_sync(&self) -> bool {
        self.new + self.updated + self.orphan == 0
    }
}

/// What a comparison of one record type found.
pub struct Diff {
    table: Table,
    order: Vec<u32>,
    /// By row, so that a filter need not compare fingerprints.
    statuses: Vec<Status>,
    counts: Counts,
    /// Why nothing may be called an orphan: the listing has no certificate. `None` when it is complete.
    pub incomplete: Option<String>,
    /// How many updated records each owned field differs in.
    pub changed_fields: BTreeMap<String, usize>,
}

impl Diff {
    /// Orders and counts a table that both sides have been read into.
    pub fn new(mut table: Table, incomplete: Option<String>) -> Self {
        table.shrink();
        let order = table.sorted();
        let statuses: Vec<Status> = (0..table.len()).map(|row| table.status(row)).collect();
        let mut counts = Counts::default();
        for row in &order {
            *match statuses[*row as usize] {
                Status::New => &mut counts.new,
                Status::Updated => &mut counts.updated,
                Status::Unchanged => &mut counts.unchanged,
                Status::Orphan => &mut counts.orphan,
            } += 1;
        }
        Diff {
            table,
            order,
            statuses,
            counts,
            incomplete,
            changed_fields: BTreeMap::new(),
        }
    }

    /// The type and its owned fields.
    pub fn shape(&self) -> &Shape {
        self.table.shape()
    }

    /// The merged rows.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// How many rows are what.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Whether what has no local twin may be called an orphan.
    pub fn is_complete(&self) -> bool {
        self.incomplete.is_none()
    }

    /// What a row is.
    pub fn status(&self, row: usize) -> Status {
        self.statuses.get(row).copied().unwrap_or(Status::New)
    }

    /// All rows in name order, as numbers of the table.
    pub fn order(&self) -> &[u32] {
        &self.order
    }

    /// All rows in name order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = usize> {
        self.order.iter().map(|row| *row as usize)
    }

    /// The rows of one status, in name order.
    pub fn with_status(&self, status: Status) -> impl Iterator<Item = usize> {
        self.rows().filter(move |row| self.status(*row) == status)
    }
}
