//! `records/query`.
//!
//! Time filters and a sort by a single time become bounds and order of an index walk, and a query without sort walks
//! by whatever index fits: a page costs what it holds. Other sorts put the ids of all matches in order once and keep
//! that order for the following pages.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::collections::VecDeque;

use serde_json::{Map, Value};

use super::app::{App, Ask};
use super::db::{Database, now_ms};
use super::fail::Failure;
use super::filter::{Comparator, Filter, Scalar, Target, distance};
use super::marker::{Marker, fingerprint};
use super::record::{View, parse_fields, records_body};
use super::rows::Row;
use super::schema::{Kind, Permission, SystemField, TypeSchema};
use super::value::{Incoming, Reading};
use super::walk::{Column, Walk};
use super::wire;

/// How many sorted results are remembered for their next pages.
const REMEMBERED: usize = 8;

struct Sort {
    target: Target,
    ascending: bool,
    near: Option<(f64, f64)>,
}

struct Query<'a> {
    type_name: &'a str,
    schema: &'a TypeSchema,
    filters: Vec<Filter>,
    sorts: Vec<Sort>,
}

/// Sorted results by the digest of their query, newest last.
#[derive(Default)]
pub(super) struct Sorted(VecDeque<([u8; 8], Vec<i64>)>);

/// A page and, unless it is the last, where the next one begins.
struct Page {
    rows: Vec<Row>,
    next: Option<((i64, i64), bool)>,
}

/// Answers `records/query`.
pub(super) fn answer(app: &App, ask: &Ask<'_>) -> Result<String, Failure> {
    let request = wire::parse(ask.body)?;
    let known = [
        "query",
        "zoneID",
        "zoneWide",
        "resultsLimit",
        "continuationMarker",
        "desiredKeys",
        "numbersAsStrings",
    ];
    wire::warn_unknown("records/query", &request, &known);
    wire::boolean(&request, "zoneWide")?;
    let numbers_as_strings = wire::boolean(&request, "numbersAsStrings")?.unwrap_or(false);
    let desired = wire::desired(&request)?;
    let limit = limit(&request)?;
    wire::default_zone(&request)?;
    let raw = wire::member(&request, "query").ok_or_else(|| Failure::missing("query"))?;
    let query = decode(app, wire::object(raw)?, numbers_as_strings)?;
    let key = fingerprint(&format!("{} {}", ask.environment.as_str(), canonical(raw)));
    let marker = wire::string(&request, "continuationMarker")?.filter(|m| !m.is_empty());
    let start = marker.map(|text| resume(app, ask, text, key)).transpose()?;

    if !query.schema.allows(ask.caller.actor, Permission::Read, true) {
        return Err(Failure::denied("READ"));
    }
    let own_only = !query.schema.allows(ask.caller.actor, Permission::Read, false);
    let effect = &ask.verdict.effect;
    let size = limit
        .min(app.page_limit)
        .min(effect.short_page.unwrap_or(usize::MAX))
        .max(1);
    let mut state = app.state();
    state.db.settle()?;
    let owner = if own_only {
        Some(state.db.person(&ask.caller.user)?)
    } else {
        None
    };
    let page = if effect.empty_page {
        let (position, begun) = start.map_or(((0, 0), false), |m| (m.position, m.begun));
        Page {
            rows: Vec::new(),
            next: Some((position, begun)),
        }
    } else {
        let state = &mut *state;
        query.page(
            &state.db,
            &mut state.sorted,
            ask,
            &Cursor {
                key,
                start,
                size,
                owner,
            },
        )?
    };
    let next = page.next.map(|(position, begun)| {
        state.serial += 1;
        Marker {
            position,
            begun,
            issued: now_ms(),
            serial: state.serial,
        }
        .encode(key)
    });
    let view = View {
        desired,
        numbers_as_strings,
        drop_types: effect.drop_types,
        addresses: &app.addresses,
    };
    let mut items: Vec<String> = page.rows.iter().map(|row| view.text(&state.db, row)).collect();
    ask.shuffle(&mut items);
    Ok(records_body(&items, next.as_deref()))
}

struct Cursor {
    key: [u8; 8],
    start: Option<Marker>,
    size: usize,
    /// Only records of this creator.
    owner: Option<i64>,
}

fn limit(request: &Map<String, Value>) -> Result<usize, Failure> {
    let Some(limit) = wire::member(request, "resultsLimit") else {
        return Ok(wire::LIMIT);
    };
    let limit = limit.as_i64().ok_or_else(Failure::unexpected)?;
    usize::try_from(limit)
        .ok()
        .filter(|n| (1..=wire::LIMIT).contains(n))
        .ok_or_else(|| Failure::bad(format!("resultsLimit must be between 1 and {}", wire::LIMIT)))
}

/// The query as text in which nulls and empty lists do not show.
fn canonical(raw: &Value) -> String {
    fn slim(value: &Value) -> Value {
        match value {
            Value::Object(object) => Value::Object(
                object
                    .iter()
                    .filter(|(name, v)| {
                        let list = matches!(name.as_str(), "filterBy" | "sortBy");
                        !v.is_null() && !(list && v.as_array().is_some_and(Vec::is_empty))
                    })
                    .map(|(k, v)| (k.clone(), slim(v)))
                    .collect(),
            ),
            Value::Array(items) => items.iter().map(slim).collect(),
            other => other.clone(),
        }
    }
    slim(raw).to_string()
}

fn resume(app: &App, ask: &Ask<'_>, text: &str, key: [u8; 8]) -> Result<Marker, Failure> {
    let refused = || Failure::bad("Invalid continuation marker");
    let marker = Marker::decode(text, key).ok_or_else(|| {
        tracing::warn!("continuation marker was not made for this query");
        refused()
    })?;
    let old = app
        .marker_lifetime_ms
        .is_some_and(|ms| now_ms() - marker.issued > ms);
    if old || ask.verdict.effect.expire_marker {
        tracing::warn!("continuation marker has expired");
        return Err(refused());
    }
    Ok(marker)
}

fn decode<'a>(app: &'a App, raw: &'a Map<String, Value>, numbers: bool) -> Result<Query<'a>, Failure> {
    wire::warn_unknown("query", raw, &["recordType", "filterBy", "sortBy"]);
    let type_name = wire::string(raw, "recordType")?.ok_or_else(|| Failure::missing("recordType"))?;
    let entries = wire::array(raw, "filterBy")?;
    let sorts = wire::array(raw, "sortBy")?;
    let schema = app
        .schema
        .types
        .get(type_name)
        .ok_or_else(|| Failure::not_found(format!("Did not find record type: {type_name}")))?;
    let filters = entries
        .iter()
        .map(|e| Filter::decode(e, type_name, schema, numbers))
        .collect::<Result<Vec<_>, _>>()?;
    if filters.is_empty() && !schema.system_indexes(SystemField::RecordName).queryable {
        return Err(Failure::bad("Field 'recordName' is not marked queryable"));
    }
    let sorts = sorts
        .iter()
        .map(|s| sort(s, type_name, schema))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Query {
        type_name,
        schema,
        filters,
        sorts,
    })
}

fn sort(entry: &Value, type_name: &str, schema: &TypeSchema) -> Result<Sort, Failure> {
    let entry = wire::object(entry)?;
    wire::warn_unknown(
        "sort",
        entry,
        &["fieldName", "systemFieldName", "ascending", "relativeLocation"],
    );
    let ascending = wire::boolean(entry, "ascending")?.unwrap_or(true);
    let (target, indexes) = Target::decode(entry, type_name, schema)?;
    let kind = target.kind();
    if !indexes.sortable || kind.list || matches!(kind.kind, Kind::Bytes | Kind::Asset) {
        return Err(Failure::bad(format!(
            "Field '{}' is not marked sortable",
            target.name()
        )));
    }
    let near = match wire::member(entry, "relativeLocation") {
        None if kind.kind == Kind::Location => return Err(Failure::missing("relativeLocation")),
        None => None,
        Some(_) if kind.kind != Kind::Location => {
            return Err(Failure::bad(format!(
                "relativeLocation needs a LOCATION field, '{}' is not",
                target.name()
            )));
        }
        Some(place) => {
            let reading = Reading {
                filter: true,
                ..Reading::default()
            };
            let value = Incoming::decode(place)?
                .fit(kind, reading)
                .map_err(Failure::bad)?;
            match value.as_ref().and_then(|v| Scalar::read(Kind::Location, v)) {
                Some(Scalar::Place(latitude, longitude)) => Some((latitude, longitude)),
                _ => return Err(Failure::missing("relativeLocation")),
            }
        }
    };
    Ok(Sort {
        target,
        ascending,
        near,
    })
}

impl Query<'_> {
    fn page(
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
