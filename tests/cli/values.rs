//! Values on the command line: what `get` prints can be given to `update`, and the cloud is then as it was.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::{Value, json};

use super::Rig;
use super::rig::Said;

const THING: &str = r#"
[type.Thing]
file = "things.json"
record_name = "id"
[type.Thing.fields]
text = { type = "STRING", optional = true }
whole = { type = "INT64", optional = true }
number = { type = "DOUBLE", optional = true }
time = { type = "TIMESTAMP", optional = true }
bytes = { type = "BYTES", optional = true }
place = { type = "LOCATION", optional = true }
link = { type = "REFERENCE", optional = true }
texts = { type = "STRING_LIST", optional = true }
wholes = { type = "INT64_LIST", optional = true }
numbers = { type = "DOUBLE_LIST", optional = true }
times = { type = "TIMESTAMP_LIST", optional = true }
blobs = { type = "BYTES_LIST", optional = true }
places = { type = "LOCATION_LIST", optional = true }
links = { type = "REFERENCE_LIST", optional = true }
"#;

/// A rig whose cloud has one `Thing` with these fields, as they travel.
fn rig_with(fields: &Value) -> Rig {
    use skydeck::emulator::{FieldType, Kind, TypeSchema};
    let rig = Rig::with(|options| {
        let kinds = [
            ("text", "texts", Kind::String),
            ("whole", "wholes", Kind::Int64),
            ("number", "numbers", Kind::Double),
            ("time", "times", Kind::Timestamp),
            ("bytes", "blobs", Kind::Bytes),
            ("place", "places", Kind::Location),
            ("link", "links", Kind::Reference),
        ];
        let schema = kinds.iter().fold(TypeSchema::new(), |schema, (one, many, kind)| {
            schema
                .field(*one, FieldType::one(*kind))
                .field(*many, FieldType::list(*kind))
        });
        options.schema = std::mem::take(&mut options.schema).with_type("Thing", schema);
    });
    rig.configure(THING);
    rig.write("data/things.json", r#"[{"id": "t1"}]"#);
    rig.load(&[json!({ "recordName": "t1", "recordType": "Thing", "fields": fields })]);
    rig
}

/// What `get` prints for a field, to the end of its line.
fn printed(said: &Said, field: &str, kind: &str) -> String {
    let value_of = |line: &'_ str| {
        let after = line.trim_start().strip_prefix(field)?.trim_start();
        after.strip_prefix(kind).map(str::to_owned)
    };
    let line = said.data(0).lines().find_map(value_of);
    let line = line.unwrap_or_else(|| panic!("no {field} in {said:?}"));
    // The column of the type is filled with blanks to 14, and one more parts it from the value.
    let column = 15 - kind.len();
    line[column..].to_owned()
}

fn values() -> Vec<(&'static str, &'static str, Value)> {
    let place = json!({ "latitude": 48.2, "longitude": -16.3, "altitude": 171.5, "horizontalAccuracy": 5,
        "verticalAccuracy": 3.25, "course": 359.9, "speed": 0.1, "timestamp": 1_767_225_600_001_i64 });
    let texts = [
        "plain",
        "",
        " ",
        " outer ",
        "[x",
        "[x]",
        "{",
        "{}",
        "@a",
        "@",
        "-",
        "--",
        "=x",
        "a\nb",
        "\ttab",
        "a, b",
        "\"",
        "\"quoted\"",
        "\"a\\nb\"",
        "\"\"",
        "\"@a\"",
        "\\n",
        "→ x",
        "null",
        "true",
        "\u{200b}zero",
        "\u{202e}bidi",
        "\u{1b}[31m",
        "e\u{301}",
        "'",
        "\u{feff}",
        "\u{2028}",
        "\u{e0001}",
        "\u{ad}",
        "\r\n",
        "nothing",
        "…",
        "x  (not in skydeck.toml)",
    ];
    let mut all: Vec<(&str, &str, Value)> =
        texts.iter().map(|text| ("text", "STRING", json!(text))).collect();
    all.push(("text", "STRING", json!("long ".repeat(400) + ".")));
    all.extend([
        ("whole", "INT64", json!(i64::MIN)),
        ("whole", "INT64", json!(i64::MAX)),
        ("whole", "INT64", json!(0)),
        ("number", "DOUBLE", json!(0.1)),
        ("number", "DOUBLE", json!(-3)),
        ("number", "DOUBLE", json!(1.797_693_134_862_315_7e308)),
        ("number", "DOUBLE", json!(5e-324)),
        ("time", "TIMESTAMP", json!(1_767_225_600_001_i64)),
        ("time", "TIMESTAMP", json!(-1)),
        ("time", "TIMESTAMP", json!(i64::MAX)),
        ("time", "TIMESTAMP", json!(-62_135_596_800_001_i64)),
        ("bytes", "BYTES", json!("AQI=")),
        ("bytes", "BYTES", json!("")),
        ("place", "LOCATION", json!({ "latitude": 48.2, "longitude": -16.3 })),
        ("place", "LOCATION", place.clone()),
        ("link", "REFERENCE", json!({ "recordName": "x", "action": "NONE" })),
        ("link", "REFERENCE", json!({ "recordName": "@x", "action": "NONE" })),
        ("link", "REFERENCE", json!({ "recordName": "{x", "action": "NONE" })),
        ("link", "REFERENCE", json!({ "recordName": "-", "action": "NONE" })),
        ("link", "REFERENCE", json!({ "recordName": "t1", "action": "DELETE_SELF" })),
        ("texts", "STRING_LIST", json!(["738", "7,3H"])),
        ("texts", "STRING_LIST", json!(["a", "b c"])),
        ("texts", "STRING_LIST", json!([""])),
        ("texts", "STRING_LIST", json!(["", " x", "\"", "[", "]", "a\nb", "@", "-"])),
        ("texts", "STRING_LIST", json!(["@a", "b"])),
        ("texts", "STRING_LIST", json!(["-"])),
        ("wholes", "INT64_LIST", json!([i64::MIN, -1, i64::MAX])),
        ("wholes", "INT64_LIST", json!([-1])),
        ("numbers", "DOUBLE_LIST", json!([0.1, 5e-324, -3])),
        ("times", "TIMESTAMP_LIST", json!([0, 1_767_225_600_001_i64])),
        ("blobs", "BYTES_LIST", json!(["AQI=", ""])),
        ("blobs", "BYTES_LIST", json!(["AQI=", "/+8="])),
        ("places", "LOCATION_LIST", json!([{ "latitude": 1, "longitude": 2 }, { "latitude": 3, "longitude": 4.5 }])),
        ("places", "LOCATION_LIST", json!([{ "latitude": 1, "longitude": 2 }, place])),
        ("links", "REFERENCE_LIST", json!([{ "recordName": "a", "action": "NONE" }, { "recordName": "b", "action": "NONE" }])),
        ("links", "REFERENCE_LIST", json!([{ "recordName": "a,b", "action": "NONE" }, { "recordName": "t1", "action": "DELETE_SELF" }])),
    ]);
    all
}

#[test]
fn what_get_prints_is_taken_by_update_and_changes_nothing() {
    let mut wrong = Vec::new();
    for chunk in values().chunks(1) {
        let [(field, kind, value)] = chunk else {
            unreachable!()
        };
        let rig = rig_with(&json!({ *field: { "value": value, "type": kind } }));
        let before = rig.cloud();
        let text = printed(&rig.run(&["get", "Thing", "t1"]), field, kind);
        let said = rig.run(&["update", "Thing", "t1", &format!("{field}={text}"), "--yes"]);
        if said.code != 0 || !said.out.contains("has these values already") || rig.cloud() != before {
            wrong.push(format!("{value} printed as {text}: {said:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_list_is_json_or_parted_by_commas() {
    let rig = rig_with(&json!({ "whole": { "value": 7, "type": "INT64" } }));
    let update = |pair: &str| rig.run(&["update", "Thing", "t1", pair, "--yes"]);
    let taken = [
        (r#"texts=["738","7,3H"]"#, "texts", json!(["738", "7,3H"])),
        ("texts=738, 7", "texts", json!(["738", "7"])),
        ("texts=a[1], b", "texts", json!(["a[1]", "b"])),
        ("wholes=[1, 2]", "wholes", json!([1, 2])),
        ("wholes=1,2", "wholes", json!([1, 2])),
        ("text=[x", "text", json!("[x")),
        ("text=\"quoted\"", "text", json!("\"quoted\"")),
        (r#"text="\u0041\n""#, "text", json!("A\n")),
        (
            r#"place={"latitude": 1, "longitude": 2, "altitude": 3}"#,
            "place",
            json!({ "latitude": 1, "longitude": 2, "altitude": 3 }),
        ),
        // What is not named stays, and null takes a part away.
        (
            "place=1, 3",
            "place",
            json!({ "latitude": 1, "longitude": 3, "altitude": 3 }),
        ),
        (
            r#"place={"latitude": 1, "longitude": 2, "altitude": null}"#,
            "place",
            json!({ "latitude": 1, "longitude": 2 }),
        ),
    ];
    for (pair, field, value) in taken {
        update(pair).data(0);
        assert_eq!(rig.value("t1", field), Some(value), "{pair}");
    }
    let before = rig.cloud();
    let refused = [
        (r#"texts=["738","7,3H""#, "JSON"),
        (r#"texts="738","7,3H"]"#, "JSON"),
        ("texts=a, b]", "bracket"),
        ("texts=[1, 2]", "STRING"),
        ("texts=a,,b", "empty"),
        ("wholes=[1", "JSON"),
        ("wholes=[true]", "INT64"),
        ("wholes=[1.5]", "INT64"),
        ("whole=true", "INT64"),
        ("whole=[7]", "INT64"),
        ("place={\"latitude\": 1}", "longitude"),
        (
            r#"place={"latitude": 1, "longitude": 2, "altidude": 3}"#,
            "altidude",
        ),
        (r#"place={"latitude": 91, "longitude": 2}"#, "latitude"),
        (r#"link={"recordName": "x", "action": "CASCADE"}"#, "CASCADE"),
    ];
    for (pair, word) in refused {
        let said = update(pair);
        let talk = said.refusal(64);
        let field = pair.split('=').next().unwrap_or_default();
        assert!(talk.contains(field) && talk.contains(word), "{pair}: {talk}");
    }
    assert_eq!(rig.cloud(), before);
}

#[test]
fn a_value_comes_from_a_file_or_from_standard_input() {
    let rig = rig_with(&json!({}));
    rig.write("value.txt", "two\nlines\n");
    rig.run(&["update", "Thing", "t1", "text=@value.txt", "--yes"])
        .data(0);
    assert_eq!(rig.value("t1", "text"), Some(json!("two\nlines")));
    let feed = |args: &[&str], input: &str| -> Said {
        let mut child = rig
            .command(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap().into()
    };
    feed(
        &["update", "Thing", "t1", "texts=-", "--yes"],
        "[\"a,b\",\n\"c\"]\n",
    )
    .data(0);
    assert_eq!(rig.value("t1", "texts"), Some(json!(["a,b", "c"])));
    feed(&["update", "Thing", "t1", "text=@-", "--yes"], "-").data(0);
    assert_eq!(rig.value("t1", "text"), Some(json!("-")));
    // A literal @ or - is written in quotes, as `get` prints it.
    rig.run(&["update", "Thing", "t1", "text=\"@value.txt\"", "--yes"])
        .data(0);
    assert_eq!(rig.value("t1", "text"), Some(json!("@value.txt")));

    let before = rig.cloud();
    let twice = feed(&["update", "Thing", "t1", "text=-", "texts=-", "--yes"], "x");
    assert!(twice.refusal(64).contains("standard input"), "{twice:?}");
    let missing = rig.run(&["update", "Thing", "t1", "text=@none.txt", "--yes"]);
    assert!(missing.refusal(1).contains("none.txt"), "{missing:?}");
    let folder = rig.run(&["update", "Thing", "t1", "text=@data", "--yes"]);
    assert!(folder.refusal(1).contains("data"), "{folder:?}");
    rig.write("empty.txt", "");
    rig.run(&["update", "Thing", "t1", "text=@empty.txt", "--yes"])
        .data(0);
    assert_eq!(rig.value("t1", "text"), Some(json!("")));
    assert_ne!(rig.cloud(), before);
}

/// A stadium as an iOS app writes it.
fn with_parts() -> Rig {
    let rig = Rig::in_sync();
    let place = json!({ "value": { "latitude": 51.556, "longitude": -0.2796, "altitude": 171.5, "horizontalAccuracy": 5 },
        "type": "LOCATION" });
    rig.emulator
        .write_as_stranger(
            skydeck::emulator::Environment::Development,
            "Stadium",
            "wembley",
            &json!({ "location": place }),
        )
        .unwrap();
    rig
}

#[test]
fn the_parts_of_a_place_are_shown_kept_and_missed_in_an_export() {
    let rig = with_parts();
    let place = |latitude: f64| json!({ "latitude": latitude, "longitude": -0.2796, "altitude": 171.5, "horizontalAccuracy": 5 });
    let said = rig.run(&["get", "Stadium", "wembley"]);
    assert_eq!(
        printed(&said, "location", "LOCATION"),
        r#"{"latitude":51.556,"longitude":-0.2796,"altitude":171.5,"horizontalAccuracy":5}"#
    );
    assert!(said.out.ends_with("The same in the files.\n"), "{said:?}");
    let shown = rig.json(0, &["get", "Stadium", "wembley"]);
    assert_eq!(shown["record"]["fields"]["location"]["value"]["altitude"], 171.5);
    rig.run(&["diff"]).data(0);
    rig.run(&["verify", "--deep"]).data(0);

    let moved = rig.read("data/stadiums.json").replace("51.556", "51.656");
    rig.write("data/stadiums.json", &moved);
    let diff = rig.run(&["diff", "--verbose"]);
    assert!(
        diff.data(2).contains(
            "location: 51.556, -0.2796 (altitude 171.5, horizontalAccuracy 5) → 51.656, -0.2796 (altitude 171.5, horizontalAccuracy 5)"
        ),
        "{diff:?}"
    );
    // From a saved plan, as from a sync.
    rig.run(&["sync", "--save-plan", "plan.json"]);
    rig.run(&["apply", "plan.json", "--yes"]).data(0);
    assert_eq!(rig.value("wembley", "location"), Some(place(51.656)));

    let exported = rig.run(&["export", "Stadium"]);
    let note = "Note: the export of Stadium leaves out values that skydeck.toml does not map: location.altitude of 1 record, \
         location.horizontalAccuracy of 1 record. They stay in the cloud.\n";
    assert!(exported.err.contains(note), "{exported:?}");
    assert!(!exported.data(0).contains("171.5"));
}

#[test]
fn a_part_that_the_manifest_maps_is_compared_and_written() {
    let rig = with_parts();
    let text = rig.read("skydeck.toml");
    let mapped = text.replace(
        "longitude = \"longitude\" }",
        "longitude = \"longitude\", altitude = \"elevation\" }",
    );
    assert_ne!(mapped, text);
    rig.write("skydeck.toml", &mapped);
    let mut stadiums = super::rig::stadiums();
    for stadium in stadiums.as_array_mut().unwrap() {
        stadium["elevation"] = Value::Null;
        if stadium["id"] == "wembley" {
            stadium["elevation"] = json!(172.25);
        }
    }
    rig.write("data/stadiums.json", &stadiums.to_string());
    let said = rig.run(&["sync", "--yes"]);
    assert!(said.data(0).contains("Created 0, Updated 1, "), "{said:?}");
    let place = |altitude: Value| json!({ "latitude": 51.556, "longitude": -0.2796, "altitude": altitude, "horizontalAccuracy": 5 });
    assert_eq!(rig.value("wembley", "location"), Some(place(json!(172.25))));
    rig.run(&["diff"]).data(0);
    assert!(
        rig.run(&["export", "Stadium"])
            .data(0)
            .contains("\"elevation\": 172.25")
    );
    // A part of which the file says nothing more is taken away; the one that is not mapped stays.
    rig.write(
        "data/stadiums.json",
        &stadiums.to_string().replace("172.25", "null"),
    );
    rig.run(&["sync", "--yes"]);
    // No record has the member any more but as null, which is a value that says "none".
    let bare = json!({ "latitude": 51.556, "longitude": -0.2796, "horizontalAccuracy": 5 });
    assert_eq!(rig.value("wembley", "location"), Some(bare));
}
