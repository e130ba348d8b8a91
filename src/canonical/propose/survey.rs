//! What a file's members look like, over all its records.

use std::collections::HashSet;
use std::path::Path;

use serde_json::{Map, Value as Json};
use xxhash_rust::xxh3::xxh3_64;

use super::super::load::scan_problem;
use super::super::names::name_fault;
use super::super::problem::Problem;
use super::super::scan::{CHUNK, Elements, ScanError};
use super::words::pointer_stem;
use crate::config::TimeRule;
use crate::files::read;

/// What the values of one member have been.
#[derive(Default)]
pub(super) struct Member {
    pub(super) name: String,
    /// Records whose value is not null.
    pub(super) present: u64,
    pub(super) texts: u64,
    pub(super) empty_texts: u64,
    pub(super) times: u64,
    pub(super) days: u64,
    pub(super) hours: u64,
    pub(super) whole: u64,
    pub(super) fractions: u64,
    pub(super) flags: u64,
    pub(super) objects: u64,
    pub(super) places: u64,
    pub(super) largest: f64,
    /// Lists, and what their elements have been.
    pub(super) lists: u64,
    pub(super) elements: Option<Box<Member>>,
    /// The values as record names: unique so far, and each of them one CloudKit takes.
    names: HashSet<u64>,
    repeated: bool,
    no_name: bool,
}

impl Member {
    fn named(name: &str) -> Self {
        Member {
            name: name.to_owned(),
            ..Member::default()
        }
    }

    fn meet(&mut self, value: &Json) {
        self.present += u64::from(!value.is_null());
        match value {
            Json::Null => {}
            Json::Bool(_) => self.flags += 1,
            Json::Number(number) if number.is_i64() => self.whole += 1,
            Json::Number(_) => self.fractions += 1,
            Json::String(text) => self.meet_text(text),
            Json::Array(elements) => {
                self.lists += 1;
                let inner = self.elements.get_or_insert_default();
                for element in elements {
                    // A null in a list is nothing that CloudKit knows.
                    inner.objects += u64::from(element.is_null());
                    inner.meet(element);
                }
            }
            Json::Object(members) => {
                self.objects += 1;
                let degrees = |name: &str, most| {
                    members
                        .get(name)
                        .and_then(Json::as_f64)
                        .is_some_and(|n| n.abs() <= most)
                };
                self.places += u64::from(degrees("latitude", 90.0) && degrees("longitude", 180.0));
            }
        }
        self.largest = value
            .as_f64()
            .map_or(self.largest, |number| self.largest.max(number.abs()));
    }

    fn meet_text(&mut self, text: &str) {
        self.texts += 1;
        self.empty_texts += u64::from(text.is_empty());
        self.no_name |= name_fault(text).is_some();
        self.repeated |= !self.names.insert(xxh3_64(text.as_bytes()));
        let digits = |range: std::ops::Range<usize>| {
            text.get(range)
                .is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let day = digits(0..4) && text.get(4..5) == Some("-") && digits(5..7);
        self.times += u64::from(day && TimeRule::default().read_text(text).is_ok());
        self.days += u64::from(day && text.len() == 10);
        let hour = digits(0..2) && text.get(2..3) == Some(":") && digits(3..5);
        self.hours += u64::from(hour && text.len() == 5);
    }

    /// Whether all values are texts that could be times, numbers …, by the count given.
    pub(super) fn all(&self, count: u64) -> bool {
        self.present > 0 && count == self.present
    }

    /// Whether all its values are texts that read as a date or a moment.
    pub(super) fn all_times(&self) -> bool {
        let texts = self.texts - self.empty_texts;
        self.all(self.texts) && texts > 0 && self.times == texts
    }

    /// Whether all its values are names of records of `file`.
    pub(super) fn points_at(&self, file: &Survey) -> bool {
        let named = file.record_name.and_then(|at| file.members.get(at));
        let texts = self.present - self.empty_texts;
        let empty = xxh3_64(b"");
        texts > 0
            && self.all(self.texts)
            && pointer_stem(&self.name).is_some()
            && named.is_some_and(|named| {
                self.names
                    .iter()
                    .all(|name| *name == empty || named.names.contains(name))
            })
    }
}

/// Members that are made to name records, the likeliest first.
const IDS: [&str; 6] = ["canonical_id", "canonicalid", "id", "_id", "uuid", "guid"];

/// Members that often name records and may mean something else.
const LIKELY: [&str; 4] = ["slug", "key", "code", "name"];

/// A file and its members in the order they were met.
#[derive(Default)]
pub(super) struct Survey {
    pub(super) file: String,
    pub(super) records: u64,
    pub(super) members: Vec<Member>,
    /// The member that names the records.
    pub(super) record_name: Option<usize>,
}

impl Survey {
    /// Looks at a whole file; the problem is why no manifest can be made from it.
    pub(super) fn of(folder: &Path, file: &str) -> Result<Self, Box<Problem>> {
        let failed = |error: ScanError| Box::new(scan_problem(error));
        let opened = read::open(&folder.join(file)).map_err(|cause| failed(cause.into()))?;
        let mut survey = Survey {
            file: file.to_owned(),
            ..Survey::default()
        };
        let mut elements = Elements::new(opened, CHUNK);
        while let Some(element) = elements.next().map_err(failed)? {
            let Ok(record) = serde_json::from_slice::<Map<String, Json>>(element.bytes) else {
                let found = format!("line {}: no JSON object", element.line);
                return Err(Box::new(Problem {
                    found,
                    ..Problem::default()
                }));
            };
            survey.records += 1;
            for (likely, (name, value)) in record.iter().enumerate() {
                survey.meet(likely, name, value);
            }
        }
        if survey.records == 0 {
            return Err(Box::new(Problem {
                found: "an empty array".to_owned(),
                ..Problem::default()
            }));
        }
        survey.record_name = survey.guess_record_name();
        Ok(survey)
    }

    /// Takes in a member's value; records keep their members in one order, so a likely place is tried first.
    fn meet(&mut self, likely: usize, name: &str, value: &Json) {
        let here = self.members.get(likely).is_some_and(|member| member.name == name);
        let known = if here {
            self.members.get_mut(likely)
        } else {
            self.members.iter_mut().find(|member| member.name == name)
        };
        if let Some(member) = known {
            member.meet(value);
        } else {
            let mut member = Member::named(name);
            member.meet(value);
            self.members.push(member);
        }
    }

    /// Whether a member could name the records: a text in each, never the same twice, and one that CloudKit takes.
    fn names_records(&self, member: &Member) -> bool {
        member.texts == self.records && !member.repeated && !member.no_name
    }

    /// Whether the member that names the records is made for that.
    pub(super) fn is_named_by_an_id(&self) -> bool {
        let member = self.record_name.and_then(|at| self.members.get(at));
        member.is_some_and(|member| IDS.iter().any(|usual| usual.eq_ignore_ascii_case(&member.name)))
    }

    fn guess_record_name(&self) -> Option<usize> {
        let fits = |at: &usize| {
            self.members
                .get(*at)
                .is_some_and(|member| self.names_records(member))
        };
        let called = |wanted: &str| {
            self.members
                .iter()
                .position(|member| member.name.eq_ignore_ascii_case(wanted))
        };
        IDS.iter()
            .chain(&LIKELY)
            .filter_map(|name| called(name))
            .find(fits)
            .or_else(|| (0..self.members.len()).find(fits))
    }
}
