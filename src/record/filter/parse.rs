//! From text to a filter.

use std::ops::Range;

use super::{Filter, Op, Term};
use crate::record::table::Status;
use crate::record::{FieldType, Kind, OwnedField, Shape, text};

/// A part of the text that was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Where it stands, in bytes.
    pub at: Range<usize>,
    /// Why, in words.
    pub why: String,
}

/// The operators, the longer ones first.
const OPS: [(&str, Sign); 8] = [
    ("!=", Sign::Op(Op::Unequal)),
    ("<=", Sign::Op(Op::AtMost)),
    (">=", Sign::Op(Op::AtLeast)),
    ("=", Sign::Op(Op::Equal)),
    ("<", Sign::Op(Op::Less)),
    (">", Sign::Op(Op::More)),
    ("~", Sign::Contains),
    (":", Sign::Is),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Op(Op),
    /// `~`: the text contains.
    Contains,
    /// `:`: whichever suits what stands before it.
    Is,
}

/// A piece between blanks; quotes keep blanks in, and are taken away.
struct Token {
    at: Range<usize>,
    text: String,
    /// Bytes of `text` that stood before the first quote: an operator stands in these, or is none.
    bare: usize,
    open: bool,
}

/// Reads a filter for records of a shape.
///
/// # Errors
/// Everything that was not understood, where it stands.
pub fn parse(shape: &Shape, text: &str) -> Result<Filter, Vec<Mistake>> {
    let mut filter = Filter::default();
    let mut mistakes = Vec::new();
    for token in tokens(text) {
        let result = if token.open {
            Err("the quote does not end".to_owned())
        } else {
            read(shape, &token, &mut filter)
        };
        if let Err(why) = result {
            mistakes.push(Mistake { at: token.at, why });
        }
    }
    if mistakes.is_empty() {
        Ok(filter)
    } else {
        Err(mistakes)
    }
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut current: Option<Token> = None;
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        if c.is_whitespace() && !quoted {
            tokens.extend(current.take());
            continue;
        }
        let token = current.get_or_insert_with(|| Token {
            at: at..at,
            text: String::new(),
            bare: usize::MAX,
            open: false,
        });
        token.at.end = at + c.len_utf8();
        if c == '"' {
            quoted = !quoted;
            token.bare = token.bare.min(token.text.len());
        } else {
            token.text.push(c);
        }
        token.open = quoted;
    }
    tokens.extend(current);
    tokens
}

fn read(shape: &Shape, token: &Token, filter: &mut Filter) -> Result<(), String> {
    let Some((subject, sign, value)) = split(token) else {
        if !token.text.is_empty() {
            filter.words.push(token.text.to_ascii_lowercase());
        }
        return Ok(());
    };
    let was_quoted = token.bare < usize::MAX;
    if value.is_empty() && !was_quoted {
        return Err(format!("{} wants a value", token.text));
    }
    filter.terms.push(match known(shape, subject)? {
        Subject::Status => status(sign, value)?,
        Subject::Name => name(sign, value),
        Subject::Field(field) => of_field(field, sign, value, was_quoted)?,
    });
    Ok(())
}

/// A word that begins like a field's name and has an operator behind that, outside of quotes.
fn split(token: &Token) -> Option<(&str, Sign, &str)> {
    let text = token.text.as_str();
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
    let (subject, rest) = text.split_at(end);
    if !subject.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let (sign, meant) = OPS.iter().find(|(sign, _)| rest.starts_with(sign))?;
    (end + sign.len() <= token.bare).then(|| (subject, *meant, &rest[sign.len()..]))
}

enum Subject<'s> {
    Name,
    Status,
    Field(&'s OwnedField),
}

/// A field of the type comes first; `recordName` and `is` are there for types that have fields `name` and `status`.
fn known<'s>(shape: &'s Shape, word: &str) -> Result<Subject<'s>, String> {
    let same = |field: &&OwnedField| field.name.eq_ignore_ascii_case(word);
    let field = shape.field(word).or_else(|| shape.fields.iter().find(same));
    if let Some(field) = field {
        return Ok(Subject::Field(field));
    }
    match word.to_ascii_lowercase().as_str() {
        "name" | "recordname" => Ok(Subject::Name),
        "status" | "is" => Ok(Subject::Status),
        _ => Err(format!(
            "{} has no field '{word}'{}",
            shape.record_type,
            meant(shape, word)
        )),
    }
}

/// The field that begins the most like it, or has it within.
fn meant(shape: &Shape, word: &str) -> String {
    const LEAST: usize = 3;
    const NAMED: usize = 3;
    let word = word.to_ascii_lowercase();
    let alike = |field: &OwnedField| {
        let name = field.name.to_ascii_lowercase();
        let same = name.bytes().zip(word.bytes()).take_while(|(a, b)| a == b).count();
        if name.contains(&word) {
            same.max(LEAST)
        } else {
            same
        }
    };
    let fields = shape.fields.iter().rev().map(|field| (alike(field), field));
    match fields.max_by_key(|(alike, _)| *alike) {
        Some((alike, field)) if alike >= LEAST => format!("; did you mean {}?", field.name),
        _ => {
            let first: Vec<&str> = (shape.fields.iter().take(NAMED))
                .map(|field| field.name.as_str())
                .collect();
            let more = match shape.fields.len().saturating_sub(NAMED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            format!(
                "; it has {}{more}. To search for the text, quote it",
                first.join(", ")
            )
        }
    }
}

fn status(sign: Sign, value: &str) -> Result<Term, String> {
    let is = match sign {
        Sign::Is | Sign::Op(Op::Equal) => true,
        Sign::Op(Op::Unequal) => false,
        _ => return Err("a status goes with : or !=".to_owned()),
    };
    let status = match value.to_ascii_lowercase().as_str() {
        "new" => Status::New,
        "updated" => Status::Updated,
        "orphan" | "cloud" => Status::Orphan,
        "same" | "unchanged" => Status::Unchanged,
        _ => return Err(format!("'{value}' is no status: new, updated, orphan or same")),
    };
    Ok(Term::Status(is, status))
}

fn name(sign: Sign, value: &str) -> Term {
    match sign {
        Sign::Op(op) => Term::Name(op, value.to_owned()),
        Sign::Contains | Sign::Is => Term::NameContains(value.to_ascii_lowercase()),
    }
}

fn of_field(field: &OwnedField, sign: Sign, value: &str, was_quoted: bool) -> Result<Term, String> {
    let name = field.name.clone();
    let kind = field.field_type.kind();
    let op = match sign {
        Sign::Is if !was_quoted && value.eq_ignore_ascii_case("missing") => {
            return Ok(Term::Present(false, name));
        }
        Sign::Is if !was_quoted && value.eq_ignore_ascii_case("present") => {
            return Ok(Term::Present(true, name));
        }
        Sign::Contains => return Ok(Term::Contains(name, value.to_ascii_lowercase())),
        Sign::Is if matches!(kind, Kind::String | Kind::Reference | Kind::Asset) => {
            return Ok(Term::Contains(name, value.to_ascii_lowercase()));
        }
        Sign::Is => Op::Equal,
        Sign::Op(op) => op,
    };
    let ordered = matches!(
        kind,
        Kind::String | Kind::Int64 | Kind::Double | Kind::Timestamp | Kind::Reference
    );
    if !ordered && !matches!(op, Op::Equal | Op::Unequal) {
        return Err(format!(
            "{} has no order: {} goes with =, != and ~",
            kind.name(),
            name
        ));
    }
    // Flags are kept as 1 and 0.
    let value = match value {
        "true" if kind == Kind::Int64 => "1",
        "false" if kind == Kind::Int64 => "0",
        value => value,
    };
    let value = text::parse(FieldType::One(kind), value)?;
    let value = value.ok_or_else(|| format!("{name} wants a value; {name}:missing finds none"))?;
    Ok(Term::Compares(name, op, value))
}
