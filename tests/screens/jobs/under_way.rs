//! What is under way, and stopping it; and a foot that promises nothing.

use std::collections::BTreeMap;

use skydeck::journal::Snapshot;
use skydeck::record::diff::Counts;
use skydeck::sync::{Event, Side};
use skydeck::tui::effect::{Effect, Work};
use skydeck::tui::job::Kind;
use skydeck::tui::message::{Done, Message};
use skydeck::tui::state::{Phase, Screen};

use super::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn several_jobs_are_listed_with_how_far_they_are_and_each_can_be_stopped() {
    let mut stage = Stage::compared().await;
    stage.state.start(Kind::Export, Work::Runs);
    stage.state.start(Kind::Quiet, Work::Runs);
    let (run, _) = stage.state.begin(Kind::Run, Work::Resume);
    let begun = Event::Begun {
        run: 1,
        operations: 2051,
        types: vec![("Game".to_owned(), 2051)],
    };
    let settled = Event::Settled {
        record_type: "Game".to_owned(),
        operations: 1200,
        unhappy: 0,
    };
    stage.tell(Message::Told(run, vec![begun, settled]));
    stage.keys("t");
    let shown = stage.draw(100, 30);
    assert!(shown.contains("Exporting"), "{shown}");
    assert!(shown.contains("Writing     1 200 of 2 051"), "{shown}");
    assert!(!shown.contains("Reading"), "{shown}");
    stage.keys("Down x x");
    let asked: Vec<u64> = (stage.pending.iter())
        .filter_map(|effect| match effect {
            Effect::Cancel(id) => Some(*id),
            _ => None,
        })
        .collect();
    assert_eq!(asked, [run]);
    assert!(stage.draw(100, 30).contains("stopping"));
    stage.keys("Enter");
    assert_eq!(stage.state.screen, Screen::Sync);
    assert!(stage.state.layers.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_foot_names_only_what_can_be_done() {
    let mut stage = Stage::compared().await;
    let foot = |stage: &mut Stage| stage.draw(200, 30).lines().last().unwrap_or_default().to_owned();
    assert!(foot(&mut stage).contains("d diff"));
    stage.keys("d");
    assert!(!foot(&mut stage).contains("d diff"), "one comparison at a time");
    stage.keys("5");
    assert!(!foot(&mut stage).contains("u undo"), "there is no run");
    stage.state.place.read_only = true;
    stage.keys("2");
    assert!(
        !foot(&mut stage).contains("x delete"),
        "nothing can be deleted here"
    );
}

#[test]
fn the_bell_rings_when_a_long_job_ends_and_nobody_looks() {
    let rings = |away: bool, seconds: i64| {
        let mut stage = Stage::bare(Phase::Ready);
        stage.tell(Message::Focus(!away));
        stage.state.now = stage.now;
        let (id, _) = stage.state.begin(Kind::Export, Work::Runs);
        stage.now += seconds * 1000;
        stage.tell(Message::Done(id, Done::Saved(Ok("x".into()))));
        stage.pending.iter().any(|effect| matches!(effect, Effect::Bell))
    };
    assert!(rings(true, 6));
    assert!(!rings(true, 1), "it was short");
    assert!(!rings(false, 6), "the user has seen it");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_figures_of_last_time_stay_until_there_are_new_ones() {
    let mut stage = Stage::compared().await;
    let game = |stage: &mut Stage| {
        let shown = stage.draw(120, 36);
        let row = shown
            .lines()
            .find(|line| line.contains("│  Game "))
            .unwrap()
            .to_owned();
        (row, shown)
    };
    let (before, _) = game(&mut stage);
    stage.keys("d");
    let comparing = stage.state.job(Kind::Compare).unwrap().id;
    let (during, shown) = game(&mut stage);
    assert_eq!(during, before);
    assert!(shown.contains("figures of just now"), "{shown}");
    // What is read meanwhile is counted in their place.
    let read = Event::Reading {
        record_type: "Game".to_owned(),
        side: Side::Cloud,
        records: 400,
    };
    stage.tell(Message::Told(comparing, vec![read]));
    let (row, _) = game(&mut stage);
    assert!(row.contains(" 400 ") && row.contains("5 676"), "{row}");
    // A type that has been compared does not wait for the others.
    let compared = Snapshot {
        record_type: "Game".to_owned(),
        time: stage.now,
        counts: Counts {
            new: 7,
            unchanged: 393,
            ..Counts::default()
        },
        incomplete: None,
        changed_fields: BTreeMap::new(),
    };
    stage.tell(Message::Told(comparing, vec![Event::Compared(compared)]));
    let (row, _) = game(&mut stage);
    assert!(row.contains(" 7 ") && row.contains(" 393"), "{row}");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_one_is_can_be_read_aloud() {
    let mut stage = Stage::compared().await;
    stage.state.settings.plain = true;
    assert!(stage.draw(120, 30).contains("Overview, row 1 of 6; compared"));
    stage.keys("Down Down");
    assert!(stage.draw(120, 30).contains("Overview, row 3 of 6; compared"));
    stage.keys(":");
    assert!(!stage.draw(120, 30).contains("Overview, row"));
    stage.keys("Esc 2");
    stage.settle().await;
    let shown = stage.draw(160, 30);
    assert!(shown.contains("Records, row 1 of 5 772; "), "{shown}");
}
