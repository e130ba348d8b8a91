//! Records in `SQLite`: one row a record, its fields as the JSON that goes out on the wire.
//!
//! A file is opened with a write-ahead log and full synchronisation, so that what a request committed survives a
//! kill. It belongs to one emulator at a time, which keeps the last change tag in memory; the lock dies with its process.
//! Without a file the database is private and temporary: it lives in the page cache and spills when large.
//!
//! With an index lag, queries read the view `visible`: the records as they were before the changes listed in `stale`.

use std::collections::HashMap;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

use super::clock::Clock;
use super::options::{Environment, Store};

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS kind(id INTEGER PRIMARY KEY, scope INTEGER NOT NULL, name TEXT NOT NULL, UNIQUE(scope, name));
CREATE TABLE IF NOT EXISTS person(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS record(
  id INTEGER PRIMARY KEY AUTOINCREMENT, scope INTEGER NOT NULL, kind INTEGER NOT NULL, name TEXT NOT NULL,
  tag TEXT NOT NULL, created INTEGER NOT NULL, created_by INTEGER NOT NULL, modified INTEGER NOT NULL,
  modified_by INTEGER NOT NULL, fields TEXT NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS record_name ON record(scope, name);
CREATE INDEX IF NOT EXISTS record_kind ON record(kind);
CREATE INDEX IF NOT EXISTS record_created ON record(kind, created);
CREATE INDEX IF NOT EXISTS record_modified ON record(kind, modified);
CREATE TABLE IF NOT EXISTS link(source INTEGER NOT NULL, scope INTEGER NOT NULL, target TEXT NOT NULL,
  field TEXT NOT NULL, action TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS link_target ON link(scope, target);
CREATE INDEX IF NOT EXISTS link_source ON link(source);
CREATE TABLE IF NOT EXISTS stale(seq INTEGER PRIMARY KEY AUTOINCREMENT, until INTEGER NOT NULL, present INTEGER NOT NULL,
  id INTEGER NOT NULL, scope INTEGER NOT NULL, kind INTEGER NOT NULL, name TEXT NOT NULL, tag TEXT NOT NULL,
  created INTEGER NOT NULL, created_by INTEGER NOT NULL, modified INTEGER NOT NULL, modified_by INTEGER NOT NULL,
  fields TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS stale_id ON stale(id, seq);
CREATE VIEW IF NOT EXISTS visible AS
  SELECT id, scope, kind, name, tag, created, created_by, modified, modified_by, fields FROM record
    WHERE id NOT IN (SELECT id FROM stale)
  UNION ALL
  SELECT id, scope, kind, name, tag, created, created_by, modified, modified_by, fields FROM stale AS s
    WHERE s.present AND s.seq = (SELECT min(seq) FROM stale WHERE id = s.id);
CREATE TABLE IF NOT EXISTS upload(token TEXT PRIMARY KEY, scope INTEGER NOT NULL, kind TEXT NOT NULL,
  name TEXT NOT NULL, field TEXT NOT NULL, expires INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS receipt(receipt TEXT PRIMARY KEY, scope INTEGER NOT NULL, kind TEXT NOT NULL,
  name TEXT NOT NULL, field TEXT NOT NULL, checksum TEXT NOT NULL, size INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS blob(checksum TEXT PRIMARY KEY, data BLOB NOT NULL);
";

/// How long to wait for another emulator that is about to let go of the file.
const PATIENCE: Duration = Duration::from_secs(1);

/// The open database, with the small tables kept in memory.
pub(super) struct Database {
    pub(super) conn: Connection,
    kinds: HashMap<(i64, String), i64>,
    kind_names: HashMap<i64, String>,
    people: HashMap<String, i64>,
    people_names: HashMap<i64, String>,
    stamp: i64,
    pub(super) lag: i64,
    pub(super) clock: Clock,
}

impl Database {
    /// Opens or makes the store. `lag`: milliseconds by which queries are behind.
    pub(super) fn open(store: &Store, lag: i64, clock: Clock) -> rusqlite::Result<Self> {
        let conn = match store {
            Store::File(path) => {
                let conn = Connection::open(path)?;
                conn.busy_timeout(PATIENCE)?;
                conn.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
                conn.pragma_update(None, "journal_mode", "WAL")?;
                conn.pragma_update(None, "synchronous", "FULL")?;
                conn.execute_batch("BEGIN EXCLUSIVE; COMMIT")?;
                conn
            }
            Store::Memory => {
                let conn = Connection::open("")?;
                conn.pragma_update(None, "journal_mode", "MEMORY")?;
                conn.pragma_update(None, "synchronous", "OFF")?;
                conn
            }
        };
        conn.pragma_update(None, "cache_size", -262_144)?;
        conn.set_prepared_statement_cache_capacity(64);
        conn.execute_batch(TABLES)?;
        let mut out = Self {
            conn,
            kinds: HashMap::new(),
            kind_names: HashMap::new(),
            people: HashMap::new(),
            people_names: HashMap::new(),
            stamp: 0,
            lag,
            clock,
        };
        out.reload()?;
        Ok(out)
    }

    fn reload(&mut self) -> rusqlite::Result<()> {
        self.kinds.clear();
        self.people.clear();
        let mut statement = self.conn.prepare("SELECT scope, name, id FROM kind")?;
        for row in statement.query_map([], |r| Ok(((r.get(0)?, r.get(1)?), r.get(2)?)))? {
            let (key, id): ((i64, String), i64) = row?;
            self.kind_names.insert(id, key.1.clone());
            self.kinds.insert(key, id);
        }
        let mut statement = self.conn.prepare("SELECT name, id FROM person")?;
        for row in statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))? {
            let (name, id): (String, i64) = row?;
            self.people_names.insert(id, name.clone());
            self.people.insert(name, id);
        }
        let stamp = self
            .conn
            .query_row("SELECT value FROM meta WHERE name = 'stamp'", [], |r| r.get(0))
            .optional()?;
        self.stamp = stamp.unwrap_or(0);
        Ok(())
    }

    /// Runs `work` in one transaction: all of it is kept, or with an error nothing.
    pub(super) fn transaction<T, E: From<rusqlite::Error>>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        self.conn.execute_batch("BEGIN IMMEDIATE")?;
        let result = work(self).and_then(|out| {
            let stamp = self.stamp;
            self.conn
                .prepare_cached("INSERT OR REPLACE INTO meta VALUES('stamp', ?1)")?
                .execute([stamp])?;
            self.conn.execute_batch("COMMIT")?;
            Ok(out)
        });
        if result.is_err() {
            self.abandon();
        }
        result
    }

    /// Takes back what was left in the middle, here and in memory. `SQLite` has done it itself when the disk is full.
    pub(super) fn abandon(&mut self) {
        let taken_back = if self.conn.is_autocommit() {
            Ok(())
        } else {
            self.conn.execute_batch("ROLLBACK")
        };
        if let Err(cause) = taken_back.and_then(|()| self.reload()) {
            tracing::error!(%cause, "rollback failed");
        }
    }

    /// A change tag that no record had before: base 36, growing.
    pub(super) fn next_tag(&mut self) -> String {
        self.stamp = self.clock.now_ms().max(self.stamp + 1);
        let mut rest = u64::try_from(self.stamp).unwrap_or(0);
        let mut digits = Vec::new();
        while rest > 0 {
            digits.push(char::from_digit(u32::try_from(rest % 36).unwrap_or(0), 36).unwrap_or('0'));
            rest /= 36;
        }
        digits.iter().rev().collect()
    }

    /// The number of a record type in an environment, if a record of it was ever written.
    pub(super) fn kind(&self, environment: Environment, name: &str) -> Option<i64> {
        self.kinds.get(&(environment.scope(), name.to_owned())).copied()
    }

    /// As [`Self::kind`], made when needed.
    pub(super) fn kind_or_new(&mut self, environment: Environment, name: &str) -> rusqlite::Result<i64> {
        if let Some(id) = self.kind(environment, name) {
            return Ok(id);
        }
        let key = (environment.scope(), name.to_owned());
        self.conn.execute(
            "INSERT INTO kind(scope, name) VALUES(?1, ?2)",
            params![key.0, key.1],
        )?;
        let id = self.conn.last_insert_rowid();
        self.kind_names.insert(id, key.1.clone());
        self.kinds.insert(key, id);
        Ok(id)
    }

    /// The record type with a number.
    pub(super) fn kind_name(&self, id: i64) -> &str {
        self.kind_names.get(&id).map_or("", String::as_str)
    }

    /// The number of a user record name, made when needed.
    pub(super) fn person(&mut self, name: &str) -> rusqlite::Result<i64> {
        if let Some(id) = self.people.get(name) {
            return Ok(*id);
        }
        self.conn.execute("INSERT INTO person(name) VALUES(?1)", [name])?;
        let id = self.conn.last_insert_rowid();
        self.people_names.insert(id, name.to_owned());
        self.people.insert(name.to_owned(), id);
        Ok(id)
    }

    /// The user record name with a number.
    pub(super) fn person_name(&self, id: i64) -> &str {
        self.people_names.get(&id).map_or("", String::as_str)
    }

    /// Changes how far queries are behind. Without a lag nothing outdated is remembered.
    pub(super) fn set_lag(&mut self, lag: i64) -> rusqlite::Result<()> {
        self.lag = lag;
        if lag == 0 {
            self.conn.execute("DELETE FROM stale", [])?;
        }
        Ok(())
    }

    /// How many records an environment holds.
    pub(super) fn count(&self, environment: Environment) -> rusqlite::Result<u64> {
        let sql = "SELECT count(*) FROM record WHERE scope = ?1";
        let count: i64 = self.conn.query_row(sql, [environment.scope()], |r| r.get(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }
}
