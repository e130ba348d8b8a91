//! What `--json` prints has the shape that `assets/documents.md` promises, member by member.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Rig;
use super::rig::without_index;

const PROMISED: &str = include_str!("../../assets/documents.md");

/// Members that hold names of anybody's choosing.
const MAPS: [&str; 3] = ["changedFields", "states", "fields"];

/// The examples by their headings.
fn promised() -> BTreeMap<&'static str, Value> {
    let chapters = PROMISED.split("\n## ").skip(1);
    chapters
        .map(|chapter| {
            let (heading, rest) = chapter.split_once('\n').unwrap();
            let example = rest
                .split_once("```json\n")
                .unwrap()
                .1
                .split_once("```")
                .unwrap()
                .0;
            (
                heading,
                serde_json::from_str(example).unwrap_or_else(|error| panic!("{heading}: {error}")),
            )
        })
        .collect()
}

/// Every way in which a value is not like the example.
fn differences(place: &str, found: &Value, example: &Value, list: &mut Vec<String>) {
    match (found, example) {
        (Value::Null, _) | (_, Value::Null) => {}
        (Value::Object(found), Value::Object(example)) => {
            let names: std::collections::BTreeSet<&String> = found.keys().chain(example.keys()).collect();
            for name in names {
                match (found.get(name), example.get(name)) {
                    (Some(_), Some(_)) if MAPS.contains(&name.as_str()) && example[name].is_object() => {}
                    // A field's value is of any type.
                    (Some(_), Some(_))
                        if ["cloud", "local", "reviewed", "theirs"].contains(&name.as_str()) => {}
                    (Some(found), Some(example)) => {
                        differences(&format!("{place}.{name}"), found, example, list);
                    }
                    (None, _) => list.push(format!("{place}.{name} is missing")),
                    (_, None) => list.push(format!("{place}.{name} is not promised")),
                }
            }
        }
        (Value::Array(found), Value::Array(example)) => {
            for one in found {
                differences(&format!("{place}[]"), one, &example[0], list);
            }
        }
        (found, example) => {
            if std::mem::discriminant(found) != std::mem::discriminant(example) {
                list.push(format!("{place} is {found}, promised was such as {example}"));
            }
        }
    }
}

/// Checks a document against the chapter of this heading.
#[track_caller]
pub(super) fn check(heading: &str, document: &Value) {
    let mut list = Vec::new();
    let command = document["command"].as_str().unwrap_or_default();
    let mut example = promised()
        .remove(heading)
        .unwrap_or_else(|| panic!("no chapter on {heading}"));
    example["command"] = json!(command);
    differences(heading, document, &example, &mut list);
    assert_eq!(list, Vec::<String>::new(), "{document:#}");
    assert_eq!(document["version"], 1);
}

#[test]
fn commands_that_read() {
    let rig = Rig::new();
    let diff = rig.json(2, &["diff"]);
    check("diff", &diff);
    assert_eq!(
        (&diff["inSync"], &diff["types"][0]),
        (
            &json!(false),
            &json!({"type": "Stadium", "new": 1, "updated": 1, "unchanged": 2, "deleted": 1, "incomplete": null,
                "changedFields": {"capacity": 1}})
        )
    );
    let verbose = rig.json(2, &["diff", "--verbose"]);
    assert_eq!(
        [
            &verbose["types"][0]["newRecords"],
            &verbose["types"][0]["updatedRecords"],
            &verbose["types"][0]["deletedRecords"]
        ],
        [&json!(["new_ground"]), &json!(["wembley"]), &json!(["highbury"])]
    );
    let verify = rig.json(2, &["verify", "--deep"]);
    check("verify", &verify);
    assert_eq!(
        verify["types"][0]["mismatched"],
        json!([{"name": "wembley", "fields": [{"field": "capacity", "cloud": 82000, "local": 90000}]}])
    );
    check("verify", &rig.json(2, &["verify", "--sample", "1"]));
    let list = rig.json(0, &["list", "Team"]);
    check("list", &list);
    assert_eq!(list["records"], json!(["liverpool"]));
    let count = rig.json(0, &["list", "Stadium", "--count"]);
    assert_eq!(
        count,
        json!({"version": 1, "command": "list", "type": "Stadium", "count": 4})
    );
    let get = rig.json(0, &["get", "Stadium", "wembley"]);
    check("get", &get);
    assert_eq!(
        get["differs"],
        json!([{"field": "capacity", "cloud": 82000, "local": 90000}])
    );
    check("doctor", &rig.json(0, &["doctor"]));
    let export = rig.json(0, &["export", "Team", "-o", "teams.json"]);
    check("export", &export);
    assert_eq!(export["records"], 1);
}

#[test]
fn commands_that_write() {
    let rig = Rig::new();
    let dry = rig.json(0, &["sync", "--dry-run"]);
    check("sync --dry-run", &dry);
    assert_eq!(dry["saved"], json!(null));
    let saved = rig.json(0, &["sync", "--save-plan", "plan.json"]);
    check("sync --dry-run", &saved);
    assert_eq!(
        (&saved["saved"], &saved["operations"]),
        (&json!("plan.json"), &dry["operations"])
    );
    let applied = rig.json(0, &["apply", "plan.json", "--yes"]);
    check("sync", &applied);
    assert_eq!(
        (&applied["command"], &applied["created"], &applied["updated"]),
        (&json!("apply"), &json!(2), &json!(1))
    );
    for args in [
        &["sync", "--yes"][..],
        &["undo", "1", "--yes"],
        &["update", "Stadium", "wembley", "capacity=1", "--yes"],
        &["update", "Stadium", "wembley", "capacity=1", "--yes"],
        &["delete", "Stadium", "highbury", "--force"],
        &["import", "--yes"],
        &["delete-all", "--force"],
        &["resume"],
    ] {
        let document = rig.json(0, args);
        check("sync", &document);
        assert_eq!(document["command"], args[0]);
    }
    check("sync --dry-run", &rig.json(0, &["import", "--dry-run"]));
    check("history", &rig.json(0, &["history"]));
    let one = rig.json(0, &["history", "1"]);
    check("history RUN", &one);
    assert_eq!(one["run"]["undoneBy"], 2);
}

#[test]
fn what_went_wrong_is_told_in_the_report() {
    let rig = Rig::new();
    rig.faults(&json!([
        {"when": {"operation": "records/modify"}, "do": {"fail_record": {"record_name": "new_ground", "code": "UNIQUE_FIELD_ERROR"}}},
        {"when": {"operation": "records/modify", "to": 1}, "do": {"foreign_write":
            {"record_name": "wembley", "fields": {"capacity": {"value": 7, "type": "INT64"}}}}},
    ]));
    let report = rig.json(3, &["sync", "--yes"]);
    check("sync", &report);
    assert_eq!(report["refused"][0]["name"], "new_ground");
    assert_eq!(
        report["overwritten"],
        json!([{"type": "Stadium", "name": "wembley", "fields": [{"field": "capacity", "reviewed": 82000, "theirs": 7}]}])
    );
}

#[test]
fn failures_have_a_document_too() {
    let rig = Rig::new();
    let missing = rig.json(1, &["get", "Stadium", "xyz"]);
    check("errors", &missing);
    assert_eq!(missing["error"], "No Stadium with id 'xyz' found in CloudKit");
    check("errors", &rig.json(64, &["get", "Foo", "xyz"]));
    check("errors", &rig.json(4, &["sync"]));
    rig.faults(&json!([{"do": {"unauthorized": true}}]));
    let refused = rig.json(5, &["list", "Stadium"]);
    check("errors", &refused);
    assert_eq!(
        (&refused["exitCode"], refused["advice"].as_array().unwrap().len()),
        (&json!(5), 5)
    );
    check("doctor", &rig.json(5, &["doctor"]));
    let unlisted = Rig::with(without_index).json(1, &["diff"]);
    let stadium = &unlisted["types"][0];
    assert_eq!(stadium["type"], "Stadium");
    assert!(
        stadium["error"]
            .as_str()
            .unwrap()
            .contains("not marked queryable"),
        "{unlisted:#}"
    );
}
