//! Why a plan may not run.

use std::fmt;

use super::percent::Percent;

/// How much a plan may delete; see also the guards of `sync`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DeletionCap {
    /// Records in one run.
    pub records: usize,
    /// The share of the cloud's records of one type.
    pub percent: Percent,
}

/// What a plan would delete of one type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletions {
    /// The record type.
    pub record_type: String,
    /// Records to delete.
    pub records: usize,
    /// Records the cloud has.
    pub of: usize,
    /// Why the listing has no certificate, if it has none.
    pub incomplete: Option<String>,
}

/// Why deletions are refused.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    /// More records than the cap.
    TooMany {
        /// Records to delete.
        records: usize,
        /// The cap.
        cap: usize,
    },
    /// Too large a share of a type.
    TooLargeAShare {
        /// The type and its numbers.
        deletions: Deletions,
        /// The cap.
        cap: Percent,
    },
    /// What has no local twin may simply not have been seen there, or be there unseen.
    Incomplete {
        /// The record type.
        record_type: String,
        /// Why the listing is incomplete.
        why: String,
    },
    /// While something is wrong nothing is deleted, elsewhere neither.
    NotCompared {
        /// The record type.
        record_type: String,
    },
    /// A file has the record, whatever its type there: a record that a file has is never an orphan.
    InAFile {
        /// The record type it would be deleted as.
        record_type: String,
        /// The record name.
        name: String,
        /// The record type of the file.
        file_of: String,
        /// How many more there are.
        more: usize,
    },
    /// Whether a file has the record cannot be told.
    FileUnreadable {
        /// The record type of the file.
        file_of: String,
        /// The first problem.
        why: String,
    },
    /// Only types of the manifest are written.
    NotInTheManifest {
        /// The record type.
        record_type: String,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::TooMany { records, cap } => write!(
                f,
                "{records} records would be deleted, more than the cap of {cap}; raise it with --max-deletes {records} if that is meant"
            ),
            Refusal::TooLargeAShare {
                deletions:
                    Deletions {
                        record_type,
                        records,
                        of,
                        ..
                    },
                cap,
            } => write!(
                f,
                "{records} of {of} {record_type} records would be deleted, more than {cap} percent; raise it with --max-delete-percent if that is meant"
            ),
            Refusal::Incomplete { record_type, why } => {
                write!(
                    f,
                    "the listing of {record_type} is not complete ({why}), so nothing of it can be called an orphan"
                )
            }
            Refusal::NotCompared { record_type } => write!(
                f,
                "orphans are deleted only where every type could be compared, and {record_type} could not; nothing was sent"
            ),
            Refusal::InAFile {
                record_type,
                name,
                file_of,
                more,
            } => {
                write!(
                    f,
                    "{record_type} '{name}' is not deleted: the file of {file_of} has a record with that name"
                )?;
                match more {
                    0 => Ok(()),
                    1 => f.write_str(" (and of 1 more record to delete)"),
                    more => write!(f, " (and of {more} more records to delete)"),
                }
            }
            Refusal::FileUnreadable { file_of, why } => write!(
                f,
                "orphans are deleted only if every file in the manifest can be read, and the file of {file_of} cannot: {why}"
            ),
            Refusal::NotInTheManifest { record_type } => write!(
                f,
                "{record_type} is not in skydeck.toml, so none of its records are written"
            ),
        }
    }
}

impl Refusal {
    /// What to do about it.
    pub fn advice(&self) -> String {
        match self {
            Refusal::TooMany { records, .. } => format!(
                "Leave some of them out, or set max_deletes = {records} under [limits] in skydeck.toml if that many are meant."
            ),
            Refusal::TooLargeAShare { .. } => {
                "Leave some of them out, or raise max_delete_percent under [limits] in skydeck.toml if that is meant."
                    .to_owned()
            }
            Refusal::Incomplete { record_type, .. } => format!(
                "Compare again; records of {record_type} can be deleted by hand meanwhile. Writes can be sent without the deletions."
            ),
            Refusal::NotCompared { record_type } => format!(
                "See on Overview what is wrong with {record_type}. Writes can be sent without the deletions."
            ),
            Refusal::InAFile { name, file_of, .. } => format!(
                "All types in a database share record names. If '{name}' should be a {file_of} record, delete the other record by name first."
            ),
            Refusal::FileUnreadable { .. } => {
                "Fix the file, or send the writes without the deletions.".to_owned()
            }
            Refusal::NotInTheManifest { record_type } => {
                format!("Add [type.{record_type}] to skydeck.toml, or create the plan again.")
            }
        }
    }
}

/// Every reason why these deletions may not run; none when they may.
pub fn refusals(cap: DeletionCap, deletions: &[Deletions]) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let records = deletions.iter().map(|one| one.records).sum();
    if records > cap.records {
        refusals.push(Refusal::TooMany {
            records,
            cap: cap.records,
        });
    }
    for one in deletions {
        // Also where nothing is to be deleted: what was asked for cannot be told.
        if let Some(why) = &one.incomplete {
            refusals.push(Refusal::Incomplete {
                record_type: one.record_type.clone(),
                why: why.clone(),
            });
        }
    }
    for one in deletions.iter().filter(|one| one.records > 0) {
        if cap.percent.is_exceeded_by(one.records, one.of) {
            refusals.push(Refusal::TooLargeAShare {
                deletions: one.clone(),
                cap: cap.percent,
            });
        }
    }
    refusals
}
