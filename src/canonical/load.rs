//! A whole file into a table, or every problem of it.

use std::fs::File;
use std::io;
use std::path::Path;

use super::decode::{Decoder, Fault};
use super::problem::{Problem, Problems};
use super::scan::{CHUNK, Element, Elements, ScanError};
use super::stamp::FileStamp;
use crate::config::mistake::closest;
use crate::config::{Config, TypeConfig};
use crate::files::read;
use crate::record::Fields;
use crate::record::table::{AddError, Origin, Table};

/// Progress is told, and the wish to stop asked for, once in so many records.
const STEP: u64 = 1024;

/// The most a record may take in a request, by an upper bound: CloudKit takes 1 MB.
const LARGEST: usize = 1024 * 1024;

/// No element shorter than this makes a record that is too large, however its characters are escaped.
const SURELY_SMALL: usize = 64 * 1024;

/// A file that was read without a problem.
pub struct Loaded {
    /// The table given, with the file's records in it.
    pub table: Table,
    /// How many there are.
    pub records: usize,
    /// The file as it was read.
    pub stamp: FileStamp,
}

/// Reads the file of a type into a table. `progress` is told the number of records read so far; `cancelled` is asked
/// now and then whether to stop. Blocks.
pub fn load(
    config: &Config,
    type_config: &TypeConfig,
    progress: &mut dyn FnMut(u64),
    cancelled: &dyn Fn() -> bool,
    table: Table,
) -> Result<Loaded, Problems> {
    let path = config.file_of(type_config);
    let file = open(&path)?;
    let unreadable = |cause: io::Error| Problems::one(&path, format!("cannot be read: {cause}"), "");
    let before = file
        .metadata()
        .and_then(|data| FileStamp::from_metadata(&data))
        .map_err(unreadable)?;
    let mut loading = Loading {
        decoder: Decoder::new(type_config),
        problems: Problems::none(&path),
        nameless: Vec::new(),
        table,
    };
    let mut elements = Elements::new(file, CHUNK);
    let mut records = 0;
    let ended = loop {
        match elements.next() {
            Ok(None) => break Ok(()),
            Ok(Some(element)) => {
                if !loading.take(&element) {
                    break Err(());
                }
            }
            Err(error) => {
                loading.problems.add(scan_problem(error));
                break Err(());
            }
        }
        records += 1;
        if records % STEP == 0 {
            progress(records);
            if cancelled() {
                loading.problems.cancelled = true;
                break Err(());
            }
        }
    };
    progress(records);
    if ended.is_ok() {
        loading.missing(records);
    }
    if FileStamp::of(&path).ok() != Some(before) || (ended.is_ok() && elements.passed() != before.len) {
        // Whatever else seems wrong may come from that.
        return Err(Problems::one(
            &path,
            "the file changed while it was read",
            "try again when it is written",
        ));
    }
    if !loading.problems.is_none() {
        return Err(loading.problems);
    }
    Ok(Loaded {
        table: loading.table,
        records: usize::try_from(records).unwrap_or(usize::MAX),
        stamp: before,
    })
}

pub(super) fn open(path: &Path) -> Result<File, Problems> {
    let failed = |cause: io::Error| match cause.kind() {
        io::ErrorKind::NotFound => {
            let advice = "file and data in skydeck.toml say where it should be; a missing file never means \"all deleted\"";
            Problems::one(path, "there is no such file", advice)
        }
        _ => Problems::one(path, format!("cannot be read: {cause}"), ""),
    };
    read::open(path).map_err(failed)
}

/// A scanner's error as a problem.
pub(super) fn scan_problem(error: ScanError) -> Problem {
    match error {
        ScanError::Io(cause) => Problem {
            found: format!("cannot be read: {cause}"),
            ..Problem::default()
        },
        ScanError::Empty => Problem {
            found: "the file is empty".to_owned(),
            advice: "expected a JSON array of records; an empty file never means \"all deleted\"".to_owned(),
            ..Problem::default()
        },
        ScanError::Wrong {
            line,
            column,
            found,
            expected,
        } => Problem {
            line: Some(line),
            column: Some(column),
            found: format!("broken JSON: {found}"),
            advice: expected.to_owned(),
            ..Problem::default()
        },
    }
}

/// Line and column of a byte of an element.
pub(super) fn position(element: &Element<'_>, at: usize) -> (Option<u32>, Option<u32>) {
    let before = element.bytes.get(..at).unwrap_or_default();
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let lines = number(memchr::memchr_iter(b'\n', before).count());
    let column = match memchr::memrchr(b'\n', before) {
        Some(newline) => number(at - newline),
        None => element.column.saturating_add(number(at)),
    };
    (Some(element.line.saturating_add(lines)), Some(column))
}

/// Where an element stands.
pub(super) fn origin(element: &Element<'_>) -> Origin {
    let length = u32::try_from(element.bytes.len()).unwrap_or(u32::MAX);
    Origin {
        offset: element.offset,
        length,
        line: element.line,
    }
}

struct Loading<'t> {
    decoder: Decoder<'t>,
    problems: Problems,
    /// Records without a name, as long as none has had one: then the manifest is wrong, not every record.
    nameless: Vec<Problem>,
    table: Table,
}

impl Loading<'_> {
    /// Takes in an element; false where the text is so broken that what follows means nothing.
    fn take(&mut self, element: &Element<'_>) -> bool {
        let text = match text_of(element) {
            Ok(text) => text,
            Err(problem) => {
                self.problems.add(*problem);
                return false;
            }
        };
        if let Err(error) = self.decoder.find(text) {
            self.problems.add(broken(element, &error));
            return error.is_data();
        }
        let name = match self.decoder.name(text) {
            Ok(name) => name,
            Err(fault) => {
                self.nameless(element, fault);
                return true;
            }
        };
        let problems = &mut self.problems;
        let fields = self.decoder.fields(text, |fault| {
            problems.add(fault_problem(element, Some(&name), fault));
        });
        if text.len() > SURELY_SMALL {
            check_size(element, &name, fields, problems);
        }
        if let Err(error) = self.table.add_local(&name, fields, origin(element)) {
            problems.add(add_problem(element, &name, error));
        }
        true
    }

    fn nameless(&mut self, element: &Element<'_>, fault: Option<Fault>) {
        let Some(fault) = fault else {
            let problem = fault_problem(element, None, nameless(self.decoder.type_config()));
            if self.decoder.saw_a_name() {
                self.problems.add(problem);
            } else if self.nameless.len() < 100 {
                self.nameless.push(problem);
            }
            return;
        };
        self.problems.add(fault_problem(element, None, fault));
    }

    /// What is wrong with the file as a whole.
    fn missing(&mut self, records: u64) {
        if records == 0 {
            self.problems.add(Problem {
                found: "the array is empty".to_owned(),
                advice: "that never means \"all deleted\"; to delete a whole type use delete-all".to_owned(),
                ..Problem::default()
            });
            return;
        }
        if self.decoder.saw_a_name() {
            let mut list = std::mem::take(&mut self.nameless);
            list.append(&mut self.problems.list);
            let more = self.problems.more;
            self.problems = Problems {
                more,
                ..Problems::none(&self.problems.file)
            };
            for problem in list {
                self.problems.add(problem);
            }
        }
        let met = self.decoder.members_met();
        for (member, field) in self.decoder.never_seen() {
            let advice = match closest(member, met.iter().map(String::as_str)) {
                Some(meant) => format!("did you mean '{meant}'? skydeck.toml says which member is read"),
                None => {
                    let allowed = match field {
                        Some(_) => "optional = true on the field allows that",
                        None => "record_name in skydeck.toml says which member has it",
                    };
                    format!("{}; {allowed}", members_of_the_first(met))
                }
            };
            let found = match field {
                Some(_) => format!("no record has a member '{member}'"),
                None => format!("no record has the member '{member}' that names it"),
            };
            self.problems.add(Problem {
                field: field.map(str::to_owned),
                found,
                advice,
                ..Problem::default()
            });
        }
    }
}

fn members_of_the_first(met: &[String]) -> String {
    if met.is_empty() {
        "the first one has none".to_owned()
    } else {
        format!("the first one has {}", met.join(", "))
    }
}

pub(super) fn text_of<'b>(element: &Element<'b>) -> Result<&'b str, Box<Problem>> {
    std::str::from_utf8(element.bytes).map_err(|error| {
        let (line, column) = position(element, error.valid_up_to());
        let advice = "the file must be UTF-8".to_owned();
        Box::new(Problem {
            line,
            column,
            found: "broken JSON: not UTF-8".to_owned(),
            advice,
            ..Problem::default()
        })
    })
}

/// The fault of a record without the member that names it.
pub(super) fn nameless(type_config: &TypeConfig) -> Fault {
    Fault {
        at: 0,
        field: None,
        found: format!("the record has no '{}'", type_config.record_name),
        advice: "record_name in skydeck.toml says that this member names it".to_owned(),
    }
}

/// What serde found wrong in an element.
pub(super) fn broken(element: &Element<'_>, error: &serde_json::Error) -> Problem {
    if error.is_data() && element.bytes.first() != Some(&b'{') {
        let (line, column) = position(element, 0);
        let text = String::from_utf8_lossy(element.bytes);
        let found = format!("{} where a record was expected", super::value::kind_of(&text));
        return Problem {
            line,
            column,
            found,
            advice: "a record is an object, { … }".to_owned(),
            ..Problem::default()
        };
    }
    let lines_before = memchr::memchr_iter(b'\n', element.bytes)
        .take(error.line().saturating_sub(1))
        .last();
    let at = lines_before.map_or(0, |newline| newline + 1) + error.column().saturating_sub(1);
    let (line, column) = position(element, at);
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    Problem {
        line,
        column,
        found: format!("broken JSON: {message}"),
        ..Problem::default()
    }
}

pub(super) fn fault_problem(element: &Element<'_>, record: Option<&str>, fault: Fault) -> Problem {
    let (line, column) = position(element, fault.at);
    let Fault {
        field, found, advice, ..
    } = fault;
    Problem {
        line,
        column,
        record: record.map(str::to_owned),
        field,
        found,
        advice,
        ..Problem::default()
    }
}

fn check_size(element: &Element<'_>, name: &str, fields: &Fields, problems: &mut Problems) {
    let size: usize = fields
        .iter()
        .map(|(field, value)| field.len() + 4 + value.wire_size())
        .sum();
    if size > LARGEST {
        let (line, column) = position(element, 0);
        let found = format!("the record takes about {size} bytes");
        let advice = "CloudKit takes at most 1 MB a record".to_owned();
        problems.add(Problem {
            line,
            column,
            record: Some(name.to_owned()),
            found,
            advice,
            ..Problem::default()
        });
    }
}

fn add_problem(element: &Element<'_>, name: &str, error: AddError) -> Problem {
    let (line, column) = position(element, 0);
    let record = Some(name.to_owned());
    let advice = match error {
        AddError::Duplicate(_) => "each name may stand once; rename or remove one of them",
        AddError::Full(_) => "",
    };
    Problem {
        line,
        column,
        record,
        found: error.to_string(),
        advice: advice.to_owned(),
        ..Problem::default()
    }
}
