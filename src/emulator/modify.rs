//! `records/modify`: reads the whole request first, because its shape decides about all of it, then lets each
//! operation succeed or fail by itself, in one transaction.

use std::collections::{BTreeSet, HashSet};

use serde_json::{Map, Value};

use super::app::{App, Ask};
use super::apply::{Outcome, Writer};
use super::fail::Failure;
use super::faults::FailRecord;
use super::record::{View, deleted, records_body};
use super::value::{Incoming, Reading, fresh_name};
use super::wire;

/// `operationType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Create,
    Update,
    ForceUpdate,
    Replace,
    ForceReplace,
    Delete,
    ForceDelete,
}

impl Action {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "create" => Self::Create,
            "update" => Self::Update,
            "forceUpdate" => Self::ForceUpdate,
            "replace" => Self::Replace,
            "forceReplace" => Self::ForceReplace,
            "delete" => Self::Delete,
            "forceDelete" => Self::ForceDelete,
            _ => return None,
        })
    }

    /// Does not look at change tags.
    pub(super) fn forced(self) -> bool {
        matches!(self, Self::ForceUpdate | Self::ForceReplace | Self::ForceDelete)
    }

    /// Fields that are not named become null.
    pub(super) fn replaces(self) -> bool {
        matches!(self, Self::Replace | Self::ForceReplace)
    }

    pub(super) fn deletes(self) -> bool {
        matches!(self, Self::Delete | Self::ForceDelete)
    }
}

/// One operation, read but not yet compared with schema and store.
pub(super) struct Operation {
    pub(super) action: Action,
    /// `None`: left out where only the server could have chosen one.
    pub(super) name: Option<String>,
    pub(super) record_type: Option<String>,
    pub(super) tag: Option<String>,
    pub(super) fields: Vec<(String, Incoming)>,
    desired: Option<BTreeSet<String>>,
}

/// Answers `records/modify`. `atomic` has no effect: the default zone has no atomic commit.
pub(super) fn answer(app: &App, ask: &Ask<'_>) -> Result<String, Failure> {
    let request = wire::parse(ask.body)?;
    let known = [
        "operations",
        "zoneID",
        "atomic",
        "desiredKeys",
        "numbersAsStrings",
    ];
    wire::warn_unknown("records/modify", &request, &known);
    wire::boolean(&request, "atomic")?;
    let numbers_as_strings = wire::boolean(&request, "numbersAsStrings")?.unwrap_or(false);
    let desired = wire::desired(&request)?;
    let operations = operations(&request)?;
    wire::default_zone(&request)?;

    let mut state = app.state();
    let mut items = state.db.transaction(|db| {
        let exists_code = ask.verdict.effect.exists_code;
        let reading = Reading {
            numbers_as_strings,
            filter: false,
        };
        let writer = Writer::new(app, ask.environment, &ask.caller, db)?.with(exists_code, reading);
        let mut items = Vec::with_capacity(operations.len());
        for (n, operation) in operations.iter().enumerate() {
            let name = operation.name.as_deref();
            let done = match ask.verdict.item(n, name.unwrap_or_default()) {
                Some(fault) => Ok(Err(injected(fault))),
                None => settle(writer.apply(db, operation)),
            };
            items.push(match done? {
                Ok(Outcome::Deleted) => deleted(name.unwrap_or_default()),
                Err(failure) => failure.item(name),
                Ok(Outcome::Saved(row)) => View {
                    desired: operation.desired.clone().or_else(|| desired.clone()),
                    numbers_as_strings,
                    drop_types: ask.verdict.effect.drop_types,
                    addresses: &app.addresses,
                }
                .text(db, &row),
            });
        }
        Ok::<_, Failure>(items)
    })?;
    drop(state);
    ask.shuffle(&mut items);
    Ok(records_body(&items, None))
}

/// A failure of the store ends the transaction; every other one is the answer to its operation.
fn settle(result: Result<Outcome, Failure>) -> Result<Result<Outcome, Failure>, Failure> {
    match result {
        Err(failure) if failure.status == 500 => Err(failure),
        other => Ok(other),
    }
}

/// The failure that a script wants for an item.
pub(super) fn injected(fault: &FailRecord) -> Failure {
    let code = fault.code.as_deref().unwrap_or("INTERNAL_ERROR");
    let mut failure = Failure::new(200, code, fault.reason.as_deref().unwrap_or("injected failure"));
    failure.retry_after = fault.retry_after;
    failure
}

fn operations(request: &Map<String, Value>) -> Result<Vec<Operation>, Failure> {
    let entries = wire::batch(request, "operations")?;
    let out = entries.iter().map(operation).collect::<Result<Vec<_>, _>>()?;
    let mut names = HashSet::new();
    match out
        .iter()
        .filter_map(|o| o.name.as_deref())
        .find(|name| !names.insert(*name))
    {
        Some(twice) => Err(Failure::bad(format!(
            "more than one operation on record '{twice}' in one request"
        ))),
        None => Ok(out),
    }
}

fn operation(entry: &Value) -> Result<Operation, Failure> {
    let entry = wire::object(entry)?;
    wire::warn_unknown(
        "operation",
        entry,
        &["operationType", "record", "recordType", "desiredKeys"],
    );
    let word = wire::string(entry, "operationType")?.ok_or_else(|| Failure::missing("operationType"))?;
    let action = Action::parse(word).ok_or_else(Failure::unexpected)?;
    let record = wire::object(wire::member(entry, "record").ok_or_else(|| Failure::missing("record"))?)?;
    let known = [
        "recordName",
        "recordType",
        "recordChangeTag",
        "fields",
        "pluginFields",
        "created",
        "modified",
        "deleted",
        "zoneID",
        "createShortGUID",
        "parent",
        "share",
    ];
    wire::warn_unknown("record", record, &known);
    let text = |name: &str| Ok::<_, Failure>(wire::string(record, name)?.map(str::to_owned));
    let mut name = text("recordName")?;
    if name.is_none() && action == Action::Create {
        name = Some(fresh_name());
    }
    let record_type = text("recordType")?.or(wire::string(entry, "recordType")?.map(str::to_owned));
    let fields = match wire::member(record, "fields") {
        None => Vec::new(),
        Some(fields) => {
            let fields = wire::object(fields)?.iter();
            fields
                .map(|(name, v)| Ok((name.clone(), Incoming::decode(v)?)))
                .collect::<Result<_, Failure>>()?
        }
    };
    Ok(Operation {
        action,
        name,
        record_type,
        tag: text("recordChangeTag")?,
        fields,
        desired: wire::desired(entry)?,
    })
}

impl Operation {
    /// An operation that does not come from a request.
    pub(super) fn new(
        action: Action,
        name: &str,
        record_type: Option<&str>,
        fields: Vec<(String, Incoming)>,
    ) -> Self {
        let record_type = record_type.map(str::to_owned);
        Self {
            action,
            name: Some(name.to_owned()),
            record_type,
            tag: None,
            fields,
            desired: None,
        }
    }
}
