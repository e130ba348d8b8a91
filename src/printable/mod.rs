//! Decides which characters may reach a terminal, and escapes all others. The command line, the screen, the log, and
//! error messages share this rule.
//!
//! A character is printed as itself if a reader sees it and it acts on nothing but its own place. Everything else is
//! escaped as `\u{200b}`:
//!
//! - controls (C0, DEL, C1), bidirectional controls, line and paragraph separators;
//! - what is invisible: zero-width and other default ignorable characters, tags, fillers, interlinear annotations;
//! - code points that Unicode has not assigned, because their display is unknown.
//!
//! A mark of zero width is printed on a base of its own text only, so that it cannot change what stands before the text.
//! The joiner and the emoji selector are printed where they are seen: between two emoji, and where the selector makes its
//! base wider. Subdivision flags are made of tags, which most terminals do not draw, so their tags are escaped.
//!
//! - [`json`]: JSON whose text cannot act on a terminal either
//! - [`lines`]: a writer that keeps each event of the log on one line

pub mod json;
pub mod lines;

use std::borrow::Cow;

use icu_properties::props::{
    DefaultIgnorableCodePoint, ExtendedPictographic, GeneralCategory, GraphemeClusterBreak,
};
use icu_properties::{CodePointMapData, CodePointSetData};
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

const JOINER: char = '\u{200d}';
const TEXT_SELECTOR: char = '\u{fe0e}';
const EMOJI_SELECTOR: char = '\u{fe0f}';
const KEYCAP: char = '\u{20e3}';

/// Marks of zero width on one base; no writing system needs more, and thousands of them are a burden for every terminal.
const MOST_MARKS: usize = 8;

/// The text on one line, with what may not reach a terminal escaped as `\u{1b}`.
pub fn escape(text: &str) -> Cow<'_, str> {
    shown(text, |c| format!("\\u{{{:x}}}", u32::from(c)))
}

/// The same for cells of the screen: a C0 control or DEL is one symbol, such as `␛`.
pub fn picture(text: &str) -> Cow<'_, str> {
    shown(text, |c| match c {
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('␀').into(),
        '\u{7f}' => '␡'.into(),
        c => format!("\\u{{{:x}}}", u32::from(c)),
    })
}

fn shown(text: &str, instead: impl Fn(char) -> String) -> Cow<'_, str> {
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for grapheme in text.graphemes(true) {
        push_grapheme(&mut out, grapheme, &instead);
    }
    Cow::Owned(out)
}

fn push_grapheme(out: &mut String, grapheme: &str, instead: &impl Fn(char) -> String) {
    let mut before = None;
    let mut marks = 0;
    let mut rest = grapheme.chars();
    while let Some(c) = rest.next() {
        let next = rest.clone().next();
        marks += usize::from(c.width() == Some(0));
        if marks <= MOST_MARKS && is_printed(before, c, next) {
            out.push(c);
            before = Some(c);
        } else {
            out.push_str(&instead(c));
            before = None;
        }
    }
}

/// Whether a character of a grapheme is printed as itself. `before` is the one before it, where that one was.
fn is_printed(before: Option<char>, c: char, next: Option<char>) -> bool {
    match c {
        // Within a grapheme a pictograph follows a joiner only where the joiner follows a pictograph (UAX #29, GB11).
        JOINER => before.is_some() && next.is_some_and(is_pictograph),
        TEXT_SELECTOR | EMOJI_SELECTOR => before.is_some_and(|base| selects(base, c, next)),
        c if is_hidden(c) => false,
        c => before.is_some() || c.width().is_some_and(|width| width > 0),
    }
}

/// Whether a reader sees the selector: the base has another width with it, or is a key's label.
fn selects(base: char, selector: char, next: Option<char>) -> bool {
    let with = String::from_iter([base, selector]);
    Some(with.width()) != base.width() || (selector == EMOJI_SELECTOR && next == Some(KEYCAP))
}

fn is_pictograph(c: char) -> bool {
    CodePointSetData::new::<ExtendedPictographic>().contains(c)
}

/// Whether a character is invisible or unassigned.
fn is_hidden(c: char) -> bool {
    match CodePointMapData::<GeneralCategory>::new().get(c) {
        GeneralCategory::Control
        | GeneralCategory::LineSeparator
        | GeneralCategory::ParagraphSeparator
        | GeneralCategory::Unassigned => true,
        // Arabic number signs and their like are format characters that are drawn.
        GeneralCategory::Format => {
            CodePointMapData::<GraphemeClusterBreak>::new().get(c) != GraphemeClusterBreak::Prepend
        }
        _ => CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `Default_Ignorable_Code_Point` of Unicode 17, from DerivedCoreProperties.txt.
    const IGNORABLE: [(u32, u32); 17] = [
        (0xad, 0xad),
        (0x34f, 0x34f),
        (0x61c, 0x61c),
        (0x115f, 0x1160),
        (0x17b4, 0x17b5),
        (0x180b, 0x180f),
        (0x200b, 0x200f),
        (0x202a, 0x202e),
        (0x2060, 0x206f),
        (0x3164, 0x3164),
        (0xfe00, 0xfe0f),
        (0xfeff, 0xfeff),
        (0xffa0, 0xffa0),
        (0xfff0, 0xfff8),
        (0x1bca0, 0x1bca3),
        (0x1d173, 0x1d17a),
        (0xe0000, 0xe0fff),
    ];
    /// Controls, separators of lines, interlinear annotations, controls of hieroglyphs.
    const ACTING: [(u32, u32); 5] = [
        (0, 0x1f),
        (0x7f, 0x9f),
        (0x2028, 0x2029),
        (0xfff9, 0xfffb),
        (0x13430, 0x1343f),
    ];

    fn all() -> impl Iterator<Item = char> {
        (0..=0x0010_ffff).filter_map(char::from_u32)
    }

    fn within(ranges: &[(u32, u32)], c: char) -> bool {
        ranges
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&u32::from(c)))
    }

    #[test]
    fn every_character_alone_is_seen_or_escaped() {
        for c in all() {
            let shown = escape(c.encode_utf8(&mut [0; 4])).into_owned();
            if shown == c.to_string() {
                assert!(c.width().is_some_and(|width| width > 0), "{c:?}");
                assert!(!within(&IGNORABLE, c) && !within(&ACTING, c), "{c:?}");
            } else {
                assert_eq!(shown, c.escape_unicode().to_string());
            }
        }
    }

    #[test]
    fn nothing_that_is_invisible_passes_behind_a_letter_either() {
        for c in all() {
            let text = format!("a{c}");
            let shown = escape(&text).into_owned();
            if within(&IGNORABLE, c) || within(&ACTING, c) {
                assert_eq!(shown, format!("a{}", c.escape_unicode()));
            } else if shown == text && c.width() == Some(0) {
                let is_mark = matches!(
                    CodePointMapData::<GeneralCategory>::new().get(c),
                    GeneralCategory::NonspacingMark
                        | GeneralCategory::EnclosingMark
                        | GeneralCategory::SpacingMark
                );
                assert!(is_mark, "{c:?}");
            }
        }
    }

    #[test]
    fn what_is_shown_stays_as_it_is_when_it_is_shown_again() {
        for c in all() {
            let text = format!("{c}\u{301}");
            let once = escape(&text).into_owned();
            assert_eq!(escape(&once), once, "{text:?}");
        }
    }

    #[test]
    fn writing_systems_and_emoji_are_printed_as_they_are() {
        for text in [
            "Łódź 東京 🏟 ＷＩＤＥ",
            "e\u{301} Việt Nam नमस्ते ไทย ภาษา שָׁלוֹם مَرْحَبًا",
            "한국 \u{1112}\u{1161}\u{11ab}",
            "🏟\u{fe0f} 👩\u{200d}👩\u{200d}👧\u{200d}👦 👩🏽\u{200d}❤\u{fe0f}\u{200d}💋\u{200d}👨🏻 🏳\u{fe0f}\u{200d}🌈",
            "1\u{fe0f}\u{20e3} 🇩🇪 ⚽\u{3000}",
        ] {
            assert_eq!(escape(text), text);
            assert_eq!(picture(text), text);
        }
    }

    #[test]
    fn what_deceives_is_escaped() {
        for (text, shown) in [
            ("a\u{1b}[2Jb\u{202e}c\n", "a\\u{1b}[2Jb\\u{202e}c\\u{a}"),
            (
                "a\u{200b}b\u{feff}\u{2060}\u{61c}",
                "a\\u{200b}b\\u{feff}\\u{2060}\\u{61c}",
            ),
            ("a\u{200d}b\u{200c}c", "a\\u{200d}b\\u{200c}c"),
            (
                "a\u{fe0f} ⚽\u{fe0f} 葛\u{e0100}",
                "a\\u{fe0f} ⚽\\u{fe0f} 葛\\u{e0100}",
            ),
            ("🏴\u{e0067}\u{e007f}", "🏴\\u{e0067}\\u{e007f}"),
            // On nothing of its own text, and on an escape.
            ("\u{338}x", "\\u{338}x"),
            ("\u{200b}\u{338}x", "\\u{200b}\\u{338}x"),
            ("soft\u{ad}hyphen", "soft\\u{ad}hyphen"),
        ] {
            assert_eq!(escape(text), shown);
        }
        let many = format!("e{}", "\u{301}".repeat(10));
        assert_eq!(
            escape(&many),
            format!("e{}\\u{{301}}\\u{{301}}", "\u{301}".repeat(8))
        );
        assert_eq!(picture("a\u{1b}[2J\tb\u{7f}\u{9b}"), "a␛[2J␉b␡\\u{9b}");
    }
}
