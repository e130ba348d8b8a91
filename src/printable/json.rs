//! JSON that can be printed: whatever acts on a terminal, on the order of text or on lines is escaped as `\u202e` inside
//! strings. The document stays valid JSON, and a parser reads the same value from it.

use std::io::{self, Write};

use icu_properties::CodePointSetData;
use icu_properties::props::BidiControl;
use serde::Serialize;
use serde_json::Result;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

/// A serializer that indents.
pub fn pretty<W: Write>(out: W) -> Serializer<W, Escaping<PrettyFormatter<'static>>> {
    Serializer::with_formatter(out, Escaping(PrettyFormatter::new()))
}

/// Writes a value, indented.
pub fn write_pretty<W: Write>(out: W, value: &(impl Serialize + ?Sized)) -> Result<()> {
    value.serialize(&mut pretty(out))
}

/// Writes a value without a line break.
pub fn write_line<W: Write>(out: W, value: &(impl Serialize + ?Sized)) -> Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, Escaping(CompactFormatter)))
}

/// A value as text on one line.
pub fn to_string(value: &(impl Serialize + ?Sized)) -> Result<String> {
    let mut out = Vec::new();
    write_line(&mut out, value)?;
    text(out)
}

/// A value as indented text.
pub fn to_string_pretty(value: &(impl Serialize + ?Sized)) -> Result<String> {
    let mut out = Vec::new();
    write_pretty(&mut out, value)?;
    text(out)
}

fn text(json: Vec<u8>) -> Result<String> {
    String::from_utf8(json).map_err(|error| serde_json::Error::io(io::Error::other(error)))
}

/// A formatter that escapes more inside strings than JSON asks for.
pub struct Escaping<F>(F);

/// JSON itself escapes C0 only.
fn is_escaped(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}')
        || CodePointSetData::new::<BidiControl>().contains(c)
}

macro_rules! as_inner {
    ($($name:ident($($argument:ident: $type:ty),*)),* $(,)?) => {
        $(fn $name<W: ?Sized + Write>(&mut self, writer: &mut W $(, $argument: $type)*) -> io::Result<()> {
            self.0.$name(writer $(, $argument)*)
        })*
    };
}

impl<F: Formatter> Formatter for Escaping<F> {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| is_escaped(*c)) {
            let (plain, from) = rest.split_at(at);
            self.0.write_string_fragment(writer, plain)?;
            // All of them are in the basic plane.
            write!(writer, "\\u{:04x}", u32::from(c))?;
            rest = &from[c.len_utf8()..];
        }
        self.0.write_string_fragment(writer, rest)
    }

    as_inner!(
        begin_array(),
        end_array(),
        begin_array_value(first: bool),
        end_array_value(),
        begin_object(),
        end_object(),
        begin_object_key(first: bool),
        end_object_key(),
        begin_object_value(),
        end_object_value(),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn every_character_comes_back_and_none_acts() {
        let all = (0..=0x0010_ffff).filter_map(char::from_u32).collect::<String>();
        let value = json!({ &all: [all] });
        let texts = [
            to_string(&value).unwrap_or_default(),
            to_string_pretty(&value).unwrap_or_default(),
        ];
        let bidi = '\u{2066}'..='\u{2069}';
        for text in texts {
            assert_eq!(serde_json::from_str::<Value>(&text).ok(), Some(value.clone()));
            let acts = |c: char| {
                (c.is_control() && c != '\n')
                    || ('\u{2028}'..='\u{202e}').contains(&c)
                    || bidi.contains(&c)
                    || ['\u{61c}', '\u{200e}', '\u{200f}'].contains(&c)
            };
            assert_eq!(text.chars().find(|c| acts(*c)), None);
        }
    }

    #[test]
    fn the_layout_is_that_of_serde_json() {
        let value = json!({ "a": [1, 2.5, null, "x\n\u{9b}"], "b": {}, "c": [] });
        let usual = serde_json::to_string_pretty(&value).unwrap_or_default();
        assert_eq!(
            to_string_pretty(&value).unwrap_or_default(),
            usual.replace('\u{9b}', "\\u009b")
        );
    }
}
