//! What a million rows take in memory beyond names, change tags and digests: those of a comparison, and what the record
//! browser adds with all of them sorted, filtered and marked.
//!
//! `cargo bench --bench memory`

#![expect(clippy::cast_precision_loss, reason = "bytes are far below 2^53")]
#![expect(clippy::expect_used, reason = "a benchmark that fails panics")]

mod browser;

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use peak_alloc::PeakAlloc;
use skydeck::journal::Place;
use skydeck::record::Record;
use skydeck::record::diff::Diff;
use skydeck::record::table::{Origin, Table};
use skydeck::sync::{Compared, Comparison};
use skydeck::tui::effect::{Effect, Work};
use skydeck::tui::message::{Done, Message};
use skydeck::tui::screen::records::rows::{Ordered, Sifted};
use skydeck::tui::state::State;
use skydeck::tui::update::update;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const ROWS: usize = 1_000_000;
const TAG: &str = "m8x2k9q1";
/// Of 128 bits, one for each side.
const DIGESTS: usize = 2 * 16;

fn main() {
    let names: usize = (0..ROWS).map(|row| browser::name(row).len()).sum();
    let data = names + ROWS * (TAG.len() + DIGESTS);
    print("names, tags, digests", data);
    let empty = MEMORY.current_usage();
    let diff = equal();
    print("a comparison beyond that", MEMORY.current_usage() - empty - data);
    list(diff);
}

/// The same on both sides: no record is held whole.
fn equal() -> Diff {
    let mut table = Table::new(browser::config().types[0].shape());
    for row in 0..ROWS {
        let fields = browser::fields(row);
        table
            .add_local(&browser::name(row), &fields, Origin::default())
            .expect("room");
        let record = Record {
            tag: Some(TAG.to_owned()),
            ..Record::local("Game", browser::name(row), fields)
        };
        table.meet(&record).expect("room");
    }
    Diff::new(table, None)
}

/// Sorted by a field, narrowed to all but one, marked.
fn list(diff: Diff) {
    let mut state = browser::browser(1);
    state.comparison = Some(Arc::new(Comparison {
        place: Place::default(),
        types: vec![Compared {
            type_config: browser::config().types[0].clone(),
            outcome: Ok(diff),
            missing_fields: Vec::new(),
        }],
        elsewhere: std::collections::HashMap::new(),
        is_whole: true,
    }));
    let before = MEMORY.current_usage();
    for key in ['1', '2', 'S', 'j', 'j', '\n', '/', '7', '\n', '*'] {
        let code = if key == '\n' {
            KeyCode::Enter
        } else {
            KeyCode::Char(key)
        };
        let effects = update(
            &mut state,
            Message::Key(KeyEvent::new(code, KeyModifiers::NONE)),
            0,
        );
        answer(&mut state, effects);
    }
    print("the list beyond that", MEMORY.current_usage() - before);
}

fn answer(state: &mut State, effects: Vec<Effect>) {
    for effect in effects {
        let (job, done) = match effect {
            Effect::Start(job, Work::Order(order)) => {
                let rows = (0..u32::try_from(ROWS).unwrap_or(0)).rev().collect();
                let generation = order.generation;
                let rows = Ok((rows, 0));
                (job, Done::Ordered(Ordered { generation, rows }))
            }
            Effect::Start(job, Work::Sift(sift)) => {
                let sifted = Sifted {
                    generation: sift.generation,
                    rows: Ok((1..u32::try_from(ROWS).unwrap_or(0)).collect()),
                    complete: true,
                };
                (job, Done::Sifted(sifted))
            }
            _ => continue,
        };
        let more = update(state, Message::Done(job, done), 0);
        answer(state, more);
    }
}

fn print(what: &str, bytes: usize) {
    println!("{what:<26}{:>8.1} bytes a row", bytes as f64 / ROWS as f64);
}
