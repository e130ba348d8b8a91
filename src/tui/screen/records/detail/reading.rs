//! How a record comes to be known: read as it was compared, looked up, searched for, all beside the loop.

use std::sync::Arc;

use super::Tab;
use super::shown::{Search, Shown};
use crate::config::TypeConfig;
use crate::journal::{Entry, Run};
use crate::sync::{BothSides, Found, Referrers};
use crate::tui::effect::{Effect, Work};
use crate::tui::failure::Failure;
use crate::tui::job::{JobId, Kind};
use crate::tui::screen::records::{Subject, edit};
use crate::tui::state::State;
use crate::tui::widget::cursor::Cursor;

/// `w`: searches for records that refer to this one.
pub(in crate::tui::screen::records) fn search(state: &mut State) -> Vec<Effect> {
    let (Some(comparison), Some(subject)) = (state.comparison.clone(), state.records.list.subject(state))
    else {
        return Vec::new();
    };
    let mut effects = wanted(state);
    state.records.in_detail = true;
    state.records.detail.tab = Tab::References;
    let shown = state.records.detail.shown.as_ref();
    if matches!(shown.map(|shown| &shown.search), Some(Search::Running(_))) {
        return effects;
    }
    let (job, effect) = state.begin(Kind::Find, Work::Referrers(comparison, subject.name));
    if let Some(shown) = &mut state.records.detail.shown {
        shown.search = Search::Running(job);
    }
    effects.push(effect);
    effects
}

/// Esc ends a search that is under way.
pub(in crate::tui::screen::records) fn back(state: &mut State) -> Option<Vec<Effect>> {
    let shown = state.records.detail.shown.as_ref()?;
    let Search::Running(job) = shown.search else {
        return None;
    };
    let running = state
        .jobs
        .iter_mut()
        .find(|one| one.id == job && !one.cancelling)?;
    running.cancelling = true;
    Some(vec![Effect::Cancel(job)])
}

/// The record under the cursor: read as it was compared at once, looked up after it has stayed there for a moment.
pub(in crate::tui::screen::records) fn wanted(state: &mut State) -> Vec<Effect> {
    let subject = state.records.list.subject(state);
    let now = state.now;
    let mut effects = Vec::new();
    let is_other = state.records.detail.shown.as_ref().map(|shown| &shown.subject) != subject.as_ref();
    if is_other {
        let left = state.records.detail.shown.take();
        let jobs = left.iter().flat_map(Shown::jobs);
        effects.extend(jobs.map(Effect::Cancel));
        state.records.detail.cursors[1..].fill(Cursor::default());
        let config = subject.as_ref().and_then(|subject| config_of(state, subject));
        state.records.detail.shown = subject.map(|subject| Shown::new(subject, config, now));
    }
    effects.extend(read_sides(state));
    effects.extend(look_up(state));
    effects.extend(read_past(state));
    effects
}

fn read_sides(state: &mut State) -> Option<Effect> {
    let comparison = state.comparison.clone()?;
    let shown = state
        .records
        .detail
        .shown
        .as_ref()
        .filter(|shown| shown.wants_sides())?;
    let config = &state.types.get(shown.subject.type_index)?.config;
    let type_index = comparison
        .types
        .iter()
        .position(|one| one.type_config.name == config.name)?;
    let diff = comparison.types.get(type_index)?.outcome.as_ref().ok()?;
    let row = diff.table().find(&shown.subject.name)?;
    let work = Work::Sides {
        comparison,
        type_index,
        row,
    };
    let (job, effect) = state.begin(Kind::Quiet, work);
    state.records.detail.shown.as_mut()?.reading = Some(job);
    Some(effect)
}

/// A record that was opened is looked up at once.
fn look_up(state: &mut State) -> Vec<Effect> {
    let (now, opened) = (state.now, state.records.in_detail);
    let shown = state.records.detail.shown.as_ref();
    let is_due = |due: i64| due <= now || opened;
    if shown.is_some_and(|shown| shown.asking.is_none() && shown.due.is_some_and(is_due)) {
        return look_up_now(state, Kind::Quiet);
    }
    Vec::new()
}

/// Looks the record up, whatever is known of it.
pub(in crate::tui::screen::records) fn look_up_now(state: &mut State, kind: Kind) -> Vec<Effect> {
    let Some(subject) = state.records.list.subject(state) else {
        return Vec::new();
    };
    let Some(one) = state.types.get(subject.type_index) else {
        return Vec::new();
    };
    let work = Work::Find {
        record_type: one.config.name.clone(),
        name: subject.name.clone(),
    };
    let (job, effect) = state.begin(kind, work);
    let now = state.now;
    let config = config_of(state, &subject);
    let detail = &mut state.records.detail;
    if detail.shown.as_ref().is_none_or(|shown| shown.subject != subject) {
        detail.shown = Some(Shown::new(subject, config, now));
    }
    let mut effects = Vec::new();
    if let Some(shown) = &mut detail.shown {
        effects.extend(shown.asking.replace(job).map(Effect::Cancel));
        shown.due = None;
    }
    effects.push(effect);
    effects
}

fn config_of(state: &State, subject: &Subject) -> Option<Arc<TypeConfig>> {
    let one = state.types.get(subject.type_index)?;
    Some(Arc::clone(&one.config))
}

fn read_past(state: &mut State) -> Option<Effect> {
    let wants = state.records.detail.tab == Tab::History;
    let shown = state.records.detail.shown.as_mut()?;
    if !wants || shown.past_asked {
        return None;
    }
    shown.past_asked = true;
    let name = shown.subject.name.clone();
    Some(state.start(Kind::Quiet, Work::RecordHistory(name)))
}

/// What was read of the comparison before is not so any more.
pub(in crate::tui::screen::records) fn compared(state: &mut State) {
    if let Some(shown) = &mut state.records.detail.shown {
        shown.forget_sides(state.now);
    }
}

/// A run has ended: what it did to the record is in the journal now.
pub(in crate::tui::screen::records) fn applied(state: &mut State) {
    if let Some(shown) = &mut state.records.detail.shown {
        shown.past_asked = false;
        shown.due = Some(state.now);
    }
}

pub(in crate::tui::screen::records) fn sides(
    state: &mut State,
    job: JobId,
    result: Result<Box<BothSides>, Failure>,
) -> Vec<Effect> {
    if let Some(shown) = state.records.detail.shown.as_mut()
        && shown.reading == Some(job)
    {
        shown.read(result.map_err(|failure| failure.why));
    }
    Vec::new()
}

pub(in crate::tui::screen::records) fn found(
    state: &mut State,
    job: JobId,
    result: Result<Box<Found>, Failure>,
) -> Vec<Effect> {
    let now = state.now;
    let shown = state.records.detail.shown.as_mut();
    let Some(shown) = shown.filter(|shown| shown.asking == Some(job)) else {
        return Vec::new();
    };
    shown.found(result, now);
    edit::looked_up(state)
}

pub(in crate::tui::screen::records) fn referrers(
    state: &mut State,
    job: JobId,
    result: Result<Box<Referrers>, Failure>,
) -> Vec<Effect> {
    if let Some(shown) = state.records.detail.shown.as_mut()
        && matches!(shown.search, Search::Running(running) if running == job)
    {
        shown.search = match result {
            Ok(found) => Search::Found(*found),
            Err(failure) if failure.cancelled => Search::No,
            Err(failure) => Search::Failed(failure.why),
        };
    }
    Vec::new()
}

pub(in crate::tui::screen::records) fn history(
    state: &mut State,
    name: &str,
    result: Result<Vec<(Run, Entry)>, Failure>,
) -> Vec<Effect> {
    if let Some(shown) = state.records.detail.shown.as_mut()
        && shown.subject.name == name
    {
        shown.past = Some(result.map_err(|failure| failure.why));
    }
    Vec::new()
}
