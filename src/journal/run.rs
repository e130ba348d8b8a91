//! Runs and their operations.

use std::collections::BTreeMap;
use std::str::FromStr;

use rusqlite::{Connection, Row, params};
use serde::Serialize;

use super::seal::digest;
use super::{Ending, Journal, JournalError, Result, RunKind, Settled, State};
use crate::record::compare::FieldChange;
use crate::record::plan::{Operation, Plan};

/// The number of a run, counted from 1.
pub type RunId = i64;

/// A run, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Run {
    /// Its number.
    pub id: RunId,
    /// What it was for.
    pub kind: RunKind,
    /// Who began it, as `user@machine`; `None` where an older version has kept it.
    pub who: Option<String>,
    /// The run that it takes back, if it is an undo.
    pub undoes: Option<RunId>,
    /// SHA-256 of its plan.
    pub digest: String,
    /// Records its plan left alone.
    pub unchanged: usize,
    /// Milliseconds since 1970 UTC.
    pub started: i64,
    /// The same; `None` while it runs, or after a kill.
    pub ended: Option<i64>,
    /// How it ended; `None` while it runs, or after a kill.
    pub ending: Option<Ending>,
    /// Its operations by state.
    pub states: BTreeMap<State, usize>,
    /// The run that took all of it back, if one did.
    pub undone_by: Option<RunId>,
    /// Whether a later run has begun: what came then must not be written over by what was agreed to before it.
    pub superseded: bool,
}

impl Run {
    /// Whether it was broken off and can be resumed. A run that came to its end in part is not open: what it left out, it
    /// left out for a reason.
    pub fn is_open(&self) -> bool {
        let unsettled = self.states.keys().any(|state| !state.is_settled());
        let left = match self.ending {
            None => true,
            Some(Ending::Cancelled | Ending::Failed) => unsettled || self.count(State::NotAttempted) > 0,
            Some(Ending::Done | Ending::Partial) => unsettled,
        };
        left && !self.superseded
    }

    /// Operations in this state.
    pub fn count(&self, state: State) -> usize {
        self.states.get(&state).copied().unwrap_or(0)
    }
}

const RUN: &str = "SELECT id, kind, undoes, digest, unchanged, started, ended, ending,
  (SELECT max(later.id) FROM run later WHERE later.undoes = run.id AND later.ending = 'done'),
  EXISTS (SELECT 1 FROM run later WHERE later.id > run.id), who FROM run";

impl Journal {
    /// Writes a run with all its operations and pre-images. Nothing has been sent yet. Whoever begins is the only writer,
    /// so a run that has not ended belongs to a process that is gone: it ends here.
    pub fn begin(&self, kind: RunKind, undoes: Option<RunId>, plan: &Plan) -> Result<RunId> {
        let of_plan = plan.digest().map_err(|error| self.unreadable(&error))?;
        let started = jiff::Timestamp::now().as_millisecond();
        self.with(|connection| {
            let transaction = connection.transaction()?;
            transaction.execute_batch(
                "UPDATE operation SET state = 'not-attempted' WHERE state = 'planned'
                   AND run IN (SELECT id FROM run WHERE ended IS NULL)",
            )?;
            transaction.execute(
                "UPDATE run SET ended = ?1, ending = 'failed' WHERE ended IS NULL",
                [started],
            )?;
            transaction.execute(
                "INSERT INTO run(kind, undoes, digest, unchanged, started, who, operations)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![
                    kind.word(),
                    undoes,
                    of_plan,
                    number(plan.unchanged),
                    started,
                    who(),
                    number(plan.operations.len())
                ],
            )?;
            let run = transaction.last_insert_rowid();
            {
                let mut insert = transaction.prepare(
                    "INSERT INTO operation(run, position, record_type, name, body, state, departed, digest)
                     VALUES (?1, ?2, ?3, ?4, ?5, 'planned', 0, ?6)",
                )?;
                for (position, operation) in plan.operations.iter().enumerate() {
                    let body = serde_json::to_string(operation)
                        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
                    let position = number(position);
                    let (record_type, name) = (&operation.record_type, &operation.name);
                    let digest = digest(run, position, [record_type, name, &body, ""]);
                    insert.execute(params![run, position, record_type, name, body, digest])?;
                }
            }
            transaction.commit()?;
            Ok(run)
        })
    }

    /// Records that these operations are about to be sent, each in its current form and with the values of other
    /// clients that it overwrites.
    pub fn about_to_send(
        &self,
        run: RunId,
        operations: &[(usize, &Operation, &[FieldChange])],
    ) -> Result<()> {
        let mut rows = Vec::with_capacity(operations.len());
        for (position, operation, overwrites) in operations {
            let body = serde_json::to_string(operation).map_err(|error| self.unreadable(&error))?;
            let overwrites = (!overwrites.is_empty())
                .then(|| serde_json::to_string(overwrites))
                .transpose()
                .map_err(|error| self.unreadable(&error))?;
            let position = number(*position);
            let about = [
                &operation.record_type,
                &operation.name,
                &body,
                overwrites.as_deref().unwrap_or_default(),
            ];
            let digest = digest(run, position, about);
            rows.push((position, body, overwrites, digest));
        }
        self.with(|connection| {
            let transaction = connection.transaction()?;
            {
                let mut update = transaction.prepare_cached(
                    "UPDATE operation SET state = 'sent', departed = 1, body = ?3, overwrites = ?4, digest = ?5
                     WHERE run = ?1 AND position = ?2",
                )?;
                for (position, body, overwrites, digest) in &rows {
                    update.execute(params![run, position, body, overwrites, digest])?;
                }
            }
            transaction.commit()
        })
    }

    /// Says what became of operations.
    pub fn settle(&self, run: RunId, settled: &[Settled]) -> Result<()> {
        self.with(|connection| {
            let transaction = connection.transaction()?;
            {
                let mut update = transaction.prepare_cached(
                    "UPDATE operation SET state = ?3, tag = ?4, detail = ?5 WHERE run = ?1 AND position = ?2",
                )?;
                for one in settled {
                    update.execute(params![
                        run,
                        number(one.position),
                        one.state.word(),
                        one.tag,
                        one.detail
                    ])?;
                }
            }
            transaction.commit()
        })
    }

    /// Ends a run. What was never sent was not attempted; what was sent and not settled stays open for `resume`.
    pub fn end(&self, run: RunId, ending: Ending) -> Result<()> {
        let ended = jiff::Timestamp::now().as_millisecond();
        self.with(|connection| {
            let transaction = connection.transaction()?;
            transaction.execute(
                "UPDATE operation SET state = 'not-attempted' WHERE run = ?1 AND state = 'planned'",
                [run],
            )?;
            transaction.execute(
                "UPDATE run SET ended = ?2, ending = ?3 WHERE id = ?1",
                params![run, ended, ending.word()],
            )?;
            transaction.commit()
        })
    }

    /// Opens a run again: what was not attempted is planned once more.
    pub fn reopen(&self, run: RunId) -> Result<()> {
        self.with(|connection| {
            let transaction = connection.transaction()?;
            transaction.execute(
                "UPDATE operation SET state = 'planned' WHERE run = ?1 AND state = 'not-attempted'",
                [run],
            )?;
            transaction.execute("UPDATE run SET ended = NULL, ending = NULL WHERE id = ?1", [run])?;
            transaction.commit()
        })
    }

    /// All runs, the latest first.
    pub fn runs(&self) -> Result<Vec<Run>> {
        self.read_runs(&format!("{RUN} ORDER BY id DESC"), None)
    }

    /// One run.
    pub fn run(&self, id: RunId) -> Result<Run> {
        let mut runs = self.read_runs(&format!("{RUN} WHERE id = ?1"), Some(id))?;
        runs.pop().ok_or(JournalError::NoSuchRun(id))
    }

    /// The latest run, if it was interrupted.
    pub fn open_run(&self) -> Result<Option<Run>> {
        let mut latest = self.read_runs(&format!("{RUN} ORDER BY id DESC LIMIT 1"), None)?;
        Ok(latest.pop().filter(Run::is_open))
    }

    fn read_runs(&self, sql: &str, id: Option<RunId>) -> Result<Vec<Run>> {
        self.with(|connection| {
            let mut statement = connection.prepare(sql)?;
            let mut runs: Vec<Run> = statement
                .query_map(rusqlite::params_from_iter(id), run_of)?
                .collect::<rusqlite::Result<_>>()?;
            for run in &mut runs {
                run.states = states(connection, run.id)?;
            }
            Ok(runs)
        })
    }
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The user of this process and the machine.
fn who() -> Option<String> {
    let user = whoami::username().ok()?;
    Some(whoami::hostname().map_or(user.clone(), |machine| format!("{user}@{machine}")))
}

fn run_of(row: &Row<'_>) -> rusqlite::Result<Run> {
    let ending: Option<String> = row.get(7)?;
    Ok(Run {
        id: row.get(0)?,
        kind: word(1, &row.get::<_, String>(1)?)?,
        undoes: row.get(2)?,
        digest: row.get(3)?,
        unchanged: usize::try_from(row.get::<_, i64>(4)?).unwrap_or(0),
        started: row.get(5)?,
        ended: row.get(6)?,
        ending: ending.map(|text| word(7, &text)).transpose()?,
        states: BTreeMap::new(),
        undone_by: row.get(8)?,
        superseded: row.get(9)?,
        who: row.get(10)?,
    })
}

fn word<T: FromStr<Err = String>>(column: usize, text: &str) -> rusqlite::Result<T> {
    text.parse().map_err(|error: String| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, error.into())
    })
}

fn states(connection: &Connection, run: RunId) -> rusqlite::Result<BTreeMap<State, usize>> {
    let mut statement =
        connection.prepare_cached("SELECT state, count(*) FROM operation WHERE run = ?1 GROUP BY state")?;
    let rows = statement.query_map([run], |row| {
        let (state, count): (String, i64) = (row.get(0)?, row.get(1)?);
        // An unreadable state counts as unknown.
        let state = state.parse().unwrap_or(State::Sent);
        Ok((state, usize::try_from(count).unwrap_or(0)))
    })?;
    let mut states = BTreeMap::new();
    for row in rows {
        let (state, count) = row?;
        *states.entry(state).or_default() += count;
    }
    Ok(states)
}
