//! What stays in sight where there is little room, and what is said in place of what does not.

use skydeck::tui::message::Done;

use crate::picture::Picture;
use crate::rig::SIZES;
use crate::scenes::{all, stage::Stage, sync};

fn staged(scene: &str) -> Stage {
    (all().find(|one| one.name == scene).unwrap().make)()
}

fn shown(stage: &Stage, size: (u16, u16)) -> String {
    Picture::of(&stage.state, size).text()
}

#[test]
fn the_current_step_is_in_sight_however_narrow_the_window_is() {
    for (scene, step) in [
        ("sync_comparing", "▸ Compare"),
        ("sync_review", "▸ Review"),
        ("sync_running", "▸ Run"),
        ("sync_report", "▸ Report"),
    ] {
        for width in [40, 53, 54, 80] {
            let text = shown(&staged(scene), (width, 24));
            let steps = text.lines().nth(2).unwrap();
            assert!(steps.contains(step), "{step} at {width}: {steps}");
            let others = ["Compare", "Review", "Confirm", "Run", "Report"];
            let whole = others.iter().filter(|name| steps.contains(**name)).count();
            assert_eq!(whole, if width < 54 { 1 } else { 5 }, "{width}: {steps}");
        }
    }
}

#[test]
fn a_small_window_shows_what_was_found_and_with_tab_the_types() {
    let mut stage = staged("verify_mismatches");
    let found = shown(&stage, (40, 10));
    assert!(found.contains("missing_00") && found.contains("Tab"), "{found}");
    stage.press("tab");
    let types = shown(&stage, (40, 10));
    assert!(types.contains("Stadium: CloudKit=160"), "{types}");
    stage.press("tab");
    assert_eq!(shown(&stage, (40, 10)), found);
}

#[test]
fn records_that_were_found_wrong_can_be_told_apart() {
    let mut stage = staged("verify_mismatches");
    stage.press("end");
    for size in SIZES {
        let text = shown(&stage, size);
        let rows = text.lines().filter(|line| line.contains("_bos_ana"));
        let ends = ["26", "27", "28", "29"].map(|end| format!("_bos_ana_{end} "));
        let rows: Vec<&str> = rows.collect();
        for end in ends {
            assert!(rows.iter().any(|row| row.contains(&end)), "{end}\n{text}");
        }
    }
}

#[test]
fn nothing_is_counted_before_anything_was_read() {
    for scene in ["sync_comparing", "verify_running"] {
        let text = shown(&staged(scene), (80, 24));
        let types = text.lines().filter(|line| line.contains("TeamAlias"));
        for line in types {
            assert!(line.contains("reading") && !line.contains(" 0 "), "{line}");
        }
    }
}

#[test]
fn the_title_says_the_order_where_no_head_in_sight_does() {
    let title = |stage: &Stage| shown(stage, (80, 24)).lines().nth(2).unwrap().to_owned();
    let mut stage = staged("records_sorted");
    assert!(!title(&stage).contains("by dateTime"), "{}", title(&stage));
    stage.size = (80, 24);
    stage.press("right right");
    assert!(title(&stage).contains("by dateTime ▲"), "{}", title(&stage));
    stage.press("left left");
    assert!(!title(&stage).contains("by dateTime"), "{}", title(&stage));
}

#[test]
fn what_was_verified_before_a_run_is_said_to_be_so() {
    let mut stage = staged("verify_deep_ok");
    stage.press("1");
    let text = shown(&stage, (120, 36));
    let line = |text: &str| {
        let line = text.lines().find(|line| line.contains("Last verified"));
        line.unwrap().to_owned()
    };
    assert!(line(&text).contains("deep: ok"), "{text}");
    assert!(!text.contains("before the last run"), "{text}");
    stage.press("3 s");
    stage.review();
    sync::send(&mut stage);
    stage.answer(Done::Applied(Ok(Some(std::sync::Arc::new(sync::well())))));
    stage.press("1");
    let text = shown(&stage, (120, 36));
    let line = line(&text);
    assert!(
        line.contains("deep, before the last run") && !line.contains("ok"),
        "{text}"
    );
    stage.press("4");
    let text = shown(&stage, (120, 36));
    let title = text.lines().find(|line| line.contains("Deep verification"));
    assert!(title.unwrap().contains("before the last run"), "{text}");
}

#[test]
fn a_screen_reader_is_shown_no_map() {
    let mut stage = staged("overview_map");
    for large in [false, true] {
        if large {
            stage.press("M");
        }
        stage.state.settings.plain = true;
        let text = shown(&stage, (200, 60));
        assert!(
            !text.contains("on the map") && !text.contains("all shown"),
            "{text}"
        );
        stage.state.settings.plain = false;
    }
    assert!(shown(&stage, (200, 60)).contains("on the map"));
}
