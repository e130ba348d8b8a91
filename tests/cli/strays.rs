//! A record that the service lists among those of another type.

use serde_json::{Value, json};

use super::{Rig, proxy};

/// The team page holds a stadium, which the files have and which is as they have it.
#[test]
fn a_record_listed_under_another_type_is_not_deleted() {
    let rig = Rig::in_sync();
    let anfield = rig
        .cloud()
        .into_iter()
        .find(|record| record["recordName"] == "anfield")
        .unwrap();
    let endpoint = proxy::before(
        &rig.emulator.endpoint(),
        move |path, asked: &Value, answer: &mut Value| {
            let is_page = path.ends_with("records/query") && asked["query"]["recordType"] == "Team";
            if let Some(records) = answer["records"].as_array_mut().filter(|_| is_page) {
                records.push(anfield.clone());
            }
        },
    );
    let before = rig.cloud();
    for types in [&[][..], &["Team"]] {
        let sync = [
            "sync",
            "--delete-orphans",
            "--yes",
            "--max-delete-percent",
            "100",
            "--endpoint",
            &endpoint,
        ];
        let all: Vec<&str> = sync.iter().chain(types).copied().collect();
        let said = rig.run(&all);
        assert_eq!(said.code, 4, "{said:?}");
        assert!(
            said.err
                .contains("'anfield', a Stadium record, among the Team records"),
            "{said:?}"
        );
        // The service itself, asked past the proxy.
        assert_eq!(rig.cloud(), before);
    }
    assert_eq!(
        rig.json(
            4,
            &[&["sync", "--delete-orphans", "--yes", "--endpoint", &endpoint][..]].concat()
        )["exitCode"],
        json!(4)
    );
}
