//! The record browser's left side, on the demo: its figures are those of its data (`demo::COUNTS`).

use std::collections::BTreeMap;
use std::sync::Arc;

use skydeck::journal::Place;
use skydeck::record::table::Status;
use skydeck::sync::{Compared, Comparison, TypeError};
use skydeck::tui::message::{Done, Message};
use skydeck::tui::screen::records::{Subject, go_to, opened, show};

use crate::rig::{Screen, demo};

const GAME: usize = 2;

/// The games, all of them.
fn games(size: (u16, u16)) -> Screen {
    let mut screen = Screen::compared(size);
    screen.keys("j j 2");
    screen
}

fn chosen(screen: &Screen) -> Vec<String> {
    let chosen = screen.state.records.list.chosen(&screen.state);
    chosen.into_iter().map(|subject| subject.name).collect()
}

fn subject(screen: &Screen) -> String {
    screen
        .state
        .records
        .list
        .subject(&screen.state)
        .map_or_else(String::new, |subject| subject.name)
}

#[test]
fn a_filter_that_is_not_understood_is_marked_and_the_last_good_result_stays() {
    let mut screen = games((120, 36));
    screen.keys("/");
    screen.text("phi homeScore>5");
    let good = screen.line("Game ·");
    screen.take(Message::Paste(" homeScor>x".into()));
    assert_eq!(screen.line("Game ·"), good);
    assert!(screen.draw().contains("did you mean homeScore?"));
}

#[test]
fn what_is_empty_says_what_would_fill_it() {
    let mut screen = Screen::open((80, 24));
    screen.keys("2");
    assert!(screen.body().contains("Nothing has been compared yet."));
    let mut screen = games((80, 24));
    screen.keys("/");
    screen.text("zzz");
    screen.keys("enter");
    assert!(screen.resize((40, 10)).contains("Nothing matches."));
    screen.resize((80, 24));
    screen.keys("esc");
    assert!(screen.line("Game ·").contains("5 772"));
}

#[test]
fn a_type_that_could_not_be_compared_says_why_and_the_others_are_there() {
    let types = demo().comparison.types.iter().map(|one| Compared {
        type_config: one.type_config.clone(),
        outcome: Err(TypeError::NameTaken {
            name: "game_1".into(),
            other: "Match".into(),
            more: 2,
        }),
        missing_fields: Vec::new(),
    });
    let comparison = Comparison {
        place: Place::default(),
        types: types.collect(),
        elsewhere: std::collections::HashMap::new(),
        is_whole: true,
    };
    let mut screen = games((80, 24));
    screen.keys("space");
    screen.take(Message::Done(0, Done::Compared(Ok(Arc::new(comparison)))));
    assert!(screen.draw().contains("could not be compared"));
    screen.keys("f");
    assert!(screen.draw().contains("nothing has been compared here yet"));
}

#[test]
fn each_status_holds_as_many_as_the_data_has() {
    let mut screen = games((120, 36));
    for (status, count) in [("new", 24), ("updated", 60), ("orphan", 12), ("same", 5676)] {
        screen.keys("f");
        let title = screen.line("Game ·").replace(' ', "");
        assert!(
            title.contains(&format!("·{count}of5772·")) && title.contains(status),
            "{title}"
        );
    }
    screen.keys("f");
    assert!(!screen.line("Game ·").contains(" of "));
}

#[test]
fn words_and_terms_narrow_to_what_the_records_say() {
    let mut screen = games((200, 60));
    screen.keys("/");
    screen.text("_ari_ status:updated");
    screen.keys("enter");
    let (list, compared) = (&screen.state.records.list, &demo().comparison.types[GAME]);
    let diff = compared.outcome.as_ref().unwrap();
    assert_eq!(list.type_index(), GAME);
    let expected = diff
        .with_status(Status::Updated)
        .filter(|row| diff.table().name(*row).contains("_ari_"));
    let expected = expected.count();
    assert!(expected > 0);
    assert!(screen.line("Game ·").contains(&format!("· {expected} of")));
    // A term about a field: read from the file.
    screen.keys("esc /");
    screen.text("homeScore:missing");
    screen.keys("enter");
    let rows: Vec<usize> = diff.rows().collect();
    let both = compared.both_sides(&demo().session, &rows).unwrap();
    let missing = |both: &&skydeck::sync::BothSides| {
        let record = both.local.as_ref().or(both.cloud.as_ref()).unwrap();
        !record.fields.contains_key("homeScore")
    };
    let expected = both.iter().filter(missing).count();
    assert!(0 < expected && expected < rows.len());
    let title = screen.line("Game ·").replace(' ', "");
    assert!(
        title.contains(&format!("·{expected}of5772")),
        "{title} {expected}"
    );
}

#[test]
fn fuzzy_words_show_the_best_first_and_come_back_to_exact() {
    let mut screen = games((120, 36));
    screen.keys("/");
    screen.text("mlbbos0625");
    assert!(screen.line("Game ·").contains("· 0 of"));
    screen.keys("ctrl-f enter");
    assert!(screen.line("Game ·").contains("best first"));
    assert!(subject(&screen).ends_with("0625") && subject(&screen).contains("bos"));
    screen.keys("/ ctrl-f enter");
    assert!(screen.line("Game ·").contains("· 0 of"));
}

#[test]
fn sorting_by_a_field_puts_numbers_in_order_and_what_is_missing_last() {
    let mut screen = games((200, 60));
    screen.click("homeScore");
    let score = |screen: &Screen| {
        let sides = screen.state.records.list.sides(&screen.state).unwrap();
        let record = sides.local.as_ref().or(sides.cloud.as_ref()).unwrap();
        record.fields.get("homeScore").map(ToString::to_string)
    };
    assert_eq!(score(&screen).as_deref(), Some("0"));
    screen.keys("G");
    assert_eq!(score(&screen), None);
    screen.click("homeScore");
    screen.keys("g");
    let highest: i64 = score(&screen).unwrap().parse().unwrap();
    assert!(highest > 99, "not sorted as text: {highest}");
    screen.keys("G");
    assert_eq!(score(&screen), None);
}

#[test]
fn sideways_the_name_and_the_status_stay() {
    let mut screen = games((80, 24));
    let heads = |screen: &mut Screen| screen.line("RECORD NAME");
    assert!(heads(&mut screen).contains("dateTime") && !heads(&mut screen).contains("awayScore"));
    screen.keys("l");
    let scrolled = heads(&mut screen);
    assert!(scrolled.contains("awayScore") && scrolled.contains("STATUS") && !scrolled.contains("dateTime"));
    // There is nothing more to see at the right.
    screen.keys("l l h");
    assert!(heads(&mut screen).contains("dateTime"));
}

#[test]
fn marks_outlive_filters_and_those_out_of_sight_are_counted() {
    let mut screen = games((120, 36));
    screen.keys("space space");
    let marked = chosen(&screen);
    assert_eq!(marked.len(), 2);
    screen.keys("/");
    screen.text("_phi_");
    screen.keys("enter");
    assert!(screen.line("Game ·").contains("2 marked, 2 out of sight"));
    assert_eq!(chosen(&screen), marked);
    screen.keys("*");
    assert!(chosen(&screen).len() > 2);
    screen.keys("-");
    assert_eq!(chosen(&screen), [subject(&screen)]);
}

#[test]
fn cursor_and_marks_stay_with_their_records_over_a_new_comparison() {
    let mut screen = games((120, 36));
    screen.keys("j j space j j");
    let (under, marked) = (subject(&screen), chosen(&screen));
    screen.take(Message::Done(
        0,
        Done::Compared(Ok(Arc::clone(&demo().comparison))),
    ));
    assert_eq!((subject(&screen), chosen(&screen)), (under, marked));
}

#[test]
fn each_type_keeps_its_place_and_its_filter() {
    let mut screen = games((120, 36));
    screen.keys("j j j");
    let under = subject(&screen);
    screen.keys(">");
    assert!(screen.line("RECORD NAME").contains("RECORD"));
    assert_eq!(screen.state.records.list.type_index(), GAME + 1);
    screen.keys("<");
    assert_eq!(subject(&screen), under);
}

#[test]
fn how_a_type_was_left_comes_back_in_the_next_session() {
    let mut screen = games((120, 36));
    screen.keys("c j space enter f f j j j");
    let under = subject(&screen);
    screen.keys("q");
    let (key, value) = screen.remembered.pop().unwrap();
    assert_eq!(key, "list Game");
    let mut next = Screen::compared((120, 36));
    opened(&mut next.state, BTreeMap::from([(key, value)]));
    next.keys("j j 2");
    assert_eq!(subject(&next), under);
    assert!(next.line("Game ·").contains("updated"));
    assert!(!next.line("RECORD NAME").contains("homeScore"));
}

#[test]
fn going_to_a_record_lifts_the_filter_that_hides_it() {
    let mut screen = games((120, 36));
    let name = subject(&screen);
    screen.keys("/");
    screen.text("zzz");
    screen.keys("enter >");
    let target = Subject {
        type_index: GAME,
        name: name.clone(),
    };
    go_to(&mut screen.state, &target);
    assert_eq!(subject(&screen), name);
    assert!(!screen.line("Game ·").contains(" of "));
}

#[test]
fn a_cell_of_overview_opens_its_status() {
    let mut screen = Screen::compared((120, 36));
    show(&mut screen.state, GAME, Some(Status::Orphan));
    screen.keys("2");
    assert!(screen.line("Game ·").contains("12 of 5 772"));
}

#[test]
fn an_export_writes_what_is_shown_and_replaces_no_file_unasked() {
    let mut screen = games((120, 36));
    screen.keys("f f");
    let path = demo().folder.join("shown.jsonl");
    let write = |screen: &mut Screen| {
        screen.keys("o");
        for _ in 0.."Game-updated.json".len() {
            screen.take(Message::Key(crossterm::event::KeyCode::Backspace.into()));
        }
        screen.take(Message::Paste(path.display().to_string()));
        screen.keys("enter");
    };
    write(&mut screen);
    let lines = std::fs::read_to_string(&path).unwrap();
    assert_eq!(lines.lines().count(), 60);
    for line in lines.lines() {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(record["canonical_id"].as_str().unwrap().starts_with("game_"));
    }
    std::fs::write(&path, "mine").unwrap();
    write(&mut screen);
    assert!(screen.draw().contains("Replace the file?"));
    screen.keys("enter");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
}
