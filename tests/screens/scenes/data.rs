//! What scenes are made of: records, runs, failures.

use skydeck::cloudkit::{Code, Error, Refusal};
use skydeck::journal::{Ending, Entry, Past, Run, RunKind, State as Progress, Tally};
use skydeck::record::compare::FieldChange;
use skydeck::record::diff::Diff;
use skydeck::record::plan::{Goal, Operation};
use skydeck::record::table::Table;
use skydeck::record::{Record, Stamp, Value};
use skydeck::sync::{BothSides, Compared, Comparison, Found, JobError, TypeError};
use skydeck::tui::failure::Failure;

use super::stage::NOON;
use crate::rig::demo;

pub(crate) fn text(value: &str) -> Value {
    Value::String(value.to_owned())
}

/// A record of the demonstration on both sides.
pub(crate) fn sides(record_type: &str, name: &str) -> BothSides {
    let mut types = demo().comparison.types.iter();
    let compared = types.find(|one| one.type_config.name == record_type).unwrap();
    let row = compared.outcome.as_ref().unwrap().table().find(name).unwrap();
    compared.both_sides(&demo().session, &[row]).unwrap().remove(0)
}

/// The first records of a type, as the cloud has them.
pub(crate) fn in_cloud(record_type: &str, count: usize) -> Vec<Record> {
    let types = demo().comparison.types.iter();
    let one = { types }.find(|one| one.type_config.name == record_type).unwrap();
    let rows: Vec<usize> = one.outcome.as_ref().unwrap().rows().take(count + 50).collect();
    let sides = one.both_sides(&demo().session, &rows).unwrap().into_iter();
    sides.filter_map(|sides| sides.cloud).take(count).collect()
}

/// What a lookup of a record finds: as it was compared, with who wrote it and when.
pub(crate) fn found(sides: BothSides) -> Found {
    let mut cloud = sides.cloud.unwrap();
    let stamp = |timestamp: i64, user: &str| {
        Some(Stamp {
            timestamp,
            user: Some(user.to_owned()),
        })
    };
    cloud.tag = Some("k3v9".to_owned());
    cloud.created = stamp(NOON - 86_400_000, "_maker");
    cloud.modified = stamp(NOON - 60_000, "_writer");
    Found {
        cloud,
        local: sides.local,
    }
}

pub(crate) fn cancelled(what: &str) -> Failure {
    Failure::of(what, &JobError::Cancelled)
}

/// A request that the service refused, with the advice that the library has.
pub(crate) fn refused(status: u16, code: Code, reason: &str) -> Error {
    Error::Refused(Box::new(Refusal {
        status,
        code,
        named: true,
        reason: reason.to_owned(),
        record_name: None,
        request_id: Some("ccf0fc97-1492-4d53-860e-03ee5b88ce60".to_owned()),
        retry_after: None,
        clock_ahead: None,
        public_key: None,
    }))
}

pub(crate) fn no_key() -> Failure {
    let error = refused(401, Code::AuthenticationFailed, "no auth method found");
    Failure::of("Comparing", &JobError::Service(error))
}

pub(crate) fn no_index() -> Error {
    refused(
        400,
        Code::BadRequest,
        "Field 'recordName' is not marked queryable",
    )
}

/// The demonstration's comparison with one type that failed and one whose listing is not complete.
pub(crate) fn troubled() -> Comparison {
    let outcome = |one: &Compared| match one.type_config.name.as_str() {
        "Team" => Err(TypeError::Service(no_index())),
        "LeagueStructure" => Ok(again(one, false, Some("the last page never came"))),
        _ => Ok(again(one, false, None)),
    };
    rebuilt(outcome)
}

/// The demonstration as it is after a sync: nothing differs.
pub(crate) fn in_sync() -> Comparison {
    rebuilt(|one| Ok(again(one, true, None)))
}

fn rebuilt(outcome: impl Fn(&Compared) -> Result<Diff, TypeError>) -> Comparison {
    let types = demo().comparison.types.iter().map(|one| Compared {
        type_config: one.type_config.clone(),
        outcome: outcome(one),
        missing_fields: Vec::new(),
    });
    Comparison {
        place: demo().session.place().clone(),
        types: types.collect(),
        elsewhere: std::collections::HashMap::new(),
        is_whole: true,
    }
}

/// A type's records once more, as they are or with the cloud made equal to the files.
fn again(one: &Compared, equal: bool, incomplete: Option<&str>) -> Diff {
    let diff = one.outcome.as_ref().unwrap();
    let rows: Vec<usize> = diff.rows().collect();
    let sides = one.both_sides(&demo().session, &rows).unwrap();
    let mut table = Table::new(one.type_config.shape());
    for (row, sides) in rows.into_iter().zip(sides) {
        if let Some(local) = &sides.local {
            let origin = diff.table().origin(row).unwrap_or_default();
            table.add_local(&local.name, &local.fields, origin).unwrap();
        }
        let cloud = if equal { &sides.local } else { &sides.cloud };
        if let Some(cloud) = cloud {
            table.meet(cloud).unwrap();
        }
    }
    Diff::new(table, incomplete.map(str::to_owned))
}

pub(crate) fn changed(field: &str, local: Option<Value>, cloud: Option<Value>) -> FieldChange {
    FieldChange {
        field: field.to_owned(),
        local,
        cloud,
    }
}

pub(crate) fn run(id: i64, kind: RunKind, ending: Option<Ending>, states: &[(Progress, usize)]) -> Run {
    Run {
        id,
        kind,
        who: Some("anna@mac".to_owned()),
        undoes: (kind == RunKind::Undo).then_some(1),
        digest: String::new(),
        unchanged: 0,
        started: NOON - 86_400_000 + id * 3_600_000,
        ended: ending.map(|_| NOON - 86_400_000 + id * 3_600_000 + 65_000),
        ending,
        states: states.iter().copied().collect(),
        undone_by: None,
        superseded: false,
    }
}

pub(crate) fn past(run: Run, tallies: &[(&str, usize, usize, usize)]) -> Past {
    let tally = |(record_type, created, updated, deleted): &(&str, usize, usize, usize)| Tally {
        record_type: (*record_type).to_owned(),
        created: *created,
        updated: *updated,
        deleted: *deleted,
    };
    Past {
        run,
        tallies: tallies.iter().map(tally).collect(),
    }
}

/// Runs of every kind and with every end, the latest first.
pub(crate) fn runs() -> Vec<Past> {
    let done = Some(Ending::Done);
    let mut first = run(1, RunKind::Sync, done, &[(Progress::Applied, 96)]);
    first.undone_by = Some(3);
    let all = [
        (
            run(
                9,
                RunKind::Update,
                None,
                &[(Progress::Applied, 7), (Progress::Planned, 5)],
            ),
            vec![("Game", 0, 7, 0)],
        ),
        (
            run(
                8,
                RunKind::DeleteAll,
                Some(Ending::Failed),
                &[(Progress::Applied, 400), (Progress::Refused, 1)],
            ),
            vec![("Game", 0, 0, 400)],
        ),
        (
            run(
                7,
                RunKind::Import,
                Some(Ending::Cancelled),
                &[(Progress::Applied, 1200), (Progress::NotAttempted, 5000)],
            ),
            vec![("Stadium", 0, 152, 0), ("Team", 0, 148, 0), ("Game", 24, 876, 0)],
        ),
        (
            run(6, RunKind::Delete, done, &[(Progress::Applied, 1)]),
            vec![("Team", 0, 0, 1)],
        ),
        (
            run(5, RunKind::Create, done, &[(Progress::Applied, 1)]),
            vec![("Team", 1, 0, 0)],
        ),
        (
            run(
                4,
                RunKind::AskingSync,
                Some(Ending::Partial),
                &[(Progress::Conflicted, 3)],
            ),
            vec![],
        ),
        (
            run(3, RunKind::Undo, done, &[(Progress::Applied, 96)]),
            vec![("Game", 0, 60, 24)],
        ),
        (
            run(2, RunKind::Update, done, &[(Progress::AlreadyEqual, 1)]),
            vec![],
        ),
        (first, vec![("Game", 24, 60, 0), ("Stadium", 2, 10, 0)]),
    ];
    all.into_iter()
        .map(|(run, tallies)| past(run, &tallies))
        .collect()
}

pub(crate) fn entry(run: i64, operation: Operation, state: Progress, detail: Option<&str>) -> Entry {
    Entry {
        run,
        position: 0,
        operation,
        state,
        left: Some(true),
        is_checked: true,
        tag: None,
        detail: detail.map(str::to_owned),
        overwrites: Vec::new(),
    }
}

/// A change of fields of a record.
pub(crate) fn update(before: Record, goal: &[(&str, Option<Value>)]) -> Operation {
    let mut fields = before.fields.clone();
    let mut wanted = Goal::new();
    for (field, value) in goal {
        wanted.insert((*field).to_owned(), value.clone());
        match value {
            Some(value) => fields.insert((*field).to_owned(), value.clone()),
            None => fields.remove(*field),
        };
    }
    let mut operation = Operation::delete(before);
    operation.verb = skydeck::record::plan::Verb::Update;
    operation.goal = wanted;
    operation
}

/// A record on both sides, for every row that is read.
pub(crate) fn both(local: Record, cloud: Record) -> BothSides {
    BothSides {
        local: Some(local),
        cloud: Some(cloud),
    }
}
