//! The records of rows in sight: read beside the loop, a few screens of them kept.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::sync::BothSides;
use crate::tui::effect::{Effect, Work};
use crate::tui::failure::Failure;
use crate::tui::hits::Pane;
use crate::tui::job::Kind;
use crate::tui::screen::records::rows::Loaded;
use crate::tui::state::State;

/// So many records are kept; more than three screens of the highest terminal.
const KEPT: usize = 600;

/// Records that were read.
#[derive(Debug, Default)]
pub(super) struct Cells {
    records: HashMap<usize, BothSides>,
    /// Those that came first go first.
    came: VecDeque<usize>,
    asked: bool,
    /// Why they cannot be read; nothing is asked for any more until it is compared again.
    pub(super) failure: Option<Failure>,
}

impl Cells {
    pub(super) fn get(&self, row: usize) -> Option<&BothSides> {
        self.records.get(&row)
    }

    fn put(&mut self, row: usize, both: BothSides) {
        if self.records.insert(row, both).is_none() {
            self.came.push_back(row);
        }
        while self.came.len() > KEPT {
            if let Some(oldest) = self.came.pop_front() {
                self.records.remove(&oldest);
            }
        }
    }
}

/// Asks for the records of rows in sight that are not there yet, and with them for those a screen above and below.
pub(super) fn load(state: &mut State) -> Vec<Effect> {
    const MOST_IN_SIGHT: usize = KEPT / 4;
    let height = state.hits.height(Pane::Main).min(MOST_IN_SIGHT);
    let list = &state.records.list;
    let (Some(page), Some(diff), Some(comparison)) = (list.page(), list.diff(state), &list.comparison) else {
        return Vec::new();
    };
    let Some(type_index) = page
        .place
        .filter(|_| !page.cells.asked && page.cells.failure.is_none())
    else {
        return Vec::new();
    };
    let rows = page.rows(diff);
    let top = page.cursor.top(rows.len(), height);
    let missing = |from: usize, to: usize| {
        let part = rows.get(from..to.min(rows.len())).unwrap_or(&[]);
        let part = part.iter().map(|row| *row as usize);
        part.filter(|row| page.cells.get(*row).is_none())
    };
    if missing(top, top + height).next().is_none() {
        return Vec::new();
    }
    let rows: Vec<usize> = missing(top.saturating_sub(height), top + 2 * height).collect();
    let work = Work::Load {
        comparison: Arc::clone(comparison),
        type_index,
        rows,
    };
    if let Some(page) = state.records.list.page_mut() {
        page.cells.asked = true;
    }
    vec![state.start(Kind::Quiet, work)]
}

pub(in crate::tui::screen::records) fn loaded(state: &mut State, loaded: Loaded) -> Vec<Effect> {
    let list = &mut state.records.list;
    let current = list.comparison.as_ref();
    if !current.is_some_and(|current| Arc::ptr_eq(current, &loaded.comparison)) {
        return Vec::new();
    }
    let its_page = |page: &&mut super::Page| page.place == Some(loaded.type_index);
    let Some(page) = list.pages.iter_mut().find(its_page) else {
        return Vec::new();
    };
    page.cells.asked = false;
    match loaded.records {
        Ok(records) => {
            for (row, both) in records {
                page.cells.put(row, both);
            }
        }
        Err(failure) => page.cells.failure = Some(failure),
    }
    Vec::new()
}
