//! The durable account of what was written, in SQLite: one file per container, environment and server.
//!
//! Before a request leaves, its operations and the pre-images of what it changes are on disk; when it has returned,
//! each outcome is. So a run that was killed is found again, its open operations can be settled, and it can be resumed or
//! undone. The last comparison of each type is kept here too. No key material and no authorization value ever is.
//!
//! - [`Journal`]: runs and operations
//! - [`lock`]: one writer at a time
//! - [`snapshot`]: the last comparison
//! - `tally`: what past runs have written, in numbers
//! - `schema`: tables and their versions

mod entry;
pub mod lock;
mod place;
mod run;
mod schema;
mod seal;
pub mod snapshot;
mod tally;
mod words;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension as _};

use schema::Found;

pub use entry::{Entry, Settled, Written};
pub use lock::{LockError, WriterLock};
pub use place::Place;
pub use run::{Run, RunId};
pub use seal::Damage;
pub use snapshot::{Snapshot, SnapshotRow};
pub use tally::{Past, Tally};
pub use words::{Ending, RunKind, State};

/// The journal of one container, environment and server. Its calls block; async callers use a blocking task.
pub struct Journal {
    path: PathBuf,
    connection: Mutex<Connection>,
}

/// Why the journal cannot be used. Without it nothing is written to the cloud.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The folder or file cannot be made.
    #[error("the journal {path} cannot be opened: {cause}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// SQLite says no.
    #[error("the journal {path} cannot be read or written: {}", without_sql(.cause))]
    Database {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: rusqlite::Error,
    },
    /// A database of another program.
    #[error(
        "{path} is a database, but not a Skydeck journal; move it, or choose another folder with --state"
    )]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// Written by another version.
    #[error(
        "the journal {path} was written by another version of Skydeck (format {found}, this one knows up to {known})"
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The latest known.
        known: i64,
    },
    /// A row that makes no sense.
    #[error("the journal {path} holds something unreadable: {what}")]
    Content {
        /// The file.
        path: PathBuf,
        /// What.
        what: String,
    },
    /// Damaged operations of a run.
    #[error("the journal {path} is damaged: {}", listed(.damaged))]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Which.
        damaged: Vec<Damage>,
    },
    /// There is no such run.
    #[error("no run {0} in the journal; skydeck history lists them")]
    NoSuchRun(RunId),
}

/// What SQLite says, without the statement it says it about.
fn without_sql(cause: &rusqlite::Error) -> String {
    match cause {
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        cause => cause.to_string(),
    }
}

/// The first few, and how many more there are.
fn listed(damaged: &[Damage]) -> String {
    const SHOWN: usize = 5;
    let first = damaged.iter().take(SHOWN).map(ToString::to_string);
    let first = first.collect::<Vec<_>>().join("; ");
    match damaged.len().saturating_sub(SHOWN) {
        0 => first,
        more => format!("{first}; and {more} more"),
    }
}

type Result<T> = std::result::Result<T, JournalError>;

impl Journal {
    /// Opens the journal of a place, and makes it where there is none. Only its owner can read it.
    pub fn open(place: &Place) -> Result<Self> {
        let path = place.file();
        // Made before SQLite makes it, which gives its side files the same mode.
        place::prepare(place)
            .and_then(|()| place::make(&path))
            .map_err(|cause| JournalError::File {
                path: path.clone(),
                cause,
            })?;
        let connection = Connection::open(&path).map_err(|cause| JournalError::Database {
            path: path.clone(),
            cause,
        })?;
        let journal = Journal {
            path,
            connection: Mutex::new(connection),
        };
        journal.prepare()?;
        Ok(journal)
    }

    fn prepare(&self) -> Result<()> {
        let path = self.path.clone();
        match self.with(schema::prepare)? {
            Found::Journal => Ok(()),
            Found::Foreign => Err(JournalError::Foreign { path }),
            Found::Version(found) => Err(JournalError::Version {
                path,
                found,
                known: schema::VERSION,
            }),
        }
    }

    /// The journal's file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps a small fact for the next run, such as the learnt rate.
    pub fn remember(&self, key: &str, value: &str) -> Result<()> {
        let sql = "INSERT INTO fact(key, value) VALUES (?1, ?2) ON CONFLICT(key) DO UPDATE SET value = ?2";
        self.with(|connection| connection.prepare_cached(sql)?.execute([key, value]).map(drop))
    }

    /// A fact that was kept.
    pub fn recall(&self, key: &str) -> Result<Option<String>> {
        self.with(|connection| {
            connection
                .prepare_cached("SELECT value FROM fact WHERE key = ?1")?
                .query_row([key], |row| row.get(0))
                .optional()
        })
    }

    /// The facts whose keys begin so, by key.
    pub fn facts(&self, beginning: &str) -> Result<BTreeMap<String, String>> {
        self.with(|connection| {
            connection
                .prepare_cached("SELECT key, value FROM fact WHERE substr(key, 1, length(?1)) = ?1")?
                .query_map([beginning], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>) -> Result<T> {
        work(&mut self.connection()).map_err(|cause| JournalError::Database {
            path: self.path.clone(),
            cause,
        })
    }

    fn unreadable(&self, what: &dyn std::fmt::Display) -> JournalError {
        JournalError::Content {
            path: self.path.clone(),
            what: what.to_string(),
        }
    }
}
