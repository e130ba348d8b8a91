//! `E`: the terminal is the editor's, and what it leaves is asked about like any other change.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;

use super::world::{UPDATED, World, changed};

/// Says that it has the terminal, keeps the line that is typed there, and changes the capacity.
const EDITOR: &str = r#"#!/bin/sh
env > env.txt
echo "the editor has the terminal"
read -r line
echo "$line" > typed.txt
sed -i 's/"capacity": [0-9]*/"capacity": 50000/' "$1"
"#;

#[test]
fn the_editor_gets_the_keys_and_its_text_goes_through_the_gate() {
    let world = World::new();
    world.stranger(
        UPDATED,
        &json!({"editorNote": {"value": "theirs", "type": "STRING"}}),
    );
    let before = world.cloud();
    world.write("editor.sh", EDITOR);
    fs::set_permissions(world.path("editor.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    let editor = world.path("editor.sh");
    let key = fs::read_to_string(world.path("key.pem")).unwrap();
    let key_path = world.path("key.pem");
    let mut terminal = world.open_with(
        &[],
        &[
            ("EDITOR", editor.to_str().unwrap()),
            ("CLOUDKIT_PRIVATE_KEY", &key),
            ("CLOUDKIT_PRIVATE_KEY_PATH", key_path.to_str().unwrap()),
            ("CLOUDKIT_KEY_ID", world.key_id()),
            ("STAYS", "as it was"),
        ],
    );
    terminal.open_updated();
    terminal.press("E");
    terminal.wait("the editor has the terminal");
    terminal.assert_clean();
    // Each of them would do something here.
    terminal.press("xqy2\r");
    terminal.wait_gate("Save this change?");
    terminal.wait_line(&["capacity", "16811 → 50000"]);
    assert_eq!(fs::read_to_string(world.path("typed.txt")).unwrap(), "xqy2\n");
    // It has the user's environment, and no key of it.
    let environment = fs::read_to_string(world.path("env.txt")).unwrap();
    assert!(environment.contains("STAYS=as it was\n"), "{environment}");
    for secret in ["CLOUDKIT_PRIVATE_KEY", "CLOUDKIT_KEY_ID", "BEGIN", world.key_id()] {
        assert!(!environment.contains(secret), "{secret}: {environment}");
    }
    assert_eq!((world.writes(), world.cloud()), (0, before.clone()));
    terminal.pass("Send 1 change");
    terminal.wait("1 record updated");
    assert_eq!(changed(&before, &world.cloud()), [format!("{UPDATED}: capacity")]);
    assert_eq!(world.value(UPDATED, "capacity"), 50000);
    assert_eq!(world.value(UPDATED, "editorNote"), "theirs");
}
