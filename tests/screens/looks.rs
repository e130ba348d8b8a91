//! What the eye finds: names that can be told apart, what a search met, figures in full, a map that is true.

use std::sync::Arc;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::Modifier;
use skydeck::sync::{self, Choices};
use skydeck::tui::job::Kind;
use skydeck::tui::message::{Done, Message};
use skydeck::tui::theme::Depth;
use skydeck::tui::view::view;

use crate::rig::{Screen, demo};

/// Letters and digits that stand out by attributes in a line that contains another text.
fn marked(screen: &Screen, size: (u16, u16), line: &str) -> String {
    let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
    terminal.draw(|frame| drop(view(&screen.state, frame))).unwrap();
    let rows = terminal.backend().buffer().content().chunks(usize::from(size.0));
    let stands_out = Modifier::BOLD | Modifier::UNDERLINED;
    let mut found = rows.filter_map(|row| {
        let text: String = row.iter().map(ratatui::buffer::Cell::symbol).collect();
        let is_sign = |cell: &ratatui::buffer::Cell| !cell.symbol().starts_with(char::is_alphanumeric);
        let met = row
            .iter()
            .filter(|cell| cell.modifier.contains(stands_out) && !is_sign(cell));
        text.contains(line)
            .then(|| met.map(ratatui::buffer::Cell::symbol).collect())
    });
    found.next().unwrap()
}

#[test]
fn what_a_filter_met_stands_out_in_the_names_with_and_without_colour() {
    for depth in [Depth::True, Depth::Mono] {
        let size = (90, 30);
        let mut screen = Screen::with_depth(size, depth, true);
        screen.take(Message::Done(
            0,
            Done::Compared(Ok(Arc::clone(&demo().comparison))),
        ));
        screen.keys("j j 2 /");
        screen.text("PHI 070");
        // The first is under the cursor, the second is not.
        let shown = screen.draw();
        let lines = shown.lines().filter(|line| line.contains("game_")).take(2);
        for line in lines {
            let name = line
                .split_whitespace()
                .find(|word| word.contains("game_"))
                .unwrap();
            assert_eq!(
                marked(&screen, size, name.trim_start_matches('│')),
                "phi070",
                "{line}"
            );
        }
        screen.keys("ctrl-f");
        let fuzzy = marked(&screen, size, "▸ game");
        assert!(
            fuzzy.starts_with("phi") && fuzzy.contains("070") && fuzzy.len() <= 7,
            "{fuzzy}"
        );
        screen.keys("esc esc");
        assert_eq!(marked(&screen, size, "▸ game"), "");
    }
}

#[test]
fn a_name_without_room_keeps_its_beginning_and_its_end_and_no_two_rows_look_the_same() {
    let mut screen = Screen::compared((40, 24));
    screen.keys("5 2");
    let names = |screen: &mut Screen| -> Vec<String> {
        let shown = screen.draw();
        let lines = shown.lines().filter(|line| line.contains("stadium_"));
        lines
            .map(|line| {
                line.trim_start_matches(['│', '▸', ' '])
                    .split_whitespace()
                    .next()
                    .unwrap()
                    .to_owned()
            })
            .collect()
    };
    let shown = names(&mut screen);
    assert!(shown.len() > 10, "{}", screen.draw());
    assert!(
        shown
            .iter()
            .any(|name| name.contains('…') && !name.ends_with('…')),
        "{shown:?}"
    );
    for pair in shown.windows(2) {
        assert_ne!(pair[0], pair[1], "{}", screen.draw());
    }
}

#[test]
fn the_overview_shows_names_and_figures_in_full_wherever_there_is_room() {
    for width in 76..=200 {
        let mut screen = Screen::compared((width, 30));
        for text in ["LeagueStructure ", "StadiumAlias ", " 5 676", " 6 228", " 5 748"] {
            let shown = screen.draw();
            assert!(shown.contains(text), "{text} at {width}\n{shown}");
        }
    }
    // Where there is none local and cloud go, never a part of a figure.
    let mut screen = Screen::compared((60, 24));
    let line = screen.line("Game");
    assert!(
        line.contains("24       60      12") && line.contains("5 676"),
        "{line}"
    );
}

#[test]
fn a_large_screen_shows_what_differs_and_where() {
    let before = Screen::open((200, 60)).body();
    assert!(
        before.contains("What differs") && before.contains("d compares"),
        "{before}"
    );
    let mut screen = Screen::compared((200, 60));
    let shown = screen.body();
    for text in [
        "Stadium: what differs",
        "~ stadium_mlb_fenway_park",
        "− stadium_nba_oracle_arena",
        "Stadium on the map",
    ] {
        assert!(shown.contains(text), "{text}\n{shown}");
    }
    screen.keys("j");
    let shown = screen.body();
    assert!(
        shown.contains("Team: what differs") && !shown.contains("on the map"),
        "{shown}"
    );
}

#[test]
fn the_map_says_what_its_points_are_and_names_them_one_by_one() {
    let mut screen = Screen::compared((120, 36));
    screen.keys("M");
    let legend = screen.draw();
    for part in ["= 143 same", "+ 2 new", "~ 8 updated", "− 1 orphan", "all shown"] {
        assert!(legend.contains(part), "{part}\n{legend}");
    }
    screen.keys("n n");
    // By name: the second of all.
    let second = demo().comparison.types[0].outcome.as_ref().unwrap();
    let second = second.table().name(second.order()[1] as usize).to_owned();
    assert!(screen.draw().contains(&second), "{second}\n{}", screen.draw());
    screen.keys("N N N");
    assert!(!screen.draw().contains(&second));
    screen.keys("j");
    assert!(screen.draw().contains("no record of this type has a place"));
}

/// The demo's plan, with the cursor on the first stadium that is updated.
fn review(size: (u16, u16)) -> Screen {
    let mut screen = Screen::compared(size);
    screen.keys("s");
    let reviewed = sync::review(
        &demo().session,
        Arc::clone(&demo().comparison),
        Choices::default(),
    );
    let reviewed = tokio::runtime::Runtime::new()
        .unwrap()
        .block_on(reviewed)
        .unwrap();
    let job = screen.state.job(Kind::Review).unwrap().id;
    screen.take(Message::Done(job, Done::Reviewed(Ok(Box::new(reviewed)))));
    screen
}

#[test]
fn in_a_review_the_cursor_is_no_fold_and_what_is_under_it_stands_beside() {
    for unicode in [true, false] {
        let terminal = Screen::with_depth((80, 24), Depth::Mono, unicode);
        let symbols = terminal.state.settings.theme.symbols;
        assert!(symbols.cursor != symbols.folded && symbols.cursor != symbols.unfolded);
    }
    let mut screen = review((120, 36));
    let side = |screen: &mut Screen| -> String {
        let shown = screen.draw();
        let right = |line: &str| line.chars().skip(66).collect::<String>() + "\n";
        shown.lines().map(right).collect()
    };
    let shown = side(&mut screen);
    for text in [
        "Stadium",
        "2 of 2",
        "8 of 8",
        "the same                 143",
        "capacity",
    ] {
        assert!(shown.contains(text), "{text}\n{shown}");
    }
    screen.keys("j j l j");
    let shown = side(&mut screen);
    for text in [
        "stadium_mlb_fenway_park",
        "cloud 42.35825, -71.10975",
        "local 42.34625, -71.09775",
    ] {
        assert!(shown.contains(text), "{text}\n{shown}");
    }
    screen.keys("space k");
    assert!(side(&mut screen).contains("left out"));
    // There is no room for it on a small screen.
    assert!(!screen.resize((119, 36)).contains("left out"));
}

#[test]
fn the_sums_of_a_review_stay_where_they_are() {
    let mut screen = review((80, 24));
    let at = |screen: &mut Screen, word: &str| {
        let line = screen.line("unchanged");
        line.find(word).unwrap_or_else(|| panic!("no {word} in {line}"))
    };
    let before = ["create", "update", "delete", "unchanged"].map(|word| at(&mut screen, word));
    assert!(
        screen
            .line("unchanged")
            .contains("create 32   update 77   delete  0")
    );
    // Stadiums out, orphans in.
    screen.keys("space o");
    assert!(
        screen
            .line("unchanged")
            .contains("create 30   update 69   delete 20")
    );
    let after = ["create", "update", "delete", "unchanged"].map(|word| at(&mut screen, word));
    assert_eq!(before, after);
    screen.keys("G");
    assert!(screen.line("Orphans").contains("DELETED"));
    screen.resize((120, 36));
    assert!(screen.line("Orphans").contains("DELETED"), "{}", screen.draw());
}
