//! `skydeck sync` and `skydeck apply`

use std::sync::Arc;

use super::body::plan_body;
use super::export::replace_if;
use super::written::{Intent, write};
use super::{diff, interrupted};
use crate::cli::args::{Apply, Cap, Sync};
use crate::cli::desk::Desk;
use crate::cli::diagnostics::talk_warnings;
use crate::cli::exit;
use crate::cli::output::{counted, document, line, talk};
use crate::files::Target;
use crate::record::guard::DeletionCap;
use crate::sync::{Choices, Comparison, JobError, Reviewed, SavedPlan, review, review_saved};

/// Compares, reviews, asks, applies.
pub async fn run(desk: &Desk, sync: &Sync) -> Result<u8, JobError> {
    let protected = desk.session.protected();
    let saving = match &sync.save_plan {
        Some(path) => Some(Target::new(path, replace_if(sync.force), &protected)?),
        None => None,
    };
    if sync.dry_run || saving.is_some() {
        interrupted::tell(desk)?;
    } else {
        interrupted::resolve(desk).await?;
    }
    let comparison = diff::compare(desk, &sync.types).await?;
    // A dry run already lists every change in its plan.
    let listed = desk.verbose && !sync.dry_run;
    if desk.json {
        diff::failures(&comparison);
    } else {
        diff::print(desk, &comparison, listed);
    }
    let choices = Choices {
        delete_orphans: sync.delete_orphans,
        cap: Some(ceilings(desk, &sync.cap)),
        ..Choices::default()
    };
    let reviewed = desk
        .unless_interrupted(review(&desk.session, Arc::clone(&comparison), choices))
        .await??;
    tell_orphans(desk, sync, &comparison);
    let code = match &saving {
        Some(target) => {
            talk_warnings(&reviewed.diagnostics, desk.verbose);
            // A plan is applied without a comparison: what blocks it must be known now.
            if let Some(error) = reviewed.blocked() {
                return Err(error);
            }
            save(desk, &reviewed, target)?
        }
        None => {
            let intent = Intent {
                command: "sync",
                listed,
                dry_run: sync.dry_run,
                writes_agreed: sync.yes || (sync.writes_agreed && !desk.is_production()),
                deletions_agreed: sync.yes,
                flag: "--yes",
            };
            write(desk, reviewed, &intent).await?
        }
    };
    Ok(with_failures(code, &comparison))
}

fn ceilings(desk: &Desk, cap: &Cap) -> DeletionCap {
    let configured = desk.session.deletion_cap();
    DeletionCap {
        records: cap.max_deletes.unwrap_or(configured.records),
        percent: cap.max_delete_percent.unwrap_or(configured.percent),
    }
}

/// In the script's words.
fn tell_orphans(desk: &Desk, sync: &Sync, comparison: &Comparison) {
    let orphans = diff::orphans(comparison);
    if orphans > 0 && !sync.delete_orphans && !desk.json {
        line(&format!(
            "Would delete {orphans} orphan records (use --delete-orphans to confirm)"
        ));
    }
}

/// What could not be compared was not synced: that is not "done".
fn with_failures(code: u8, comparison: &Comparison) -> u8 {
    match (code, comparison.failures().next()) {
        (exit::DONE, Some(_)) if comparison.diffs().next().is_some() => exit::PARTIAL,
        (exit::DONE, Some((_, error))) => exit::of_type_error(error),
        (code, _) => code,
    }
}

fn save(desk: &Desk, reviewed: &Reviewed, target: &Target<'_>) -> Result<u8, JobError> {
    SavedPlan::of(&desk.session, reviewed).write(target)?;
    let path = target.path();
    let operations = reviewed.plan().operations.len();
    if desk.json {
        document("sync", desk.with_interrupted(plan_body(reviewed, Some(path))));
    } else {
        let (path, operations) = (path.display(), counted(operations, "operation"));
        talk(&format!(
            "{operations} in {path}; nothing was sent. Carry them out with: skydeck apply {path}"
        ));
    }
    Ok(exit::DONE)
}

/// Carries a saved plan out.
pub async fn apply_saved(desk: &Desk, apply: &Apply) -> Result<u8, JobError> {
    let saved = SavedPlan::read(&apply.file)?;
    let cap = ceilings(desk, &apply.cap);
    let reviewed = desk.watch(review_saved(&desk.session, saved, Some(cap))).await?;
    let intent = Intent {
        command: "apply",
        listed: false,
        dry_run: false,
        writes_agreed: apply.yes,
        deletions_agreed: apply.yes,
        flag: "--yes",
    };
    write(desk, reviewed, &intent).await
}
