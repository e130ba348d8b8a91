//! What is kept of one type: where one is, what is shown, what is marked.

use std::sync::Arc;

use super::cells::Cells;
use crate::canonical::exporter;
use crate::config::TypeConfig;
use crate::record::bits::Bits;
use crate::record::diff::Diff;
use crate::record::filter::{Filter, Mistake, parse};
use crate::record::table::Status;
use crate::record::{FieldType, Kind, Shape};
use crate::tui::job::JobId;
use crate::tui::widget::cursor::Cursor;

/// A column beside the name, which is always there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// What the row is.
    Status,
    /// A field.
    Field(String),
}

impl From<&Column> for exporter::Column {
    fn from(column: &Column) -> Self {
        match column {
            Column::Status => exporter::Column::Status,
            Column::Field(name) => exporter::Column::Field(name.clone()),
        }
    }
}

/// What rows are sorted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// The record name.
    Name,
    /// What the row is: new, updated, orphan, same.
    Status,
    /// A field.
    Field(String),
}

/// What was asked for beside the loop, and the number that its answer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) job: JobId,
    pub(super) generation: u64,
}

/// One type.
#[derive(Debug)]
pub(super) struct Page {
    shape: Shape,
    /// The type's place in the comparison that the rows below are numbers of; `None` until they have been found.
    pub(super) place: Option<usize>,
    pub(super) cursor: Cursor,
    /// The record that the cursor goes to as soon as there are rows.
    pub(super) anchor: Option<String>,
    pub(super) columns: Vec<Column>,
    /// How many of them were scrolled out at the left.
    pub(super) left: usize,
    pub(super) by: By,
    pub(super) descending: bool,
    /// All rows in their order; `None`: by name, which the comparison has itself.
    pub(super) base: Option<Arc<Vec<u32>>>,
    /// How many at its end have no value.
    pub(super) missing: usize,
    /// The filter as it was typed.
    pub(super) text: String,
    /// The last text that was understood.
    pub(super) filter: Filter,
    /// What of the text is not understood.
    pub(super) mistakes: Vec<Mistake>,
    pub(super) fuzzy: bool,
    pub(super) status: Option<Status>,
    /// The rows that are shown, in their order; `None`: all of them.
    pub(super) shown: Option<Vec<u32>>,
    /// More rows may be on their way.
    pub(super) sifting: Option<Asked>,
    /// Another order is on its way.
    pub(super) sorting: Option<Asked>,
    pub(super) marks: Bits,
    pub(super) marked: usize,
    /// The row that was marked last: a range begins there.
    pub(super) last_marked: Option<usize>,
    /// How many marked rows are not shown.
    pub(super) hidden: usize,
    pub(super) cells: Cells,
    /// Something was arranged that the journal does not know.
    pub(super) unsaved: bool,
}

impl Page {
    pub(super) fn new(config: &TypeConfig) -> Self {
        let shape = config.shape();
        Page {
            columns: telling(&shape),
            shape,
            place: None,
            cursor: Cursor::default(),
            anchor: None,
            left: 0,
            by: By::Name,
            descending: false,
            base: None,
            missing: 0,
            text: String::new(),
            filter: Filter::default(),
            mistakes: Vec::new(),
            fuzzy: false,
            status: None,
            shown: None,
            sifting: None,
            sorting: None,
            marks: Bits::default(),
            marked: 0,
            last_marked: None,
            hidden: 0,
            cells: Cells::default(),
            unsaved: false,
        }
    }

    pub(super) fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Takes a filter's text; one that is not understood leaves the last good one in place.
    pub(super) fn read(&mut self, text: String) {
        match parse(&self.shape, &text) {
            Ok(filter) => {
                self.filter = filter;
                self.mistakes.clear();
            }
            Err(mistakes) => self.mistakes = mistakes,
        }
        self.text = text;
    }

    /// Whether the filter is what the text says.
    pub(super) fn is_applied(&self) -> bool {
        self.mistakes.is_empty()
    }

    /// The fields among the columns.
    pub(super) fn field_columns(&self) -> Vec<String> {
        let field = |column: &Column| match column {
            Column::Field(name) => Some(name.clone()),
            Column::Status => None,
        };
        self.columns.iter().filter_map(field).collect()
    }

    /// Whether rows stand by how well they match, and not in the order that is chosen.
    pub(super) fn is_ranked(&self) -> bool {
        self.fuzzy && !self.filter.words.is_empty()
    }

    /// All rows in their order.
    pub(super) fn base<'p>(&'p self, diff: &'p Diff) -> &'p [u32] {
        self.base.as_ref().map_or(diff.order(), |base| base.as_slice())
    }

    /// The rows that are shown, in their order.
    pub(super) fn rows<'p>(&'p self, diff: &'p Diff) -> &'p [u32] {
        self.shown.as_deref().unwrap_or_else(|| self.base(diff))
    }

    pub(super) fn length(&self, diff: &Diff) -> usize {
        self.rows(diff).len()
    }

    /// The row at a place of the list.
    pub(super) fn row_at(&self, diff: &Diff, place: usize) -> Option<usize> {
        self.rows(diff).get(place).map(|row| *row as usize)
    }

    /// Counts the marks again.
    pub(super) fn count_marks(&mut self, diff: &Diff) {
        self.marked = self.marks.count();
        self.hidden = match &self.shown {
            Some(rows) if self.marked > 0 => {
                let in_sight = rows.iter().filter(|row| self.marks.contains(**row as usize));
                self.marked - in_sight.count().min(self.marked)
            }
            _ => 0,
        };
        debug_assert!(self.marked <= diff.table().len());
    }
}

/// The word for a status: in filters, files and titles.
pub const fn word(status: Status) -> &'static str {
    match status {
        Status::New => "new",
        Status::Updated => "updated",
        Status::Orphan => "orphan",
        Status::Unchanged => "same",
    }
}

/// The columns to begin with: two or three fields that tell records apart, and the status.
fn telling(shape: &Shape) -> Vec<Column> {
    const MOST: usize = 3;
    let weight = |name: &str, field_type: FieldType| {
        let lower = name.to_ascii_lowercase();
        let reference = ["id", "url", "ref"].iter().any(|end| lower.ends_with(end));
        match field_type {
            _ if reference => 0,
            FieldType::One(Kind::Timestamp) => 3,
            FieldType::One(Kind::String)
                if ["name", "title", "value"].iter().any(|end| lower.ends_with(end)) =>
            {
                3
            }
            FieldType::One(Kind::Int64 | Kind::Double) if !lower.starts_with("is") => 2,
            FieldType::One(Kind::String) => 1,
            _ => 0,
        }
    };
    let mut weighed: Vec<(usize, u8)> = shape
        .fields
        .iter()
        .map(|field| weight(&field.name, field.field_type))
        .enumerate()
        .filter(|(_, weight)| *weight > 0)
        .collect();
    weighed.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
    weighed.truncate(MOST);
    weighed.sort_unstable();
    let fields = weighed.into_iter().filter_map(|(at, _)| shape.fields.get(at));
    fields
        .map(|field| Column::Field(field.name.clone()))
        .chain([Column::Status])
        .collect()
}
