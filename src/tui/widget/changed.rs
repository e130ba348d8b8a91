//! Two texts side by side, with the part that differs marked and in sight.

use std::ops::Range;

use ratatui::text::Span;
use unicode_width::UnicodeWidthChar as _;

use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::ui::Ui;

/// Where two texts differ: what is left between their common beginning and their common end.
pub fn differing(a: &str, b: &str) -> (Range<usize>, Range<usize>) {
    let pairs = a.chars().zip(b.chars());
    let mut start: usize = pairs.take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    // What only adds to the character before it differs along with that one.
    while start > 0 && (joins(a, start) || joins(b, start)) {
        start -= a[..start].chars().next_back().map_or(start, char::len_utf8);
    }
    let (rest_a, rest_b) = (&a[start..], &b[start..]);
    let pairs = rest_a.chars().rev().zip(rest_b.chars().rev());
    let mut end: usize = pairs.take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    while end > 0 && joins(a, a.len() - end) {
        end -= a[a.len() - end..].chars().next().map_or(end, char::len_utf8);
    }
    (start..a.len() - end, start..b.len() - end)
}

/// Whether the character there has no width of its own.
fn joins(text: &str, at: usize) -> bool {
    let next = text[at..].chars().next();
    next.is_some_and(|c| !c.is_control() && c.width() == Some(0))
}

/// A text in so many columns, a part of it marked. A text that is longer is cut, so that the part is in sight.
pub fn marked(
    ui: &Ui<'_, '_>,
    role: Role,
    text: &str,
    part: &Range<usize>,
    columns: usize,
) -> Vec<Span<'static>> {
    let ellipsis = ui.symbols().ellipsis;
    let (mut spans, mut room) = (Vec::new(), columns);
    let from = first_in_sight(text, part, columns);
    if from > 0 && room > 1 {
        spans.push(ui.span(Role::Dim, ellipsis));
        room -= 1;
    }
    let fits = text::width(&text::clip(&text[from..], room + 1, "")) <= room;
    if !fits {
        room = room.saturating_sub(1);
    }
    let pieces = [
        (role, &text[from..part.start]),
        (Role::Match, &text[part.clone()]),
        (role, &text[part.end..]),
    ];
    for (role, piece) in pieces {
        let shown = text::clip(piece, room, "");
        room -= text::width(&shown);
        let is_whole = shown.chars().count() == piece.chars().take(shown.chars().count() + 1).count();
        spans.push(ui.span(role, shown));
        if !is_whole {
            break;
        }
    }
    if !fits && columns > 0 {
        spans.push(ui.span(Role::Dim, ellipsis));
    }
    spans
}

/// The byte from which a text is shown: its beginning, where the part then is in sight as a whole.
fn first_in_sight(text: &str, part: &Range<usize>, columns: usize) -> usize {
    let whole = text::width(&text::clip(&text[..part.end], columns + 1, ""));
    if whole < columns || part.start == 0 {
        return 0;
    }
    let before = text[..part.start].char_indices().rev();
    before.map(|(at, _)| at).nth(columns / 4).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parts<'t>(a: &'t str, b: &'t str) -> (&'t str, &'t str) {
        let (here, there) = differing(a, b);
        (&a[here], &b[there])
    }

    #[test]
    fn what_differs_is_what_is_between() {
        assert_eq!(
            parts("Parc Jean-Bouin", "Parc des Princes"),
            ("Jean-Bouin", "des Princes")
        );
        assert_eq!(parts("41 000", "41 500"), ("0", "5"));
        assert_eq!(parts("same", "same"), ("", ""));
        assert_eq!(parts("aa", "aaa"), ("", "a"));
        // An accent that stands apart differs along with its letter.
        assert_eq!(parts("cafe\u{301}s", "cafes"), ("e\u{301}", "e"));
    }

    proptest! {
        #[test]
        fn beginning_and_end_are_common(a in "[abé\u{301}東]{0,12}", b in "[abé\u{301}東]{0,12}") {
            let (here, there) = differing(&a, &b);
            prop_assert_eq!(&a[..here.start], &b[..there.start]);
            prop_assert_eq!(&a[here.end..], &b[there.end..]);
            prop_assert_eq!(here.is_empty() && there.is_empty(), a == b);
        }
    }
}
