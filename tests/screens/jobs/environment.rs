//! From one environment to the other without an end in between: nothing of the one is taken for the other's.

use std::collections::BTreeMap;

use skydeck::tui::dialog::notice::Notice;
use skydeck::tui::effect::{Effect, Work};
use skydeck::tui::failure::Failure;
use skydeck::tui::job::Kind;
use skydeck::tui::message::{Done, Message};
use skydeck::tui::place::{Availability, Opened, Place};
use skydeck::tui::state::Phase;

use super::Stage;

/// A stage that is not the demo, so that it has another environment.
async fn stage() -> Stage {
    let mut stage = Stage::compared().await;
    stage.state.place.demo = false;
    stage
}

fn production(stage: &Stage) -> Opened {
    let types = stage.state.types.iter();
    Opened {
        place: Place {
            environment: "production".to_owned(),
            read_only: true,
            ..stage.state.place.clone()
        },
        types: types.map(|one| (one.config.clone(), None)).collect(),
        interrupted: None,
        warnings: Vec::new(),
        arrangements: BTreeMap::new(),
        handle: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_begun_before_comes_to_nothing_in_the_other_environment() {
    let mut stage = stage().await;
    let comparison = stage.state.comparison.clone().unwrap();
    stage.keys("d");
    let comparing = stage.state.job(Kind::Compare).unwrap().id;
    stage.keys("e Down Enter");
    let opening = stage.state.job(Kind::Open).unwrap().id;
    let is_cancelled = |stage: &Stage| {
        let mut pending = stage.pending.iter();
        pending.any(|effect| matches!(effect, Effect::Cancel(id) if *id == comparing))
    };
    // The environment at hand stays until the other one is open; then nothing more is heard of it.
    assert!(!is_cancelled(&stage));
    let opened = production(&stage);
    stage.tell(Message::Done(opening, Done::Opened(Ok(Box::new(opened)))));
    assert!(is_cancelled(&stage));
    stage.tell(Message::Done(comparing, Done::Compared(Ok(comparison))));
    assert!(stage.state.comparison.is_none());
    assert_eq!(stage.state.place.environment, "production");
    assert!(stage.state.types.iter().all(|one| one.snapshot.is_none()));
    assert!(
        !stage
            .pending
            .iter()
            .any(|effect| matches!(effect, Effect::Start(_, Work::Review(..))))
    );
    // The comparison of the new one is under way.
    let asked = stage
        .pending
        .iter()
        .filter(|effect| matches!(effect, Effect::Start(_, Work::Compare(_))))
        .count();
    assert_eq!(asked, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn dialogs_stay_behind() {
    let mut stage = stage().await;
    stage
        .state
        .open(Notice::failure(Failure::plain("Looking up", "no")));
    stage.keys("Esc e Down Enter ?");
    let opening = stage.state.job(Kind::Open).unwrap().id;
    let opened = production(&stage);
    stage.tell(Message::Done(opening, Done::Opened(Ok(Box::new(opened)))));
    assert!(stage.state.layers.is_empty());
    assert_eq!(stage.state.phase, Phase::Ready);
}

/// A run that was begun while the other environment was being opened is not left.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_keeps_its_environment() {
    let mut stage = stage().await;
    stage.keys("e Down Enter");
    let opening = stage.state.job(Kind::Open).unwrap().id;
    stage.state.start(Kind::Run, Work::Resume);
    let opened = production(&stage);
    stage.tell(Message::Done(opening, Done::Opened(Ok(Box::new(opened)))));
    assert_eq!(stage.state.place.environment, "development");
    assert!(
        stage
            .draw(120, 36)
            .contains("development stays open: a run is writing here")
    );
    assert!(
        !stage
            .pending
            .iter()
            .any(|effect| matches!(effect, Effect::Enter(_)))
    );
}

/// What fails to open leaves everything as it was, down to the cursor and the dialogs' way out.
#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_a_dialog_over_the_environment_that_stays() {
    let mut stage = stage().await;
    stage.keys("j j");
    let before = stage.draw(120, 36);
    stage.keys("e");
    let environments = ["development", "production"].map(|environment| Availability {
        environment,
        problem: (environment == "production").then(|| "no key id for production: set key_id".to_owned()),
    });
    stage.tell(Message::Done(0, Done::Environments(environments.to_vec())));
    stage.keys("Down");
    let chooser = stage.draw(120, 36);
    assert!(chooser.contains("PRODUCTION   ✗ no usable key"), "{chooser}");
    assert!(
        chooser.contains("no key id for production: set key_id"),
        "{chooser}"
    );
    stage.keys("Enter");
    let opening = stage.state.job(Kind::Open).unwrap().id;
    let failure = Failure::plain("Opening production", "no key id for production");
    stage.tell(Message::Done(opening, Done::Opened(Err(failure))));
    let shown = stage.draw(120, 36);
    assert!(shown.contains("✗ Opening production"), "{shown}");
    assert!(
        shown.contains("Nothing has changed: development is still open."),
        "{shown}"
    );
    stage.keys("Esc");
    assert_eq!(stage.draw(120, 36), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_goes_while_a_run_writes() {
    let mut stage = stage().await;
    stage.state.start(Kind::Run, Work::Resume);
    stage.keys("e");
    assert!(stage.state.layers.is_empty());
    assert!(stage.draw(120, 36).contains("a run is writing here"));
}
