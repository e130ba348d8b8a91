//! A data set of any size for the benchmarks: canonical files of the six types in `assets/template.toml`, the same bytes
//! for the same seed. Nothing but the current record is in memory.

#![allow(dead_code, reason = "each benchmark needs another part of it")]
#![expect(clippy::expect_used, reason = "a benchmark without its data stops")]

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use jiff::Timestamp;
use rand::rngs::SmallRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};
use skydeck::canonical;
use skydeck::cloudkit::wire;
use skydeck::config::{Config, TypeConfig};
use skydeck::record::Stamp;

/// The manifest of the data.
pub(crate) const MANIFEST: &str = include_str!("../../assets/template.toml");

/// The container that the manifest names.
pub(crate) const CONTAINER: &str = "iCloud.com.example.sports";

/// Records beside the games.
pub(crate) const OTHERS: usize = STADIUMS + TEAMS + STRUCTURES + TEAM_ALIASES + STADIUM_ALIASES;

const STADIUMS: usize = 92;
const TEAMS: usize = 124;
const STRUCTURES: usize = 36;
const TEAM_ALIASES: usize = 64;
const STADIUM_ALIASES: usize = 180;

const SEED: u64 = 1;
const SPORTS: [&str; 4] = ["mlb", "nba", "nfl", "nhl"];
const CITIES: [&str; 8] = [
    "Boston",
    "Chicago",
    "Denver",
    "Houston",
    "Miami",
    "Montréal",
    "St. Louis",
    "Seattle",
];
const CHANNELS: [Option<&str>; 5] = [Some("ESPN"), Some("FOX"), Some("TNT"), None, None];
/// 2025-09-04T17:00:00Z, and the year of games that follows.
const FIRST_GAME: i64 = 1_757_005_200;
const MINUTES: i64 = 365 * 24 * 60;

/// One record in so many differs between the two sides.
pub(crate) const DRIFT: usize = 100;

/// Which side a folder is written for.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Side {
    /// What shall be.
    Local,
    /// The same, but that one text is older in one record of [`DRIFT`].
    Cloud,
}

/// Writes the six files; how many records of this side differ from the other one.
pub(crate) fn write(folder: &Path, games: usize, side: Side) -> io::Result<usize> {
    fs::create_dir_all(folder)?;
    let mut writer = Writer {
        folder,
        side,
        written: 0,
        drifted: 0,
    };
    let mut random = SmallRng::seed_from_u64(SEED);
    writer.file(
        "stadiums_canonical.json",
        "name",
        (0..STADIUMS).map(|i| stadium(i, &mut random)),
    )?;
    writer.file(
        "teams_canonical.json",
        "name",
        (0..TEAMS).map(|i| team(i, &mut random)),
    )?;
    writer.file("league_structure.json", "name", (0..STRUCTURES).map(structure))?;
    writer.file(
        "team_aliases.json",
        "alias_value",
        (0..TEAM_ALIASES).map(|i| team_alias(i, &mut random)),
    )?;
    let aliases = (0..STADIUM_ALIASES).map(|i| stadium_alias(i, &mut random));
    writer.file("stadium_aliases.json", "alias_name", aliases)?;
    writer.file(
        "games_canonical.json",
        "season",
        (0..games).map(|i| game(i, games, &mut random)),
    )?;
    Ok(writer.drifted)
}

/// Records on a full page.
pub(crate) const PAGE: usize = 200;

/// A type of the manifest.
pub(crate) fn type_of(name: &str) -> TypeConfig {
    let config = Config::parse(MANIFEST, Path::new("skydeck.toml")).expect("it is the template that ships");
    config.type_named(name).expect("it has the six types").clone()
}

/// A page of games as the service sends it.
pub(crate) fn page() -> String {
    let folder = tempfile::tempdir().expect("a benchmark needs a temporary folder");
    write(&folder.path().join("data"), PAGE, Side::Local).expect("a benchmark needs room for its data");
    let config = Config::parse(MANIFEST, &folder.path().join("skydeck.toml"));
    let config = config.expect("it is the template that ships");
    let games =
        canonical::read_all(&config, &type_of("Game")).expect("the generator writes what the template reads");
    let stamp = Stamp {
        timestamp: FIRST_GAME * 1000,
        user: Some("_5e1f0c2b9a7d4c3e8b6a1d2f3c4b5a69".into()),
    };
    let records: Vec<Value> = games
        .into_iter()
        .map(|mut game| {
            game.tag = Some("m1x".into());
            (game.created, game.modified) = (Some(stamp.clone()), Some(stamp.clone()));
            let mut record = wire::record(&game);
            record["pluginFields"] = json!({});
            record["deleted"] = json!(false);
            record["zoneID"] = json!({ "zoneName": "_defaultZone", "ownerRecordName": "_7d0c1e5a9b3f", "zoneType": "DEFAULT_ZONE" });
            record
        })
        .collect();
    json!({ "records": records, "continuationMarker": "AQIDBAUGBwg=" }).to_string()
}

struct Writer<'f> {
    folder: &'f Path,
    side: Side,
    written: usize,
    drifted: usize,
}

impl Writer<'_> {
    /// One array, a record a line. The text of `drifting` is what differs.
    fn file(&mut self, name: &str, drifting: &str, records: impl Iterator<Item = Value>) -> io::Result<()> {
        let mut out = BufWriter::new(File::create(self.folder.join(name))?);
        let mut between = "[\n";
        for mut record in records {
            self.written += 1;
            if self.written % DRIFT == DRIFT / 2 {
                self.drifted += 1;
                if let (Side::Cloud, Some(Value::String(text))) = (self.side, record.get_mut(drifting)) {
                    text.push_str(" (old)");
                }
            }
            out.write_all(between.as_bytes())?;
            serde_json::to_writer(&mut out, &record)?;
            between = ",\n";
        }
        out.write_all(b"\n]\n")?;
        out.flush()
    }
}

fn sport(i: usize) -> &'static str {
    SPORTS[i % SPORTS.len()]
}

fn city(i: usize) -> &'static str {
    CITIES[i % CITIES.len()]
}

fn stadium_id(i: usize) -> String {
    format!("stadium_{}_{i:04}", sport(i))
}

fn team_id(i: usize) -> String {
    format!("team_{}_t{i}", sport(i))
}

fn iso(second: i64) -> String {
    Timestamp::from_second(second).unwrap_or_default().to_string()
}

/// A day in the past, some thousands of days before the first game.
fn past(random: &mut SmallRng) -> String {
    iso(FIRST_GAME - random.random_range(1000..9000) * 86_400)
}

fn stadium(i: usize, random: &mut SmallRng) -> Value {
    json!({
        "canonical_id": stadium_id(i), "name": format!("{} Park {i}", city(i)), "city": city(i), "state": "MA",
        "latitude": random.random_range(25.0..50.0), "longitude": random.random_range(-122.0..-70.0),
        "capacity": random.random_range(15_000..82_000), "sport": sport(i).to_uppercase(),
        "primary_team_abbrevs": [format!("T{i}")], "year_opened": random.random_range(1912..2025),
        "timezone_identifier": "America/New_York", "image_url": null,
    })
}

fn team(i: usize, random: &mut SmallRng) -> Value {
    let mut color = || format!("#{:06X}", random.random_range(0..1_u32 << 24));
    json!({
        "canonical_id": team_id(i), "name": format!("{} Owls {i}", city(i)), "abbreviation": format!("T{i}"),
        "city": city(i), "sport": sport(i).to_uppercase(), "stadium_canonical_id": stadium_id(i % STADIUMS),
        "conference_id": format!("structure_{:03}", i % 4), "division_id": format!("structure_{:03}", i % STRUCTURES),
        "primary_color": color(), "secondary_color": color(),
    })
}

fn structure(i: usize) -> Value {
    json!({
        "id": format!("structure_{i:03}"), "sport": sport(i).to_uppercase(), "type": "division",
        "name": format!("Division {i}"), "abbreviation": null, "display_order": i,
        "parent_id": (i >= 4).then(|| format!("structure_{:03}", i % 4)),
    })
}

fn game(i: usize, games: usize, random: &mut SmallRng) -> Value {
    let (home, away) = (random.random_range(0..TEAMS), random.random_range(0..TEAMS));
    let share = i64::try_from(i).unwrap_or(0) * MINUTES / i64::try_from(games).unwrap_or(1);
    let kickoff = iso(FIRST_GAME + share / 5 * 300);
    let day: String = kickoff.chars().take(10).filter(char::is_ascii_digit).collect();
    json!({
        "canonical_id": format!("game_{}_2025_{day}_t{away}_t{home}_{i}", sport(i)),
        "sport": sport(i).to_uppercase(), "season": "2025", "game_datetime_utc": kickoff,
        "home_team_canonical_id": team_id(home), "away_team_canonical_id": team_id(away),
        "stadium_canonical_id": stadium_id(home % STADIUMS), "is_playoff": i * 20 / games == 19,
        "broadcast": CHANNELS[random.random_range(0..CHANNELS.len())],
    })
}

fn team_alias(i: usize, random: &mut SmallRng) -> Value {
    json!({
        "id": format!("team_alias_{i:05}"), "team_canonical_id": team_id(i % TEAMS), "alias_type": "name",
        "alias_value": format!("Old Owls {i}"), "valid_from": past(random),
        "valid_until": (!i.is_multiple_of(3)).then(|| past(random)),
    })
}

fn stadium_alias(i: usize, random: &mut SmallRng) -> Value {
    json!({
        "id": format!("stadium_alias_{i:05}"), "alias_name": format!("old park {i}"),
        "stadium_canonical_id": stadium_id(i % STADIUMS), "valid_from": past(random),
        "valid_until": (!i.is_multiple_of(2)).then(|| past(random)),
    })
}
