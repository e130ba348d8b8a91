//! Finds the elements of a JSON array in a stream of bytes, one after another.
//!
//! Only brackets and strings are looked at, which is enough to tell where an element ends; whether what lies between
//! is JSON is for [`super::decode`] to say. Only the current element and a chunk are in memory.

use std::io::{self, Read};

use memchr::{memchr_iter, memchr2, memrchr};

/// How much is read at once.
pub(super) const CHUNK: usize = 256 * 1024;

/// An element longer than this is a missing bracket or quote rather than a record.
const LONGEST: usize = 64 * 1024 * 1024;

/// One element of the array.
#[derive(Debug)]
pub(super) struct Element<'b> {
    pub(super) bytes: &'b [u8],
    /// Bytes from the start of the file.
    pub(super) offset: u64,
    /// Its first byte's line and column, from 1; columns count bytes.
    pub(super) line: u32,
    pub(super) column: u32,
}

/// Why there is no next element.
#[derive(Debug)]
pub(super) enum ScanError {
    Io(io::Error),
    /// Not the JSON that was expected, there.
    Wrong {
        line: u32,
        column: u32,
        found: String,
        expected: &'static str,
    },
    /// Nothing but white space.
    Empty,
}

impl From<io::Error> for ScanError {
    fn from(cause: io::Error) -> Self {
        ScanError::Io(cause)
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    BeforeArray,
    First,
    AfterElement,
    Done,
}

/// The elements of the array in `source`.
pub(super) struct Elements<R> {
    source: R,
    chunk: usize,
    buffer: Vec<u8>,
    /// The next byte to look at.
    position: usize,
    /// Where the buffer's first byte stands in the file.
    base: u64,
    line: u32,
    line_start: u64,
    place: Place,
}

impl<R: Read> Elements<R> {
    pub(super) fn new(source: R, chunk: usize) -> Self {
        Elements {
            source,
            chunk,
            buffer: Vec::new(),
            position: 0,
            base: 0,
            line: 1,
            line_start: 0,
            place: Place::BeforeArray,
        }
    }

    /// Bytes passed so far.
    pub(super) fn passed(&self) -> u64 {
        self.base + self.position as u64
    }

    /// The next element; `None` after the last one, when nothing but white space follows the array.
    pub(super) fn next(&mut self) -> Result<Option<Element<'_>>, ScanError> {
        if self.place == Place::BeforeArray {
            self.open()?;
        }
        if self.place == Place::Done {
            return Ok(None);
        }
        match (self.after_space()?, self.place) {
            (Some(b']'), _) => {
                self.position += 1;
                self.close()?;
                return Ok(None);
            }
            (Some(b','), Place::AfterElement) => {
                self.position += 1;
                match self.after_space()? {
                    Some(b']') => {
                        return Err(self.wrong("a comma before the closing ]", "expected another record"));
                    }
                    Some(_) => {}
                    None => return Err(self.cut_off()),
                }
            }
            (Some(byte), Place::AfterElement) => {
                return Err(self.wrong(shown(byte), "expected , or ] after a record"));
            }
            (Some(_), _) => {}
            (None, _) => return Err(self.cut_off()),
        }
        self.place = Place::AfterElement;
        self.element().map(Some)
    }

    fn open(&mut self) -> Result<(), ScanError> {
        while self.buffer.len() < 3 && self.fill(0)? {}
        if self.buffer.starts_with(b"\xEF\xBB\xBF") {
            self.position = 3;
            self.line_start = 3;
        }
        match self.after_space()? {
            Some(b'[') => {
                self.position += 1;
                self.place = Place::First;
                Ok(())
            }
            Some(byte) => Err(self.wrong(shown(byte), "expected a JSON array of records, [ … ]")),
            None => Err(ScanError::Empty),
        }
    }

    fn close(&mut self) -> Result<(), ScanError> {
        self.place = Place::Done;
        match self.after_space()? {
            Some(byte) => Err(self.wrong(
                format!("{} after the array", shown(byte)),
                "expected the file to end",
            )),
            None => Ok(()),
        }
    }

    fn element(&mut self) -> Result<Element<'_>, ScanError> {
        let (line, column) = (self.line, self.column());
        let mut walk = Walk::default();
        let mut start = self.position;
        loop {
            let (passed, ended) = walk.over(self.buffer.get(self.position..).unwrap_or_default());
            self.position += passed;
            if ended {
                break;
            }
            let more = self.fill(start)?;
            start = 0;
            let found = match more {
                true if self.position <= LONGEST => continue,
                true => "a record of more than 64 MB starts here",
                false => "the file ends inside the record that starts here",
            };
            return Err(ScanError::Wrong {
                line,
                column,
                found: found.to_owned(),
                expected: "a closing bracket or quote is missing",
            });
        }
        if start == self.position {
            let found = self
                .buffer
                .get(start)
                .map_or_else(String::new, |byte| shown(*byte));
            return Err(self.wrong(found, "expected a record"));
        }
        let bytes = self.buffer.get(start..self.position).unwrap_or_default();
        let offset = self.base + start as u64;
        let newlines = memchr_iter(b'\n', bytes).count();
        self.line = self
            .line
            .saturating_add(u32::try_from(newlines).unwrap_or(u32::MAX));
        if let Some(newline) = memrchr(b'\n', bytes) {
            self.line_start = offset + newline as u64 + 1;
        }
        Ok(Element {
            bytes,
            offset,
            line,
            column,
        })
    }

    /// The next byte that is no white space.
    fn after_space(&mut self) -> Result<Option<u8>, ScanError> {
        loop {
            match self.buffer.get(self.position) {
                Some(b'\n') => {
                    self.position += 1;
                    self.line = self.line.saturating_add(1);
                    self.line_start = self.base + self.position as u64;
                }
                Some(b' ' | b'\t' | b'\r') => self.position += 1,
                Some(byte) => return Ok(Some(*byte)),
                None => {
                    if !self.fill(self.position)? {
                        return Ok(None);
                    }
                }
            }
        }
    }

    /// Reads on, and lets go of what stands before `keep`; false at the file's end.
    fn fill(&mut self, keep: usize) -> io::Result<bool> {
        self.buffer.drain(..keep);
        self.position -= keep;
        self.base += keep as u64;
        let held = self.buffer.len();
        let got = self
            .source
            .by_ref()
            .take(self.chunk as u64)
            .read_to_end(&mut self.buffer);
        got.map(|_| self.buffer.len() > held)
    }

    fn column(&self) -> u32 {
        u32::try_from(self.passed() - self.line_start + 1).unwrap_or(u32::MAX)
    }

    fn wrong(&self, found: impl Into<String>, expected: &'static str) -> ScanError {
        ScanError::Wrong {
            line: self.line,
            column: self.column(),
            found: found.into(),
            expected,
        }
    }

    fn cut_off(&self) -> ScanError {
        self.wrong(
            "the file ends inside the array",
            "expected the closing ]; is it complete?",
        )
    }
}

fn shown(byte: u8) -> String {
    if byte.is_ascii_graphic() {
        format!("found '{}'", char::from(byte))
    } else {
        format!("found byte 0x{byte:02x}")
    }
}

/// How deep in brackets and strings the scanner is; it can stop and go on at any byte.
#[derive(Default)]
struct Walk {
    depth: u32,
    in_string: bool,
    escaped: bool,
}

impl Walk {
    /// Walks over bytes: how many belong to the element, and whether it ended.
    fn over(&mut self, bytes: &[u8]) -> (usize, bool) {
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            if self.escaped {
                self.escaped = false;
                at += 1;
            } else if self.in_string {
                let rest = bytes.get(at..).unwrap_or_default();
                let Some(next) = memchr2(b'"', b'\\', rest) else {
                    return (bytes.len(), false);
                };
                self.escaped = rest.get(next) == Some(&b'\\');
                self.in_string = self.escaped;
                at += next + 1;
                if !self.in_string && self.depth == 0 {
                    return (at, true);
                }
            } else {
                match byte {
                    b'"' => self.in_string = true,
                    b'{' | b'[' => self.depth += 1,
                    b'}' | b']' if self.depth > 0 => {
                        self.depth -= 1;
                        if self.depth == 0 {
                            return (at + 1, true);
                        }
                    }
                    // A number or a word ends where something else begins.
                    b'}' | b']' | b',' | b' ' | b'\t' | b'\r' | b'\n' if self.depth == 0 => {
                        return (at, true);
                    }
                    _ => {}
                }
                at += 1;
            }
        }
        (at, false)
    }
}

#[cfg(test)]
mod tests;
