//! Plan files written by somebody who knows how to seal them: applied only where a sync would do the same today.

use std::fs;

use serde_json::{Value, json};
use skydeck::record::plan::digest;
use skydeck::sync::SavedPlan;

use super::Rig;
use super::rig::in_cloud;

/// A plan of two new records, an update and a deletion, in `plan.json`.
fn planned() -> (Rig, Value) {
    let rig = Rig::new();
    rig.run(&["sync", "--delete-orphans", "--save-plan", "plan.json"])
        .data(0);
    let plan = serde_json::from_str(&rig.read("plan.json")).unwrap();
    (rig, plan)
}

/// The operation on a record.
fn operation<'p>(plan: &'p mut Value, name: &str) -> &'p mut Value {
    let operations = plan["plan"]["operations"].as_array_mut().unwrap();
    operations.iter_mut().find(|one| one["name"] == name).unwrap()
}

/// Gives a plan the digest that it would have been saved with.
fn sealed(mut plan: Value) -> String {
    if let Ok(saved) = serde_json::from_value::<SavedPlan>(plan.clone()) {
        let place = (&saved.container, &saved.environment, &saved.server);
        let seal = digest(&(saved.version, place, saved.kind, saved.undoes, &saved.plan));
        plan["digest"] = json!(seal.unwrap());
    }
    plan.to_string()
}

/// Applies a text as a plan; it must be refused and leave the cloud as it is.
#[track_caller]
fn refused(rig: &Rig, code: i32, text: &str, reason: &str) {
    let before = rig.cloud();
    rig.write("forged.json", text);
    let said = rig.run(&["apply", "forged.json", "--yes"]);
    assert_eq!(said.code, code, "{reason}: {said:?}");
    assert!(said.err.contains(reason), "{reason} is not in {said:?}");
    assert_eq!(rig.cloud(), before, "{reason}");
    assert_eq!(rig.count("records/modify"), 0, "{reason}");
}

#[test]
fn a_plan_that_is_sealed_again_unchanged_is_applied() {
    let (rig, plan) = planned();
    fs::write(rig.path("again.json"), sealed(plan)).unwrap();
    rig.run(&["apply", "again.json", "--yes"]).data(0);
    assert!(rig.has("spurs") && !rig.has("highbury"));
    assert_eq!(rig.value("wembley", "capacity"), Some(json!(90000)));
    // Somebody has done it all by now.
    rig.run(&["apply", "again.json", "--yes", "--max-delete-percent", "100"])
        .data(0);
}

#[test]
fn operations_that_no_sync_would_plan() {
    let forge = |name: &str, change: &dyn Fn(&mut Value)| {
        let (rig, mut plan) = planned();
        change(operation(&mut plan, name));
        (rig, sealed(plan))
    };
    let change = |name: &str, pointer: &'static str, value: Value| {
        forge(name, &|operation| {
            *operation.pointer_mut(pointer).unwrap() = value.clone();
        })
    };
    let set = |name: &str, field: &'static str, value: Value| {
        forge(name, &|operation| operation["goal"][field] = value.clone())
    };
    for ((rig, text), reason) in [
        (
            set("wembley", "note", json!({"String": "mine"})),
            "has a value for note, which skydeck.toml does not map",
        ),
        (
            set("new_ground", "note", json!({"String": "mine"})),
            "has a value for note, which skydeck.toml does not map",
        ),
        (
            set("wembley", "capacity", json!({"String": "many"})),
            "has a value for capacity that is not a valid INT64",
        ),
        (
            set("wembley", "capacity", json!({"List": ["Int64", [{"Int64": 1}]]})),
            "has a value for capacity that is not a valid INT64",
        ),
        (
            change("wembley", "/goal/location/Location/latitude", json!(91.0)),
            "has a value for location that is not a valid LOCATION",
        ),
        (
            change("wembley", "/verb", json!("forceReplace")),
            "is written with forceReplace, which a sync never uses",
        ),
        (
            change("wembley", "/verb", json!("replace")),
            "is written with replace, which a sync never uses",
        ),
        (
            change("wembley", "/before", json!(null)),
            "has no change tag to guard the write",
        ),
        (
            change("wembley", "/before/tag", json!(null)),
            "has no change tag to guard the write",
        ),
        (
            change("wembley", "/before/name", json!("anfield")),
            "has earlier values from another record",
        ),
        (
            change("wembley", "/before/fields/note", json!({"String": "forged"})),
            "has other values in the cloud than the plan recorded",
        ),
        (
            change("highbury", "/before/fields/name", json!({"String": "forged"})),
            "has other values in the cloud than the plan recorded",
        ),
        (
            set("highbury", "capacity", json!({"Int64": 1})),
            "is deleted but has values to write",
        ),
        (
            change("new_ground", "/name", json!("_new")),
            "has a record name that CloudKit does not accept",
        ),
    ] {
        refused(&rig, 1, &text, reason);
    }
    let (rig, text) = change("wembley", "/record_type", json!("Referee"));
    refused(&rig, 4, &text, "Referee is not in skydeck.toml");
}

/// The manifest maps a place by its coordinates and a reference by its target; everything else about them is the cloud's.
#[test]
fn parts_of_values_that_the_manifest_does_not_map() {
    let forge = |name: &str, pointer: &str, value: &Value| {
        let (rig, mut plan) = planned();
        let part = operation(&mut plan, name).pointer_mut(pointer);
        *part.unwrap_or_else(|| panic!("{name} has no {pointer}")) = value.clone();
        (rig, sealed(plan))
    };
    let place = "has a value for location that is not a valid LOCATION";
    for name in ["wembley", "new_ground"] {
        for part in [
            "altitude",
            "horizontal_accuracy",
            "vertical_accuracy",
            "course",
            "speed",
            "timestamp",
        ] {
            let pointer = format!("/goal/location/Location/{part}");
            let (rig, text) = forge(name, &pointer, &json!(171.5));
            refused(&rig, 1, &text, place);
        }
        for (part, value) in [
            // It says that the place has none of the parts, so a write would take them away.
            ("unstated", json!(0)),
            ("further", json!("{\"floor\":3}")),
            ("further", json!("")),
        ] {
            let pointer = format!("/goal/location/Location/{part}");
            let (rig, text) = forge(name, &pointer, &value);
            refused(&rig, 1, &text, place);
        }
    }
    for (part, value) in [
        ("action", json!("DeleteSelf")),
        ("action", json!("None")),
        ("further", json!("{\"zoneID\":{\"zoneName\":\"other\"}}")),
    ] {
        let pointer = format!("/goal/stadium/Reference/{part}");
        let (rig, text) = forge("spurs", &pointer, &value);
        refused(
            &rig,
            1,
            &text,
            "has a value for stadium that is not a valid REFERENCE",
        );
    }
}

#[test]
fn a_deletion_of_what_a_file_has() {
    let (rig, plan) = planned();
    let text = sealed(plan);
    let highbury = json!({"id": "highbury", "name": "Highbury", "capacity": 38419, "latitude": 51.5578, "longitude": -0.1028,
        "opened": "2000-01-01T00:00:00Z", "stadium_id": "anfield"});
    let with_it = |mut all: Value| {
        all.as_array_mut().unwrap().push(highbury.clone());
        all.to_string()
    };
    rig.write("data/stadiums.json", &with_it(super::rig::stadiums()));
    refused(&rig, 4, &text, "highbury");
    // The file of another type has the name just as well.
    rig.write("data/stadiums.json", &super::rig::stadiums().to_string());
    rig.write("data/teams.json", &with_it(super::rig::teams()));
    refused(&rig, 1, &text, "highbury");
}

#[test]
fn members_that_nobody_reads() {
    let (rig, plan) = planned();
    let places: [fn(&mut Value) -> &mut Value; 5] = [
        |plan| plan,
        |plan| &mut plan["plan"],
        |plan| operation(plan, "wembley"),
        |plan| &mut operation(plan, "wembley")["before"],
        |plan| &mut operation(plan, "wembley")["goal"]["location"]["Location"],
    ];
    for place in places {
        let mut forged = plan.clone();
        place(&mut forged)["approved_by"] = json!("nobody");
        refused(&rig, 1, &sealed(forged), "this version does not write");
    }
    let text = sealed(plan);
    for (once, twice) in [
        ("\"kind\":\"sync\"", "\"kind\":\"sync\",\"kind\":\"sync\""),
        (
            "\"capacity\":{\"Int64\":90000}",
            "\"capacity\":{\"Int64\":1},\"capacity\":{\"Int64\":90000}",
        ),
    ] {
        assert!(text.contains(once), "{text}");
        refused(
            &rig,
            1,
            &text.replacen(once, twice, 1),
            "appears twice in one object",
        );
    }
}

#[test]
fn a_run_of_another_kind() {
    let (rig, plan) = planned();
    for kind in ["import", "undo", "delete-all", "sync-asking", "update"] {
        let mut forged = plan.clone();
        forged["kind"] = json!(kind);
        refused(&rig, 1, &sealed(forged), "only a sync can be applied from a file");
    }
    let mut forged = plan;
    forged["undoes"] = json!(1);
    refused(&rig, 1, &sealed(forged), "only a sync can be applied from a file");
}

#[test]
fn the_ceilings_of_today_count() {
    let rig = Rig::new();
    let orphans: Vec<Value> = (0..35)
        .map(|n| in_cloud(&format!("orphan{n}"), "Orphan", n, [1.0, 2.0]))
        .collect();
    rig.load(&orphans);
    let all = ["--max-delete-percent", "100"];
    rig.run(
        &[
            &["sync", "--delete-orphans", "--save-plan", "plan.json"],
            &all[..],
        ]
        .concat(),
    )
    .data(0);
    let text = rig.read("plan.json");
    refused(
        &rig,
        4,
        &text,
        "36 of 39 Stadium records would be deleted, more than 25 percent",
    );
    rig.configure("[limits]\nmax_deletes = 35\nmax_delete_percent = 100\n");
    refused(&rig, 4, &text, "more than the cap of 35");
    rig.configure("");
    rig.run(&[&["apply", "plan.json", "--yes"], &all[..]].concat())
        .data(0);
    assert!(!rig.has("orphan0") && !rig.has("highbury") && rig.has("anfield"));
}

#[test]
fn files_with_mistakes_block() {
    let (rig, plan) = planned();
    let text = sealed(plan);
    rig.write("data/stadiums.json", "[{\"id\":");
    refused(&rig, 1, &text, "stadiums.json:");
    fs::remove_file(rig.path("data/stadiums.json")).unwrap();
    refused(&rig, 1, &text, "there is no such file");
}
