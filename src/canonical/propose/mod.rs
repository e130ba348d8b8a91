//! A manifest made from the files found, for `skydeck init`: to be read, corrected and kept by a person.
//!
//! - `survey`: what the members of a file look like, over all its records
//! - `guess`: which type of field a member's values are
//! - `words`: names of types and fields from those of files and members

mod guess;
mod survey;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use self::guess::{Guess, empty, guess};
use self::survey::{Member, Survey};
use crate::record::{FieldType, Kind};

/// The fields of each record type, as the cloud's schema tells them.
pub type Schema = BTreeMap<String, BTreeMap<String, FieldType>>;

/// A proposal, and what it was made of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proposal {
    /// The text of a `skydeck.toml`.
    pub text: String,
    /// The record types in it.
    pub types: Vec<ProposedType>,
    /// Files, and types of the schema, that are not in it, and why not.
    pub skipped: Vec<(String, String)>,
}

/// A record type of a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposedType {
    /// Its name.
    pub name: String,
    /// The file it was made from.
    pub file: String,
    /// Records in the file.
    pub records: u64,
}

/// A `skydeck.toml` for the JSON files of a folder, which it names as given here. Where the schema of the container is
/// known, its names and types are kept to. What could not be told from the values stands in comments.
pub fn propose(data: &Path, schema: Option<&Schema>) -> Proposal {
    let mut proposal = Proposal {
        text: head(data),
        ..Proposal::default()
    };
    let surveys = surveyed(data, &mut proposal.skipped);
    let mut taken = BTreeSet::new();
    let named: Vec<(String, &Survey)> = surveys
        .iter()
        .map(|survey| (type_of(survey, schema, &mut taken), survey))
        .collect();
    let without_file = schema.into_iter().flat_map(BTreeMap::keys);
    for name in without_file.filter(|name| !taken.contains(*name) && *name != USERS) {
        let why = "in the schema, and no file is named like it".to_owned();
        proposal.skipped.push((name.clone(), why));
    }
    for (what, why) in &proposal.skipped {
        note(&mut proposal.text, what, why);
    }
    for (name, survey) in &named {
        let fields = schema.and_then(|schema| schema.get(name));
        Writer {
            text: &mut proposal.text,
            named: &named,
            fields,
            survey,
            taken: BTreeSet::new(),
        }
        .record_type(name);
        proposal.types.push(ProposedType {
            name: name.clone(),
            file: survey.file.clone(),
            records: survey.records,
        });
    }
    proposal
}

/// A type that every schema has and nobody's files hold.
const USERS: &str = "Users";

fn head(data: &Path) -> String {
    format!(
        "# Proposed from the files found. Review it: every guess is marked `# guess: …`.\n\n\
         container = \"iCloud.com.example.app\"            # yours, from CloudKit Console\n\
         data = {}\n\n\
         [environment.development]\n\
         # key_id = \"64 hex digits\"                      # CloudKit Console, Tokens & Keys\n\
         # private_key = \"keys/development.pem\"          # a path; the key itself never stands here\n\n\
         [environment.production]\n\
         # key_id = \"64 hex digits\"                      # another key: each environment has its own\n\
         # private_key = \"keys/production.pem\"\n\
         read_only = true\n",
        quoted(&data.to_string_lossy())
    )
}

/// The files that can be made a record type of.
fn surveyed(data: &Path, skipped: &mut Vec<(String, String)>) -> Vec<Survey> {
    let mut surveys = Vec::new();
    for file in json_files(data) {
        let why = match Survey::of(data, &file) {
            Ok(survey) if survey.record_name.is_some() => {
                surveys.push(survey);
                continue;
            }
            Ok(_) => "no member has a text that is different in every record and could name it".to_owned(),
            Err(problem) => format!("{} {}", problem.found, problem.advice)
                .trim_end()
                .to_owned(),
        };
        skipped.push((file, why));
    }
    surveys
}

fn json_files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut files: Vec<String> = names
        .filter(|name| Path::new(name).extension().is_some_and(|end| end == "json") && !name.starts_with('.'))
        .collect();
    files.sort();
    files
}

fn type_of(survey: &Survey, schema: Option<&Schema>, taken: &mut BTreeSet<String>) -> String {
    let guess = words::type_name(survey.file.trim_end_matches(".json"));
    let name = words::known(schema, &guess).map_or(guess.clone(), |(known, _)| known.to_owned());
    free(name, taken)
}

/// A name that is not taken yet.
fn free(name: String, taken: &mut BTreeSet<String>) -> String {
    let tries = (2..).map(|number| format!("{name}{number}"));
    let free = std::iter::once(name.clone())
        .chain(tries)
        .find(|name| !taken.contains(name))
        .unwrap_or(name);
    taken.insert(free.clone());
    free
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

fn note(text: &mut String, what: &str, why: &str) {
    let line = format!("{what}: {why}").replace(['\n', '\r'], " ");
    // Writing to a text cannot fail.
    let _ = writeln!(text, "# {}", line.trim_end());
}

struct Writer<'w> {
    text: &'w mut String,
    named: &'w [(String, &'w Survey)],
    /// The schema's fields of this type.
    fields: Option<&'w BTreeMap<String, FieldType>>,
    survey: &'w Survey,
    taken: BTreeSet<String>,
}

impl Writer<'_> {
    fn record_type(mut self, name: &str) {
        let record_name = self.survey.record_name.and_then(|at| self.survey.members.get(at));
        let record_name = record_name.map_or("id", |member| member.name.as_str());
        let (file, quoted_name) = (quoted(&self.survey.file), quoted(record_name));
        let records = self.survey.records;
        let noun = if records == 1 { "record" } else { "records" };
        let head = format!("[type.{name}]");
        let guessed = if self.fields.is_some() {
            ""
        } else {
            "guess: named after the file, "
        };
        let name_guessed = if self.survey.is_named_by_an_id() {
            ""
        } else {
            " # guess: its value is different in every record"
        };
        let _ = writeln!(
            self.text,
            "\n{head:<47} # {guessed}{records} {noun}\nfile = {file}\nrecord_name = {quoted_name}{name_guessed}\n\n[type.{name}.fields]",
        );
        let place = self.place();
        let survey = self.survey;
        for member in &survey.members {
            if place.is_some_and(|pair| pair.contains(&member.name.as_str())) {
                continue;
            }
            // The name is no field of its own unless the cloud has it as one.
            let known = words::known(self.fields, &words::field_name(&member.name)).is_some();
            if member.name != record_name || known {
                self.member(member);
            }
        }
        if let Some([latitude, longitude]) = place {
            let field = self.name("location");
            let (latitude, longitude) = (quoted(latitude), quoted(longitude));
            let _ = writeln!(
                self.text,
                "{field} = {{ type = \"LOCATION\", latitude = {latitude}, longitude = {longitude} }} # guess: two numbers that form a location"
            );
        }
        if let Some([date, time]) = self.moment() {
            let field = self.name("dateTime");
            let (date, time) = (quoted(date), quoted(time));
            let _ = writeln!(
                self.text,
                "{field} = {{ type = \"TIMESTAMP\", from = [{date}, {time}], format = \"%Y-%m-%d %H:%M\", timezone = \"UTC\" }} # guess: one time from both, in UTC"
            );
        }
    }

    /// Two members that make a place.
    fn place(&self) -> Option<[&'static str; 2]> {
        let pairs = [["latitude", "longitude"], ["lat", "lon"], ["lat", "lng"]];
        let fits = |name: &str, most: f64| {
            let member = self.survey.members.iter().find(|member| member.name == name);
            member.is_some_and(|m| {
                m.all(m.whole + m.fractions) && m.largest <= most && m.present == self.survey.records
            })
        };
        pairs
            .into_iter()
            .find(|[latitude, longitude]| fits(latitude, 90.0) && fits(longitude, 180.0))
    }

    /// A day and an hour that make a time.
    fn moment(&self) -> Option<[&'static str; 2]> {
        let all = |name: &str, count: fn(&Member) -> u64| {
            let member = self.survey.members.iter().find(|member| member.name == name);
            member.is_some_and(|member| member.all(count(member)))
        };
        (all("date", |member| member.days) && all("time", |member| member.hours)).then_some(["date", "time"])
    }

    fn member(&mut self, member: &Member) {
        let plain = words::field_name(&member.name);
        let known = words::known(self.fields, &plain).map(|(_, field_type)| *field_type);
        let target = self.named.iter().find(|(_, survey)| member.points_at(survey));
        if let Some((target, _)) = target {
            let stem = words::field_name(words::pointer_stem(&member.name).unwrap_or(&member.name));
            // The cloud may have the name as a text, as a reference, or as both.
            let of_cloud = [plain.clone(), format!("{stem}Ref"), stem.clone()]
                .into_iter()
                .find(|name| {
                    let known = words::known(self.fields, name);
                    known.is_some_and(|(_, field_type)| *field_type == FieldType::One(Kind::Reference))
                });
            let more = format!(", to = \"{target}\"{}", empty(member));
            let known_reference = of_cloud.is_some();
            if let Some(field) = of_cloud.or_else(|| known.is_none().then_some(stem)) {
                self.line(
                    &field,
                    member,
                    &Guess {
                        more,
                        guessed: if known_reference {
                            ""
                        } else {
                            "every value names such a record"
                        },
                        ..Guess::one(Kind::Reference)
                    },
                );
            }
            if known.is_none_or(|known| known.kind() == Kind::Reference) {
                return;
            }
        }
        match guess(member, known) {
            Ok(guess) => self.line(&plain, member, &guess),
            Err(why) => note(self.text, &member.name, why),
        }
    }

    fn name(&mut self, wanted: &str) -> String {
        let name = words::known(self.fields, wanted).map_or(wanted, |(known, _)| known);
        free(name.to_owned(), &mut self.taken)
    }

    fn line(&mut self, field: &str, member: &Member, guess: &Guess) {
        let field = self.name(field);
        let field_type = guess.field_type;
        let from = if field == member.name {
            String::new()
        } else {
            format!(", from = {}", quoted(&member.name))
        };
        let line = if from.is_empty() && guess.more.is_empty() {
            format!("{field} = \"{field_type}\"")
        } else {
            format!("{field} = {{ type = \"{field_type}\"{from}{} }}", guess.more)
        };
        let comment = if guess.guessed.is_empty() {
            String::new()
        } else {
            format!(" # guess: {}", guess.guessed)
        };
        let _ = writeln!(self.text, "{line}{comment}");
    }
}
