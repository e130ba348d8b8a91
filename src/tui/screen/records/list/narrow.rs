//! Which rows are shown, in which order. What names and statuses tell is known at once; what records tell is found beside the
//! loop, and what was known before stays in sight until then.

use std::sync::Arc;

use super::page::{Asked, By, Page};
use super::place_of;
use crate::record::bits::Bits;
use crate::record::diff::Diff;
use crate::record::rank::turned;
use crate::record::table::Status;
use crate::sync::Comparison;
use crate::tui::done::tell;
use crate::tui::effect::{Effect, Work};
use crate::tui::hits::Pane;
use crate::tui::job::Kind;
use crate::tui::screen::records::rows::{Order, Ordered, Sift, Sifted};
use crate::tui::state::State;

/// Finds the rows of the type in front, if that has not been done since the last comparison.
pub(super) fn build(state: &mut State) -> Vec<Effect> {
    super::keep::pages(state);
    let list = &mut state.records.list;
    if list.comparison.is_none() {
        list.comparison.clone_from(&state.comparison);
    }
    let Some((page, comparison)) = list
        .pages
        .get_mut(list.at.unwrap_or(0))
        .zip(list.comparison.clone())
    else {
        return Vec::new();
    };
    if page.place.is_some() {
        return Vec::new();
    }
    page.place = place_of(&comparison, &page.shape().record_type);
    let Some(diff) = page.place.and_then(|place| diff_at(&comparison, place)) else {
        return Vec::new();
    };
    if page.marks.is_empty() {
        page.marks = Bits::none(diff.table().len());
    }
    let (by, descending, anchor) = (page.by.clone(), page.descending, page.anchor.take());
    let mut effects = order(state, by, descending);
    effects.extend(narrow(state));
    let row = anchor.and_then(|name| diff.table().find(&name));
    if let Some(row) = row {
        put_cursor_on(state, row);
    }
    effects
}

fn diff_at(comparison: &Comparison, place: usize) -> Option<&Diff> {
    comparison.types.get(place)?.outcome.as_ref().ok()
}

/// Puts the cursor on a row; whether it is shown.
pub(super) fn put_cursor_on(state: &mut State, row: usize) -> bool {
    let height = state.hits.height(Pane::Main);
    let Some((page, comparison)) = front(state) else {
        return false;
    };
    let Some(diff) = page.place.and_then(|place| diff_at(&comparison, place)) else {
        return false;
    };
    let (place, length) = (position(page, diff, row), page.length(diff));
    if let Some(place) = place {
        page.cursor.go(place, length, height);
    }
    place.is_some()
}

fn position(page: &Page, diff: &Diff, row: usize) -> Option<usize> {
    page.rows(diff).iter().position(|shown| *shown as usize == row)
}

fn front(state: &mut State) -> Option<(&mut Page, Arc<Comparison>)> {
    let comparison = state.records.list.comparison.clone()?;
    Some((state.records.list.page_mut()?, comparison))
}

/// Shows other rows; the cursor stays on its record where that is among them.
fn replace(page: &mut Page, diff: &Diff, height: usize, shown: Option<Vec<u32>>) {
    let kept = page.row_at(diff, page.cursor.at).filter(|_| page.cursor.at > 0);
    page.shown = shown;
    let place = kept.and_then(|row| position(page, diff, row));
    let length = page.length(diff);
    page.cursor.go(place.unwrap_or(0), length, height);
    page.count_marks(diff);
}

/// Finds the rows of the filter and the status anew.
pub(super) fn narrow(state: &mut State) -> Vec<Effect> {
    let height = state.hits.height(Pane::Main);
    let mut effects = Vec::new();
    let Some((page, comparison)) = front(state) else {
        return effects;
    };
    let Some((place, diff)) = page
        .place
        .and_then(|place| Some((place, diff_at(&comparison, place)?)))
    else {
        return effects;
    };
    effects.extend(page.sifting.take().map(|asked| Effect::Cancel(asked.job)));
    if page.filter.is_empty() && page.status.is_none() {
        replace(page, diff, height, None);
        return effects;
    }
    let columns = page.field_columns();
    let sieve = page.filter.sieve(diff, !columns.is_empty(), false);
    let (base, status) = (page.base(diff), page.status);
    let has_status = |row: usize| status.is_none_or(|status| diff.status(row) == status);
    let shown = sieve.passed.among(base, has_status);
    let more = page.is_ranked() || !sieve.open.is_empty();
    let (filter, status, fuzzy, order) = (page.filter.clone(), page.status, page.fuzzy, page.base.clone());
    replace(page, diff, height, Some(shown));
    if more {
        let generation = next(state);
        let sift = Sift {
            comparison: Arc::clone(&comparison),
            type_index: place,
            generation,
            filter,
            status,
            columns,
            fuzzy,
            order,
        };
        let (job, effect) = state.begin(Kind::Quiet, Work::Sift(Box::new(sift)));
        if let Some(page) = state.records.list.page_mut() {
            page.sifting = Some(Asked { job, generation });
        }
        effects.push(effect);
    }
    effects
}

fn next(state: &mut State) -> u64 {
    state.records.list.generation += 1;
    state.records.list.generation
}

/// Sorts, and shows what is shown in the new order.
pub(super) fn sort(state: &mut State, by: By, descending: bool) -> Vec<Effect> {
    if let Some(page) = state.records.list.page_mut() {
        page.unsaved = true;
    }
    let mut effects = order(state, by, descending);
    effects.extend(reorder(state));
    effects
}

/// Puts all rows into an order; that of a field comes later.
fn order(state: &mut State, by: By, descending: bool) -> Vec<Effect> {
    let mut effects = Vec::new();
    let Some((page, comparison)) = front(state) else {
        return effects;
    };
    let turns = page.by == by && page.descending != descending && page.sorting.is_none();
    (page.by, page.descending) = (by.clone(), descending);
    let Some((place, diff)) = page
        .place
        .and_then(|place| Some((place, diff_at(&comparison, place)?)))
    else {
        return effects;
    };
    if let (true, Some(base), By::Field(_)) = (turns, &page.base, &by) {
        page.base = Some(Arc::new(turned(base, page.missing)));
        return effects;
    }
    effects.extend(page.sorting.take().map(|asked| Effect::Cancel(asked.job)));
    let rows = match by {
        By::Name if !descending => None,
        By::Name => Some(turned(diff.order(), 0)),
        By::Status => Some(by_status(diff, descending)),
        By::Field(field) => {
            let generation = next(state);
            let order = Order {
                comparison: Arc::clone(&comparison),
                type_index: place,
                generation,
                field,
            };
            let (job, effect) = state.begin(Kind::Quiet, Work::Order(Box::new(order)));
            if let Some(page) = state.records.list.page_mut() {
                page.sorting = Some(Asked { job, generation });
            }
            effects.push(effect);
            return effects;
        }
    };
    page.missing = 0;
    page.base = rows.map(Arc::new);
    effects
}

fn by_status(diff: &Diff, descending: bool) -> Vec<u32> {
    let mut statuses = [Status::New, Status::Updated, Status::Orphan, Status::Unchanged];
    if descending {
        statuses.reverse();
    }
    let of = |status| {
        let rows = diff.order().iter().copied();
        rows.filter(move |row| diff.status(*row as usize) == status)
    };
    statuses.into_iter().flat_map(of).collect()
}

/// Brings what is shown into the order of all rows.
fn reorder(state: &mut State) -> Vec<Effect> {
    let height = state.hits.height(Pane::Main);
    let Some((page, comparison)) = front(state) else {
        return Vec::new();
    };
    let Some(diff) = page.place.and_then(|place| diff_at(&comparison, place)) else {
        return Vec::new();
    };
    if page.is_ranked() {
        return Vec::new();
    }
    if page.sifting.is_some() {
        // What is on its way would come in the old order.
        return narrow(state);
    }
    let shown = page.shown.as_ref().map(|rows| {
        let mut among = Bits::none(diff.table().len());
        for row in rows {
            among.insert(*row as usize);
        }
        let base = page.base(diff).iter().copied();
        base.filter(|row| among.contains(*row as usize)).collect()
    });
    replace(page, diff, height, shown);
    Vec::new()
}

pub(in crate::tui::screen::records) fn ordered(state: &mut State, ordered: Ordered) -> Vec<Effect> {
    let front = state.records.list.type_index();
    let is_it = |page: &Page| {
        page.sorting
            .is_some_and(|asked| asked.generation == ordered.generation)
    };
    let Some(at) = state.records.list.pages.iter().position(is_it) else {
        return Vec::new();
    };
    let Some(page) = state.records.list.pages.get_mut(at) else {
        return Vec::new();
    };
    page.sorting = None;
    match ordered.rows {
        Ok((rows, missing)) => {
            let rows = if page.descending {
                turned(&rows, missing)
            } else {
                rows
            };
            (page.base, page.missing) = (Some(Arc::new(rows)), missing);
        }
        Err(failure) if failure.cancelled => return Vec::new(),
        Err(failure) => {
            page.by = By::Name;
            page.descending = false;
            return tell(state, failure);
        }
    }
    if at == front {
        reorder(state)
    } else {
        again(state, at)
    }
}

/// A type that is not in front is put in order when it comes there.
fn again(state: &mut State, at: usize) -> Vec<Effect> {
    let front = state.records.list.at.replace(at);
    let effects = reorder(state);
    state.records.list.at = front;
    effects
}

pub(in crate::tui::screen::records) fn sifted(state: &mut State, sifted: Sifted) -> Vec<Effect> {
    let height = state.hits.height(Pane::Main);
    let list = &mut state.records.list;
    let is_it = |page: &&mut Page| {
        page.sifting
            .is_some_and(|asked| asked.generation == sifted.generation)
    };
    let Some((page, comparison)) = list.pages.iter_mut().find(is_it).zip(list.comparison.clone()) else {
        return Vec::new();
    };
    let Some(diff) = page.place.and_then(|place| diff_at(&comparison, place)) else {
        return Vec::new();
    };
    if sifted.complete {
        page.sifting = None;
    }
    match sifted.rows {
        Ok(rows) => replace(page, diff, height, Some(rows)),
        Err(failure) if failure.cancelled => {}
        Err(failure) => return tell(state, failure),
    }
    Vec::new()
}
