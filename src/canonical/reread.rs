//! One record again: by where it stands, or by its name.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::decode::Decoder;
use super::load::{broken, fault_problem, nameless, open, origin, scan_problem, text_of};
use super::problem::{Problem, Problems};
use super::scan::{CHUNK, Element, Elements};
use crate::config::{Config, TypeConfig};
use crate::files::read;
use crate::record::Record;
use crate::record::table::Origin;

/// Why a record could not be read again.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file could not be read.
    #[error("cannot read {file}: {cause}", file = .file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// There is no such record there any more: the file was written since.
    #[error("{file}:{line}: the record is not there any more; the file changed", file = .file.display())]
    Moved {
        /// The file.
        file: PathBuf,
        /// The line it stood in.
        line: u32,
    },
}

/// Reads records of one file again, by where they stand.
pub struct Reader<'t> {
    path: PathBuf,
    file: File,
    decoder: Decoder<'t>,
    type_config: &'t TypeConfig,
    buffer: Vec<u8>,
}

impl<'t> Reader<'t> {
    /// Opens the file, which stays open.
    pub fn open(file: &Path, type_config: &'t TypeConfig) -> Result<Self, ReadError> {
        let opened = read::open(file).map_err(|cause| ReadError::Io {
            file: file.to_owned(),
            cause,
        })?;
        Ok(Reader {
            path: file.to_owned(),
            file: opened,
            decoder: Decoder::new(type_config),
            type_config,
            buffer: Vec::new(),
        })
    }

    /// The record that stands there. It may be another one than before where the file was written since: its name or
    /// fingerprint tells.
    pub fn read(&mut self, origin: Origin) -> Result<Record, ReadError> {
        let moved = || ReadError::Moved {
            file: self.path.clone(),
            line: origin.line,
        };
        self.buffer.resize(origin.length as usize, 0);
        let read = self
            .file
            .seek(SeekFrom::Start(origin.offset))
            .and_then(|_| self.file.read_exact(&mut self.buffer));
        match read {
            Ok(()) => {}
            Err(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => return Err(moved()),
            Err(cause) => {
                return Err(ReadError::Io {
                    file: self.path.clone(),
                    cause,
                });
            }
        }
        let text = std::str::from_utf8(&self.buffer).map_err(|_| moved())?;
        self.decoder.find(text).map_err(|_| moved())?;
        let name = self.decoder.name(text).map_err(|_| moved())?.into_owned();
        let mut faulty = false;
        let fields = self.decoder.fields(text, |_| faulty = true).clone();
        if faulty {
            return Err(moved());
        }
        Ok(Record::local(&self.type_config.name, name, fields))
    }
}

/// One record by where it stands; for several of them keep a [`Reader`].
pub fn read_at(file: &Path, type_config: &TypeConfig, origin: Origin) -> Result<Record, ReadError> {
    Reader::open(file, type_config)?.read(origin)
}

/// All records of a file, in its order, or the first problem. For a table of many records there is
/// [`load`](super::load()), which keeps less and tells all problems.
pub fn read_all(config: &Config, type_config: &TypeConfig) -> Result<Vec<Record>, Problems> {
    let mut records = Vec::new();
    visit(config, type_config, |decoder, element, text| {
        records.push(one(decoder, type_config, element, text)?.0);
        Ok(true)
    })?;
    Ok(records)
}

/// The record of this name, and where it stands; `None` where the file has none. Problems of other records do not
/// matter, unless the JSON itself is broken before this one is met.
pub fn read_one(
    config: &Config,
    type_config: &TypeConfig,
    name: &str,
) -> Result<Option<(Record, Origin)>, Problems> {
    let mut found = None;
    visit(config, type_config, |decoder, element, text| {
        if decoder.name(text).is_ok_and(|its_name| its_name == name) {
            found = Some(one(decoder, type_config, element, text)?);
        }
        Ok(found.is_none())
    })?;
    Ok(found)
}

/// Goes through a file's elements, until `visit` says no or finds a problem.
fn visit(
    config: &Config,
    type_config: &TypeConfig,
    mut visit: impl FnMut(&mut Decoder<'_>, &Element<'_>, &str) -> Result<bool, Vec<Problem>>,
) -> Result<(), Problems> {
    let path = config.file_of(type_config);
    let mut elements = Elements::new(open(&path)?, CHUNK);
    let mut decoder = Decoder::new(type_config);
    let all = |list: Vec<Problem>| {
        let mut problems = Problems::none(&path);
        for problem in list {
            problems.add(problem);
        }
        problems
    };
    while let Some(element) = elements.next().map_err(|error| all(vec![scan_problem(error)]))? {
        let text = text_of(&element).map_err(|problem| all(vec![*problem]))?;
        decoder
            .find(text)
            .map_err(|error| all(vec![broken(&element, &error)]))?;
        if !visit(&mut decoder, &element, text).map_err(all)? {
            break;
        }
    }
    Ok(())
}

fn one(
    decoder: &mut Decoder<'_>,
    type_config: &TypeConfig,
    element: &Element<'_>,
    text: &str,
) -> Result<(Record, Origin), Vec<Problem>> {
    let name = decoder.name(text).map_err(|fault| {
        let fault = fault.unwrap_or_else(|| nameless(type_config));
        vec![fault_problem(element, None, fault)]
    })?;
    let mut problems = Vec::new();
    let fields = decoder.fields(text, |fault| {
        problems.push(fault_problem(element, Some(&name), fault));
    });
    if problems.is_empty() {
        Ok((
            Record::local(&type_config.name, name, fields.clone()),
            origin(element),
        ))
    } else {
        Err(problems)
    }
}
