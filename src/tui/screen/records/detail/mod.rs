//! The record under the cursor. Until it was looked up it is shown as it was compared; what the lookup says takes the
//! place of that.
//!
//! - [`shown`]: what is known of the record
//! - `fields`, `references`, `past`: the tabs, that of the JSON being no more than lines
//! - `view`: the pane around them

mod copy;
mod fields;
mod past;
mod references;
mod shown;
mod view;

use crate::journal::{Entry, Run};
use crate::record::Record;
use crate::sync::{BothSides, Found, Referrers};
use crate::tui::action::Action;
use crate::tui::dialog::whole::Whole;
use crate::tui::effect::{Effect, Work};
use crate::tui::failure::Failure;
use crate::tui::hits::Pane;
use crate::tui::job::{JobId, Kind};
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::update::Gesture;
use crate::tui::widget::cursor::Cursor;

use super::{Subject, edit, list};
use shown::{Search, Shown};

pub(super) use view::view;

pub use past::time;
pub use references::known;

/// Records that one can go back to.
const MOST_RETURNS: usize = 100;

/// What is shown of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tab {
    /// Field by field, both sides.
    #[default]
    Fields,
    /// The cloud's record as the service shows it.
    Json,
    /// What it refers to, and who refers to it.
    References,
    /// What runs have done to it.
    History,
}

impl Tab {
    const ALL: [(Tab, &'static str); 4] = [
        (Tab::Fields, "Fields"),
        (Tab::Json, "Raw JSON"),
        (Tab::References, "References"),
        (Tab::History, "History"),
    ];
}

/// The right side's own.
#[derive(Debug, Default)]
pub struct Detail {
    tab: Tab,
    shown: Option<Shown>,
    cursors: [Cursor; 4],
    returns: Vec<Subject>,
}

impl Detail {
    /// When the record is to be looked up, unless it is left before.
    pub fn due(&self) -> Option<i64> {
        self.shown.as_ref()?.due
    }

    /// The cloud's record as a lookup has told it; `None` before that, and where there is none.
    pub fn looked_up(&self, subject: &Subject) -> Option<&Record> {
        let shown = self.shown.as_ref().filter(|shown| shown.subject == *subject)?;
        shown.looked_up()
    }

    fn cursor(&mut self) -> &mut Cursor {
        &mut self.cursors[self.tab as usize]
    }

    /// The field under the cursor, and whether it is foreign.
    pub fn field(&self, state: &State) -> Option<(String, bool)> {
        if self.tab != Tab::Fields {
            return None;
        }
        let shown = self.shown.as_ref()?;
        let config = &state.types.get(shown.subject.type_index)?.config;
        let rows = fields::rows(config, shown);
        let row = rows.get(self.cursors[Tab::Fields as usize].at)?;
        Some((row.name.to_owned(), row.foreign))
    }
}

pub(super) fn enabled(action: Action, state: &State) -> Result<(), String> {
    let detail = &state.records.detail;
    match action {
        Action::Return if detail.returns.is_empty() => {
            Err("no reference was followed; Esc goes to the list".to_owned())
        }
        Action::LookUp | Action::Copy | Action::ReferencedBy
            if state.screen == crate::tui::state::Screen::Records
                && state.records.list.subject(state).is_none() =>
        {
            Err("there is no record here".to_owned())
        }
        _ => Ok(()),
    }
}

pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let height = state.hits.height(Pane::Side);
    match action {
        Action::Left => turn(state, Tab::ALL.len() - 1),
        Action::Right => turn(state, 1),
        Action::LookUp => {
            state.records.detail.shown = None;
            look_up_now(state, Kind::Find)
        }
        Action::Copy => copy::open(state),
        Action::ReferencedBy => search(state),
        Action::Return => {
            let Some(subject) = state.records.detail.returns.pop() else {
                return Vec::new();
            };
            super::go_to(state, subject)
        }
        Action::Open => open(state),
        _ => {
            let rows = rows(state, height);
            let detail = &mut state.records.detail;
            if detail.cursor().act(action, rows, height) {
                return Vec::new();
            }
            state.records.in_detail = action != Action::Filter;
            list::act(state, action)
        }
    }
}

pub(super) fn gesture(state: &mut State, gesture: Gesture) -> Vec<Effect> {
    let height = state.hits.height(Pane::Side);
    let rows = rows(state, height);
    let detail = &mut state.records.detail;
    match gesture {
        Gesture::Head(tab) => match Tab::ALL.get(tab) {
            Some((tab, _)) => detail.tab = *tab,
            None => return Vec::new(),
        },
        Gesture::Row(row) if row == detail.cursor().at && detail.tab != Tab::Json => return open(state),
        Gesture::Row(row) => detail.cursor().go(row, rows, height),
        Gesture::Wheel(down) if detail.scrolls() => {
            let action = if down { Action::Down } else { Action::Up };
            for _ in 0..3 {
                detail.cursor().act(action, rows, height);
            }
        }
        Gesture::Wheel(down) => detail.cursor().wheel(down, rows, height),
        Gesture::Cell(..) | Gesture::Focus => {}
    }
    Vec::new()
}

impl Detail {
    /// Whether the cursor of the tab is the first line in sight, and no line under a cursor.
    fn scrolls(&self) -> bool {
        matches!(self.tab, Tab::Json | Tab::History)
    }
}

/// Rows that the cursor of the tab may be on.
fn rows(state: &State, height: usize) -> usize {
    let Some(shown) = &state.records.detail.shown else {
        return 0;
    };
    let first_lines = |lines: usize| lines.saturating_sub(height) + 1;
    match state.records.detail.tab {
        Tab::Fields => state
            .types
            .get(shown.subject.type_index)
            .map_or(0, |one| fields::rows(&one.config, shown).len()),
        Tab::Json => first_lines(shown.json.len()),
        Tab::References => references::links(state, shown).len(),
        Tab::History => first_lines(past::length(shown)),
    }
}

fn turn(state: &mut State, steps: usize) -> Vec<Effect> {
    let detail = &mut state.records.detail;
    let (tab, _) = Tab::ALL[(detail.tab as usize + steps) % Tab::ALL.len()];
    detail.tab = tab;
    Vec::new()
}

/// Enter: follows a reference, or shows a value as a whole.
fn open(state: &mut State) -> Vec<Effect> {
    let at = state.records.detail.cursor().at;
    let Some(shown) = &state.records.detail.shown else {
        return Vec::new();
    };
    match state.records.detail.tab {
        Tab::Fields => {
            let Some(one) = state.types.get(shown.subject.type_index) else {
                return Vec::new();
            };
            let Some(row) = fields::rows(&one.config, shown).into_iter().nth(at) else {
                return Vec::new();
            };
            let target = row.reference().map(str::to_owned);
            if let Some(target) = target {
                let hint = one.config.fields.iter().find(|field| field.name == row.name);
                let hint = hint.and_then(|field| field.target.clone());
                return follow(state, &target, hint.as_deref());
            }
            let dialog = Whole::new(row.name, row.sides());
            state.open(dialog);
            Vec::new()
        }
        Tab::References => {
            let links = references::links(state, shown);
            let Some(link) = links.get(at) else {
                return Vec::new();
            };
            let (name, hint) = (link.name.clone(), link.record_type.clone());
            follow(state, &name, hint.as_deref())
        }
        Tab::Json => {
            state.say(Role::Warning, "y copies the JSON, E edits the record");
            Vec::new()
        }
        Tab::History => {
            state.say(Role::Warning, "5 shows whole runs, and takes them back");
            Vec::new()
        }
    }
}

fn follow(state: &mut State, name: &str, record_type: Option<&str>) -> Vec<Effect> {
    let Some(subject) = references::known(state, name, record_type) else {
        state.say(
            Role::Warning,
            format!("{name} is neither in the files nor in the cloud's listing"),
        );
        return Vec::new();
    };
    if let Some(here) = state.records.list.subject(state) {
        let returns = &mut state.records.detail.returns;
        returns.push(here);
        let surplus = returns.len().saturating_sub(MOST_RETURNS);
        returns.drain(..surplus);
    }
    super::go_to(state, subject)
}

/// `w`: searches for records that refer to this one.
fn search(state: &mut State) -> Vec<Effect> {
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
pub(super) fn back(state: &mut State) -> Option<Vec<Effect>> {
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
pub(super) fn wanted(state: &mut State) -> Vec<Effect> {
    let subject = state.records.list.subject(state);
    let now = state.now;
    let mut effects = Vec::new();
    let is_other = state.records.detail.shown.as_ref().map(|shown| &shown.subject) != subject.as_ref();
    if is_other {
        let left = state.records.detail.shown.take();
        let jobs = left.iter().flat_map(Shown::jobs);
        effects.extend(jobs.map(Effect::Cancel));
        state.records.detail.cursors[1..].fill(Cursor::default());
        state.records.detail.shown = subject.map(|subject| Shown::new(subject, now));
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
    let opened = state.records.in_detail;
    let now = state.now;
    let is_due =
        |shown: &&mut Shown| shown.asking.is_none() && shown.due.is_some_and(|due| due <= now || opened);
    if state.records.detail.shown.as_mut().filter(is_due).is_some() {
        return look_up_now(state, Kind::Quiet);
    }
    Vec::new()
}

/// Looks the record up, whatever is known of it.
pub(super) fn look_up_now(state: &mut State, kind: Kind) -> Vec<Effect> {
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
    let detail = &mut state.records.detail;
    if detail.shown.as_ref().is_none_or(|shown| shown.subject != subject) {
        detail.shown = Some(Shown::new(subject, now));
    }
    let mut effects = Vec::new();
    if let Some(shown) = &mut detail.shown {
        effects.extend(shown.asking.replace(job).map(Effect::Cancel));
        shown.due = None;
    }
    effects.push(effect);
    effects
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
pub(super) fn compared(state: &mut State) {
    if let Some(shown) = &mut state.records.detail.shown {
        shown.forget_sides(state.now);
    }
}

/// A run has ended: what it did to the record is in the journal now.
pub(super) fn applied(state: &mut State) {
    if let Some(shown) = &mut state.records.detail.shown {
        shown.past_asked = false;
        shown.due = Some(state.now);
    }
}

pub(super) fn sides(state: &mut State, job: JobId, result: Result<Box<BothSides>, Failure>) -> Vec<Effect> {
    if let Some(shown) = state.records.detail.shown.as_mut()
        && shown.reading == Some(job)
    {
        shown.read(result.map_err(|failure| failure.why));
    }
    Vec::new()
}

pub(super) fn found(state: &mut State, job: JobId, result: Result<Box<Found>, Failure>) -> Vec<Effect> {
    let now = state.now;
    let shown = state.records.detail.shown.as_mut();
    let Some(shown) = shown.filter(|shown| shown.asking == Some(job)) else {
        return Vec::new();
    };
    shown.found(result, now);
    edit::looked_up(state)
}

pub(super) fn referrers(
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

pub(super) fn history(
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
