//! `records/query`: filters, sort, pages.

use serde_json::{Map, Value as Json, json};

use super::call::Intent;
use super::error::Error;
use super::wire::{self, Item};
use super::{Client, MOST_RECORDS};
use crate::record::{Record, Value};

/// How a field is compared; the names are Apple's (web reference, "Filter Comparators").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are Apple's")]
pub enum Comparator {
    Equals,
    NotEquals,
    In,
    NotIn,
    LessThan,
    LessThanOrEquals,
    GreaterThan,
    GreaterThanOrEquals,
    BeginsWith,
    NotBeginsWith,
    Near,
    ContainsAllTokens,
    ContainsAnyTokens,
    ListContains,
    NotListContains,
    ListContainsAny,
    NotListContainsAny,
    ListContainsAll,
    NotListContainsAll,
    ListMemberBeginsWith,
    NotListMemberBeginsWith,
}

impl Comparator {
    /// The word on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Comparator::Equals => "EQUALS",
            Comparator::NotEquals => "NOT_EQUALS",
            Comparator::In => "IN",
            Comparator::NotIn => "NOT_IN",
            Comparator::LessThan => "LESS_THAN",
            Comparator::LessThanOrEquals => "LESS_THAN_OR_EQUALS",
            Comparator::GreaterThan => "GREATER_THAN",
            Comparator::GreaterThanOrEquals => "GREATER_THAN_OR_EQUALS",
            Comparator::BeginsWith => "BEGINS_WITH",
            Comparator::NotBeginsWith => "NOT_BEGINS_WITH",
            Comparator::Near => "NEAR",
            Comparator::ContainsAllTokens => "CONTAINS_ALL_TOKENS",
            Comparator::ContainsAnyTokens => "CONTAINS_ANY_TOKENS",
            Comparator::ListContains => "LIST_CONTAINS",
            Comparator::NotListContains => "NOT_LIST_CONTAINS",
            Comparator::ListContainsAny => "LIST_CONTAINS_ANY",
            Comparator::NotListContainsAny => "NOT_LIST_CONTAINS_ANY",
            Comparator::ListContainsAll => "LIST_CONTAINS_ALL",
            Comparator::NotListContainsAll => "NOT_LIST_CONTAINS_ALL",
            Comparator::ListMemberBeginsWith => "LIST_MEMBER_BEGINS_WITH",
            Comparator::NotListMemberBeginsWith => "NOT_LIST_MEMBER_BEGINS_WITH",
        }
    }
}

/// A field of the schema, or one that every record has (`recordName`, `createdTimestamp`, `modifiedTimestamp`, ...).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldRef {
    /// By `fieldName`.
    Field(String),
    /// By `systemFieldName`.
    System(String),
}

impl FieldRef {
    fn put(&self, into: &mut Map<String, Json>) {
        match self {
            FieldRef::Field(name) => into.insert("fieldName".into(), json!(name)),
            FieldRef::System(name) => into.insert("systemFieldName".into(), json!(name)),
        };
    }
}

/// One condition; all of a query's hold at once.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// What is compared.
    pub field: FieldRef,
    /// How.
    pub comparator: Comparator,
    /// With what; `IN` takes a list.
    pub value: Value,
    /// Metres, for [`Comparator::Near`].
    pub distance: Option<f64>,
}

/// One sort key.
#[derive(Debug, Clone, PartialEq)]
pub struct Sort {
    /// By what.
    pub field: FieldRef,
    /// Smallest first.
    pub ascending: bool,
    /// For a LOCATION: by the distance from here.
    pub from: Option<crate::record::Location>,
}

/// What to ask for.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// The record type.
    pub record_type: String,
    /// Conditions, all of which hold.
    pub filters: Vec<Filter>,
    /// Sort keys, the first counts most.
    pub sorts: Vec<Sort>,
    /// The fields to return; `None`: all.
    pub desired_keys: Option<Vec<String>>,
    /// Records on a page, 1 to 200.
    pub limit: usize,
}

impl Query {
    /// Everything of a type, in no order, 200 a page.
    pub fn of(record_type: impl Into<String>) -> Self {
        Query {
            record_type: record_type.into(),
            filters: Vec::new(),
            sorts: Vec::new(),
            desired_keys: None,
            limit: MOST_RECORDS,
        }
    }

    /// Only records of which this holds too.
    pub fn filter(mut self, field: impl Into<String>, comparator: Comparator, value: Value) -> Self {
        self.filters.push(Filter {
            field: FieldRef::Field(field.into()),
            comparator,
            value,
            distance: None,
        });
        self
    }

    /// Ordered by this field, after the keys named before.
    pub fn sort(mut self, field: FieldRef, ascending: bool) -> Self {
        self.sorts.push(Sort {
            field,
            ascending,
            from: None,
        });
        self
    }

    /// Only these fields; one at least, since it is not known what the service makes of none.
    pub fn only(mut self, fields: impl IntoIterator<Item = String>) -> Self {
        self.desired_keys = Some(fields.into_iter().collect()).filter(|keys: &Vec<String>| !keys.is_empty());
        self
    }

    /// At most so many records a page; at least 1 and at most 200.
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = limit.clamp(1, MOST_RECORDS);
        self
    }

    fn body(&self, marker: Option<&str>) -> Vec<u8> {
        let mut query = Map::new();
        query.insert("recordType".into(), json!(self.record_type));
        if !self.filters.is_empty() {
            query.insert("filterBy".into(), self.filters.iter().map(filter).collect());
        }
        if !self.sorts.is_empty() {
            query.insert("sortBy".into(), self.sorts.iter().map(sort).collect());
        }
        let mut body = Map::new();
        body.insert("query".into(), Json::Object(query));
        body.insert("resultsLimit".into(), json!(self.limit));
        if let Some(keys) = &self.desired_keys {
            body.insert("desiredKeys".into(), json!(keys));
        }
        if let Some(marker) = marker {
            body.insert("continuationMarker".into(), json!(marker));
        }
        Json::Object(body).to_string().into_bytes()
    }
}

fn filter(filter: &Filter) -> Json {
    let mut out = Map::new();
    filter.field.put(&mut out);
    out.insert("comparator".into(), json!(filter.comparator.name()));
    out.insert("fieldValue".into(), operand(&filter.field, &filter.value));
    if let Some(metres) = filter.distance {
        out.insert("distance".into(), json!(metres));
    }
    Json::Object(out)
}

/// Record names are compared as references (reported by several clients); in a filter those need no action.
fn operand(field: &FieldRef, value: &Value) -> Json {
    let names = matches!(field, FieldRef::System(name) if name == "recordName");
    match value {
        Value::String(name) if names => json!({ "value": { "recordName": name }, "type": "REFERENCE" }),
        value => wire::field(Some(value)),
    }
}

fn sort(sort: &Sort) -> Json {
    let mut out = Map::new();
    sort.field.put(&mut out);
    out.insert("ascending".into(), json!(sort.ascending));
    if let Some(place) = sort.from {
        out.insert(
            "relativeLocation".into(),
            wire::field(Some(&Value::Location(place))),
        );
    }
    Json::Object(out)
}

/// One page of a query.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    /// Its records; it may be short or empty and yet not the last.
    pub records: Vec<Record>,
    /// Goes with the same query to get the next page; `None`: this was the last.
    pub marker: Option<String>,
}

impl Client {
    /// One page of a query; give the marker of the page before, or `None` for the first.
    ///
    /// Queries read an index that lags behind writes by seconds (reported); lookups do not.
    pub async fn query(&self, query: &Query, marker: Option<&str>) -> Result<Page, Error> {
        let answer = self
            .call("records/query", &query.body(marker), Intent::Read)
            .await?;
        let items = answer.records.ok_or_else(|| Error::BadAnswer {
            status: 200,
            what: "it has no 'records'".into(),
        })?;
        let records = items.into_iter().filter_map(|item| match item {
            Item::Record(record) if !record.name.is_empty() => Some(record),
            _ => None,
        });
        Ok(Page {
            records: records.collect(),
            marker: answer.continuation_marker.filter(|marker| !marker.is_empty()),
        })
    }

    /// All pages of a query, one after the other, each name once.
    pub async fn query_all(&self, query: &Query) -> Result<Vec<Record>, Error> {
        let mut found: Vec<Record> = Vec::new();
        let mut positions = std::collections::HashMap::new();
        let mut markers = std::collections::HashSet::new();
        let mut marker: Option<String> = None;
        loop {
            let page = self.query(query, marker.as_deref()).await?;
            for record in page.records {
                let position = *positions.entry(record.name.clone()).or_insert(found.len());
                match found.get_mut(position) {
                    Some(known) => *known = record,
                    None => found.push(record),
                }
            }
            match page.marker {
                None => return Ok(found),
                Some(next) if !markers.insert(next.clone()) => {
                    return Err(Error::BadAnswer {
                        status: 200,
                        what: "the same continuation marker came twice".into(),
                    });
                }
                next => marker = next,
            }
        }
    }
}
