//! Tables, and what opening does about older ones.

use rusqlite::Connection;

/// The format this version writes.
pub(super) const VERSION: i64 = 4;

const TABLES: &str = "
CREATE TABLE run(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,            -- sync, import, undo, ...
  undoes INTEGER,                -- the run that an undo takes back
  digest TEXT NOT NULL,          -- SHA-256 of the plan that was confirmed
  unchanged INTEGER NOT NULL,    -- records the plan leaves alone
  started INTEGER NOT NULL,      -- milliseconds since 1970 UTC
  ended INTEGER,
  ending TEXT,                   -- NULL while it runs, or after a kill
  who TEXT,                      -- user@machine; NULL where format 1 has kept it
  operations INTEGER             -- how many it has; NULL where format 3 has kept it
);
CREATE TABLE operation(
  run INTEGER NOT NULL REFERENCES run(id),
  position INTEGER NOT NULL,
  record_type TEXT NOT NULL,
  name TEXT NOT NULL,
  body TEXT NOT NULL,            -- the operation as last sent, with its pre-image, as JSON
  state TEXT NOT NULL,           -- a word of State
  tag TEXT,                      -- the change tag the run left behind
  detail TEXT,                   -- why it was refused, in words
  overwrites TEXT,               -- what somebody else had put into fields written here, as JSON
  departed INTEGER,              -- whether it has ever left this machine; NULL where format 2 has kept it
  digest TEXT,                   -- of all but state, tag and detail; NULL where format 3 has kept it
  PRIMARY KEY (run, position)
) WITHOUT ROWID;
CREATE INDEX operation_name ON operation(name);
CREATE TABLE fact(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE snapshot(record_type TEXT PRIMARY KEY, head TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE snapshot_rows(
  record_type TEXT NOT NULL, chunk INTEGER NOT NULL, rows BLOB NOT NULL,
  PRIMARY KEY (record_type, chunk)
);
";

/// What turns each older format into the next.
const STEPS: [(i64, &str); 3] = [
    (1, "ALTER TABLE run ADD COLUMN who TEXT"),
    (2, "ALTER TABLE operation ADD COLUMN departed INTEGER"),
    (
        3,
        "ALTER TABLE operation ADD COLUMN digest TEXT; ALTER TABLE run ADD COLUMN operations INTEGER",
    ),
];

/// What a database turned out to be.
pub(super) enum Found {
    /// A journal, of this version by now.
    Journal,
    /// A database of something else: it has tables, and no version.
    Foreign,
    /// A journal of a version that is not known here.
    Version(i64),
}

/// Sets a connection up and brings the tables to this version. A database that is no journal of a known version is only
/// looked at.
pub(super) fn prepare(connection: &mut Connection) -> rusqlite::Result<Found> {
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    match version(connection)? {
        0 if has_tables(connection)? => return Ok(Found::Foreign),
        0..=VERSION => {}
        unknown => return Ok(Found::Version(unknown)),
    }
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // What is acknowledged must survive a power cut, not only a kill.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    // Checked again: another process may have created the tables since.
    match version(&transaction)? {
        0 => transaction.execute_batch(TABLES)?,
        found if found < VERSION => {
            for (_, step) in STEPS.iter().filter(|(from, _)| *from >= found) {
                transaction.execute_batch(step)?;
            }
        }
        _ => return Ok(Found::Journal),
    }
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()?;
    Ok(Found::Journal)
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

fn has_tables(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT count(*) > 0 FROM sqlite_schema", [], |row| row.get(0))
}
