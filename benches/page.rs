//! A page of 200 games as it arrives: inflating it, and reading it beside the generic way.
//!
//! `cargo bench --bench page`

#[path = "data/mod.rs"]
mod data;

use std::io::{Read as _, Write as _};
use std::sync::LazyLock;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use skydeck::cloudkit::wire::{self, Item};
use skydeck::record::Record;
use skydeck::record::table::{Origin, Table};

use data::PAGE;

static TEXT: LazyLock<String> = LazyLock::new(data::page);

static PACKED: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(TEXT.as_bytes()).unwrap_or_default();
    encoder.finish().unwrap_or_default()
});

fn main() {
    println!(
        "a page: {PAGE} records, {} bytes, packed {}",
        TEXT.len(),
        PACKED.len()
    );
    divan::main();
}

fn records() -> impl Iterator<Item = Record> {
    let items = wire::read(&TEXT).ok().and_then(|answer| answer.records);
    let items = items.map(|read| read.items);
    let record = |item| {
        if let Item::Record(record) = item {
            Some(record)
        } else {
            None
        }
    };
    items.into_iter().flatten().filter_map(record)
}

fn page(bencher: Bencher<'_, '_>, read: impl FnMut()) {
    bencher
        .counter(BytesCount::new(TEXT.len()))
        .counter(ItemsCount::new(PAGE))
        .bench_local(read);
}

/// What a listing does with a page: text to records.
#[divan::bench]
fn read_skydeck(bencher: Bencher<'_, '_>) {
    page(bencher, || _ = black_box(wire::read(&TEXT)));
}

/// The naive way, to compare with.
#[divan::bench]
fn read_serde_json_value(bencher: Bencher<'_, '_>) {
    page(bencher, || {
        _ = black_box(serde_json::from_str::<serde_json::Value>(&TEXT));
    });
}

/// Text to rows: read, hashed and merged into a table that has the same records from the file.
#[divan::bench]
fn read_and_compare(bencher: Bencher<'_, '_>) {
    let mut table = Table::new(data::type_of("Game").shape());
    for record in records() {
        _ = table.add_local(&record.name, &record.fields, Origin::default());
    }
    page(bencher, || {
        for record in records() {
            _ = black_box(table.meet(&record));
        }
    });
}

/// What comes before it, where the service packs its answers.
#[divan::bench]
fn inflate(bencher: Bencher<'_, '_>) {
    page(bencher, || {
        let mut out = Vec::with_capacity(PACKED.len() * 8);
        _ = black_box(MultiGzDecoder::new(PACKED.as_slice()).read_to_end(&mut out));
    });
}
