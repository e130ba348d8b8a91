//! The first minutes: help, the demo, `init`, `doctor`, completions, the manual.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use serde_json::json;
use skydeck::demo::EXPECTED;
use skydeck::emulator::{Indexes, KeyPair, SystemField};

use super::Rig;
use super::rig::{run, stadiums, teams, without_index};

const COMMANDS: [&str; 19] = [
    "diff",
    "sync",
    "apply",
    "verify",
    "list",
    "get",
    "update",
    "delete",
    "export",
    "import",
    "delete-all",
    "history",
    "undo",
    "resume",
    "doctor",
    "init",
    "emulator",
    "completions",
    "man",
];

#[test]
fn every_command_has_help_and_a_place_in_the_manual() {
    let empty = tempfile::tempdir().unwrap();
    let help = run(empty.path(), &["--help"]);
    let manual = run(empty.path(), &["man"]);
    for command in COMMANDS {
        assert!(
            help.data(0).contains(&format!("\n  {command} ")),
            "{command}: {help:?}"
        );
        let roff = command.replace('-', "\\-");
        assert!(
            manual.data(0).contains(&format!("\n.SS {roff}\n")),
            "{command} is not in the manual"
        );
        let own = run(empty.path(), &[command, "--help"]);
        assert!(own.data(0).contains("Usage: skydeck "), "{own:?}");
        assert_eq!(own.err, "");
    }
    assert!(help.out.contains("skydeck --demo diff") && help.out.contains("Exit codes:"));
    assert!(manual.out.contains(".SH DOCUMENTS FOR PROGRAMS\n"));
    assert!(manual.out.contains("\\-\\-max\\-delete\\-percent"));
    assert!(
        !manual.out.contains("writes\\-agreed"),
        "what is hidden stays hidden"
    );
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let completions = run(empty.path(), &["completions", shell]);
        assert!(completions.data(0).contains("delete-orphans"), "{shell}");
    }
    assert!(run(empty.path(), &["--version"]).data(0).starts_with("skydeck "));
}

#[test]
fn the_demo_needs_nothing() {
    let empty = tempfile::tempdir().unwrap();
    let diff = run(empty.path(), &["--demo", "diff"]);
    let lines: Vec<&str> = diff.data(2).lines().collect();
    let types = [
        "Stadiums",
        "Teams",
        "Games",
        "LeagueStructures",
        "TeamAliases",
        "StadiumAliases",
    ];
    for ((line, plural), (_, counts)) in lines.iter().zip(types).zip(EXPECTED) {
        let expected = format!(
            "{plural}: {} unchanged, {} new, {} updated, {} deleted",
            counts.unchanged, counts.new, counts.updated, counts.orphan
        );
        assert!(line.starts_with(&expected), "{line} is not {expected}");
    }
    assert_eq!(lines.len(), 6);
    assert!(
        diff.err.starts_with("Demo: a copy of the data in "),
        "{}",
        diff.err
    );

    let sum = |of: fn(&skydeck::record::diff::Counts) -> usize| {
        EXPECTED.iter().map(|(_, one)| of(one)).sum::<usize>()
    };
    let (new, updated, unchanged) = (
        sum(|one| one.new),
        sum(|one| one.updated),
        sum(|one| one.unchanged),
    );
    let sync = run(empty.path(), &["--demo", "sync", "--yes"]);
    let expected = format!("Created {new}, Updated {updated}, Skipped {unchanged} unchanged\n");
    assert!(sync.data(0).ends_with(&expected), "{sync:?}");
    assert!(
        !sync.err.contains("undo"),
        "the run is gone with the demo: {sync:?}"
    );

    let verify = run(empty.path(), &["verify", "--deep", "--demo"]);
    assert!(
        verify.data(2).contains("\nGame: CloudKit=5748, Local=5760 [MISMATCH: 24 missing in CloudKit, 12 only in CloudKit, 60 different]\n"),
        "{verify:?}"
    );
    assert_eq!(
        std::fs::read_dir(empty.path()).unwrap().count(),
        0,
        "the demo leaves nothing behind"
    );
}

#[test]
fn init_proposes_a_manifest_that_works_and_says_what_it_did() {
    let empty = tempfile::tempdir().unwrap();
    let folder = empty.path();
    let nothing = run(folder, &["init"]);
    assert!(
        nothing.refusal(1).contains("skydeck init DIR") && nothing.err.contains("--template"),
        "{nothing:?}"
    );
    assert!(
        run(folder, &["init", "nowhere"])
            .refusal(1)
            .contains("there is no folder nowhere")
    );
    std::fs::create_dir(folder.join("data")).unwrap();
    std::fs::write(
        folder.join("data/stadiums_canonical.json"),
        stadiums().to_string(),
    )
    .unwrap();
    std::fs::write(folder.join("data/teams.json"), teams().to_string()).unwrap();
    std::fs::write(folder.join("data/notes.json"), "[]").unwrap();
    let made = run(folder, &["init", "--container", "iCloud.org.example.mine"]);
    assert_eq!(
        made.err,
        "skydeck.toml is written:\n  Stadium from stadiums_canonical.json, 4 records\n  Team from teams.json, 2 records\n  \
         not notes.json: an empty array\nNext: look it over, fill in container and key, then run skydeck doctor.\n"
    );
    assert_eq!(made.code, 0);
    let text = std::fs::read_to_string(folder.join("skydeck.toml")).unwrap();
    assert!(
        text.contains("container = \"iCloud.org.example.mine\"\n"),
        "{text}"
    );

    let again = run(folder, &["init"]);
    assert_eq!(
        again.refusal(1),
        "Error: skydeck.toml already exists; nothing was changed\n"
    );
    assert_eq!(
        std::fs::read_to_string(folder.join("skydeck.toml")).unwrap(),
        text
    );

    let doctor = run(folder, &["doctor"]);
    assert!(
        doctor
            .data(1)
            .contains("✓ Stadium         4 records in the file\n"),
        "{doctor:?}"
    );
    assert!(
        doctor
            .out
            .contains("✗ key             no key id for development: set CLOUDKIT_KEY_ID"),
        "{doctor:?}"
    );
    assert!(
        doctor
            .out
            .contains("→ make one: openssl ecparam -name prime256v1 -genkey -noout -out eckey.pem")
    );
}

#[test]
fn init_keeps_to_the_schema_lying_there() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("teams.json"), teams().to_string()).unwrap();
    let schema = |name: &str| {
        format!(
            "DEFINE SCHEMA\n RECORD TYPE {name} (\n \"___recordID\" REFERENCE QUERYABLE,\n Name STRING,\n stadiumId STRING\n );\n RECORD TYPE Referee (\n name STRING\n );\n"
        )
    };
    std::fs::write(folder.join("schema.ckdb"), schema("Team")).unwrap();
    let made = run(folder, &["init"]);
    assert_eq!(made.code, 0, "{made:?}");
    assert!(
        made.err
            .starts_with("Names and types are those of schema.ckdb.\n"),
        "{made:?}"
    );
    assert!(
        made.err
            .contains("  not Referee: in the schema, and no file is named like it\n"),
        "{made:?}"
    );
    let text = std::fs::read_to_string(folder.join("skydeck.toml")).unwrap();
    assert!(
        text.contains("Name = { type = \"STRING\", from = \"name\" }\n"),
        "{text}"
    );
    std::fs::remove_file(folder.join("skydeck.toml")).unwrap();
    std::fs::write(folder.join("other.ckdb"), schema("Team")).unwrap();
    let several = run(folder, &["init"]);
    assert!(
        several.refusal(64).contains("--schema: other.ckdb, schema.ckdb"),
        "{several:?}"
    );
    let document: serde_json::Value =
        serde_json::from_str(run(folder, &["init", "--schema", "other.ckdb", "--json"]).data(0)).unwrap();
    super::documents::check("init", &document);
    std::fs::remove_file(folder.join("skydeck.toml")).unwrap();
    run(folder, &["init", "--template"]).data(0);
}

#[test]
fn a_doctor_finds_all_well_and_writes_nothing() {
    let rig = Rig::new();
    let said = rig.run(&["doctor"]);
    for line in [
        "✓ Stadium         4 records in the file",
        "✓ Team            2 records in the file",
        "✓ key             it is readable, and only by its owner",
        "✓ environment     development, may be written",
        "✓ clock           agrees with the service's",
        "✓ Stadium schema  can be listed, and has every mapped field",
        "All is well.",
    ] {
        assert!(
            said.data(0).lines().any(|found| found == line),
            "{line} is not in {}",
            said.out
        );
    }
    assert!(!said.out.contains(['✗', '!']), "{said:?}");
    assert_eq!(rig.count("records/modify"), 0);
    let production = rig.run(&["doctor", "-e", "production"]);
    assert!(
        production
            .data(0)
            .contains("production, read-only; --unlock production allows writing once"),
        "{production:?}"
    );
}

#[test]
fn a_doctor_names_the_cure_of_each_ill() {
    use std::os::unix::fs::PermissionsExt as _;
    let rig = Rig::with(without_index);
    std::fs::set_permissions(rig.path("key.pem"), std::fs::Permissions::from_mode(0o644)).unwrap();
    rig.write("data/teams.json", "[{]");
    let said = rig.run(&["doctor"]);
    let lines: Vec<&str> = said.data(1).lines().map(str::trim).collect();
    for start in [
        "✗ key             the private key ",
        "→ chmod 600 '",
        "✗ Team            ",
        "→ fix the file, or its entry in skydeck.toml",
        "✗ Stadium schema  HTTP 400 BAD_REQUEST",
        "→ Add a QUERYABLE index on recordName",
        "Mend what is marked ✗ and run doctor again.",
    ] {
        assert!(
            lines.iter().any(|line| line.starts_with(start)),
            "{start} is not in {lines:#?}"
        );
    }
    let rig = Rig::new();
    rig.write_private("key.pem", &KeyPair::generate().unwrap().private_pem);
    let said = rig.run(&["doctor"]);
    assert!(
        said.data(5)
            .contains("✗ service         HTTP 401 AUTHENTICATION_FAILED"),
        "{said:?}"
    );
    assert!(
        said.out.contains(
            "→ Is the key registered for this environment? Development and production need one each."
        )
    );
    let said = rig.run(&["doctor", "--config", "nowhere.toml"]);
    assert!(
        said.data(1)
            .starts_with("✗ configuration  cannot read nowhere.toml: "),
        "{said:?}"
    );
}

/// Skydeck lists a type as one chain of pages: no other index than that on recordName is of use to it.
#[test]
fn a_doctor_asks_for_no_index_that_is_not_used() {
    let rig = Rig::with(|options| {
        let stadium = options.schema.types.remove("Stadium").unwrap();
        let stadium = stadium
            .system_field(SystemField::Created, Indexes::default())
            .system_field(SystemField::Modified, Indexes::default());
        options.schema = std::mem::take(&mut options.schema).with_type("Stadium", stadium);
    });
    let said = rig.run(&["doctor"]);
    assert!(
        !said.data(0).contains("createdTimestamp") && !said.out.contains("INDEX"),
        "{said:?}"
    );
    assert!(
        said.out
            .contains("✓ Stadium schema  can be listed, and has every mapped field\n"),
        "{said:?}"
    );
    assert!(said.out.ends_with("All is well.\n"));
    let sorted = rig.emulator.requests().into_iter().filter_map(|seen| seen.body);
    for body in sorted {
        assert!(
            !String::from_utf8(body).unwrap().contains("sortBy"),
            "nothing sorts"
        );
    }
}

/// A service whose clock is an hour behind, and which takes everything.
fn service_of_an_hour_ago() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = Vec::new();
            let mut buffer = [0; 4096];
            // The bodies are short JSON objects, and nothing follows them.
            while !request.ends_with(b"}") {
                let count = stream.read(&mut buffer).unwrap();
                request.extend_from_slice(&buffer[..count]);
            }
            let then = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(1);
            let date = then.strftime("%a, %d %b %Y %H:%M:%S GMT");
            let name = String::from_utf8_lossy(&request);
            let name = name
                .split("\"recordName\":\"")
                .nth(1)
                .and_then(|rest| rest.split('"').next());
            let records = name.map_or(json!([]), |name| {
                json!([{"recordName": name, "serverErrorCode": "NOT_FOUND", "reason": "Record not found"}])
            });
            let body = json!({"records": records}).to_string();
            let head = format!(
                "HTTP/1.1 200 OK\r\nDate: {date}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            stream.write_all((head + &body).as_bytes()).unwrap();
        }
    });
    format!("http://{address}")
}

#[test]
fn a_wrong_clock_is_told_even_where_the_key_is_taken() {
    let rig = Rig::new();
    let said = rig.run(&["doctor", "--endpoint", &service_of_an_hour_ago()]);
    let line = said
        .data(0)
        .lines()
        .find(|line| line.contains(" clock "))
        .unwrap();
    let seconds: i64 = line.split_whitespace().nth(2).unwrap().parse().unwrap();
    assert!(
        line.ends_with(" s ahead of the service's") && line.starts_with('!'),
        "{line}"
    );
    assert!((3600..4200).contains(&seconds), "{line}");
}
