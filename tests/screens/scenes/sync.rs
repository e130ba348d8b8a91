//! Guided sync, step by step.

use std::sync::Arc;
use std::time::Duration;

use skydeck::journal::RunKind;
use skydeck::record::Value;
use skydeck::sync::{Event, JobError, Overwritten, Report, Unhappy};
use skydeck::tui::job::Kind;
use skydeck::tui::message::{Done, Message};

use super::data::{cancelled, changed, in_sync, no_key, refused, troubled};
use super::stage::{Stage, plan};
use super::{Scene, scene};
use crate::rig::demo;

pub(crate) const SCENES: &[Scene] = &[
    scene("sync", || {
        let mut stage = Stage::compared();
        stage.press("3");
        stage
    }),
    scene("sync_nothing_compared", || {
        let mut stage = Stage::comparing();
        stage.answer(Done::Compared(Err(cancelled("Comparing"))));
        stage.quiet();
        stage.press("3");
        stage
    }),
    scene("sync_comparing", || {
        let mut stage = Stage::comparing();
        stage.press("s");
        stage
    }),
    scene("sync_comparing_failed", || {
        let mut stage = Stage::comparing();
        stage.press("s");
        stage.answer(Done::Compared(Err(no_key())));
        stage.press("esc");
        stage
    }),
    scene("sync_planning", || {
        let mut stage = Stage::compared();
        stage.press("s");
        stage
    }),
    scene("sync_review", review),
    scene("sync_review_unfolded", || {
        let mut stage = review();
        stage.press("down down enter down enter");
        stage
    }),
    scene("sync_review_left_out", || {
        let mut stage = review();
        stage.press("down space down enter down space o A");
        stage
    }),
    scene("sync_review_filtered", || {
        let mut stage = review();
        stage.press("/");
        stage.write("game create");
        stage
    }),
    scene("sync_review_of_nothing", || {
        let mut stage = Stage::compared_as(in_sync());
        stage.press("s");
        stage.review();
        stage
    }),
    scene("sync_review_warnings", || {
        let mut stage = Stage::compared_as(troubled());
        stage.press("s");
        stage.review();
        stage
    }),
    scene("sync_dry_run", || {
        let mut stage = Stage::compared();
        stage.press("m 1 0 enter");
        let operations = super::data::in_cloud("Game", 3);
        let operations = operations.into_iter().map(|record| {
            let mut operation = skydeck::record::plan::Operation::delete(record.clone());
            operation.verb = skydeck::record::plan::Verb::ForceReplace;
            operation.goal = record
                .fields
                .into_iter()
                .map(|(field, value)| (field, Some(value)))
                .collect();
            operation
        });
        let reviewed = plan(RunKind::Import, operations.collect());
        stage.answer(Done::Reviewed(Ok(Box::new(reviewed))));
        stage
    }),
    scene("sync_run_begins", sending),
    scene("sync_running", running),
    scene("sync_paused", || {
        let mut stage = running();
        stage.press("p");
        stage
    }),
    scene("sync_throttled", || {
        let mut stage = running();
        stage.told(
            Kind::Run,
            vec![Event::Throttled {
                wait: Duration::from_secs(12),
                code: "THROTTLED".to_owned(),
            }],
        );
        stage
    }),
    scene("sync_stopping", || {
        let mut stage = running();
        stage.press("esc");
        stage
    }),
    scene("sync_report", || reported(well())),
    scene("sync_report_of_trouble", || reported(unwell())),
    scene("sync_report_of_one_cause", || reported(one_cause())),
    scene("sync_report_of_one_cause_unfolded", || {
        let mut stage = reported(one_cause());
        stage.press("enter down down");
        stage
    }),
    scene("sync_report_of_a_stopped_run", || {
        let error = JobError::Service(refused(
            503,
            skydeck::cloudkit::Code::TryAgainLater,
            "try again later",
        ));
        reported(Report {
            stopped: Some(error),
            not_attempted: 1200,
            resumable: true,
            ..well()
        })
    }),
];

/// The demonstration's plan, to be looked at.
pub(crate) fn review() -> Stage {
    let mut stage = Stage::compared();
    stage.press("s");
    stage.review();
    stage
}

/// The plan was agreed to; nothing has been said of it yet.
fn sending() -> Stage {
    let mut stage = review();
    send(&mut stage);
    stage
}

/// Agrees to the plan that is looked at.
pub(crate) fn send(stage: &mut Stage) {
    stage.press("a");
    stage.review();
    stage.wait(1000);
    stage.press("right enter");
}

/// A run half way, with everything that can come in between.
pub(crate) fn running() -> Stage {
    let mut stage = sending();
    let settled = |record_type: &str, operations, unhappy| Event::Settled {
        record_type: record_type.to_owned(),
        operations,
        unhappy,
    };
    let (_, games) = { demo().comparison.diffs() }
        .find(|(config, _)| config.name == "Game")
        .unwrap();
    let games = games.counts().new + games.counts().updated;
    stage.told(
        Kind::Run,
        vec![Event::Begun {
            run: 7,
            operations: games + 14,
            types: vec![("Stadium".to_owned(), 14), ("Game".to_owned(), games)],
        }],
    );
    for second in 0..6 {
        stage.wait(1000);
        let mut events = vec![settled("Game", 3 + second % 3 * 4, 0)];
        if second == 0 {
            events.push(settled("Stadium", 14, 1));
        }
        stage.told(Kind::Run, events);
    }
    stage.told(
        Kind::Run,
        vec![
            Event::Retrying {
                operation: "records/modify",
                attempt: 2,
                cause: "connection reset".to_owned(),
            },
            Event::Conflict {
                record_type: "Game".to_owned(),
                name: "game_mlb_2025_20250625_bos_ana".to_owned(),
                overwrites: vec![changed("homeScore", Some(Value::Int64(1)), Some(Value::Int64(3)))],
            },
            Event::LeftAlone {
                record_type: "Stadium".to_owned(),
                name: "stadium_mlb_busch_stadium".to_owned(),
                why: "somebody else has changed it: capacity was '44494' and is now '44000'".to_owned(),
            },
        ],
    );
    stage.wait(400);
    stage
}

/// A run that went well.
pub(crate) fn well() -> Report {
    Report {
        run: 7,
        kind: RunKind::Sync,
        created: 26,
        updated: 72,
        deleted: 0,
        already_equal: 0,
        already_gone: 0,
        in_memory: Vec::new(),
        unchanged: 6173,
        conflicted: Vec::new(),
        refused: Vec::new(),
        not_attempted: 0,
        unknown: 0,
        overwritten: Vec::new(),
        resumable: false,
        stopped: None,
    }
}

/// A run in which everything came in between.
pub(crate) fn unwell() -> Report {
    let unhappy = |record_type: &str, name: &str, why: &str| Unhappy {
        record_type: record_type.to_owned(),
        name: name.to_owned(),
        why: why.to_owned(),
    };
    Report {
        created: 1,
        updated: 69,
        already_equal: 1,
        already_gone: 0,
        in_memory: Vec::new(),
        conflicted: vec![unhappy(
            "Stadium",
            "stadium_mlb_busch_stadium",
            "somebody else has changed it: capacity was '44494' and is now '44000'",
        )],
        refused: vec![unhappy(
            "Game",
            "game_mlb_2025_20250625_bos_ana",
            "BAD_REQUEST: value for field homeScore is too large",
        )],
        not_attempted: 2,
        unknown: 1,
        overwritten: vec![Overwritten {
            record_type: "Game".to_owned(),
            name: "game_mlb_2025_20250626_bos_ana".to_owned(),
            changes: vec![changed("homeScore", Some(Value::Int64(1)), Some(Value::Int64(3)))],
        }],
        resumable: true,
        ..well()
    }
}

/// A run in which 3,000 records were refused for one cause, and one for another.
pub(crate) fn one_cause() -> Report {
    let refused = (0..3000).map(|number| Unhappy {
        record_type: "Game".to_owned(),
        name: format!("game_mlb_2025_{number:04}"),
        why: "ACCESS_DENIED: CREATE operation not permitted".to_owned(),
    });
    let other = Unhappy {
        record_type: "Team".to_owned(),
        name: "team_mlb_bos".to_owned(),
        why: "BAD_REQUEST: value for field city is too large".to_owned(),
    };
    Report {
        created: 0,
        refused: refused.chain([other]).collect(),
        ..well()
    }
}

/// The run has come to its end, and the comparison that follows has too.
pub(crate) fn reported(report: Report) -> Stage {
    let mut stage = running();
    let job = stage.state.job(Kind::Run).unwrap().id;
    stage.tell(Message::Done(job, Done::Applied(Ok(Some(Arc::new(report))))));
    stage.answer(Done::Compared(Ok(Arc::clone(&demo().comparison))));
    stage.quiet();
    stage
}
