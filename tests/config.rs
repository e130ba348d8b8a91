//! `skydeck.toml`: what is read, and every mistake with its line, column and what was expected.

#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

use std::fs;
use std::path::{Path, PathBuf};

use skydeck::config::{Config, ConfigError, Empty, FILE_NAME, Level, PrivateKeyAt, Source, Unit};
use skydeck::record::{Action, Location, Value};

const HEAD: &str = "container = \"iCloud.com.example.app\"\n";
const KEY_ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn parse(text: &str) -> Result<Config, ConfigError> {
    Config::parse(text, Path::new("/project/skydeck.toml"))
}

/// The mistakes of a text, one a line.
fn mistakes(text: &str) -> Vec<String> {
    let told = parse(text).err().unwrap().to_string();
    told.lines()
        .map(|line| line.replace("/project/skydeck.toml:", ""))
        .collect()
}

/// The mistake of a file whose only type, from line 2 on, has this one field in line 6.
fn of_field(line: &str) -> String {
    let text = format!(
        "{HEAD}[type.Game]\nfile = \"games.json\"\nrecord_name = \"id\"\n[type.Game.fields]\n{line}\n"
    );
    let all = mistakes(&text);
    assert_eq!(all.len(), 1, "{all:#?}");
    all[0].clone()
}

#[test]
fn everything_that_can_be_said_is_read() {
    let text = format!(
        r#"{HEAD}
data = "./data"
[environment.development]
key_id = "{KEY_ID}"
private_key = "keys/development.pem"
endpoint = "http://127.0.0.1:8080"
[environment.production]
[limits]
max_deletes = 5
max_delete_percent = 10
in_flight = 4
max_wait_seconds = 60
[theme]
name = "dark"
[type.Team]
file = "teams.json"
record_name = "id"
fields.name = "STRING"
[type.Game]
file = "games.json"
record_name = "id"
[type.Game.fields]
place   = {{ type = "LOCATION", latitude = "lat", longitude = "lon" }}
home    = {{ type = "REFERENCE", from = "home_id", to = "Team", action = "DELETE_SELF" }}
kickoff = {{ type = "TIMESTAMP", from = ["date", "time"], format = "%Y-%m-%d %H:%M", timezone = "Europe/Berlin" }}
made    = {{ type = "TIMESTAMP", unit = "seconds", default = 1979-05-27 }}
tags    = {{ type = "STRING_LIST", default = ["a"], optional = true }}
note    = {{ type = "STRING", empty = "missing" }}
origin  = {{ type = "LOCATION", constant = {{ latitude = 1, longitude = 2.5 }} }}
"#
    );
    let config = parse(&text).unwrap();
    assert_eq!(config.data, PathBuf::from("/project/data"));
    assert!(config.profile("production").read_only && !config.profile("development").read_only);
    assert_eq!(
        config.profile("development").private_key,
        Some("/project/keys/development.pem".into())
    );
    assert_eq!((config.limits.max_deletes, config.limits.in_flight), (5, 4));
    assert_eq!(config.interface["theme"]["name"].as_str(), Some("dark"));
    let names: Vec<&str> = config.types.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["Team", "Game"], "the file's order is kept");
    let game = config.type_named("Game").unwrap();
    let field = |name: &str| game.fields.iter().find(|field| field.name == name).unwrap();
    assert_eq!(field("place").members().collect::<Vec<_>>(), ["lat", "lon"]);
    assert_eq!(
        (field("home").action, field("home").target.as_deref()),
        (Some(Action::DeleteSelf), Some("Team"))
    );
    assert_eq!(
        field("kickoff").source,
        Source::Joined("date".to_owned(), "time".to_owned())
    );
    assert_eq!(
        field("kickoff").time.read_text("2025-07-01 20:30"),
        Ok(1_751_394_600_000)
    );
    assert_eq!(field("made").time.unit, Some(Unit::Seconds));
    assert_eq!(field("made").default, Some(Value::Timestamp(296_611_200_000)));
    assert!(field("tags").optional && field("tags").default.is_some());
    assert_eq!(field("note").empty, Empty::Missing);
    assert_eq!(
        field("origin").source,
        Source::Constant(Value::Location(Location::at(1.0, 2.5)))
    );
}

#[test]
fn a_field_that_is_wrong_is_told_with_its_place() {
    let cases = [
        (
            "name = \"STRIN\"",
            "6:8: 'STRIN' is no CloudKit type; did you mean STRING?",
        ),
        (
            "name = \"STUFF_AND\"",
            "6:8: 'STUFF_AND' is no CloudKit type; expected one of STRING, STRING_LIST, INT64",
        ),
        (
            "photo = \"ASSETID\"",
            "6:9: ASSETID cannot come from a JSON file; leave the field out",
        ),
        (
            "name = 5",
            "6:8: name is a whole number; expected a CloudKit type, or a table",
        ),
        ("name = { from = \"x\" }", "6:1: the field name has no type"),
        (
            "name = { type = \"STRING\", form = \"x\" }",
            "6:27: [field name] has no member 'form'; did you mean 'from'?",
        ),
        (
            "name = { type = \"STRING\", unit = \"seconds\" }",
            "6:27: a STRING has no 'unit'; 'unit' is for TIMESTAMP",
        ),
        (
            "at = { type = \"TIMESTAMP\", unit = \"hours\" }",
            "6:35: unit is 'hours'; expected \"seconds\" or \"milliseconds\"",
        ),
        (
            "at = { type = \"TIMESTAMP\", timezone = \"Europe/Berlim\" }",
            "6:39: 'Europe/Berlim' is no time zone; did you mean 'Europe/Berlin'?",
        ),
        (
            "at = { type = \"TIMESTAMP\", format = \"%Q%!\" }",
            "6:37: '%Q%!' is no format for a time",
        ),
        (
            "at = { type = \"TIMESTAMP\", format = \"%H:%M\" }",
            "6:37: '%H:%M' is no format for a time",
        ),
        (
            "home = { type = \"REFERENCE\", to = \"Gane\" }",
            "6:35: 'Gane' is no record type of this file; did you mean 'Game'?",
        ),
        (
            "home = { type = \"REFERENCE\", action = \"DROP\" }",
            "6:39: 'DROP' is no action of a reference; expected NONE",
        ),
        (
            "place = { type = \"LOCATION\", latitude = \"lat\" }",
            "6:41: half a place; expected both",
        ),
        (
            "name = { type = \"STRING\", from = [\"a\", \"b\"] }",
            "6:34: from is a list; expected the name of one member",
        ),
        (
            "seats = { type = \"INT64\", default = \"x\" }",
            "6:37: default is a text; expected a whole number",
        ),
        (
            "seats = { type = \"INT64\", constant = 1, from = \"x\" }",
            "6:41: 'from' beside 'constant'",
        ),
        (
            "name = { type = \"STRING\", optional = \"yes\" }",
            "6:38: optional is a text; expected true or false",
        ),
        (
            "name = { type = \"STRING\", empty = \"null\" }",
            "6:35: empty is 'null'; expected \"keep\" or \"missing\"",
        ),
        (
            "\"first name\" = \"STRING\"",
            "6:1: 'first name' is no CloudKit field name",
        ),
        ("recordName = \"STRING\"", "6:1: 'recordName' is CloudKit's own"),
        ("name = \"STRING", "6:"),
    ];
    let wrong: Vec<String> = cases
        .into_iter()
        .map(|(line, expected)| (line, expected, of_field(line)))
        .filter(|(_, expected, told)| !told.starts_with(expected))
        .map(|(line, expected, told)| format!("{line}\n  {told}\n  is not\n  {expected}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_check_is_off_warns_or_blocks() {
    let text = format!("{HEAD}[checks]\ndangling_references = \"block\"\ndelete_self_limit = \"off\"\n");
    let checks = parse(&text).unwrap().checks;
    assert_eq!(
        (
            checks.dangling_references,
            checks.delete_self_limit,
            checks.validate_references
        ),
        (Level::Block, Level::Off, Level::Block)
    );
    // Production never adds a field by itself.
    let levels = ["development", "production"].map(|environment| checks.missing_fields_in(environment));
    assert_eq!(levels, [Level::Warn, Level::Block]);
    let checks = parse(&format!("{HEAD}[checks]\nmissing_fields = \"off\"\n"))
        .unwrap()
        .checks;
    assert_eq!(checks.missing_fields_in("production"), Level::Off);

    assert_eq!(
        mistakes(&format!(
            "{HEAD}[checks]\ndangling_reference = \"warn\"\nreference_types = \"blok\"\ndelete_self_limit = true\nmissing_fields = \"never\"\n"
        )),
        [
            "3:1: [checks] has no member 'dangling_reference'; did you mean 'dangling_references'?",
            "4:19: reference_types is \"blok\"; did you mean \"block\"?",
            "5:21: delete_self_limit is true or false; expected a text",
            "6:18: missing_fields is \"never\"; expected \"off\", \"warn\" or \"block\"",
        ]
    );
}

#[test]
fn all_mistakes_are_told_in_one_pass() {
    let text = "contaner = \"x\"\n[environment.staging]\n[environment.production]\nkey_id = \"abc\"\nread_only = 1\n\
                endpoint = \"ftp://x\"\n[limits]\nmax_delete_percent = 101\n[type.A]\nfile = \"a.json\"\n[type.A.fields]\n\
                [type.B]\nfile = \"a.json\"\nrecord_name = \"id\"\n";
    let all = mistakes(text);
    let expected = [
        "1:1: the file has no 'container'",
        "1:1: the file has no member 'contaner'; did you mean 'container'?",
        "2:14: [environment] has no member 'staging'; expected one of development, production",
        "4:10: key_id has 3 hex digits; expected the 64 hex digits",
        "5:13: read_only is a whole number; expected true or false",
        "6:12: 'ftp://x' is no address",
        "8:22: max_delete_percent is out of range; expected a number from 0 to 100",
        "9:7: [type.A] has no 'record_name'",
        "12:7: [type.B] has no fields",
        "13:8: the file a.json is A's already",
    ];
    for one in expected {
        assert!(
            all.iter().any(|told| told.starts_with(one)),
            "{one}\nis not in {all:#?}"
        );
    }
    assert_eq!(all.len(), expected.len(), "{all:#?}");
}

#[test]
fn keys_in_the_wrong_place_are_recognised_and_not_repeated() {
    let pem = "-----BEGIN EC PRIVATE KEY-----";
    let all = mistakes(&format!(
        "{HEAD}[environment.development]\nprivate_key = '{pem}'\nkey_id = '{pem}'\n"
    ));
    assert!(all[0].starts_with("3:15: private_key holds the key itself; expected the path of its file"));
    assert!(all[1].starts_with("4:10: key_id looks like a key, not like its id"));
    assert!(!all.concat().contains("BEGIN"));
    let long = mistakes(&format!(
        "{HEAD}[environment.development]\nkey_id = \"{KEY_ID}0\"\n"
    ));
    assert!(long[0].starts_with("3:10: key_id has 65 hex digits"));
    let uuid = mistakes(&format!(
        "{HEAD}[environment.development]\nkey_id = \"not a key\"\n"
    ));
    assert!(uuid[0].starts_with("3:10: key_id is no key id (9 characters"));
}

#[test]
fn what_is_odd_is_a_warning() {
    let config = parse(&format!(
        "{HEAD}[environment.development]\nendpoint = \"http://example.com\"\n"
    ))
    .unwrap();
    let told: Vec<String> = config.warnings.iter().map(ToString::to_string).collect();
    assert!(
        told.iter()
            .any(|one| one.contains(":3:12: 'http://example.com' is not encrypted")),
        "{told:?}"
    );
    assert!(
        told.iter().any(|one| one.contains("maps no record type")),
        "{told:?}"
    );
}

#[test]
fn the_environment_wins_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key.pem");
    fs::write(&key, "secret").unwrap();
    let text = format!("{HEAD}[environment.development]\nkey_id = \"{KEY_ID}\"\nprivate_key = \"key.pem\"\n");
    let config = Config::parse(&text, &folder.path().join(FILE_NAME)).unwrap();
    let found = config.credentials("development", &|_| None).unwrap();
    assert_eq!(
        (found.key_id.as_str(), found.private_key),
        (KEY_ID, PrivateKeyAt::File(key))
    );
    let other = KEY_ID.to_uppercase();
    let env = |name: &str| match name {
        "CLOUDKIT_KEY_ID" => Some(other.clone()),
        "CLOUDKIT_PRIVATE_KEY" => Some("-----BEGIN\\nkey".to_owned()),
        "CLOUDKIT_ENDPOINT" => Some("http://127.0.0.1:1".to_owned()),
        _ => None,
    };
    let found = config.credentials("development", &env).unwrap();
    assert_eq!(found.key_id, other);
    assert_eq!(
        found.private_key,
        PrivateKeyAt::Pem("-----BEGIN\\nkey".to_owned())
    );
    assert_eq!(found.endpoint.as_deref(), Some("http://127.0.0.1:1"));
    assert!(!format!("{found:?}").contains("BEGIN"));
    assert!(matches!(
        config.credentials("production", &|_| None),
        Err(ConfigError::NoKeyId { .. })
    ));
    assert!(matches!(
        config.credentials("staging", &env),
        Err(ConfigError::Environment(_))
    ));
    fs::remove_file(folder.path().join("key.pem")).unwrap();
    assert!(matches!(
        config.credentials("development", &|_| None),
        Err(ConfigError::KeyFile { .. })
    ));
}

#[test]
fn the_file_is_found_from_the_folder_upwards() {
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path().join("a/b");
    fs::create_dir_all(&below).unwrap();
    let file = folder.path().join(FILE_NAME);
    fs::write(&file, HEAD).unwrap();
    assert_eq!(Config::find(&below).unwrap(), Some(file));
}

#[test]
fn the_authorities_stand_beside_the_configuration() {
    let ca_file = |text: &str| parse(&format!("{HEAD}{text}")).unwrap().ca_file;
    assert_eq!(ca_file(""), None);
    assert_eq!(
        ca_file("[network]\nca_file = \"keys/company.pem\"\n").as_deref(),
        Some(Path::new("/project/keys/company.pem"))
    );
    assert_eq!(
        ca_file("[network]\nca_file = \"/etc/company.pem\"\n").as_deref(),
        Some(Path::new("/etc/company.pem"))
    );
    for wrong in [
        "[network]\nverify = false\n",
        "[network]\nca_file = 1\n",
        "network = 1\n",
    ] {
        assert!(parse(&format!("{HEAD}{wrong}")).is_err(), "{wrong}");
    }
}
