//! `skydeck history`, `skydeck undo`, `skydeck resume`

use std::sync::Arc;

use jiff::tz::TimeZone;
use serde_json::{Value as Json, json};
use tokio::task::block_in_place;

use super::body;
use super::written::{Intent, conclude, declined, nothing, operation_line, write};
use crate::cli::args::{History, Resume, Undo};
use crate::cli::confirm::{Answer, Question};
use crate::cli::desk::Desk;
use crate::cli::exit;
use crate::cli::output::{counted, document, line, talk};
use crate::journal::{Damage, Entry, Run, RunId, State};
use crate::sync::{self, JobError, review_undo, review_undo_of_sound};

/// Lists runs, or the operations of one.
pub fn run(desk: &Desk, history: &History) -> Result<u8, JobError> {
    match history.run {
        Some(run) => operations(desk, run),
        None => runs(desk).map(|()| exit::DONE),
    }
}

fn runs(desk: &Desk) -> Result<(), JobError> {
    let runs = block_in_place(|| desk.session.journal().runs())?;
    if desk.json {
        document(
            "history",
            json!({ "runs": runs.iter().map(body::run).collect::<Vec<_>>() }),
        );
    } else if runs.is_empty() {
        talk(&format!("Nothing was written to {} yet.", desk.place()));
    }
    if !desk.json {
        for run in &runs {
            line(&run_line(run));
        }
    }
    Ok(())
}

/// Lists damaged operations; the command fails if there are any.
fn operations(desk: &Desk, run: RunId) -> Result<u8, JobError> {
    let journal = desk.session.journal();
    let (run, (entries, damaged)) =
        block_in_place(|| Ok::<_, JobError>((journal.run(run)?, journal.sound_entries(run)?)))?;
    if desk.json {
        let entries: Vec<Json> = entries.iter().map(entry_json).collect();
        document(
            "history",
            json!({
                "run": body::run(&run),
                "operations": entries,
                "damaged": damaged.iter().map(body::damage).collect::<Vec<_>>(),
            }),
        );
    } else {
        line(&run_line(&run));
        for entry in &entries {
            line(&entry_line(entry));
        }
    }
    tell_damaged(&damaged);
    Ok(if damaged.is_empty() {
        exit::DONE
    } else {
        exit::FAILED
    })
}

fn tell_damaged(damaged: &[Damage]) {
    for one in damaged {
        talk(&format!("Damaged in the journal: {one}"));
    }
}

fn run_line(run: &Run) -> String {
    let started = jiff::Timestamp::from_millisecond(run.started).unwrap_or_default();
    let started = started.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S");
    let states = run.states.iter();
    let states: Vec<String> = states.map(|(state, count)| format!("{count} {state}")).collect();
    let ending = run
        .ending
        .map_or_else(|| "interrupted".to_owned(), |ending| ending.to_string());
    let kind = match run.undoes {
        Some(undone) => format!("{} of {undone}", run.kind),
        None => run.kind.to_string(),
    };
    let undone = run
        .undone_by
        .map(|by| format!(", undone by {by}"))
        .unwrap_or_default();
    format!(
        "{:>5}  {started}  {}  {kind:<12} {ending:<11} {}{undone}",
        run.id,
        run.who.as_deref().unwrap_or("?"),
        states.join(", ")
    )
}

fn entry_line(entry: &Entry) -> String {
    let detail = entry.detail.as_ref().map(|detail| format!("  ({detail})"));
    let operation = operation_line(&entry.operation);
    format!("{:<14}{operation}{}", entry.state, detail.unwrap_or_default())
}

fn entry_json(entry: &Entry) -> Json {
    let mut out = body::operation(&entry.operation);
    if let Some(members) = out.as_object_mut() {
        members.insert("state".into(), json!(entry.state));
        members.insert("detail".into(), json!(entry.detail));
        members.insert("tag".into(), json!(entry.tag));
        members.insert("checked".into(), json!(entry.is_checked));
    }
    out
}

/// Takes a run back.
pub async fn undo(desk: &Desk, undo: &Undo) -> Result<u8, JobError> {
    let (reviewed, left_out) = if undo.skip_damaged {
        desk.watch(review_undo_of_sound(&desk.session, undo.run)).await?
    } else {
        let reviewed = desk.watch(review_undo(&desk.session, undo.run)).await?;
        (reviewed, Vec::new())
    };
    tell_damaged(&left_out);
    let journal = Arc::clone(desk.session.journal());
    if block_in_place(|| journal.has_unchecked(undo.run))? {
        talk(&format!(
            "Run {} was recorded by an earlier version, without digests, so its operations cannot be \
             checked for damage.",
            undo.run
        ));
    }
    let intent = Intent {
        command: "undo",
        listed: false,
        dry_run: undo.dry_run,
        writes_agreed: undo.yes,
        deletions_agreed: undo.yes,
        flag: "--yes",
    };
    let code = write(desk, reviewed, &intent).await?;
    Ok(if code == exit::DONE && !left_out.is_empty() {
        exit::PARTIAL
    } else {
        code
    })
}

/// Finishes an interrupted run. What it was to do was agreed to when it began; that it goes on is asked.
pub async fn resume(desk: &Desk, resume: &Resume) -> Result<u8, JobError> {
    let journal = Arc::clone(desk.session.journal());
    let Some(run) = block_in_place(|| journal.open_run())? else {
        if desk.json {
            nothing(desk, 0, "resume");
        } else {
            line("No run was interrupted.");
        }
        return Ok(exit::DONE);
    };
    let left = run.count(State::Planned) + run.count(State::Sent) + run.count(State::NotAttempted);
    let left = counted(left, "operation");
    let text = format!(
        "Finish run {} ({}), {left} left, in {}?",
        run.id,
        run.kind,
        desk.place()
    );
    let question = Question {
        text: &text,
        word: desk.is_production().then_some("production"),
        flag: "--yes",
    };
    if !resume.yes && desk.ask(&question).await? == Answer::No {
        return Ok(declined(desk, "resume"));
    }
    match desk.watch(sync::resume(&desk.session)).await? {
        Some(report) => Ok(conclude(desk, &report, "resume")),
        None => Ok(exit::DONE),
    }
}
