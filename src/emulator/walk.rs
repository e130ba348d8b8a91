//! Walks over the rows of a record type as queries see them, which with an index lag is not how they are.

use rusqlite::types::Value as Sql;
use rusqlite::{OptionalExtension, params_from_iter};

use super::db::Database;
use super::options::Environment;
use super::rows::{COLUMNS, Row, row_of};

/// The columns that rows can be walked by without sorting them first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Id,
    Created,
    Modified,
}

impl Column {
    fn sql(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Created => "created",
            Self::Modified => "modified",
        }
    }

    /// Where a row stands in a walk by this column.
    pub(super) fn position(self, row: &Row) -> (i64, i64) {
        let key = match self {
            Self::Id => row.id,
            Self::Created => row.created,
            Self::Modified => row.modified,
        };
        (key, row.id)
    }
}

/// Both bounds included.
pub(super) type Range = (Option<i64>, Option<i64>);

/// A walk over the rows of one type, in the order of an index.
#[derive(Clone, Debug)]
pub(super) struct Walk {
    pub(super) kind: i64,
    pub(super) order: Column,
    pub(super) descending: bool,
    pub(super) created: Range,
    pub(super) modified: Range,
    /// Only these record names; with their environment.
    pub(super) names: Option<(Environment, Vec<String>)>,
}

/// A part of a walk.
enum Stretch {
    All,
    /// Past every row with this key.
    Beyond(i64),
    /// Rows with this key, past this id.
    Same(i64, i64),
}

impl Database {
    /// Forgets outdated states that every query may now see past.
    pub(super) fn settle(&self) -> rusqlite::Result<()> {
        if self.lag > 0 {
            self.conn
                .prepare_cached("DELETE FROM stale WHERE until <= ?1")?
                .execute([self.clock.now_ms()])?;
        }
        Ok(())
    }

    /// Up to `limit` rows of a walk, after a position.
    ///
    /// First the rest of those with the same time, then the later ones: asked for both at once, `SQLite` would start at
    /// the first row of that time, or for a walk by id at the very first row, and a page would cost all pages before it.
    pub(super) fn walk(
        &self,
        walk: &Walk,
        after: Option<(i64, i64)>,
        limit: usize,
    ) -> rusqlite::Result<Vec<Row>> {
        match (after, walk.order) {
            (None, _) => self.stretch(walk, &Stretch::All, limit),
            (Some((_, id)), Column::Id) => self.stretch(walk, &Stretch::Beyond(id), limit),
            (Some((key, id)), _) => {
                let mut rows = self.stretch(walk, &Stretch::Same(key, id), limit)?;
                if rows.len() < limit {
                    rows.extend(self.stretch(walk, &Stretch::Beyond(key), limit - rows.len())?);
                }
                Ok(rows)
            }
        }
    }

    fn stretch(&self, walk: &Walk, stretch: &Stretch, limit: usize) -> rusqlite::Result<Vec<Row>> {
        let source = if self.lag > 0 { "visible" } else { "record" };
        let mut values = vec![Sql::Integer(walk.kind)];
        let plus = if walk.names.is_some() { "+" } else { "" };
        let mut sql = format!("SELECT {COLUMNS} FROM {source} WHERE {plus}kind = ?");
        for (column, range) in [("created", walk.created), ("modified", walk.modified)] {
            for (bound, sign) in [(range.0, ">="), (range.1, "<=")] {
                if let Some(bound) = bound {
                    sql.extend([" AND ", column, " ", sign, " ?"]);
                    values.push(Sql::Integer(bound));
                }
            }
        }
        if let Some((environment, names)) = &walk.names {
            let marks = vec!["?"; names.len()].join(", ");
            sql.extend([" AND scope = ? AND name IN (", &marks, ")"]);
            values.push(Sql::Integer(environment.scope()));
            values.extend(names.iter().cloned().map(Sql::Text));
        }
        let (sign, direction) = if walk.descending {
            ("<", "DESC")
        } else {
            (">", "ASC")
        };
        let column = walk.order.sql();
        match *stretch {
            Stretch::All => {}
            Stretch::Beyond(key) => {
                sql.extend([" AND ", column, " ", sign, " ?"]);
                values.push(Sql::Integer(key));
            }
            Stretch::Same(key, id) => {
                sql.extend([" AND ", column, " = ? AND id ", sign, " ?"]);
                values.extend([Sql::Integer(key), Sql::Integer(id)]);
            }
        }
        sql.extend([
            " ORDER BY ",
            column,
            " ",
            direction,
            ", id ",
            direction,
            " LIMIT ?",
        ]);
        values.push(Sql::Integer(i64::try_from(limit).unwrap_or(i64::MAX)));
        self.conn
            .prepare_cached(&sql)?
            .query_map(params_from_iter(values), row_of)?
            .collect()
    }

    /// The visible rows with the given ids that still exist, in that order.
    pub(super) fn by_ids(&self, ids: &[i64]) -> rusqlite::Result<Vec<Row>> {
        let source = if self.lag > 0 { "visible" } else { "record" };
        let sql = format!("SELECT {COLUMNS} FROM {source} WHERE id = ?1");
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut out = Vec::with_capacity(ids.len());
        for id in ids {
            out.extend(statement.query_row([id], row_of).optional()?);
        }
        Ok(out)
    }
}
