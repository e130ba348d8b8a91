//! Verification, history and log.

use std::time::Duration;

use skydeck::journal::State as Progress;
use skydeck::record::Value;
use skydeck::record::plan::Operation;
use skydeck::record::verdict::{Mismatch, Verdict};
use skydeck::sync::{Event, Side};
use skydeck::tui::failure::Failure;
use skydeck::tui::job::Kind;
use skydeck::tui::message::{Done, Verdicts};

use super::data::{cancelled, changed, entry, in_cloud, no_key, runs, update};
use super::stage::Stage;
use super::start::answered;
use super::{Scene, scene};

pub(crate) const SCENES: &[Scene] = &[
    scene("verify", || {
        let mut stage = Stage::compared();
        stage.press("4");
        stage
    }),
    scene("verify_running", verifying),
    scene("verify_quick_ok", || {
        let mut stage = Stage::compared();
        stage.press("v");
        stage.answer(Done::Verified(Ok(all_well(5))));
        stage
    }),
    scene("verify_deep_ok", || {
        let mut stage = Stage::compared();
        stage.press("V");
        stage.answer(Done::Verified(Ok(all_well(usize::MAX))));
        stage
    }),
    scene("verify_mismatches", || {
        let mut stage = Stage::compared();
        stage.press("V");
        stage.answer(Done::Verified(Ok(mismatches())));
        stage
    }),
    scene("verify_quick_mismatches", || {
        let mut stage = Stage::compared();
        stage.press("v");
        stage.answer(Done::Verified(Ok(quick_mismatches())));
        stage
    }),
    scene("verify_failed", || {
        let mut stage = verifying();
        let failure = Failure {
            what: "Verifying".to_owned(),
            ..no_key()
        };
        stage.answer(Done::Verified(Err(failure)));
        stage
    }),
    scene("verify_cancelled", || {
        let mut stage = verifying();
        stage.press("esc");
        stage.answer(Done::Verified(Err(cancelled("Verifying"))));
        stage.quiet();
        stage
    }),
    scene("history_reading", || {
        let mut stage = Stage::compared();
        stage.press("5");
        stage
    }),
    scene("history_empty", || {
        let mut stage = Stage::compared();
        stage.press("5");
        stage.answer(Done::Runs(Ok(Vec::new())));
        stage
    }),
    scene("history", history),
    scene("history_undone", || {
        let mut stage = history();
        stage.press("end");
        stage
    }),
    scene("history_failing", || {
        let mut stage = Stage::compared();
        stage.press("5");
        let failure = Failure::plain(
            "Reading the journal",
            "the journal /home/me/journal.db: database is locked",
        );
        stage.answer(Done::Runs(Err(failure)));
        stage
    }),
    scene("history_operations", operations),
    scene("log_empty", || {
        let mut stage = Stage::new(skydeck::tui::state::Phase::Ready);
        stage.press("6");
        stage
    }),
    scene("log", log),
    scene("log_filtered", || {
        let mut stage = log();
        stage.press("/");
        stage.write("lookup");
        stage.press("enter");
        stage
    }),
    scene("log_nothing_matches", || {
        let mut stage = log();
        stage.press("/");
        stage.write("zzz");
        stage
    }),
];

fn verdict(record_type: &str, records: usize, checked: usize) -> Verdict {
    Verdict {
        record_type: record_type.to_owned(),
        local: records,
        cloud: Some(records),
        checked: checked.min(records),
        ..Verdict::default()
    }
}

fn all_well(checked: usize) -> Verdicts {
    let types = [
        ("Stadium", 160),
        ("Team", 150),
        ("Game", 5760),
        ("LeagueStructure", 40),
        ("TeamAlias", 20),
        ("StadiumAlias", 30),
    ];
    let well = |(name, records): (&str, usize)| (name.to_owned(), Ok(verdict(name, records, checked)));
    types.into_iter().map(well).collect()
}

fn mismatches() -> Verdicts {
    let mut found = all_well(usize::MAX);
    let mut game = verdict("Game", 5760, usize::MAX);
    game.cloud = Some(5748);
    game.missing = (0..24)
        .map(|number| format!("game_mlb_2025_missing_{number:02}"))
        .collect();
    game.extra = (0..12)
        .map(|number| format!("game_mlb_2025_extra_{number:02}"))
        .collect();
    game.mismatched = (0..30)
        .map(|number| Mismatch {
            name: format!("game_mlb_2025_20250625_bos_ana_{number:02}"),
            changes: vec![
                changed("homeScore", Some(Value::Int64(2)), None),
                changed("awayScore", Some(Value::Int64(1)), Some(Value::Int64(number))),
            ],
        })
        .collect();
    found[2].1 = Ok(game);
    found[1].1 = Err(Failure::plain(
        "Verifying Team",
        "HTTP 400 BAD_REQUEST: Type is not marked indexable: Team",
    ));
    found[3].1 = Ok(Verdict {
        cloud: None,
        incomplete: Some("the last page never came".to_owned()),
        ..verdict("LeagueStructure", 40, usize::MAX)
    });
    found
}

/// A sample of each of six types, some of which differ.
fn quick_mismatches() -> Verdicts {
    let mut found = all_well(5);
    for (_, verdict) in &mut found[2..4] {
        let verdict = verdict.as_mut().unwrap();
        verdict.missing = (0..12).map(|number| format!("missing_{number:02}")).collect();
        verdict.cloud = Some(verdict.local - 12);
    }
    found
}

fn verifying() -> Stage {
    let mut stage = Stage::compared();
    stage.press("V");
    let stadiums = verdict("Stadium", 160, usize::MAX);
    let events = vec![
        Event::Verified {
            record_type: "Stadium".to_owned(),
            good: true,
            verdict: stadiums.to_string(),
        },
        Event::Reading {
            record_type: "Team".to_owned(),
            side: Side::Cloud,
            records: 100,
        },
        Event::Checked {
            record_type: "Game".to_owned(),
            records: 2400,
            of: 5760,
        },
    ];
    stage.told(Kind::Verify, events);
    stage.wait(2400);
    stage
}

pub(crate) fn history() -> Stage {
    let mut stage = Stage::compared();
    stage.press("5");
    stage.answer(Done::Runs(Ok(runs())));
    stage
}

fn operations() -> Stage {
    let mut stage = history();
    stage.press("down enter");
    let mut records = in_cloud("Game", 12).into_iter();
    let mut next = || records.next().unwrap();
    let score = |record| {
        update(
            record,
            &[
                ("homeScore", Some(Value::Int64(5))),
                ("awayScore", Some(Value::Int64(3))),
                ("broadcastInfo", None),
            ],
        )
    };
    let entries = vec![
        entry(8, Operation::restore(next()), Progress::Applied, None),
        entry(8, score(next()), Progress::Applied, None),
        entry(8, score(next()), Progress::AlreadyEqual, None),
        entry(
            8,
            score(next()),
            Progress::Conflicted,
            Some("somebody else has changed it: homeScore is 4 now"),
        ),
        entry(
            8,
            Operation::delete(next()),
            Progress::Refused,
            Some("VALIDATING_REFERENCE_ERROR: something refers to it"),
        ),
        entry(8, Operation::delete(next()), Progress::Sent, None),
        entry(8, Operation::delete(next()), Progress::Planned, None),
        entry(8, Operation::delete(next()), Progress::NotAttempted, None),
    ];
    stage.answer(Done::Operations(8, Ok(entries)));
    stage.press("down");
    stage
}

pub(crate) fn log() -> Stage {
    let mut stage = Stage::comparing();
    let events = vec![
        answered("records/query", Some(200)),
        answered("records/lookup", Some(503)),
        Event::Throttled {
            wait: Duration::from_secs(12),
            code: "THROTTLED".to_owned(),
        },
        Event::Retrying {
            operation: "records/lookup",
            attempt: 2,
            cause: "HTTP 503 SERVICE_UNAVAILABLE: the service is busy".to_owned(),
        },
        answered("records/lookup", Some(200)),
        answered("records/modify", None),
        Event::Failed {
            record_type: "Team".to_owned(),
            why: "HTTP 400 BAD_REQUEST: Type is not marked indexable: Team".to_owned(),
        },
    ];
    stage.told(Kind::Compare, events);
    stage.answer(Done::Compared(Err(cancelled("Comparing"))));
    stage.quiet();
    stage.press("6");
    stage
}
