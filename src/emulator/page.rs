//! One page of a query.
//!
//! Time filters and a sort by a single time become bounds and order of an index walk, and a query without sort walks
//! by whatever index fits: a page costs what it holds. Other sorts put the ids of all matches in order once and keep
//! that order for the following pages.

use std::cmp::Ordering;
use std::collections::{BTreeSet, VecDeque};

use serde_json::{Map, Value};

use super::app::Ask;
use super::db::Database;
use super::fail::Failure;
use super::filter::{Comparator, Filter, Scalar, Target, distance};
use super::marker::Marker;
use super::record::parse_fields;
use super::rows::Row;
use super::schema::{SystemField, TypeSchema};
use super::walk::{Column, Walk};

/// How many sorted results are remembered for their next pages.
const REMEMBERED: usize = 8;

/// One entry of `sortBy`.
pub(super) struct Sort {
    pub(super) target: Target,
    pub(super) ascending: bool,
    pub(super) near: Option<(f64, f64)>,
}

/// A query that fits the schema.
pub(super) struct Query<'a> {
    pub(super) type_name: &'a str,
    pub(super) schema: &'a TypeSchema,
    pub(super) filters: Vec<Filter>,
    pub(super) sorts: Vec<Sort>,
}

/// Sorted results by the digest of their query, newest last.
#[derive(Default)]
pub(super) struct Sorted(VecDeque<([u8; 8], Vec<i64>)>);

/// A page and, unless it is the last, where the next one begins.
pub(super) struct Page {
    pub(super) rows: Vec<Row>,
    pub(super) next: Option<((i64, i64), bool)>,
}

/// Where a page begins, and how much it may hold.
pub(super) struct Cursor {
    pub(super) key: [u8; 8],
    pub(super) start: Option<Marker>,
    pub(super) size: usize,
    /// Only records of this creator.
    pub(super) owner: Option<i64>,
}

impl Query<'_> {
    /// The page that a cursor stands before.
    pub(super) fn page(
        &self,
        db: &Database,
        sorted: &mut Sorted,
        ask: &Ask<'_>,
        cursor: &Cursor,
    ) -> Result<Page, Failure> {
        let Some(kind) = db.kind(ask.environment, self.type_name) else {
            return Ok(Page {
                rows: Vec::new(),
                next: None,
            });
        };
        let mut walk = self.walk(kind);
        if let Some(names) = self.names() {
            walk.names = Some((ask.environment, names.into_iter().collect()));
        }
        match self.index_order() {
            Some((column, descending)) => {
                (walk.order, walk.descending) = (column, descending);
                self.walked(db, &walk, cursor)
            }
            None => self.sorted(db, sorted, &walk, cursor),
        }
    }

    /// The index that gives the wanted order, and its direction; `None` when records have to be sorted.
    fn index_order(&self) -> Option<(Column, bool)> {
        match self.sorts.as_slice() {
            [] => {
                let on = |field| {
                    self.filters
                        .iter()
                        .any(|f| matches!(f.target, Target::System(s) if s == field))
                };
                let column = if on(SystemField::Created) {
                    Column::Created
                } else if on(SystemField::Modified) {
                    Column::Modified
                } else {
                    Column::Id
                };
                Some((column, false))
            }
            [
                Sort {
                    target: Target::System(SystemField::Created),
                    ascending,
                    ..
                },
            ] => Some((Column::Created, !ascending)),
            [
                Sort {
                    target: Target::System(SystemField::Modified),
                    ascending,
                    ..
                },
            ] => Some((Column::Modified, !ascending)),
            _ => None,
        }
    }

    /// Bounds from filters on times. The filters stay in force; the bounds only make the walk shorter.
    fn walk(&self, kind: i64) -> Walk {
        let mut walk = Walk {
            kind,
            order: Column::Id,
            descending: false,
            created: (None, None),
            modified: (None, None),
            names: None,
        };
        for filter in self.filters.iter().filter(|f| !f.negated) {
            let range = match filter.target {
                Target::System(SystemField::Created) => &mut walk.created,
                Target::System(SystemField::Modified) => &mut walk.modified,
                _ => continue,
            };
            let [Scalar::Int(at)] = filter.operands.as_slice() else {
                continue;
            };
            let raise = |low: Option<i64>| Some(low.map_or(*at, |l| l.max(*at)));
            let lower = |high: Option<i64>| Some(high.map_or(*at, |h| h.min(*at)));
            match filter.comparator {
                Comparator::Greater | Comparator::GreaterOrEquals => range.0 = raise(range.0),
                Comparator::Less | Comparator::LessOrEquals => range.1 = lower(range.1),
                Comparator::Equals => *range = (raise(range.0), lower(range.1)),
                _ => {}
            }
        }
        walk
    }

    /// The record names that filters allow at most.
    fn names(&self) -> Option<BTreeSet<String>> {
        let mut filters = self.filters.iter().filter(|f| {
            matches!(f.target, Target::System(SystemField::RecordName))
                && matches!(f.comparator, Comparator::Equals | Comparator::In)
                && !f.negated
        });
        let text = |s: &Scalar| {
            if let Scalar::Text(name) = s {
                Some(name.clone())
            } else {
                None
            }
        };
        filters
            .next()
            .map(|f| f.operands.iter().filter_map(text).collect())
            .filter(|n: &BTreeSet<_>| n.len() <= 1000)
    }

    fn passes(&self, db: &Database, row: &Row, owner: Option<i64>) -> bool {
        if owner.is_some_and(|owner| owner != row.created_by) {
            return false;
        }
        let needs_fields = self.filters.iter().any(|f| matches!(f.target, Target::Field(..)));
        let fields = if needs_fields {
            parse_fields(row)
        } else {
            Map::new()
        };
        self.filters.iter().all(|f| f.passes(db, row, &fields))
    }

    fn walked(&self, db: &Database, walk: &Walk, cursor: &Cursor) -> Result<Page, Failure> {
        let mut after = cursor.start.filter(|m| m.begun).map(|m| m.position);
        let mut rows: Vec<Row> = Vec::new();
        loop {
            let chunk = if self.filters.is_empty() {
                cursor.size + 1
            } else {
                (cursor.size + 1).max(1000)
            };
            let found = db.walk(walk, after, chunk)?;
            let exhausted = found.len() < chunk;
            for row in found {
                after = Some(walk.order.position(&row));
                if !self.passes(db, &row, cursor.owner) {
                    continue;
                }
                if rows.len() == cursor.size {
                    let next = rows.last().map(|last| (walk.order.position(last), true));
                    return Ok(Page { rows, next });
                }
                rows.push(row);
            }
            if exhausted {
                return Ok(Page { rows, next: None });
            }
        }
    }

    fn sorted(
        &self,
        db: &Database,
        sorted: &mut Sorted,
        walk: &Walk,
        cursor: &Cursor,
    ) -> Result<Page, Failure> {
        let offset = cursor
            .start
            .filter(|m| m.begun)
            .map_or(0, |m| usize::try_from(m.position.0).unwrap_or(0));
        if offset == 0 || !sorted.0.iter().any(|(key, _)| *key == cursor.key) {
            let ids = self.order(db, walk, cursor.owner)?;
            sorted.0.retain(|(key, _)| *key != cursor.key);
            sorted.0.push_back((cursor.key, ids));
            while sorted.0.len() > REMEMBERED {
                sorted.0.pop_front();
            }
        }
        let ids = sorted
            .0
            .iter()
            .find(|(key, _)| *key == cursor.key)
            .map_or(&[][..], |(_, ids)| ids);
        let end = (offset + cursor.size).min(ids.len());
        let rows = db.by_ids(ids.get(offset..end).unwrap_or_default())?;
        let next = if end < ids.len() {
            Some(((i64::try_from(end).unwrap_or(i64::MAX), 0), true))
        } else {
            None
        };
        Ok(Page { rows, next })
    }

    fn order(&self, db: &Database, walk: &Walk, owner: Option<i64>) -> Result<Vec<i64>, Failure> {
        let mut matched: Vec<(Vec<Option<Scalar>>, i64)> = Vec::new();
        let mut after = None;
        loop {
            let rows = db.walk(walk, after, 1000)?;
            let Some(last) = rows.last() else { break };
            after = Some(walk.order.position(last));
            for row in rows.iter().filter(|row| self.passes(db, row, owner)) {
                let fields = parse_fields(row);
                let keys = self.sorts.iter().map(|s| s.key(db, row, &fields)).collect();
                matched.push((keys, row.id));
            }
        }
        matched.sort_by(|a, b| self.compare(&a.0, &b.0).then(a.1.cmp(&b.1)));
        Ok(matched.into_iter().map(|(_, id)| id).collect())
    }

    fn compare(&self, a: &[Option<Scalar>], b: &[Option<Scalar>]) -> Ordering {
        for (sort, (a, b)) in self.sorts.iter().zip(a.iter().zip(b)) {
            let order = match (a, b) {
                (Some(a), Some(b)) => a.order(b),
                (a, b) => a.is_some().cmp(&b.is_some()),
            };
            let order = if sort.ascending { order } else { order.reverse() };
            if order != Ordering::Equal {
                return order;
            }
        }
        Ordering::Equal
    }
}

impl Sort {
    fn key(&self, db: &Database, row: &Row, fields: &Map<String, Value>) -> Option<Scalar> {
        let value = self.target.values(db, row, fields).into_iter().next()?;
        match (value, self.near) {
            (Scalar::Place(a, b), Some(near)) => Some(Scalar::Double(distance((a, b), near))),
            (value, _) => Some(value),
        }
    }
}
