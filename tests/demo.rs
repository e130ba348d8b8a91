//! The data set that ships: what its makers promise.

#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use skydeck::canonical::{load, propose, read_all};
use skydeck::config::{Config, FILE_NAME};
use skydeck::demo::{EXPECTED, TEMPLATE, earlier, schedule, write};
use skydeck::record::diff::Diff;
use skydeck::record::table::Table;
use skydeck::record::{Record, Value};

fn written() -> (tempfile::TempDir, Config) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path()).unwrap();
    let config = Config::load(&folder.path().join(FILE_NAME)).unwrap();
    assert_eq!(config.warnings, []);
    (folder, config)
}

#[test]
fn the_counts_are_as_documented() {
    let (_folder, config) = written();
    let mut clouds: BTreeMap<String, Vec<Record>> = BTreeMap::new();
    let mut names = BTreeSet::new();
    for (record_type, name, fields) in earlier(&config).unwrap() {
        assert!(names.insert(name.clone()), "{name} stands twice");
        clouds
            .entry(record_type.clone())
            .or_default()
            .push(Record::local(record_type, name, fields));
    }
    assert_eq!(config.types.len(), EXPECTED.len());
    for (one, (name, expected)) in config.types.iter().zip(EXPECTED) {
        assert_eq!(one.name, name);
        let loaded = load(&config, one, &mut |_| {}, &|| false, Table::new(one.shape())).unwrap();
        let mut table = loaded.table;
        for record in &clouds[name] {
            table.meet(record).unwrap();
        }
        assert_eq!(Diff::new(table, None).counts(), expected, "{name}");
        assert_eq!(loaded.records, expected.local());
        assert_eq!(clouds[name].len(), expected.cloud());
    }
    let foreign = |field: &str| {
        clouds
            .values()
            .flatten()
            .filter(|record| record.fields.contains_key(field))
            .count()
    };
    assert_eq!((foreign("editorNote"), foreign("broadcast")), (5, 40));
}

#[test]
fn every_reference_has_its_target() {
    let (_folder, config) = written();
    let all: Vec<Vec<Record>> = config
        .types
        .iter()
        .map(|one| read_all(&config, one).unwrap())
        .collect();
    let names: BTreeSet<&str> = all.iter().flatten().map(|record| record.name.as_str()).collect();
    for record in all.iter().flatten() {
        for target in record.fields.values().flat_map(Value::references) {
            assert!(names.contains(target), "{} points at {target}", record.name);
        }
    }
}

#[test]
fn the_schedule_is_one_that_could_be_played() {
    let games = schedule().unwrap();
    assert_eq!(games, schedule().unwrap());
    let of = |sport: &str| {
        games
            .iter()
            .filter(|game| game.sport == sport && !game.is_playoff)
            .count()
    };
    assert_eq!(
        ["MLB", "NBA", "NHL", "NFL", "MLS"].map(of),
        [2430, 1230, 1312, 272, 510]
    );
    assert_eq!(games.len(), 5760);
    let names: BTreeSet<&str> = games.iter().map(|game| game.canonical_id.as_str()).collect();
    assert_eq!(names.len(), games.len());
    let mut days: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut played: BTreeMap<&str, usize> = BTreeMap::new();
    for game in &games {
        assert_ne!(game.home_team_canonical_id, game.away_team_canonical_id);
        assert_eq!(game.home_score.is_some(), game.away_score.is_some());
        // The name ends in the day on which it is played there.
        let day = game
            .canonical_id
            .trim_end_matches("_2")
            .rsplit('_')
            .next()
            .unwrap();
        for team in [&game.home_team_canonical_id, &game.away_team_canonical_id] {
            *days.entry((team, day)).or_default() += 1;
            *played.entry(team).or_default() += usize::from(!game.is_playoff);
        }
    }
    let twice = days.values().filter(|games| **games > 1).count();
    let second = games
        .iter()
        .filter(|game| game.canonical_id.ends_with("_2"))
        .count();
    assert_eq!(
        twice,
        2 * second,
        "only doubleheaders have a team play twice on a day"
    );
    assert!((5..60).contains(&second), "{second} doubleheaders");
    for (team, games) in played {
        let each = [("mlb", 162), ("nba", 82), ("nhl", 82), ("nfl", 17), ("mls", 34)];
        let (_, expected) = each
            .into_iter()
            .find(|(league, _)| team.contains(league))
            .unwrap();
        assert_eq!(games, expected, "{team}");
    }
    println!("{:#?}", games.iter().step_by(700).collect::<Vec<_>>());
}

#[test]
fn the_template_is_the_demo_without_scores() {
    let template = Config::parse(TEMPLATE, Path::new(FILE_NAME)).unwrap();
    let (_folder, demo) = written();
    assert_eq!(template.types.len(), 6);
    for (theirs, ours) in template.types.iter().zip(&demo.types) {
        let mut ours = ours.clone();
        ours.fields
            .retain(|field| !["homeScore", "awayScore"].contains(&field.name.as_str()));
        assert_eq!(*theirs, ours);
    }
    assert!(template.profile("production").read_only);
}

#[test]
fn a_manifest_proposed_from_its_files_loads_them() {
    let (folder, demo) = written();
    let text = propose(&folder.path().join("data"), None).text;
    println!("{text}");
    let config = Config::parse(&text, &folder.path().join(FILE_NAME)).unwrap();
    assert_eq!(config.types.len(), 6);
    for one in &config.types {
        let loaded = load(&config, one, &mut |_| {}, &|| false, Table::new(one.shape())).unwrap();
        assert!(loaded.records > 0);
        let ours = demo.type_named(&one.name).unwrap();
        assert_eq!((&one.file, &one.record_name), (&ours.file, &ours.record_name));
    }
    let game = config.type_named("Game").unwrap().shape();
    let targets = |name: &str| game.field(name).unwrap().target.clone();
    assert_eq!(targets("homeTeam").as_deref(), Some("Team"));
    assert_eq!(targets("stadium").as_deref(), Some("Stadium"));
    assert_eq!(
        game.field("gameDatetimeUtc").unwrap().field_type.to_string(),
        "TIMESTAMP"
    );
    let stadium = config.type_named("Stadium").unwrap().shape();
    assert_eq!(
        stadium.field("location").unwrap().field_type.to_string(),
        "LOCATION"
    );
    assert_eq!(
        stadium
            .field("primaryTeamAbbrevs")
            .unwrap()
            .field_type
            .to_string(),
        "STRING_LIST"
    );

    let schema = demo.types.iter().map(|one| {
        let fields = one
            .fields
            .iter()
            .map(|field| (field.name.clone(), field.field_type));
        (one.name.clone(), fields.collect())
    });
    let text = propose(&folder.path().join("data"), Some(&schema.collect())).text;
    println!("{text}");
    let config = Config::parse(&text, &folder.path().join(FILE_NAME)).unwrap();
    for one in &config.types {
        load(&config, one, &mut |_| {}, &|| false, Table::new(one.shape())).unwrap();
        let ours = demo.type_named(&one.name).unwrap().shape();
        for field in &one.fields {
            let known = ours.field(&field.name).map(|known| known.field_type);
            assert!(
                known.is_none_or(|known| known == field.field_type),
                "{}",
                field.name
            );
        }
    }
    assert!(
        config
            .type_named("Stadium")
            .unwrap()
            .shape()
            .field("imageURL")
            .is_some()
    );
}

#[test]
fn a_folder_without_files_gives_a_manifest_that_parses() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("broken.json"), "[{").unwrap();
    let text = propose(folder.path(), None).text;
    let config = Config::parse(&text, Path::new(FILE_NAME)).unwrap();
    assert!(config.types.is_empty() && text.contains("# broken.json: broken JSON"));
}
