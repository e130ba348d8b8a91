//! `records/query`.
//!
//! This is the request: shape, schema, grants, marker. How the records of a page are found is in `page`.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::app::{App, Ask, State};
use super::fail::Failure;
use super::filter::{Filter, Scalar, Target};
use super::marker::{Marker, fingerprint};
use super::page::{Cursor, Page, Query, Sort};
use super::record::{View, records_body};
use super::schema::{Kind, Permission, SystemField, TypeSchema};
use super::value::{Incoming, Reading};
use super::wire;

const MEMBERS: [&str; 7] = [
    "query",
    "zoneID",
    "zoneWide",
    "resultsLimit",
    "continuationMarker",
    "desiredKeys",
    "numbersAsStrings",
];

/// Answers `records/query`.
pub(super) fn answer(app: &App, ask: &Ask<'_>) -> Result<String, Failure> {
    let request = wire::parse(ask.body)?;
    let wanted = Wanted::decode(app, ask, &request)?;
    let mut state = app.state();
    state.db.settle()?;
    let cursor = Cursor {
        key: wanted.key,
        start: wanted.start,
        size: wanted.size,
        owner: wanted
            .own_only
            .then(|| state.db.person(&ask.caller.user))
            .transpose()?,
    };
    let page = page(&mut state, ask, &wanted.query, &cursor)?;
    let next = page.next.map(|(position, begun)| {
        state.serial += 1;
        Marker {
            position,
            begun,
            issued: app.clock.now_ms(),
            serial: state.serial,
        }
        .encode(wanted.key)
    });
    let view = View {
        desired: wanted.desired,
        numbers_as_strings: wanted.numbers_as_strings,
        drop_types: ask.verdict.effect.drop_types,
        addresses: &app.addresses,
    };
    let mut items: Vec<String> = page.rows.iter().map(|row| view.text(&state.db, row)).collect();
    ask.shuffle(&mut items);
    Ok(records_body(&items, next.as_deref()))
}

/// What a request asks for, once it is known to fit the schema and to be allowed.
struct Wanted<'a> {
    query: Query<'a>,
    /// The caller reads only what they made.
    own_only: bool,
    /// The query and its reader in short, to which markers are tied.
    key: [u8; 8],
    start: Option<Marker>,
    /// Records on a page.
    size: usize,
    desired: Option<BTreeSet<String>>,
    numbers_as_strings: bool,
}

impl<'a> Wanted<'a> {
    fn decode(app: &'a App, ask: &Ask<'_>, request: &'a Map<String, Value>) -> Result<Self, Failure> {
        wire::warn_unknown("records/query", request, &MEMBERS);
        wire::boolean(request, "zoneWide")?;
        let numbers_as_strings = wire::boolean(request, "numbersAsStrings")?.unwrap_or(false);
        let desired = wire::desired(request)?;
        let limit = limit(request)?;
        wire::default_zone(request)?;
        let raw = wire::member(request, "query").ok_or_else(|| Failure::missing("query"))?;
        let query = decode(app, wire::object(raw)?, numbers_as_strings)?;
        if !query.schema.allows(ask.caller.actor, Permission::Read, true) {
            return Err(Failure::denied("READ"));
        }
        let own_only = !query.schema.allows(ask.caller.actor, Permission::Read, false);
        let reader = if own_only { ask.caller.user.as_str() } else { "" };
        let environment = ask.environment.as_str();
        let key = fingerprint(&format!("{environment} {reader} {}", canonical(raw)));
        let marker = wire::string(request, "continuationMarker")?.filter(|m| !m.is_empty());
        let start = marker.map(|text| resume(app, ask, text, key)).transpose()?;
        let short = ask.verdict.effect.short_page.unwrap_or(usize::MAX);
        Ok(Self {
            query,
            own_only,
            key,
            start,
            size: limit.min(app.page_limit).min(short).max(1),
            desired,
            numbers_as_strings,
        })
    }
}

/// The page that is asked for, or the empty one that the fault script wants in its place, which leads on to it.
fn page(state: &mut State, ask: &Ask<'_>, query: &Query<'_>, cursor: &Cursor) -> Result<Page, Failure> {
    if !ask.verdict.effect.empty_page {
        return query.page(&state.db, &mut state.sorted, ask, cursor);
    }
    let place = cursor.start.map_or(((0, 0), false), |m| (m.position, m.begun));
    Ok(Page {
        rows: Vec::new(),
        next: Some(place),
    })
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
                        !(v.is_null() || list && v.as_array().is_some_and(Vec::is_empty))
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
        .is_some_and(|ms| app.clock.now_ms() - marker.issued > ms);
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
    if type_name == "Users" {
        return Err(Failure::bad("Can't query system types"));
    }
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
