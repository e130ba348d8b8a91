//! Guided sync: compare, review, confirm, run, report.

use std::sync::Arc;

use crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use crate::sync::{Report, Reviewed};
use crate::tui::action::{Action, Context};
use crate::tui::effect::Effect;
use crate::tui::failure::Failure;
use crate::tui::hits::Pane;
use crate::tui::job::JobId;
use crate::tui::state::State;
use crate::tui::ui::Ui;
use crate::tui::update::Gesture;

/// Guided sync's own.
#[derive(Debug, Default)]
pub struct Sync {}

impl Sync {
    /// Once everything has been deleted, an import follows.
    pub fn import_after_delete(&mut self) {}
}

/// Where one is in it.
pub fn contexts(_state: &State) -> Vec<Context> {
    vec![Context::Review]
}

/// Whether an action can be done here now, or why not.
pub fn enabled(_action: Action, _state: &State) -> Result<(), String> {
    Ok(())
}

/// Begins: compares where that was not done just now, then plans.
pub fn begin(_state: &mut State) -> Vec<Effect> {
    Vec::new()
}

/// Orphans are to be deleted too.
pub fn with_orphans(_state: &mut State) {}

/// Shows what an import would send.
pub fn dry_run(_state: &mut State) -> Vec<Effect> {
    Vec::new()
}

/// Does an action of this screen.
pub fn act(_state: &mut State, _action: Action) -> Vec<Effect> {
    Vec::new()
}

/// Leaves what can be left before the screen itself; `None` where nothing can.
pub fn back(_state: &mut State) -> Option<Vec<Effect>> {
    None
}

/// A key for the line being typed.
pub fn typed(_state: &mut State, _key: KeyEvent) -> Vec<Effect> {
    Vec::new()
}

/// A pasted text for it.
pub fn pasted(_state: &mut State, _text: &str) -> Vec<Effect> {
    Vec::new()
}

/// Does what the mouse means.
pub fn gesture(_state: &mut State, _pane: Pane, _gesture: Gesture) -> Vec<Effect> {
    Vec::new()
}

/// A comparison has ended.
pub fn compared(_state: &mut State) -> Vec<Effect> {
    Vec::new()
}

/// A comparison has failed.
pub fn failed_to_compare(_state: &mut State) {}

/// Whether a plan was made for the review.
pub fn takes(_state: &State, _job: JobId) -> bool {
    false
}

/// A plan is there to be reviewed.
pub fn reviewed(_state: &mut State, _reviewed: Reviewed) -> Vec<Effect> {
    Vec::new()
}

/// A plan could not be made, or a run could not begin.
pub fn failed(_state: &mut State, _job: JobId, _failure: &Failure) -> Vec<Effect> {
    Vec::new()
}

/// A run has begun, whatever for.
pub fn running(_state: &mut State) {}

/// A run has ended.
pub fn applied(_state: &mut State, _report: Arc<Report>) {}

/// Draws the screen.
pub fn view(_ui: &mut Ui<'_, '_>, _area: Rect, _state: &State) {}
