//! The record browser: the list and the record.

use skydeck::journal::{Ending, RunKind, State as Progress};
use skydeck::record::Value;
use skydeck::record::plan::Operation;
use skydeck::sync::{Referrer, Referrers};
use skydeck::tui::failure::Failure;
use skydeck::tui::message::Done;

use super::data::{cancelled, entry, found, in_cloud, run, sides, troubled, update};
use super::stage::Stage;
use super::{Scene, scene};

pub(crate) const SCENES: &[Scene] = &[
    scene("records", games),
    scene("records_updated", || {
        let mut stage = games();
        stage.press("f f");
        stage
    }),
    scene("records_marked", || {
        let mut stage = games();
        stage.press("space space space f f");
        stage
    }),
    scene("records_sorted", || {
        let mut stage = games();
        stage.press("S down down down down down enter");
        stage
    }),
    scene("records_sideways", || {
        let mut stage = games();
        stage.size = (80, 24);
        stage.press("right right down");
        stage
    }),
    scene("records_filtered", || {
        let mut stage = games();
        stage.press("/");
        stage.write("phi homeScore>5");
        stage.press("enter");
        stage
    }),
    scene("records_filter_mistaken", || {
        let mut stage = games();
        stage.press("/");
        stage.write("phi homeScore>5 homeScor>x");
        stage
    }),
    scene("records_nothing_matches", || {
        let mut stage = games();
        stage.press("/");
        stage.write("zzz");
        stage.press("enter");
        stage
    }),
    scene("records_nothing_compared", || {
        let mut stage = Stage::comparing();
        stage.answer(Done::Compared(Err(cancelled("Comparing"))));
        stage.quiet();
        stage.press("2");
        stage
    }),
    scene("records_loading", || {
        let mut stage = games();
        stage.deaf = true;
        stage.press("end");
        stage
    }),
    scene("records_failing", || {
        let mut stage = Stage::compared_as(troubled());
        stage.press("down 2");
        stage
    }),
    scene("record", record),
    scene("record_differing", game),
    scene("record_orphan", || {
        let mut stage = games();
        stage.press("f f f tab");
        look_up(&mut stage);
        stage
    }),
    scene("record_new", || {
        let mut stage = games();
        stage.press("f tab");
        stage
    }),
    scene("record_looking_up", || {
        let mut stage = stadium();
        stage.press("tab");
        stage
    }),
    scene("record_lookup_failed", || {
        let mut stage = stadium();
        stage.press("tab");
        let failure = Failure::plain(
            "Looking up",
            "cannot reach https://api.apple-cloudkit.com: timed out",
        );
        stage.answer(Done::Found(Err(failure)));
        stage
    }),
    scene("record_not_in_the_cloud", || {
        let mut stage = stadium();
        stage.press("tab");
        let failure = Failure {
            missing: true,
            ..Failure::plain(
                "Looking up",
                "No Stadium with id 'stadium_mlb_busch_stadium' found in CloudKit",
            )
        };
        stage.answer(Done::Found(Err(failure)));
        stage
    }),
    scene("record_json", || {
        let mut stage = record();
        stage.press("l");
        stage
    }),
    scene("record_references", || {
        let mut stage = game();
        stage.press("l l");
        stage
    }),
    scene("record_without_references", || {
        let mut stage = record();
        stage.press("l l");
        stage
    }),
    scene("record_referrers_searching", || {
        let mut stage = record();
        stage.press("w");
        stage
    }),
    scene("record_referrers", referrers),
    scene("record_history", history),
    scene("record_history_empty", || {
        let mut stage = record();
        stage.press("h");
        let past = Done::RecordHistory(BUSCH.to_owned(), Ok(Vec::new()));
        stage.answer(past);
        stage
    }),
];

pub(crate) const BUSCH: &str = "stadium_mlb_busch_stadium";

/// The games, all of them.
pub(crate) fn games() -> Stage {
    let mut stage = Stage::compared();
    stage.press("down down 2");
    stage
}

/// An updated game, opened and looked up.
fn game() -> Stage {
    let mut stage = games();
    stage.press("f f tab");
    look_up(&mut stage);
    stage
}

/// Opens what the cursor is on.
fn look_up(stage: &mut Stage) {
    let subject = stage.state.records.list.subject(&stage.state).unwrap();
    let record_type = stage.state.types[subject.type_index].config.name.clone();
    let found = found(sides(&record_type, &subject.name));
    stage.answer(Done::Found(Ok(Box::new(found))));
}

/// A stadium in the list.
pub(crate) fn stadium() -> Stage {
    let mut stage = Stage::compared();
    stage.press("2 /");
    stage.write("busch");
    stage.press("enter");
    stage
}

/// A stadium, opened and looked up.
pub(crate) fn record() -> Stage {
    let mut stage = stadium();
    stage.press("tab");
    look_up(&mut stage);
    stage.press("down down down down down");
    stage
}

fn referrers() -> Stage {
    let mut stage = record();
    stage.press("w");
    let games = in_cloud("Game", 200).into_iter();
    let names: Vec<String> = games.map(|record| record.name).collect();
    let one = |number: usize| Referrer {
        record_type: "Game".into(),
        name: names[number % names.len()].clone(),
        field: "stadiumRef".into(),
    };
    let found = Referrers {
        target: BUSCH.to_owned(),
        named: (0..1000).map(one).collect(),
        total: 3412,
        searched: 14_345,
        failures: vec![("Team".into(), "its file changed; compare again".into())],
    };
    stage.answer(Done::Referrers(Ok(Box::new(found))));
    stage
}

fn history() -> Stage {
    let mut stage = record();
    stage.press("h");
    let cloud = found(sides("Stadium", BUSCH)).cloud;
    let change = update(
        cloud.clone(),
        &[("capacity", Some(Value::Int64(50_000))), ("imageURL", None)],
    );
    let past = vec![
        (
            run(9, RunKind::Update, Some(Ending::Partial), &[]),
            entry(
                9,
                change.clone(),
                Progress::Conflicted,
                Some("capacity is 44494 now"),
            ),
        ),
        (
            run(5, RunKind::Sync, Some(Ending::Done), &[]),
            entry(5, change, Progress::Applied, None),
        ),
        (
            run(2, RunKind::Create, Some(Ending::Done), &[]),
            entry(2, Operation::restore(cloud), Progress::Applied, None),
        ),
    ];
    stage.answer(Done::RecordHistory(BUSCH.to_owned(), Ok(past)));
    stage
}
