//! Before an environment is open, and Overview.

use std::time::Duration;

use skydeck::cloudkit::Load;
use skydeck::config::Config;
use skydeck::journal::Snapshot;
use skydeck::sync::{Event, JobError, Side};
use skydeck::tui::failure::Failure;
use skydeck::tui::job::Kind;
use skydeck::tui::message::{Done, Message};
use skydeck::tui::place::Place;
use skydeck::tui::state::Phase;

use super::data::{cancelled, in_sync, troubled};
use super::stage::{Stage, opened, place};
use super::{Scene, scene};
use crate::driver::NOON;
use crate::rig::demo;

pub(crate) const SCENES: &[Scene] = &[
    scene("welcome", || Stage::new(Phase::Welcome)),
    scene("opening", || Stage::new(Phase::Opening)),
    scene("opening_demo", || {
        let mut stage = Stage::new(Phase::Welcome);
        stage.press("d");
        stage
    }),
    scene("broken", || {
        broken("private_key of development: there is no file /home/me/keys/development.pem")
    }),
    scene("broken_by_configuration", broken_by_configuration),
    scene("overview", || {
        let mut stage = Stage::compared();
        stage.press("down down");
        stage
    }),
    scene("overview_no_types", || Stage::at(opened(place(), &[]))),
    scene("overview_nothing_compared", nothing_compared),
    scene("overview_comparing", comparing),
    scene("overview_failing", || {
        let mut stage = Stage::compared_as(troubled());
        stage.press("down");
        stage
    }),
    scene("overview_incomplete", || {
        let mut stage = Stage::compared_as(troubled());
        stage.press("down down down");
        stage
    }),
    scene("overview_in_sync", || Stage::compared_as(in_sync())),
    scene("overview_orphans", || {
        let mut stage = Stage::compared();
        stage.press("down down right right right");
        stage
    }),
    scene("overview_map", || {
        let mut stage = Stage::compared();
        stage.press("M");
        stage
    }),
    scene("overview_map_of_what_has_no_place", || {
        let mut stage = Stage::compared();
        stage.press("down M");
        stage
    }),
    scene("overview_production", production),
    scene("overview_notes", || {
        let mut stage = Stage::compared();
        stage.press("e U");
        stage
    }),
    scene("overview_throttled", throttled),
    scene("overview_key_refused", || {
        let mut stage = Stage::compared();
        stage.press("d");
        stage.told(Kind::Compare, vec![answered("records/query", Some(401))]);
        stage.answer(Done::Compared(Err(cancelled("Comparing"))));
        stage
    }),
    scene("overview_not_reachable", || {
        let mut stage = Stage::compared();
        stage.press("d");
        stage.told(Kind::Compare, vec![answered("records/query", None)]);
        stage.answer(Done::Compared(Err(cancelled("Comparing"))));
        stage
    }),
];

/// What could not be opened, with what to do.
fn broken(why: &str) -> Stage {
    let mut stage = Stage::new(Phase::Opening);
    stage.state.place.environment = "development".into();
    let failure = Failure {
        advice: vec!["Set CLOUDKIT_KEY_ID, or key_id in skydeck.toml.".to_owned()],
        ..Failure::plain("Opening", why)
    };
    stage.tell(Message::Done(1, Done::Opened(Err(failure))));
    stage
}

fn broken_by_configuration() -> Stage {
    let wrong = "container = \"iCloud.com.example.sports\"\n[type.Game]\nfile = \"games.json\"\nfields = 3\n";
    let mistake = Config::parse(wrong, std::path::Path::new("/home/me/sports/skydeck.toml")).unwrap_err();
    let mut stage = Stage::new(Phase::Opening);
    let failure = Failure::of("Opening", &JobError::Config(mistake));
    stage.tell(Message::Done(1, Done::Opened(Err(failure))));
    stage
}

fn nothing_compared() -> Stage {
    let mut stage = Stage::comparing();
    stage.answer(Done::Compared(Err(cancelled("Comparing"))));
    stage.quiet();
    stage
}

fn comparing() -> Stage {
    let mut stage = Stage::comparing();
    let reading = |record_type: &str, side, records| Event::Reading {
        record_type: record_type.to_owned(),
        side,
        records,
    };
    let stadium = Snapshot::of(demo().comparison.diffs().next().unwrap().1, NOON);
    let events = vec![
        reading("Stadium", Side::Local, 160),
        reading("Stadium", Side::Cloud, 160),
        Event::Compared(stadium),
        reading("Team", Side::Local, 150),
        reading("Game", Side::Local, 5760),
        reading("Game", Side::Cloud, 2400),
    ];
    stage.told(Kind::Compare, events);
    stage.wait(1300);
    stage
}

/// Production, read-only.
pub(crate) fn production() -> Stage {
    let place = Place {
        environment: "production".into(),
        read_only: true,
        demo: false,
        ..place()
    };
    let mut stage = Stage::at(opened(place, &demo().session.config().types));
    stage.answer(Done::Compared(Ok(std::sync::Arc::clone(&demo().comparison))));
    stage
}

pub(crate) fn answered(operation: &'static str, status: Option<u16>) -> Event {
    let is_good = status == Some(200);
    Event::Answered {
        operation,
        status,
        succeeded: is_good,
        took: Duration::from_millis(81),
        sent: 130,
        received: if is_good { 16_384 } else { 0 },
        records: if is_good { 200 } else { 0 },
        request_id: Some("ccf0fc97-1492-4d53-860e-03ee5b88ce60".to_owned()),
    }
}

fn throttled() -> Stage {
    let mut stage = comparing();
    let wait = Event::Throttled {
        wait: Duration::from_secs(12),
        code: "THROTTLED".to_owned(),
    };
    stage.told(Kind::Compare, vec![answered("records/query", Some(200)), wait]);
    stage.tell(Message::Load(Load {
        in_flight: 6,
        limit: 8,
        rate: None,
    }));
    stage
}
