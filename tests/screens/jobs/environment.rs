//! From one environment to the other without an end in between: nothing of the one is taken for the other's.

use std::collections::BTreeMap;

use skydeck::tui::dialog::notice::Notice;
use skydeck::tui::effect::{Effect, Work};
use skydeck::tui::failure::Failure;
use skydeck::tui::job::Kind;
use skydeck::tui::message::{Done, Message};
use skydeck::tui::place::{Opened, Place};
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
    assert!(
        stage
            .pending
            .iter()
            .any(|effect| matches!(effect, Effect::Cancel(id) if *id == comparing))
    );
    // Nothing can be begun in between, and what is still said of the environment before is not heard.
    stage.keys("s");
    stage.tell(Message::Done(comparing, Done::Compared(Ok(comparison))));
    let opened = production(&stage);
    stage.tell(Message::Done(opening, Done::Opened(Ok(Box::new(opened)))));
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
    stage.keys("Esc e Down Enter");
    assert!(stage.state.layers.is_empty());
    assert_eq!(stage.state.phase, Phase::Opening);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_goes_while_a_run_writes() {
    let mut stage = stage().await;
    stage.state.start(Kind::Run, Work::Resume);
    stage.keys("e");
    assert!(stage.state.layers.is_empty());
    assert!(stage.draw(120, 36).contains("a run is writing here"));
}
