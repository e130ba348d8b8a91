//! A frame as it was drawn: its cells, where the cursor is, what can be met where; and the terminals it is drawn for.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect};
use skydeck::tui::hits::{Hits, Target};
use skydeck::tui::settings::{self, Settings};
use skydeck::tui::state::State;
use skydeck::tui::theme::{Background, Depth};
use skydeck::tui::view::view;
use unicode_width::UnicodeWidthStr as _;

/// What a terminal can show, and how its user wants it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Look {
    pub(crate) name: &'static str,
    pub(crate) depth: Depth,
    pub(crate) background: Background,
    pub(crate) ascii: bool,
    pub(crate) plain: bool,
}

impl Look {
    pub(crate) const COLOUR: Look = Look {
        name: "colour",
        depth: Depth::True,
        background: Background::Dark,
        ascii: false,
        plain: false,
    };

    /// Every one that differs in more than a shade.
    pub(crate) const ALL: [Look; 8] = {
        let dark = Look::COLOUR;
        [
            dark,
            Look {
                name: "256",
                depth: Depth::Indexed,
                ..dark
            },
            Look {
                name: "16",
                depth: Depth::Ansi,
                ..dark
            },
            Look {
                name: "light",
                background: Background::Light,
                ..dark
            },
            Look {
                name: "mono",
                depth: Depth::Mono,
                ..dark
            },
            Look {
                name: "ascii",
                ascii: true,
                ..dark
            },
            Look {
                name: "plain",
                plain: true,
                ..dark
            },
            Look {
                name: "mono, ascii, plain",
                depth: Depth::Mono,
                ascii: true,
                plain: true,
                ..dark
            },
        ]
    };

    pub(crate) fn settings(self) -> Settings {
        let terminal = settings::Terminal {
            depth: self.depth,
            background: self.background,
            unicode: !self.ascii,
        };
        let table = format!("[tui]\nplain = {}", self.plain);
        Settings::new(terminal, &table.parse().unwrap()).unwrap()
    }
}

pub(crate) struct Picture {
    pub(crate) buffer: Buffer,
    pub(crate) hits: Hits,
    /// Where the terminal's cursor is shown.
    pub(crate) cursor: Option<Position>,
}

impl Picture {
    pub(crate) fn of(state: &State, (width, height): (u16, u16)) -> Self {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let mut hits = Hits::default();
        terminal.draw(|frame| hits = view(state, frame)).unwrap();
        let cursor = terminal.get_cursor_position().unwrap();
        Picture {
            buffer: terminal.backend().buffer().clone(),
            hits,
            // The first cell is the frame's: no cursor is ever put there.
            cursor: (cursor != Position::ORIGIN).then_some(cursor),
        }
    }

    pub(crate) fn area(&self) -> Rect {
        self.buffer.area
    }

    pub(crate) fn cell(&self, x: u16, y: u16) -> &Cell {
        &self.buffer[(x, y)]
    }

    /// What the terminal shows in a row, and how many columns that would take: what was drawn where a wide character
    /// reaches is lost to the eye and makes the row too long.
    pub(crate) fn row(&self, y: u16) -> (String, u16) {
        let (mut shown, mut columns, mut x) = (String::new(), 0, 0);
        while x < self.area().width {
            let symbol = self.cell(x, y).symbol();
            let width = u16::try_from(symbol.width()).unwrap().max(1);
            shown.push_str(symbol);
            let reached = (x + 1..x + width).filter(|x| *x < self.area().width);
            let lost = reached.filter(|x| !self.cell(*x, y).symbol().trim().is_empty());
            columns += width + u16::try_from(lost.count()).unwrap();
            x += width;
        }
        (shown, columns)
    }

    pub(crate) fn rows(&self) -> Vec<String> {
        (0..self.area().height).map(|y| self.row(y).0).collect()
    }

    pub(crate) fn text(&self) -> String {
        let rows = self.rows();
        let rows: Vec<&str> = rows.iter().map(|row| row.trim_end()).collect();
        rows.join("\n")
    }

    /// What an area shows.
    pub(crate) fn within(&self, area: Rect) -> String {
        area.positions()
            .map(|place| self.cell(place.x, place.y).symbol())
            .collect()
    }

    /// The buttons of the dialog in front.
    pub(crate) fn buttons(&self) -> Vec<Rect> {
        let mut found: Vec<Rect> = Vec::new();
        for place in self.area().positions() {
            if let Some((area, Target::Button(_))) = self.hits.at(place.x, place.y)
                && !found.contains(&area)
            {
                found.push(area);
            }
        }
        found
    }

    /// Each button and what it reads.
    pub(crate) fn buttons_read(&self) -> Vec<(Rect, String)> {
        let buttons = self.buttons().into_iter();
        buttons.map(|button| (button, self.within(button))).collect()
    }
}

/// A picture as it stands in a snapshot: moments, which depend on where the test runs, are nines; rows that repeat
/// stand once.
pub(crate) fn written(picture: &Picture) -> String {
    let mut lines: Vec<String> = Vec::new();
    let text = picture.text();
    // The clock stands at the right of the first row; a dialog may hide a part of it.
    let (first, below) = text.split_once('\n').unwrap();
    let clock = first.chars().count().saturating_sub("99:99".len());
    let timeless = |(at, c): (usize, char)| if at >= clock && c.is_ascii_digit() { '9' } else { c };
    let first: String = first.chars().enumerate().map(timeless).collect();
    let rows: Vec<&str> = std::iter::once(first.as_str()).chain(below.split('\n')).collect();
    for same in rows.chunk_by(|one, next| one == next) {
        if same.len() > 2 {
            lines.push(dateless(same[0]));
            lines.push(format!("  ({} more)", same.len() - 1));
        } else {
            lines.extend(same.iter().map(|row| dateless(row)));
        }
    }
    lines.join("\n")
}

fn dateless(row: &str) -> String {
    const MOMENTS: [&str; 4] = ["9999-99-99 99:99", "99-99 99:99", "99:99:99", "99:99"];
    let mut shown: Vec<char> = row.chars().collect();
    let fits = |shown: &[char], moment: &str| {
        moment.chars().zip(shown).all(|(want, is)| {
            if want == '9' {
                is.is_ascii_digit()
            } else {
                *is == want
            }
        })
    };
    for at in 0..shown.len() {
        for moment in MOMENTS {
            if shown.len() - at >= moment.len() && fits(&shown[at..], moment) {
                shown.splice(at..at + moment.len(), moment.chars());
            }
        }
    }
    shown.into_iter().collect()
}
