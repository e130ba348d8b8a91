//! Text from outside, made fit for a screen: what may not reach a terminal is escaped ([`crate::printable`] decides), and what
//! is too wide is cut.
//!
//! Widths are columns of a terminal, by grapheme. Nothing here looks further into a text than the columns it fills, so a
//! value of a megabyte costs no more than a short one.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use crate::printable::picture;

/// More than these for each column of a text need not be looked at.
const CHARACTERS_A_COLUMN: usize = 8;

/// Columns that a text takes, once it is [`clean`].
pub fn width(text: &str) -> usize {
    text.width()
}

/// The text on one line, with everything that could act on the terminal or hide from the reader made visible.
pub fn clean(text: &str) -> String {
    picture(text).into_owned()
}

/// The first columns of a text, cleaned; one that is longer ends in `ellipsis`.
pub fn clip(text: &str, columns: usize, ellipsis: &str) -> String {
    let mut kept = String::new();
    let mut used = 0;
    // Where to cut if the text turns out to be longer: the last place that leaves room for the ellipsis.
    let (mut cut, mut cut_used) = (0, 0);
    let room = columns.saturating_sub(ellipsis.width());
    for grapheme in text.graphemes(true) {
        let shown = picture(grapheme);
        let wide = shown.width();
        if used + wide > columns {
            kept.truncate(cut);
            if cut_used + ellipsis.width() <= columns {
                kept.push_str(ellipsis);
            }
            return kept;
        }
        kept.push_str(&shown);
        used += wide;
        if used <= room {
            (cut, cut_used) = (kept.len(), used);
        }
    }
    kept
}

/// A name in so many columns, cleaned: where it is longer it is cut in the middle, since its end tells as much as its
/// beginning.
pub fn middle(name: &str, columns: usize, ellipsis: &str) -> String {
    let name = clean_name(name, columns);
    if head(&name, columns) == name.len() {
        return name;
    }
    let room = columns.saturating_sub(ellipsis.width());
    if room == 0 {
        return clip(&name, columns, ellipsis);
    }
    let (start, end) = (head(&name, room - room / 2), tail(&name, room / 2));
    format!("{}{ellipsis}{}", &name[..start], &name[end..])
}

/// Whether a text, as far as it could be in sight, is one word: a name of something, or an address.
pub fn is_name(text: &str, columns: usize) -> bool {
    let text = text.strip_prefix("→ ").unwrap_or(text);
    !text
        .chars()
        .take(columns * CHARACTERS_A_COLUMN)
        .any(char::is_whitespace)
}

/// A name, cleaned; of one that is far too long no more than could be in sight at either end.
pub fn clean_name(text: &str, columns: usize) -> String {
    let most = (columns + 1) * CHARACTERS_A_COLUMN;
    let (start, end) = (text.char_indices().nth(most), text.char_indices().rev().nth(most));
    match (start, end) {
        (Some((start, _)), Some((end, _))) if start < end => clean(&text[..start]) + &clean(&text[end..]),
        _ => clean(text),
    }
}

/// The bytes at the beginning of a clean text that fit into so many columns.
pub fn head(text: &str, columns: usize) -> usize {
    let mut used = 0;
    let graphemes = text.grapheme_indices(true);
    let mut over = graphemes.skip_while(|(_, grapheme)| {
        used += grapheme.width();
        used <= columns
    });
    over.next().map_or(text.len(), |(at, _)| at)
}

/// The byte from which on the end of a clean text fits into so many columns.
pub fn tail(text: &str, columns: usize) -> usize {
    let mut used = 0;
    let graphemes = text.grapheme_indices(true).rev();
    let fitting = graphemes.take_while(|(_, grapheme)| {
        used += grapheme.width();
        used <= columns
    });
    fitting.last().map_or(text.len(), |(at, _)| at)
}

/// The text cut or filled with blanks to exactly so many columns, at the left edge.
pub fn left(text: &str, columns: usize, ellipsis: &str) -> String {
    let mut shown = clip(text, columns, ellipsis);
    let missing = columns.saturating_sub(shown.width());
    shown.extend(std::iter::repeat_n(' ', missing));
    shown
}

/// The same at the right edge, as numbers stand.
pub fn right(text: &str, columns: usize, ellipsis: &str) -> String {
    let shown = clip(text, columns, ellipsis);
    let missing = columns.saturating_sub(shown.width());
    " ".repeat(missing) + &shown
}

/// A long text in lines of at most so many columns, broken at blanks where there are any; at most `most` lines. A
/// line break in it is shown as a symbol and does not start a new line.
pub fn wrap(text: &str, columns: usize, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    wrap_onto(&mut lines, text, columns.max(1), most);
    lines
}

/// The same for a text whose line breaks are its structure: a message of several lines, or a value that is shown alone.
pub fn wrap_paragraphs(text: &str, columns: usize, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        wrap_onto(&mut lines, paragraph, columns.max(1), most);
        if lines.len() >= most {
            break;
        }
    }
    lines
}

fn wrap_onto(lines: &mut Vec<String>, paragraph: &str, columns: usize, most: usize) {
    let mut line = String::new();
    for word in paragraph.split(' ') {
        let mut word = word;
        let gap = usize::from(!line.is_empty());
        if line.width() + gap + clip(word, columns, "").width() > columns && !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        } else if gap == 1 {
            line.push(' ');
        }
        while !word.is_empty() {
            let room = columns - line.width();
            let (head, rest) = split_at_width(word, room);
            if head.is_empty() && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            } else if head.is_empty() {
                // A grapheme wider than the whole column.
                word = push_broken(lines, &mut line, word, columns);
            } else {
                line.push_str(&picture(head));
                word = rest;
                if !word.is_empty() {
                    lines.push(std::mem::take(&mut line));
                }
            }
            if lines.len() >= most {
                lines.truncate(most);
                return;
            }
        }
    }
    lines.push(line);
    lines.truncate(most);
}

/// Breaks a grapheme whose escape is wider than the whole column over several lines; the rest of the word. A wide character is
/// left out: it cannot be shown in one column.
fn push_broken<'w>(lines: &mut Vec<String>, line: &mut String, word: &'w str, columns: usize) -> &'w str {
    let first = word.graphemes(true).next().unwrap_or(word);
    let shown = picture(first);
    if shown.as_ref() != first {
        for c in shown.chars() {
            if line.width() >= columns {
                lines.push(std::mem::take(line));
            }
            line.push(c);
        }
    }
    &word[first.len()..]
}

fn split_at_width(text: &str, columns: usize) -> (&str, &str) {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        let wide = picture(grapheme).width();
        if used + wide > columns {
            return text.split_at(at);
        }
        used += wide;
    }
    (text, "")
}

/// `13815` as `13 815`, with thin grouping.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

/// `1 record`, `2 records`.
pub fn counted(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number as u64))
}

/// How long ago something was: `just now`, `2 min ago`, `3 h ago`, `5 days ago`. Milliseconds.
pub fn ago(ms: i64) -> String {
    let seconds = ms / 1000;
    match seconds {
        ..10 => "just now".to_owned(),
        10..60 => format!("{seconds} s ago"),
        60..3600 => format!("{} min ago", seconds / 60),
        3600..86_400 => format!("{} h ago", seconds / 3600),
        _ => counted(usize::try_from(seconds / 86_400).unwrap_or(0), "day") + " ago",
    }
}

/// A span of time for people: `8 s`, `2 min 5 s`, `1 h 3 min`.
pub fn span(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_could_drive_a_terminal_is_a_symbol() {
        assert_eq!(
            clean("a\u{1b}[2J\tb\u{202e}\r\n\u{9b}"),
            "a␛[2J␉b\\u{202e}␍␊\\u{9b}"
        );
        assert_eq!(clean("Łódź 東京 🏟"), "Łódź 東京 🏟");
    }

    #[test]
    fn columns_are_kept_whatever_the_width_of_a_character() {
        assert_eq!(clip("stadium", 7, "…"), "stadium");
        assert_eq!(clip("stadium", 6, "…"), "stadi…");
        // Two columns each: the third does not fit beside an ellipsis.
        assert_eq!(clip("東京駅", 5, "…"), "東京…");
        assert_eq!(clip("東京駅", 4, "…"), "東…");
        assert_eq!(left("東", 4, "…"), "東  ");
        assert_eq!(right("42", 4, "…"), "  42");
        assert_eq!(clip("abc", 0, "…"), "");
    }

    #[test]
    fn a_name_keeps_its_beginning_and_its_end() {
        let name = "game_mlb_2025_phi_nym_0401";
        assert_eq!(middle(name, 26, "…"), name);
        assert_eq!(middle(name, 20, "…"), "game_mlb_2…_nym_0401");
        assert_eq!(middle(name, 19, "…"), "game_mlb_…_nym_0401");
        assert_eq!(
            [3, 2, 1, 0].map(|columns| middle(name, columns, "…")),
            ["g…1", "g…", "…", ""]
        );
        assert_eq!(middle("東京ドーム駅前", 7, "…"), "東…駅前".replace("駅前", "前"));
    }

    #[test]
    fn words_are_wrapped_and_long_ones_broken() {
        assert_eq!(wrap("one two three", 7, 9), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh", 3, 9), ["abc", "def", "gh"]);
        assert_eq!(wrap("a\n\nb", 9, 9), ["a␊␊b"]);
        assert_eq!(wrap_paragraphs("a\n\nb", 9, 9), ["a", "", "b"]);
        assert_eq!(wrap("a\u{200b}b", 4, 9), ["a", "\\u{2", "00b}", "b"]);
        assert_eq!(wrap("a b c d", 1, 2), ["a", "b"]);
    }

    #[test]
    fn numbers_and_times_read_well() {
        assert_eq!(
            [0, 999, 1000, 13_815, 1_000_000].map(grouped).join("|"),
            "0|999|1 000|13 815|1 000 000"
        );
        assert_eq!(
            [3, 42, 120, 7200, 86_400].map(|s| ago(s * 1000)).join("|"),
            "just now|42 s ago|2 min ago|2 h ago|1 day ago"
        );
    }

    proptest! {
        #[test]
        fn a_clipped_text_is_never_wider_and_always_harmless(text in any::<String>(), columns in 0..30_usize) {
            let shown = clip(&text, columns, "…");
            prop_assert!(width(&shown) <= columns);
            prop_assert!(!shown.chars().any(char::is_control));
            prop_assert_eq!(width(&left(&text, columns, "…")), columns);
            let name = middle(&text, columns, "…");
            prop_assert!(width(&name) <= columns, "{:?}", name);
            prop_assert!(!name.chars().any(char::is_control));
        }

        #[test]
        fn wrapped_lines_fit(text in any::<String>(), columns in 1..30_usize) {
            for line in wrap(&text, columns, 50) {
                prop_assert!(width(&line) <= columns, "{:?}", line);
            }
        }
    }
}
