//! Verification: what comes in, what is found, how it leads to a repair.

use skydeck::record::Value;
use skydeck::record::compare::FieldChange;
use skydeck::record::verdict::{Mismatch, Verdict};
use skydeck::sync::{Event, Side};
use skydeck::tui::effect::{Effect, Work};
use skydeck::tui::failure::Failure;
use skydeck::tui::job::Kind;
use skydeck::tui::message::{Done, Message};
use skydeck::tui::state::{Phase, Screen};

use super::Stage;

#[test]
fn nothing_verified_yet() {
    let mut stage = Stage::bare(Phase::Ready);
    stage.state.screen = Screen::Verify;
    stage.keys("a");
    assert!(stage.draw(120, 36).contains("nothing was verified yet"));
}

fn verdict(record_type: &str, local: usize) -> Verdict {
    Verdict {
        record_type: record_type.to_owned(),
        local,
        cloud: Some(local),
        checked: 5.min(local),
        ..Verdict::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_type_as_it_comes_in_then_what_differs() {
    let mut stage = Stage::compared().await;
    stage.keys("v");
    let job = stage.state.job(Kind::Verify).unwrap().id;
    let name = |record_type: &str| record_type.to_owned();
    let events = vec![
        Event::Verified {
            record_type: name("Stadium"),
            verdict: verdict("Stadium", 32).to_string(),
            good: true,
        },
        Event::Reading {
            record_type: name("Team"),
            side: Side::Cloud,
            records: 200,
        },
        Event::Checked {
            record_type: name("Game"),
            records: 400,
            of: 5760,
        },
    ];
    stage.tell(Message::Told(job, events));
    let mut game = verdict("Game", 5760);
    game.missing = vec![name("game_missing")];
    game.mismatched = vec![Mismatch {
        name: name("game_\u{1b}[31mred"),
        changes: vec![FieldChange {
            field: name("homeScore"),
            local: Some(Value::Int64(2)),
            cloud: None,
        }],
    }];
    let failure = Failure::plain("Verifying Team", "the index recordName of Team is missing");
    let found = vec![
        (name("Stadium"), Ok(verdict("Stadium", 32))),
        (name("Team"), Err(failure)),
        (name("Game"), Ok(game)),
    ];
    stage.tell(Message::Done(job, Done::Verified(Ok(found))));
    let (now, verify) = (stage.now, &stage.state.verify);
    assert_eq!(verify.last_of("Stadium", now), "just now, quick: ok");
    assert_eq!(verify.last_of("Game", now + 120_000), "2 min ago, quick: NOT ok");
    // The repair compares anew and plans for these records alone.
    stage.pending.clear();
    stage.keys("a");
    assert_eq!(stage.state.screen, Screen::Sync);
    assert!(matches!(
        stage.pending.front(),
        Some(Effect::Start(_, Work::Compare(_)))
    ));
    let compare = stage.pending.pop_front();
    stage.pending.clear();
    stage.pending.extend(compare);
    stage.settle().await;
    assert!(stage.draw(120, 36).contains("Repair"));
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelled_it_says_so() {
    let mut stage = Stage::compared().await;
    stage.keys("V");
    let job = stage.state.job(Kind::Verify).unwrap().id;
    stage.pending.clear();
    stage.keys("Esc");
    assert!(matches!(stage.pending.front(), Some(Effect::Cancel(id)) if *id == job));
    let failure = Failure {
        cancelled: true,
        ..Failure::plain("Verifying", "cancelled")
    };
    stage.tell(Message::Done(job, Done::Verified(Err(failure))));
    let shown = stage.draw(120, 36);
    assert!(
        shown.contains("cancelled: what was not checked is not known"),
        "{shown}"
    );
}

/// The library's own word: the demonstration's cloud is older than its files.
#[tokio::test(flavor = "multi_thread")]
async fn the_demonstration_is_found_to_differ() {
    let mut stage = Stage::compared().await;
    stage.keys("V");
    stage.settle().await;
    let shown = stage.draw(120, 36);
    let comparison = stage.state.comparison.clone().unwrap();
    for (config, diff) in comparison.diffs() {
        let counts = diff.counts();
        let line = format!(
            "{}: CloudKit={}, Local={}",
            config.name,
            counts.cloud(),
            counts.local()
        );
        assert!(shown.contains(&line), "{line}\n{shown}");
    }
    assert!(shown.contains(" mismatches"), "{shown}");
}
