//! Records of one side into a file, whole or not at all.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::records::{each, of_type};
use crate::canonical::LeftOut;
use crate::canonical::exporter::{Column, Exporter, Format};
use crate::files::{Existing, Target, WriteError};
use crate::sync::{Comparison, JobError, Session, Side};
use crate::tui::effect::Work;
use crate::tui::failure::Failure;
use crate::tui::message::{Done, Exported};
use crate::tui::screen::records::list::word;
use crate::tui::text::counted;

/// How far it has come is told this often.
const TOLD: Duration = Duration::from_millis(100);

/// What is to be written where.
pub(super) struct Asked {
    pub(super) comparison: Arc<Comparison>,
    pub(super) type_index: usize,
    pub(super) rows: Vec<u32>,
    pub(super) side: Side,
    pub(super) columns: Vec<Column>,
    pub(super) path: PathBuf,
    pub(super) replace: bool,
}

pub(super) fn export(
    session: &Session,
    asked: &Asked,
    stopped: &dyn Fn() -> bool,
    partly: &mut dyn FnMut(Done),
) -> Done {
    match write(session, asked, stopped, partly) {
        Ok((records, unmapped)) => Done::Exported(Ok(Exported {
            // Where one looks for it, wherever the program was started.
            path: std::path::absolute(&asked.path).unwrap_or_else(|_| asked.path.clone()),
            side: asked.side,
            records,
            left_out: asked.rows.len() - records,
            note: note(asked, &unmapped),
        })),
        Err(JobError::Write(WriteError::Exists(_))) => taken(asked),
        Err(error) => Done::Exported(Err(Failure::of("Exporting", &error))),
    }
}

/// The file is there already: whoever asked may ask for it to be replaced.
fn taken(asked: &Asked) -> Done {
    Done::Taken(Box::new(Work::Export {
        comparison: Arc::clone(&asked.comparison),
        type_index: asked.type_index,
        rows: asked.rows.clone(),
        side: asked.side,
        columns: asked.columns.clone(),
        path: asked.path.clone(),
        replace: true,
    }))
}

/// What the answer to the question for it says about a file that exists.
pub(super) fn existing(replace: bool) -> Existing {
    if replace {
        Existing::Replace
    } else {
        Existing::Keep
    }
}

fn note(asked: &Asked, unmapped: &LeftOut) -> Option<String> {
    let compared = of_type(&asked.comparison, asked.type_index).ok()?;
    unmapped.note(&compared.type_config.name, counted)
}

/// Writes them all; how many these were, and what of them is not in the file.
fn write(
    session: &Session,
    asked: &Asked,
    stopped: &dyn Fn() -> bool,
    partly: &mut dyn FnMut(Done),
) -> Result<(usize, LeftOut), JobError> {
    let failed = |cause| JobError::unwritable(&asked.path, cause);
    let format = Format::of(&asked.path)
        .ok_or_else(|| failed(io::Error::other("the name must end in .json, .jsonl or .csv")))?;
    let compared = of_type(&asked.comparison, asked.type_index)?;
    let rows: Vec<usize> = asked.rows.iter().map(|row| *row as usize).collect();
    let status = |row| {
        compared
            .outcome
            .as_ref()
            .map_or("", |diff| word(diff.status(row)))
    };
    let protected = session.protected();
    let target = Target::new(&asked.path, existing(asked.replace), &protected)?;
    target.write(|out| {
        let mut exporter =
            Exporter::new(out, format, &compared.type_config, &asked.columns).map_err(failed)?;
        let mut told = Instant::now();
        each(session, compared, &rows, stopped, |row, both| {
            let record = match asked.side {
                Side::Local => both.local,
                Side::Cloud => both.cloud,
            };
            let written = record.map_or(Ok(()), |record| exporter.record(&record, status(row)));
            if told.elapsed() >= TOLD {
                told = Instant::now();
                partly(Done::Exporting(exporter.written() as u64));
            }
            written.map_err(failed)
        })?;
        let written = (exporter.written(), exporter.left_out().clone());
        exporter.finish().map_err(failed)?;
        Ok(written)
    })
}
