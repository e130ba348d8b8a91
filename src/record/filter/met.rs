//! Where a filter met a text, for those who want to see why a row is shown.

use std::ops::Range;

use super::{Filter, Term};
use crate::record::names::find;

impl Filter {
    /// The parts of a name that its words and terms have met, in order and apart from each other.
    pub fn met(&self, name: &str) -> Vec<Range<usize>> {
        let terms = self.terms.iter().filter_map(|term| match term {
            Term::NameContains(text) => Some(text),
            _ => None,
        });
        let parts = self.words.iter().chain(terms);
        joined(parts.flat_map(|part| everywhere(name, part)).collect())
    }
}

/// Every place of a lower-cased word.
fn everywhere<'t>(text: &'t str, lower: &'t str) -> impl Iterator<Item = Range<usize>> + 't {
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + find(text.get(from..).filter(|_| !lower.is_empty())?, lower)?;
        from = at + lower.len();
        Some(at..from)
    })
}

/// Parts in order; those that touch are one.
pub(super) fn joined(mut parts: Vec<Range<usize>>) -> Vec<Range<usize>> {
    parts.sort_unstable_by_key(|part| part.start);
    let mut joined: Vec<Range<usize>> = Vec::with_capacity(parts.len());
    for part in parts {
        match joined.last_mut() {
            Some(last) if part.start <= last.end => last.end = last.end.max(part.end),
            _ => joined.push(part),
        }
    }
    joined
}
