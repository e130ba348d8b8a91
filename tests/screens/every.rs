//! What holds for every scene: it looks as its picture says, at any size, in any terminal, by rule.

use std::panic::{AssertUnwindSafe, catch_unwind};

use ratatui::buffer::Cell;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use skydeck::tui::state::{Phase, State};
use skydeck::tui::theme::Role;
use skydeck::tui::widget::toast::Toasts;

use crate::picture::{Look, Picture, written};
use crate::rig::{SIZES, demo};
use crate::scenes::{HOSTILE, PAIRS, Scene, TAME, all};

/// Sizes at which little or much can be seen.
const EXTREMES: [(u16, u16); 5] = [(1, 1), (14, 4), (40, 10), (100, 10), (300, 100)];

/// What is typed in a scene is shown as it is, in any terminal.
const TYPED: char = 'Ø';

/// Checks each scene and tells of all that fail.
fn each(check: impl Fn(&Scene, State) -> Result<(), String>) {
    let wrong = all().filter_map(|scene| {
        let found = catch_unwind(AssertUnwindSafe(|| check(scene, (scene.make)().state)));
        match found {
            Ok(Ok(())) => None,
            Ok(Err(what)) => Some(format!("{}: {what}", scene.name)),
            Err(_) => Some(format!("{}: panicked, see above", scene.name)),
        }
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_has_a_name_of_its_own() {
    let mut names: Vec<&str> = all().map(|scene| scene.name).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
    // And no picture is left of one that is gone.
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/screens/pictures");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let picture = path.file_name().unwrap().to_str().unwrap();
        let name = picture.split('.').next().unwrap();
        assert!(names.contains(&name), "{picture} is of no scene");
    }
}

/// After a change that is meant, `INSTA_UPDATE=always` draws the pictures anew; what has become of them is for eyes.
#[test]
fn each_looks_as_its_picture_says() {
    each(|scene, state| {
        let pictures = SIZES.map(|size| {
            let picture = written(&Picture::of(&state, size));
            format!("{}x{}\n{picture}", size.0, size.1)
        });
        insta::with_settings!({
            snapshot_path => "pictures",
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!(scene.name, pictures.join("\n\n"));
        });
        Ok(())
    });
}

/// A state in every terminal.
fn in_each_look(state: &mut State, check: impl Fn(Look, &State) -> Result<(), String>) -> Result<(), String> {
    for look in Look::ALL {
        state.settings = look.settings();
        check(look, state).map_err(|what| format!("{}: {what}", look.name))?;
    }
    Ok(())
}

#[test]
fn no_size_and_no_terminal_breaks_one_and_each_frame_is_drawn_alike_twice() {
    each(|_, mut state| {
        in_each_look(&mut state, |look, state| {
            let sizes = EXTREMES.into_iter();
            for size in sizes.filter(|size| size.0 <= 100 || look == Look::COLOUR) {
                let picture = Picture::of(state, size);
                if look == Look::COLOUR && picture.buffer != Picture::of(state, size).buffer {
                    return Err(format!("drawn anew it is another at {size:?}"));
                }
                fits(&picture)?;
            }
            let rows = Picture::of(state, (40, 10)).rows();
            if !rows[2..9].concat().contains(char::is_alphabetic) {
                return Err("there is nothing to read at 40x10".to_owned());
            }
            Ok(())
        })
    });
}

/// Each row is as wide as the screen, and nothing in it could drive a terminal.
fn fits(picture: &Picture) -> Result<(), String> {
    for y in 0..picture.area().height {
        let (row, width) = picture.row(y);
        if width != picture.area().width {
            return Err(format!("row {y} takes {width} columns: {row}"));
        }
        let most_marks = |cell: &Cell| cell.symbol().chars().count() <= 10;
        let cells = (0..picture.area().width).map(|x| picture.cell(x, y));
        if let Some(cell) = { cells }.find(|cell| !most_marks(cell)) {
            return Err(format!(
                "row {y} has a cell of {} characters",
                cell.symbol().chars().count()
            ));
        }
        if row.chars().any(drives) {
            return Err(format!(
                "row {y} has a character that drives the terminal: {row:?}"
            ));
        }
    }
    Ok(())
}

/// Whether a character draws lines or boxes.
fn is_line(c: char) -> bool {
    ('\u{2500}'..='\u{257f}').contains(&c)
}

/// Whether a character moves the cursor, changes colours, reorders or hides what stands beside it.
fn drives(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{200b}'..='\u{200c}'
                | '\u{200e}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

#[test]
fn a_terminal_gets_no_more_than_it_can_show() {
    each(|scene, mut state| {
        let harmless = !scene.name.starts_with("hostile");
        in_each_look(&mut state, |look, state| {
            for size in [(40, 10), (80, 24), (160, 50)] {
                let picture = Picture::of(state, size);
                let find = |what: &str, wrong: &dyn Fn(&Cell) -> bool| {
                    let at = picture.buffer.content().iter().position(wrong);
                    at.map_or(Ok(()), |at| {
                        let y = at / usize::from(size.0.max(1));
                        let row = picture.row(u16::try_from(y).unwrap_or(0)).0;
                        Err(format!("{what} at {size:?}: {}", row.trim_end()))
                    })
                };
                if !state.settings.theme.is_coloured() {
                    find("a colour", &|cell| {
                        cell.fg != Color::Reset || cell.bg != Color::Reset
                    })?;
                }
                if look.ascii && harmless {
                    let foreign = |c: char| !c.is_ascii() && c != TYPED;
                    find("a symbol beyond ASCII", &|cell| cell.symbol().contains(foreign))?;
                }
                if look.plain {
                    find("a line", &|cell| cell.symbol().contains(is_line))?;
                }
            }
            Ok(())
        })
    });
}

#[test]
fn what_a_dialog_asks_is_never_covered() {
    const ROOMS: [(u16, u16); 4] = [(40, 10), (60, 16), (80, 24), (120, 36)];
    each(|_, mut state| {
        for plain in [false, true] {
            state.settings.plain = plain;
            let quiet = ROOMS.map(|size| Picture::of(&state, size));
            for (button, shown) in quiet.iter().flat_map(Picture::buttons_read) {
                if !shown.contains(char::is_alphabetic) {
                    return Err(format!("a button at {button} reads {shown:?}"));
                }
            }
            // Three notes as wide as can be change nothing of them.
            let kept = state.toasts.clone();
            for number in 0..3 {
                state.say(Role::Warning, format!("{number} {}", "very long ".repeat(20)));
            }
            for before in quiet {
                let after = Picture::of(&state, (before.area().width, before.area().height));
                if before.buttons_read() != after.buttons_read() {
                    return Err(format!("a note covers a button:\n{}", after.text()));
                }
                if !after.text().contains("2 very long") {
                    return Err(format!("the note is not to be seen:\n{}", after.text()));
                }
            }
            state.toasts = kept;
        }
        Ok(())
    });
}

#[test]
fn each_row_fills_the_screen_and_the_foot_says_what_keys_do() {
    each(|_, state| {
        for size in SIZES {
            let picture = Picture::of(&state, size);
            fits(&picture)?;
            let (foot, _) = picture.row(size.1 - 1);
            let first = picture.hits.at(1, size.1 - 1).map(|(area, _)| area.width);
            if first.is_none_or(|width| width < 4) || !foot.contains(char::is_alphabetic) {
                return Err(format!("no hints at {size:?}:\n{}", picture.text()));
            }
        }
        Ok(())
    });
}

/// Dialogs lie on panes and cover parts of words; a map fills its pane.
#[test]
fn no_word_touches_the_right_border_of_its_pane() {
    each(|_, mut state| {
        state.toasts = Toasts::default();
        if !state.layers.is_empty() || state.phase != Phase::Ready {
            return Ok(());
        }
        for size in SIZES.into_iter().chain([(60, 16), (100, 30)]) {
            let picture = Picture::of(&state, size);
            let borders = picture.area().positions().filter(|place| {
                let symbol = picture.cell(place.x, place.y).symbol();
                place.x > 0 && (symbol == "│" || symbol == state.settings.theme.symbols.thumb)
            });
            for border in borders {
                let beside = picture.cell(border.x - 1, border.y).symbol();
                if beside == "…" || beside.contains(char::is_alphanumeric) {
                    let row = picture.row(border.y).0;
                    return Err(format!("touched at {size:?}: {row}"));
                }
            }
        }
        Ok(())
    });
}

/// Cells that have the colours of a role.
fn looks_like(cell: &Cell, style: Style) -> bool {
    Some(cell.bg) == style.bg && style.fg.is_none_or(|colour| colour == cell.fg)
}

#[test]
fn one_thing_has_the_focus() {
    each(|_, state| {
        for size in SIZES {
            let picture = Picture::of(&state, size);
            let style = |role| state.settings.theme.style(role);
            let says = |what: String| format!("{what} at {size:?}:\n{}", picture.text());
            let buttons = picture.buttons();
            let pressed = |button: &&Rect| looks_like(picture.cell(button.x, button.y), style(Role::Button));
            let focused = buttons.iter().filter(pressed).count();
            if !buttons.is_empty() && focused != 1 {
                return Err(says(format!("{focused} buttons have the focus")));
            }
            if state.phase != Phase::Ready || !state.layers.is_empty() {
                continue;
            }
            let colour = style(Role::Focus).fg;
            let corners = picture.area().positions().filter(|place| {
                let cell = picture.cell(place.x, place.y);
                cell.symbol() == "╭" && Some(cell.fg) == colour
            });
            let panes = corners.count();
            if panes != 1 {
                return Err(says(format!("{panes} panes have the focus")));
            }
        }
        Ok(())
    });
}

#[test]
fn a_screen_reader_finds_the_cursor_in_every_dialog() {
    each(|_, mut state| {
        state.settings.plain = true;
        for size in SIZES {
            let picture = Picture::of(&state, size);
            let Some(dialog) = picture.hits.dialog() else {
                continue;
            };
            if !picture.cursor.is_some_and(|place| dialog.contains(place)) {
                return Err(format!(
                    "the cursor is at {:?}, the dialog at {dialog}",
                    picture.cursor
                ));
            }
        }
        Ok(())
    });
}

#[test]
fn a_gate_says_where_and_how_much_however_small_the_window_is() {
    let diffs = demo().comparison.diffs().map(|(_, diff)| diff.counts());
    let (new, updated, orphans) = diffs.fold((0, 0, 0), |sum, one| {
        (sum.0 + one.new, sum.1 + one.updated, sum.2 + one.orphan)
    });
    let scene = all().find(|scene| scene.name == "confirm_orphans").unwrap();
    let mut state = (scene.make)().state;
    for look in Look::ALL {
        state.settings = look.settings();
        for size in SIZES.into_iter().chain([(40, 10)]) {
            let shown = Picture::of(&state, size).text();
            let said = [
                "DEVELOPMENT".to_owned(),
                format!("create {new}"),
                format!("update {updated}"),
                format!("delete {orphans}"),
                format!("Type {orphans} to confirm"),
                "Leave as it is".to_owned(),
                format!("Send {} changes", new + updated + orphans),
            ];
            for what in said {
                assert!(
                    shown.contains(&what),
                    "{what} at {size:?} in {}:\n{shown}",
                    look.name
                );
            }
        }
    }
}

/// Where the lines of frames stand.
fn borders(picture: &Picture) -> Vec<(u16, u16, String)> {
    let places = picture.area().positions();
    let lines = places.filter(|place| "│╭╮╰╯".contains(picture.cell(place.x, place.y).symbol().trim()));
    // A blank is part of any text.
    lines
        .filter(|place| !picture.cell(place.x, place.y).symbol().trim().is_empty())
        .map(|place| {
            (
                place.x,
                place.y,
                picture.cell(place.x, place.y).symbol().to_owned(),
            )
        })
        .collect()
}

#[test]
fn hostile_names_move_nothing() {
    for pair in PAIRS {
        let (hostile, tame) = ((pair.make)(HOSTILE).state, (pair.make)(TAME).state);
        for size in SIZES.into_iter().chain([(40, 10), (100, 30)]) {
            let (hostile, tame) = (Picture::of(&hostile, size), Picture::of(&tame, size));
            fits(&hostile).unwrap();
            assert!(
                borders(&hostile) == borders(&tame),
                "{} at {size:?}\n{}\n{}",
                pair.name,
                hostile.text(),
                tame.text()
            );
        }
    }
}
