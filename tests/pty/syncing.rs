//! A sync, its report, its verification and its undoing: the figures on the screen are the world's.

use serde_json::json;

use super::rig::{ENTER, Terminal};
use super::world::{UPDATED, World, changed};

/// The full screen with a plan to be looked at.
fn reviewing(world: &World) -> Terminal {
    let mut terminal = world.open();
    terminal.review();
    terminal
}

/// Records of the cloud that no file has.
fn orphans(world: &World) -> Vec<String> {
    let files: Vec<String> = world.files().into_values().flatten().collect();
    let mut names: Vec<String> = world.cloud().into_keys().collect();
    names.retain(|name| !files.contains(name));
    names
}

#[test]
fn a_sync_sends_what_it_says_and_leaves_the_orphans() {
    let world = World::new();
    let (before, orphans) = (world.cloud(), orphans(&world));
    let mut terminal = reviewing(&world);
    terminal.press("a");
    terminal.wait_gate("create 8, update 17");
    terminal.press(ENTER);
    terminal.wait("nothing was sent");
    assert_eq!((world.writes(), world.cloud()), (0, before.clone()));

    terminal.press("a");
    terminal.pass("Send 25 changes");
    terminal.wait("Created 8, Updated 17, Deleted 0, Skipped 552 unchanged");
    let after = world.cloud();
    let created = after.keys().filter(|name| !before.contains_key(*name)).count();
    let mut updated: Vec<String> = changed(&before, &after);
    updated.retain(|one| one.contains(": "));
    let mut records: Vec<&str> = updated.iter().filter_map(|one| one.split(": ").next()).collect();
    records.dedup();
    assert_eq!((created, records.len()), (8, 17), "{updated:?}");
    assert_eq!(after.len(), before.len() + 8, "nothing was deleted");
    assert!(orphans.len() == 8 && orphans.iter().all(|name| after[name] == before[name]));
    // Another client sees the same.
    let differences = world.json(&["diff"], 2);
    for one in differences["types"].as_array().unwrap() {
        assert_eq!((&one["new"], &one["updated"]), (&json!(0), &json!(0)), "{one}");
    }
}

#[test]
fn orphans_go_once_their_number_is_typed_and_then_all_is_well() {
    let world = World::synced();
    let (before, orphans) = (world.cloud(), orphans(&world));
    let written = world.writes();
    let mut terminal = reviewing(&world);
    terminal.press("a");
    terminal.wait("there is nothing in the plan to send");
    terminal.press("oa");
    terminal.wait_gate("Type 8 to confirm");
    terminal.press("7");
    terminal.wait("Type 8 to confirm: 7");
    terminal.press(ENTER);
    terminal.gone("Type 8 to confirm");
    assert_eq!((world.writes(), world.cloud()), (written, before.clone()));

    terminal.press("a");
    terminal.pass_word("8", "Send 8 changes");
    terminal.wait("Created 0, Updated 0, Deleted 8, Skipped 577 unchanged");
    assert_eq!(changed(&before, &world.cloud()), orphans);

    for (key, title) in [
        ("1v", "Quick verification, just now"),
        ("V", "Deep verification, just now"),
    ] {
        terminal.press(key);
        terminal.wait(title);
        let shown = terminal.text();
        for (record_type, names) in world.files() {
            let count = names.len();
            let verdict = format!("✓ {record_type}: CloudKit={count}, Local={count} [OK]");
            assert!(shown.contains(&verdict), "{verdict}\n{shown}");
        }
    }
}

#[test]
fn one_changed_field_is_found_by_the_deep_verification_and_leads_to_its_record() {
    let world = World::synced();
    world.run(&["sync", "--yes", "--delete-orphans"], 0);
    world.stranger(UPDATED, &json!({"capacity": {"value": 111, "type": "INT64"}}));
    let before = world.cloud();
    let mut terminal = world.open();
    terminal.wait("compared just now");
    terminal.press("V");
    terminal.wait_line(&[UPDATED, "capacity", "18061", "111"]);
    terminal.press(ENTER);
    terminal.wait(&format!("╭ {UPDATED}"));
    terminal.wait_line(&["~ capacity", "18061", "111"]);
    assert_eq!(world.cloud(), before);
}

#[test]
fn undoing_a_sync_brings_the_first_state_back_record_by_record() {
    let world = World::new();
    let before = world.cloud();
    world.run(&["sync", "--yes"], 0);
    assert_ne!(world.cloud().len(), before.len());
    let mut terminal = world.open();
    terminal.wait("compared just now");
    terminal.press("5");
    terminal.wait_line(&["▸", "1 ", "sync", "8", "17", "done"]);
    terminal.press("u");
    terminal.pass_word("8", "Send 25 changes");
    terminal.wait("Created 0, Updated 17, Deleted 8");
    assert_eq!(changed(&before, &world.cloud()), Vec::<String>::new());
    terminal.press("5");
    terminal.wait_line(&["1 ", "sync", "undone by 2"]);
}
