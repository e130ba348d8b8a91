//! `skydeck export`

use std::io::{self, BufWriter, Write};

use serde_json::json;

use crate::canonical::LeftOut;
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
    let what = format!("{}, {} side", counted(records.len(), "record"), side.word());
    let Some(target) = &target else {
        data(|out| {
            tell(&write(out, Format::Json, &type_config, &records)?, &type_config);
            Ok(())
        });
        if !desk.json {
            talk(&what);
        }
        return Ok(exit::DONE);
    };
    let path = target.path();
    let format = Format::of(path).unwrap_or(Format::Json);
    let left_out = target.write(|out| {
        write(out, format, &type_config, &records).map_err(|cause| JobError::unwritable(path, cause))
    })?;
    tell(&left_out, &type_config);
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

/// Tells what is not in the file.
fn tell(left_out: &LeftOut, type_config: &TypeConfig) {
    if let Some(note) = left_out.note(&type_config.name, counted) {
        talk(&note);
    }
}

fn write(
    out: impl Write,
    format: Format,
    type_config: &TypeConfig,
    records: &[Record],
) -> io::Result<LeftOut> {
    let columns = Column::all(type_config);
    let mut exporter = Exporter::new(BufWriter::new(out), format, type_config, &columns)?;
    for record in records {
        exporter.record(record, "")?;
    }
    let left_out = exporter.left_out().clone();
    exporter.finish()?;
    Ok(left_out)
}

/// What a `--force` says about a file that exists.
pub(super) fn replace_if(force: bool) -> Existing {
    if force { Existing::Replace } else { Existing::Keep }
}
