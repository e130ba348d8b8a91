//! The records behind the rows of a comparison: the local ones are read again where they stand in their file.

use super::{Compared, JobError, Session};
use crate::canonical::{self, Reader};
use crate::config::TypeConfig;
use crate::record::diff::Diff;
use crate::record::digest::Fingerprint;
use crate::record::table::Status;
use crate::record::{Fields, Record, Shape, Value};

/// A row of a comparison, to be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct BothSides {
    /// The files'; `None` for an orphan.
    pub local: Option<Record>,
    /// The cloud's; `None` for a new record. Of an unchanged one it is the local twin with the cloud's change tag: foreign
    /// fields are not kept while comparing, [`find`](super::find) looks them up.
    pub cloud: Option<Record>,
}

impl BothSides {
    /// The one that a list shows: the files', or the cloud's where they have none.
    pub fn shown(&self) -> Option<&Record> {
        self.local.as_ref().or(self.cloud.as_ref())
    }
}

impl Compared {
    /// The records of some rows on both sides, in the order asked for. It reads the file, so it blocks; it costs what these rows
    /// cost, however many there are beside them.
    ///
    /// # Errors
    /// When the type could not be compared, or when its file was written since.
    pub fn both_sides(&self, session: &Session, rows: &[usize]) -> Result<Vec<BothSides>, JobError> {
        let diff = self.outcome.as_ref().map_err(|error| JobError::NotCompared {
            record_type: self.type_config.name.clone(),
            why: error.to_string(),
        })?;
        let on_disk = |row: &usize| diff.table().origin(*row).is_some();
        let mut locals = None;
        if rows.iter().any(on_disk) {
            locals = Some(Locals::open(session, &self.type_config)?);
        }
        let mut both = |row: usize| {
            let local = match &mut locals {
                Some(locals) if on_disk(&row) => Some(locals.read(diff, row)?),
                _ => None,
            };
            Ok(BothSides {
                cloud: cloud_side(diff, row, local.as_ref()),
                local,
            })
        };
        rows.iter().map(|row| both(*row)).collect()
    }
}

fn cloud_side(diff: &Diff, row: usize, local: Option<&Record>) -> Option<Record> {
    match diff.table().status(row) {
        Status::New => None,
        Status::Updated | Status::Orphan => diff.table().cloud_record(row),
        Status::Unchanged => local.map(|twin| {
            let mut record = Record {
                tag: diff.table().tag(row).map(str::to_owned),
                ..twin.clone()
            };
            if let Some(print) = diff.table().cloud_fingerprint(row) {
                set_places(diff.shape(), &mut record.fields, &print.places);
            }
            record
        }),
    }
}

/// Coordinates are equal within a tolerance: those of the cloud may be others than those of the twin.
fn set_places(shape: &Shape, fields: &mut Fields, places: &[f64]) {
    let mut degrees = places.iter().copied();
    let mut set = |value: &mut Value| {
        if let Value::Location(place) = value {
            place.latitude = degrees.next().unwrap_or(place.latitude);
            place.longitude = degrees.next().unwrap_or(place.longitude);
        }
    };
    for field in &shape.fields {
        match fields.get_mut(&field.name) {
            Some(Value::List(_, elements)) => elements.iter_mut().for_each(&mut set),
            Some(value) => set(value),
            None => {}
        }
    }
}

/// The local records of a comparison, read again where they stand in their file.
pub(super) struct Locals<'t> {
    reader: Reader<'t>,
}

impl<'t> Locals<'t> {
    pub(super) fn open(session: &Session, type_config: &'t TypeConfig) -> Result<Self, JobError> {
        let path = session.config().file_of(type_config);
        let reader = Reader::open(&path, type_config).map_err(|error| changed(&error))?;
        Ok(Locals { reader })
    }

    /// The record of a row as it was compared.
    ///
    /// # Errors
    /// When the file was written since: what is there now has not been reviewed by anybody.
    pub(super) fn read(&mut self, diff: &Diff, row: usize) -> Result<Record, JobError> {
        let table = diff.table();
        let moved = || {
            JobError::Changed(format!(
                "the file of {} changed since it was compared ('{}' is not as it was)",
                diff.shape().record_type,
                table.name(row)
            ))
        };
        let origin = table.origin(row).ok_or_else(moved)?;
        let record = self.reader.read(origin).map_err(|error| changed(&error))?;
        let same = record.name == table.name(row)
            && table
                .local_fingerprint(row)
                .is_some_and(|print| print == Fingerprint::of(diff.shape(), &record.fields));
        if same { Ok(record) } else { Err(moved()) }
    }
}

fn changed(error: &canonical::ReadError) -> JobError {
    JobError::Changed(error.to_string())
}
