//! Dialogs: a stack of layers, the one in front has all keys and clicks.
//!
//! A dialog takes an input and says whether it stays. What writes to the cloud does so through [`confirm`] alone.

pub mod choose;
pub mod columns;
pub mod confirm;
pub mod conflict;
pub mod create;
pub mod edit;
pub mod environment;
pub mod export;
pub mod frame;
pub mod help;
pub mod jobs;
pub mod menu;
pub mod notice;
pub mod palette;
pub mod redo;
pub mod resume;
pub mod save;
pub mod sort;
pub mod unlock;
pub mod whole;

use std::fmt::Debug;

use crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use super::action::{Action, Context};
use super::effect::Effect;
use super::hits::Target;
use super::state::{Layer, State};
use super::ui::Ui;

/// For so long after it opened, a dialog that gates a write takes no key but the one that cancels: a key held down
/// cannot pass it. Milliseconds.
pub const SWALLOWED: i64 = 400;

/// What reaches a dialog.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A key that means an action here.
    Action(Action),
    /// Any other key.
    Key(KeyEvent),
    /// A pasted text.
    Paste(String),
    /// A click.
    Click(Target),
    /// The wheel, downwards or upwards.
    Wheel(bool),
    /// The scrollbar, where it stands for this row or line.
    Bar(usize),
}

/// What came of it.
pub struct Outcome {
    /// The dialog, if it stays.
    pub stays: Option<Box<dyn Dialog>>,
    /// What shall be done.
    pub effects: Vec<Effect>,
}

impl Outcome {
    /// It stays, and nothing else happens.
    pub fn stay(dialog: Box<dyn Dialog>) -> Self {
        Outcome {
            stays: Some(dialog),
            effects: Vec::new(),
        }
    }

    /// It goes.
    pub fn close(effects: Vec<Effect>) -> Self {
        Outcome { stays: None, effects }
    }
}

/// A dialog.
pub trait Dialog: Debug {
    /// Where its keys are looked up: [`Context::Dialog`], and [`Context::Typing`] where text is typed.
    fn contexts(&self) -> &'static [Context] {
        &[Context::Dialog, Context::Move]
    }

    /// Whether it stands before a write.
    fn gates(&self) -> bool {
        false
    }

    /// Takes an input.
    fn input(self: Box<Self>, state: &mut State, input: Input) -> Outcome;

    /// Draws itself somewhere in the area of the whole screen.
    fn view(&self, ui: &mut Ui<'_, '_>, area: Rect, state: &State);
}

/// Hands an input to the dialog in front.
pub fn input(state: &mut State, input: Input) -> Vec<Effect> {
    let Some(Layer { dialog, opened }) = state.layers.pop() else {
        return Vec::new();
    };
    let early = state.now - opened < SWALLOWED;
    if dialog.gates() && early && input != Input::Action(Action::Cancel) {
        state.layers.push(Layer { dialog, opened });
        return Vec::new();
    }
    let depth = state.layers.len();
    let outcome = dialog.input(state, input);
    if let Some(dialog) = outcome.stays {
        // Under what it may have opened itself.
        state.layers.insert(depth, Layer { dialog, opened });
    }
    outcome.effects
}
