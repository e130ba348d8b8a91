//! A made-up type of any size, compared: names of forty bytes, every tenth record differs in some way.

#![allow(dead_code, reason = "each benchmark uses its part")]

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use skydeck::config::Config;
use skydeck::journal::Place;
use skydeck::record::diff::Diff;
use skydeck::record::table::{Origin, Table};
use skydeck::record::{Fields, Record, Value};
use skydeck::sync::{BothSides, Compared, Comparison};
use skydeck::tui::effect::{Effect, Work};
use skydeck::tui::message::{Done, Message};
use skydeck::tui::screen::records::rows::Loaded;
use skydeck::tui::settings::{Settings, Terminal};
use skydeck::tui::state::{Phase, State, TypeState};
use skydeck::tui::theme::{Background, Depth};
use skydeck::tui::update::update;

pub(crate) const SIZES: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];

const MANIFEST: &str = r#"
container = "iCloud.com.example.bench"
data = "data"
[type.Game]
file = "games.json"
record_name = "id"
[type.Game.fields]
title = "STRING"
time = "TIMESTAMP"
homeScore = "INT64"
awayScore = "INT64"
"#;

const CLUBS: [&str; 10] = [
    "arsenal_fc",
    "chelsea_fc",
    "everton_fc",
    "fulham_fc",
    "leeds_united",
    "liverpool_fc",
    "brentford",
    "burnley",
    "newcastle",
    "sunderland",
];

pub(crate) fn name(row: usize) -> String {
    let (home, away) = (CLUBS[row % 10], CLUBS[row / 10 % 10]);
    format!("game_en1_2025_{home}_{away}_{row:07}")
}

pub(crate) fn fields(row: usize) -> Fields {
    let number = i64::try_from(row).unwrap_or(0);
    Fields::from([
        ("title".to_owned(), Value::String(format!("Round {}", row % 38))),
        ("time".to_owned(), Value::Timestamp(number * 60_000)),
        ("homeScore".to_owned(), Value::Int64(number * 7919 % 9)),
        ("awayScore".to_owned(), Value::Int64(number * 104_729 % 9)),
    ])
}

pub(crate) fn config() -> Config {
    let folder = tempfile::tempdir().expect("a folder for the manifest");
    let path = folder.path().join(skydeck::config::FILE_NAME);
    std::fs::write(&path, MANIFEST).expect("the manifest");
    Config::load(&path).expect("the manifest is right")
}

/// The same with names in upper case, as some identifiers are.
pub(crate) fn shouting(rows: usize) -> Diff {
    compared(rows, |row| name(row).to_uppercase())
}

/// So many rows; of ten one is new, one updated, one an orphan.
pub(crate) fn diff(rows: usize) -> Diff {
    compared(rows, name)
}

fn compared(rows: usize, name: impl Fn(usize) -> String) -> Diff {
    let mut table = Table::new(config().types[0].shape());
    for row in (0..rows).filter(|row| row % 10 != 2) {
        table
            .add_local(&name(row), &fields(row), Origin::default())
            .expect("room");
    }
    for row in (0..rows).filter(|row| row % 10 != 0) {
        let mut fields = fields(row);
        if row % 10 == 1 {
            fields.insert("homeScore".into(), Value::Int64(99));
        }
        table
            .meet(&Record::local("Game", name(row), fields))
            .expect("room");
    }
    Diff::new(table, None)
}

/// The record browser on so many rows, with the records of those in sight.
pub(crate) fn browser(rows: usize) -> State {
    let terminal = Terminal {
        depth: Depth::True,
        background: Background::Dark,
        unicode: true,
    };
    let settings = Settings::new(terminal, &toml::Table::new()).expect("no settings");
    let mut state = State::new(settings, Phase::Ready, 0);
    let type_config = config().types[0].clone();
    state.types = vec![TypeState {
        config: Arc::new(type_config.clone()),
        snapshot: None,
        reading: None,
        failure: None,
    }];
    let compared = Compared {
        type_config,
        outcome: Ok(diff(rows)),
        missing_fields: Vec::new(),
    };
    state.comparison = Some(Arc::new(Comparison {
        place: Place::default(),
        types: vec![compared],
        elsewhere: std::collections::HashMap::new(),
        is_whole: true,
    }));
    press(&mut state, KeyCode::Char('2'));
    state
}

/// Presses a key; what is to be read is made up.
pub(crate) fn press(state: &mut State, code: KeyCode) {
    let effects = update(state, Message::Key(KeyEvent::new(code, KeyModifiers::NONE)), 0);
    answer(state, effects);
}

pub(crate) fn answer(state: &mut State, effects: Vec<Effect>) {
    for effect in effects {
        let Effect::Start(
            job,
            Work::Load {
                comparison,
                type_index,
                rows,
            },
        ) = effect
        else {
            continue;
        };
        let both = |row: usize| {
            let record = Record::local("Game", name(row), fields(row));
            (
                row,
                BothSides {
                    local: Some(record.clone()),
                    cloud: Some(record),
                },
            )
        };
        let loaded = Loaded {
            comparison,
            type_index,
            records: Ok(rows.into_iter().map(both).collect()),
        };
        let more = update(state, Message::Done(job, Done::Loaded(loaded)), 0);
        answer(state, more);
    }
}
