//! The report of a run: records of one cause stand together, and each stays within reach.

use skydeck::tui::effect::Work;
use skydeck::tui::state::Screen;

use crate::picture::Picture;
use crate::scenes::{Stage, all};

const SIZE: (u16, u16) = (80, 24);

/// A report with 3,000 refusals of one cause and one of another.
fn one_cause() -> Stage {
    let scene = all().find(|scene| scene.name == "sync_report_of_one_cause");
    let mut stage = (scene.unwrap().make)();
    stage.size = SIZE;
    stage
}

fn shown(stage: &Stage) -> String {
    Picture::of(&stage.state, SIZE).text()
}

fn names(shown: &str) -> usize {
    shown.matches("game_mlb_2025_").count()
}

#[test]
fn a_cause_is_shown_once_with_three_examples_and_unfolds() {
    let mut stage = one_cause();
    let folded = shown(&stage);
    assert_eq!(names(&folded), 3, "{folded}");
    for words in ["3 000 records", "2 997 more", "team_mlb_bos"] {
        assert!(folded.contains(words), "{words} is not in {folded}");
    }
    // From the cause itself, and from the line that stands for the others.
    for keys in ["enter", "right", "down down down down enter"] {
        let mut stage = one_cause();
        stage.press(keys);
        let unfolded = shown(&stage);
        assert!(
            names(&unfolded) > 3 && !unfolded.contains("2 997 more"),
            "{keys}: {unfolded}"
        );
    }
    // The last record of the cause stands right before the other cause, and the way back folds.
    stage.press("enter end up");
    assert!(shown(&stage).contains("game_mlb_2025_2999"));
    stage.press("left");
    assert_eq!(shown(&stage), folded);
}

#[test]
fn a_record_below_a_cause_is_opened() {
    let mut stage = one_cause();
    stage.press("down enter");
    assert_eq!(stage.state.screen, Screen::Records);
}

#[test]
fn the_saved_report_names_every_record() {
    let mut stage = one_cause();
    stage.press("o");
    stage.press("enter");
    let text = stage.asked.iter().find_map(|(_, work)| match work {
        Work::Save { text, .. } => Some(text),
        _ => None,
    });
    assert_eq!(names(text.unwrap()), 3000);
}
