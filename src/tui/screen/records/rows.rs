//! What is read beside the loop for the list: the records of rows in sight, another order, the rows of a filter.

use std::sync::Arc;

use crate::record::Record;
use crate::sync::Comparison;

/// Records of rows that are in sight.
#[derive(Debug)]
pub struct Loaded {
    /// Which type.
    pub type_index: usize,
    /// Row, the file's record, the cloud's.
    pub records: Vec<(usize, Option<Record>, Option<Record>)>,
}

/// An order that is asked for.
#[derive(Debug)]
pub struct Order {
    /// What was compared.
    pub comparison: Arc<Comparison>,
    /// Which type of it.
    pub type_index: usize,
    /// Answers of an earlier number are of no interest any more.
    pub generation: u64,
    /// The field.
    pub field: String,
}

/// The rows in that order.
#[derive(Debug)]
pub struct Ordered {
    /// As asked for.
    pub generation: u64,
    /// All rows, smallest first.
    pub rows: Vec<u32>,
}

/// A filter that is asked for.
#[derive(Debug)]
pub struct Sift {
    /// What was compared.
    pub comparison: Arc<Comparison>,
    /// Which type of it.
    pub type_index: usize,
    /// Answers of an earlier number are of no interest any more.
    pub generation: u64,
    /// What was typed.
    pub filter: String,
    /// Whether words match fuzzily.
    pub fuzzy: bool,
}

/// Rows that a filter lets through, as far as it has come.
#[derive(Debug)]
pub struct Sifted {
    /// As asked for.
    pub generation: u64,
    /// The rows.
    pub rows: Vec<u32>,
    /// Whether these are all.
    pub complete: bool,
}
