//! Looking, editing, deleting: what the screen says is what the cloud has, and nothing is written without its dialog.

use std::time::Duration;

use serde_json::{Value, json};

use super::rig::{CTRL_U, ENTER, ESC, RIGHT, Terminal, UP};
use super::world::{Records, UPDATED, World, changed};

/// The cells of the first screen for a type: on disk, in the cloud, new, updated, orphan, same.
fn cells(screen: &str, record_type: &str) -> Vec<String> {
    let cells_of = |line: &str| -> Option<Vec<String>> {
        let (_, after) = line.split_once(&format!("{record_type} "))?;
        let cells = after.split('│').next()?.split_whitespace();
        let cells: Vec<String> = cells.map(|cell| cell.replace('·', "0")).collect();
        (cells.len() == 6).then_some(cells)
    };
    screen.lines().find_map(cells_of).unwrap_or_default()
}

#[test]
fn the_first_screen_counts_what_is_there() {
    let world = World::new();
    let mut terminal = world.open();
    terminal.wait("compared just now");
    let screen = terminal.text();
    let (cloud, files) = (world.cloud(), world.files());
    let differences = world.json(&["diff"], 2);
    for one in differences["types"].as_array().unwrap() {
        let record_type = one["type"].as_str().unwrap();
        let of = |records: &Records| {
            records
                .values()
                .filter(|one| one["recordType"] == record_type)
                .count()
        };
        let counted = [json!(files[record_type].len()), json!(of(&cloud))];
        let told = ["new", "updated", "deleted", "unchanged"].map(|what| one[what].clone());
        let expected: Vec<String> = counted.iter().chain(&told).map(Value::to_string).collect();
        assert_eq!(cells(&screen, record_type), expected, "{record_type}\n{screen}");
        let new = files[record_type]
            .iter()
            .filter(|name| !cloud.contains_key(*name))
            .count();
        assert_eq!(json!(new), told[0], "{record_type}");
    }
    assert_eq!(world.writes(), 0);
}

/// The full screen with the updated stadium opened.
fn opened(world: &World) -> Terminal {
    let mut terminal = world.open();
    terminal.open_updated();
    terminal
}

#[test]
fn an_updated_record_is_opened_from_its_cell_with_both_values() {
    let world = World::new();
    let mut terminal = opened(&world);
    terminal.wait_line(&["FIELD", "LOCAL", "CLOUD"]);
    terminal.wait_line(&["~ capacity", "18061", "16811"]);
    terminal.wait("1 field differs");
    assert_eq!(world.value(UPDATED, "capacity"), 16811);
    assert_eq!(world.writes(), 0);
}

#[test]
fn a_field_is_saved_by_its_button_alone_and_the_rest_of_the_record_survives() {
    let world = World::new();
    world.stranger(
        UPDATED,
        &json!({"editorNote": {"value": "theirs", "type": "STRING"}}),
    );
    let before = world.cloud();
    let mut terminal = opened(&world);
    // The harmless button has the focus: Enter leaves everything as it is.
    terminal.type_capacity("50000");
    terminal.wait_gate("[ Leave as it is ]");
    terminal.press(ENTER);
    terminal.wait("nothing was sent");
    terminal.gone("Save this change?");
    assert_eq!((world.writes(), world.cloud()), (0, before.clone()));

    terminal.type_capacity("50000");
    terminal.wait("16811 → 50000");
    terminal.pass("Send 1 change");
    terminal.wait("1 record updated");
    terminal.wait_line(&["~ capacity", "18061", "50000"]);
    assert_eq!(world.value(UPDATED, "capacity"), 50000);
    assert_eq!(world.value(UPDATED, "editorNote"), "theirs");
    assert_eq!(changed(&before, &world.cloud()), [format!("{UPDATED}: capacity")]);
    assert_eq!(world.writes(), 1);
}

#[test]
fn a_place_that_is_edited_keeps_the_parts_that_the_manifest_does_not_map() {
    let world = World::new();
    let mut place = world.value(UPDATED, "location");
    place["altitude"] = json!(171.5);
    place["horizontalAccuracy"] = json!(5.0);
    world.stranger(
        UPDATED,
        &json!({"location": {"value": place.clone(), "type": "LOCATION"}}),
    );
    let before = world.cloud();
    let mut terminal = opened(&world);
    terminal.press(UP);
    terminal.wait("▸   location");
    terminal.wait("altitude 171.5");
    terminal.press("e");
    terminal.wait("Edit location");
    terminal.press(&[CTRL_U, "12.5, 13.25"].concat());
    terminal.wait("12.5, 13.25 (altitude 171.5, horizontalAccuracy 5)");
    terminal.press(ENTER);
    terminal.pass("Send 1 change");
    terminal.wait("1 record updated");
    (place["latitude"], place["longitude"]) = (json!(12.5), json!(13.25));
    assert_eq!(world.value(UPDATED, "location"), place);
    assert_eq!(changed(&before, &world.cloud()), [format!("{UPDATED}: location")]);
}

#[test]
fn a_conflict_is_settled_field_by_field_and_sent_against_the_record_as_it_is() {
    let world = World::new();
    let before = world.cloud();
    let mut terminal = opened(&world);
    terminal.type_capacity("50000");
    terminal.wait_gate("16811 → 50000");
    world.stranger(
        UPDATED,
        &json!({"capacity": {"value": 222, "type": "INT64"}, "editorNote": {"value": "theirs", "type": "STRING"}}),
    );
    let theirs = world.cloud();
    terminal.pass("Send 1 change");
    terminal.wait_gate("Somebody else changed this record");
    terminal.wait_line(&["capacity", "16811", "222", "50000"]);
    assert_eq!(world.cloud(), theirs, "nothing is overwritten unseen");
    // Theirs is chosen until somebody says otherwise.
    terminal.press(RIGHT);
    terminal.wait_line(&["□ 222", "■ 50000"]);
    terminal.press(ENTER);
    terminal.wait("222 → 50000");
    terminal.pass("Send 1 change");
    terminal.wait("1 record updated");
    let after = world.cloud();
    assert_eq!(changed(&theirs, &after), [format!("{UPDATED}: capacity")]);
    assert_eq!(
        changed(&before, &after),
        [format!("{UPDATED}: capacity"), format!("{UPDATED}: editorNote")]
    );
    assert_eq!(world.value(UPDATED, "capacity"), 50000);
    assert_eq!(world.value(UPDATED, "editorNote"), "theirs");
}

#[test]
fn neither_a_way_out_nor_a_held_key_deletes() {
    let world = World::new();
    let before = world.cloud();
    let mut terminal = opened(&world);
    terminal.press("x");
    terminal.wait("[ Leave as it is ]");
    terminal.press(ESC);
    terminal.wait("nothing was sent");
    terminal.gone("Delete this?");
    // Enter at once, and held down: it is swallowed at first, and then it is the harmless button's.
    terminal.press("x");
    terminal.wait("Delete this?");
    while terminal.text().contains("Delete this?") {
        terminal.press(ENTER);
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!((world.writes(), world.cloud()), (0, before.clone()));
}

#[test]
fn a_record_is_deleted_by_its_button() {
    let world = World::new();
    let before = world.cloud();
    let mut terminal = opened(&world);
    terminal.press("x");
    terminal.pass("Delete 1 record");
    terminal.wait("1 record deleted");
    terminal.wait("Stadium · 7 of 154 · ~ updated");
    assert_eq!(changed(&before, &world.cloud()), [UPDATED]);
    world.run(&["get", "Stadium", UPDATED], 1);
    assert_eq!(world.writes(), 1);
}
