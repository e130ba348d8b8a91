//! What narrowing and ordering a list costs. The exact filter is done while a key waits: a million names in one frame of
//! 16 ms. Fuzzy matching and sorting are done beside the loop.
//!
//! `cargo bench --bench filter`

#![expect(clippy::expect_used, reason = "a benchmark that fails panics")]
#![allow(missing_docs, reason = "a benchmark")]

mod browser;

use crossterm::event::KeyCode;
use divan::Bencher;
use skydeck::record::diff::Diff;
use skydeck::record::filter::{Fuzzy, parse};
use skydeck::record::rank::{Rank, ordered};

fn main() {
    divan::main();
}

const SIZES: [usize; 3] = [10_000, 100_000, 1_000_000];

/// Names and statuses in one pass, for a word.
fn exact(bencher: Bencher, diff: &Diff, text: &str) {
    let filter = parse(diff.shape(), text).expect("a filter");
    bencher.bench_local(|| {
        let sieve = filter.sieve(diff, false, false);
        sieve.passed.among(diff.order(), |_| true)
    });
}

/// A word that a fifth of the names contain.
#[divan::bench(args = SIZES)]
fn exact_word(bencher: Bencher, rows: usize) {
    exact(bencher, &browser::diff(rows), "chelsea");
}

/// A letter that every name contains: the worst there is.
#[divan::bench(args = SIZES)]
fn exact_letter(bencher: Bencher, rows: usize) {
    exact(bencher, &browser::diff(rows), "a");
}

/// A word that no name contains.
#[divan::bench(args = SIZES)]
fn exact_nothing(bencher: Bencher, rows: usize) {
    exact(bencher, &browser::diff(rows), "zzz");
}

/// A word that every name begins with.
#[divan::bench(args = SIZES)]
fn exact_everywhere(bencher: Bencher, rows: usize) {
    exact(bencher, &browser::diff(rows), "game");
}

/// Names in upper case: they cannot be searched as they are.
#[divan::bench(args = SIZES)]
fn exact_upper_case(bencher: Bencher, rows: usize) {
    exact(bencher, &browser::shouting(rows), "chelsea");
}

/// Two words and a status.
#[divan::bench(args = SIZES)]
fn exact_words_and_status(bencher: Bencher, rows: usize) {
    exact(bencher, &browser::diff(rows), "arsenal chelsea status:updated");
}

/// A key in the filter line, from the key to the narrowed list: the last letter of a word, and Backspace.
#[divan::bench(args = SIZES)]
fn two_keys(bencher: Bencher, rows: usize) {
    let mut state = browser::browser(rows);
    for key in "/chelse".chars() {
        browser::press(&mut state, KeyCode::Char(key));
    }
    bencher.bench_local(|| {
        browser::press(&mut state, KeyCode::Char('a'));
        browser::press(&mut state, KeyCode::Backspace);
    });
}

/// All names scored.
#[divan::bench(args = SIZES, sample_count = 5, sample_size = 1)]
fn fuzzy(bencher: Bencher, rows: usize) {
    let diff = browser::diff(rows);
    let filter = parse(diff.shape(), "arsche").expect("a filter");
    bencher.bench_local(|| {
        let mut fuzzy = Fuzzy::new(&filter);
        let rows = diff.order().iter();
        rows.filter_map(|row| fuzzy.score(diff.table().name(*row as usize)))
            .count()
    });
}

/// As many names as are scored before the clock is looked at for the first hits.
#[divan::bench]
fn fuzzy_first(bencher: Bencher) {
    let diff = browser::diff(2048);
    let filter = parse(diff.shape(), "arsche").expect("a filter");
    bencher.bench_local(|| {
        let mut fuzzy = Fuzzy::new(&filter);
        let rows = diff.order().iter();
        rows.filter_map(|row| fuzzy.score(diff.table().name(*row as usize)))
            .count()
    });
}

/// By a number, once the records have been read.
#[divan::bench(args = SIZES, sample_count = 5, sample_size = 1)]
fn sort_number(bencher: Bencher, rows: usize) {
    let diff = browser::diff(rows);
    let rank = |row| Rank::of(browser::fields(row).get("homeScore"));
    let ranks: Vec<Rank> = (0..rows).map(rank).collect();
    bencher.bench_local(|| ordered(diff.order().to_vec(), &ranks));
}

/// By a text, once the records have been read.
#[divan::bench(args = SIZES, sample_count = 5, sample_size = 1)]
fn sort_text(bencher: Bencher, rows: usize) {
    let diff = browser::diff(rows);
    let rank = |row| Rank::of(browser::fields(row).get("title"));
    let ranks: Vec<Rank> = (0..rows).map(rank).collect();
    bencher.bench_local(|| ordered(diff.order().to_vec(), &ranks));
}
