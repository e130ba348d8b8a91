//! The review: its keys.

use super::flow;
use super::review::{Line, Review, changes_of};
use super::tree::Row;
use crate::tui::action::Action;
use crate::tui::dialog::notice::Notice;
use crate::tui::effect::Effect;
use crate::tui::failure::Failure;
use crate::tui::hits::Pane;
use crate::tui::job::Kind;
use crate::tui::state::State;
use crate::tui::update::Gesture;

/// Whether an action can be done in a review now, or why not.
pub(super) fn enabled(action: Action, state: &State) -> Result<(), String> {
    let Some(review) = &state.sync.review else {
        return Err("there is no plan to look at; s makes one".to_owned());
    };
    match action {
        Action::Apply | Action::Orphans | Action::Include | Action::Ask if review.comparison.is_none() => {
            Err("this is a dry run: nothing of it is sent; the menu (m) imports".to_owned())
        }
        Action::Orphans if review.orphans() == 0 => {
            Err("there is no orphan that could be deleted".to_owned())
        }
        Action::Apply if state.job(Kind::Review).is_some() => Err("the plan is still being made".to_owned()),
        Action::Apply if review.tree.included() == (0, 0) => {
            Err("there is nothing in the plan to send".to_owned())
        }
        _ => Ok(()),
    }
}

/// Does an action.
pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let height = state.hits.height(Pane::Main);
    if action == Action::Open {
        return open(state);
    }
    if action == Action::Apply {
        return flow::conclude(state);
    }
    let Some(review) = &mut state.sync.review else {
        return Vec::new();
    };
    match action {
        Action::Include => {
            if let Line::Tree(row) = review.line(review.cursor.at) {
                review.tree.toggle(row);
                if matches!(row, Row::Member(..)) {
                    let rows = review.len();
                    review.cursor.act(Action::Down, rows, height);
                }
            }
        }
        Action::Orphans => review.turn_orphans(),
        Action::Ask => review.ask = !review.ask,
        Action::Filter => review.typing = true,
        Action::Accept => review.typing = false,
        Action::Cancel => clear(review),
        Action::Right | Action::Left => fold(review, action == Action::Left, height),
        action => {
            let rows = review.len();
            review.cursor.act(action, rows, height);
        }
    }
    Vec::new()
}

/// Enter: folds, unfolds, tells a warning in full, or goes on.
fn open(state: &mut State) -> Vec<Effect> {
    let height = state.hits.height(Pane::Main);
    let Some(review) = &mut state.sync.review else {
        return Vec::new();
    };
    match review.line(review.cursor.at) {
        Line::Warning(at) => {
            if let Some(warning) = review.warnings.get(at).cloned() {
                let why = std::iter::once(warning.text).chain(warning.more);
                let why: Vec<String> = why.collect();
                state.open(Notice::failure(Failure::plain(
                    "Before anything is sent",
                    why.join("\n\n"),
                )));
            }
        }
        Line::Send => return crate::tui::update::attempt(state, Action::Apply),
        Line::Tree(row) => {
            let folded = is_folded(review, row);
            fold(review, !folded, height);
        }
    }
    Vec::new()
}

fn is_folded(review: &Review, row: Row) -> bool {
    match row {
        Row::Section(section) => review.tree.sections.get(section).is_some_and(|one| one.folded),
        Row::Group(section, group) => review.tree.group(section, group).is_some_and(|one| one.folded),
        Row::Member(section, group, place) => review
            .tree
            .group(section, group)
            .is_some_and(|one| !one.is_unfolded(place)),
        Row::Field(..) => false,
    }
}

/// Folds or unfolds what is under the cursor. Where that is folded already, its parent is.
fn fold(review: &mut Review, folded: bool, height: usize) {
    let Line::Tree(row) = review.line(review.cursor.at) else {
        return;
    };
    let already = is_folded(review, row) == folded;
    let mut to = row;
    match row {
        Row::Section(section) => {
            if let Some(one) = review.tree.sections.get_mut(section) {
                one.folded = folded;
            }
        }
        Row::Group(section, _) if folded && already => to = Row::Section(section),
        Row::Group(section, group) => {
            if let Some(one) = review.tree.group_mut(section, group) {
                one.folded = folded;
            }
        }
        Row::Member(section, group, _) if folded && already => to = Row::Group(section, group),
        Row::Member(section, group, place) if !already => unfold(review, section, group, place),
        Row::Field(section, group, place, line) if folded => {
            let up = review.cursor.at - line - 1;
            unfold(review, section, group, place);
            let rows = review.len();
            review.cursor.go(up, rows, height);
            return;
        }
        Row::Member(..) | Row::Field(..) => {}
    }
    if to != row
        && let Some(at) = review.tree.find(to)
    {
        let (at, rows) = (review.warnings.len() + at, review.len());
        review.cursor.go(at, rows, height);
    }
}

fn unfold(review: &mut Review, section: usize, group: usize, place: usize) {
    let operation = review
        .tree
        .group(section, group)
        .and_then(|one| review.operation(one, place));
    let lines = operation.map_or(0, |operation| changes_of(&operation).len());
    if let Some(group) = review.tree.group_mut(section, group) {
        group.unfold(place, lines);
    }
}

fn clear(review: &mut Review) {
    review.typing = false;
    review.filter = crate::tui::widget::field::Field::default();
    review.sift();
}

/// A filter is left first.
pub(super) fn back(state: &mut State) -> Option<Vec<Effect>> {
    let review = state.sync.review.as_mut()?;
    if !review.typing && review.filter.text().is_empty() {
        return None;
    }
    clear(review);
    Some(Vec::new())
}

/// Does what the mouse means: a second click on a row is Enter.
pub(super) fn gesture(state: &mut State, gesture: Gesture) -> Vec<Effect> {
    let height = state.hits.height(Pane::Main);
    let Some(review) = &mut state.sync.review else {
        return Vec::new();
    };
    let rows = review.len();
    match gesture {
        Gesture::Row(row) if row == review.cursor.at => return open(state),
        Gesture::Row(row) => review.cursor.go(row, rows, height),
        Gesture::Wheel(down) => review.cursor.wheel(down, rows, height),
        _ => {}
    }
    Vec::new()
}
