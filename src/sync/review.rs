//! From a comparison to a plan that a person, or a flag, agrees to.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::checks::{self, Diagnostic};
use super::locals::Locals;
use super::orphans;
use super::{Comparison, Edit, EditConflict, JobError, Session, blocking};
use crate::config::TypeConfig;
use crate::journal::{Place, RunId, RunKind};
use crate::record::diff::Diff;
use crate::record::guard::{DeletionCap, Deletions, Refusal, refusals};
use crate::record::plan::{Limits, Operation, Plan, Request, Verb, requests};
use crate::record::settle::Policy;
use crate::record::table::Status;

/// What of a comparison is to be done.
#[derive(Debug, Clone, Default)]
pub struct Choices {
    /// Whether orphans are deleted.
    pub delete_orphans: bool,
    /// Ceilings on deletion, in place of the configuration's.
    pub cap: Option<DeletionCap>,
    /// Records to leave alone, by type and name.
    pub excluded: HashSet<(String, String)>,
    /// The only records to touch; `None`: all that differ.
    pub only: Option<HashSet<(String, String)>>,
    /// Whether a person settles what somebody else has written in between, in place of the files' word counting.
    pub ask: bool,
}

/// A plan to be looked at. Nothing of it has been agreed to.
#[derive(Debug, Clone)]
pub struct Reviewed {
    place: Place,
    plan: Plan,
    digest: String,
    kind: RunKind,
    undoes: Option<RunId>,
    conflicts: Vec<EditConflict>,
    gone: Vec<Edit>,
    requests: usize,
    /// What was found about files, references and schema; see [`Reviewed::blocked`].
    pub diagnostics: Vec<Diagnostic>,
    /// What would stand against deleting every orphan; where they are not deleted it is told of, and no obstacle.
    pub against_orphans: Vec<Refusal>,
}

impl Reviewed {
    pub(super) fn new(
        session: &Session,
        plan: Plan,
        kind: RunKind,
        undoes: Option<RunId>,
    ) -> Result<Self, JobError> {
        only_types_of_the_manifest(session, &plan, kind)?;
        Reviewed::unchecked(session, plan, kind, undoes)
    }

    /// Makes a plan of any operations, for tests of the screen: nothing of it has been checked, and what the manifest does
    /// not name is refused when it is to run.
    #[doc(hidden)]
    pub fn unchecked(
        session: &Session,
        plan: Plan,
        kind: RunKind,
        undoes: Option<RunId>,
    ) -> Result<Self, JobError> {
        let digest = plan
            .digest()
            .map_err(|error| JobError::Broken(error.to_string()))?;
        Ok(Reviewed {
            place: session.place().clone(),
            requests: requests_of(&plan),
            plan,
            digest,
            kind,
            undoes,
            conflicts: Vec::new(),
            gone: Vec::new(),
            diagnostics: Vec::new(),
            against_orphans: Vec::new(),
        })
    }

    /// The same, beside edits that are not part of it.
    pub(super) fn beside(self, conflicts: Vec<EditConflict>, gone: Vec<Edit>) -> Self {
        Reviewed {
            conflicts,
            gone,
            ..self
        }
    }

    /// Edits that are not in the plan, since there are no such records any more.
    pub fn gone(&self) -> &[Edit] {
        &self.gone
    }

    /// Edits that are not in the plan, since somebody else has written to their records after they were looked at.
    pub fn conflicts(&self) -> &[EditConflict] {
        &self.conflicts
    }

    /// What would be sent.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// SHA-256 of the plan, in hex.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// What the run would be for.
    pub fn kind(&self) -> RunKind {
        self.kind
    }

    /// The run that this would take back.
    pub fn undoes(&self) -> Option<RunId> {
        self.undoes
    }

    /// Requests that it will take where nothing comes in between.
    pub fn requests(&self) -> usize {
        self.requests
    }

    /// Why the plan may not run, where a finding blocks it.
    pub fn blocked(&self) -> Option<JobError> {
        let found = checks::blocking(&self.diagnostics);
        (!found.is_empty()).then_some(JobError::Blocked(found))
    }

    /// Agrees to the plan with this digest: the one that was shown.
    ///
    /// # Errors
    /// When it is another plan, or when a finding blocks it.
    pub fn confirm(self, digest: &str) -> Result<Confirmed, JobError> {
        if let Some(error) = self.blocked() {
            return Err(error);
        }
        if digest == self.digest {
            Ok(Confirmed(self))
        } else {
            Err(JobError::OtherPlan)
        }
    }
}

/// What the manifest does not name is not ours to write. What is taken back was named when it was written, and must not be
/// out of reach because a type has left the manifest since.
pub(super) fn only_types_of_the_manifest(
    session: &Session,
    plan: &Plan,
    kind: RunKind,
) -> Result<(), JobError> {
    if kind == RunKind::Undo {
        return Ok(());
    }
    let is_named = |operation: &&Operation| session.config().type_named(&operation.record_type).is_some();
    let unnamed: BTreeSet<&str> = (plan.operations.iter())
        .filter(|operation| !is_named(operation))
        .map(|operation| operation.record_type.as_str())
        .collect();
    if unnamed.is_empty() {
        return Ok(());
    }
    let refusal = |record_type: &str| Refusal::NotInTheManifest {
        record_type: record_type.to_owned(),
    };
    Err(JobError::Refused(unnamed.into_iter().map(refusal).collect()))
}

/// A plan that was agreed to. It can only come from [`Reviewed::confirm`].
#[derive(Debug, Clone)]
pub struct Confirmed(Reviewed);

impl Confirmed {
    /// What was agreed to, for the place it was agreed to for.
    pub(super) fn into_parts(self, session: &Session) -> Result<(Plan, RunKind, Option<RunId>), JobError> {
        made_here("the plan", &self.0.place, session)?;
        only_types_of_the_manifest(session, &self.0.plan, self.0.kind)?;
        Ok((self.0.plan, self.0.kind, self.0.undoes))
    }
}

/// Change tags and differences mean nothing anywhere else.
fn made_here(what: &'static str, place: &Place, session: &Session) -> Result<(), JobError> {
    let here = session.place();
    if place == here {
        return Ok(());
    }
    Err(JobError::WrongConnection {
        what,
        made_for: place.to_string(),
        here: here.to_string(),
    })
}

/// Whose word counts in a run of this kind when somebody else has written in between.
pub(super) fn policy(kind: RunKind) -> Policy {
    match kind {
        RunKind::Sync | RunKind::Import => Policy::FilesWin,
        RunKind::AskingSync
        | RunKind::Undo
        | RunKind::Create
        | RunKind::Update
        | RunKind::Delete
        | RunKind::DeleteAll => Policy::TheyWin,
    }
}

/// Makes a plan of a comparison. Types that could not be compared take no part.
///
/// # Errors
/// When a guard says no, when a file changed since it was compared, or when the comparison was made of another place.
pub async fn review(
    session: &Arc<Session>,
    comparison: Arc<Comparison>,
    choices: Choices,
) -> Result<Reviewed, JobError> {
    made_here("the comparison", &comparison.place, session)?;
    let session = Arc::clone(session);
    blocking(move || {
        let mut operations = Vec::new();
        let mut unchanged = 0;
        for (type_config, diff) in comparison.diffs() {
            unchanged += diff.counts().unchanged;
            writes(&session, type_config, diff, &choices, &mut operations)?;
            if choices.delete_orphans {
                operations.extend(deletions(diff, &choices));
            }
        }
        let mut against = guard(&session, &comparison, &choices, &operations);
        against.extend(orphans::refusals(&session, &comparison, &operations)?);
        if choices.delete_orphans && !against.is_empty() {
            return Err(JobError::Refused(against));
        }
        let diagnostics = checks::diagnostics(&session, &comparison, &choices);
        checks::names_once(&diagnostics)?;
        let plan = Plan::new(operations, unchanged)?;
        let kind = if choices.ask {
            RunKind::AskingSync
        } else {
            RunKind::Sync
        };
        Ok(Reviewed {
            diagnostics,
            against_orphans: against,
            ..Reviewed::new(&session, plan, kind, None)?
        })
    })
    .await
}

/// Checks a plan that a file holds against the comparison of today.
pub(super) fn saved(
    session: &Session,
    comparison: &Comparison,
    plan: Plan,
    cap: Option<DeletionCap>,
) -> Result<Reviewed, JobError> {
    let choices = Choices {
        delete_orphans: plan.count(Verb::Delete) > 0,
        cap,
        ..Choices::default()
    };
    if choices.delete_orphans {
        let mut against = guard(session, comparison, &choices, &plan.operations);
        against.extend(orphans::refusals(session, comparison, &plan.operations)?);
        if !against.is_empty() {
            return Err(JobError::Refused(against));
        }
    }
    let diagnostics = checks::diagnostics(session, comparison, &choices);
    checks::names_once(&diagnostics)?;
    // In a safe order, whatever order the file has.
    let plan = Plan::new(plan.operations, plan.unchanged)?;
    Ok(Reviewed {
        diagnostics,
        ..Reviewed::new(session, plan, RunKind::Sync, None)?
    })
}

fn writes(
    session: &Session,
    type_config: &TypeConfig,
    diff: &Diff,
    choices: &Choices,
    operations: &mut Vec<Operation>,
) -> Result<(), JobError> {
    let table = diff.table();
    let differs = |row: &usize| {
        matches!(table.status(*row), Status::New | Status::Updated) && choices.includes(diff, *row)
    };
    let rows: Vec<usize> = diff.rows().filter(differs).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let mut locals = Locals::open(session, type_config)?;
    for row in rows {
        let local = locals.read(diff, row)?;
        operations.push(match table.cloud_record(row) {
            Some(cloud) => Operation::update(diff.shape(), local.fields, cloud),
            None => Operation::create(diff.shape(), local),
        });
    }
    Ok(())
}

fn deletions(diff: &Diff, choices: &Choices) -> Vec<Operation> {
    diff.with_status(Status::Orphan)
        .filter(|row| choices.includes(diff, *row))
        .filter_map(|row| diff.table().cloud_record(row))
        .map(Operation::delete)
        .collect()
}

impl Choices {
    pub(super) fn includes(&self, diff: &Diff, row: usize) -> bool {
        if self.excluded.is_empty() && self.only.is_none() {
            return true;
        }
        let record = (
            diff.shape().record_type.clone(),
            diff.table().name(row).to_owned(),
        );
        !self.excluded.contains(&record) && self.only.as_ref().is_none_or(|only| only.contains(&record))
    }
}

/// What stands against the deletions of a plan; where it has none, against deleting every orphan.
fn guard(
    session: &Session,
    comparison: &Comparison,
    choices: &Choices,
    operations: &[Operation],
) -> Vec<Refusal> {
    let planned = |record_type: &str, diff: &Diff| {
        if !choices.delete_orphans {
            return diff.counts().orphan;
        }
        let deletes = |one: &&Operation| one.verb == Verb::Delete && one.record_type == record_type;
        operations.iter().filter(deletes).count()
    };
    let deletions: Vec<Deletions> = comparison
        .diffs()
        .map(|(type_config, diff)| Deletions {
            record_type: type_config.name.clone(),
            records: planned(&type_config.name, diff),
            of: diff.counts().cloud(),
            incomplete: diff.incomplete.clone(),
        })
        .collect();
    let cap = choices.cap.unwrap_or_else(|| session.deletion_cap());
    let mut refusals = refusals(cap, &deletions);
    refusals.extend(
        comparison
            .failures()
            .map(|(type_config, _)| Refusal::NotCompared {
                record_type: type_config.name.clone(),
            }),
    );
    refusals
}

/// Requests of a plan: what is deleted or replaced as a whole is looked up first.
fn requests_of(plan: &Plan) -> usize {
    let looked_up = |request: &Request| {
        let first = plan.operations.get(request.operations.start);
        first.is_some_and(|one| matches!(one.verb, Verb::Delete | Verb::ForceReplace))
    };
    let requests = requests(&plan.operations, Limits::default());
    requests.len() + requests.iter().filter(|request| looked_up(request)).count()
}
