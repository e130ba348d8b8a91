//! Words that match loosely: their letters in order, with others between.

use std::ops::Range;

use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use unicode_segmentation::UnicodeSegmentation as _;

use super::Filter;
use super::met::joined;

/// Scores names by the words of a filter.
pub struct Fuzzy {
    atoms: Vec<Atom>,
    matcher: Matcher,
    buffer: Vec<char>,
}

impl Fuzzy {
    /// The words of a filter; its terms are not looked at.
    pub fn new(filter: &Filter) -> Self {
        let atom = |word: &String| {
            Atom::new(
                word,
                CaseMatching::Ignore,
                Normalization::Smart,
                AtomKind::Fuzzy,
                false,
            )
        };
        Fuzzy {
            atoms: filter.words.iter().map(atom).collect(),
            matcher: Matcher::new(Config::DEFAULT),
            buffer: Vec::new(),
        }
    }

    /// How well a name matches all words; `None` where it does not.
    pub fn score(&mut self, name: &str) -> Option<u32> {
        let name = Utf32Str::new(name, &mut self.buffer);
        let mut sum = 0;
        for atom in &self.atoms {
            sum += u32::from(atom.score(name, &mut self.matcher)?);
        }
        Some(sum)
    }

    /// The parts of a name that its words have met, in order and apart from each other.
    pub fn met(&mut self, name: &str) -> Vec<Range<usize>> {
        let text = Utf32Str::new(name, &mut self.buffer);
        let mut places = Vec::new();
        for atom in &self.atoms {
            // Where a word does not match, this adds nothing.
            let _ = atom.indices(text, &mut self.matcher, &mut places);
        }
        let graphemes: Vec<(usize, &str)> = name.grapheme_indices(true).collect();
        let part = |place: u32| {
            let (at, grapheme) = graphemes.get(place as usize)?;
            Some(*at..at + grapheme.len())
        };
        joined(places.into_iter().filter_map(part).collect())
    }
}
