//! From one step to the next, and back.

use std::sync::Arc;

use super::report::Outcome;
use super::review::Review;
use super::{Stage, Sync};
use crate::journal::RunKind;
use crate::sync::{Choices, Report, Reviewed};
use crate::tui::effect::{Effect, Excluded, Work};
use crate::tui::failure::Failure;
use crate::tui::job::{Job, JobId, Kind};
use crate::tui::perform;
use crate::tui::state::{Screen, State};
use crate::tui::theme::Role;

/// A comparison older than this is made anew before a plan is made of it; milliseconds.
const FRESH: i64 = 5 * 60 * 1000;

/// Begins: compares where that was not done just now, then plans.
pub fn begin(state: &mut State) -> Vec<Effect> {
    let shown = state.sync.stage == Stage::Review && state.sync.only.is_none();
    if shown && !state.sync.dry && is_fresh(state) {
        state.say(Role::Good, "this is the plan; d compares anew");
        return Vec::new();
    }
    if state.sync.stage == Stage::Review && (state.sync.dry || state.sync.only.is_some()) {
        state.sync.review = None;
    }
    state.sync.only = None;
    start(state)
}

/// Puts records that were found wrong into a plan of their own. It is made of a new comparison.
pub fn repair(state: &mut State, only: Excluded) -> Vec<Effect> {
    state.screen = Screen::Sync;
    state.sync.review = None;
    state.sync.only = Some(only);
    state.sync.compared_at = None;
    start(state)
}

fn start(state: &mut State) -> Vec<Effect> {
    state.sync.failure = None;
    state.sync.dry = false;
    if is_fresh(state) {
        return plan(state);
    }
    compare_first(state)
}

/// Whether there is a comparison of this session that is still worth a plan.
fn is_fresh(state: &State) -> bool {
    let young = state
        .sync
        .compared_at
        .is_some_and(|time| state.now - time < FRESH);
    young && state.comparison.is_some() && state.job(Kind::Compare).is_none()
}

fn compare_first(state: &mut State) -> Vec<Effect> {
    state.sync.stage = Stage::Comparing;
    if state.job(Kind::Compare).is_some() {
        return Vec::new();
    }
    perform::compare(state)
}

fn plan(state: &mut State) -> Vec<Effect> {
    let Some(comparison) = state.comparison.clone() else {
        return compare_first(state);
    };
    let choices = Choices {
        only: state.sync.only.clone(),
        ..Choices::default()
    };
    look(state, Work::Review(comparison, Box::new(choices)))
}

fn look(state: &mut State, work: Work) -> Vec<Effect> {
    let (id, effect) = state.begin(Kind::Review, work);
    state.sync.looks.push(id);
    if state.sync.stage != Stage::Review {
        state.sync.stage = Stage::Planning;
    }
    vec![effect]
}

/// Orphans are to be deleted too.
pub fn with_orphans(state: &mut State) {
    match &mut state.sync.review {
        Some(review) if state.sync.stage == Stage::Review => {
            if review.tree.included().1 == 0 {
                review.turn_orphans();
            }
        }
        _ => state.sync.orphans_wanted = true,
    }
}

/// Shows what an import would send.
pub fn dry_run(state: &mut State) -> Vec<Effect> {
    state.screen = Screen::Sync;
    state.sync = Sync {
        compared_at: state.sync.compared_at,
        looks: std::mem::take(&mut state.sync.looks),
        dry: true,
        ..Sync::default()
    };
    look(state, Work::Import(Vec::new()))
}

/// Plans to delete everything; what shall follow is for the menu to say afterwards.
pub fn delete_all(state: &mut State) -> Vec<Effect> {
    state.sync.import_wanted = false;
    vec![state.start(Kind::Review, Work::DeleteAll(Vec::new()))]
}

/// Makes the plan for good; when it is there it is asked about.
pub(super) fn conclude(state: &mut State) -> Vec<Effect> {
    let Some(review) = &state.sync.review else {
        return Vec::new();
    };
    let Some(comparison) = review.comparison.clone() else {
        return Vec::new();
    };
    let choices = Box::new(review.choices());
    let (id, effect) = state.begin(Kind::Review, Work::Review(comparison, choices));
    state.sync.last = Some(id);
    vec![effect]
}

/// Gives a comparison or a plan up that is under way.
pub(super) fn give_up(state: &mut State) -> Vec<Effect> {
    let comparing = state.sync.stage == Stage::Comparing;
    state.sync.stage = Stage::Idle;
    state.sync.orphans_wanted = false;
    let job = state
        .jobs
        .iter_mut()
        .find(|job| job.kind == Kind::Compare && !job.cancelling);
    match job {
        Some(job) if comparing => {
            job.cancelling = true;
            vec![Effect::Cancel(job.id)]
        }
        _ => Vec::new(),
    }
}

/// A comparison has ended: what was waiting for it goes on, and a plan that is being looked at is made anew.
pub fn compared(state: &mut State) -> Vec<Effect> {
    state.sync.compared_at = Some(state.now);
    match state.sync.stage {
        Stage::Comparing => plan(state),
        Stage::Review | Stage::Planning if !state.sync.dry => plan(state),
        _ => Vec::new(),
    }
}

/// A comparison has failed.
pub fn failed_to_compare(state: &mut State, failure: &Failure) {
    if state.sync.stage == Stage::Comparing {
        state.sync.stage = Stage::Idle;
        state.sync.failure = (!failure.cancelled).then(|| failure.clone());
    }
}

/// Whether a plan was made for the review.
pub fn takes(state: &State, job: JobId) -> bool {
    state.sync.looks.contains(&job)
}

/// A plan is there to be reviewed. One that was overtaken by another is of no use.
pub fn reviewed(state: &mut State, job: JobId, reviewed: Reviewed) -> Vec<Effect> {
    let latest = state.sync.looks.last() == Some(&job);
    state.sync.looks.retain(|look| *look != job);
    if !latest || !matches!(state.sync.stage, Stage::Planning | Stage::Review) {
        return Vec::new();
    }
    let comparison = state.comparison.clone().filter(|_| !state.sync.dry);
    let mut review = Review::new(reviewed, comparison, state.sync.only.clone());
    if let Some(before) = state.sync.review.take() {
        review.keep(&before);
    }
    if std::mem::take(&mut state.sync.orphans_wanted) && review.orphans() > 0 {
        review.turn_orphans();
    }
    state.sync.review = Some(review);
    state.sync.stage = Stage::Review;
    Vec::new()
}

/// A plan could not be made, or a run could not begin. What is to be done, and whether it was told of.
pub fn failed(state: &mut State, job: JobId, failure: &Failure) -> (Vec<Effect>, bool) {
    let looked = state.sync.looks.contains(&job);
    state.sync.looks.retain(|look| *look != job);
    if failure.stale && (looked || state.sync.last == Some(job)) {
        state.say(Role::Warning, "a file has changed meanwhile: comparing again");
        if looked {
            state.sync.stage = Stage::Comparing;
        }
        let comparing = state.job(Kind::Compare).is_some();
        let effects = if comparing {
            Vec::new()
        } else {
            perform::compare(state)
        };
        return (effects, true);
    }
    if looked && state.sync.stage == Stage::Planning {
        state.sync.stage = Stage::Idle;
        state.sync.failure = (!failure.cancelled).then(|| failure.clone());
    }
    if state.sync.stage == Stage::Running && state.job(Kind::Run).is_none() {
        state.sync.stage = match state.sync.review {
            Some(_) => Stage::Review,
            None => Stage::Idle,
        };
    }
    (Vec::new(), false)
}

/// A run has begun, whatever for. One of a single record leaves the user where they are.
pub fn running(state: &mut State, in_sight: bool) {
    state.sync.in_sight = in_sight;
    if in_sight {
        state.screen = Screen::Sync;
        state.sync.stage = Stage::Running;
    }
}

/// A run has ended.
pub fn applied(state: &mut State, report: Arc<Report>, job: Option<&Job>) -> Vec<Effect> {
    let mut effects = Vec::new();
    if report.kind == RunKind::DeleteAll && std::mem::take(&mut state.sync.import_wanted) {
        if report.is_done() {
            effects.push(state.start(Kind::Review, Work::Import(Vec::new())));
        } else {
            state.say(Role::Warning, "not everything was deleted, so no import follows");
        }
    }
    let in_sight = state.sync.in_sight;
    if !in_sight {
        let (role, text) = in_passing(&report);
        state.say(role, text);
    }
    let outcome = Outcome::new(report, job, state.now);
    if in_sight || state.sync.stage == Stage::Idle {
        state.sync.stage = Stage::Report;
        state.sync.review = None;
        state.sync.only = None;
    }
    state.sync.report = Some(outcome);
    effects
}

/// What became of a single record.
fn in_passing(report: &Report) -> (Role, String) {
    let unhappy = report.conflicted.iter().chain(&report.refused).next();
    if let Some(one) = unhappy {
        return (Role::Danger, format!("{} was not written: {}", one.name, one.why));
    }
    if let Some(error) = &report.stopped {
        let written = report.created + report.updated + report.deleted + report.unknown > 0;
        let what = if written { "stopped" } else { "nothing was written" };
        return (Role::Danger, format!("{what}: {error}"));
    }
    let what = match (report.created, report.updated, report.deleted) {
        (1.., ..) => "created",
        (_, 1.., _) => "saved",
        (_, _, 1..) => "deleted",
        _ if report.unknown > 0 => {
            return (
                Role::Warning,
                "sent, and no answer came; R in History settles it".into(),
            );
        }
        _ if report.already_gone > 0 => "it was already gone",
        _ => "it was so already",
    };
    (Role::Good, what.to_owned())
}
