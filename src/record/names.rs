//! The record names of a table, one behind the other: a search through a million of them is one pass over their bytes.

use std::ops::Range;

use memchr::{memchr, memchr2, memmem};

use super::table::TableFull;

/// Names by row.
#[derive(Debug, Default)]
pub struct Names {
    bytes: Vec<u8>,
    /// Where each ends; it begins where the one before ends.
    ends: Vec<u32>,
    /// Whether there is an upper-case letter of ASCII: without one, a lower-cased word is searched as it is.
    upper: bool,
    longest: usize,
}

impl Names {
    /// Adds the name of the next row.
    pub(super) fn push(&mut self, name: &str) -> Result<(), TableFull> {
        let end = u32::try_from(self.bytes.len() + name.len()).map_err(|_| TableFull)?;
        self.upper = self.upper || name.bytes().any(|byte| byte.is_ascii_uppercase());
        self.longest = self.longest.max(name.len());
        self.bytes.extend_from_slice(name.as_bytes());
        self.ends.push(end);
        Ok(())
    }

    /// Gives back the room that is left over.
    pub(super) fn shrink(&mut self) {
        self.bytes.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    /// The name of a row, in bytes.
    pub fn get(&self, row: usize) -> &[u8] {
        let start = match row.checked_sub(1) {
            Some(before) => self.ends.get(before).copied().unwrap_or(0),
            None => 0,
        };
        let end = self.ends.get(row).copied().unwrap_or(start);
        self.bytes.get(start as usize..end as usize).unwrap_or(&[])
    }

    /// Bytes of the longest one.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// Tells the rows among these whose name contains a text, in ascending order; upper and lower case of ASCII are the same.
    pub fn containing(&self, rows: Range<usize>, text: &str, mut found: impl FnMut(usize)) {
        let needle = text.to_ascii_lowercase();
        let needle = needle.as_bytes();
        let same = |part: &[u8]| part == needle;
        match needle {
            [] => rows.for_each(found),
            [byte] if !self.upper => self.walk(rows, 1, |hay| memchr(*byte, hay), same, &mut found),
            _ if !self.upper => {
                let finder = memmem::Finder::new(needle);
                self.walk(rows, needle.len(), |hay| finder.find(hay), same, &mut found);
            }
            _ => {
                let folded = Folded::new(needle, &self.bytes);
                let same = |part: &[u8]| part.eq_ignore_ascii_case(needle);
                self.walk(rows, needle.len(), |hay| folded.find(hay), same, &mut found);
            }
        }
    }

    fn begin(&self, row: usize) -> usize {
        let before = row.checked_sub(1).and_then(|before| self.ends.get(before));
        before.map_or(0, |end| *end as usize)
    }

    fn walk(
        &self,
        rows: Range<usize>,
        length: usize,
        find: impl Fn(&[u8]) -> Option<usize>,
        same: impl Fn(&[u8]) -> bool,
        found: &mut impl FnMut(usize),
    ) {
        let bytes = self.bytes.get(..self.begin(rows.end)).unwrap_or(&[]);
        let ends = self.ends.get(..rows.end).unwrap_or(&[]);
        let (mut row, mut at) = (rows.start, self.begin(rows.start));
        while let Some(hit) = bytes.get(at..).and_then(&find) {
            let start = at + hit;
            while ends.get(row).is_some_and(|end| *end as usize <= start) {
                row += 1;
            }
            let Some(end) = ends.get(row).map(|end| *end as usize) else {
                return;
            };
            // What begins in one name and ends in the next is no hit.
            if start + length > end {
                at = start + 1;
                continue;
            }
            found(row);
            // Names are made alike: where one has it, the next ones often have it too, and a look is cheaper than a search.
            let offset = start - self.begin(row);
            (row, at) = (row + 1, end);
            while let Some(end) = ends.get(row).map(|end| *end as usize) {
                let there = at + offset..at + offset + length;
                if there.end > end || !bytes.get(there).is_some_and(&same) {
                    break;
                }
                found(row);
                (row, at) = (row + 1, end);
            }
        }
    }
}

/// Whether a text contains a lower-cased one; upper and lower case of ASCII are the same.
pub fn contains(text: &str, lower: &str) -> bool {
    find(text, lower).is_some()
}

/// The byte at which a text first contains a lower-cased one; upper and lower case of ASCII are the same.
pub fn find(text: &str, lower: &str) -> Option<usize> {
    if lower.is_empty() {
        return Some(0);
    }
    Folded::new(lower.as_bytes(), &[]).find(text.as_bytes())
}

/// A search that takes upper and lower case of ASCII as the same: for the byte of the needle that is rarest, then around it.
struct Folded<'n> {
    needle: &'n [u8],
    offset: usize,
}

impl<'n> Folded<'n> {
    /// `like` is text of the kind that will be searched; its beginning tells which byte is rare.
    fn new(needle: &'n [u8], like: &[u8]) -> Self {
        const SAMPLE: usize = 8192;
        let mut counts = [0_u32; 256];
        for byte in like.iter().take(SAMPLE) {
            counts[usize::from(byte.to_ascii_lowercase())] += 1;
        }
        let rarest = (0..needle.len()).min_by_key(|at| counts[usize::from(needle[*at])]);
        Folded {
            needle,
            offset: rarest.unwrap_or(0),
        }
    }

    fn find(&self, hay: &[u8]) -> Option<usize> {
        let lower = *self.needle.get(self.offset)?;
        let upper = lower.to_ascii_uppercase();
        let mut at = self.offset;
        loop {
            let hit = at + memchr2(lower, upper, hay.get(at..)?)?;
            let start = hit - self.offset;
            let there = hay.get(start..start + self.needle.len())?;
            if there.eq_ignore_ascii_case(self.needle) {
                return Some(start);
            }
            at = hit + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_search_finds_what_each_name_alone_contains(
            names in prop::collection::vec("[abAB é]{0,6}", 0..30), text in "[abAB é]{0,3}", middle in 0..30_usize,
        ) {
            let mut all = Names::default();
            for name in &names {
                all.push(name).unwrap();
            }
            let mut found = Vec::new();
            let middle = middle.min(names.len());
            all.containing(0..middle, &text, |row| found.push(row));
            all.containing(middle..names.len(), &text, |row| found.push(row));
            let holds = |name: &str| name.to_ascii_lowercase().contains(&text.to_ascii_lowercase());
            let expected: Vec<usize> = (0..names.len()).filter(|row| holds(&names[*row])).collect();
            prop_assert_eq!(&found, &expected);
            for (row, name) in names.iter().enumerate() {
                prop_assert_eq!(all.get(row), name.as_bytes());
                prop_assert_eq!(contains(name, &text.to_ascii_lowercase()), holds(name));
            }
        }
    }
}
