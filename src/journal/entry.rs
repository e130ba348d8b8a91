//! The operations of runs, read.

use std::collections::{HashMap, HashSet};

use rusqlite::params;
use serde::Serialize;

use super::{Journal, Result, RunId, State};
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
    /// The change tag it left behind.
    pub tag: Option<String>,
    /// Why it was refused, in words.
    pub detail: Option<String>,
    /// What somebody else had put into fields it wrote.
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

impl Journal {
    /// The operations of a run, in the plan's order.
    pub fn entries(&self, run: RunId) -> Result<Vec<Entry>> {
        self.read_entries("WHERE run = ?1 ORDER BY position", run)
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
        self.read_entries("WHERE name = ?1 ORDER BY run DESC", name)
    }

    fn read_entries(&self, which: &str, key: impl rusqlite::ToSql) -> Result<Vec<Entry>> {
        type Raw = (
            RunId,
            i64,
            String,
            String,
            Option<String>,
            Option<String>,
            Option<String>,
            Option<bool>,
        );
        let raw: Vec<Raw> = self.with(|connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT run, position, body, state, tag, detail, overwrites, departed FROM operation {which}"
            ))?;
            let rows = statement.query_map([key], |row| {
                Ok((
                    row.get(0)?,
                    row.get(1)?,
                    row.get(2)?,
                    row.get(3)?,
                    row.get(4)?,
                    row.get(5)?,
                    row.get(6)?,
                    row.get(7)?,
                ))
            })?;
            rows.collect()
        })?;
        let entry = |(run, position, body, state, tag, detail, overwrites, left): Raw| -> Result<Entry> {
            let overwrites = overwrites.as_deref().unwrap_or("[]");
            Ok(Entry {
                run,
                position: usize::try_from(position).map_err(|error| self.unreadable(&error))?,
                operation: serde_json::from_str(&body).map_err(|error| self.unreadable(&error))?,
                state: state.parse().map_err(|error: String| self.unreadable(&error))?,
                left,
                tag,
                detail,
                overwrites: serde_json::from_str(overwrites).map_err(|error| self.unreadable(&error))?,
            })
        };
        raw.into_iter().map(entry).collect()
    }
}
