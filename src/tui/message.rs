//! Everything that can wake the loop.

use std::path::PathBuf;
use std::sync::Arc;

use crossterm::event::{KeyEvent, MouseEvent};

use super::effect::Work;
use super::failure::Failure;
use super::job::JobId;
use super::place::{Availability, Opened};
use super::screen::records::rows::{Loaded, Ordered, Sifted};
use crate::cloudkit::Load;
use crate::journal::{Entry, Past, Run, RunId};
use crate::record::verdict::Verdict;
use crate::sync::{BothSides, Comparison, Event, Found, Referrers, Report, Reviewed, Side};

/// Something happened.
#[derive(Debug)]
pub enum Message {
    /// A key was pressed.
    Key(KeyEvent),
    /// The mouse did something.
    Mouse(MouseEvent),
    /// A text was pasted: one edit, never keys.
    Paste(String),
    /// The terminal has another size: columns, rows.
    Resize(u16, u16),
    /// The terminal's window has got the user's attention, or lost it.
    Focus(bool),
    /// Time has passed and something on the screen moves with it.
    Tick,
    /// What a job has said since the last time.
    Told(JobId, Vec<Event>),
    /// How the line to the service is used just now.
    Load(Load),
    /// A job has ended.
    Done(JobId, Done),
    /// The program was asked to end.
    Terminate,
}

/// Records that were written to a file.
#[derive(Debug)]
pub struct Exported {
    /// The file.
    pub path: PathBuf,
    /// The side they are of.
    pub side: Side,
    /// How many.
    pub records: usize,
    /// How many of those asked for are on the other side only.
    pub left_out: usize,
    /// What their values have that the manifest does not map and the file does not have.
    pub note: Option<String>,
}

/// What was found about each record type.
pub type Verdicts = Vec<(String, Result<Verdict, Failure>)>;

/// What a job came to.
#[derive(Debug)]
pub enum Done {
    /// The configuration was read: whether its environments have keys.
    Environments(Vec<Availability>),
    /// An environment was opened; nothing changes before the state enters it.
    Opened(Result<Box<Opened>, Failure>),
    /// Both sides were compared.
    Compared(Result<Arc<Comparison>, Failure>),
    /// A plan was made, to be looked at.
    Reviewed(Result<Box<Reviewed>, Failure>),
    /// A plan was carried out.
    Applied(Result<Option<Arc<Report>>, Failure>),
    /// The cloud was verified, type by type.
    Verified(Result<Verdicts, Failure>),
    /// A record was looked up.
    Found(Result<Box<Found>, Failure>),
    /// Past runs.
    Runs(Result<Vec<Past>, Failure>),
    /// The operations of a run.
    Operations(RunId, Result<Vec<Entry>, Failure>),
    /// Both sides of a row.
    Sides(Result<Box<BothSides>, Failure>),
    /// Records that point at one.
    Referrers(Result<Box<Referrers>, Failure>),
    /// What runs have done to a record, the latest first.
    RecordHistory(String, Result<Vec<(Run, Entry)>, Failure>),
    /// Records that were about to be shown.
    Loaded(Loaded),
    /// Rows in the order of a column.
    Ordered(Ordered),
    /// Rows that a filter lets through.
    Sifted(Sifted),
    /// So many records have been written to a file so far.
    Exporting(u64),
    /// Something was written to a file.
    Exported(Result<Exported, Failure>),
    /// A file is there already; this would replace it.
    Taken(Box<Work>),
    /// A text was written to a file.
    Saved(Result<PathBuf, Failure>),
    /// A text came back from the editor; `None`: it was left as it was.
    Edited(Result<Option<String>, Failure>),
    /// A text went to the clipboard; how.
    Copied(Result<String, Failure>),
    /// A configuration was written; the program starts anew with it.
    Proposed(Result<PathBuf, Failure>),
}
