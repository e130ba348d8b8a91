//! What is said before anything is written: field types, references, record names, and what the schema lacks. What was
//! sent is counted by the service; what the cloud holds is read past the client.

use serde_json::{Value, json};
use skydeck::emulator::{FieldType, Indexes, Kind, Options, TypeSchema};

use super::Rig;
use super::rig::CONTAINER;

/// A rig with a manifest, files and a schema of its own. The tables of the types follow the environments.
fn rig(manifest: &str, types: Vec<(&str, TypeSchema)>) -> Rig {
    let rig = Rig::with(|options: &mut Options| {
        for (name, one) in types {
            options.schema = std::mem::take(&mut options.schema).with_type(name, one);
        }
    });
    configure(&rig, manifest);
    rig
}

fn configure(rig: &Rig, manifest: &str) {
    let environment = |name: &str| {
        format!(
            "[environment.{name}]\nkey_id = \"{}\"\nprivate_key = \"key.pem\"\nendpoint = \"{}\"\n",
            rig.key.key_id,
            rig.emulator.endpoint()
        )
    };
    let environments = format!(
        "{}{}read_only = false\n",
        environment("development"),
        environment("production")
    );
    rig.write(
        "skydeck.toml",
        &format!("container = \"{CONTAINER}\"\n{environments}{manifest}"),
    );
}

const GAMES: &str = r#"
[type.Game]
file = "games.json"
record_name = "id"
[type.Game.fields]
date = "TIMESTAMP"
round = { type = "INT64", optional = true }

[type.Stadium]
file = "stadiums.json"
record_name = "id"
fields.name = "STRING"
"#;

fn one(kind: Kind) -> FieldType {
    FieldType::one(kind)
}

/// Forty games with plain dates, in the file and in the cloud; one stadium more in the file than in the cloud.
fn games(round: Kind) -> Rig {
    let game = TypeSchema::new()
        .field("date", one(Kind::String))
        .field("round", one(round));
    let rig = rig(GAMES, vec![("Game", game)]);
    let date = |n: u32| format!("2026-05-{:02}", 1 + n % 28);
    let local: Vec<Value> = (0..40)
        .map(|n| json!({"id": format!("g{n:02}"), "date": date(n), "round": n}))
        .collect();
    rig.write("data/games.json", &json!(local).to_string());
    let cloud: Vec<Value> = (0..40)
        .map(|n| {
            json!({"recordName": format!("g{n:02}"), "recordType": "Game", "fields": {
                "date": {"value": date(n), "type": "STRING"},
                "round": {"value": n, "type": if round == Kind::Int64 { "INT64" } else { "DOUBLE" }}}})
        })
        .collect();
    rig.load(&cloud);
    rig
}

const DATE: &str = "Game.date: the manifest says TIMESTAMP, the cloud has STRING";

#[test]
fn a_field_of_another_type_in_the_cloud_is_one_line_and_its_type_is_not_synced() {
    let rig = games(Kind::Int64);
    let diff = rig.run(&["diff"]);
    assert!(!diff.out.contains("Games:"), "{diff:?}");
    assert_eq!(diff.err.matches(DATE).count(), 1, "{diff:?}");
    assert!(!diff.err.contains("Game.round"), "{diff:?}");
    assert!(diff.err.lines().count() < 8, "{diff:?}");
    diff.data(1);

    let document = rig.json(1, &["diff"]);
    let game = document["types"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["type"] == "Game");
    assert!(
        game.unwrap()["error"].as_str().unwrap().contains(DATE),
        "{document}"
    );

    let before = rig.cloud();
    let sync = rig.run(&["sync", "--yes"]);
    assert_eq!(sync.code, 3, "the other type was written: {sync:?}");
    assert!(rig.has("new_ground"), "{sync:?}");
    let games = |records: Vec<Value>| -> Vec<Value> {
        records
            .into_iter()
            .filter(|one| one["recordType"] == "Game")
            .collect()
    };
    assert_eq!(games(rig.cloud()), games(before));

    let doctor = rig.run(&["doctor"]);
    assert_eq!(doctor.data(1).matches(DATE).count(), 1, "{doctor:?}");
    assert!(!doctor.out.contains("All is well"), "{doctor:?}");
}

#[test]
fn whole_numbers_of_a_double_field_are_a_difference_of_type_where_the_answer_says_so() {
    let rig = games(Kind::Double);
    configure(&rig, &GAMES.replace("\"TIMESTAMP\"", "\"STRING\""));
    let diff = rig.run(&["diff"]);
    diff.data(1);
    assert!(
        diff.err
            .contains("Game.round: the manifest says INT64, the cloud has DOUBLE"),
        "{diff:?}"
    );

    // The other way round, and without tags: nobody can tell 3 from 3.0 then.
    let rig = games(Kind::Double);
    configure(
        &rig,
        &GAMES
            .replace("\"TIMESTAMP\"", "\"STRING\"")
            .replace("\"INT64\"", "\"DOUBLE\""),
    );
    rig.faults(&json!([{ "when": {"operation": "records/query"}, "do": {"drop_types": true} }]));
    let diff = rig.run(&["diff", "Game"]);
    assert!(
        diff.data(0)
            .starts_with("Games: 40 unchanged, 0 new, 0 updated, 0 deleted"),
        "{diff:?}"
    );
    assert!(!diff.err.contains("the manifest says"), "{diff:?}");
}

#[test]
fn a_type_that_no_record_shows_is_told_by_the_schema() {
    let game = TypeSchema::new()
        .field("date", one(Kind::String))
        .field("round", one(Kind::Int64));
    let rig = rig(GAMES, vec![("Game", game)]);
    rig.write(
        "data/games.json",
        &json!([{"id": "g1", "date": "2026-05-01", "round": 1}]).to_string(),
    );
    let sync = rig.run(&["sync", "--yes", "Game"]);
    assert_eq!(sync.code, 1, "{sync:?}");
    assert!(sync.err.contains(DATE), "{sync:?}");
    assert_eq!(rig.count("records/modify"), 0);
}

const PLAYERS: &str = r#"
[type.Player]
file = "players.json"
record_name = "id"
fields.team = { type = "REFERENCE", from = "team_id", to = "Club", action = "DELETE_SELF" }

[type.Club]
file = "clubs.json"
record_name = "id"
fields.name = "STRING"
"#;

/// So many players of one club in the file; the first ones of them are in the cloud.
fn players(manifest: &str, local: usize, cloud: usize) -> Rig {
    let player = TypeSchema::new().field("team", one(Kind::Reference));
    let club = TypeSchema::new().field("name", one(Kind::String));
    let rig = rig(manifest, vec![("Player", player), ("Club", club)]);
    let file: Vec<Value> = (0..local)
        .map(|n| json!({"id": format!("p{n:03}"), "team_id": "hub"}))
        .collect();
    rig.write("data/players.json", &json!(file).to_string());
    rig.write(
        "data/clubs.json",
        &json!([{"id": "hub", "name": "Hub"}]).to_string(),
    );
    let mut records = vec![
        json!({"recordName": "hub", "recordType": "Club", "fields": {"name": {"value": "Hub", "type": "STRING"}}}),
    ];
    records.extend((0..cloud).map(|n| {
        let team = json!({"value": {"recordName": "hub", "action": "DELETE_SELF"}, "type": "REFERENCE"});
        json!({"recordName": format!("p{n:03}"), "recordType": "Player", "fields": {"team": team}})
    }));
    rig.load(&records);
    rig
}

#[test]
fn more_than_750_records_that_go_with_one_are_refused_before_anything_is_sent() {
    let rig = players(PLAYERS, 751, 400);
    let line = "Club 'hub': 751 records would refer to it with DELETE_SELF";
    for command in [
        vec!["sync", "--yes"],
        vec!["sync", "--dry-run"],
        vec!["sync", "--save-plan", "plan.json"],
    ] {
        let said = rig.run(&command);
        assert_eq!(said.code, 4, "{command:?}: {said:?}");
        assert_eq!(said.err.matches(line).count(), 1, "{command:?}: {said:?}");
    }
    assert!(!rig.path("plan.json").exists());
    assert_eq!(rig.count("records/modify"), 0);
    assert!(rig.run(&["diff"]).err.contains(line));
    let document = rig.json(2, &["diff"]);
    let found = &document["diagnostics"][0];
    assert_eq!(found["check"], "delete_self_limit", "{document}");
    assert_eq!(
        (&found["severity"], &found["type"], &found["name"]),
        (&json!("error"), &json!("Club"), &json!("hub"))
    );
    let doctor = rig.run(&["doctor"]);
    assert!(doctor.data(1).contains(line), "{doctor:?}");

    // 750 are what the service takes: the same file without the last one goes through.
    let rig = players(PLAYERS, 750, 400);
    rig.run(&["sync", "--yes"]).data(0);
    assert_eq!(
        rig.cloud()
            .iter()
            .filter(|one| one["recordType"] == "Player")
            .count(),
        750
    );
}

#[test]
fn what_the_service_would_refuse_can_be_sent_all_the_same_where_the_configuration_says_so() {
    let rig = players(
        &format!("{PLAYERS}\n[checks]\ndelete_self_limit = \"warn\"\n"),
        751,
        400,
    );
    let sync = rig.run(&["sync", "--yes"]);
    assert_eq!(sync.code, 3, "{sync:?}");
    assert!(sync.err.contains("Warning: Club 'hub': 751 records"), "{sync:?}");
    assert_eq!(
        rig.cloud()
            .iter()
            .filter(|one| one["recordType"] == "Player")
            .count(),
        750
    );
}

const LINKS: &str = r#"
[type.Player]
file = "players.json"
record_name = "id"
[type.Player.fields]
team = { type = "REFERENCE", from = "team_id", to = "Club" }

[type.Club]
file = "clubs.json"
record_name = "id"
fields.name = "STRING"
"#;

/// Players of clubs that are nowhere, and of a stadium, which is no club; `elsewhere` is a club of the cloud alone.
fn links(manifest: &str) -> Rig {
    let player = TypeSchema::new().field("team", one(Kind::Reference));
    let club = TypeSchema::new().field("name", one(Kind::String));
    let rig = rig(manifest, vec![("Player", player), ("Club", club)]);
    let file = json!([
        {"id": "p1", "team_id": "hub"},
        {"id": "p2", "team_id": "nowhere"},
        {"id": "p3", "team_id": "anfield"},
        {"id": "p4", "team_id": "elsewhere"},
    ]);
    // One record a line, so that lines can be told apart.
    rig.write("data/players.json", &file.to_string().replace("},{", "},\n{"));
    rig.write(
        "data/clubs.json",
        &json!([{"id": "hub", "name": "Hub"}]).to_string(),
    );
    rig.load(&[json!({"recordName": "elsewhere", "recordType": "Club", "fields": {"name": {"value": "E", "type": "STRING"}}})]);
    rig
}

#[test]
fn references_to_nothing_and_to_the_wrong_type_are_told_with_their_place() {
    let rig = links(LINKS);
    let nowhere =
        "Player 'p2': team refers to 'nowhere', which is in no file and not in the cloud (players.json:2)";
    let wrong =
        "Player 'p3': team refers to 'anfield', a Stadium; the manifest says to = \"Club\" (players.json:3)";
    for command in [vec!["diff"], vec!["sync", "--dry-run"]] {
        let said = rig.run(&command);
        assert!(said.err.contains(wrong), "{command:?}: {said:?}");
        assert!(
            said.err.contains("'nowhere'") && said.err.contains("players.json:2"),
            "{command:?}: {said:?}"
        );
        assert!(
            !said.err.contains("'p1'") && !said.err.contains("'p4'"),
            "{command:?}: {said:?}"
        );
    }
    assert!(rig.run(&["diff"]).err.contains(nowhere));
    // Alone, the players would be without their new club; the one of the cloud is there.
    let alone = rig.run(&["diff", "Player"]);
    assert!(
        alone.err.contains("'p1'") && alone.err.contains("'p2'") && !alone.err.contains("'p4'"),
        "{alone:?}"
    );
    assert!(rig.run(&["doctor"]).out.contains(nowhere));
    assert_eq!(rig.count("records/modify"), 0);
    let sync = rig.run(&["sync", "--yes"]);
    assert_eq!(sync.code, 0, "both are warnings: {sync:?}");
    assert!(sync.err.contains(nowhere) && rig.has("p2"), "{sync:?}");

    let rig = links(&format!(
        "{LINKS}\n[checks]\ndangling_references = \"block\"\nreference_types = \"off\"\n"
    ));
    let sync = rig.run(&["sync", "--yes"]);
    assert_eq!(sync.code, 4, "{sync:?}");
    assert!(
        sync.err.contains(nowhere) && !sync.err.contains("anfield"),
        "{sync:?}"
    );
    assert_eq!(rig.count("records/modify"), 0);
}

#[test]
fn a_validating_reference_to_nothing_blocks() {
    let rig = links(&LINKS.replace("to = \"Club\"", "to = \"Club\", action = \"VALIDATE\""));
    let sync = rig.run(&["sync", "--yes"]);
    assert_eq!(sync.code, 4, "{sync:?}");
    assert!(
        sync.err
            .contains("Player 'p2': team refers to 'nowhere' with VALIDATE"),
        "{sync:?}"
    );
    assert_eq!(rig.count("records/modify"), 0);
}

#[test]
fn a_name_in_two_files_is_named_with_both_types_and_files() {
    let rig = links(LINKS);
    rig.write(
        "data/clubs.json",
        "[{\"id\": \"hub\", \"name\": \"Hub\"},\n{\"id\": \"p1\", \"name\": \"Twice\"}]",
    );
    for command in [
        vec!["sync", "--yes"],
        vec!["sync", "--dry-run"],
        vec!["import", "--yes"],
    ] {
        let said = rig.run(&command);
        assert_eq!(said.code, 4, "{command:?}: {said:?}");
        for part in ["'p1'", "Player (players.json:1)", "Club (clubs.json:2)"] {
            assert!(said.err.contains(part), "{command:?}: {part} is not in {said:?}");
        }
    }
    assert_eq!(rig.count("records/modify"), 0);
    assert!(rig.run(&["diff"]).err.contains("Club (clubs.json:2)"));
    assert!(rig.run(&["doctor"]).out.contains("Club (clubs.json:2)"));
}

const NOTED: &str = r#"
[type.Club]
file = "clubs.json"
record_name = "id"
[type.Club.fields]
name = "STRING"
motto = "STRING"
badge = { type = "STRING_LIST", optional = true }

[type.Coach]
file = "coaches.json"
record_name = "id"
fields.name = "STRING"
"#;

#[test]
fn fields_and_types_that_the_schema_lacks_are_told_before_the_write() {
    let club = TypeSchema::new().field_with("name", one(Kind::String), Indexes::default());
    let rig = rig(NOTED, vec![("Club", club)]);
    rig.write(
        "data/clubs.json",
        &json!([{"id": "hub", "name": "Hub", "motto": "Up"}]).to_string(),
    );
    rig.write(
        "data/coaches.json",
        &json!([{"id": "c1", "name": "Ann"}]).to_string(),
    );
    let motto = "Club.motto: the schema of development has no such field";

    let doctor = rig.run(&["doctor"]);
    assert!(doctor.out.contains(motto), "{doctor:?}");
    assert!(
        doctor
            .out
            .contains("Club.badge: the schema of development has no such field"),
        "{doctor:?}"
    );
    assert!(
        !doctor.out.contains("Club.name: "),
        "a field without an index is a field: {doctor:?}"
    );
    assert!(
        doctor.out.contains("Did not find record type: Coach"),
        "{doctor:?}"
    );
    assert_eq!(doctor.code, 1, "{doctor:?}");

    let diff = rig.run(&["diff"]);
    assert!(diff.err.contains(motto) && diff.err.contains("Coach"), "{diff:?}");
    let dry = rig.run(&["sync", "--dry-run", "Club"]);
    assert!(dry.err.contains(motto), "{dry:?}");
    assert_eq!(dry.code, 0, "development may add fields by itself: {dry:?}");

    // Production never does.
    let production = rig.run(&["sync", "--yes", "Club", "-e", "production"]);
    assert_eq!(production.code, 4, "{production:?}");
    assert!(
        production
            .err
            .contains("Club.motto: the schema of production has no such field"),
        "{production:?}"
    );
    assert_eq!(rig.count("records/modify"), 0);
}

#[test]
fn a_deletion_that_would_take_other_records_along_is_refused() {
    let deletion = ["sync", "--yes", "--delete-orphans", "--max-delete-percent", "100"];
    for (action, words) in [
        (
            "DELETE_SELF",
            "Player 'p1': team refers to 'old' with DELETE_SELF, and this plan deletes that: CloudKit deletes both",
        ),
        (
            "VALIDATE",
            "Player 'p1': team refers to 'old' with VALIDATE, and this plan deletes that; CloudKit refuses the deletion",
        ),
    ] {
        let player = TypeSchema::new().field("team", one(Kind::Reference));
        let club = TypeSchema::new().field("name", one(Kind::String));
        let manifest = LINKS.replace("to = \"Club\"", &format!("to = \"Club\", action = \"{action}\""));
        let rig = rig(&manifest, vec![("Player", player), ("Club", club)]);
        // The club is in the cloud and not in its file; the player is the same on both sides.
        rig.write(
            "data/players.json",
            &json!([{"id": "p1", "team_id": "old"}]).to_string(),
        );
        rig.write(
            "data/clubs.json",
            &json!([{"id": "hub", "name": "Hub"}]).to_string(),
        );
        let team = json!({"value": {"recordName": "old", "action": action}, "type": "REFERENCE"});
        rig.load(&[
            json!({"recordName": "old", "recordType": "Club", "fields": {"name": {"value": "Old", "type": "STRING"}}}),
            json!({"recordName": "p1", "recordType": "Player", "fields": {"team": team}}),
        ]);
        let sync = rig.run(&deletion);
        assert_eq!(sync.code, 4, "{action}: {sync:?}");
        assert!(sync.err.contains(words), "{action}: {sync:?}");
        assert!(rig.has("p1") && rig.has("old"), "{action}: {sync:?}");
        // Without the deletion there is nothing to be said.
        rig.run(&["sync", "--yes"]).data(0);
    }
}
