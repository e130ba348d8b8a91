//! `records/query`: filters, sort, pages.

use serde_json::{Map, Value as Json, json};

use super::call::Operation;
use super::error::{Error, ItemError};
use super::items::{Entry, entry};
use super::wire::{self, Answer};
use super::{Client, MOST_RECORDS};
use crate::record::{Kind, Location, Record, Value};

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

/// A field of the schema, or one that every record has. A bare text is the former.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldRef {
    /// By `fieldName`.
    Field(String),
    /// By `systemFieldName`: `recordName`, `createdTimestamp`, `modifiedTimestamp`, `createdUserRecordName`,
    /// `modifiedUserRecordName` and some more.
    System(String),
}

impl From<&str> for FieldRef {
    fn from(name: &str) -> Self {
        FieldRef::Field(name.to_owned())
    }
}

impl From<String> for FieldRef {
    fn from(name: String) -> Self {
        FieldRef::Field(name)
    }
}

impl FieldRef {
    /// A field that every record has.
    pub fn system(name: impl Into<String>) -> Self {
        FieldRef::System(name.into())
    }

    /// Such names are compared as references (reported by several clients).
    fn holds_names(&self) -> bool {
        matches!(self, FieldRef::System(name) if name == "recordName" || name.ends_with("UserRecordName"))
    }

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
    /// With what; `IN`, `NOT_IN` and those that end in `ANY` or `ALL` take a list. The names that a system field holds
    /// are given as text.
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
    pub from: Option<Location>,
}

/// What to ask for.
///
/// ```
/// use skydeck::cloudkit::{Comparator, FieldRef, Query};
/// use skydeck::record::{Location, Value};
///
/// let query = Query::of("Stadium")
///     .filter("capacity", Comparator::GreaterThan, Value::Int64(50_000))
///     .filter(FieldRef::system("modifiedTimestamp"), Comparator::LessThan, Value::Timestamp(1_767_225_600_000))
///     .near("location", Location::at(48.2, 16.4), 25_000.0)
///     .sort("name", true)
///     .only(["name", "capacity"]);
/// assert_eq!(query.filters.len(), 3);
/// ```
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

    /// Only records of which this holds too. The field needs a QUERYABLE index.
    pub fn filter(self, field: impl Into<FieldRef>, comparator: Comparator, value: Value) -> Self {
        self.with(field.into(), comparator, value, None)
    }

    /// Only records whose LOCATION lies within so many metres of a place. The service's index is no finer than about
    /// 10 km (Apple, `CKQuery`).
    pub fn near(self, field: impl Into<FieldRef>, place: Location, metres: f64) -> Self {
        self.with(
            field.into(),
            Comparator::Near,
            Value::Location(place),
            Some(metres),
        )
    }

    fn with(mut self, field: FieldRef, comparator: Comparator, value: Value, distance: Option<f64>) -> Self {
        self.filters.push(Filter {
            field,
            comparator,
            value,
            distance,
        });
        self
    }

    /// Ordered by this field, after the keys named before. It needs a SORTABLE index; without a sort the order is any.
    pub fn sort(mut self, field: impl Into<FieldRef>, ascending: bool) -> Self {
        self.sorts.push(Sort {
            field: field.into(),
            ascending,
            from: None,
        });
        self
    }

    /// Only these fields of each record; all of them where none is named, since it is not known what the service makes
    /// of an empty list.
    pub fn only<T: Into<String>>(mut self, fields: impl IntoIterator<Item = T>) -> Self {
        self.desired_keys =
            Some(fields.into_iter().map(Into::into).collect()).filter(|keys: &Vec<String>| !keys.is_empty());
        self
    }

    /// At most so many records a page; at least 1 and at most 200.
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = limit.clamp(1, MOST_RECORDS);
        self
    }

    fn body(&self, limit: usize, marker: Option<&str>) -> Vec<u8> {
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
        body.insert("resultsLimit".into(), json!(limit));
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

/// Names travel as references; in a filter those need no action.
fn operand(field: &FieldRef, value: &Value) -> Json {
    let reference = |name: &Value| json!({ "recordName": wire::scalar(name) });
    match value {
        name @ Value::String(_) if field.holds_names() => {
            json!({ "value": reference(name), "type": "REFERENCE" })
        }
        Value::List(Kind::String, names) if field.holds_names() => {
            let names: Json = names.iter().map(reference).collect();
            json!({ "value": names, "type": "REFERENCE_LIST" })
        }
        value => wire::field(Some(value)),
    }
}

fn sort(sort: &Sort) -> Json {
    let mut out = Map::new();
    sort.field.put(&mut out);
    out.insert("ascending".into(), json!(sort.ascending));
    if let Some(place) = &sort.from {
        let place = Value::Location(place.clone());
        out.insert("relativeLocation".into(), wire::field(Some(&place)));
    }
    Json::Object(out)
}

/// One page of a query.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    /// Its records; it may be short or empty and yet not the last.
    pub records: Vec<Record>,
    /// What stands in the place of records that the service found and would not give, with their names where it told
    /// them.
    pub refused: Vec<(Option<String>, ItemError)>,
    /// Records of another type than the query's, which are not among [`records`](Self::records): each name with its
    /// type, which is empty where the service named none.
    pub strays: Vec<(String, String)>,
    /// How many records the page has beyond [`Query::limit`].
    pub surplus: usize,
    /// Goes with the same query to get the next page; `None`: this was the last.
    pub marker: Option<String>,
}

impl Client {
    /// One page of a query, at most 200 records, for those who turn the pages themselves: give the marker of the page
    /// before, or `None` for the first. For everything use [`query_all`](Self::query_all), which cannot be cut short
    /// unseen.
    ///
    /// Queries read an index that lags behind writes by seconds (reported); lookups do not.
    ///
    /// # Errors
    /// What the service refuses, among it a missing index and a marker that has expired ([`Code::BadRequest`]), and what
    /// remains of trouble after all repetitions.
    ///
    /// [`Code::BadRequest`]: super::Code::BadRequest
    pub async fn query(&self, query: &Query, marker: Option<&str>) -> Result<Page, Error> {
        let mut limit = query.limit.clamp(1, MOST_RECORDS);
        let mut puts_off = 0;
        loop {
            let page = match self.call(Operation::Query, &query.body(limit, marker)).await {
                Ok(answer) => query.page(limit, answer)?,
                Err(error) if error.is_limit_exceeded() && limit > 1 => {
                    limit /= 2;
                    continue;
                }
                Err(error) => return Err(error),
            };
            let errors = page.refused.iter().map(|(_, error)| error);
            if !self.asks_again(errors, &mut puts_off).await? {
                return Ok(page);
            }
        }
    }
}

impl Query {
    fn page(&self, limit: usize, answer: Answer) -> Result<Page, Error> {
        let read = answer.records.unwrap_or_default();
        let mut page = Page {
            surplus: read.count().saturating_sub(limit),
            records: Vec::with_capacity(read.items.len()),
            marker: answer.continuation_marker.filter(|marker| !marker.is_empty()),
            ..Page::default()
        };
        for item in read.items {
            match entry(item, answer.uuid.as_deref()) {
                (_, Entry::Record(record)) if record.name.is_empty() => {
                    return Err(Error::BadAnswer {
                        status: 200,
                        what: "a record without a name".into(),
                    });
                }
                (_, Entry::Record(record)) if record.record_type != self.record_type => {
                    page.strays.push((record.name, record.record_type));
                }
                (_, Entry::Record(record)) => page.records.push(record),
                (name, Entry::Refused(error)) => page.refused.push((name, error)),
                // The index has not heard of it yet.
                (_, Entry::Deleted) => {}
            }
        }
        Ok(page)
    }
}
