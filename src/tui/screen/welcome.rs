//! No configuration yet: the demo, or a new configuration, one key away. And what is shown where nothing could be opened.

use std::path::PathBuf;

use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::tui::action::Action;
use crate::tui::dialog::notice::{Notice, failure_lines};
use crate::tui::effect::{Effect, Work};
use crate::tui::failure::Failure;
use crate::tui::job::Kind;
use crate::tui::state::{Phase, State};
use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;

/// Does an action of this screen.
pub fn act(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::Demo | Action::Open if state.phase == Phase::Welcome => {
            state.phase = Phase::Opening;
            state.place.demo = true;
            vec![state.start(Kind::Open, Work::Demo)]
        }
        Action::Init => vec![state.start(Kind::Quiet, Work::Init)],
        Action::Retry => {
            let environment = match state.place.environment.as_str() {
                "" => "development".to_owned(),
                known => known.to_owned(),
            };
            state.phase = Phase::Opening;
            vec![state.start(
                Kind::Open,
                Work::Open {
                    environment,
                    unlocked: false,
                },
            )]
        }
        _ => Vec::new(),
    }
}

/// A configuration was written, or why not.
pub fn proposed(state: &mut State, result: Result<PathBuf, Failure>) -> Vec<Effect> {
    match result {
        Ok(path) => {
            state.say(
                Role::Good,
                format!("{} is written: look it over and fill in the key", path.display()),
            );
            state.phase = Phase::Opening;
            let environment = "development".to_owned();
            vec![state.start(
                Kind::Open,
                Work::Open {
                    environment,
                    unlocked: false,
                },
            )]
        }
        Err(failure) => {
            state.open(Notice::failure(failure));
            Vec::new()
        }
    }
}

/// Draws the welcome.
pub fn view(ui: &mut Ui<'_, '_>, area: Rect, state: &State) {
    let key = |action: Action| {
        state
            .settings
            .keymap
            .keys(action)
            .first()
            .map(ToString::to_string)
            .unwrap_or_default()
    };
    let offer = |ui: &Ui<'_, '_>, action: Action, title: &str, text: &str| {
        Line::from(vec![
            ui.span(Role::Key, format!("{:>4}  ", key(action))),
            ui.span(Role::Text, text::left(title, 22, "")),
            ui.span(Role::Dim, text),
        ])
    };
    let place = Rect {
        x: area.x + 2.min(area.width),
        width: area.width.saturating_sub(4),
        ..area
    };
    let prose = |ui: &Ui<'_, '_>, role: Role, text: &str| {
        let lines = text::wrap(text, usize::from(place.width), 4);
        let lines = lines.into_iter().map(|line| Line::from(ui.span(role, line)));
        lines.chain([Line::default()]).collect::<Vec<_>>()
    };
    let mut lines = vec![Line::default()];
    for (role, text) in [
        (
            Role::Title,
            "Skydeck keeps a CloudKit public database true to a folder of JSON files.",
        ),
        (
            Role::Dim,
            "It compares, shows every changed field, sends only what changed, verifies, and takes runs back.",
        ),
        (Role::Text, "There is no skydeck.toml here or above."),
    ] {
        lines.extend(prose(ui, role, text));
    }
    lines.extend([
        offer(
            ui,
            Action::Demo,
            "try the demo",
            "on a CloudKit that runs here; no account",
        ),
        offer(
            ui,
            Action::Init,
            "write a skydeck.toml",
            "from the JSON files here or in data/",
        ),
        offer(ui, Action::Leave, "quit", ""),
    ]);
    ui.lines(place, lines);
}

/// Draws why nothing could be opened.
pub fn broken(ui: &mut Ui<'_, '_>, area: Rect, failure: &Failure) {
    let place = Rect {
        x: area.x + 2.min(area.width),
        width: area.width.saturating_sub(4),
        ..area
    };
    let mut lines = vec![
        Line::default(),
        Line::from(ui.span(Role::Danger, format!("{} {}", ui.symbols().cross, failure.what))),
        Line::default(),
    ];
    lines.extend(failure_lines(ui, failure, place.width));
    lines.push(Line::default());
    for (key, what) in [
        ("r", "  tries again: the configuration is read anew"),
        ("e", "  chooses another environment"),
        ("q", "  quits"),
    ] {
        lines.push(Line::from(vec![
            ui.span(Role::Key, key),
            ui.span(Role::Dim, what),
        ]));
    }
    ui.lines(place, lines);
}
