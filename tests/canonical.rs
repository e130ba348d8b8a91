//! Local files through the manifest into records: what is read, and every way in which a file can be wrong.

#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Instant;

use skydeck::canonical::{self, Loaded, Problems, Reader, load, read_at, read_one, to_json};
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
        write!(
            text,
            "{comma}{{\"id\": \"thing_{number}\", \"title\": \"Thing {number}\", \"seats\": {number}, \"lat\": 40.5, \"lon\": -70.25, \"parent\": \"thing_0\", \"more\": null}}"
        )
        .unwrap();
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

#[test]
fn every_kind_of_value_is_read() {
    let all = fields(
        r#"[{"id": "a", "title": "caf\u00e9", "seats": 3.0, "is_open": true, "date": "2025-07-01", "time": "19:05",
             "made": "2025-04-01T19:10:00Z", "stamp": 1.5, "lat": 90, "lon": -180, "spot": {"latitude": 1, "longitude": 2.5},
             "parent": "a", "tags": ["x", ""], "data": "AAH/", "more": [{"deep": "]}"}]}]"#,
    );
    assert_eq!(all["title"], Value::String("café".to_owned()));
    assert_eq!(all["seats"], Value::Int64(3));
    assert_eq!(all["price"], Value::Double(1.5));
    assert_eq!(all["open"], Value::Int64(1));
    assert_eq!(all["at"], Value::Timestamp(1_751_411_100_000));
    assert_eq!(all["made"], Value::Timestamp(1_743_534_600_000));
    assert_eq!(all["stamp"], Value::Timestamp(1500));
    assert_eq!(all["place"], Value::Location(Location::at(90.0, -180.0)));
    assert_eq!(all["spot"], Value::Location(Location::at(1.0, 2.5)));
    assert_eq!(all["parent"].references().collect::<Vec<_>>(), ["a"]);
    let texts = ["x", ""].map(|text| Value::String(text.to_owned()));
    assert_eq!(all["tags"], Value::List(Kind::String, texts.to_vec()));
    assert_eq!(all["data"], Value::Bytes(vec![0, 1, 255]));
    assert_eq!(all["source"], Value::String("skydeck".to_owned()));
}

#[test]
fn missing_null_empty_list_and_marked_empty_text_are_absent() {
    let all = fields(
        r#"[{"id": "a", "title": "", "tags": [], "parent": "", "seats": null, "date": "2025-07-01"}]"#,
    );
    assert_eq!(all.keys().collect::<Vec<_>>(), ["price", "source", "title"]);
}

#[test]
fn a_value_does_not_outlive_its_record() {
    let text = r#"[{"id": "b", "title": "t", "seats": 1}, {"id": "a", "title": "u"}]"#;
    assert!(!fields(text).contains_key("seats"));
}

#[test]
fn a_byte_order_mark_is_tolerated() {
    let (_folder, loaded) = loaded("\u{feff} [ {\"id\":\"a\",\"title\":\"t\"} ] \n").unwrap();
    assert_eq!((loaded.records, loaded.table.len()), (1, 1));
}

#[test]
fn a_value_that_does_not_fit_is_told_with_its_place() {
    let one = |member: &str| {
        problem(format!(
            "[\n  {{\"id\": \"a\", \"title\": \"t\",\n   {member}}}\n]"
        ))
    };
    let cases = [
        (
            r#""seats": "3""#,
            "field seats: the text \"3\" where a whole number was expected; the manifest maps it as INT64",
        ),
        (
            r#""seats": 3.5"#,
            "field seats: 3.5 is not whole, as INT64 must be; map it as DOUBLE, or make it whole",
        ),
        (r#""seats": ["#, ""),
        (
            r#""seats": 9223372036854775808"#,
            "field seats: 9223372036854775808 is out of the range of INT64; it takes -9223372036854775808 to 9223372036854775807",
        ),
        (
            r#""seats": 1e400"#,
            "field seats: 1e400 is out of the range of INT64; it takes -9223372036854775808 to 9223372036854775807",
        ),
        (
            r#""price": 1e999"#,
            "field price: the number 1e999 where a finite number was expected; the manifest maps it as DOUBLE",
        ),
        (
            r#""price": true"#,
            "field price: true where a finite number was expected; the manifest maps it as DOUBLE",
        ),
        (
            r#""spot": {"latitude": 1}"#,
            "field spot: a place without latitude and longitude; expected an object with both",
        ),
        (
            r#""tags": "x""#,
            "field tags: the text \"x\" where a list was expected; the manifest maps it as STRING_LIST",
        ),
        (
            r#""tags": ["x", 1]"#,
            "field tags: element 2 of the list: the number 1 where a text was expected; the manifest maps it as STRING_LIST",
        ),
        (r#""data": "a""#, "field data: not base64"),
        (
            r#""parent": "_x""#,
            "field parent: the record name '_x' begins with _; CloudKit takes",
        ),
        (
            r#""stamp": "soon""#,
            "field stamp: 'soon' is no ISO 8601 time; expected a time",
        ),
        (
            r#""made": 17"#,
            "field made: a number where an ISO 8601 text was expected; for a number set unit",
        ),
        (
            r#""made": """#,
            "field made: an empty text where TIMESTAMP was expected; for \"no value\" leave the member out",
        ),
        (r#""seats": 1, "seats": 2"#, "the member 'seats' stands twice"),
    ];
    for (member, expected) in cases.iter().filter(|(_, expected)| !expected.is_empty()) {
        let told = one(member);
        let column = 4 + member.rfind(": ").unwrap() + 2;
        let column = if member.contains("latitude") { 12 } else { column };
        let place = format!("things.json:3:{column}: record 'a'");
        assert!(told.starts_with(&place), "{told}\nhas not {place}");
        assert!(told.contains(expected), "{told}\nhas not {expected}");
    }
}

#[test]
fn coordinates_have_their_range_and_come_in_pairs() {
    let one = |members: &str| problem(format!("[{{\"id\": \"a\", \"title\": \"t\", {members}}}]"));
    assert!(
        one(r#""lat": 90.5, "lon": 1"#).contains(":1:35: record 'a', field place: lat 90.5 is out of range")
    );
    assert!(
        one(r#""lat": 1, "lon": -181"#).contains(":1:45: record 'a', field place: lon -181 is out of range")
    );
    assert!(one(r#""lat": 1"#).contains("'lat' without 'lon'; a place needs both, or neither"));
    assert!(
        one(r#""lat": "1", "lon": 2"#).contains("lat is the text \"1\"; expected a number from -90 to 90")
    );
}

#[test]
fn record_names_are_checked() {
    let one = |name: &str| problem(format!("[{{\"title\": \"t\", \"id\": {name}}}]"));
    assert!(one("17").contains("things.json:1:23: the record name is the number 17; expected a text"));
    assert!(one("\"\"").contains("the record name is empty"));
    assert!(one("\"_a\"").contains("the record name '_a' begins with _"));
    assert!(one("\"é\"").contains("the record name 'é' holds 'é'"));
    assert!(one(&format!("\"{}\"", "x".repeat(256))).contains("the record name has 256 characters"));
    assert!(one("null").contains("the record name is null"));
    let twice = problem("[\n{\"id\": \"a\", \"title\": \"t\"},\n {\"id\": \"a\", \"title\": \"u\"}]");
    assert!(twice.starts_with(
        "things.json:3:2: record 'a': the record name stands in the file twice; first in line 2"
    ));
    let partly = problem(r#"[{"title": "t"}, {"id": "a", "title": "u"}]"#);
    assert!(
        partly.starts_with("things.json:1:2: the record has no 'id'"),
        "{partly}"
    );
}

#[test]
fn a_member_that_no_record_has_is_a_mistake_of_the_manifest() {
    let all = problems(r#"[{"id": "a", "titel": "t"}]"#);
    assert_eq!(
        all,
        [
            "things.json: field title: no record has a member 'title'; did you mean 'titel'? skydeck.toml says which member is read"
        ]
    );
    let all = problems(r#"[{"Id": "a", "title": "t"}, {"title": "t"}]"#);
    assert_eq!(all.len(), 1, "{all:#?}");
    assert!(all[0].contains("no record has the member 'id' that names it; did you mean 'Id'?"));
}

#[test]
fn broken_json_is_told_with_its_place() {
    let cases = [
        ("", "things.json: the file is empty"),
        (" \n", "things.json: the file is empty"),
        ("[]", "things.json: the array is empty"),
        (
            "{\"a\": 1}",
            "things.json:1:1: broken JSON: found '{'; expected a JSON array",
        ),
        (
            "[\n1, 2]",
            "things.json:2:1: the number 1 where a record was expected",
        ),
        (
            "[{\"id\": \"a\", \"title\": \"t\"},\n]",
            "things.json:2:1: broken JSON: a comma before the closing ]",
        ),
        (
            "[{\"id\": \"a\", \"title\": \"t\"}\n {}]",
            "things.json:2:2: broken JSON: found '{'; expected , or ]",
        ),
        (
            "[{\"id\": \"a\", \"title\": \"t\"}] x",
            "things.json:1:29: broken JSON: found 'x' after the array",
        ),
        (
            "[{\"id\": \"a\", \"title\": \"t\"}",
            "things.json:1:27: broken JSON: the file ends inside the array",
        ),
        (
            "[\n {\"id\": \"a",
            "things.json:2:2: broken JSON: the file ends inside the record that starts here",
        ),
        (
            "[\n {\"id\": \"a\",\n  \"title\" 5}]",
            "things.json:3:11: broken JSON: expected `:`",
        ),
        (
            "[,]",
            "things.json:1:2: broken JSON: found ','; expected a record",
        ),
        (
            "[{\"id\": \"a\", \"title\": \"\\ud800\"}]",
            "things.json:1:23: record 'a', field title: a text with a broken escape",
        ),
    ];
    for (text, expected) in cases {
        let all = problems(text);
        assert!(
            all[0].starts_with(expected),
            "{text:?}: {all:#?}\nis not {expected}"
        );
    }
    let all = problems(b"[{\"id\": \"a\xff\"}]");
    assert!(
        all[0].starts_with("things.json:1:11: broken JSON: not UTF-8"),
        "{all:#?}"
    );
}

#[test]
fn a_file_that_is_not_there_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    let thing = config.type_named("Thing").unwrap();
    let told = |config: &Config| {
        load(config, thing, &mut |_| {}, &|| false, Table::new(thing.shape()))
            .err()
            .unwrap()
    };
    assert!(
        told(&config)
            .to_string()
            .contains("things.json: there is no such file")
    );
    fs::create_dir(folder.path().join("things.json")).unwrap();
    assert!(
        told(&config)
            .to_string()
            .contains("things.json: cannot be read: it is a folder")
    );
}

#[test]
fn a_record_of_more_than_a_megabyte_is_refused() {
    let told = problem(format!(
        r#"[{{"id": "a", "title": "{}"}}]"#,
        "x".repeat(1_100_000)
    ));
    assert!(told.contains("record 'a': the record takes about 11"), "{told}");
}

#[test]
fn problems_are_counted_beyond_the_first_hundred() {
    let records: Vec<String> = (0..150)
        .map(|n| format!(r#"{{"id": "r{n}", "title": 5}}"#))
        .collect();
    let all = problems(format!("[{}]", records.join(",")));
    assert_eq!(all.len(), 101);
    assert!(all[100].ends_with("and 50 more"));
}

#[test]
fn a_file_that_changes_while_it_is_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("things.json");
    let records: Vec<String> = (0..3000)
        .map(|n| format!(r#"{{"id": "r{n}", "title": "t"}}"#))
        .collect();
    fs::write(&file, format!("[{}]", records.join(","))).unwrap();
    let config = config(folder.path());
    let thing = config.type_named("Thing").unwrap();
    let mut told = Vec::new();
    let mut touch = |records: u64| {
        told.push(records);
        fs::write(&file, "[]").unwrap();
    };
    let problems = load(&config, thing, &mut touch, &|| false, Table::new(thing.shape()))
        .err()
        .unwrap();
    assert_eq!(problems.list.len(), 1);
    assert!(
        problems
            .to_string()
            .contains("the file changed while it was read")
    );
    assert_eq!(told[0], 1024);
}

#[test]
fn reading_stops_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let records: Vec<String> = (0..3000)
        .map(|n| format!(r#"{{"id": "r{n}", "title": "t"}}"#))
        .collect();
    fs::write(
        folder.path().join("things.json"),
        format!("[{}]", records.join(",")),
    )
    .unwrap();
    let config = config(folder.path());
    let thing = config.type_named("Thing").unwrap();
    let problems = load(&config, thing, &mut |_| {}, &|| true, Table::new(thing.shape()))
        .err()
        .unwrap();
    assert!(problems.cancelled && problems.list.is_empty());
}

#[test]
fn a_record_is_read_again_where_it_stands() {
    let text = "[ {\"id\": \"b\", \"title\": \"ü\"},\n {\"id\": \"a\", \"title\": \"t\", \"seats\": 4} ]";
    let (folder, loaded) = loaded(text).unwrap();
    let config = config(folder.path());
    let thing = config.type_named("Thing").unwrap();
    let row = loaded.table.find("a").unwrap();
    let origin = loaded.table.origin(row).unwrap();
    assert_eq!(origin.line, 2);
    let record = read_at(&config.file_of(thing), thing, origin).unwrap();
    assert_eq!(
        (record.name.as_str(), &record.fields["seats"]),
        ("a", &Value::Int64(4))
    );
    let print = Fingerprint::of(&thing.shape(), &record.fields);
    assert!(print.matches(&loaded.table.local_fingerprint(row).unwrap()));
    assert_eq!(read_one(&config, thing, "a").unwrap().unwrap(), (record, origin));
    assert!(read_one(&config, thing, "c").unwrap().is_none());

    let mut reader = Reader::open(&config.file_of(thing), thing).unwrap();
    let other = loaded.table.origin(loaded.table.find("b").unwrap()).unwrap();
    assert_eq!(reader.read(other).unwrap().name, "b");
    fs::write(config.file_of(thing), "[]").unwrap();
    assert!(
        reader
            .read(origin)
            .unwrap_err()
            .to_string()
            .contains("the file changed")
    );
}

#[test]
fn what_is_exported_reads_back_as_the_same_record() {
    let text = r#"[{"id": "a", "title": "t", "seats": 3, "price": 2.25, "is_open": 0, "date": "2025-07-01", "time": "19:05",
        "made": "2025-04-01T19:10:00.250Z", "stamp": 1.5, "lat": 1.5, "lon": 2, "spot": {"latitude": 1, "longitude": 2.5},
        "parent": "b", "tags": ["x"], "data": "AAH/"}]"#;
    let before = fields(text);
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    let thing = config.type_named("Thing").unwrap();
    let mut members = to_json(thing, &before);
    assert_eq!(
        (members["date"].as_str(), members["time"].as_str()),
        (Some("2025-07-01"), Some("19:05"))
    );
    assert!(!members.contains_key("source"));
    members["id"] = "a".into();
    let after = fields(&serde_json::to_string(&[members]).unwrap());
    assert_eq!(before, after);
}

/// Real data, where it lies beside the checkout.
#[test]
fn the_football_files_load() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/football/2026-03");
    if !data.is_dir() {
        println!("skipped: {} is not here", data.display());
        return;
    }
    let text = skydeck::canonical::propose(&data, None).text;
    let config = Config::parse(&text, Path::new(FILE_NAME)).unwrap();
    let expected = [
        ("Stadium", 136),
        ("Team", 445),
        ("Game", 13_815),
        ("LeagueStructure", 32),
        ("TeamAlias", 173),
        ("StadiumAlias", 136),
    ];
    for (name, records) in expected {
        let one = config.type_named(name).unwrap();
        let loaded = load(&config, one, &mut |_| {}, &|| false, Table::new(one.shape())).unwrap();
        assert_eq!(loaded.records, records, "{name}");
    }
}

/// What `init` proposes for a file, and what it marks as guessed: its first line says that guesses are marked.
#[test]
fn plain_dates_are_no_moments_and_every_guess_is_marked_on_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let games = r#"[
        {"slug": "a", "date": "2026-05-01", "begins": "2026-05-01T19:00:00Z", "mixed": "2026-05-01", "round": 1,
         "open": true, "title": "First", "odds": 1.5, "lat": 1, "lon": 2},
        {"slug": "b", "date": "2026-05-02", "begins": "2026-05-02T19:00:00Z", "mixed": "2026-05-02T12:00:00Z", "round": 2,
         "open": false, "title": "Second", "odds": 2, "lat": 1, "lon": 2}]"#;
    fs::write(folder.path().join("games.json"), games).unwrap();
    fs::write(
        folder.path().join("scores.json"),
        r#"[{"id": "s1", "game_id": "a"}, {"id": "s2", "game_id": "b"}]"#,
    )
    .unwrap();
    let lines = |schema: Option<&skydeck::canonical::Schema>| -> Vec<String> {
        let text = skydeck::canonical::propose(folder.path(), schema).text;
        Config::parse(&text, Path::new(FILE_NAME)).unwrap();
        assert!(text.starts_with(
            "# Proposed from the files found. Review it: every guess is marked `# guess: …`.\n"
        ));
        text.lines().map(str::to_owned).collect()
    };
    let line = |lines: &[String], start: &str| {
        assert!(
            lines.iter().any(|line| line.starts_with(start)),
            "{start} is not in {lines:#?}"
        );
        lines.iter().find(|line| line.starts_with(start)).unwrap().clone()
    };
    let proposed = lines(None);
    for (start, guess) in [
        ("[type.Game] ", "named after the file, 2 records"),
        ("record_name = \"slug\"", "its value is different in every record"),
        (
            "date = \"STRING\"",
            "a date as text; use TIMESTAMP if the schema does",
        ),
        (
            "mixed = \"STRING\"",
            "a date as text; use TIMESTAMP if the schema does",
        ),
        (
            "begins = \"TIMESTAMP\"",
            "a time; text without a time zone is read as UTC",
        ),
        ("round = \"INT64\"", "no value has a fraction"),
        ("open = \"INT64\"", "true is 1, false is 0"),
        (
            "location = { type = \"LOCATION\"",
            "two numbers that form a location",
        ),
        ("game = { type = \"REFERENCE\"", "every value names such a record"),
    ] {
        let line = line(&proposed, start);
        assert!(line.ends_with(&format!("# guess: {guess}")), "{line}");
    }
    for start in ["title = \"STRING\"", "odds = \"DOUBLE\"", "record_name = \"id\""] {
        assert!(!line(&proposed, start).contains('#'), "{start}");
    }

    // What a schema says is no guess, and a date is a TIMESTAMP where the schema says so.
    let fields = [("date", "TIMESTAMP"), ("begins", "TIMESTAMP"), ("round", "INT64")];
    let fields = fields.map(|(name, kind)| (name.to_owned(), kind.parse().unwrap()));
    let schema = [("Game".to_owned(), fields.into_iter().collect())]
        .into_iter()
        .collect();
    let proposed = lines(Some(&schema));
    assert!(
        line(&proposed, "date = \"TIMESTAMP\"")
            .ends_with("# guess: text without a time of day is read as midnight UTC")
    );
    for start in ["begins = \"TIMESTAMP\"", "round = \"INT64\""] {
        assert!(!line(&proposed, start).contains('#'), "{start}");
    }
}

const ONE: &str = r#"
container = "iCloud.com.example.one"
[type.Stadium]
file = "stadiums.json"
record_name = "id"
[type.Stadium.fields]
key = { type = "STRING", from = "id" }
capacity = "INT64"
place = { type = "LOCATION", latitude = "lat", longitude = "lon" }
opened = { type = "TIMESTAMP", optional = true }
tags = { type = "STRING_LIST", optional = true }
kind = { type = "STRING", constant = "sports" }
"#;

#[test]
fn one_record_is_written_out_to_be_edited_and_reads_back_the_same() {
    let config = Config::parse(ONE, Path::new("/nowhere/skydeck.toml")).unwrap();
    let stadium = &config.types[0];
    let text = r#"{"id": "s1", "capacity": 7, "lat": 1.5, "lon": -2, "opened": "2020-01-01T00:00:00Z", "tags": ["a,b", "c"]}"#;
    let record = canonical::read_written(stadium, text).unwrap();
    let written = canonical::written(stadium, "s1", &record.fields);
    assert_eq!(canonical::read_written(stadium, &written).unwrap(), record);
    // Members stand one a line, in the manifest's order, and what is absent is there to be filled in.
    let members: Vec<&str> = written
        .lines()
        .filter_map(|line| line.split('"').nth(1))
        .collect();
    assert_eq!(members, ["id", "capacity", "lat", "lon", "opened", "tags"]);
    let empty = canonical::written(stadium, "s2", &Fields::new());
    assert!(empty.contains("\"capacity\": null"), "{empty}");
}

#[test]
fn only_what_was_changed_in_the_text_is_changed() {
    let config = Config::parse(ONE, Path::new("/nowhere/skydeck.toml")).unwrap();
    let stadium = &config.types[0];
    let before =
        canonical::read_written(stadium, r#"{"id": "s1", "capacity": 7, "lat": 1, "lon": 2}"#).unwrap();
    let after =
        canonical::read_written(stadium, r#"{"id": "s1", "lat": 1, "lon": 2, "tags": ["x"]}"#).unwrap();
    let goal = canonical::changed(stadium, &before.fields, &after.fields);
    assert_eq!(goal.keys().collect::<Vec<_>>(), ["capacity", "tags"]);
    assert_eq!(goal["capacity"], None);
}

#[test]
fn mistakes_in_the_text_are_told_with_the_line_the_editor_shows() {
    let config = Config::parse(ONE, Path::new("/nowhere/skydeck.toml")).unwrap();
    let read = |text: &str| {
        canonical::read_written(&config.types[0], text)
            .unwrap_err()
            .join("\n")
    };
    let wrong = read("// a remark\n{\n\"id\": \"s1\",\n\"capacity\": \"x\",\n\"capacitty\": 1}");
    assert!(
        wrong.contains("line 4: capacity") && wrong.contains("'capacitty'"),
        "{wrong}"
    );
    assert!(
        read("{\n\"id\": \"s1\",\n}").contains("line 3"),
        "{}",
        read("{\n\"id\": \"s1\",\n}")
    );
    assert!(read("").contains("no record"));
    assert!(read("{\"id\": \"a\"} , {\"id\": \"b\"}").contains("more than one"));
    assert!(read("{}").contains("no 'id'"));
    assert!(!read("[]").is_empty());
}
