//! What is kept: over a new comparison, where rows have other numbers, and over the end of the session.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::page::{By, Column, Page, word};
use super::{cells::Cells, place_of};
use crate::record::bits::Bits;
use crate::record::table::Status;
use crate::tui::effect::Effect;
use crate::tui::state::{Phase, Screen, State};
use crate::tui::widget::cursor::Cursor;

/// The sign of the status among columns and orders; no field can be called so.
const STATUS: &str = "*";

/// The arrangement that holds the filters that were typed.
const TYPED: &str = "filters";
/// So many of them are kept.
const MOST_TYPED: usize = 50;

/// The arrangement that holds where one was.
const PLACE: &str = "place";

/// The screen and the record type in front, by their names.
#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Place {
    screen: String,
    record_type: String,
}

impl Place {
    fn of(state: &State) -> Self {
        let at = match state.screen {
            Screen::Overview => Some(state.overview.cursor.at),
            _ => state.records.list.at,
        };
        let one = at.and_then(|at| state.types.get(at));
        let screen = Screen::ALL.iter().find(|(screen, ..)| *screen == state.screen);
        Place {
            screen: screen.map_or("", |(_, name, _)| name).to_owned(),
            record_type: one.map_or_else(String::new, |one| one.config.name.clone()),
        }
    }
}

/// The journal learns where one is when one goes to another screen, and at the end.
pub(super) fn remember_place(state: &mut State) -> Option<Effect> {
    let place = Place::of(state);
    let known = &mut state.records.list.place;
    let moved = known.screen != place.screen || (state.ending && *known != place);
    if !moved || state.phase != Phase::Ready {
        return None;
    }
    known.clone_from(&place);
    let value = serde_json::to_string(&place).unwrap_or_default();
    let key = PLACE.to_owned();
    Some(Effect::Remember { key, value })
}

/// Goes where one was at the end of the last session. A plan or a verification is not there any more, so their screens are
/// not either.
pub(in crate::tui::screen::records) fn come_back(state: &mut State) {
    let kept = state.records.list.arranged.get(PLACE);
    let Some(place) = kept.and_then(|json| serde_json::from_str::<Place>(json).ok()) else {
        return;
    };
    if let Some(at) = state.type_index(&place.record_type) {
        state.overview.cursor = Cursor::on(at);
        state.records.list.at = Some(at);
    }
    let was = Screen::ALL.iter().find(|(_, name, _)| *name == place.screen);
    if let Some((screen @ (Screen::Records | Screen::History | Screen::Log), ..)) = was {
        state.screen = *screen;
    }
    state.records.list.place = place;
}

/// How a type was left.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    columns: Option<Vec<String>>,
    by: Option<String>,
    descending: bool,
    filter: String,
    fuzzy: bool,
    status: Option<String>,
    at: Option<String>,
}

fn key(record_type: &str) -> String {
    format!("list {record_type}")
}

/// A page for each type, as it was left.
pub(super) fn pages(state: &mut State) {
    let list = &mut state.records.list;
    for one in state.types.iter().skip(list.pages.len()) {
        let mut page = Page::new(&one.config);
        let kept = list.arranged.get(&key(&one.config.name));
        if let Some(kept) = kept.and_then(|json| serde_json::from_str(json).ok()) {
            restore(&mut page, kept);
        }
        list.pages.push(page);
    }
}

fn restore(page: &mut Page, kept: Kept) {
    // The manifest may have lost a field meanwhile.
    let column = |name: &String| match name.as_str() {
        STATUS => Some(Column::Status),
        name => page
            .shape()
            .field(name)
            .map(|field| Column::Field(field.name.clone())),
    };
    if let Some(columns) = &kept.columns {
        page.columns = columns.iter().filter_map(column).collect();
    }
    page.by = match kept.by.as_deref() {
        Some(STATUS) => By::Status,
        Some(field) if page.shape().field(field).is_some() => By::Field(field.to_owned()),
        _ => By::Name,
    };
    page.descending = kept.descending;
    page.fuzzy = kept.fuzzy;
    page.read(kept.filter);
    let statuses = [Status::New, Status::Updated, Status::Orphan, Status::Unchanged];
    page.status = kept
        .status
        .and_then(|kept| statuses.into_iter().find(|status| word(*status) == kept));
    page.anchor = kept.at;
}

/// The journal learns how the type in front is left.
pub(super) fn remember(state: &mut State) -> Vec<Effect> {
    let at = state.records.list.subject(state).map(|subject| subject.name);
    let list = &mut state.records.list;
    let Some(page) = list.page_mut().filter(|page| page.unsaved) else {
        return Vec::new();
    };
    page.unsaved = false;
    let name = |column: &Column| match column {
        Column::Status => STATUS.to_owned(),
        Column::Field(name) => name.clone(),
    };
    let kept = Kept {
        columns: Some(page.columns.iter().map(name).collect()),
        by: match &page.by {
            By::Name => None,
            By::Status => Some(STATUS.to_owned()),
            By::Field(name) => Some(name.clone()),
        },
        descending: page.descending,
        filter: if page.is_applied() {
            page.text.clone()
        } else {
            String::new()
        },
        fuzzy: page.fuzzy,
        status: page.status.map(|status| word(status).to_owned()),
        at,
    };
    let key = key(&page.shape().record_type);
    let value = serde_json::to_string(&kept).unwrap_or_default();
    vec![Effect::Remember { key, value }]
}

/// The journal learns a filter that was typed; one that was typed before is the latest now.
pub(super) fn remember_typed(state: &mut State, text: &str) -> Option<Effect> {
    let typed = &mut state.records.list.typed;
    if text.trim().is_empty() || typed.last().is_some_and(|last| last == text) {
        return None;
    }
    typed.retain(|before| before != text);
    typed.push(text.to_owned());
    let over = typed.len().saturating_sub(MOST_TYPED);
    typed.drain(..over);
    let value = serde_json::to_string(typed).unwrap_or_default();
    let key = TYPED.to_owned();
    Some(Effect::Remember { key, value })
}

/// An environment was opened: how its types were left.
pub(in crate::tui::screen::records) fn opened(state: &mut State, arranged: BTreeMap<String, String>) {
    let typed = arranged
        .get(TYPED)
        .and_then(|json| serde_json::from_str(json).ok());
    state.records.list.typed = typed.unwrap_or_default();
    state.records.list.arranged = arranged;
}

/// Rows have other numbers now: cursor and marks go to the rows that have the names.
pub(in crate::tui::screen::records) fn compared(state: &mut State) -> Vec<Effect> {
    let list = &mut state.records.list;
    let before = list.comparison.take();
    list.comparison.clone_from(&state.comparison);
    let mut effects = Vec::new();
    for page in &mut list.pages {
        let asked = page.sifting.take().into_iter().chain(page.sorting.take());
        effects.extend(asked.map(|asked| Effect::Cancel(asked.job)));
        let old = page.place.take().zip(before.as_ref());
        let old = old.and_then(|(place, before)| before.types.get(place)?.outcome.as_ref().ok());
        let new = list.comparison.as_ref().and_then(|comparison| {
            let place = place_of(comparison, &page.shape().record_type)?;
            comparison.types.get(place)?.outcome.as_ref().ok()
        });
        if let Some(old) = old {
            let under = page.row_at(old, page.cursor.at);
            page.anchor = under.map(|row| old.table().name(row).to_owned());
            let marked = std::mem::take(&mut page.marks);
            if let Some(new) = new {
                page.marks = Bits::none(new.table().len());
                let names = marked.iter().map(|row| old.table().name(row));
                let rows = names.filter_map(|name| new.table().find(name));
                rows.for_each(|row| page.marks.insert(row));
            }
        }
        (page.base, page.shown, page.missing) = (None, None, 0);
        page.last_marked = None;
        page.cells = Cells::default();
    }
    if state.screen == Screen::Records {
        effects.extend(super::narrow::build(state));
    }
    effects
}
