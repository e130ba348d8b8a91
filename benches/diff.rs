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
use skydeck::record::Record;
use skydeck::record::diff::Diff;
use skydeck::record::table::{Origin, Table};

const ROWS: [usize; 3] = [10_000, 100_000, 1_000_000];

fn main() {
    divan::main();
}

fn games() -> Vec<Record> {
    let answer = wire::read(&data::page()).ok();
    let items = answer.and_then(|answer| answer.records).unwrap_or_default();
    let record = |item| {
        if let wire::Item::Record(record) = item {
            Some(record)
        } else {
            None
        }
    };
    items.into_iter().filter_map(record).collect()
}

/// As many records as wanted, from those of a page; names as long as theirs, and in no order.
fn each(games: &mut [Record], rows: usize, mut take: impl FnMut(&Record)) {
    for row in 0..rows {
        let game = row % games.len();
        if let Some(record) = games.get_mut(game) {
            record.name.clear();
            let shuffled = row.wrapping_mul(7_368_787) % rows;
            let _ = write!(record.name, "game_mlb_2025_20250904_t100_t100_{shuffled}");
            take(record);
        }
    }
}

fn filled(games: &mut [Record], rows: usize) -> Table {
    let mut table = Table::new(data::type_of("Game").shape());
    each(games, rows, |record| {
        _ = table.add_local(&record.name, &record.fields, Origin::default())
    });
    table
}

fn listed(games: &mut [Record], rows: usize, mut table: Table) -> Table {
    // The cloud's order is another one than the file's, and one record of a hundred differs.
    let mut old = games.iter().map(|game| game.fields.clone()).collect::<Vec<_>>();
    for (row, fields) in old
        .iter_mut()
        .enumerate()
        .filter(|(row, _)| row % data::DRIFT == 0)
    {
        fields.insert(
            "season".into(),
            skydeck::record::Value::Int64(i64::try_from(row).unwrap_or(0)),
        );
    }
    let mut cloud: Vec<Record> = games.to_vec();
    for (record, fields) in cloud.iter_mut().zip(old) {
        record.fields = fields;
    }
    cloud.reverse();
    each(&mut cloud, rows, |record| _ = table.meet(record));
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
    let mut cloud = games();
    bencher
        .counter(ItemsCount::new(rows))
        .with_inputs(|| filled(&mut local, rows))
        .bench_local_values(|table| black_box(listed(&mut cloud, rows, table)));
}

/// Order and counts.
#[divan::bench(args = ROWS, sample_count = 5, sample_size = 1)]
fn classify(bencher: Bencher<'_, '_>, rows: usize) {
    let mut games = games();
    bencher
        .counter(ItemsCount::new(rows))
        .with_inputs(|| {
            let table = filled(&mut games, rows);
            listed(&mut games, rows, table)
        })
        .bench_local_values(|table| black_box(Diff::new(table, None)));
}

/// The snapshot for the next start, in SQLite on a disk.
#[divan::bench(args = ROWS, sample_count = 5, sample_size = 1)]
fn keep_in_journal(bencher: Bencher<'_, '_>, rows: usize) {
    let mut games = games();
    let table = filled(&mut games, rows);
    let diff = Diff::new(listed(&mut games, rows, table), None);
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
        .bench_local(|| journal.keep(black_box(&diff)));
}
