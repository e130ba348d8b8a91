//! From the text to a [`Config`]; every mistake is found in one pass.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::checks::checks;
use super::credentials::{KEY_ID_EXPECTED, check_endpoint, is_container, key_id_fault, looks_like_key};
use super::fields::{Pointer, mapping};
use super::mistake::{Notes, closest};
use super::section::{Item, Section};
use super::{Config, ConfigError, ENVIRONMENTS, Limits, Profile, TypeConfig};

/// The tables the screen makes sense of.
const INTERFACE: [&str; 3] = ["tui", "keys", "theme"];

/// `container` replaces the file's container.
pub(super) fn config(text: &str, path: &Path, container: Option<String>) -> Result<Config, ConfigError> {
    let mut notes = Notes::new(text, path);
    let (document, faults) = DeTable::parse_recoverable(text);
    for fault in &faults {
        let message = fault.message().lines().collect::<Vec<_>>().join(", ");
        notes.wrong(&fault.span().unwrap_or(0..0), message, "");
    }
    if !notes.mistakes.is_empty() {
        // What a broken text seems to say is not worth a second complaint.
        return Err(ConfigError::Mistakes(notes.mistakes));
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let root = Section::root(document.get_ref());
    root.only(
        &mut notes,
        &[
            "container",
            "data",
            "environment",
            "limits",
            "network",
            "checks",
            "type",
            "tui",
            "keys",
            "theme",
        ],
    );
    let config = Config {
        path: path.to_owned(),
        container: self::container(&mut notes, &root, container),
        data: resolved(
            folder,
            root.text(&mut notes, "data").map_or("data", |(data, _)| data),
        ),
        environments: environments(&mut notes, &root, folder),
        types: types(&mut notes, &root),
        limits: limits(&mut notes, &root),
        ca_file: ca_file(&mut notes, &root, folder),
        checks: checks(&mut notes, &root),
        interface: interface(text),
        warnings: std::mem::take(&mut notes.warnings),
    };
    if notes.mistakes.is_empty() {
        return Ok(config);
    }
    notes
        .mistakes
        .sort_by_key(|mistake| (mistake.line, mistake.column));
    Err(ConfigError::Mistakes(notes.mistakes))
}

fn container(notes: &mut Notes<'_>, root: &Section<'_, '_>, from_outside: Option<String>) -> String {
    let example = "\"iCloud.com.example.app\"";
    let named = if from_outside.is_some() {
        root.text(notes, "container").map(|(container, _)| container)
    } else {
        root.needed(notes, "container", example)
    };
    let named = named.unwrap_or_default();
    if let Some(item) = root
        .get("container")
        .filter(|_| !named.is_empty() && !is_container(named))
    {
        let found = format!("'{named}' is not a CloudKit container");
        notes.wrong(&item.span(), found, format!("expected a name like {example}"));
    }
    from_outside.unwrap_or_else(|| named.to_owned())
}

/// A path of the file: relative to its folder, or below the home folder.
fn resolved(folder: &Path, text: &str) -> PathBuf {
    let below_home = text
        .strip_prefix("~/")
        .and_then(|rest| Some(std::env::home_dir()?.join(rest)));
    // Taking it apart drops what says nothing, as in ./data.
    below_home
        .unwrap_or_else(|| folder.join(text))
        .components()
        .collect()
}

fn environments(notes: &mut Notes<'_>, root: &Section<'_, '_>, folder: &Path) -> BTreeMap<String, Profile> {
    let Some(all) = root.table(notes, "environment") else {
        return BTreeMap::new();
    };
    all.only(notes, &ENVIRONMENTS);
    let mut found = BTreeMap::new();
    for (name, at, item) in all.members() {
        if let Some(section) = Section::of(notes, name, at, item, &format!("environment.{name}")) {
            found.insert(name.to_owned(), profile(notes, name, &section, folder));
        }
    }
    found
}

fn profile(notes: &mut Notes<'_>, environment: &str, section: &Section<'_, '_>, folder: &Path) -> Profile {
    section.only(notes, &["key_id", "private_key", "read_only", "endpoint"]);
    let mut profile = Profile::default_for(environment);
    if let Some((key_id, at)) = section.text(notes, "key_id") {
        if let Some(fault) = key_id_fault(key_id) {
            notes.wrong(&at, format!("key_id {fault}"), KEY_ID_EXPECTED);
        }
        profile.key_id = Some(key_id.to_owned());
    }
    if let Some((key, at)) = section.text(notes, "private_key") {
        if looks_like_key(key) {
            let expected =
                "expected the path of its file; take the key out of here, and replace it if others saw it";
            notes.wrong(&at, "private_key holds the key itself", expected);
        }
        profile.private_key = Some(resolved(folder, key));
    }
    if let Some((endpoint, at)) = section.text(notes, "endpoint") {
        if let Err((found, expected)) = check_endpoint(endpoint) {
            notes.wrong(&at, found, expected);
        } else if open_road(endpoint) {
            notes.odd(
                &at,
                format!("'{endpoint}' is not encrypted"),
                "https://… is, for any server but this machine",
            );
        }
        profile.endpoint = Some(endpoint.to_owned());
    }
    profile.read_only = section.flag(notes, "read_only").unwrap_or(profile.read_only);
    profile
}

/// Whether what is sent to this address can be read on the way.
fn open_road(endpoint: &str) -> bool {
    let own = ["localhost", "127.", "[::1]"];
    endpoint
        .strip_prefix("http://")
        .is_some_and(|host| !own.iter().any(|name| host.starts_with(name)))
}

fn limits(notes: &mut Notes<'_>, root: &Section<'_, '_>) -> Limits {
    let mut limits = Limits::default();
    let Some(section) = root.table(notes, "limits") else {
        return limits;
    };
    section.only(
        notes,
        &[
            "max_deletes",
            "max_delete_percent",
            "in_flight",
            "max_wait_seconds",
        ],
    );
    if let Some(records) = section.number(notes, "max_deletes", &(0..1_000_000_001)) {
        limits.max_deletes = records;
    }
    if let Some(percent) = section.percent(notes, "max_delete_percent") {
        limits.max_delete_percent = percent;
    }
    if let Some(requests) = section.number(notes, "in_flight", &(1..257)) {
        limits.in_flight = usize::try_from(requests).unwrap_or(limits.in_flight);
    }
    if let Some(seconds) = section.number(notes, "max_wait_seconds", &(1..86_401)) {
        limits.max_wait_seconds = seconds;
    }
    limits
}

fn ca_file(notes: &mut Notes<'_>, root: &Section<'_, '_>, folder: &Path) -> Option<PathBuf> {
    let network = root.table(notes, "network")?;
    network.only(notes, &["ca_file"]);
    let (path, _) = network.text(notes, "ca_file")?;
    Some(resolved(folder, path))
}

fn types(notes: &mut Notes<'_>, root: &Section<'_, '_>) -> Vec<TypeConfig> {
    let Some(all) = root.table(notes, "type") else {
        if root.get("type").is_none() {
            let expected =
                "expected a table [type.NAME] for each record type, with file, record_name and fields";
            notes.odd(&(0..0), "the file maps no record type", expected);
        }
        return Vec::new();
    };
    let mut pointers = Vec::new();
    let mut files: Vec<(&str, &str)> = Vec::new();
    let mut found = Vec::new();
    for (name, at, item) in all.members() {
        check_type_name(notes, name, &at);
        let Some(section) = Section::of(notes, name, at, item, &format!("type.{name}")) else {
            continue;
        };
        if let Some((file, at)) = section.text(notes, "file") {
            if let Some((_, other)) = files.iter().find(|(other, _)| *other == file) {
                let found = format!("the file {file} is {other}'s already");
                notes.wrong(&at, found, "expected a file of its own for each record type");
            }
            files.push((file, name));
        }
        found.extend(record_type(notes, &mut pointers, name, &section));
    }
    let names: Vec<&str> = all.members().map(|(name, ..)| name).collect();
    check_pointers(notes, &pointers, &names);
    found
}

fn check_type_name(notes: &mut Notes<'_>, name: &str, at: &Range<usize>) {
    let letters = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !letters || !name.starts_with(|first: char| first.is_ascii_alphabetic()) || name.len() > 255 {
        let expected = "expected a letter, then letters, digits or _";
        notes.wrong(at, format!("'{name}' is no CloudKit record type"), expected);
    }
}

fn check_pointers(notes: &mut Notes<'_>, pointers: &[Pointer], names: &[&str]) {
    for (to, at) in pointers.iter().filter(|(to, _)| !names.contains(&to.as_str())) {
        let expected = match closest(to, names.iter().copied()) {
            Some(meant) => format!("did you mean '{meant}'?"),
            None => format!("expected one of {}", names.join(", ")),
        };
        notes.wrong(at, format!("'{to}' is no record type of this file"), expected);
    }
}

fn record_type(
    notes: &mut Notes<'_>,
    pointers: &mut Vec<Pointer>,
    name: &str,
    section: &Section<'_, '_>,
) -> Option<TypeConfig> {
    section.only(notes, &["file", "record_name", "fields"]);
    let file = section.needed(notes, "file", "\"name_of_the_file.json\"");
    let record_name = section.needed(
        notes,
        "record_name",
        "\"canonical_id\", the member that names the record",
    );
    let Some(members) = section.table(notes, "fields") else {
        if section.get("fields").is_none() {
            let expected = format!("expected a table [type.{name}.fields]");
            notes.wrong(&section.at, format!("{} has no fields", section.called), expected);
        }
        return None;
    };
    let mut one_field =
        |(field, at, item): (&str, Range<usize>, Item<'_, '_>)| mapping(notes, pointers, field, at, item);
    let fields = members.members().filter_map(&mut one_field).collect();
    Some(TypeConfig {
        name: name.to_owned(),
        file: PathBuf::from(file?),
        record_name: record_name?.to_owned(),
        fields,
    })
}

fn interface(text: &str) -> toml::Table {
    let whole: toml::Table = toml::from_str(text).unwrap_or_default();
    whole
        .into_iter()
        .filter(|(name, _)| INTERFACE.contains(&name.as_str()))
        .collect()
}
