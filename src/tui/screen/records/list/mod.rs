//! The rows of a type: filter, sort, columns, marks, export.
//!
//! - `page`: what is kept of one type: where one is, what is shown
//! - `narrow`: which rows are shown, in which order
//! - `act`: what keys and mouse do
//! - `typing`: the filter while it is typed
//! - `cells`: the records of rows in sight
//! - `keep`: across comparisons and sessions
//! - `draw`, `grid`: how it looks: the pane, and the rows in it

mod act;
mod cells;
mod draw;
mod grid;
mod keep;
mod narrow;
mod page;
mod typing;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::Subject;
use crate::canonical::exporter;
use crate::record::diff::Diff;
use crate::record::table::Status;
use crate::sync::{BothSides, Compared, Comparison, Side};
use crate::tui::effect::{Effect, Work};
use crate::tui::job::Kind;
use crate::tui::state::{Screen, State};
use crate::tui::theme::Role;

pub use page::{By, Column, word};

pub(super) use act::{act, back, enabled, gesture};
pub(super) use cells::loaded;
pub(super) use draw::view;
pub(super) use keep::{come_back, compared, opened};
pub(super) use narrow::{ordered, sifted};
pub(super) use typing::{pasted, typed};

use page::Page;

/// The list's own.
#[derive(Debug, Default)]
pub struct List {
    /// One for each type.
    pages: Vec<Page>,
    /// The type that is shown; `None` before there was one.
    at: Option<usize>,
    /// The comparison that the rows are numbers of.
    comparison: Option<Arc<Comparison>>,
    typing: Option<typing::Typing>,
    /// Filters that were typed in this environment, the latest last.
    typed: Vec<String>,
    /// Where one is, as the journal knows it.
    place: keep::Place,
    /// What had been arranged in an earlier session.
    arranged: BTreeMap<String, String>,
    generation: u64,
}

impl List {
    /// Whether the filter is being typed.
    pub fn is_typing(&self) -> bool {
        self.typing.is_some()
    }

    /// The type that is shown, by its place in the list of types.
    pub fn type_index(&self) -> usize {
        self.at.unwrap_or(0)
    }

    /// The record under the cursor.
    pub fn subject(&self, state: &State) -> Option<Subject> {
        let name = self.diff(state)?.table().name(self.row()?).to_owned();
        Some(Subject {
            type_index: self.type_index(),
            name,
        })
    }

    /// The records of the one under the cursor, once they have been read; of an unchanged record the cloud's foreign fields
    /// are not among them.
    pub fn sides(&self, state: &State) -> Option<&BothSides> {
        self.diff(state)?;
        self.page()?.cells.get(self.row()?)
    }

    /// The marked records, or else the one under the cursor.
    pub fn chosen(&self, state: &State) -> Vec<Subject> {
        let (Some(page), Some(diff)) = (self.page(), self.diff(state)) else {
            return Vec::new();
        };
        if page.marked == 0 {
            return self.subject(state).into_iter().collect();
        }
        let rows = page.base(diff).iter().map(|row| *row as usize);
        rows.filter(|row| page.marks.contains(*row))
            .map(|row| Subject {
                type_index: self.type_index(),
                name: diff.table().name(row).to_owned(),
            })
            .collect()
    }

    /// How many records are marked, and how many of these are not shown.
    pub fn marked(&self) -> (usize, usize) {
        self.page().map_or((0, 0), |page| (page.marked, page.hidden))
    }

    fn page(&self) -> Option<&Page> {
        self.pages.get(self.type_index())
    }

    fn page_mut(&mut self) -> Option<&mut Page> {
        let at = self.type_index();
        self.pages.get_mut(at)
    }

    /// The row under the cursor.
    fn row(&self) -> Option<usize> {
        let page = self.page()?;
        let place = page.place?;
        let diff = self
            .comparison
            .as_ref()?
            .types
            .get(place)?
            .outcome
            .as_ref()
            .ok()?;
        page.row_at(diff, page.cursor.at)
    }

    /// How the type that is shown was compared.
    fn compared(&self, state: &State) -> Option<&Compared> {
        let name = &state.types.get(self.type_index())?.config.name;
        let comparison = self.comparison.as_ref()?;
        comparison.types.get(place_of(comparison, name)?)
    }

    fn diff(&self, state: &State) -> Option<&Diff> {
        self.compared(state)?.outcome.as_ref().ok()
    }

    /// How many rows are shown.
    fn length(&self, state: &State) -> usize {
        match (self.page(), self.diff(state)) {
            (Some(page), Some(diff)) if page.place.is_some() => page.length(diff),
            _ => 0,
        }
    }
}

/// The place of a type in a comparison, which may be of some types only.
fn place_of(comparison: &Comparison, name: &str) -> Option<usize> {
    let is_it = |one: &Compared| one.type_config.name == name;
    comparison.types.iter().position(is_it)
}

/// The screen comes to the front. The first time it shows the type that one had before oneself.
pub(super) fn enter(state: &mut State) -> Vec<Effect> {
    let at = state.overview.cursor.at;
    state.records.list.at.get_or_insert(at);
    narrow::build(state)
}

pub(super) fn show(state: &mut State, type_index: usize, status: Option<Status>) -> Vec<Effect> {
    let mut effects = turn_to(state, type_index);
    if let Some(page) = state.records.list.page_mut() {
        if !page.text.is_empty() {
            page.read(String::new());
        }
        page.status = status;
        page.unsaved = true;
        page.cursor = crate::tui::widget::cursor::Cursor::default();
        page.anchor = None;
    }
    effects.extend(narrow::narrow(state));
    effects
}

/// Shows another type; what is typed ends.
fn turn_to(state: &mut State, type_index: usize) -> Vec<Effect> {
    let mut effects = typing::leave(state);
    effects.extend(keep::remember(state));
    state.records.list.at = Some(type_index);
    effects.extend(narrow::build(state));
    effects
}

pub(super) fn go_to(state: &mut State, subject: &Subject) -> Vec<Effect> {
    let mut effects = turn_to(state, subject.type_index);
    let Some(diff) = state.records.list.diff(state) else {
        // As soon as there are rows.
        if let Some(page) = state.records.list.page_mut() {
            page.anchor = Some(subject.name.clone());
        }
        return effects;
    };
    let Some(row) = diff.table().find(&subject.name) else {
        state.say(
            Role::Warning,
            format!("{} was on neither side when it was compared", subject.name),
        );
        return effects;
    };
    if !narrow::put_cursor_on(state, row) {
        if let Some(page) = state.records.list.page_mut() {
            page.read(String::new());
            page.status = None;
            page.unsaved = true;
        }
        effects.extend(narrow::narrow(state));
        narrow::put_cursor_on(state, row);
    }
    effects
}

/// What must be read or kept: asked after every message.
pub(super) fn wanted(state: &mut State) -> Vec<Effect> {
    let here = state.screen == Screen::Records;
    let mut effects: Vec<Effect> = keep::remember_place(state).into_iter().collect();
    if !here || state.ending || state.job(Kind::Open).is_some() {
        effects.extend(keep::remember(state));
    }
    if here && state.records.list.at.is_some() {
        effects.extend(narrow::build(state));
        effects.extend(cells::load(state));
    }
    effects
}

/// The columns that can be chosen, those that are shown first, each with whether it is.
pub fn columns(state: &State) -> Vec<(Column, bool)> {
    let list = &state.records.list;
    let (Some(page), Some(one)) = (list.page(), state.types.get(list.type_index())) else {
        return Vec::new();
    };
    let shown = page.columns.iter().map(|column| (column.clone(), true));
    let all = one
        .config
        .fields
        .iter()
        .map(|field| Column::Field(field.name.clone()));
    let rest = all
        .chain([Column::Status])
        .filter(|column| !page.columns.contains(column));
    shown.chain(rest.map(|column| (column, false))).collect()
}

/// Shows these columns.
pub fn set_columns(state: &mut State, columns: Vec<Column>) -> Vec<Effect> {
    let Some(page) = state.records.list.page_mut() else {
        return Vec::new();
    };
    page.columns = columns;
    page.left = 0;
    page.unsaved = true;
    let words = !page.filter.words.is_empty();
    let mut effects = keep::remember(state);
    if words {
        // Words are searched in what is shown.
        effects.extend(narrow::narrow(state));
    }
    effects
}

/// What one can sort by, and how it is sorted now: by what, and whether downwards.
pub fn sorts(state: &State) -> (Vec<By>, By, bool) {
    let list = &state.records.list;
    let one = state.types.get(list.type_index());
    let fields = one.iter().flat_map(|one| &one.config.fields);
    let fields = fields.map(|field| By::Field(field.name.clone()));
    let (by, descending) = list
        .page()
        .map_or((By::Name, false), |page| (page.by.clone(), page.descending));
    (
        [By::Name, By::Status].into_iter().chain(fields).collect(),
        by,
        descending,
    )
}

/// Sorts by a column; by the same one again: the other way round.
pub fn sort_by(state: &mut State, by: By) -> Vec<Effect> {
    let (_, now, descending) = sorts(state);
    let descending = now == by && !descending;
    let mut effects = narrow::sort(state, by, descending);
    effects.extend(keep::remember(state));
    effects
}

/// What an export would write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exportable {
    /// So many records.
    pub records: usize,
    /// Whether these are the marked ones, and not those that are shown.
    pub marked: bool,
    /// Whether more of them may be found.
    pub searching: bool,
}

/// What an export would write now.
pub fn exportable(state: &State) -> Exportable {
    let list = &state.records.list;
    let marked = list.marked().0;
    Exportable {
        records: if marked > 0 { marked } else { list.length(state) },
        marked: marked > 0,
        searching: marked == 0 && list.page().is_some_and(|page| page.sifting.is_some()),
    }
}

/// What its file could be called.
pub fn export_name(state: &State) -> String {
    let list = &state.records.list;
    let name = state
        .types
        .get(list.type_index())
        .map_or("records", |one| one.config.name.as_str());
    let status = list.page().and_then(|page| page.status);
    let part = status.map_or_else(String::new, |status| format!("-{}", page::word(status)));
    format!("{name}{part}.json")
}

/// The side that is proposed: the files', unless only the cloud has what is shown.
pub fn export_side(state: &State) -> Side {
    match state.records.list.page().and_then(|page| page.status) {
        Some(Status::Orphan) => Side::Cloud,
        _ => Side::Local,
    }
}

/// Writes one side of the marked records to a file, or else of those that are shown.
pub fn export(state: &mut State, path: PathBuf, side: Side) -> Vec<Effect> {
    let list = &state.records.list;
    let (Some(page), Some(diff), Some(comparison)) = (list.page(), list.diff(state), &list.comparison) else {
        return Vec::new();
    };
    let Some(type_index) = page.place else {
        return Vec::new();
    };
    let rows: Vec<u32> = if page.marked > 0 {
        let rows = page.base(diff).iter().copied();
        rows.filter(|row| page.marks.contains(*row as usize)).collect()
    } else {
        page.rows(diff).to_vec()
    };
    let work = Work::Export {
        comparison: Arc::clone(comparison),
        type_index,
        rows,
        side,
        columns: page.columns.iter().map(exporter::Column::from).collect(),
        path,
        replace: false,
    };
    vec![begin_export(state, work)]
}

/// Begins to write; it is told from the first how much there is to do.
pub fn begin_export(state: &mut State, work: Work) -> Effect {
    let total = match &work {
        Work::Export { rows, .. } => Some(rows.len() as u64),
        _ => None,
    };
    let (id, effect) = state.begin(Kind::Export, work);
    if let Some(job) = state.jobs.iter_mut().find(|job| job.id == id) {
        job.total = total;
    }
    effect
}
