//! The bodies of the documents for programs that several commands share; `assets/documents.md` tells their members.

use std::path::Path;

use serde_json::{Value as Json, json};

use crate::cli::diagnostics::diagnostics_json;
use crate::cloudkit::wire;
use crate::journal::{Damage, Run};
use crate::record::compare::FieldChange;
use crate::record::plan::Operation;
use crate::sync::{InMemory, Overwritten, Report, Reviewed, Unhappy};

/// What came of a run.
pub(super) fn report_body(report: &Report) -> Json {
    json!({
        "run": report.run,
        "kind": report.kind,
        "created": report.created,
        "updated": report.updated,
        "deleted": report.deleted,
        "alreadyEqual": report.already_equal,
        "alreadyGone": report.already_gone,
        "unchanged": report.unchanged,
        "conflicted": report.conflicted.iter().map(unhappy).collect::<Vec<_>>(),
        "refused": report.refused.iter().map(unhappy).collect::<Vec<_>>(),
        "notAttempted": report.not_attempted,
        "unknown": report.unknown,
        "overwritten": report.overwritten.iter().map(overwritten).collect::<Vec<_>>(),
        "inMemory": report.in_memory.iter().map(in_memory).collect::<Vec<_>>(),
        "resumable": report.resumable,
        "stopped": report.stopped.as_ref().map(ToString::to_string),
    })
}

/// The same where there was nothing to do.
pub(super) fn no_run(unchanged: usize) -> Json {
    json!({
        "run": null,
        "kind": null,
        "created": 0,
        "updated": 0,
        "deleted": 0,
        "alreadyEqual": 0,
        "alreadyGone": 0,
        "unchanged": unchanged,
        "conflicted": [],
        "refused": [],
        "notAttempted": 0,
        "unknown": 0,
        "overwritten": [],
        "inMemory": [],
        "resumable": false,
        "stopped": null,
    })
}

fn unhappy(one: &Unhappy) -> Json {
    json!({ "type": one.record_type, "name": one.name, "why": one.why })
}

/// A damaged row of the journal.
pub(super) fn damage(one: &Damage) -> Json {
    json!({ "position": one.position, "type": one.record_type, "name": one.name, "why": one.what })
}

fn in_memory(one: &InMemory) -> Json {
    json!({ "type": one.record_type, "name": one.name, "state": one.state })
}

fn overwritten(one: &Overwritten) -> Json {
    let fields = one.changes.iter().map(|change| {
        json!({
            "field": change.field,
            "reviewed": change.local.as_ref().map(wire::scalar),
            "theirs": change.cloud.as_ref().map(wire::scalar),
        })
    });
    json!({ "type": one.record_type, "name": one.name, "fields": fields.collect::<Vec<_>>() })
}

/// A plan of which nothing was sent.
pub(super) fn plan_body(reviewed: &Reviewed, saved: Option<&Path>) -> Json {
    let plan = reviewed.plan();
    json!({
        "dryRun": true,
        "saved": saved,
        "digest": reviewed.digest(),
        "operations": plan.operations.iter().map(operation).collect::<Vec<_>>(),
        "unchanged": plan.unchanged,
        "diagnostics": diagnostics_json(&reviewed.diagnostics),
    })
}

/// One operation.
pub(super) fn operation(operation: &Operation) -> Json {
    json!({
        "operation": operation.verb.name(),
        "type": operation.record_type,
        "name": operation.name,
        "changes": operation.changes().iter().map(change).collect::<Vec<_>>(),
    })
}

/// A field with both sides.
pub(super) fn change(change: &FieldChange) -> Json {
    json!({
        "field": change.field,
        "cloud": change.cloud.as_ref().map(wire::scalar),
        "local": change.local.as_ref().map(wire::scalar),
    })
}

/// A run as the journal has it.
pub(super) fn run(run: &Run) -> Json {
    json!({
        "id": run.id,
        "kind": run.kind,
        "who": run.who,
        "undoes": run.undoes,
        "undoneBy": run.undone_by,
        "digest": run.digest,
        "unchanged": run.unchanged,
        "started": run.started,
        "ended": run.ended,
        "ending": run.ending,
        "states": run.states,
    })
}
