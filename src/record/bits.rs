//! A set of rows: one bit for each row of a table.

use super::parts::in_parts;

/// A set of numbers below a bound.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bits {
    words: Vec<u64>,
    bound: usize,
}

impl Bits {
    /// The empty set of numbers below `bound`.
    pub fn none(bound: usize) -> Self {
        Bits {
            words: vec![0; bound.div_ceil(64)],
            bound,
        }
    }

    /// All numbers below `bound`.
    pub fn all(bound: usize) -> Self {
        let mut words = vec![u64::MAX; bound.div_ceil(64)];
        if let Some(last) = words.last_mut().filter(|_| !bound.is_multiple_of(64)) {
            *last = (1 << (bound % 64)) - 1;
        }
        Bits { words, bound }
    }

    /// Sets one behind the other; all but the last must have a bound that is a multiple of 64.
    pub fn joined(parts: Vec<Bits>) -> Self {
        let bound = parts.iter().map(|part| part.bound).sum();
        let words = parts.into_iter().flat_map(|part| part.words).collect();
        Bits { words, bound }
    }

    /// Puts a number in, if it is below the bound.
    pub fn insert(&mut self, number: usize) {
        if number < self.bound {
            self.words[number / 64] |= 1 << (number % 64);
        }
    }

    /// Takes a number out.
    pub fn remove(&mut self, number: usize) {
        if number < self.bound {
            self.words[number / 64] &= !(1 << (number % 64));
        }
    }

    /// Whether a number is in.
    pub fn contains(&self, number: usize) -> bool {
        self.words
            .get(number / 64)
            .is_some_and(|word| word & (1 << (number % 64)) != 0)
    }

    /// Takes all out.
    pub fn clear(&mut self) {
        self.words.fill(0);
    }

    /// Those of a list that are in and may be, in the order of the list.
    pub fn among(&self, list: &[u32], may: impl Fn(usize) -> bool + Sync) -> Vec<u32> {
        let is_in = |number: &u32| self.contains(*number as usize) && may(*number as usize);
        let mut parts = in_parts(list.len(), |part| {
            let mut kept = Vec::with_capacity(part.len());
            kept.extend(list[part].iter().copied().filter(&is_in));
            kept
        });
        // Of one part nothing need be copied.
        if parts.len() == 1 {
            return parts.remove(0);
        }
        parts.concat()
    }

    /// How many are in.
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether none is in.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// Leaves only what is in the other set too.
    pub fn keep(&mut self, other: &Bits) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= other;
        }
    }

    /// Takes out what is in the other set.
    pub fn drop_all(&mut self, other: &Bits) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= !other;
        }
    }

    /// The numbers, smallest first.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        self.words.iter().enumerate().flat_map(|(at, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = left.trailing_zeros();
                left &= left.checked_sub(1)?;
                Some(at * 64 + bit as usize)
            })
        })
    }
}
