//! A comparison without files and network: both sides into a table, the table into a diff, the diff into the journal.
//!
//! `cargo bench --bench diff`

#[path = "data/mod.rs"]
mod data;

use std::fmt::Write as _;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use skydeck::cloudkit::wire;
use skydeck::journal::{Journal, Place};
use skydeck::record::diff::Diff;
use skydeck::record::table::{Origin, Table};
use skydeck::record::{Record, Value};

const ROWS: [usize; 3] = [10_000, 100_000, 1_000_000];

fn main() {
    let mut games = games();
    let table = filled(&mut games, 10_000);
    let counts = Diff::new(listed(&games, 10_000, table), None).counts();
    println!(
        "of 10,000 rows {} are updated and {} unchanged",
        counts.updated, counts.unchanged
    );
    divan::main();
}

fn games() -> Vec<Record> {
    let answer = wire::read(&data::page()).ok();
    let items = answer.and_then(|answer| answer.records).unwrap_or_default().items;
    let record = |item| {
        if let wire::Item::Record(record) = item {
            Some(record)
        } else {
            None
        }
    };
    items.into_iter().filter_map(record).collect()
}

/// A record for each row, from those of a page; the names are as long as theirs, and in no order.
fn each(games: &mut [Record], rows: impl Iterator<Item = usize>, of: usize, mut take: impl FnMut(&Record)) {
    for row in rows {
        let game = row % games.len();
        if let Some(record) = games.get_mut(game) {
            record.name.clear();
            let shuffled = row.wrapping_mul(7_368_787) % of;
            // Writing to a string cannot fail.
            let _ = write!(record.name, "game_mlb_2025_20250904_t100_t100_{shuffled}");
            take(record);
        }
    }
}

fn filled(games: &mut [Record], rows: usize) -> Table {
    let mut table = Table::new(data::type_of("Game").shape());
    each(games, 0..rows, rows, |record| {
        _ = table.add_local(&record.name, &record.fields, Origin::default());
    });
    table
}

/// The cloud's order is another one than the file's, and one record in so many differs.
fn listed(games: &[Record], rows: usize, mut table: Table) -> Table {
    let mut cloud = games.to_vec();
    for record in cloud.iter_mut().step_by(data::DRIFT) {
        record
            .fields
            .insert("season".into(), Value::String("2024".into()));
    }
    each(&mut cloud, (0..rows).rev(), rows, |record| _ = table.meet(record));
    table
}

/// The file's side into an empty table.
#[divan::bench(args = ROWS, sample_count = 5, sample_size = 1)]
fn fill_local(bencher: Bencher<'_, '_>, rows: usize) {
    let mut games = games();
    bencher
        .counter(ItemsCount::new(rows))
        .bench_local(|| black_box(filled(&mut games, rows)));
}

/// The cloud's side beside it.
#[divan::bench(args = ROWS, sample_count = 5, sample_size = 1)]
fn meet_cloud(bencher: Bencher<'_, '_>, rows: usize) {
    let mut local = games();
    let cloud = games();
    bencher
        .counter(ItemsCount::new(rows))
        .with_inputs(|| filled(&mut local, rows))
        .bench_local_values(|table| black_box(listed(&cloud, rows, table)));
}

/// Order and counts.
#[divan::bench(args = ROWS, sample_count = 5, sample_size = 1)]
fn classify(bencher: Bencher<'_, '_>, rows: usize) {
    let mut games = games();
    bencher
        .counter(ItemsCount::new(rows))
        .with_inputs(|| {
            let table = filled(&mut games, rows);
            listed(&games, rows, table)
        })
        .bench_local_values(|table| black_box(Diff::new(table, None)));
}

/// The snapshot for the next start, in SQLite on a disk.
#[divan::bench(args = ROWS, sample_count = 5, sample_size = 1)]
fn keep_in_journal(bencher: Bencher<'_, '_>, rows: usize) {
    let mut games = games();
    let table = filled(&mut games, rows);
    let diff = Diff::new(listed(&games, rows, table), None);
    let Ok(folder) = tempfile::tempdir() else { return };
    let place = Place {
        folder: folder.path().to_owned(),
        container: data::CONTAINER.into(),
        environment: "development".into(),
        server: None,
    };
    let Ok(journal) = Journal::open(&place) else {
        return;
    };
    bencher
        .counter(ItemsCount::new(rows))
        .bench_local(|| journal.keep(black_box(&diff), "manifest"));
}
