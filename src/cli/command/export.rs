//! `skydeck export`

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};

use serde_json::json;

use crate::canonical;
use crate::canonical::exporter::{Column, Exporter, Format};
use crate::cli::args::Export;
use crate::cli::desk::Desk;
use crate::cli::exit;
use crate::cli::output::{counted, data, document, talk};
use crate::config::TypeConfig;
use crate::files::{Existing, Target};
use crate::record::Record;
use crate::sync::{self, JobError, Side};

/// Writes a type in the form of its canonical file, or as the file's ending says; to a file whole or not at all.
pub async fn run(desk: &Desk, export: &Export) -> Result<u8, JobError> {
    let type_config = desk.session.type_named(&export.record_type)?.clone();
    let protected = desk.session.protected();
    let existing = replace_if(export.force);
    let target = match &export.output {
        // Before the cloud is read: that may take minutes.
        Some(path) => Some(Target::new(path, existing, &protected)?),
        None => None,
    };
    let side = Side::from(export.side);
    let job = match side {
        Side::Cloud => sync::everything(&desk.session, type_config.clone()),
        Side::Local => sync::local_records(&desk.session, type_config.clone()),
    };
    let records = desk.watch(job).await?;
    let left_out = left_out(&type_config, &records);
    if !left_out.is_empty() {
        talk(&note(&type_config, &left_out));
    }
    let what = format!("{}, {} side", counted(records.len(), "record"), side.word());
    let Some(target) = &target else {
        data(|out| write(out, Format::Json, &type_config, &records));
        if !desk.json {
            talk(&what);
        }
        return Ok(exit::DONE);
    };
    let path = target.path();
    let format = Format::of(path).unwrap_or(Format::Json);
    target.write(|out| {
        write(out, format, &type_config, &records).map_err(|cause| JobError::unwritable(path, cause))
    })?;
    if desk.json {
        document(
            "export",
            json!({
                "type": type_config.name, "side": side.word(), "file": path, "records": records.len(),
                "leftOut": left_out,
            }),
        );
    } else {
        talk(&format!("{what}, in {}", path.display()));
    }
    Ok(exit::DONE)
}

/// How many records have each part that a canonical file has no member for.
fn left_out(type_config: &TypeConfig, records: &[Record]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let parts = records
        .iter()
        .flat_map(|record| canonical::left_out(type_config, record));
    for part in parts {
        *counts.entry(part).or_insert(0) += 1;
    }
    counts
}

fn note(type_config: &TypeConfig, left_out: &BTreeMap<String, usize>) -> String {
    let parts = left_out
        .iter()
        .map(|(part, count)| format!("{part} of {}", counted(*count, "record")));
    format!(
        "Note: the export of {} leaves out values that skydeck.toml does not map: {}. They stay in the cloud.",
        type_config.name,
        parts.collect::<Vec<_>>().join(", ")
    )
}

fn write(out: impl Write, format: Format, type_config: &TypeConfig, records: &[Record]) -> io::Result<()> {
    let columns = Column::all(type_config);
    let mut exporter = Exporter::new(BufWriter::new(out), format, type_config, &columns)?;
    for record in records {
        exporter.record(record, "")?;
    }
    exporter.finish().map(drop)
}

/// What a `--force` says about a file that exists.
pub(super) fn replace_if(force: bool) -> Existing {
    if force { Existing::Replace } else { Existing::Keep }
}
