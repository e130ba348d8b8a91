//! The operations of runs, read.

use std::collections::{HashMap, HashSet};

use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension as _, Row, params};
use serde::Serialize;

use super::seal::{Damage, digest};
use super::{Journal, JournalError, Result, RunId, State};
use crate::record::compare::FieldChange;
use crate::record::plan::Operation;

/// An operation of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// The run.
    pub run: RunId,
    /// Its position in the plan.
    pub position: usize,
    /// As last sent, with its pre-image.
    pub operation: Operation,
    /// How far it has come.
    pub state: State,
    /// Whether it has ever left this machine; `None` where an older version did not note it.
    pub left: Option<bool>,
    /// Whether a digest confirms that the operation is intact; earlier versions stored no digest.
    pub is_checked: bool,
    /// The change tag it left behind.
    pub tag: Option<String>,
    /// Why it was refused, in words.
    pub detail: Option<String>,
    /// Values of other clients that it overwrote.
    pub overwrites: Vec<FieldChange>,
}

/// What became of an operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    /// Its position in the plan.
    pub position: usize,
    /// Where it ended.
    pub state: State,
    /// The change tag the record has now.
    pub tag: Option<String>,
    /// Why, in words.
    pub detail: Option<String>,
}

/// What a run left of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The record type.
    pub record_type: String,
    /// The change tag; `None` where the record was deleted, or where the outcome is not known.
    pub tag: Option<String>,
}

/// Bounds the list of missing rows: the stored number of operations may itself be damaged.
const MOST_NAMED: usize = 1000;

impl Journal {
    /// The operations of a run, in the plan's order.
    ///
    /// # Errors
    /// If one of them is damaged.
    pub fn entries(&self, run: RunId) -> Result<Vec<Entry>> {
        let (entries, damaged) = self.sound_entries(run)?;
        self.all_sound(entries, damaged)
    }

    /// The intact operations of a run, and the damaged ones.
    pub fn sound_entries(&self, run: RunId) -> Result<(Vec<Entry>, Vec<Damage>)> {
        let (entries, mut damaged) = self.read_entries("WHERE run = ?1 ORDER BY position", run)?;
        let sql = "SELECT operations FROM run WHERE id = ?1";
        let wanted: Option<i64> = self.with(|connection| {
            let row = connection.query_row(sql, [run], |row| row.get(0)).optional()?;
            Ok(row.flatten())
        })?;
        let known = entries.iter().map(|entry| entry.position);
        let known: HashSet<usize> = known.chain(damaged.iter().map(|one| one.position)).collect();
        let wanted = usize::try_from(wanted.unwrap_or(0)).unwrap_or(usize::MAX);
        let missing = (0..wanted).filter(|position| !known.contains(position));
        damaged.extend(missing.take(MOST_NAMED).map(|position| Damage {
            run,
            position,
            record_type: String::new(),
            name: String::new(),
            what: "its row is missing".into(),
        }));
        Ok((entries, damaged))
    }

    /// Whether a run has operations without a digest: an earlier version has written them.
    pub fn has_unchecked(&self, run: RunId) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM operation WHERE run = ?1 AND digest IS NULL)";
        self.with(|connection| connection.query_row(sql, [run], |row| row.get(0)))
    }

    fn all_sound(&self, entries: Vec<Entry>, damaged: Vec<Damage>) -> Result<Vec<Entry>> {
        if damaged.is_empty() {
            return Ok(entries);
        }
        Err(JournalError::Damaged {
            path: self.path.clone(),
            damaged,
        })
    }

    /// The records that runs have written, or may have, since a time in milliseconds since 1970 UTC, by name; of each
    /// what the latest run left.
    pub fn written_since(&self, time: i64) -> Result<HashMap<String, Written>> {
        let sql = "SELECT name, record_type, tag FROM operation WHERE state IN ('applied', 'sent')
                   AND run IN (SELECT id FROM run WHERE ended IS NULL OR ended >= ?1) ORDER BY run";
        self.with(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let written = statement.query_map([time], |row| {
                let (record_type, tag) = (row.get(1)?, row.get(2)?);
                Ok((row.get(0)?, Written { record_type, tag }))
            })?;
            written.collect()
        })
    }

    /// The change tags that runs before this one left on records of these names.
    pub fn tags_left_before(&self, run: RunId, names: &[String]) -> Result<HashMap<String, HashSet<String>>> {
        let sql = "SELECT tag FROM operation WHERE name = ?1 AND run < ?2 AND tag IS NOT NULL";
        self.with(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let mut left = HashMap::new();
            for name in names {
                let tags = statement.query_map(params![name, run], |row| row.get(0))?;
                let tags: HashSet<String> = tags.collect::<rusqlite::Result<_>>()?;
                if !tags.is_empty() {
                    left.insert(name.clone(), tags);
                }
            }
            Ok(left)
        })
    }

    /// The names of records that runs after this one have written, or may have.
    pub fn names_written_after(&self, run: RunId) -> Result<HashSet<String>> {
        let sql = "SELECT DISTINCT name FROM operation WHERE run > ?1 AND state IN ('applied', 'sent')";
        self.with(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            statement.query_map([run], |row| row.get(0))?.collect()
        })
    }

    /// What runs have done to one record, the latest first.
    pub fn history_of(&self, name: &str) -> Result<Vec<Entry>> {
        let (entries, damaged) = self.read_entries("WHERE name = ?1 ORDER BY run DESC", name)?;
        self.all_sound(entries, damaged)
    }

    fn read_entries(&self, which: &str, key: impl rusqlite::ToSql) -> Result<(Vec<Entry>, Vec<Damage>)> {
        let rows: Vec<Stored> = self.with(|connection| {
            let mut statement = connection.prepare_cached(&format!("{STORED} {which}"))?;
            statement.query_map([key], Stored::read)?.collect()
        })?;
        let (mut entries, mut damaged) = (Vec::new(), Vec::new());
        for row in rows {
            match row.entry() {
                Ok(entry) => entries.push(entry),
                Err(what) => damaged.push(row.damage(what)),
            }
        }
        Ok((entries, damaged))
    }
}

const STORED: &str =
    "SELECT run, position, record_type, name, body, state, tag, detail, overwrites, departed, digest
  FROM operation";

/// A row as stored in the file, possibly damaged.
struct Stored {
    run: RunId,
    position: i64,
    record_type: String,
    name: String,
    body: String,
    state: String,
    tag: Option<String>,
    detail: Option<String>,
    overwrites: Option<String>,
    left: Option<String>,
    digest: Option<String>,
}

impl Stored {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Stored {
            run: row.get(0)?,
            position: row.get(1)?,
            record_type: text(row, 2)?.unwrap_or_default(),
            name: text(row, 3)?.unwrap_or_default(),
            body: text(row, 4)?.unwrap_or_default(),
            state: text(row, 5)?.unwrap_or_default(),
            tag: text(row, 6)?,
            detail: text(row, 7)?,
            overwrites: text(row, 8)?,
            left: text(row, 9)?,
            digest: text(row, 10)?,
        })
    }

    fn entry(&self) -> std::result::Result<Entry, String> {
        let overwrites = self.overwrites.as_deref();
        let about = [
            self.record_type.as_str(),
            &self.name,
            &self.body,
            overwrites.unwrap_or_default(),
        ];
        let now = digest(self.run, self.position, about);
        if self.digest.as_ref().is_some_and(|digest| *digest != now) {
            return Err("it does not match its digest".into());
        }
        let unreadable = |error: serde_json::Error| format!("it cannot be read: {error}");
        Ok(Entry {
            run: self.run,
            position: usize::try_from(self.position).map_err(|_| "its position is negative")?,
            operation: serde_json::from_str(&self.body).map_err(unreadable)?,
            state: self.state.parse()?,
            left: self.left.as_ref().map(|left| left != "0"),
            is_checked: self.digest.is_some(),
            tag: self.tag.clone(),
            detail: self.detail.clone(),
            overwrites: serde_json::from_str(overwrites.unwrap_or("[]")).map_err(unreadable)?,
        })
    }

    fn damage(self, what: String) -> Damage {
        Damage {
            run: self.run,
            position: usize::try_from(self.position).unwrap_or_default(),
            record_type: self.record_type,
            name: self.name,
            what,
        }
    }
}

/// Reads a column as text. Damaged text becomes lossy here and then fails its digest.
fn text(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<String>> {
    Ok(match row.get_ref(column)? {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
    })
}
