//! The record under the cursor. Until it was looked up it is shown as it was compared; what the lookup says takes the
//! place of that.
//!
//! - `shown`: what is known of the record; `reading`: how it comes to be known
//! - `fields`, `json`, `references`, `past`: the tabs
//! - `view`: the pane around them

mod copy;
mod fields;
mod json;
mod past;
mod reading;
mod references;
mod shown;
mod view;

use crate::record::Record;
use crate::tui::action::Action;
use crate::tui::dialog::whole::Whole;
use crate::tui::effect::Effect;
use crate::tui::hits::Pane;
use crate::tui::job::Kind;
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::update::Gesture;
use crate::tui::widget::cursor::Cursor;

use super::{Subject, list};
use reading::search;
use shown::Shown;

pub(super) use reading::{applied, back, compared, found, history, look_up_now, referrers, sides, wanted};
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
        Action::LookUp => look_up_now(state, Kind::Find),
        Action::Copy => copy::open(state),
        Action::ReferencedBy => search(state),
        Action::Return => {
            let Some(subject) = state.records.detail.returns.pop() else {
                return Vec::new();
            };
            super::go_to(state, &subject)
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
    super::go_to(state, &subject)
}
