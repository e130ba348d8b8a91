//! From keys to actions, and back for hints and help.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::action::{ACTIONS, Action, Context};
use crate::config::mistake::closest;

/// A key with its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Chord {
    code: KeyCode,
    modifiers: KeyModifiers,
}

impl From<KeyEvent> for Chord {
    /// Shift is part of a character already; `BackTab` is Shift-Tab.
    fn from(key: KeyEvent) -> Self {
        let known = KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT;
        let mut modifiers = key.modifiers & known;
        let code = match key.code {
            KeyCode::BackTab => {
                modifiers.insert(KeyModifiers::SHIFT);
                KeyCode::Tab
            }
            KeyCode::Char(c) => {
                modifiers.remove(KeyModifiers::SHIFT);
                if modifiers.contains(KeyModifiers::CONTROL) {
                    KeyCode::Char(c.to_ascii_lowercase())
                } else {
                    KeyCode::Char(c)
                }
            }
            code => code,
        };
        Chord { code, modifiers }
    }
}

impl Chord {
    /// Whether this types a character.
    pub fn is_text(self) -> bool {
        matches!(self.code, KeyCode::Char(_))
            && !self
                .modifiers
                .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT)
    }

    /// The character it types.
    pub fn character(self) -> Option<char> {
        match self.code {
            KeyCode::Char(c) if self.is_text() => Some(c),
            _ => None,
        }
    }
}

/// Keys that have names, as a configuration writes them.
const NAMES: [(&str, KeyCode); 15] = [
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("insert", KeyCode::Insert),
    ("space", KeyCode::Char(' ')),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pageup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
];

impl FromStr for Chord {
    type Err = String;

    /// `d`, `G`, `space`, `ctrl-p`, `shift-tab`, `f1`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = text;
        while let Some((word, after)) = rest.split_once('-').filter(|(_, after)| !after.is_empty()) {
            modifiers |= match word {
                "ctrl" => KeyModifiers::CONTROL,
                "alt" => KeyModifiers::ALT,
                "shift" => KeyModifiers::SHIFT,
                _ => break,
            };
            rest = after;
        }
        let named = NAMES
            .iter()
            .find(|(name, _)| *name == rest)
            .map(|(_, code)| *code);
        let function = || {
            rest.strip_prefix('f')?
                .parse()
                .ok()
                .filter(|n| (1..=12).contains(n))
                .map(KeyCode::F)
        };
        let single = || {
            let mut characters = rest.chars();
            characters
                .next()
                .filter(|_| characters.next().is_none())
                .map(KeyCode::Char)
        };
        let code = named.or_else(function).or_else(single).ok_or_else(|| {
            format!("'{text}' is no key; keys are written like d, G, space, enter, ctrl-p, shift-tab, f1")
        })?;
        Ok(Chord { code, modifiers })
    }
}

impl fmt::Display for Chord {
    /// As short as a hint wants it: `d`, `↵`, `^P`, `⇧Tab`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.modifiers.contains(KeyModifiers::CONTROL) {
            f.write_str("Ctrl-")?;
        }
        if self.modifiers.contains(KeyModifiers::ALT) {
            f.write_str("Alt-")?;
        }
        if self.modifiers.contains(KeyModifiers::SHIFT) {
            f.write_str("Shift-")?;
        }
        match self.code {
            KeyCode::Char(' ') => f.write_str("Space"),
            KeyCode::Char(c) if self.modifiers.contains(KeyModifiers::CONTROL) => {
                write!(f, "{}", c.to_ascii_uppercase())
            }
            KeyCode::Char(c) => write!(f, "{c}"),
            KeyCode::F(number) => write!(f, "F{number}"),
            KeyCode::PageUp => f.write_str("PgUp"),
            KeyCode::PageDown => f.write_str("PgDn"),
            KeyCode::Up => f.write_str("Up"),
            KeyCode::Down => f.write_str("Down"),
            KeyCode::Left => f.write_str("Left"),
            KeyCode::Right => f.write_str("Right"),
            KeyCode::Delete => f.write_str("Del"),
            KeyCode::Insert => f.write_str("Ins"),
            other => write!(f, "{other:?}"),
        }
    }
}

/// That an action does not exist, which one may have been meant, and where they all are.
fn no_action(id: &str) -> String {
    let meant = closest(id, ACTIONS.iter().map(|spec| spec.id));
    let meant = meant.map_or_else(String::new, |known| format!(": did you mean '{known}'?"));
    format!("there is no action '{id}'{meant}; the table [keys] in assets/configuration.md has them all")
}

/// Which key does what, where.
#[derive(Debug, Clone, Default)]
pub struct Keymap {
    actions: HashMap<(Context, Chord), Action>,
    keys: HashMap<Action, Vec<Chord>>,
}

impl Keymap {
    /// The table's keys, with those of a configuration in place of an action's own: id to keys.
    ///
    /// # Errors
    /// One line for each mistake: an unknown id, an unknown key, a key that two actions of one context want.
    pub fn new(changes: &[(String, Vec<String>)]) -> Result<Self, Vec<String>> {
        let mut mistakes = Vec::new();
        for (id, _) in changes {
            if Action::of_id(id).is_none() {
                mistakes.push(no_action(id));
            }
        }
        let mut keymap = Keymap::default();
        for spec in ACTIONS {
            let changed = changes.iter().find(|(id, _)| id == spec.id).map(|(_, keys)| keys);
            let written: Vec<&str> = match changed {
                Some(keys) => keys.iter().map(String::as_str).collect(),
                None => spec.keys.to_vec(),
            };
            for text in written {
                match text.parse() {
                    Ok(chord) => keymap.bind(spec.action, chord, &mut mistakes),
                    Err(mistake) => mistakes.push(mistake),
                }
            }
        }
        if mistakes.is_empty() {
            Ok(keymap)
        } else {
            Err(mistakes)
        }
    }

    fn bind(&mut self, action: Action, chord: Chord, mistakes: &mut Vec<String>) {
        for context in action.spec().contexts {
            if let Some(other) = self.actions.insert((*context, chord), action) {
                mistakes.push(format!(
                    "the key {chord} is wanted by '{}' and by '{}' ({})",
                    other.spec().id,
                    action.spec().id,
                    context.title()
                ));
            }
        }
        self.keys.entry(action).or_default().push(chord);
    }

    /// What a key does, given where one is, the innermost context first.
    pub fn find(&self, contexts: &[Context], chord: Chord) -> Option<Action> {
        contexts
            .iter()
            .find_map(|context| self.actions.get(&(*context, chord)).copied())
    }

    /// The keys of an action.
    pub fn keys(&self, action: Action) -> &[Chord] {
        self.keys.get(&action).map_or(&[], Vec::as_slice)
    }

    /// The first key of an action that means this very action where one is.
    pub fn key_in(&self, contexts: &[Context], action: Action) -> Option<Chord> {
        self.keys(action)
            .iter()
            .copied()
            .find(|chord| self.find(contexts, *chord) == Some(action))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_keys_parse_and_do_not_collide() {
        let keymap = Keymap::new(&[]).unwrap();
        for spec in ACTIONS {
            assert_eq!(keymap.keys(spec.action).len(), spec.keys.len(), "{}", spec.id);
        }
    }

    #[test]
    fn the_innermost_context_wins() {
        let keymap = Keymap::new(&[]).unwrap();
        let e: Chord = "e".parse().unwrap();
        assert_eq!(
            keymap.find(&[Context::Records, Context::Global], e),
            Some(Action::Edit)
        );
        assert_eq!(
            keymap.find(&[Context::Overview, Context::Global], e),
            Some(Action::Environment)
        );
    }

    #[test]
    fn a_configuration_moves_keys_and_its_mistakes_are_told() {
        let change = |id: &str, key: &str| vec![(id.to_owned(), vec![key.to_owned()])];
        let moved = Keymap::new(&change("compare", "ctrl-d")).unwrap();
        assert_eq!(
            moved.find(&[Context::Global], "ctrl-d".parse().unwrap()),
            Some(Action::Compare)
        );
        assert_eq!(moved.find(&[Context::Global], "d".parse().unwrap()), None);
        assert!(Keymap::new(&change("compare", "s")).unwrap_err()[0].contains("'sync'"));
        let mistake = |id: &str| Keymap::new(&change(id, "x")).unwrap_err().remove(0);
        assert!(mistake("comparr").starts_with("there is no action 'comparr': did you mean 'compare'?"));
        assert!(mistake("verify_deep").contains("'verify-deep'"));
        let strange = mistake("zzz");
        assert!(
            strange.contains("'zzz'; the table [keys] in assets/configuration.md"),
            "{strange}"
        );
        assert!(Keymap::new(&change("compare", "hyper-x")).unwrap_err()[0].contains("hyper-x"));
    }

    #[test]
    fn terminals_write_shift_and_control_in_more_than_one_way() {
        let event = |code, modifiers| Chord::from(KeyEvent::new(code, modifiers));
        assert_eq!(
            event(KeyCode::Char('G'), KeyModifiers::SHIFT),
            "G".parse().unwrap()
        );
        assert_eq!(
            event(KeyCode::BackTab, KeyModifiers::NONE),
            "shift-tab".parse().unwrap()
        );
        assert_eq!(
            event(KeyCode::Char('P'), KeyModifiers::CONTROL),
            "ctrl-p".parse().unwrap()
        );
    }
}
