//! Local files through the manifest into records: what is read, and every way in which a file can be wrong.

#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

use std::fs;
use std::path::Path;
use std::time::Instant;

use skydeck::canonical::{Loaded, Problems, Reader, load, read_at, read_one, to_json};
use skydeck::config::{Config, FILE_NAME};
use skydeck::record::digest::Fingerprint;
use skydeck::record::table::Table;
use skydeck::record::{Fields, Kind, Location, Value};
use tempfile::TempDir;

const MANIFEST: &str = r#"
container = "iCloud.com.example.app"
data = "."

[type.Thing]
file = "things.json"
record_name = "id"

[type.Thing.fields]
title    = { type = "STRING", from = "title" }
seats    = { type = "INT64", optional = true }
price    = { type = "DOUBLE", optional = true, default = 1.5 }
open     = { type = "INT64", from = "is_open", optional = true }
at       = { type = "TIMESTAMP", from = ["date", "time"], format = "%Y-%m-%d %H:%M", timezone = "America/New_York", optional = true }
made     = { type = "TIMESTAMP", optional = true }
stamp    = { type = "TIMESTAMP", unit = "seconds", optional = true }
place    = { type = "LOCATION", latitude = "lat", longitude = "lon", optional = true }
spot     = { type = "LOCATION", optional = true }
parent   = { type = "REFERENCE", to = "Thing", action = "DELETE_SELF", empty = "missing", optional = true }
tags     = { type = "STRING_LIST", optional = true }
data     = { type = "BYTES", optional = true }
source   = { type = "STRING", constant = "skydeck" }
"#;

fn config(folder: &Path) -> Config {
    Config::parse(MANIFEST, &folder.join(FILE_NAME)).unwrap()
}

fn loaded(text: impl AsRef<[u8]>) -> Result<(TempDir, Loaded), Problems> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("things.json"), text).unwrap();
    let config = config(folder.path());
    let thing = config.type_named("Thing").unwrap();
    let loaded = load(&config, thing, &mut |_| {}, &|| false, Table::new(thing.shape()))?;
    Ok((folder, loaded))
}

/// The problems of a text, without the folder they are in.
fn problems(text: impl AsRef<[u8]>) -> Vec<String> {
    let problems = loaded(text).err().unwrap();
    let folder = format!("{}/", problems.file.parent().unwrap().display());
    problems
        .to_string()
        .lines()
        .map(|line| line.replace(&folder, ""))
        .collect()
}

fn problem(text: impl AsRef<[u8]>) -> String {
    let all = problems(text);
    assert_eq!(all.len(), 1, "{all:#?}");
    all.into_iter().next().unwrap()
}

fn fields(text: &str) -> Fields {
    let (folder, _) = loaded(text).unwrap();
    let config = config(folder.path());
    read_one(&config, config.type_named("Thing").unwrap(), "a")
        .unwrap()
        .unwrap()
        .0
        .fields
}

#[test]
#[ignore = "a measurement: cargo test --release --test canonical -- --ignored --nocapture"]
fn speed() {
    let mut text = String::from("[\n");
    for number in 0..500_000 {
        let comma = if number == 0 { "" } else { ",\n" };
        text.push_str(&format!(
            "{comma}{{\"id\": \"thing_{number}\", \"title\": \"Thing {number}\", \"seats\": {number}, \"lat\": 40.5, \"lon\": -70.25, \"parent\": \"thing_0\", \"more\": null}}"
        ));
    }
    text.push_str("\n]\n");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("things.json"), &text).unwrap();
    let config = config(folder.path());
    let thing = config.type_named("Thing").unwrap();
    let start = Instant::now();
    let loaded = load(&config, thing, &mut |_| {}, &|| false, Table::new(thing.shape())).unwrap();
    println!(
        "{} records, {} bytes in {:?}",
        loaded.records,
        text.len(),
        start.elapsed()
    );
}
