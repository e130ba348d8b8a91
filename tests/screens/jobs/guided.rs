//! Guided sync, from the first key to the report.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use skydeck::journal::RunKind;
use skydeck::record::Value;
use skydeck::record::compare::FieldChange;
use skydeck::record::plan::Verb;
use skydeck::sync::{self, Event, Overwritten, Report, Unhappy};
use skydeck::tui::effect::{Effect, Work};
use skydeck::tui::job::Kind;
use skydeck::tui::message::{Done, Message};
use skydeck::tui::state::Screen;

use super::Stage;

fn is_write(effect: &Effect) -> bool {
    matches!(effect, Effect::Start(_, Work::Apply(_) | Work::Resume))
}

/// New and updated records, and orphans, as the comparison has them.
fn differing(stage: &Stage) -> (usize, usize, usize) {
    let comparison = stage.state.comparison.clone().unwrap();
    comparison
        .diffs()
        .fold((0, 0, 0), |(new, updated, orphans), (_, diff)| {
            let counts = diff.counts();
            (
                new + counts.new,
                updated + counts.updated,
                orphans + counts.orphan,
            )
        })
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_first_key_to_the_report_and_back() {
    let mut stage = Stage::compared().await;
    let (new, updated, orphans) = differing(&stage);
    assert!(new > 0 && updated > 0 && orphans > 1);
    stage.keys("s");
    stage.settle().await;
    let shown = stage.draw(120, 36);
    assert!(
        shown.contains(&format!("go on with {} changes", new + updated)),
        "{shown}"
    );
    assert!(
        shown.contains(&format!("create {new}   update {updated}")),
        "{shown}"
    );
    // Leaves the first type out.
    let first = stage.state.comparison.as_ref().unwrap().types[0]
        .outcome
        .as_ref()
        .unwrap()
        .counts();
    stage.keys("Space");
    let rest = new + updated - first.new - first.updated;
    assert!(
        stage
            .draw(120, 36)
            .contains(&format!("go on with {rest} changes"))
    );
    // The harmless button has the focus.
    stage.keys("a");
    stage.settle().await;
    assert!(stage.draw(120, 36).contains(&format!("Send {rest} changes")));
    stage.keys("Enter");
    assert!(!stage.pending.iter().any(is_write));
    stage.keys("a");
    stage.settle().await;
    stage.keys("Right Enter");
    assert!(stage.pending.iter().any(is_write));
    assert!(stage.state.job(Kind::Run).is_some());
    let before = stage.emulator().requests().len();
    stage.settle().await;
    let shown = stage.draw(120, 36);
    let written = (new - first.new, updated - first.updated);
    assert!(
        shown.contains(&format!(
            "Created {}, Updated {}, Deleted 0",
            written.0, written.1
        )),
        "{shown}"
    );
    // And what of it to which type; the first type was left out.
    let game = shown.lines().find(|line| line.contains("  Game ")).unwrap();
    let figures: Vec<&str> = game.split_whitespace().collect();
    assert_eq!(figures, ["│", "Game", "24", "60", "·", "│"]);
    assert!(!shown.contains("  Stadium "), "{shown}");
    assert!(stage.emulator().requests().len() > before);
    // The comparison that follows knows of it.
    assert_eq!(differing(&stage), (first.new, first.updated, orphans));
    // Back again, by its own dialog.
    stage.keys("u");
    stage.settle().await;
    assert!(stage.draw(120, 36).contains("Take the run back?"));
    // What was created is deleted again: their number has to be typed.
    stage.types(&written.0.to_string());
    stage.keys("Enter");
    stage.settle().await;
    assert_eq!(differing(&stage), (new, updated, orphans));
}

#[tokio::test(flavor = "multi_thread")]
async fn orphans_go_when_they_are_asked_for_and_their_number_is_typed() {
    let mut stage = Stage::compared().await;
    let (_, _, orphans) = differing(&stage);
    stage.keys("s");
    stage.settle().await;
    stage.keys("o a");
    stage.settle().await;
    let shown = stage.draw(120, 36);
    assert!(shown.contains(&format!("Type {orphans} to confirm")), "{shown}");
    stage.keys("Enter");
    stage.settle().await;
    assert!(!stage.pending.iter().any(is_write) && stage.state.layers.is_empty());
    stage.keys("a");
    stage.settle().await;
    stage.types(&orphans.to_string());
    stage.keys("Enter");
    stage.settle().await;
    assert_eq!(differing(&stage), (0, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_filter_shows_is_what_is_left_out() {
    let mut stage = Stage::compared().await;
    let (new, updated, _) = differing(&stage);
    stage.keys("s");
    stage.settle().await;
    stage.keys("/");
    stage.types("game create");
    stage.keys("Enter Home Space Esc");
    let comparison = stage.state.comparison.clone().unwrap();
    let (_, games) = comparison
        .diffs()
        .find(|(config, _)| config.name == "Game")
        .unwrap();
    let rest = new + updated - games.counts().new;
    let shown = stage.draw(120, 36);
    assert!(shown.contains(&format!("go on with {rest} changes")), "{shown}");
    // A new comparison makes a new plan, and what was left out stays out.
    stage.keys("d");
    stage.settle().await;
    assert!(
        stage
            .draw(120, 36)
            .contains(&format!("go on with {rest} changes"))
    );
    stage.keys("a");
    stage.settle().await;
    assert!(stage.draw(120, 36).contains(&format!("Send {rest} changes")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_of_an_import_sends_nothing() {
    let mut stage = Stage::compared().await;
    stage.keys("m");
    stage.types("10");
    stage.keys("Enter");
    stage.settle().await;
    let shown = stage.draw(120, 36);
    assert!(shown.contains("Dry run of an import"), "{shown}");
    stage.keys("a End Enter");
    assert!(!stage.pending.iter().any(is_write) && stage.state.layers.is_empty());
    assert!(stage.draw(120, 36).contains("this is a dry run"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_is_left_alone_in_a_sync_that_asks() {
    let mut stage = Stage::compared().await;
    stage.keys("s");
    stage.settle().await;
    assert!(stage.draw(120, 36).contains("at conflicts: the files win"));
    stage.keys("A a");
    assert!(stage.draw(120, 36).contains("at conflicts: ask"));
    let asks = stage
        .pending
        .iter()
        .any(|effect| matches!(effect, Effect::Start(_, Work::Review(_, choices)) if choices.ask));
    assert!(asks);
}

/// A run half way, with everything that can come in between.
fn events() -> Vec<Event> {
    let settled = |record_type: &str, operations| Event::Settled {
        record_type: record_type.to_owned(),
        operations,
        unhappy: usize::from(record_type == "Team"),
    };
    vec![
        Event::Begun {
            run: 7,
            operations: 2018,
            types: vec![("Team".to_owned(), 33), ("Game".to_owned(), 1985)],
        },
        settled("Team", 33),
        settled("Game", 600),
        Event::Retrying {
            operation: "records/modify",
            attempt: 2,
            cause: "connection reset".to_owned(),
        },
        Event::Throttled {
            wait: Duration::from_secs(12),
            code: "THROTTLED".to_owned(),
        },
        Event::Conflict {
            record_type: "Game".to_owned(),
            name: "game_en1_2025_arsenal_fc".to_owned(),
            overwrites: vec![changed("homeScore", 1, 3)],
        },
        Event::LeftAlone {
            record_type: "Team".to_owned(),
            name: "team_en_chelsea".to_owned(),
            why: "somebody else has saved the record".to_owned(),
        },
    ]
}

fn changed(field: &str, was: i64, theirs: i64) -> FieldChange {
    FieldChange {
        field: field.to_owned(),
        local: Some(Value::Int64(was)),
        cloud: Some(Value::Int64(theirs)),
    }
}

async fn sending() -> Stage {
    let mut stage = Stage::compared().await;
    stage.keys("s");
    stage.settle().await;
    stage.keys("a");
    stage.settle().await;
    stage.keys("Right Enter");
    stage
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_shows_what_it_does_is_held_and_stops() {
    let mut stage = sending().await;
    let job = stage.state.job(Kind::Run).unwrap().id;
    stage.tell(Message::Told(job, events()));
    stage.pending.clear();
    stage.keys("p");
    assert!(matches!(stage.pending.pop_front(), Some(Effect::Pause(id, true)) if id == job));
    assert!(stage.draw(120, 36).contains("held"));
    stage.keys("p");
    assert!(matches!(stage.pending.pop_front(), Some(Effect::Pause(_, false))));
    stage.keys("Esc");
    assert!(matches!(stage.pending.pop_front(), Some(Effect::Cancel(id)) if id == job));
    let shown = stage.draw(120, 36);
    assert!(shown.contains("stopping after the requests in flight"), "{shown}");
    assert_eq!(stage.state.screen, Screen::Sync);
    stage.keys("Esc");
    assert_eq!(stage.state.screen, Screen::Overview);
}

fn unhappy(name: &str, why: &str) -> Unhappy {
    Unhappy {
        record_type: "Game".to_owned(),
        name: name.to_owned(),
        why: why.to_owned(),
    }
}

fn report() -> Report {
    Report {
        run: 7,
        kind: RunKind::Sync,
        created: 563,
        updated: 1484,
        deleted: 0,
        already_equal: 1,
        already_gone: 0,
        in_memory: Vec::new(),
        unchanged: 12_686,
        conflicted: vec![unhappy(
            "game_a",
            "somebody else has changed it: homeScore was '1' and is now '3'",
        )],
        refused: vec![unhappy("game_b", "INVALID_ARGUMENTS: no")],
        not_attempted: 2,
        unknown: 1,
        overwritten: vec![Overwritten {
            record_type: "Game".to_owned(),
            name: "game_c".to_owned(),
            changes: vec![changed("homeScore", 1, 3)],
        }],
        resumable: true,
        stopped: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_leads_to_each_record_that_needs_a_look() {
    let mut stage = sending().await;
    let job = stage.state.job(Kind::Run).unwrap().id;
    stage.pending.clear();
    stage.tell(Message::Told(job, events()));
    stage.tell(Message::Done(job, Done::Applied(Ok(Some(Arc::new(report()))))));
    stage.pending.clear();
    stage.keys("v");
    let verified = stage.pending.iter().find_map(|effect| match effect {
        Effect::Start(_, Work::Verify(types, _)) => Some(types.clone()),
        _ => None,
    });
    assert_eq!(verified.unwrap(), ["Team", "Game"]);
    stage.keys("3 o");
    stage.types(".json");
    stage.pending.clear();
    stage.keys("Enter");
    let saved = stage.pending.iter().find_map(|effect| match effect {
        Effect::Start(_, Work::Save { path, text, .. }) => Some((path.clone(), text.clone())),
        _ => None,
    });
    let (path, text) = saved.unwrap();
    assert_eq!(path.to_str(), Some("run-7.txt.json"));
    let json: BTreeMap<String, serde_json::Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(json["created"], 563);
    stage.keys("Down Enter");
    assert_eq!(stage.state.screen, Screen::Records);
}

/// A write of one record leaves the user where they are.
#[tokio::test(flavor = "multi_thread")]
async fn a_single_record_is_told_of_in_passing() {
    let mut stage = Stage::compared().await;
    let record = stage.state.comparison.as_ref().unwrap().types[0]
        .outcome
        .as_ref()
        .unwrap();
    let orphan = record
        .with_status(skydeck::record::table::Status::Orphan)
        .next()
        .unwrap();
    let name = record.table().name(orphan).to_owned();
    let record_type = record.shape().record_type.clone();
    let session = Arc::clone(&stage.world.as_ref().unwrap().session);
    let reviewed = sync::review_delete(&session, &record_type, &name)
        .result()
        .await
        .unwrap();
    assert_eq!(reviewed.plan().count(Verb::Delete), 1);
    stage.keys("2");
    stage.tell(Message::Done(99, Done::Reviewed(Ok(Box::new(reviewed)))));
    stage.keys("Right Enter");
    stage.settle().await;
    assert_eq!(stage.state.screen, Screen::Records);
    let shown = stage.draw(120, 36);
    assert!(shown.contains("deleted"), "{shown}");
}

/// A plan that a finding blocks is not asked about: there is no way to send it from here.
#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_plan_says_why_and_cannot_be_confirmed() {
    let mut stage = Stage::compared().await;
    let comparison = Arc::clone(stage.state.comparison.as_ref().unwrap());
    let session = Arc::clone(&stage.world.as_ref().unwrap().session);
    let mut reviewed = sync::review(&session, comparison, sync::Choices::default())
        .await
        .unwrap();
    reviewed.diagnostics = vec![sync::Diagnostic {
        check: sync::Check::DeleteSelfLimit,
        severity: sync::Severity::Error,
        record_type: "Team".into(),
        name: Some("hub".into()),
        field: None,
        place: None,
        more: 0,
        message: "Team 'hub': 751 records would refer to it with DELETE_SELF".into(),
        help: Some("spread them over several targets".into()),
    }];
    assert!(reviewed.clone().confirm(reviewed.digest()).is_err());
    stage.keys("2");
    stage.pending.clear();
    stage.tell(Message::Done(99, Done::Reviewed(Ok(Box::new(reviewed)))));
    let shown = stage.draw(120, 36);
    for part in [
        "This plan cannot be sent",
        "Team 'hub': 751 records",
        "spread them over several targets",
    ] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
    stage.keys("Enter");
    assert!(!stage.pending.iter().any(is_write), "{:?}", stage.pending);
    assert!(!stage.draw(120, 36).contains("This plan cannot be sent"));
}
