//! What keys and the mouse do in a dialog, whichever it is.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use skydeck::tui::hits::Target;
use skydeck::tui::message::Message;
use skydeck::tui::theme::Role;

use crate::picture::Picture;
use crate::scenes::{Stage, all};

const SIZE: (u16, u16) = (80, 24);

fn scene(name: &str) -> Stage {
    let scene = all().find(|scene| scene.name == name).unwrap();
    let mut stage = (scene.make)();
    stage.size = SIZE;
    // The gates have been open for a while.
    stage.wait(1000);
    stage
}

fn shown(stage: &Stage) -> String {
    Picture::of(&stage.state, SIZE).text()
}

fn mouse(stage: &mut Stage, kind: MouseEventKind, (column, row): (u16, u16)) {
    stage.tell(Message::Mouse(MouseEvent {
        kind,
        column,
        row,
        modifiers: KeyModifiers::NONE,
    }));
}

#[test]
fn what_is_too_long_moves_with_every_key_and_with_the_wheel() {
    let long = [
        "notice_of_many_lines",
        "confirm_sync",
        "confirm_orphans",
        "confirm_delete_all",
        "whole",
    ];
    for name in long {
        let mut stage = scene(name);
        let begin = shown(&stage);
        stage.press("down");
        let next = shown(&stage);
        assert_ne!(begin, next, "{name}");
        stage.press("up up up");
        assert_eq!(shown(&stage), begin, "{name}");
        // No key is lost at the end.
        stage.press(&"pagedown ".repeat(600));
        let end = shown(&stage);
        stage.press("up");
        assert_ne!(shown(&stage), end, "{name}");
        stage.press("down");
        assert_eq!(shown(&stage), end, "{name}");
        let dialog = Picture::of(&stage.state, SIZE).hits.dialog().unwrap();
        mouse(&mut stage, MouseEventKind::ScrollUp, (dialog.x + 5, dialog.y + 9));
        assert_ne!(shown(&stage), end, "{name}");
    }
}

#[test]
fn the_scrollbar_of_a_dialog_goes_where_it_is_clicked_or_dragged() {
    let long = [
        "notice_of_many_lines",
        "confirm_sync",
        "confirm_orphans",
        "whole",
        "help",
        "palette",
        "columns",
        "sort",
    ];
    for name in long {
        let mut stage = scene(name);
        // Low enough for every list to be longer.
        stage.size = (80, 14);
        stage.wait(1);
        let shown = |stage: &Stage| Picture::of(&stage.state, stage.size).text();
        let dialog = Picture::of(&stage.state, stage.size).hits.dialog().unwrap();
        let hits = Picture::of(&stage.state, stage.size).hits;
        let column = dialog.right() - 1;
        let on_bar = |row: &u16| matches!(hits.at(column, *row), Some((_, Target::Scrollbar(..))));
        let bar: Vec<u16> = (dialog.y..dialog.bottom()).filter(on_bar).collect();
        let (Some(top), Some(bottom)) = (bar.first(), bar.last()) else {
            panic!("{name} has no scrollbar\n{}", shown(&stage));
        };
        let click = MouseEventKind::Down(MouseButton::Left);
        mouse(&mut stage, click, (column, *top));
        let begin = shown(&stage);
        mouse(
            &mut stage,
            MouseEventKind::Drag(MouseButton::Left),
            (column, *bottom),
        );
        let end = shown(&stage);
        assert_ne!(begin, end, "{name}");
        stage.press("pagedown");
        assert_eq!(shown(&stage), end, "{name}: that was the end");
        mouse(&mut stage, click, (column, *top));
        assert_eq!(shown(&stage), begin, "{name}");
        assert_eq!(stage.state.layers.len(), 1, "{name}");
    }
}

#[test]
fn a_click_beside_a_list_closes_it_and_one_on_its_frame_does_not() {
    for name in [
        "choose_field",
        "sort",
        "columns",
        "menu",
        "palette",
        "help",
        "environment",
        "whole",
    ] {
        let mut stage = scene(name);
        let dialog = Picture::of(&stage.state, SIZE).hits.dialog().unwrap();
        let click = MouseEventKind::Down(MouseButton::Left);
        mouse(&mut stage, click, (dialog.x, dialog.y));
        assert_eq!(stage.state.layers.len(), 1, "{name}");
        mouse(&mut stage, click, (dialog.x.saturating_sub(1), SIZE.1 - 1));
        assert_eq!(stage.state.layers.len(), 0, "{name}");
    }
}

#[test]
fn what_was_said_of_a_lock_goes_with_it() {
    let mut stage = scene("overview_production");
    stage.press("2 n");
    assert!(
        shown(&stage).contains("is read-only; U unlocks it"),
        "{}",
        shown(&stage)
    );
    stage.press("U");
    stage.wait(500);
    stage.tell(Message::Paste("production".to_owned()));
    stage.press("enter");
    let unlocked = shown(&stage);
    assert!(unlocked.contains("production may be written now"), "{unlocked}");
    assert!(!unlocked.contains("is read-only; U unlocks it"), "{unlocked}");
}

#[test]
fn a_footer_offers_nothing_that_would_be_refused() {
    let refused: [(&str, &[&str]); 5] = [
        ("opening", &["map", "open", "diff", "smart sync", "menu"]),
        ("opening_demo", &["map", "open", "diff", "smart sync", "menu"]),
        ("broken", &["map", "open", "diff", "smart sync", "menu"]),
        (
            "broken_by_configuration",
            &["map", "open", "diff", "smart sync", "menu"],
        ),
        ("sync_dry_run", &["apply", "include", "orphans", "ask at"]),
    ];
    for (name, words) in refused {
        let stage = scene(name);
        let picture = Picture::of(&stage.state, (160, 24));
        let (footer, _) = picture.row(23);
        assert!(footer.contains("quit"), "{name}: {footer}");
        for word in words {
            assert!(!footer.contains(&format!(" {word} ")), "{name}: {footer}");
        }
    }
}

#[test]
fn what_is_said_in_a_conflict_is_never_as_faint_as_a_frame() {
    for name in ["conflict", "conflict_of_several", "conflict_of_a_deletion"] {
        let stage = scene(name);
        let faint = stage.state.settings.theme.style(Role::Faint).fg.unwrap();
        let picture = Picture::of(&stage.state, SIZE);
        let dialog = picture.hits.dialog().unwrap();
        for y in dialog.y + 1..dialog.bottom() - 1 {
            for x in dialog.x + 1..dialog.right() - 1 {
                let cell = picture.cell(x, y);
                assert!(
                    cell.symbol() == " " || cell.fg != faint,
                    "{name}: {}",
                    picture.row(y).0
                );
            }
        }
    }
}
