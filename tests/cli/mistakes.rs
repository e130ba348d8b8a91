//! What people get wrong: each mistake has a message that says what to do, and its exit code; nothing is sent.

use std::net::TcpListener;
use std::process::Stdio;

use serde_json::json;
use skydeck::emulator::KeyPair;

use super::Rig;
use super::rig::{CONTAINER, run, until, without_index};

/// The talk of a command that is refused.
#[track_caller]
fn refused(rig: &Rig, code: i32, args: &[&str]) -> String {
    rig.run(args).refusal(code).to_owned()
}

#[test]
fn names_that_nobody_has() {
    let rig = Rig::new();
    for args in [
        &["get", "Foo", "x"][..],
        &["list", "Foo"],
        &["diff", "Foo"],
        &["sync", "Team", "Foo", "--yes"],
    ] {
        let said = refused(&rig, 64, args);
        assert_eq!(
            said, "Error: Unknown record type 'Foo'. Valid types: Stadium, Team\n",
            "{args:?}"
        );
    }
    for args in [
        &["get", "Stadium", "xyz"][..],
        &["update", "Stadium", "xyz", "capacity=1", "--yes"],
        &["delete", "Stadium", "xyz", "--force"],
    ] {
        let said = refused(&rig, 1, args);
        assert_eq!(
            said, "Error: No Stadium with id 'xyz' found in CloudKit\n",
            "{args:?}"
        );
    }
    // A record of another type is not the one meant.
    let said = refused(&rig, 1, &["get", "Team", "wembley"]);
    assert_eq!(said, "Error: No Team with id 'wembley' found in CloudKit\n");
    let said = refused(&rig, 1, &["undo", "9", "--yes"]);
    assert_eq!(
        said,
        "Error: no run 9 in the journal; skydeck history lists them\n"
    );
    assert_eq!(rig.count("records/modify"), 0);
}

#[test]
fn fields_and_values_that_do_not_fit() {
    let rig = Rig::new();
    for (pair, message) in [
        ("capacity", "'capacity' is no FIELD=VALUE"),
        (
            "seats=1",
            "Unknown field 'seats' of Stadium. Valid fields: name, capacity, location, opened",
        ),
        (
            "note=mine",
            "Unknown field 'note' of Stadium. Valid fields: name, capacity, location, opened",
        ),
        (
            "capacity=many",
            "capacity: 'many' is not a valid INT64; expected a whole number of at most 64 bits; a flag is 1 or 0",
        ),
        (
            "opened=soon",
            "opened: 'soon' is not a valid TIMESTAMP; expected a time such as 2026-03-13T18:30:00Z, or milliseconds since 1970",
        ),
        (
            "location=north",
            "location: 'north' is not a valid LOCATION; expected latitude, longitude in degrees, such as 48.2082, 16.3738, or a JSON object",
        ),
    ] {
        let said = refused(&rig, 64, &["update", "Stadium", "wembley", pair, "--yes"]);
        assert_eq!(said, format!("Error: {message}\n"));
    }
    let none = refused(&rig, 64, &["update", "Stadium", "wembley", "--yes"]);
    assert_eq!(none, "Error: nothing to change: name at least one FIELD=VALUE\n");
    let twice = refused(
        &rig,
        64,
        &[
            "update",
            "Stadium",
            "wembley",
            "capacity=1",
            "capacity=2",
            "--yes",
        ],
    );
    assert_eq!(twice, "Error: capacity is given twice\n");
    assert_eq!(rig.emulator.requests().len(), 0, "none of this needs the service");
}

#[test]
fn a_command_line_that_cannot_be_understood() {
    let rig = Rig::new();
    for args in [
        &["frob"][..],
        &["diff", "--frob"],
        &["list"],
        &["undo", "one"],
        &["-e", "staging", "diff"],
    ] {
        let said = refused(&rig, 64, args);
        assert!(said.contains("--help"), "{args:?}: {said}");
    }
}

#[test]
fn keys_that_are_none() {
    let rig = Rig::new();
    let framed = |label: &str| format!("-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n");
    let public = rig.key.trusted().public_key_pem;
    for (pem, message) in [
        (String::new(), "the private key is empty"),
        (public, "this is a public key"),
        (framed("CERTIFICATE"), "this is a certificate, not a private key"),
        (
            framed("ENCRYPTED PRIVATE KEY"),
            "this private key is encrypted with a passphrase",
        ),
        (framed("RSA PRIVATE KEY"), "this is not a valid P-256 private key"),
        (
            "hello".to_owned(),
            "this is not PEM text; to create a key, run: openssl ecparam",
        ),
    ] {
        rig.write_private("key.pem", &pem);
        let said = refused(&rig, 1, &["diff"]);
        assert!(
            said.starts_with("Error: the private key of development (")
                && said.contains(&format!("key.pem): {message}")),
            "{said}"
        );
    }
    std::fs::remove_file(rig.path("key.pem")).unwrap();
    let said = refused(&rig, 1, &["diff"]);
    assert!(
        said.contains("key.pem cannot be used: No such file") && said.contains("private_key names it"),
        "{said}"
    );
    assert_eq!(rig.emulator.requests().len(), 0);
}

#[test]
fn a_key_that_the_service_does_not_know() {
    let rig = Rig::new();
    rig.write_private("key.pem", &KeyPair::generate().unwrap().private_pem);
    let said = refused(&rig, 5, &["diff"]);
    for part in [
        "Error: HTTP 401 AUTHENTICATION_FAILED: Authentication failed",
        "  - Is the key id the one CloudKit Console shows for this very public key?\n",
        "  - Is the key registered for this environment? Development and production need one each.\n",
        "  - Is the container the one the key belongs to, with its iCloud. prefix?\n",
        "  - Is the private key the other half of the public key that was registered?\n",
    ] {
        assert!(said.contains(part), "{part} is not in {said}");
    }
}

#[test]
fn a_server_that_is_not_there() {
    let rig = Rig::new();
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let endpoint = format!("http://127.0.0.1:{port}");
    let said = refused(&rig, 6, &["diff", "--endpoint", &endpoint]);
    assert!(
        said.contains(&format!("Error: cannot reach {endpoint}: Connection refused")),
        "{said}"
    );
    assert!(
        said.contains(&format!("  - Is {endpoint} right, and is there a network?\n")),
        "{said}"
    );
}

#[test]
fn a_wait_beyond_the_limit() {
    let rig = Rig::new();
    rig.configure("[limits]\nmax_wait_seconds = 60\n");
    rig.faults(&json!([{"do": {"status": 503, "code": "THROTTLED", "retry_after": 3600}}]));
    let said = refused(&rig, 6, &["diff"]);
    assert!(
        said.contains("Error: the service asks to wait 3600 s, longer than the limit of 60 s (THROTTLED"),
        "{said}"
    );
}

#[test]
fn an_index_that_is_missing() {
    let rig = Rig::with(without_index);
    let said = rig.run(&["diff"]);
    assert_eq!(said.data(1), "Teams: 1 unchanged, 1 new, 0 updated, 0 deleted\n");
    let advice = "  - Add a QUERYABLE index on recordName to the record type (CloudKit Console, Schema, Indexes), and deploy it to production.\n";
    assert!(
        said.err
            .contains("Error: Stadium could not be compared, and is not synced:\n")
            && said.err.contains(advice),
        "{said:?}"
    );
}

#[test]
fn production_is_read_only_until_unlocked() {
    let rig = Rig::new();
    let said = rig.run(&["sync", "-e", "production", "--yes"]);
    assert_eq!(said.code, 4);
    assert_eq!(
        said.err,
        "Error: production is read-only; nothing was sent. Use --unlock production for this run, or read_only = false in skydeck.toml\n"
    );
    // The key to another door does not open this one.
    rig.run(&["sync", "-e", "production", "--unlock", "development", "--yes"])
        .data(4);
    assert_eq!(rig.count("records/modify"), 0);
    rig.run(&["sync", "-e", "production", "--unlock", "production", "--yes"])
        .data(0);
}

#[test]
fn nobody_to_ask_means_no() {
    let rig = Rig::new();
    for (args, flag) in [
        (&["sync"][..], "--yes"),
        (
            &["sync", "--delete-orphans", "--max-delete-percent", "100"],
            "--yes",
        ),
        (&["delete", "Stadium", "highbury"], "--force"),
        (&["delete-all"], "--force"),
        (&["import"], "--yes"),
        (&["update", "Stadium", "wembley", "capacity=1"], "--yes"),
    ] {
        let said = rig.run(args);
        assert_eq!(said.code, 4, "{args:?}");
        let expected = format!("There is no terminal to ask; add {flag} to go on. Nothing was sent\n");
        assert!(said.err.ends_with(&expected), "{args:?}: {said:?}");
    }
    assert_eq!(rig.count("records/modify"), 0);
}

#[test]
fn more_deletions_than_the_caps_allow() {
    let rig = Rig::new();
    let said = rig.run(&[
        "sync",
        "--delete-orphans",
        "--yes",
        "--max-deletes",
        "0",
        "--max-delete-percent",
        "10",
    ]);
    assert_eq!(said.code, 4);
    assert_eq!(
        said.err,
        "Error: 1 records would be deleted, more than the cap of 0; raise it with --max-deletes 1 if that is meant\n\
         1 of 4 Stadium records would be deleted, more than 10 percent; raise it with --max-delete-percent if that is meant\n"
    );
    // One of four is the 25 percent that is allowed without being asked for.
    assert_eq!(rig.count("records/modify"), 0);
    rig.run(&["sync", "--delete-orphans", "--yes"]).data(0);
    assert!(!rig.has("highbury"));
}

#[test]
fn files_that_cannot_be_read_are_never_taken_for_empty() {
    let rig = Rig::new();
    let stadium = |more: &str| format!("[\n  {{\"id\": \"anfield\", \"name\": \"A\", \"capacity\": {more}");
    let rest = "\"latitude\": 1, \"longitude\": 2, \"opened\": \"2000-01-01T00:00:00Z\"}";
    for (text, parts) in [
        (String::new(), &["stadiums.json", "empty"][..]),
        ("[]".to_owned(), &["stadiums.json"]),
        ("{\"id\": \"a\"}".to_owned(), &["stadiums.json:1:1:"]),
        (stadium("1,,"), &["stadiums.json:2:"]),
        (
            stadium(&format!("\"many\", {rest}]")),
            &[
                "stadiums.json:2:46: record 'anfield', field capacity: the text \"many\"",
                "INT64",
            ],
        ),
        (
            stadium(&format!(
                "1, {rest},\n{{\"id\": \"anfield\", \"name\": \"B\", \"capacity\": 1, {rest}]"
            )),
            &["stadiums.json:3:", "record 'anfield'", "line 2"],
        ),
        (stadium(&format!("1, {rest}")), &["stadiums.json:"]),
    ] {
        rig.write("data/stadiums.json", &text);
        let said = rig.run(&["diff", "Stadium"]);
        assert_eq!((said.code, said.out.as_str()), (1, ""), "{text}: {said:?}");
        for part in parts {
            assert!(said.err.contains(part), "{part} is not in {}", said.err);
        }
    }
    std::fs::remove_file(rig.path("data/stadiums.json")).unwrap();
    let said = rig.run(&["sync", "--delete-orphans", "--yes"]);
    assert_eq!(said.code, 4);
    assert!(said.err.contains("stadiums.json: "), "{said:?}");
    assert_eq!(rig.count("records/modify"), 0);
}

#[test]
fn a_configuration_with_mistakes_names_every_place() {
    let rig = Rig::new();
    let text = rig
        .read("skydeck.toml")
        .replace("capacity = \"INT64\"", "capacity = \"INTEGER\"");
    let line = 1 + text.lines().position(|line| line.contains("INTEGER")).unwrap();
    rig.write("skydeck.toml", &format!("{text}\n[type.Team.colour]\n"));
    let said = refused(&rig, 1, &["diff"]);
    assert!(said.contains(&format!("skydeck.toml:{line}:12: ")), "{said}");
    assert_eq!(
        said.matches("skydeck.toml:").count(),
        2,
        "both mistakes are told: {said}"
    );

    let empty = tempfile::tempdir().unwrap();
    let said = run(empty.path(), &["diff"]);
    assert_eq!(
        said.refusal(1),
        "Error: skydeck.toml was not found in this folder or above; create it with skydeck init, or try skydeck --demo diff\n"
    );
    let said = refused(&rig, 1, &["diff", "--config", "nowhere.toml"]);
    assert!(said.starts_with("Error: cannot read nowhere.toml: "), "{said}");
}

#[test]
fn a_plan_that_was_changed_or_is_for_elsewhere() {
    let rig = Rig::new();
    rig.run(&["sync", "--save-plan", "plan.json"]).data(0);
    let plan = rig.read("plan.json");
    rig.write("changed.json", &plan.replace("90000", "90001"));
    let said = refused(&rig, 1, &["apply", "changed.json", "--yes"]);
    assert_eq!(
        said,
        "Error: the plan changed.json was changed after it was saved; create the plan again\n"
    );
    let elsewhere = refused(
        &rig,
        4,
        &[
            "apply",
            "plan.json",
            "--yes",
            "-e",
            "production",
            "--unlock",
            "production",
        ],
    );
    assert!(
        elsewhere.starts_with(&format!("Error: the plan was made for {CONTAINER} development")),
        "{elsewhere}"
    );
    rig.write("none.json", "{}");
    let none = refused(&rig, 1, &["apply", "none.json", "--yes"]);
    assert!(
        none.starts_with("Error: the plan none.json is not one of ours: "),
        "{none}"
    );
    refused(&rig, 1, &["apply", "nowhere.json", "--yes"]);
    assert_eq!(rig.count("records/modify"), 0);
}

#[test]
fn two_writers_at_once() {
    let rig = Rig::new();
    rig.faults(&json!([{"when": {"operation": "records/modify"}, "do": {"delay_ms": 600_000}}]));
    let mut first = rig.command(&["sync", "--yes"]);
    let mut first = first.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    until("the first one writes", || rig.has("spurs").then_some(()));
    let second = rig.run(&["update", "Stadium", "wembley", "capacity=1", "--yes"]);
    let expected = format!(
        "Error: another skydeck (process {}) is writing to this container and environment; wait for it to end\n",
        first.id()
    );
    assert_eq!(second.refusal(4), expected);
    first.kill().unwrap();
    first.wait().unwrap();
}
