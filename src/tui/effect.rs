//! What shall be done, as data. `update` asks for it, `runtime` does it, and nothing else does.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use super::job::JobId;
use super::runtime::Handle;
use super::screen::records::rows::{Order, Sift};
use crate::canonical::exporter::Column;
use crate::journal::RunId;
use crate::sync::{Choices, Comparison, Confirmed, Depth, Edit, Side};

/// Something to be done.
#[derive(Debug)]
pub enum Effect {
    /// Begin a job.
    Start(JobId, Work),
    /// End a job gently: what has left is waited for.
    Cancel(JobId),
    /// Hold a job, or let it go on.
    Pause(JobId, bool),
    /// Put a text on the clipboard.
    Copy(String),
    /// Let the user edit a text in their editor.
    Editor {
        /// The text.
        text: String,
        /// The file's ending, which tells the editor what it is.
        ending: &'static str,
    },
    /// Work in this session from now on.
    Enter(Handle),
    /// Ring the bell.
    Bell,
    /// Take the mouse, or leave it to the terminal.
    Mouse(bool),
    /// Draw everything anew.
    Redraw,
    /// Give the terminal back to the shell for a while.
    Suspend,
    /// End.
    Quit,
    /// Keep what the user has arranged.
    Remember {
        /// Which arrangement: `columns Game`.
        key: String,
        /// JSON.
        value: String,
    },
}

/// What a job works on.
#[derive(Debug)]
pub enum Work {
    /// Open an environment, with or without the right to write where it is read-only.
    Open {
        /// `development` or `production`.
        environment: String,
        /// Whether it may be written although it is read-only.
        unlocked: bool,
    },
    /// Compare these types; all where none is named.
    Compare(Vec<String>),
    /// Make a plan of a comparison.
    Review(Arc<Comparison>, Box<Choices>),
    /// Carry a plan out.
    Apply(Box<Confirmed>),
    /// Finish the run that was interrupted.
    Resume,
    /// Verify these types; all where none is named.
    Verify(Vec<String>, Depth),
    /// Look a record up.
    Find {
        /// The record type.
        record_type: String,
        /// The record name.
        name: String,
    },
    /// Read both sides of one row of a comparison.
    Sides {
        /// What was compared.
        comparison: Arc<Comparison>,
        /// Which type of it.
        type_index: usize,
        /// Which row.
        row: usize,
    },
    /// Search what was compared for records that point at this one.
    Referrers(Arc<Comparison>, String),
    /// Plan to create, change or delete records that are named one by one.
    Edits(Vec<Edit>),
    /// Plan to take a run back.
    Undo(RunId),
    /// Plan to replace the records of these types; all where none is named.
    Import(Vec<String>),
    /// Plan to delete the records of these types; all where none is named.
    DeleteAll(Vec<String>),
    /// List past runs.
    Runs,
    /// Read the operations of a run.
    Operations(RunId),
    /// Read what runs have done to a record.
    RecordHistory(String),
    /// Read the records of rows that are about to be shown.
    Load {
        /// What was compared.
        comparison: Arc<Comparison>,
        /// Which type of it.
        type_index: usize,
        /// Which rows.
        rows: Vec<usize>,
    },
    /// Put the rows of a type into another order.
    Order(Box<Order>),
    /// Find the rows that a filter lets through.
    Sift(Box<Sift>),
    /// Write records to a file.
    Export {
        /// What was compared.
        comparison: Arc<Comparison>,
        /// Which type of it.
        type_index: usize,
        /// Which rows, in this order.
        rows: Vec<u32>,
        /// Which side of them.
        side: Side,
        /// The columns that are shown, for CSV.
        columns: Vec<Column>,
        /// The file; its ending says the form: `.json`, `.jsonl`, `.csv`.
        path: PathBuf,
        /// Whether a file that is there already may be replaced.
        replace: bool,
    },
    /// Write a text to a file.
    Save {
        /// The file.
        path: PathBuf,
        /// The text.
        text: String,
        /// Whether a file that is there already may be replaced.
        replace: bool,
    },
    /// Start the demo in place of a configuration.
    Demo,
    /// Write a configuration from the files found.
    Init,
}

/// Records to leave alone, by type and name.
pub type Excluded = HashSet<(String, String)>;
