//! What a frame of the record browser costs at 200x60: the same for a thousand rows and for a million.
//!
//! `cargo bench --bench frame`

#![expect(clippy::expect_used, reason = "a benchmark that fails panics")]
#![allow(missing_docs, reason = "a benchmark")]

mod browser;

use crossterm::event::KeyCode;
use divan::Bencher;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use skydeck::tui::view::view;

fn main() {
    divan::main();
}

fn screen() -> Terminal<TestBackend> {
    Terminal::new(TestBackend::new(200, 60)).expect("a screen in memory")
}

/// Nothing has changed.
#[divan::bench(args = browser::SIZES)]
fn still(bencher: Bencher, rows: usize) {
    let (mut state, mut terminal) = (browser::browser(rows), screen());
    bencher.bench_local(|| {
        let mut hits = None;
        terminal
            .draw(|frame| hits = Some(view(&state, frame)))
            .expect("a frame");
        state.hits = hits.unwrap_or_default();
    });
}

/// A page further each time: the key, the records that come with it, the frame.
#[divan::bench(args = browser::SIZES)]
fn paging(bencher: Bencher, rows: usize) {
    let (mut state, mut terminal) = (browser::browser(rows), screen());
    bencher.bench_local(|| {
        browser::press(&mut state, KeyCode::PageDown);
        let mut hits = None;
        terminal
            .draw(|frame| hits = Some(view(&state, frame)))
            .expect("a frame");
        state.hits = hits.unwrap_or_default();
    });
}
