//! The table of actions, the keys, the help and the palette say the same.

#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

use std::collections::BTreeSet;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use skydeck::tui::action::{ACTIONS, Action, Context, Spec};
use skydeck::tui::failure::Failure;
use skydeck::tui::keymap::Chord;
use skydeck::tui::message::Message;
use skydeck::tui::screen::sync;
use skydeck::tui::settings::{self, Settings};
use skydeck::tui::state::{Phase, Screen, State};
use skydeck::tui::update::update;
use skydeck::tui::view::view;

/// How many of [`PLACES`] are screens.
const SCREENS: usize = 12;

/// Where one can be: contexts that hold together, the innermost first. Screens, then what lies on top of them.
const PLACES: [&[Context]; 19] = [
    &[Context::Overview, Context::Move, Context::Global],
    &[Context::Records, Context::Move, Context::Global],
    &[Context::Detail, Context::Move, Context::Global],
    &[Context::Move, Context::Global],
    &[Context::Review, Context::Move, Context::Global],
    &[Context::Running, Context::Move, Context::Global],
    &[Context::Report, Context::Move, Context::Global],
    &[Context::Verify, Context::Move, Context::Global],
    &[Context::History, Context::Move, Context::Global],
    &[Context::Log, Context::Move, Context::Global],
    &[Context::Welcome, Context::Move, Context::Global],
    &[Context::Broken, Context::Global],
    &[Context::Choice, Context::Dialog, Context::Move],
    &[Context::Jobs, Context::Dialog, Context::Move],
    &[Context::Dialog, Context::Move],
    &[Context::Field, Context::Typing],
    &[Context::Export, Context::Typing],
    &[Context::Typing, Context::Filter],
    &[Context::Typing],
];

fn settings() -> Settings {
    let variables = [("TERM", "xterm-256color"), ("LANG", "C.UTF-8")];
    let look_up = |name: &str| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    Settings::new(settings::Terminal::of(&look_up), &toml::Table::new()).unwrap()
}

/// A screen before anything was compared.
fn at(screen: Screen) -> State {
    let mut state = State::new(settings(), Phase::Ready, 0);
    state.screen = screen;
    state
}

fn press(state: &mut State, key: char) {
    let event = KeyEvent::new(KeyCode::Char(key), KeyModifiers::NONE);
    update(state, Message::Key(event), 0);
}

/// The lines of the dialog in front, on a screen on which all of it has room.
fn dialog(state: &State, title: &str) -> Vec<String> {
    let mut terminal = Terminal::new(TestBackend::new(140, 120)).unwrap();
    terminal.draw(|frame| drop(view(state, frame))).unwrap();
    let buffer = terminal.backend().buffer();
    let rows: Vec<Vec<&str>> = buffer
        .content()
        .chunks(140)
        .map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect())
        .collect();
    let head: Vec<String> = format!("╭ {title} ").chars().map(String::from).collect();
    let begins = |row: &Vec<&str>| row.windows(head.len()).position(|part| part == head);
    let (top, left) = rows
        .iter()
        .enumerate()
        .find_map(|(y, row)| Some((y, begins(row)?)))
        .unwrap();
    let inside = rows[top + 1..].iter().take_while(|row| row[left] == "│");
    let line = |row: &Vec<&str>| {
        let width = row[left + 1..].iter().position(|sign| *sign == "│").unwrap();
        row[left + 1..][..width].concat().trim().to_owned()
    };
    inside.map(line).filter(|line| !line.is_empty()).collect()
}

fn shown(key: &str) -> String {
    key.parse::<Chord>().unwrap().to_string()
}

/// A line as words, whatever the columns are.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn help_has_every_action_and_nothing_else() {
    let mut state = at(Screen::Overview);
    press(&mut state, '?');
    let lines = dialog(&state, "Keys and commands");
    let (search, rows) = lines.split_first().unwrap();
    assert_eq!(search, "search");
    assert_eq!(rows.len(), ACTIONS.len());
    for spec in ACTIONS {
        let keys: Vec<String> = spec.keys.iter().map(|key| shown(key)).collect();
        let wanted = words(&format!(
            "{} {} {}",
            keys.join(" "),
            spec.contexts[0].title(),
            spec.help
        ));
        let found = rows.iter().map(|row| words(row)).find(|row| {
            let row = row.trim_end_matches('…');
            wanted.starts_with(row)
        });
        assert!(found.is_some(), "{wanted} is not among {rows:#?}");
    }
}

/// Title and key of the rows that the palette shows, by their two columns.
fn offered(mut state: State) -> BTreeSet<String> {
    let ctrl_p = KeyEvent::new(KeyCode::Char('p'), KeyModifiers::CONTROL);
    update(&mut state, Message::Key(ctrl_p), 0);
    let rows = dialog(&state, "Commands");
    let labels: Vec<String> = rows[1..]
        .iter()
        .map(|row| words(&row.chars().take(18 + 11).collect::<String>()))
        .collect();
    let set: BTreeSet<String> = labels.iter().cloned().collect();
    assert_eq!(set.len(), labels.len(), "{labels:?}");
    set
}

/// Title and key of what holds in a place and everywhere; a key that the place has for something else is not shown.
fn said(place: Context) -> BTreeSet<String> {
    let at = |context: Context| {
        ACTIONS
            .iter()
            .filter(move |spec| spec.contexts.contains(&context))
    };
    let taken: BTreeSet<&str> = at(place).flat_map(|spec| spec.keys.iter().copied()).collect();
    let label = |spec: &Spec, key: Option<&&str>| {
        let key = key.map(|key| shown(key)).unwrap_or_default();
        words(&format!("{} {key}", spec.title))
    };
    let inner = at(place).map(|spec| label(spec, spec.keys.first()));
    let outer =
        at(Context::Global).map(|spec| label(spec, spec.keys.iter().find(|key| !taken.contains(*key))));
    inner.chain(outer).collect()
}

#[test]
fn the_palette_has_what_holds_where_one_is_and_nothing_else() {
    let mut detail = at(Screen::Records);
    detail.records.in_detail = true;
    let mut running = at(Screen::Sync);
    sync::running(&mut running, true);
    let broken = Phase::Broken(Failure::plain("Opening", "no key"));
    let places = vec![
        (Context::Overview, at(Screen::Overview)),
        (Context::Records, at(Screen::Records)),
        (Context::Detail, detail),
        (Context::Running, running),
        (Context::Verify, at(Screen::Verify)),
        (Context::History, at(Screen::History)),
        (Context::Log, at(Screen::Log)),
        (Context::Welcome, State::new(settings(), Phase::Welcome, 0)),
        (Context::Broken, State::new(settings(), broken, 0)),
    ];
    for (context, state) in places {
        assert_eq!(offered(state), said(context), "{context:?}");
    }
}

#[test]
fn every_key_works_somewhere_and_means_one_thing_there() {
    let keymap = settings().keymap;
    let known: BTreeSet<Context> = PLACES.iter().flat_map(|place| place.iter().copied()).collect();
    for spec in ACTIONS {
        assert!(
            spec.contexts.iter().all(|context| known.contains(context)),
            "{}",
            spec.id
        );
        for key in spec.keys {
            let chord: Chord = key.parse().unwrap();
            for context in spec.contexts {
                let other = keymap.find(&[*context], chord).unwrap();
                assert_eq!(other, spec.action, "{key} in {context:?} is {}", other.spec().id);
                // Somewhere no inner place takes it away.
                let works = PLACES
                    .iter()
                    .any(|place| place.contains(context) && keymap.find(place, chord) == Some(spec.action));
                assert!(works, "{key} never means {} in {context:?}", spec.id);
            }
        }
    }
}

#[test]
fn an_action_that_an_inner_place_hides_has_another_key_there() {
    let keymap = settings().keymap;
    for place in &PLACES[..SCREENS] {
        for spec in ACTIONS.iter().filter(|spec| !spec.keys.is_empty()) {
            let hidden = spec.contexts.iter().any(|context| place.contains(context))
                && keymap.key_in(place, spec.action).is_none();
            // `d` of the welcome is what one is asked to press there, and there is nothing to compare yet. The report's
            // verification is the very same with fewer types.
            let known = [
                (Context::Welcome, Action::Compare),
                (Context::Report, Action::VerifyQuick),
            ];
            assert!(
                !hidden || known.contains(&(place[0], spec.action)),
                "{} has no key left in {:?}",
                spec.id,
                place[0]
            );
        }
    }
}
