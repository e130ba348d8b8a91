//! The line breaks, the service asks to wait, the program is killed: nothing is lost, nothing is done twice.

use std::cell::RefCell;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::{Value, json};

use super::rig::{ENTER, ESC, RIGHT};
use super::server::Server;
use super::world::{UPDATED, World};

#[test]
fn a_server_goes_away_and_comes_back() {
    let world = World::new();
    let server = Server::start(&world, &["--load", "data"]);
    let port = server.port().to_owned();
    world.configure_for(&server.endpoint, "");
    let mut terminal = world.open();
    terminal.wait("compared just now");
    terminal.wait_line(&["all", "577", "577"]);
    drop(server);
    terminal.press("d");
    terminal.wait("not reachable");
    // It lives on meanwhile.
    terminal.press("?");
    terminal.wait("Keys and commands");
    terminal.press(ESC);
    terminal.gone("Keys and commands");

    let _server = Server::start(&world, &["--port", &port]);
    terminal.wait("compared just now");
    terminal.gone("not reachable");
    // Nothing was lost, and what happens there is seen here.
    world.run(&["update", "Stadium", UPDATED, "capacity=111", "--yes"], 0);
    terminal.press("d");
    terminal.wait_line(&["Stadium", "153", "1", "152"]);
}

/// A service that answers and refuses is no good connection.
#[test]
fn a_refused_key_is_seen_beside_the_clock() {
    let world = World::new();
    let mut terminal = world.open();
    terminal.wait("compared just now");
    terminal.wait_line(&["skydeck", "●", "ms"]);
    world.faults(&json!([{"do": {"unauthorized": true}}]));
    terminal.press("d");
    terminal.wait_line(&["skydeck", "✗ key refused (401)"]);
    assert!(!terminal.text().lines().next().unwrap_or_default().contains('●'));
    // The dialog opens once the comparison has failed, after the header has changed.
    terminal.wait("[ Close ]");
    terminal.press(ESC);
    terminal.gone("[ Close ]");
    world.faults(&json!([]));
    terminal.press("d");
    terminal.gone("key refused");
    terminal.wait_line(&["skydeck", "●", "ms"]);
}

#[test]
fn a_wait_is_counted_down_and_the_run_finishes_after_it() {
    let world = World::new();
    let mut terminal = world.open();
    terminal.review();
    terminal.press("a");
    // It asks again and again, until the countdown has been seen.
    world.faults(&json!([{"when": {"operation": "records/modify"},
        "do": {"status": 503, "code": "TRY_AGAIN_LATER", "retry_after": 4}}]));
    terminal.pass("Send 25 changes");
    let left = RefCell::new(Vec::new());
    terminal.until("the wait counted down", |screen| {
        let figure = screen
            .split("throttled ")
            .nth(1)
            .and_then(|rest| rest.split(" s").next());
        if let Some(seconds) = figure.and_then(|figure| figure.parse::<u64>().ok()) {
            left.borrow_mut().push(seconds);
        }
        left.borrow().windows(2).any(|pair| pair[1] < pair[0])
    });
    world.faults(&json!([]));
    terminal.wait("Created 8, Updated 17, Deleted 0");
    terminal.gone("throttled");
    let asked = world.written();
    for pair in asked.windows(2) {
        assert!(
            pair[1].at - pair[0].at >= Duration::from_secs(4),
            "nothing leaves before the wait is over"
        );
    }
    assert_eq!(asked.iter().filter(|one| one.status == 200).count(), 1);
    assert_eq!(world.value(UPDATED, "capacity"), 18061);
}

#[test]
fn a_killed_run_is_offered_at_the_next_start_and_finished_without_doing_anything_twice() {
    let world = World::with(|options| options.keep_bodies = true);
    world.add_stadiums(450);
    world.configure("[limits]\nin_flight = 1\n");
    let before = world.cloud();
    let mut terminal = world.open();
    terminal.review();
    terminal.press("a");
    // The second batch is carried out, and its answer never comes.
    world.faults(&json!([{"when": {"operation": "records/modify", "from": 2}, "do": {"delay_ms": 600_000}}]));
    terminal.pass("Send 475 changes");
    terminal.until("a second request", |_| world.writes() == 2);
    let body = world.written()[0].body.clone().unwrap();
    let first = serde_json::from_slice::<Value>(&body).unwrap()["operations"]
        .as_array()
        .unwrap()
        .len();
    terminal.wait(&format!("{first} of 475"));
    terminal.until("a second batch in the cloud", |_| {
        let cloud = world.cloud();
        cloud
            .iter()
            .filter(|(name, record)| before.get(*name) != Some(record))
            .count()
            > first
    });
    terminal.signal(Signal::KILL);
    terminal.end();
    let half = world.cloud();
    world.faults(&json!([]));

    let mut terminal = world.open();
    terminal.wait_gate("A run was interrupted");
    terminal.wait(&format!("{} operations left", 475 - first));
    assert_eq!(world.cloud(), half, "nothing is written unasked");
    terminal.press(RIGHT);
    terminal.wait("[ Look at it ]");
    terminal.press(RIGHT);
    terminal.wait("[ Finish it ]");
    terminal.press(ENTER);
    terminal.wait("Created 458, Updated 17, Deleted 0");
    let after = world.cloud();
    assert_eq!(after.len(), before.len() + 458);
    for (name, record) in &half {
        let untouched = before.get(name) == Some(record);
        let same = after[name]["recordChangeTag"] == record["recordChangeTag"];
        assert!(untouched || same, "{name} was written twice");
    }
    let differences = world.json(&["diff"], 2);
    for one in differences["types"].as_array().unwrap() {
        assert_eq!((&one["new"], &one["updated"]), (&json!(0), &json!(0)), "{one}");
    }
    assert!(
        world
            .run(&["resume", "--yes"], 0)
            .contains("No run was interrupted.")
    );
}
