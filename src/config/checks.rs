//! `[checks]`: which findings are only reported before a write, and which block it.

use super::mistake::{Notes, closest};
use super::section::Section;

/// How seriously a check is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// The check does not run.
    Off,
    /// Findings are reported.
    Warn,
    /// Nothing is sent while there is a finding.
    Block,
}

impl Level {
    const ALL: [Level; 3] = [Level::Off, Level::Warn, Level::Block];

    const fn name(self) -> &'static str {
        match self {
            Level::Off => "off",
            Level::Warn => "warn",
            Level::Block => "block",
        }
    }
}

/// How seriously each check is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checks {
    /// References to records that are in no file and not in the cloud.
    pub dangling_references: Level,
    /// References to records of another type than the manifest's `to`.
    pub reference_types: Level,
    /// References with VALIDATE that the service would refuse: their target is missing, or is to be deleted.
    pub validate_references: Level,
    /// More than 750 records that refer to one with `DELETE_SELF`.
    pub delete_self_limit: Level,
    /// Deletions that take records along which the plan does not delete, since they refer with `DELETE_SELF`.
    pub cascading_deletions: Level,
    /// Mapped fields that the environment's schema lacks; `None`: [`Level::Block`] in production, which never adds
    /// fields by itself, [`Level::Warn`] elsewhere.
    pub missing_fields: Option<Level>,
}

impl Default for Checks {
    fn default() -> Self {
        Checks {
            dangling_references: Level::Warn,
            reference_types: Level::Warn,
            validate_references: Level::Block,
            delete_self_limit: Level::Block,
            cascading_deletions: Level::Block,
            missing_fields: None,
        }
    }
}

impl Checks {
    /// How seriously missing fields are taken in an environment.
    pub fn missing_fields_in(&self, environment: &str) -> Level {
        self.missing_fields.unwrap_or(if environment == "production" {
            Level::Block
        } else {
            Level::Warn
        })
    }
}

pub(super) fn checks(notes: &mut Notes<'_>, root: &Section<'_, '_>) -> Checks {
    let mut checks = Checks::default();
    let Some(section) = root.table(notes, "checks") else {
        return checks;
    };
    let missing_fields = level(notes, &section, "missing_fields");
    checks.missing_fields = missing_fields;
    let members = [
        ("dangling_references", &mut checks.dangling_references),
        ("reference_types", &mut checks.reference_types),
        ("validate_references", &mut checks.validate_references),
        ("delete_self_limit", &mut checks.delete_self_limit),
        ("cascading_deletions", &mut checks.cascading_deletions),
    ];
    let mut known: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
    known.push("missing_fields");
    section.only(notes, &known);
    for (name, member) in members {
        *member = level(notes, &section, name).unwrap_or(*member);
    }
    checks
}

fn level(notes: &mut Notes<'_>, section: &Section<'_, '_>, name: &str) -> Option<Level> {
    let (text, at) = section.text(notes, name)?;
    let level = Level::ALL.into_iter().find(|level| level.name() == text);
    if level.is_none() {
        let expected = match closest(text, Level::ALL.map(Level::name)) {
            Some(meant) => format!("did you mean \"{meant}\"?"),
            None => "expected \"off\", \"warn\" or \"block\"".to_owned(),
        };
        notes.wrong(&at, format!("{name} is \"{text}\""), expected);
    }
    level
}
