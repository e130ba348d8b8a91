//! `skydeck.toml`: the environments with their keys' whereabouts, and the manifest that maps files to record types.
//!
//! - [`mistake`]: what is wrong in the file, and where
//! - [`credentials`]: where the key of an environment comes from
//! - `checks`: which findings are only reported before a write, and which block it
//! - `parse`, `section`, `fields`, `constant`: from the text to the types below; every mistake is found in one pass
//! - `time`: how a text or a number becomes a moment
//!
//! No secret is ever in here: the file names the private key's path, and a key pasted into it is refused.

mod checks;
mod constant;
pub mod credentials;
mod fields;
pub mod mistake;
mod parse;
mod section;
mod time;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use xxhash_rust::xxh3::xxh3_128;

use crate::files::{Protected, read};
use crate::record::merge::parts_of;
use crate::record::percent::Percent;
use crate::record::{Action, FieldType, LocationPart, LocationParts, OwnedField, Shape, Value};

pub use checks::{Checks, Level};
pub use credentials::{KeySource, PrivateKeyAt};
pub use mistake::{ConfigError, Mistake};

/// The name of the configuration file.
pub const FILE_NAME: &str = "skydeck.toml";

/// The two environments of a container.
pub const ENVIRONMENTS: [&str; 2] = ["development", "production"];

/// A configuration file, read and checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file it was read from.
    pub path: PathBuf,
    /// The container, `iCloud.…`.
    pub container: String,
    /// The folder of the canonical files, resolved against the configuration file's folder.
    pub data: PathBuf,
    /// The environments that have a table, by name.
    pub environments: BTreeMap<String, Profile>,
    /// The record types, in the file's order.
    pub types: Vec<TypeConfig>,
    /// The ceilings.
    pub limits: Limits,
    /// A PEM file with certificate authorities to trust in addition to the built-in ones, such as a company's proxy;
    /// resolved against the configuration file's folder.
    pub ca_file: Option<PathBuf>,
    /// How seriously each check before a write is taken.
    pub checks: Checks,
    /// The tables `tui`, `keys` and `theme` as they stand; the screen makes sense of them.
    pub interface: toml::Table,
    /// What looks odd, and is no error.
    pub warnings: Vec<Mistake>,
}

/// One environment of the container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The server-to-server key's id.
    pub key_id: Option<String>,
    /// The private key's file, resolved against the configuration file's folder.
    pub private_key: Option<PathBuf>,
    /// Whether nothing may be written; true for production unless the file says otherwise.
    pub read_only: bool,
    /// Another server than Apple's.
    pub endpoint: Option<String>,
}

impl Profile {
    /// The profile of an environment that has no table of its own.
    pub fn default_for(environment: &str) -> Self {
        Profile {
            key_id: None,
            private_key: None,
            read_only: environment == "production",
            endpoint: None,
        }
    }
}

/// The ceilings a run keeps to.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// The most records of a type that one run may delete.
    pub max_deletes: u64,
    /// The largest share of a type's records in the cloud that one run may delete.
    pub max_delete_percent: Percent,
    /// The most requests under way at once.
    pub in_flight: usize,
    /// The longest wait the service may ask for before the job stops, in seconds.
    pub max_wait_seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            max_deletes: 1000,
            max_delete_percent: Percent::QUARTER,
            in_flight: 32,
            max_wait_seconds: 300,
        }
    }
}

/// How one file becomes records of one type.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeConfig {
    /// The record type.
    pub name: String,
    /// The JSON file, relative to [`Config::data`].
    pub file: PathBuf,
    /// The JSON member that names the record.
    pub record_name: String,
    /// The owned fields, in the file's order.
    pub fields: Vec<FieldMapping>,
}

impl TypeConfig {
    /// The type as far as it is ours.
    pub fn shape(&self) -> Shape {
        let fields = self.fields.iter().map(|field| OwnedField {
            target: field.target.clone(),
            parts: field.location_parts(),
            maps_action: field.action.is_some(),
            ..OwnedField::new(&field.name, field.field_type)
        });
        Shape {
            record_type: self.name.clone(),
            fields: fields.collect(),
        }
    }
}

/// How one field gets its value.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldMapping {
    /// The CloudKit field name.
    pub name: String,
    /// Its type.
    pub field_type: FieldType,
    /// Where the value comes from.
    pub source: Source,
    /// For a reference: the record type it points at.
    pub target: Option<String>,
    /// For a reference: what deleting its target does; `None` leaves that to the cloud.
    pub action: Option<Action>,
    /// For a place: the parts beside its coordinates, each with the member it is read from. It stands where the
    /// coordinates do: in the record, or in the object that `from` names.
    pub parts: Vec<(LocationPart, String)>,
    /// For a timestamp: how the text or number is read.
    pub time: TimeRule,
    /// What the empty string stands for.
    pub empty: Empty,
    /// Whether no record of the file need have the member.
    pub optional: bool,
    /// The value where the record has none: the member is missing or null.
    pub default: Option<Value>,
}

impl FieldMapping {
    /// The JSON members of a record that are read: those of the source, then those of the parts.
    pub fn members(&self) -> impl Iterator<Item = &str> {
        let own = match self.source {
            Source::Pair { .. } => self.parts.as_slice(),
            // The others stand in an object of their own, or nowhere.
            Source::Member(_) | Source::Joined(..) | Source::Constant(_) => &[],
        };
        self.source
            .members()
            .chain(own.iter().map(|(_, member)| member.as_str()))
    }

    /// The parts of its places that are mapped.
    pub fn location_parts(&self) -> LocationParts {
        match &self.source {
            Source::Constant(value) => parts_of(value),
            _ => self.parts.iter().map(|(part, _)| *part).collect(),
        }
    }
}

/// Where a field's value comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// One JSON member.
    Member(String),
    /// Two numbers that make a place.
    Pair {
        /// The member with the degrees north.
        latitude: String,
        /// The member with the degrees east.
        longitude: String,
    },
    /// Two texts, joined by one space before they are read; absent when either of them is.
    Joined(String, String),
    /// The same value for every record; no member is read.
    Constant(Value),
}

impl Source {
    /// The JSON members that the source itself reads.
    fn members(&self) -> impl Iterator<Item = &str> {
        let (first, second) = match self {
            Source::Member(member) => (Some(member), None),
            Source::Pair { latitude, longitude } => (Some(latitude), Some(longitude)),
            Source::Joined(first, second) => (Some(first), Some(second)),
            Source::Constant(_) => (None, None),
        };
        first.into_iter().chain(second).map(String::as_str)
    }
}

/// How a timestamp is read.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeRule {
    /// A strptime format; without one the text is ISO 8601.
    pub format: Option<String>,
    /// The zone of a time that names none. A local time that a clock change skips or repeats is read as the zone's
    /// offset before the gap, or the first of the two.
    pub zone: TimeZone,
    /// What a number counts; without it a number is an error.
    pub unit: Option<Unit>,
}

impl Default for TimeRule {
    fn default() -> Self {
        TimeRule {
            format: None,
            zone: TimeZone::UTC,
            unit: None,
        }
    }
}

/// What a number that stands for a time counts since 1970 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
}

/// What the empty string stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Empty {
    /// Itself: a value for a STRING, an error for any other type.
    #[default]
    Keep,
    /// No value, like a missing member.
    Missing,
}

impl Config {
    /// The configuration file of `start` or of the nearest folder above it.
    pub fn find(start: &Path) -> Result<Option<PathBuf>, ConfigError> {
        let start = std::path::absolute(start).map_err(|cause| ConfigError::unreadable(start, cause))?;
        for folder in start.ancestors() {
            let candidate = folder.join(FILE_NAME);
            match fs::metadata(&candidate) {
                Ok(_) => return Ok(Some(candidate)),
                Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {}
                Err(cause) if cause.kind() == std::io::ErrorKind::NotADirectory => {}
                Err(cause) => return Err(ConfigError::unreadable(&candidate, cause)),
            }
        }
        Ok(None)
    }

    /// Reads and checks the file.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = read::text(path).map_err(|cause| ConfigError::unreadable(path, cause))?;
        Config::parse(&text, path)
    }

    /// Reads and checks the file; the container may come from a variable in its place. `env` looks up an environment
    /// variable.
    pub fn load_with(path: &Path, env: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let text = read::text(path).map_err(|cause| ConfigError::unreadable(path, cause))?;
        parse::config(&text, path, credentials::container(env)?)
    }

    /// Checks the text of a file; its relative paths are resolved against the folder of `path`.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        parse::config(text, path, None)
    }

    /// The record type of this name.
    pub fn type_named(&self, name: &str) -> Option<&TypeConfig> {
        self.types.iter().find(|one| one.name == name)
    }

    /// The canonical file of a type.
    pub fn file_of(&self, type_config: &TypeConfig) -> PathBuf {
        self.data.join(&type_config.file)
    }

    /// The files that must never be overwritten: the configuration, the data files, the private keys, the CA certificates.
    pub fn protected(&self) -> Protected {
        let mut protected = Protected::default();
        protected.add(&self.path, "the configuration");
        if let Some(certificates) = &self.ca_file {
            protected.add(certificates, "the CA certificates of ca_file");
        }
        for one in &self.types {
            protected.add(&self.file_of(one), format!("the data file of {}", one.name));
        }
        for (environment, profile) in &self.environments {
            if let Some(key) = &profile.private_key {
                protected.add(key, format!("the private key of {environment}"));
            }
        }
        protected
    }

    /// A digest of how a type is mapped: its file and all that the manifest says of it. Another version of the
    /// program may produce a different digest for the same mapping, which only costs one comparison.
    pub fn manifest_digest(&self, type_config: &TypeConfig) -> String {
        let file = self.file_of(type_config);
        let file = std::path::absolute(&file).unwrap_or(file);
        let mapping = format!("{}\n{type_config:?}", file.display());
        format!("{:032x}", xxh3_128(mapping.as_bytes()))
    }

    /// The profile of an environment, whether it has a table or not.
    pub fn profile(&self, environment: &str) -> Profile {
        self.environments
            .get(environment)
            .cloned()
            .unwrap_or_else(|| Profile::default_for(environment))
    }
}
