//! Which rows a person wants to see: words, and terms `field op value`.
//!
//! `chelsea capacity>40000 status:updated city~"new york" homeScore:missing`: all of them must hold. A word is searched in
//! the record name and in the shown columns; a term is read by the type that the manifest gives its field. What a row shows of
//! a field is the file's value, or the cloud's where there is no file's: that is what terms are about.
//!
//! - `parse`: from text to a filter, or what is wrong where
//! - `fuzzy`: words that match loosely
//! - `met`: where a text was met

mod fuzzy;
mod met;
mod parse;

use std::cmp::Ordering;

use super::bits::Bits;
use super::compare::equal;
use super::diff::Diff;
use super::names::contains;
use super::parts::in_parts;
use super::table::Status;
use super::{Fields, Value};

pub use fuzzy::Fuzzy;
pub use parse::{Mistake, parse};

/// What stands between a field and a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// `=`
    Equal,
    /// `!=`
    Unequal,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
}

impl Op {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Op::Equal => order == Ordering::Equal,
            Op::Unequal => order != Ordering::Equal,
            Op::Less => order == Ordering::Less,
            Op::AtMost => order != Ordering::Greater,
            Op::More => order == Ordering::Greater,
            Op::AtLeast => order != Ordering::Less,
        }
    }
}

/// One term.
#[derive(Debug, Clone, PartialEq)]
pub enum Term {
    /// The row is, or is not, of a status.
    Status(bool, Status),
    /// The record name compares so.
    Name(Op, String),
    /// The record name contains this, in lower case.
    NameContains(String),
    /// The field has a value, or has none.
    Present(bool, String),
    /// The field's text contains this, in lower case; of a list, that of an element.
    Contains(String, String),
    /// The field, or an element of it, compares so.
    Compares(String, Op, Value),
}

/// A filter that was understood.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filter {
    /// Words, in lower case.
    pub words: Vec<String>,
    /// Terms.
    pub terms: Vec<Term>,
}

/// What is known of the rows before their records have been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sieve {
    /// Rows that pass, whatever their fields are.
    pub passed: Bits,
    /// Rows that pass or do not, by their fields.
    pub open: Bits,
}

impl Filter {
    /// Whether everything passes.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.terms.is_empty()
    }

    /// Whether a term is about a field, so that records must be read.
    pub fn asks_for_fields(&self) -> bool {
        self.terms.iter().any(Term::is_about_a_field)
    }

    /// What names and statuses tell, in one pass. `columns`: whether words are searched in shown columns too. With `fuzzy` words
    /// are left for [`Fuzzy`].
    pub fn sieve(&self, diff: &Diff, columns: bool, fuzzy: bool) -> Sieve {
        let rows = diff.table().len();
        let mut base = Bits::all(rows);
        for term in self.terms.iter().filter(|term| !term.is_about_a_field()) {
            base.keep(&of_term(diff, term));
        }
        let words: &[String] = if fuzzy { &[] } else { &self.words };
        let mut named = base.clone();
        for word in words {
            named.keep(&named_with(diff, word));
        }
        let in_columns = columns && !words.is_empty();
        match (self.asks_for_fields(), in_columns) {
            (true, in_columns) => Sieve {
                passed: Bits::none(rows),
                open: if in_columns { base } else { named },
            },
            (false, false) => Sieve {
                passed: named,
                open: Bits::none(rows),
            },
            (false, true) => {
                base.drop_all(&named);
                Sieve {
                    passed: named,
                    open: base,
                }
            }
        }
    }

    /// Whether a row passes whose record has been read: its name, and its fields as they are shown. With `fuzzy` words have
    /// been seen to. Terms about name and status are the sieve's.
    pub fn accepts(&self, name: &str, fields: &Fields, columns: &[String], fuzzy: bool) -> bool {
        let in_column = |word: &str| {
            columns
                .iter()
                .any(|field| fields.get(field).is_some_and(|value| says(value, word)))
        };
        let about_fields = |term: &Term| !term.is_about_a_field() || term.accepts(fields);
        self.terms.iter().all(about_fields)
            && (fuzzy
                || self
                    .words
                    .iter()
                    .all(|word| contains(name, word) || in_column(word)))
    }
}

fn named_with(diff: &Diff, text: &str) -> Bits {
    let names = diff.table().names();
    Bits::joined(in_parts(diff.table().len(), |rows| {
        let mut part = Bits::none(rows.len());
        let first = rows.start;
        names.containing(rows, text, |row| part.insert(row - first));
        part
    }))
}

/// The rows for which a term about name or status holds.
fn of_term(diff: &Diff, term: &Term) -> Bits {
    if let Term::NameContains(text) = term {
        return named_with(diff, text);
    }
    let names = diff.table().names();
    let holds = |row: &usize| match term {
        Term::Status(is, status) => (diff.status(*row) == *status) == *is,
        Term::Name(op, name) => op.holds(names.get(*row).cmp(name.as_bytes())),
        _ => true,
    };
    Bits::joined(in_parts(diff.table().len(), |rows| {
        let mut part = Bits::none(rows.len());
        let first = rows.start;
        rows.filter(holds).for_each(|row| part.insert(row - first));
        part
    }))
}

impl Term {
    fn is_about_a_field(&self) -> bool {
        matches!(self, Term::Present(..) | Term::Contains(..) | Term::Compares(..))
    }

    fn accepts(&self, fields: &Fields) -> bool {
        let value = |field: &String| fields.get(field).filter(|value| !value.is_absent());
        match self {
            Term::Present(is, field) => value(field).is_some() == *is,
            Term::Contains(field, text) => value(field).is_some_and(|value| says(value, text)),
            Term::Compares(field, Op::Unequal, wanted) => {
                !value(field).is_some_and(|value| compares(value, Op::Equal, wanted))
            }
            Term::Compares(field, op, wanted) => {
                value(field).is_some_and(|value| compares(value, *op, wanted))
            }
            Term::Status(..) | Term::Name(..) | Term::NameContains(_) => true,
        }
    }
}

/// Whether the text of a value contains a lower-cased one.
fn says(value: &Value, lower: &str) -> bool {
    match value {
        Value::String(text) => contains(text, lower),
        Value::Reference(reference) => contains(&reference.record_name, lower),
        Value::List(_, elements) => elements.iter().any(|element| says(element, lower)),
        other => contains(&other.to_string(), lower),
    }
}

fn compares(value: &Value, op: Op, wanted: &Value) -> bool {
    if let Value::List(_, elements) = value {
        return elements.iter().any(|element| compares(element, op, wanted));
    }
    if op == Op::Equal {
        return equal(Some(value), Some(wanted));
    }
    order(value, wanted).is_some_and(|order| op.holds(order))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a number is compared with one of another type"
)]
fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Int64(a), Value::Int64(b)) | (Value::Timestamp(a), Value::Timestamp(b)) => Some(a.cmp(b)),
        (Value::Double(a), Value::Double(b)) => a.partial_cmp(b),
        (Value::Int64(a), Value::Double(b)) => (*a as f64).partial_cmp(b),
        (Value::Double(a), Value::Int64(b)) => a.partial_cmp(&(*b as f64)),
        (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
        (Value::Reference(a), Value::Reference(b)) => Some(a.record_name.cmp(&b.record_name)),
        _ => None,
    }
}
