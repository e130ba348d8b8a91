//! Single records in the store: reading one by its name, writing, deleting, and who refers to whom.

use rusqlite::{OptionalExtension, params};

use super::db::Database;
use super::options::Environment;

pub(super) const COLUMNS: &str = "id, kind, name, tag, created, created_by, modified, modified_by, fields";

/// A stored record.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) id: i64,
    pub(super) kind: i64,
    pub(super) name: String,
    pub(super) tag: String,
    pub(super) created: i64,
    pub(super) created_by: i64,
    pub(super) modified: i64,
    pub(super) modified_by: i64,
    /// `{"title":{"value":"Milk","type":"STRING"}}`
    pub(super) fields: String,
}

/// A reference that reacts to the deletion of its target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) field: String,
    pub(super) target: String,
    pub(super) action: String,
}
/// Reads [`COLUMNS`].
pub(super) fn row_of(r: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    Ok(Row {
        id: r.get(0)?,
        kind: r.get(1)?,
        name: r.get(2)?,
        tag: r.get(3)?,
        created: r.get(4)?,
        created_by: r.get(5)?,
        modified: r.get(6)?,
        modified_by: r.get(7)?,
        fields: r.get(8)?,
    })
}

impl Database {
    /// A record as it is now.
    pub(super) fn find(&self, environment: Environment, name: &str) -> rusqlite::Result<Option<Row>> {
        let sql = format!("SELECT {COLUMNS} FROM record WHERE scope = ?1 AND name = ?2");
        self.conn
            .prepare_cached(&sql)?
            .query_row(params![environment.scope(), name], row_of)
            .optional()
    }

    /// Remembers for lagging queries what a row was before it changes; `None`: it was not there.
    fn outdate(&self, environment: Environment, id: i64, before: Option<&Row>) -> rusqlite::Result<()> {
        if self.lag == 0 {
            return Ok(());
        }
        let empty = Row {
            id,
            kind: 0,
            name: String::new(),
            tag: String::new(),
            created: 0,
            created_by: 0,
            modified: 0,
            modified_by: 0,
            fields: String::new(),
        };
        let row = before.unwrap_or(&empty);
        self.conn
            .prepare_cached(
                "INSERT INTO stale(until, present, id, scope, kind, name, tag, created, created_by, modified, modified_by, \
                 fields) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            )?
            .execute(params![
                self.clock.now_ms() + self.lag,
                before.is_some(),
                row.id,
                environment.scope(),
                row.kind,
                row.name,
                row.tag,
                row.created,
                row.created_by,
                row.modified,
                row.modified_by,
                row.fields
            ])?;
        Ok(())
    }

    /// Adds a record; its id is given back.
    pub(super) fn insert(&self, environment: Environment, row: &Row) -> rusqlite::Result<i64> {
        self.conn
            .prepare_cached(
                "INSERT INTO record(scope, kind, name, tag, created, created_by, modified, modified_by, fields) \
                 VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![
                environment.scope(),
                row.kind,
                row.name,
                row.tag,
                row.created,
                row.created_by,
                row.modified,
                row.modified_by,
                row.fields
            ])?;
        let id = self.conn.last_insert_rowid();
        self.outdate(environment, id, None)?;
        Ok(id)
    }

    /// Writes a changed record in place of `before`. Type and creation stay: their indexes need no writing.
    pub(super) fn update(&self, environment: Environment, before: &Row, row: &Row) -> rusqlite::Result<()> {
        self.outdate(environment, before.id, Some(before))?;
        self.conn
            .prepare_cached(
                "UPDATE record SET tag = ?1, modified = ?2, modified_by = ?3, fields = ?4 WHERE id = ?5",
            )?
            .execute(params![
                row.tag,
                row.modified,
                row.modified_by,
                row.fields,
                before.id
            ])?;
        Ok(())
    }

    /// Removes a record and its references.
    pub(super) fn delete(&self, environment: Environment, row: &Row) -> rusqlite::Result<()> {
        self.outdate(environment, row.id, Some(row))?;
        self.conn
            .prepare_cached("DELETE FROM record WHERE id = ?1")?
            .execute([row.id])?;
        self.conn
            .prepare_cached("DELETE FROM link WHERE source = ?1")?
            .execute([row.id])?;
        Ok(())
    }

    /// Replaces the reacting references of a record.
    pub(super) fn set_links(
        &self,
        environment: Environment,
        source: i64,
        links: &[Link],
    ) -> rusqlite::Result<()> {
        self.conn
            .prepare_cached("DELETE FROM link WHERE source = ?1")?
            .execute([source])?;
        for link in links {
            self.conn
                .prepare_cached("INSERT INTO link VALUES(?1, ?2, ?3, ?4, ?5)")?
                .execute(params![
                    source,
                    environment.scope(),
                    link.target,
                    link.field,
                    link.action
                ])?;
        }
        Ok(())
    }

    /// Other records that refer to `target` with the given action: record name and field.
    pub(super) fn sources(
        &self,
        environment: Environment,
        target: &str,
        action: &str,
    ) -> rusqlite::Result<Vec<(String, String)>> {
        self.conn
            .prepare_cached(
                "SELECT record.name, link.field FROM link JOIN record ON record.id = link.source \
                 WHERE link.scope = ?1 AND link.target = ?2 AND link.action = ?3 AND record.name <> ?2",
            )?
            .query_map(params![environment.scope(), target, action], |r| {
                Ok((r.get(0)?, r.get(1)?))
            })?
            .collect()
    }

    /// How many records other than `source` refer to `target` with the given action.
    pub(super) fn count_sources(
        &self,
        environment: Environment,
        target: &str,
        action: &str,
        source: &str,
    ) -> rusqlite::Result<i64> {
        self.conn
            .prepare_cached(
                "SELECT count(DISTINCT source) FROM link JOIN record ON record.id = link.source \
                 WHERE link.scope = ?1 AND link.target = ?2 AND link.action = ?3 AND record.name <> ?4",
            )?
            .query_row(params![environment.scope(), target, action, source], |r| r.get(0))
    }

    /// Whether there is such a record.
    pub(super) fn exists(&self, environment: Environment, name: &str) -> rusqlite::Result<bool> {
        self.conn
            .prepare_cached("SELECT 1 FROM record WHERE scope = ?1 AND name = ?2")?
            .exists(params![environment.scope(), name])
    }

    /// Every record of an environment, by name.
    pub(super) fn all(&self, environment: Environment) -> rusqlite::Result<Vec<Row>> {
        let sql = format!("SELECT {COLUMNS} FROM record WHERE scope = ?1 ORDER BY name");
        self.conn
            .prepare(&sql)?
            .query_map([environment.scope()], row_of)?
            .collect()
    }
}
