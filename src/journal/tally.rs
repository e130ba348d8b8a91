//! What past runs have written, in numbers: for lists of runs.

use std::collections::HashMap;

use rusqlite::{Connection, OpenFlags};

use super::{Journal, JournalError, Result, Run, RunId};

/// What a run has written of one record type.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// The record type.
    pub record_type: String,
    /// Records created.
    pub created: usize,
    /// Records changed or replaced.
    pub updated: usize,
    /// Records deleted.
    pub deleted: usize,
}

/// A past run with what it has written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// The run.
    pub run: Run,
    /// What it has written, type by type.
    pub tallies: Vec<Tally>,
}

const APPLIED: &str = "SELECT run, record_type, json_extract(body, '$.verb'),
  json_extract(body, '$.before') IS NULL, count(*)
  FROM operation WHERE state = 'applied' AND json_valid(body) GROUP BY 1, 2, 3, 4 ORDER BY 1, 2";

impl Journal {
    /// All runs, the latest first, with what they have written. It reads every operation, over a connection of its own, so
    /// that a run under way is not held up.
    pub fn past(&self) -> Result<Vec<Past>> {
        let runs = self.runs()?;
        let mut tallies = self.tallies().map_err(|cause| JournalError::Database {
            path: self.path.clone(),
            cause,
        })?;
        let past = runs.into_iter().map(|run| Past {
            tallies: tallies.remove(&run.id).unwrap_or_default(),
            run,
        });
        Ok(past.collect())
    }

    fn tallies(&self) -> rusqlite::Result<HashMap<RunId, Vec<Tally>>> {
        let connection = Connection::open_with_flags(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        connection.busy_timeout(std::time::Duration::from_secs(10))?;
        let mut statement = connection.prepare(APPLIED)?;
        let mut rows = statement.query([])?;
        let mut tallies: HashMap<RunId, Vec<Tally>> = HashMap::new();
        while let Some(row) = rows.next()? {
            let (record_type, verb): (String, String) = (row.get(1)?, row.get(2)?);
            let count = usize::try_from(row.get::<_, i64>(4)?).unwrap_or(0);
            let of_run = tallies.entry(row.get(0)?).or_default();
            if of_run.last().is_none_or(|last| last.record_type != record_type) {
                of_run.push(Tally {
                    record_type,
                    ..Tally::default()
                });
            }
            let Some(tally) = of_run.last_mut() else { continue };
            *match (verb.as_str(), row.get(3)?) {
                ("create", _) | ("forceReplace", true) => &mut tally.created,
                ("delete", _) => &mut tally.deleted,
                _ => &mut tally.updated,
            } += count;
        }
        Ok(tallies)
    }
}
