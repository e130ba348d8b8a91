//! How `diff` and `sync` report a run that was interrupted before them.

use serde_json::{Value as Json, json};
use tokio::task::block_in_place;

use crate::cli::desk::Desk;
use crate::cli::output::{counted, talk};
use crate::journal::{Run, State};
use crate::sync::{self, JobError, Report};

/// Reports an interrupted run.
pub(super) fn tell(desk: &Desk) -> Result<(), JobError> {
    if let Some(run) = block_in_place(|| desk.session.interrupted_run())? {
        talk(&sentence(&run));
        desk.note_interrupted(document(&run, None));
    }
    Ok(())
}

/// The same, after looking up the operations with an unknown outcome. Only for commands that may write.
pub(super) async fn resolve(desk: &Desk) -> Result<(), JobError> {
    let Some(run) = block_in_place(|| desk.session.interrupted_run())? else {
        return Ok(());
    };
    if desk.session.is_read_only() || run.count(State::Sent) == 0 {
        return tell(desk);
    }
    let resolved = desk.watch(sync::resolve_interrupted(&desk.session)).await?;
    let run = block_in_place(|| desk.session.journal().run(run.id))?;
    if let Some(report) = &resolved {
        talk(&account(report));
    }
    if run.is_open() {
        talk(&sentence(&run));
    }
    desk.note_interrupted(document(&run, resolved.as_ref()));
    Ok(())
}

fn sentence(run: &Run) -> String {
    let (unknown, left) = (run.count(State::Sent), left(run));
    let parts = [(unknown, "sent with unknown outcome"), (left, "not attempted")];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", counted(*count, "operation")))
        .collect();
    let what = if parts.is_empty() {
        String::new()
    } else {
        format!(": {}", parts.join(", "))
    };
    format!(
        "Run {id} ({kind}) was interrupted{what}. Finish it with: skydeck resume, or undo it with: skydeck undo {id}",
        id = run.id,
        kind = run.kind
    )
}

/// What the lookups found.
fn account(report: &Report) -> String {
    let done = report.created + report.updated + report.deleted + report.already_equal + report.already_gone;
    format!(
        "Run {} was interrupted. Looked up its sent operations: {} as planned, {} unknown, {} not attempted.",
        report.run,
        counted(done, "record"),
        report.unknown,
        report.not_attempted
    )
}

fn left(run: &Run) -> usize {
    run.count(State::Planned) + run.count(State::NotAttempted)
}

fn document(run: &Run, resolved: Option<&Report>) -> Json {
    json!({
        "run": run.id,
        "kind": run.kind,
        "unknown": run.count(State::Sent),
        "notAttempted": left(run),
        "resumable": run.is_open(),
        "resolved": resolved.is_some(),
    })
}
