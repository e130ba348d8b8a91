//! Requests and events as they happen, and what the screen has said. No event carries a key or a signature.

mod entry;
mod view;

use std::collections::VecDeque;

use crossterm::event::KeyEvent;

use crate::printable::{self, escape};
use crate::sync::Event;
use crate::tui::action::{Action, Context};
use crate::tui::dialog::save::Save;
use crate::tui::effect::Effect;
use crate::tui::hits::Pane;
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::update::Gesture;
use crate::tui::widget::cursor::Cursor;
use crate::tui::widget::field::Field;

use entry::{Entry, entry};

pub use view::view;

/// Lines that are kept.
const KEPT: usize = 5000;

/// The log's own.
#[derive(Debug)]
pub struct Log {
    lines: VecDeque<Entry>,
    /// Lines that were dropped at the front.
    dropped: usize,
    filter: Field,
    typing: bool,
    /// Places of the lines that the filter lets through, counted with those dropped; `None`: all.
    shown: Option<VecDeque<usize>>,
    cursor: Cursor,
    follow: bool,
}

impl Default for Log {
    fn default() -> Self {
        Log {
            lines: VecDeque::new(),
            dropped: 0,
            filter: Field::default(),
            typing: false,
            shown: None,
            cursor: Cursor::default(),
            follow: true,
        }
    }
}

impl Log {
    /// Takes in what a job tells.
    pub fn take(&mut self, event: &Event, now: i64) {
        if let Some(entry) = entry(event, now) {
            self.push(entry);
        }
    }

    /// Takes in what the screen itself has said.
    pub fn note(&mut self, now: i64, role: Role, text: &str) {
        self.push(Entry {
            time: now,
            note: text.to_owned(),
            role: Some(role),
            ..Entry::default()
        });
    }

    fn push(&mut self, entry: Entry) {
        let keep = self.shown.is_some() && entry.matches(&self.words());
        self.lines.push_back(entry);
        if let Some(shown) = self.shown.as_mut().filter(|_| keep) {
            shown.push_back(self.dropped + self.lines.len() - 1);
        }
        if self.lines.len() > KEPT {
            self.lines.pop_front();
            self.dropped += 1;
            let mut gone = true;
            if let Some(shown) = &mut self.shown {
                gone = shown.front().is_some_and(|first| *first < self.dropped);
                if gone {
                    shown.pop_front();
                }
            }
            // The line under the cursor stays under it.
            if gone && !self.follow {
                self.cursor.at = self.cursor.at.saturating_sub(1);
            }
        }
        if self.follow {
            self.cursor.at = self.len().saturating_sub(1);
        }
    }

    fn words(&self) -> Vec<String> {
        self.filter
            .text()
            .split_whitespace()
            .map(str::to_lowercase)
            .collect()
    }

    fn sift(&mut self) {
        let words = self.words();
        self.shown = (!words.is_empty()).then(|| {
            let lines = self.lines.iter().enumerate();
            let kept = lines.filter(|(_, entry)| entry.matches(&words));
            kept.map(|(at, _)| at + self.dropped).collect()
        });
        self.cursor.fit(self.len());
        if self.follow {
            self.cursor.at = self.len().saturating_sub(1);
        }
    }

    fn len(&self) -> usize {
        self.shown.as_ref().map_or(self.lines.len(), VecDeque::len)
    }

    fn line(&self, row: usize) -> Option<&Entry> {
        let at = match &self.shown {
            Some(shown) => shown.get(row)?.checked_sub(self.dropped)?,
            None => row,
        };
        self.lines.get(at)
    }
}

/// Where one is in it.
pub fn contexts(state: &State) -> Vec<Context> {
    if state.log.typing {
        vec![Context::Typing]
    } else {
        vec![Context::Log]
    }
}

/// Does an action of this screen.
pub fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let height = state.hits.height(Pane::Main);
    let log = &mut state.log;
    let rows = log.len();
    match action {
        Action::Filter => log.typing = true,
        Action::Accept => log.typing = false,
        Action::Cancel => clear(log),
        Action::Follow => {
            log.follow = !log.follow;
            if log.follow {
                log.cursor.go(usize::MAX, rows, height);
            }
        }
        Action::NextHit | Action::PreviousHit if log.shown.is_none() => {
            state.say(Role::Warning, "nothing is searched for; / does");
        }
        Action::NextHit if rows > 0 => step(log, (log.cursor.at + 1) % rows, height),
        Action::PreviousHit if rows > 0 => step(log, (log.cursor.at + rows - 1) % rows, height),
        Action::Copy => {
            let line = log.line(log.cursor.at).map(Entry::text);
            return line.map_or_else(Vec::new, |line| vec![Effect::Copy(line)]);
        }
        Action::Export => state.open(Save::new("Save the log", "skydeck.log", written)),
        action => {
            if log.cursor.act(action, rows, height) {
                log.follow = log.cursor.at + 1 >= rows;
            }
        }
    }
    Vec::new()
}

fn step(log: &mut Log, to: usize, height: usize) {
    log.follow = false;
    let rows = log.len();
    log.cursor.go(to, rows, height);
}

fn clear(log: &mut Log) {
    log.typing = false;
    log.filter = Field::default();
    log.sift();
}

/// The lines that are shown, as a file.
fn written(state: &State, json: bool) -> String {
    let lines = (0..state.log.len())
        .filter_map(|row| state.log.line(row))
        .map(Entry::text);
    if json {
        let lines: Vec<String> = lines.collect();
        printable::json::to_string_pretty(&lines).unwrap_or_default() + "\n"
    } else {
        lines.map(|line| escape(&line).into_owned() + "\n").collect()
    }
}

/// Leaves what can be left before the screen itself: the filter.
pub fn back(state: &mut State) -> Option<Vec<Effect>> {
    if state.log.filter.text().is_empty() && !state.log.typing {
        return None;
    }
    clear(&mut state.log);
    Some(Vec::new())
}

/// A key for the line being typed.
pub fn typed(state: &mut State, key: KeyEvent) -> Vec<Effect> {
    if state.log.typing && state.log.filter.key(key) {
        state.log.sift();
    }
    Vec::new()
}

/// A pasted text for it.
pub fn pasted(state: &mut State, text: &str) -> Vec<Effect> {
    if state.log.typing {
        state.log.filter.paste(text);
        state.log.sift();
    }
    Vec::new()
}

/// Does what the mouse means.
pub fn gesture(state: &mut State, _pane: Pane, gesture: Gesture) -> Vec<Effect> {
    let height = state.hits.height(Pane::Main);
    let log = &mut state.log;
    let rows = log.len();
    match gesture {
        Gesture::Row(row) => log.cursor.go(row, rows, height),
        Gesture::Wheel(down) => log.cursor.wheel(down, rows, height),
        _ => return Vec::new(),
    }
    log.follow = log.cursor.at + 1 >= rows;
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(log: &mut Log, texts: impl IntoIterator<Item = String>) {
        for text in texts {
            log.note(0, Role::Good, &text);
        }
    }

    #[test]
    fn old_lines_go_and_the_line_under_the_cursor_stays() {
        let mut log = Log::default();
        noted(&mut log, (0..KEPT).map(|n| format!("line {n}")));
        assert_eq!((log.len(), log.cursor.at), (KEPT, KEPT - 1));
        log.follow = false;
        log.cursor.at = 10;
        noted(&mut log, (0..4).map(|n| format!("more {n}")));
        assert_eq!(log.len(), KEPT);
        assert_eq!(
            log.line(log.cursor.at).unwrap_or(&Entry::default()).note,
            "line 10"
        );
    }

    #[test]
    fn a_filter_holds_for_lines_that_come_later() {
        let mut log = Log::default();
        noted(&mut log, ["Game one".into(), "team".into()]);
        log.filter = Field::with("game");
        log.sift();
        noted(&mut log, ["GAME two".into(), "other".into()]);
        assert_eq!(log.len(), 2);
        assert_eq!(log.line(1).map(|entry| entry.note.as_str()), Some("GAME two"));
        noted(&mut log, (0..KEPT).map(|n| format!("line {n}")));
        assert_eq!((log.len(), log.line(0)), (0, None));
    }
}
