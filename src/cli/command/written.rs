//! What every command that writes has in common: the plan shown, the question, the run, what came of it.

use std::collections::BTreeMap;

use super::body::{no_run, plan_body, report_body};
use crate::cli::confirm::{Answer, Question};
use crate::cli::desk::Desk;
use crate::cli::diagnostics::{talk_examples, talk_warnings};
use crate::cli::output::{change, counted, document, failure_document, grouped, is_lost, line, talk};
use crate::cli::{exit, report as report_error};
use crate::journal::State;
use crate::record::compare::FieldChange;
use crate::record::plan::{Operation, Plan, Verb};
use crate::sync::{self, Cause, InMemory, JobError, Report, Reviewed};

/// A plan of at most so many operations is shown whole.
const SHOWN: usize = 20;

/// How a command came to write.
pub(super) struct Intent<'i> {
    /// The command, as its document names it.
    pub(super) command: &'i str,
    /// Each change has been listed already.
    pub(super) listed: bool,
    /// Nothing is sent.
    pub(super) dry_run: bool,
    /// Creating and updating was agreed to beforehand.
    pub(super) writes_agreed: bool,
    /// Deleting was agreed to beforehand.
    pub(super) deletions_agreed: bool,
    /// The flag that agrees.
    pub(super) flag: &'i str,
}

/// Shows a plan, asks, carries it out, says what came of it.
pub(super) async fn write(desk: &Desk, reviewed: Reviewed, intent: &Intent<'_>) -> Result<u8, JobError> {
    let plan = reviewed.plan();
    talk_warnings(&reviewed.diagnostics, desk.verbose);
    if intent.dry_run {
        dry_run(desk, &reviewed, intent);
        return Ok(reviewed.blocked().map_or(exit::DONE, |error| {
            report_error(&error);
            exit::of_error(&error)
        }));
    }
    if let Some(error) = reviewed.blocked() {
        return Err(error);
    }
    if plan.operations.is_empty() {
        nothing(desk, plan.unchanged, intent.command);
        return Ok(exit::DONE);
    }
    if desk.session.is_read_only() {
        return Err(JobError::ReadOnly(desk.session.environment().to_owned()));
    }
    if !agreed(desk, plan, intent).await? {
        return Ok(declined(desk, intent.command));
    }
    let digest = reviewed.digest().to_owned();
    let confirmed = reviewed.confirm(&digest)?;
    let report = desk.watch(sync::apply(&desk.session, confirmed)).await?;
    Ok(conclude(desk, &report, intent.command))
}

/// Somebody was asked and said no.
pub(super) fn declined(desk: &Desk, command: &str) -> u8 {
    let what = "Nothing was sent.";
    talk(what);
    if desk.json {
        failure_document(command, what, &[], exit::GUARDED);
    }
    exit::GUARDED
}

/// Prints what came of a run; its exit code.
pub(super) fn conclude(desk: &Desk, report: &Report, command: &str) -> u8 {
    let summary = account(report);
    if desk.json {
        document(command, desk.with_interrupted(report_body(report)));
    } else {
        line(&summary);
    }
    let is_lost = is_lost();
    if is_lost {
        // Writes that were sent stay sent, even if the output was lost.
        talk(&summary);
    }
    if desk.json && !is_lost {
        report.stopped.iter().for_each(report_error);
        if report.stopped.is_some() && !desk.is_demo() {
            tell_next(report);
        }
        return exit::of_report(report);
    }
    tell_trouble(report, desk.verbose);
    if !desk.is_demo() {
        tell_next(report);
    }
    exit::of_report(report)
}

/// Says that there was nothing to do.
pub(super) fn nothing(desk: &Desk, unchanged: usize, command: &str) {
    if desk.json {
        document(command, desk.with_interrupted(no_run(unchanged)));
    } else {
        line(&summary([0, 0, 0, 0], unchanged));
    }
}

/// `Created N, Updated M, Skipped K unchanged`, as the script worded it.
fn summary([created, updated, deleted, gone]: [usize; 4], unchanged: usize) -> String {
    let where_any = |word: &str, count: usize| match count {
        0 => String::new(),
        count => format!("{word} {count}, "),
    };
    let (deleted, gone) = (where_any("Deleted", deleted), where_any("Already gone", gone));
    format!("Created {created}, Updated {updated}, {deleted}{gone}Skipped {unchanged} unchanged")
}

/// What a run came to, in numbers.
fn account(report: &Report) -> String {
    let skipped = report.unchanged + report.already_equal;
    let counts = [
        report.created,
        report.updated,
        report.deleted,
        report.already_gone,
    ];
    summary(counts, skipped)
}

/// The parts of a run that did not go as planned.
fn tell_trouble(report: &Report, verbose: bool) {
    for one in &report.overwritten {
        talk(&format!(
            "Overwritten: {} {}, which somebody else had changed since the comparison:",
            one.record_type, one.name
        ));
        for theirs in &one.changes {
            talk(&format!("    {}", change(&as_it_happened(theirs))));
        }
    }
    for (word, list) in [("Conflict", &report.conflicted), ("Refused", &report.refused)] {
        for cause in Cause::group(list) {
            tell_cause(word, &cause, verbose);
        }
    }
    if report.not_attempted > 0 {
        talk(&format!(
            "Not attempted: {}.",
            counted(report.not_attempted, "operation")
        ));
    }
    if report.unknown > 0 {
        let operations = counted(report.unknown, "operation");
        talk(&format!("Sent, outcome not known yet: {operations}."));
    }
    if let Some(error) = &report.stopped {
        report_error(error);
    }
    tell_in_memory(&report.in_memory, verbose);
}

/// Outcomes that are lost when the process exits, grouped.
fn tell_in_memory(outcomes: &[InMemory], verbose: bool) {
    const SHOWN: usize = 3;
    if outcomes.is_empty() {
        return;
    }
    talk(&format!(
        "The journal could not record {}. It still lists these operations as sent; skydeck resume looks them up:",
        counted(outcomes.len(), "outcome")
    ));
    let mut groups: BTreeMap<(&str, State), Vec<&str>> = BTreeMap::new();
    for one in outcomes {
        let group = groups.entry((&one.record_type, one.state)).or_default();
        group.push(&one.name);
    }
    for ((record_type, state), names) in groups {
        let shown = if verbose { names.len() } else { SHOWN };
        let (first, rest) = names.split_at(shown.min(names.len()));
        let rest = match rest.len() {
            0 => String::new(),
            more => format!(" and {} more", grouped(more)),
        };
        let count = counted(names.len(), "record");
        talk(&format!(
            "  {record_type}: {count} {state} ({}{rest})",
            first.join(", ")
        ));
    }
}

/// Operations that failed for the same reason.
fn tell_cause(word: &str, cause: &Cause<'_>, verbose: bool) {
    if let [one] = cause.operations[..] {
        return talk(&format!(
            "{word}: {} {}: {}",
            one.record_type, one.name, cause.why
        ));
    }
    talk(&format!(
        "{word}: {}: {}",
        counted(cause.operations.len(), "record"),
        cause.why
    ));
    let named = cause
        .operations
        .iter()
        .map(|one| format!("{} {}", one.record_type, one.name));
    talk_examples(&named.collect::<Vec<_>>(), verbose);
}

/// What can be done with the run from here.
fn tell_next(report: &Report) {
    let undo = report
        .has_written()
        .then(|| format!("undo it with: skydeck undo {}", report.run));
    let resume = report
        .resumable
        .then(|| "finish it with: skydeck resume".to_owned());
    let ways: Vec<String> = resume.into_iter().chain(undo).collect();
    let next = if ways.is_empty() {
        String::new()
    } else {
        format!("; {}", ways.join(", or "))
    };
    talk(&format!("Run {} is in the journal{next}", report.run));
}

/// Reviewed first, theirs after it: the order of a change for people.
fn as_it_happened(theirs: &FieldChange) -> FieldChange {
    FieldChange {
        field: theirs.field.clone(),
        cloud: theirs.local.clone(),
        local: theirs.cloud.clone(),
    }
}

fn dry_run(desk: &Desk, reviewed: &Reviewed, intent: &Intent<'_>) {
    let plan = reviewed.plan();
    if desk.json {
        document(intent.command, desk.with_interrupted(plan_body(reviewed, None)));
        return;
    }
    if desk.verbose || plan.operations.len() <= SHOWN {
        for operation in &plan.operations {
            line(&operation_line(operation));
        }
    }
    line(&format!("Would {}; nothing was sent", what(plan)));
}

/// One operation for people.
pub(super) fn operation_line(operation: &Operation) -> String {
    let fields = || {
        operation
            .changes()
            .iter()
            .map(change)
            .collect::<Vec<_>>()
            .join("; ")
    };
    let (kind, name) = (&operation.record_type, &operation.name);
    match operation.verb {
        Verb::Create => format!("  + {kind} {name}"),
        Verb::Update => format!("  ~ {kind} {name}: {}", fields()),
        Verb::Replace | Verb::ForceReplace => format!("  = {kind} {name}"),
        Verb::Delete => format!("  - {kind} {name}"),
    }
}

/// `create 563, update 1488 and delete 530 records`
fn what(plan: &Plan) -> String {
    let replaced = plan.count(Verb::Replace) + plan.count(Verb::ForceReplace);
    let parts = [
        ("create", plan.count(Verb::Create)),
        ("update", plan.count(Verb::Update)),
        ("replace", replaced),
        ("delete", plan.count(Verb::Delete)),
    ];
    let parts = parts.iter().filter(|(_, count)| *count > 0);
    let parts: Vec<String> = parts.map(|(verb, count)| format!("{verb} {count}")).collect();
    let noun = if plan.operations.len() == 1 {
        "record"
    } else {
        "records"
    };
    match parts.split_last() {
        None => "change nothing".to_owned(),
        Some((only, [])) => format!("{only} {noun}"),
        Some((last, first)) => format!("{} and {last} {noun}", first.join(", ")),
    }
}

/// Whether the plan may run. Production is confirmed by typing its name, many deletions by typing their number.
async fn agreed(desk: &Desk, plan: &Plan, intent: &Intent<'_>) -> Result<bool, JobError> {
    let deletions = plan.count(Verb::Delete);
    let writes = plan.operations.len() - deletions;
    let open_writes = writes > 0 && !intent.writes_agreed;
    let open_deletions = deletions > 0 && !intent.deletions_agreed;
    if !open_writes && !open_deletions {
        return Ok(true);
    }
    if !intent.listed && (desk.verbose || plan.operations.len() <= SHOWN) {
        for operation in &plan.operations {
            talk(&operation_line(operation));
        }
    }
    let what = what(plan);
    let (first, rest) = what.split_at_checked(1).unwrap_or_default();
    let text = format!("{}{rest} in {}?", first.to_uppercase(), desk.place());
    let count = deletions.to_string();
    let word = if desk.is_production() {
        Some("production")
    } else {
        (open_deletions && deletions > 1).then_some(count.as_str())
    };
    let question = Question {
        text: &text,
        word,
        flag: intent.flag,
    };
    Ok(desk.ask(&question).await? == Answer::Yes)
}
