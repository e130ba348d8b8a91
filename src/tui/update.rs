//! From a message to a new state and what shall be done. It only finds out whose business a message is; screens, dialogs
//! and `done` do the work.

use crossterm::event::{KeyEvent, KeyEventKind, MouseButton, MouseEvent, MouseEventKind};

use super::action::{Action, enabled};
use super::dialog::{self, Input};
use super::done::{done, told};
use super::effect::Effect;
use super::hits::{Pane, Target};
use super::keymap::Chord;
use super::message::Message;
use super::perform::perform;
use super::screen::{history, log, overview, records, sync, verify};
use super::state::{Phase, Screen, State};
use super::theme::Role;
use super::widget::scrollbar::row_at;

/// Takes a message in. `now` is milliseconds since 1970.
pub fn update(state: &mut State, message: Message, now: i64) -> Vec<Effect> {
    state.now = now;
    state.toasts.expire(now);
    let mut effects = match message {
        Message::Key(key) if key.kind == KeyEventKind::Release => Vec::new(),
        Message::Key(key) => press(state, key),
        Message::Paste(text) => paste(state, text),
        Message::Mouse(event) => mouse(state, event),
        Message::Resize(..) | Message::Tick => Vec::new(),
        Message::Focus(focused) => {
            state.focused = focused;
            Vec::new()
        }
        Message::Told(job, _) | Message::Done(job, _) if !state.is_ours(job) => Vec::new(),
        Message::Told(job, events) => {
            told(state, job, &events);
            Vec::new()
        }
        Message::Load(load) => {
            state.line.used(load);
            Vec::new()
        }
        Message::Done(job, what) => done(state, job, what),
        Message::Terminate => perform(state, Action::Quit),
    };
    effects.extend(records::wanted(state));
    effects
}

fn press(state: &mut State, key: KeyEvent) -> Vec<Effect> {
    let chord = Chord::from(key);
    let contexts = state.contexts();
    let action = state.settings.keymap.find(&contexts, chord);
    // Ctrl-C ends from anywhere, whatever is in front.
    if state.settings.keymap.keys(Action::Quit).contains(&chord) {
        return perform(state, Action::Quit);
    }
    if !state.layers.is_empty() {
        let input = match action {
            Some(action) => Input::Action(action),
            None => Input::Key(key),
        };
        return dialog::input(state, input);
    }
    match action {
        Some(action) => attempt(state, action),
        None => typed(state, key),
    }
}

/// Does an action, or says why not.
pub fn attempt(state: &mut State, action: Action) -> Vec<Effect> {
    match enabled(action, state) {
        Ok(()) => perform(state, action),
        Err(why) => {
            state.say(Role::Warning, why);
            Vec::new()
        }
    }
}

/// A key that is no action goes to the line being typed, if there is one.
fn typed(state: &mut State, key: KeyEvent) -> Vec<Effect> {
    match state.screen {
        Screen::Records => records::typed(state, key),
        Screen::Sync => sync::typed(state, key),
        Screen::Log => log::typed(state, key),
        _ => Vec::new(),
    }
}

fn paste(state: &mut State, text: String) -> Vec<Effect> {
    if !state.layers.is_empty() {
        return dialog::input(state, Input::Paste(text));
    }
    match state.screen {
        Screen::Records => records::pasted(state, &text),
        Screen::Sync => sync::pasted(state, &text),
        Screen::Log => log::pasted(state, &text),
        _ => Vec::new(),
    }
}

fn mouse(state: &mut State, event: MouseEvent) -> Vec<Effect> {
    let (column, row) = (event.column, event.row);
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) => match state.hits.at(column, row) {
            Some((area, target)) => click(state, area, target, row),
            None => Vec::new(),
        },
        MouseEventKind::Drag(MouseButton::Left) => match state.hits.at(column, row) {
            Some((area, target @ Target::Scrollbar(..))) => click(state, area, target, row),
            _ => Vec::new(),
        },
        MouseEventKind::ScrollDown | MouseEventKind::ScrollUp => {
            let down = event.kind == MouseEventKind::ScrollDown;
            match state.hits.pane_at(column, row) {
                Some(_) if !state.layers.is_empty() => dialog::input(state, Input::Wheel(down)),
                Some(pane) => on_screen(state, pane, Gesture::Wheel(down)),
                None => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}

fn click(state: &mut State, area: ratatui::layout::Rect, target: Target, row: u16) -> Vec<Effect> {
    if !state.layers.is_empty() {
        let input = match target {
            Target::Scrollbar(_, length) => Input::Bar(row_at(area, row, length)),
            target => Input::Click(target),
        };
        return dialog::input(state, input);
    }
    match target {
        Target::Action(action) => attempt(state, action),
        Target::Row(pane, index) => on_screen(state, pane, Gesture::Row(index)),
        Target::Cell(index, column) => on_screen(state, Pane::Main, Gesture::Cell(index, column)),
        Target::Head(pane, column) => on_screen(state, pane, Gesture::Head(column)),
        Target::Scrollbar(pane, length) => on_screen(state, pane, Gesture::Row(row_at(area, row, length))),
        Target::Pane(pane) => on_screen(state, pane, Gesture::Focus),
        Target::Button(_) | Target::Nothing => Vec::new(),
    }
}

/// What the mouse did in a pane of a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gesture {
    /// A click on a row, by its place in the whole list.
    Row(usize),
    /// A click on a cell of a row.
    Cell(usize, usize),
    /// A click on a column's head.
    Head(usize),
    /// The wheel, downwards or upwards.
    Wheel(bool),
    /// A click into the pane.
    Focus,
}

fn on_screen(state: &mut State, pane: Pane, gesture: Gesture) -> Vec<Effect> {
    if state.phase != Phase::Ready {
        return Vec::new();
    }
    match state.screen {
        Screen::Overview => overview::gesture(state, pane, gesture),
        Screen::Records => records::gesture(state, pane, gesture),
        Screen::Sync => sync::gesture(state, pane, gesture),
        Screen::Verify => verify::gesture(state, pane, gesture),
        Screen::History => history::gesture(state, pane, gesture),
        Screen::Log => log::gesture(state, pane, gesture),
    }
}
