//! Production and development: which one it is can be seen on every screen, and production is written by two words only.

use serde_json::{Value, json};
use skydeck::emulator::Environment;

use super::rig::{CTRL_E, CTRL_U, DOWN, ENTER, RIGHT, UP};
use super::world::{HELD, UPDATED, World};

/// A world whose production has one stadium, with another capacity than the files.
fn world() -> World {
    let world = World::new();
    let mut record = world.cloud()[UPDATED].clone();
    record["fields"]["capacity"]["value"] = json!(5);
    world.fill_production(&[record]);
    world
}

/// The keys of the screens, and a word at the top of each.
const SCREENS: [(&str, &str); 6] = [
    ("1", "Types"),
    ("2", "Stadium"),
    ("3", "Compare"),
    ("4", "erif"),
    ("5", "History"),
    ("6", "Log"),
];

fn capacity(world: &World) -> Value {
    world.records(Environment::Production)[UPDATED]["fields"]["capacity"]["value"].clone()
}

#[test]
fn production_is_written_once_unlocked_and_by_its_word() {
    let world = world();
    let development = world.cloud();
    let mut terminal = world.open_with(&["-e", "production"], &[]);
    terminal.wait("compared just now");
    terminal.wait_line(&["skydeck", "PRODUCTION", "read-only"]);
    terminal.press(&[RIGHT, RIGHT, ENTER].concat());
    terminal.wait("Stadium · 1 of 153 · ~ updated");
    // A key that does nothing says why, and the log keeps it.
    terminal.press("xenE");
    terminal.wait("production is read-only; U unlocks it");
    terminal.press("6");
    terminal.until("a word for each key", |screen| {
        screen.matches("  production is read-only; U unlocks it").count() >= 4
    });
    assert_eq!(world.writes(), 0);

    terminal.press("U");
    terminal.wait_gate("Type production to allow it");
    terminal.press("developme");
    terminal.wait("Type production to allow it: developme");
    terminal.press(ENTER);
    terminal.press(CTRL_U);
    terminal.press("production");
    terminal.wait("[ Allow ]");
    terminal.wait_line(&["skydeck", "PRODUCTION", "read-only"]);
    terminal.press(ENTER);
    terminal.wait("production may be written now");
    terminal.gone("public · read-only");
    for (key, tab) in SCREENS {
        terminal.press(key);
        terminal.until(tab, |screen| {
            screen.lines().nth(2).is_some_and(|line| line.contains(tab))
        });
        terminal.wait_line(&["skydeck", "PRODUCTION"]);
    }

    terminal.press("2");
    terminal.wait("Stadium · 1 of 153 · ~ updated");
    terminal.press(ENTER);
    terminal.press(&DOWN.repeat(5));
    terminal.wait("▸ ~ capacity");
    terminal.type_capacity("50000");
    terminal.wait_gate("Type production to confirm");
    terminal.wait_line(&["environment", "PRODUCTION"]);
    terminal.press(ENTER);
    terminal.wait("nothing was sent");
    assert_eq!((world.writes(), capacity(&world)), (0, json!(5)));
    terminal.type_capacity("50000");
    terminal.pass_word("production", "Send 1 change");
    terminal.wait("1 record updated");
    assert_eq!((world.writes(), capacity(&world)), (1, json!(50000)));
    assert_eq!(world.cloud(), development);
}

#[test]
fn the_environment_is_changed_without_starting_anew() {
    let world = world();
    let mut terminal = world.open();
    terminal.wait("compared just now");
    terminal.wait_line(&["all", "577", "577", "8", "17", "8", "552"]);
    // The answers of this comparison come once the other environment is open.
    world.faults(&json!([{"when": {"operation": "records/query", "environment": "development"}, "do": {"delay_ms": 2000}}]));
    terminal.press("d");
    terminal.wait("Comparing");
    terminal.press("e");
    terminal.wait("what users see");
    terminal.press(&[DOWN, ENTER].concat());
    terminal.wait_line(&["skydeck", "PRODUCTION"]);
    terminal.wait("compared just now");
    terminal.wait_line(&["all", "577", "1", "576", "1"]);
    terminal.wait_line(&["Stadium", "153", "1", "152", "1"]);
    // And back.
    world.faults(&json!([]));
    terminal.press("e");
    terminal.wait("what users see");
    terminal.press(&[UP, ENTER].concat());
    terminal.wait_line(&["skydeck", "DEVELOPMENT"]);
    terminal.wait_line(&["all", "577", "577", "8", "17", "8", "552"]);
    assert_eq!(world.writes(), 0);
}

#[test]
fn a_plan_for_one_environment_does_not_come_along_to_another() {
    let world = world();
    let mut terminal = world.open();
    terminal.open_updated();
    world.faults(&json!([{"when": {"operation": "records/lookup", "environment": "development"}, "do": {"delay_ms": HELD}}]));
    terminal.press("x");
    terminal.wait("Planning");
    terminal.press(CTRL_E);
    terminal.wait("what users see");
    terminal.press(&[DOWN, ENTER].concat());
    terminal.wait_line(&["skydeck", "PRODUCTION"]);
    terminal.wait("compared just now");
    // The answer comes now, and a whole verification after it.
    world.faults(&json!([]));
    terminal.press("v");
    terminal.wait("StadiumAlias: CloudKit=0, Local=144");
    assert!(!terminal.raw().contains("Delete this?"), "{}", terminal.text());
    assert_eq!((world.writes(), capacity(&world)), (0, json!(5)));
}

#[test]
fn the_environment_stays_while_a_run_is_under_way() {
    let world = world();
    let mut terminal = world.open();
    terminal.review();
    terminal.press("a");
    world.faults(&json!([{"when": {"operation": "records/modify"}, "do": {"delay_ms": HELD}}]));
    terminal.pass("Send 25 changes");
    terminal.wait("▸ Run");
    terminal.press("e");
    terminal.wait("a run is writing here");
    world.faults(&json!([]));
    terminal.wait("Created 8, Updated 17, Deleted 0");
    assert_eq!(world.records(Environment::Production).len(), 1);
}

/// The key of production is missing. From keys alone: the chooser says so, choosing it says why, everything that was open can
/// still be used, and once the key is there it opens.
#[test]
fn an_environment_that_cannot_be_opened_leaves_the_open_one_as_it_is() {
    let world = world();
    let text = std::fs::read_to_string(world.path("skydeck.toml")).unwrap();
    let (development, production) = text.split_once("[environment.production]").unwrap();
    let elsewhere = production.replacen("key.pem", "elsewhere.pem", 1);
    world.write(
        "skydeck.toml",
        &[development, "[environment.production]", &elsewhere].concat(),
    );
    let mut terminal = world.open();
    terminal.wait("compared just now");
    for _ in 0..2 {
        terminal.press("e");
        terminal.wait("PRODUCTION   ✗ no usable key");
        terminal.press(DOWN);
        terminal.wait("elsewhere.pem");
        terminal.press(ENTER);
        terminal.wait("Opening production");
        terminal.wait("Nothing has changed: development is still open.");
        terminal.press(ENTER);
        terminal.gone("Nothing has changed");
        terminal.wait_line(&["skydeck", "DEVELOPMENT"]);
    }
    for (key, tab) in SCREENS {
        terminal.press(key);
        terminal.until(tab, |screen| {
            screen.lines().nth(2).is_some_and(|line| line.contains(tab))
        });
    }
    terminal.press("1");
    terminal.press("d");
    terminal.wait("Comparing");
    terminal.wait("compared just now");
    terminal.wait_line(&["all", "577", "577", "8", "17", "8", "552"]);
    std::fs::copy(world.path("key.pem"), world.path("elsewhere.pem")).unwrap();
    terminal.press("e");
    terminal.wait("Environment");
    terminal.press(&[DOWN, ENTER].concat());
    terminal.wait_line(&["skydeck", "PRODUCTION"]);
    terminal.wait_line(&["all", "577", "1", "576", "1"]);
    assert_eq!(world.writes(), 0);
}

/// Nothing is open yet, and the first environment has no key: another one can be chosen.
#[test]
fn where_nothing_could_be_opened_another_environment_can_be_chosen() {
    let world = world();
    let text = std::fs::read_to_string(world.path("skydeck.toml")).unwrap();
    let (development, production) = text.split_once("[environment.production]").unwrap();
    let elsewhere = production.replacen("key.pem", "elsewhere.pem", 1);
    world.write(
        "skydeck.toml",
        &[development, "[environment.production]", &elsewhere].concat(),
    );
    let mut terminal = world.open_with(&["-e", "production"], &[]);
    terminal.wait("chooses another environment");
    terminal.press("e");
    terminal.wait("PRODUCTION   ✗ no usable key");
    terminal.press(&[UP, ENTER].concat());
    terminal.wait_line(&["skydeck", "DEVELOPMENT"]);
    terminal.wait_line(&["all", "577", "577", "8", "17", "8", "552"]);
}
