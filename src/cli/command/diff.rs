//! `skydeck diff`

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::interrupted;
use crate::canonical::Reader;
use crate::cli::desk::Desk;
use crate::cli::diagnostics::{diagnostics_json, talk_diagnostics};
use crate::cli::exit;
use crate::cli::output::{change, document, line, plural, talk, talk_advice};
use crate::config::TypeConfig;
use crate::record::compare::changes;
use crate::record::diff::Diff;
use crate::record::table::Status;
use crate::sync::{self, Comparison, JobError};

/// Compares and prints; exit code 2 where something differs.
pub async fn run(desk: &Desk, types: &[String]) -> Result<u8, JobError> {
    interrupted::tell(desk)?;
    let comparison = compare(desk, types).await?;
    if desk.json {
        document("diff", desk.with_interrupted(json(desk, &comparison)));
    } else {
        print(desk, &comparison, desk.verbose);
        talk_diagnostics(&comparison.diagnostics(&desk.session), desk.verbose);
    }
    let failed = comparison
        .failures()
        .map(|(_, error)| exit::of_type_error(error))
        .max();
    let found = if comparison.in_sync() {
        exit::DONE
    } else {
        exit::DIFFERENT
    };
    Ok(failed.unwrap_or(found))
}

/// Compares the types named, or all.
pub async fn compare(desk: &Desk, types: &[String]) -> Result<Arc<Comparison>, JobError> {
    let types = desk.session.types(types)?;
    Ok(Arc::new(desk.watch(sync::compare(&desk.session, types)).await?))
}

/// A line for each type, and with `verbose` for each record.
pub fn print(desk: &Desk, comparison: &Comparison, verbose: bool) {
    for (type_config, diff) in comparison.diffs() {
        line(&summary(&type_config.name, diff));
        if verbose {
            details(desk, type_config, diff);
        }
    }
    failures(comparison);
}

/// Why types could not be compared.
pub fn failures(comparison: &Comparison) {
    for (type_config, error) in comparison.failures() {
        talk(&format!(
            "Error: {} could not be compared, and is not synced:",
            type_config.name
        ));
        error.messages().iter().for_each(|message| talk(message));
        for advice in error.advice() {
            talk_advice(&advice);
        }
    }
}

/// `Stadiums: 32 unchanged, 2 new, 1 updated, 0 deleted`, as the script worded it; and which fields differ.
fn summary(record_type: &str, diff: &Diff) -> String {
    let counts = diff.counts();
    let orphans = if diff.is_complete() {
        counts.orphan.to_string()
    } else {
        "?".into()
    };
    let mut text = format!(
        "{}: {} unchanged, {} new, {} updated, {orphans} deleted",
        plural(record_type),
        counts.unchanged,
        counts.new,
        counts.updated,
    );
    if !diff.changed_fields.is_empty() {
        let fields = diff.changed_fields.iter();
        let fields: Vec<String> = fields.map(|(field, count)| format!("{field} {count}")).collect();
        // Writing to a string cannot fail.
        let _ = write!(text, "  (updated: {})", fields.join(", "));
    }
    if let Some(why) = &diff.incomplete {
        let _ = write!(text, "  (the listing is not complete: {why})");
    }
    text
}

fn details(desk: &Desk, type_config: &TypeConfig, diff: &Diff) {
    let table = diff.table();
    let path = desk.session.config().file_of(type_config);
    let mut reader = Reader::open(&path, type_config).ok();
    for row in diff.rows() {
        let name = table.name(row);
        match table.status(row) {
            Status::New => line(&format!("  + {name}")),
            Status::Orphan => line(&format!("  - {name}")),
            Status::Updated => {
                let local = reader
                    .as_mut()
                    .zip(table.origin(row))
                    .and_then(|(reader, at)| reader.read(at).ok());
                let changes = local
                    .zip(table.cloud_record(row))
                    .map(|(local, cloud)| changes(diff.shape(), &local.fields, &cloud.fields));
                let fields: Vec<String> = changes.unwrap_or_default().iter().map(change).collect();
                line(&format!("  ~ {name}: {}", fields.join("; ")));
            }
            Status::Unchanged => {}
        }
    }
}

fn json(desk: &Desk, comparison: &Comparison) -> Json {
    let types = comparison.types.iter().map(|compared| match &compared.outcome {
        Ok(diff) => type_json(desk, &compared.type_config, diff),
        Err(error) => json!({ "type": compared.type_config.name, "error": error.to_string() }),
    });
    json!({
        "inSync": comparison.in_sync(),
        "types": types.collect::<Vec<_>>(),
        "diagnostics": diagnostics_json(&comparison.diagnostics(&desk.session)),
    })
}

fn type_json(desk: &Desk, type_config: &TypeConfig, diff: &Diff) -> Json {
    let counts = diff.counts();
    let mut out = json!({
        "type": type_config.name,
        "new": counts.new,
        "updated": counts.updated,
        "unchanged": counts.unchanged,
        "deleted": diff.is_complete().then_some(counts.orphan),
        "incomplete": diff.incomplete,
        "changedFields": diff.changed_fields,
    });
    if let Some(members) = out.as_object_mut().filter(|_| desk.verbose) {
        let names = |status| {
            diff.with_status(status)
                .map(|row| diff.table().name(row))
                .collect::<Vec<_>>()
        };
        members.insert("newRecords".into(), json!(names(Status::New)));
        members.insert("updatedRecords".into(), json!(names(Status::Updated)));
        members.insert("deletedRecords".into(), json!(names(Status::Orphan)));
    }
    out
}

/// Orphans of a comparison, where they may be called that.
pub fn orphans(comparison: &Comparison) -> usize {
    let complete = comparison.diffs().filter(|(_, diff)| diff.is_complete());
    complete.map(|(_, diff)| diff.counts().orphan).sum()
}
