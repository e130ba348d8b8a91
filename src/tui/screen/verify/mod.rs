//! Verification, quick and deep: a line per type as it comes in, then what is not as on disk.

mod found;
mod view;

use std::collections::HashMap;

use crate::sync::{Depth, Event, Report, Side};
use crate::tui::action::Action;
use crate::tui::effect::{Effect, Work};
use crate::tui::failure::Failure;
use crate::tui::hits::Pane;
use crate::tui::job::Kind;
use crate::tui::message::Verdicts;
use crate::tui::screen::sync;
use crate::tui::state::{Screen, State};
use crate::tui::text::{ago, counted};
use crate::tui::theme::Role;
use crate::tui::update::Gesture;
use crate::tui::widget::cursor::Cursor;
use crate::tui::widget::scroll::Scroll;

use found::Found;

pub use view::view;

/// Verification's own.
#[derive(Debug, Default)]
pub struct Verify {
    deep: bool,
    /// When it ended; `None` while it runs.
    ended: Option<i64>,
    lines: Vec<Line>,
    failure: Option<Failure>,
    found: Found,
    cursor: Cursor,
    /// Whether the types are in front of what was found, where there is no room for both.
    types_in_front: bool,
    /// How far the types are scrolled.
    scroll: TypesScroll,
    last: HashMap<String, Last>,
}

/// How far the types are scrolled, in the pane beside what was found.
#[derive(Debug)]
struct TypesScroll(Scroll);

impl Default for TypesScroll {
    fn default() -> Self {
        TypesScroll(Scroll::of(Pane::Side))
    }
}

/// A type being verified, or verified.
#[derive(Debug)]
struct Line {
    record_type: String,
    /// Records read, of the files and of the cloud.
    read: (u64, u64),
    /// Records checked field by field, of how many.
    checked: Option<(u64, u64)>,
    /// The verdict in a line, and whether it is good.
    verdict: Option<(String, bool)>,
    /// What was checked, where that is not everything.
    coverage: Option<String>,
    failure: Option<Failure>,
}

/// When and how a type was verified last.
#[derive(Debug, Clone, Copy)]
struct Last {
    time: i64,
    deep: bool,
    good: bool,
    /// Whether something was written since.
    outdated: bool,
}

impl Verify {
    /// Whether something was written since to a type of the last verification.
    fn outdated(&self) -> bool {
        let last = |line: &Line| self.last.get(&line.record_type);
        self.lines.iter().filter_map(last).any(|last| last.outdated)
    }

    /// When a type was verified last, in words.
    pub fn last_of(&self, record_type: &str, now: i64) -> String {
        let Some(last) = self.last.get(record_type) else {
            return "not in this session".to_owned();
        };
        let depth = if last.deep { "deep" } else { "quick" };
        if last.outdated {
            return format!("{depth}, before the last run");
        }
        let verdict = if last.good { "ok" } else { "NOT ok" };
        format!("{}, {depth}: {verdict}", ago(now - last.time))
    }
}

/// Whether an action can be done here now, or why not.
pub fn enabled(action: Action, state: &State) -> Result<(), String> {
    if action != Action::Repair {
        return Ok(());
    }
    if state.job(Kind::Verify).is_some() {
        return Err("still verifying".to_owned());
    }
    if state.job(Kind::Run).is_some() {
        return Err("a run is under way; one writes at a time".to_owned());
    }
    match (state.verify.ended, state.verify.found.len()) {
        (None, _) => Err("nothing was verified yet; v does it".to_owned()),
        (Some(_), 0) => Err("nothing was found that needs a repair".to_owned()),
        _ => Ok(()),
    }
}

/// Begins with every type.
pub fn begin(state: &mut State, depth: Depth) -> Vec<Effect> {
    begin_with(state, Vec::new(), depth)
}

/// Begins with these types; all where none is named.
pub fn begin_with(state: &mut State, types: Vec<String>, depth: Depth) -> Vec<Effect> {
    let wanted = state.types.iter().map(|one| one.config.name.clone());
    let lines = wanted
        .filter(|name| types.is_empty() || types.contains(name))
        .map(|record_type| Line {
            record_type,
            read: (0, 0),
            checked: None,
            verdict: None,
            coverage: None,
            failure: None,
        });
    state.verify = Verify {
        deep: depth == Depth::Deep,
        lines: lines.collect(),
        last: std::mem::take(&mut state.verify.last),
        ..Verify::default()
    };
    vec![state.start(Kind::Verify, Work::Verify(types, depth))]
}

/// Does an action of this screen.
pub fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let (rows, height) = (state.verify.found.len(), state.hits.height(Pane::Main));
    match action {
        Action::Open => {
            let row = state.verify.found.row(state.verify.cursor.at);
            let subject = row.map(|row| (row.record_type.to_owned(), row.name.to_owned()));
            subject.map_or_else(Vec::new, |(record_type, name)| {
                sync::go_to(state, &record_type, name)
            })
        }
        Action::Repair => {
            let wanted = state.verify.found.records();
            state.say(
                Role::Good,
                format!("{} to be repaired", counted(wanted.len(), "record")),
            );
            sync::repair(state, wanted)
        }
        Action::NextPane | Action::PreviousPane => {
            state.verify.types_in_front = !state.verify.types_in_front;
            Vec::new()
        }
        // The types have the keys where they were drawn to be scrolled.
        action if state.hits.length(Pane::Side) > 0 => {
            state.verify.scroll.0.act(action, &state.hits);
            Vec::new()
        }
        action => {
            state.verify.cursor.act(action, rows, height);
            Vec::new()
        }
    }
}

/// Leaves what can be left before the screen itself: what is under way is cancelled.
pub fn back(state: &mut State) -> Option<Vec<Effect>> {
    let mut jobs = state.jobs.iter_mut();
    let job = jobs.find(|job| job.kind == Kind::Verify && !job.cancelling)?;
    job.cancelling = true;
    Some(vec![Effect::Cancel(job.id)])
}

/// Does what the mouse means: a second click on a row is Enter.
pub fn gesture(state: &mut State, pane: Pane, gesture: Gesture) -> Vec<Effect> {
    let (rows, height) = (state.verify.found.len(), state.hits.height(Pane::Main));
    match gesture {
        Gesture::Wheel(down) if pane == Pane::Side => state.verify.scroll.0.wheel(down, &state.hits),
        Gesture::Row(line) if pane == Pane::Side => state.verify.scroll.0.go(line, &state.hits),
        Gesture::Row(row) if row == state.verify.cursor.at => return act(state, Action::Open),
        Gesture::Row(row) => state.verify.cursor.go(row, rows, height),
        Gesture::Wheel(down) => state.verify.cursor.wheel(down, rows, height),
        _ => {}
    }
    Vec::new()
}

/// Something was read, checked, or decided.
pub fn told(state: &mut State, event: &Event) {
    if state.job(Kind::Verify).is_none() {
        return;
    }
    let (Event::Reading { record_type, .. }
    | Event::Checked { record_type, .. }
    | Event::Verified { record_type, .. }) = event
    else {
        return;
    };
    let mut lines = state.verify.lines.iter_mut();
    let Some(line) = lines.find(|line| line.record_type == *record_type) else {
        return;
    };
    match event {
        Event::Reading { side, records, .. } => match side {
            Side::Local => line.read.0 = *records,
            Side::Cloud => line.read.1 = *records,
        },
        Event::Checked { records, of, .. } => line.checked = Some((*records, *of)),
        Event::Verified { verdict, good, .. } => line.verdict = Some((verdict.clone(), *good)),
        _ => {}
    }
}

/// What was found.
pub fn verified(state: &mut State, result: Result<Verdicts, Failure>) -> Vec<Effect> {
    let verdicts = match result {
        Ok(verdicts) => verdicts,
        Err(failure) => {
            state.verify.failure = Some(failure.clone());
            return crate::tui::done::tell(state, failure);
        }
    };
    let (now, deep) = (state.now, state.verify.deep);
    let mut good = Vec::new();
    for (record_type, verdict) in verdicts {
        let fine = matches!(&verdict, Ok(verdict) if verdict.is_ok() && verdict.incomplete.is_none());
        let last = Last {
            time: now,
            deep,
            good: fine,
            outdated: false,
        };
        state.verify.last.insert(record_type.clone(), last);
        let mut lines = state.verify.lines.iter_mut();
        let line = lines.find(|line| line.record_type == record_type);
        match (verdict, line) {
            (Ok(verdict), Some(line)) => {
                line.verdict = Some((verdict.to_string(), fine));
                line.coverage = (!deep).then(|| verdict.coverage());
                good.push(verdict);
            }
            (Err(failure), Some(line)) => line.failure = Some(failure),
            _ => {}
        }
    }
    state.verify.found = Found::new(good);
    state.verify.cursor = Cursor::default();
    state.verify.ended = Some(now);
    if state.screen != Screen::Verify {
        say(state);
    }
    Vec::new()
}

/// A run has ended: what was verified before tells of the cloud as it was.
pub fn applied(state: &mut State, report: &Report) {
    if report.created + report.updated + report.deleted + report.unknown > 0 {
        for last in state.verify.last.values_mut() {
            last.outdated = true;
        }
    }
}

/// The result for those who have gone elsewhere meanwhile.
fn say(state: &mut State) {
    let failed = state
        .verify
        .lines
        .iter()
        .filter(|line| line.failure.is_some())
        .count();
    let found = state.verify.found.records().len();
    let (role, text) = match (failed, found) {
        (0, 0) if state.verify.deep => (Role::Good, "verified: every field matches".to_owned()),
        (0, 0) => (
            Role::Good,
            "verified: counts, names and the samples match".to_owned(),
        ),
        (0, found) => (
            Role::Danger,
            format!(
                "verification found {}; 4 shows them",
                counted(found, "wrong record")
            ),
        ),
        (failed, _) => (
            Role::Danger,
            format!("{} could not be verified; 4 shows why", counted(failed, "type")),
        ),
    };
    state.say(role, text);
}
