//! What is read beside the loop for the list: the records of rows in sight, another order, the rows of a filter.

use std::sync::Arc;

use crate::record::filter::Filter;
use crate::record::table::Status;
use crate::sync::{BothSides, Comparison};
use crate::tui::failure::Failure;

/// Records of rows that are in sight.
#[derive(Debug)]
pub struct Loaded {
    /// What was compared: the rows are numbers of this one alone.
    pub comparison: Arc<Comparison>,
    /// Which type of it.
    pub type_index: usize,
    /// Rows with their records, or why they could not be read.
    pub records: Result<Vec<(usize, BothSides)>, Failure>,
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
    /// All rows, smallest first, and how many at the end have no value.
    pub rows: Result<(Vec<u32>, usize), Failure>,
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
    pub filter: Filter,
    /// Only rows of this status.
    pub status: Option<Status>,
    /// The fields in whose text words are searched.
    pub columns: Vec<String>,
    /// Whether words match fuzzily; the best come first then.
    pub fuzzy: bool,
    /// All rows in the order in which they are shown; `None`: by name.
    pub order: Option<Arc<Vec<u32>>>,
}

/// Rows that a filter lets through, as far as it has come.
#[derive(Debug)]
pub struct Sifted {
    /// As asked for.
    pub generation: u64,
    /// The rows in the order in which they are shown: all that are known so far.
    pub rows: Result<Vec<u32>, Failure>,
    /// Whether these are all.
    pub complete: bool,
}
