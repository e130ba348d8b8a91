//! The verdict of every type is in sight, or it is seen that there is more, whatever was found.

use crate::picture::Picture;
use crate::scenes::{Stage, all};

const TYPES: [&str; 6] = [
    "Stadium",
    "Team",
    "Game",
    "LeagueStructure",
    "TeamAlias",
    "StadiumAlias",
];

/// A quick verification of six types, most of which differ.
fn found(size: (u16, u16)) -> Stage {
    let scene = all().find(|scene| scene.name == "verify_quick_mismatches");
    let mut stage = (scene.unwrap().make)();
    stage.size = size;
    stage
}

fn shown(stage: &Stage) -> String {
    Picture::of(&stage.state, stage.size).text()
}

#[test]
fn every_verdict_is_in_sight_beside_what_was_found() {
    let stage = found((80, 24));
    let shown = shown(&stage);
    for one in TYPES {
        assert!(shown.contains(&format!(" {one}: ")), "{one} is not in {shown}");
    }
    assert!(shown.contains("mismatches"), "{shown}");
}

#[test]
fn where_there_is_no_room_it_says_so_and_tab_scrolls() {
    let mut stage = found((60, 15));
    let first = shown(&stage);
    assert!(first.contains("more lines; Tab shows them"), "{first}");
    stage.press("tab");
    let front = shown(&stage);
    assert!(
        front.contains("Tab: mismatches") && front.contains(" Stadium: "),
        "{front}"
    );
    assert!(!front.contains(" StadiumAlias: "), "{front}");
    stage.press("end");
    let end = shown(&stage);
    assert!(end.contains(" StadiumAlias: "), "{end}");
    stage.press("up");
    assert_ne!(shown(&stage), end);
    // Back to what was found, whose list has the keys again.
    stage.press("tab");
    assert_eq!(shown(&stage), first);
    stage.press("down");
    assert_ne!(shown(&stage), first);
}
