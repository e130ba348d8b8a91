//! `diff`, `verify`, `list`, `get`, `export`: what is printed, word for word, and that nothing is written.

use serde_json::{Value, json};

use super::Rig;
use super::rig::stadiums;

#[test]
fn a_diff_counts_in_the_words_of_the_script() {
    let rig = Rig::new();
    let said = rig.run(&["diff"]);
    assert_eq!(
        said.data(2),
        "Stadiums: 2 unchanged, 1 new, 1 updated, 1 deleted  (updated: capacity 1)\n\
         Teams: 1 unchanged, 1 new, 0 updated, 0 deleted\n"
    );
    assert_eq!(
        said.err, "",
        "a diff that works has nothing to say beside its data"
    );
    assert_eq!(
        rig.run(&["diff", "Team"]).data(2),
        "Teams: 1 unchanged, 1 new, 0 updated, 0 deleted\n"
    );
    assert_eq!(
        rig.run(&["diff", "Stadium", "--verbose"]).data(2),
        "Stadiums: 2 unchanged, 1 new, 1 updated, 1 deleted  (updated: capacity 1)\n  \
         - highbury\n  + new_ground\n  ~ wembley: capacity: 82000 → 90000\n"
    );
    assert_eq!(rig.count("records/modify"), 0);
    assert_eq!(
        Rig::in_sync().run(&["diff"]).data(0),
        "Stadiums: 4 unchanged, 0 new, 0 updated, 0 deleted\nTeams: 2 unchanged, 0 new, 0 updated, 0 deleted\n"
    );
}

#[test]
fn a_verification_says_what_is_missing_and_what_is_different() {
    let rig = Rig::new();
    let quick = rig.run(&["verify"]);
    assert_eq!(
        quick.data(2),
        "Stadium: CloudKit=4, Local=4 [MISMATCH: 1 missing in CloudKit, 1 only in CloudKit, 1 different]\n  \
         Checked 3 of 3 · every field\n  ~ wembley: capacity: 82000 → 90000\n  \
         + new_ground: missing in CloudKit\n  - highbury: only in CloudKit\n\
         Team: CloudKit=1, Local=2 [MISMATCH: 1 missing in CloudKit]\n  Checked 1 of 1 · every field\n  \
         + spurs: missing in CloudKit\n"
    );
    assert_eq!(quick.err, "");
    let deep = rig.run(&["verify", "--deep", "Stadium"]);
    assert_eq!(
        deep.data(2),
        "Stadium: CloudKit=4, Local=4 [MISMATCH: 1 missing in CloudKit, 1 only in CloudKit, 1 different]\n  \
         Checked 3 of 3 · every field\n  ~ wembley: capacity: 82000 → 90000\n  \
         + new_ground: missing in CloudKit\n  - highbury: only in CloudKit\n"
    );
    assert_eq!(
        deep.err,
        "Deep verification may take several minutes for large datasets\n"
    );
    let well = Rig::in_sync();
    let ok = "Stadium: CloudKit=4, Local=4 [OK]\n  Checked 4 of 4 · every field\n\
              Team: CloudKit=2, Local=2 [OK]\n  Checked 2 of 2 · every field\n";
    assert_eq!(well.run(&["verify"]).data(0), ok);
    assert_eq!(well.run(&["verify", "--deep"]).data(0), ok);
}

/// Counts and names match, and every record has another capacity: what is sampled differs, whatever is sampled.
#[test]
fn a_verification_without_options_compares_fields() {
    let rig = Rig::in_sync();
    rig.many_stadiums(20);
    rig.run(&[
        "sync",
        "Stadium",
        "--yes",
        "--delete-orphans",
        "--max-delete-percent",
        "100",
    ])
    .data(0);
    let mut changed: Value = serde_json::from_str(&rig.read("data/stadiums.json")).unwrap();
    for stadium in changed.as_array_mut().unwrap() {
        stadium["capacity"] = json!(stadium["capacity"].as_i64().unwrap() + 1);
    }
    rig.write("data/stadiums.json", &changed.to_string());
    let said = rig.run(&["verify", "Stadium"]);
    let begins = "Stadium: CloudKit=20, Local=20 [MISMATCH: 5 different]\n  \
                  Sampled 5 of 20 · detects 1 % damage with 25 % probability\n";
    let rest = said
        .data(2)
        .strip_prefix(begins)
        .unwrap_or_else(|| panic!("{said:?}"));
    assert_eq!(rest.matches("  ~ s000").count(), 5, "{said:?}");
    // The seed that was told samples the same records.
    let seed = said.err.strip_prefix("Sampled with --seed ").unwrap().trim_end();
    assert_eq!(rig.run(&["verify", "Stadium", "--seed", seed]).data(2), said.out);
    let document = rig.json(2, &["verify", "Stadium", "--seed", seed]);
    assert_eq!(document["seed"].to_string(), seed);
    let stadium = &document["types"][0];
    assert_eq!((&stadium["checked"], &stadium["of"]), (&json!(5), &json!(20)));
    assert_eq!(stadium["mismatched"].as_array().unwrap().len(), 5);
    let wide = rig.run(&["verify", "Stadium", "--sample", "20"]);
    assert!(
        wide.data(2)
            .contains("20 different]\n  Checked 20 of 20 · every field\n")
    );
    assert_eq!(wide.err, "");
    rig.run(&["verify", "--sample", "0"]).refusal(64);
}

#[test]
fn a_sample_states_its_power_and_its_seed_draws_it_again() {
    let rig = Rig::in_sync();
    // One damaged record of four is what 1 % comes to; one of four drawn meets it one time in four.
    let said = rig.run(&["verify", "--sample", "1", "Stadium"]);
    assert_eq!(
        said.data(0),
        "Stadium: CloudKit=4, Local=4 [OK]\n  Sampled 1 of 4 · detects 1 % damage with 25 % probability\n"
    );
    let drawn = |seed: u32| {
        rig.run(&["verify", "--sample", "2", "--seed", &seed.to_string(), "Stadium"])
            .data(0);
        let requests = rig.emulator.requests();
        let lookups = requests
            .iter()
            .rfind(|seen| seen.operation == "records/lookup")
            .unwrap();
        let body: Value = serde_json::from_slice(lookups.body.as_ref().unwrap()).unwrap();
        body["records"].clone()
    };
    let first = drawn(7);
    assert_eq!(drawn(7), first);
    assert!(
        (8..30).any(|seed| drawn(seed) != first),
        "every seed draws the same"
    );
}

#[test]
fn a_list_has_names_in_order_and_a_count_is_a_bare_number() {
    let rig = Rig::new();
    assert_eq!(
        rig.run(&["list", "Stadium"]).data(0),
        "anfield\ncamp_nou\nhighbury\nwembley\n"
    );
    assert_eq!(rig.run(&["list", "Stadium", "--count"]).data(0), "4\n");
    // No more is asked of the service than names take: one small field.
    let requests = rig.emulator.requests();
    let queries = requests.iter().filter(|seen| seen.operation == "records/query");
    for query in queries {
        let body: Value = serde_json::from_slice(query.body.as_ref().unwrap()).unwrap();
        assert_eq!(body["desiredKeys"], json!(["capacity"]));
    }
}

#[test]
fn a_record_is_shown_with_what_the_files_have_otherwise() {
    let rig = Rig::new();
    let said = rig.run(&["get", "Stadium", "wembley"]);
    let lines: Vec<&str> = said.data(0).lines().collect();
    assert_eq!(lines[0], "Stadium wembley");
    for line in [
        "  capacity  INT64          82000",
        "  location  LOCATION       51.556, -0.2796",
        "  name      STRING         Wembley",
        "  note      STRING         theirs  (not in skydeck.toml)",
        "  opened    TIMESTAMP      2000-01-01T00:00:00Z",
        "Different in the files:",
        "  capacity: 82000 → 90000",
    ] {
        assert!(lines.contains(&line), "{line} is not in {lines:#?}");
    }
    assert!(
        rig.run(&["get", "Stadium", "highbury"])
            .data(0)
            .ends_with("Not in the files.\n")
    );
    assert!(
        rig.run(&["get", "Stadium", "camp_nou"])
            .data(0)
            .ends_with("The same in the files.\n")
    );
    let team = rig.run(&["get", "Team", "liverpool"]);
    assert!(
        team.data(0).contains("  stadium   REFERENCE      anfield\n"),
        "{team:?}"
    );
}

#[test]
fn an_export_is_a_canonical_file() {
    let rig = Rig::in_sync();
    let printed = rig.run(&["export", "Stadium"]);
    let records: Value = serde_json::from_str(printed.data(0)).unwrap();
    assert_eq!(records[0], stadiums()[0]);
    // Members stand in the manifest's order, so that a version control system shows what changed and nothing else.
    let positions: Vec<usize> = [
        "\"id\"",
        "\"name\"",
        "\"capacity\"",
        "\"latitude\"",
        "\"longitude\"",
        "\"opened\"",
    ]
    .map(|member| printed.out.find(member).unwrap())
    .to_vec();
    assert!(positions.is_sorted(), "{}", printed.out);

    let said = rig.run(&["export", "Stadium", "--output", "new.json"]);
    assert_eq!(
        (said.data(0), said.err.as_str()),
        ("", "4 records, cloud side, in new.json\n")
    );
    assert_eq!(rig.read("new.json"), printed.out);
    std::fs::rename(rig.path("new.json"), rig.path("data/stadiums.json")).unwrap();
    rig.run(&["diff"]).data(0);
}

#[test]
fn an_export_that_fails_leaves_the_file_as_it_was() {
    let rig = Rig::new();
    rig.write("kept.json", "precious");
    rig.faults(&json!([{"when": {"operation": "records/query"}, "do": {"unauthorized": true}}]));
    rig.run(&["export", "Stadium", "-o", "kept.json", "--force"])
        .refusal(5);
    rig.faults(&json!([]));
    let nowhere = rig.run(&["export", "Stadium", "-o", "nowhere/kept.json"]);
    assert!(
        nowhere
            .refusal(1)
            .starts_with("Error: nowhere/kept.json cannot be written: "),
        "{nowhere:?}"
    );
    assert_eq!(rig.read("kept.json"), "precious");
}

/// Each side is what it is: the files' as they stand in the file, the cloud's as a second client reads it.
#[test]
fn an_export_names_its_side() {
    let rig = Rig::new();
    let local = rig.run(&["export", "Stadium", "--side", "local"]);
    assert_eq!(local.err, "4 records, local side\n");
    assert_eq!(serde_json::from_str::<Value>(local.data(0)).unwrap(), stadiums());
    let cloud = rig.run(&["export", "Stadium"]);
    assert_eq!(cloud.err, "4 records, cloud side\n");
    let records: Value = serde_json::from_str(cloud.data(0)).unwrap();
    for record in records.as_array().unwrap() {
        let name = record["id"].as_str().unwrap();
        let held = |field| rig.value(name, field).unwrap();
        assert_eq!(record["capacity"], held("capacity"));
        assert_eq!(record["latitude"], held("location")["latitude"]);
    }
    let csv = rig.run(&["export", "Stadium", "--side", "local", "-o", "stadiums.csv"]);
    assert_eq!(
        (csv.code, csv.err.as_str()),
        (0, "4 records, local side, in stadiums.csv\n")
    );
    assert_eq!(
        rig.read("stadiums.csv").lines().take(2).collect::<Vec<_>>(),
        [
            "recordName,name,capacity,location,opened",
            "anfield,Anfield,61276,\"53.4308, -2.9608\",2000-01-01T00:00:00Z"
        ]
    );
    let lines = rig.run(&[
        "export",
        "Stadium",
        "--side",
        "local",
        "-o",
        "stadiums.jsonl",
        "--json",
    ]);
    let document: Value = serde_json::from_str(lines.data(0)).unwrap();
    assert_eq!(
        (&document["side"], &document["records"]),
        (&json!("local"), &json!(4))
    );
    let all: Vec<Value> = (rig.read("stadiums.jsonl").lines())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(json!(all), stadiums());
}
