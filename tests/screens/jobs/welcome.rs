//! Before an environment is open.

use std::path::PathBuf;

use skydeck::tui::effect::{Effect, Work};
use skydeck::tui::failure::Failure;
use skydeck::tui::message::{Done, Message};
use skydeck::tui::state::Phase;

use super::Stage;

fn opens(stage: &Stage) -> bool {
    stage
        .pending
        .iter()
        .any(|effect| matches!(effect, Effect::Start(_, Work::Open { .. })))
}

#[test]
fn the_demo_and_a_configuration_are_one_key_away() {
    let mut stage = Stage::bare(Phase::Welcome);
    stage.keys("i");
    assert!(matches!(
        stage.pending.pop_front(),
        Some(Effect::Start(_, Work::Init))
    ));
    stage.tell(Message::Done(
        1,
        Done::Proposed(Ok(PathBuf::from("skydeck.toml"))),
    ));
    assert!(opens(&stage));
    let mut stage = Stage::bare(Phase::Welcome);
    stage.keys("d");
    assert!(matches!(
        stage.pending.pop_front(),
        Some(Effect::Start(_, Work::Demo))
    ));
}

#[test]
fn what_could_not_be_opened_is_tried_again() {
    let failure = Failure {
        advice: vec!["Set CLOUDKIT_KEY_ID, or key_id in skydeck.toml.".to_owned()],
        ..Failure::plain("Opening", "there is no key for development")
    };
    let mut stage = Stage::bare(Phase::Opening);
    stage.state.place.environment = "production".to_owned();
    stage.tell(Message::Done(1, Done::Opened(Err(failure))));
    stage.keys("r");
    assert!(opens(&stage));
    let production = stage.pending.iter().any(|effect| {
        matches!(effect, Effect::Start(_, Work::Open { environment, .. }) if environment == "production")
    });
    assert!(production);
}
