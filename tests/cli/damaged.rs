//! A journal whose rows have decayed: named by every command that would believe them.

use std::fs;

use serde_json::json;

use super::Rig;

/// Spoils the pre-image of one record in the journal of a run.
fn spoil(rig: &Rig, name: &str) {
    let container = fs::read_dir(rig.path("state"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let mut files = fs::read_dir(container).unwrap().map(|file| file.unwrap().path());
    let file = files
        .find(|path| path.extension().is_some_and(|ending| ending == "sqlite"))
        .unwrap();
    let changed = rusqlite::Connection::open(file)
        .unwrap()
        .execute(
            "UPDATE operation SET body = replace(body, '82000', '82001') WHERE name = ?1",
            [name],
        )
        .unwrap();
    assert_eq!(changed, 1);
}

#[test]
fn a_damaged_pre_image_is_named_and_never_written() {
    let rig = Rig::in_sync();
    spoil(&rig, "wembley");
    let named = "Stadium 'wembley': it does not match its digest";

    let history = rig.run(&["history", "1"]);
    assert!(history.err.contains(named), "{history:?}");
    assert!(history.data(1).contains("new_ground") && !history.out.contains("wembley"));
    let document = rig.json(1, &["history", "1"]);
    assert_eq!(document["damaged"][0]["name"], json!("wembley"));
    assert!(
        document["operations"]
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one["checked"] == true)
    );

    let before = rig.cloud();
    let undo = rig.run(&["undo", "1", "--yes"]);
    assert!(undo.refusal(1).contains(named), "{undo:?}");
    assert!(undo.err.contains("skydeck undo RUN --skip-damaged"), "{undo:?}");
    assert_eq!(rig.cloud(), before);

    let undo = rig.run(&["undo", "1", "--yes", "--skip-damaged"]);
    assert_eq!(undo.code, 3, "{undo:?}");
    assert!(undo.err.contains(named), "{undo:?}");
    assert!(rig.has("highbury") && !rig.has("new_ground"));
    assert_eq!(rig.value("wembley", "capacity"), Some(json!(90000)));
}
