//! The only place that decides which records may be deleted as orphans: none that is in any file of the manifest,
//! under any type, and none while a file cannot be read.
//!
//! Record names are shared by all types of a database. The types that are compared have their names at hand; the files of
//! the others are read, and only where something is to be deleted.

use super::{Comparison, JobError, Session};
use crate::canonical::{self, Problems};
use crate::config::TypeConfig;
use crate::record::guard::Refusal;
use crate::record::plan::{Operation, Verb};
use crate::record::table::Table;

/// Why the local files forbid the deletions of a plan. Blocks.
pub(super) fn refusals(
    session: &Session,
    comparison: &Comparison,
    operations: &[Operation],
) -> Result<Vec<Refusal>, JobError> {
    let deletions: Vec<&Operation> = (operations.iter())
        .filter(|operation| operation.verb == Verb::Delete)
        .collect();
    let mut refusals = Vec::new();
    if deletions.is_empty() {
        return Ok(refusals);
    }
    let types = &session.config().types;
    let is_compared =
        |one: &TypeConfig| (comparison.types.iter()).any(|compared| compared.type_config.name == one.name);
    for (type_config, diff) in comparison.diffs() {
        refusals.extend(held_by(type_config, diff.table(), &deletions));
    }
    for type_config in types.iter().filter(|one| !is_compared(one)) {
        match names_of(session, type_config) {
            Ok(table) => refusals.extend(held_by(type_config, &table, &deletions)),
            Err(problems) if problems.cancelled => return Err(JobError::Cancelled),
            Err(problems) => refusals.push(Refusal::FileUnreadable {
                file_of: type_config.name.clone(),
                why: problems.to_string(),
            }),
        }
    }
    Ok(refusals)
}

fn names_of(session: &Session, type_config: &TypeConfig) -> Result<Table, Problems> {
    let table = Table::new(type_config.shape());
    let loaded = canonical::load(session.config(), type_config, &mut |_| {}, &|| false, table)?;
    Ok(loaded.table)
}

/// The deletions of records that this file has.
fn held_by(type_config: &TypeConfig, table: &Table, deletions: &[&Operation]) -> Option<Refusal> {
    let is_local = |name: &str| table.find(name).is_some_and(|row| table.origin(row).is_some());
    let mut held = deletions.iter().filter(|operation| is_local(&operation.name));
    let first = held.next()?;
    Some(Refusal::InAFile {
        record_type: first.record_type.clone(),
        name: first.name.clone(),
        file_of: type_config.name.clone(),
        more: held.count(),
    })
}
