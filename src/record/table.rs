//! The rows of one record type, local and cloud merged by name, compactly: `cargo bench --bench memory` tells how many bytes a
//! row takes beside its name.
//!
//! A row keeps fingerprints. Only cloud records that differ from their local twin, or have none, are kept whole
//! (packed): they are what is shown, and the pre-images of what will be written. A local record is found again in its
//! file by its [`Origin`].

use std::num::NonZero;

use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64;

use super::digest::{self, Fingerprint};
use super::links::Links;
use super::names::Names;
use super::observed::{self, Observed};
use super::{Fields, OwnedField, Record, Shape};

/// Where a local record stands in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Origin {
    /// Bytes from the start of the file.
    pub offset: u64,
    /// Bytes.
    pub length: u32,
    /// Line of its first byte, counted from 1.
    pub line: u32,
}

/// What a row is, as far as both sides have been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// On disk, not met in the cloud.
    New,
    /// On both sides, and an owned field differs.
    Updated,
    /// Equal on both sides.
    Unchanged,
    /// In the cloud, not on disk.
    Orphan,
}

#[derive(Clone, Copy, Default)]
struct Part {
    start: u32,
    length: u32,
}

impl Part {
    fn between(start: usize, end: usize) -> Result<Self, TableFull> {
        Ok(Part {
            start: u32::try_from(start).map_err(|_| TableFull)?,
            length: u32::try_from(end - start).map_err(|_| TableFull)?,
        })
    }

    fn of<T>(self, arena: &[T]) -> &[T] {
        let start = self.start as usize;
        arena.get(start..start + self.length as usize).unwrap_or(&[])
    }
}

/// Where a record was met.
#[derive(Clone, Copy)]
enum Place {
    Local = 0,
    Cloud = 1,
}

/// A row in 64 bytes, half of them digests: a million are held at once.
#[derive(Clone, Copy, Default)]
struct Row {
    /// By place; zeros where it was not met.
    digests: [[u8; 16]; 2],
    origin: Origin,
    tag_start: u32,
    tag_length: u16,
    /// By place.
    met: [bool; 2],
    /// The row's number among those with coordinates, from 1.
    spot: Option<NonZero<u32>>,
    /// The number of its whole cloud record, from 1.
    kept: Option<NonZero<u32>>,
}

const _: () = assert!(size_of::<Row>() == 64);

impl Row {
    fn met(&self, place: Place) -> bool {
        self.met[place as usize]
    }

    fn digest(&self, place: Place) -> u128 {
        u128::from_ne_bytes(self.digests[place as usize])
    }
}

/// The rows of one record type.
pub struct Table {
    shape: Shape,
    names: Names,
    tags: Vec<u8>,
    coordinates: Vec<f64>,
    /// Of rows that have a LOCATION: the part of the coordinates, by place.
    spots: Vec<[Part; 2]>,
    rows: Vec<Row>,
    index: HashTable<u32>,
    kept: Vec<Box<[u8]>>,
    links: Links,
    /// By field of the shape.
    observed: Vec<Observed>,
    /// Room for digesting, so that a row allocates nothing of its own.
    scratch: Vec<u8>,
}

/// The arenas are addressed with 32 bits: four gigabytes of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "more than 4 GiB of record names, tags or coordinates in one record type, or a tag of more than 64 KiB"
)]
pub struct TableFull;

/// Why a local record was not taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddError {
    /// The name stands in the file already, there.
    #[error("the record name stands in the file twice; first in line {}", .0.line)]
    Duplicate(Origin),
    /// See [`TableFull`].
    #[error(transparent)]
    Full(#[from] TableFull),
}

fn push<T: Copy>(arena: &mut Vec<T>, items: &[T]) -> Result<Part, TableFull> {
    let part = Part::between(arena.len(), arena.len() + items.len())?;
    arena.extend_from_slice(items);
    Ok(part)
}

impl Table {
    /// An empty table of one type.
    pub fn new(shape: Shape) -> Self {
        Table {
            links: Links::new(&shape),
            observed: vec![Observed::default(); shape.fields.len()],
            shape,
            names: Names::default(),
            tags: Vec::new(),
            coordinates: Vec::new(),
            spots: Vec::new(),
            rows: Vec::new(),
            index: HashTable::new(),
            kept: Vec::new(),
            scratch: Vec::new(),
        }
    }

    /// The type and its owned fields.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Number of rows, met on either side.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The row of a name.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.index
            .find(xxh3_64(name.as_bytes()), |row| {
                self.name_bytes(*row as usize) == name.as_bytes()
            })
            .map(|row| *row as usize)
    }

    /// Takes in a local record.
    pub fn add_local(&mut self, name: &str, fields: &Fields, origin: Origin) -> Result<(), AddError> {
        let known = self.find(name).and_then(|row| self.rows.get(row));
        if let Some(row) = known.filter(|row| row.met(Place::Local)) {
            return Err(AddError::Duplicate(row.origin));
        }
        let row = self.row_of(name)?;
        self.take_in(row, Place::Local, fields)?;
        self.links.add_local(number(row)?, fields)?;
        observed::note_local(&mut self.observed, &self.shape, fields);
        if let Some(row) = self.rows.get_mut(row) {
            row.origin = origin;
        }
        Ok(())
    }

    /// Takes in a cloud record; the latest word on a name counts.
    pub fn meet(&mut self, record: &Record) -> Result<Status, TableFull> {
        let row = self.row_of(&record.name)?;
        let again = self.rows.get(row).is_some_and(|row| row.met(Place::Cloud));
        self.links.meet(number(row)?, again, &record.fields)?;
        observed::note_cloud(&mut self.observed, &self.shape, record);
        self.take_in(row, Place::Cloud, &record.fields)?;
        let tag = record.tag.as_deref().unwrap_or_default();
        let tag_length = u16::try_from(tag.len()).map_err(|_| TableFull)?;
        let tag = push(&mut self.tags, tag.as_bytes())?;
        if let Some(row) = self.rows.get_mut(row) {
            (row.tag_start, row.tag_length) = (tag.start, tag_length);
        }
        let status = self.status(row);
        let kept = if status == Status::Unchanged {
            None
        } else {
            Some(self.keep(record)?)
        };
        if let Some(row) = self.rows.get_mut(row) {
            row.kept = kept;
        }
        Ok(status)
    }

    /// Takes back what was met under this name in the cloud: a lookup says that it is not there.
    pub fn forget_cloud(&mut self, name: &str) {
        if let Some(row) = self.find(name).and_then(|row| self.rows.get_mut(row)) {
            row.met[Place::Cloud as usize] = false;
            row.kept = None;
        }
    }

    /// What a row is so far.
    pub fn status(&self, row: usize) -> Status {
        let Some(one) = self.rows.get(row) else {
            return Status::New;
        };
        match (one.met(Place::Local), one.met(Place::Cloud)) {
            (true, true) => {
                let (here, there) = (self.spot(one, Place::Local), self.spot(one, Place::Cloud));
                let digests = (one.digest(Place::Local), one.digest(Place::Cloud));
                if digest::matches(digests.0, here, digests.1, there) {
                    Status::Unchanged
                } else {
                    Status::Updated
                }
            }
            (false, _) => Status::Orphan,
            (true, false) => Status::New,
        }
    }

    /// The record name of a row.
    pub fn name(&self, row: usize) -> &str {
        std::str::from_utf8(self.name_bytes(row)).unwrap_or_default()
    }

    /// The change tag a row had in the cloud.
    pub fn tag(&self, row: usize) -> Option<&str> {
        let row = self.rows.get(row).filter(|row| row.met(Place::Cloud))?;
        let part = Part {
            start: row.tag_start,
            length: u32::from(row.tag_length),
        };
        std::str::from_utf8(part.of(&self.tags))
            .ok()
            .filter(|tag| !tag.is_empty())
    }

    /// Where the local record of a row stands.
    pub fn origin(&self, row: usize) -> Option<Origin> {
        let row = self.rows.get(row).filter(|row| row.met(Place::Local))?;
        Some(row.origin)
    }

    /// The fingerprint of the local side of a row.
    pub fn local_fingerprint(&self, row: usize) -> Option<Fingerprint> {
        self.fingerprint(row, Place::Local)
    }

    /// The fingerprint of the cloud side of a row.
    pub fn cloud_fingerprint(&self, row: usize) -> Option<Fingerprint> {
        self.fingerprint(row, Place::Cloud)
    }

    /// The whole cloud record of a row that is updated or an orphan.
    pub fn cloud_record(&self, row: usize) -> Option<Record> {
        let kept = self.rows.get(row)?.kept?;
        postcard::from_bytes(self.kept.get(kept.get() as usize - 1)?).ok()
    }

    /// The rows ordered by record name, byte by byte.
    pub fn sorted(&self) -> Vec<u32> {
        let somewhere = |(_, row): &(u32, &Row)| row.met.contains(&true);
        let mut order: Vec<u32> = (0..)
            .zip(&self.rows)
            .filter(somewhere)
            .map(|(number, _)| number)
            .collect();
        // Files are often in order already, or in long stretches of it, which this sort is quick with.
        order.sort_by(|a, b| self.name_bytes(*a as usize).cmp(self.name_bytes(*b as usize)));
        order
    }

    /// The references of the rows.
    pub fn links(&self) -> &Links {
        &self.links
    }

    /// What the mapped fields have looked like, each beside its place in the shape.
    pub fn observed(&self) -> impl Iterator<Item = (&OwnedField, &Observed)> {
        self.shape.fields.iter().zip(&self.observed)
    }

    /// All record names, by row.
    pub fn names(&self) -> &Names {
        &self.names
    }

    fn name_bytes(&self, row: usize) -> &[u8] {
        self.names.get(row)
    }

    fn fingerprint(&self, row: usize, place: Place) -> Option<Fingerprint> {
        let row = self.rows.get(row).filter(|row| row.met(place))?;
        Some(Fingerprint {
            digest: row.digest(place),
            places: self.spot(row, place).to_vec(),
        })
    }

    fn spot(&self, row: &Row, place: Place) -> &[f64] {
        let parts = row.spot.and_then(|spot| self.spots.get(spot.get() as usize - 1));
        parts.map_or(&[], |parts| parts[place as usize].of(&self.coordinates))
    }

    /// Digests what a row is in a place.
    fn take_in(&mut self, row: usize, place: Place, fields: &Fields) -> Result<(), TableFull> {
        let start = self.coordinates.len();
        let digest = digest::of(&self.shape, fields, &mut self.scratch, &mut self.coordinates);
        let part = Part::between(start, self.coordinates.len())?;
        let Some(row) = self.rows.get_mut(row) else {
            return Ok(());
        };
        row.digests[place as usize] = digest.to_ne_bytes();
        row.met[place as usize] = true;
        if row.spot.is_none() && part.length > 0 {
            self.spots.push([Part::default(); 2]);
            row.spot = Some(number_of_last(&self.spots)?);
        }
        let parts = row
            .spot
            .and_then(|spot| self.spots.get_mut(spot.get() as usize - 1));
        if let Some(parts) = parts {
            parts[place as usize] = part;
        }
        Ok(())
    }

    fn row_of(&mut self, name: &str) -> Result<usize, TableFull> {
        if let Some(row) = self.find(name) {
            return Ok(row);
        }
        let row = number(self.rows.len())?;
        self.names.push(name)?;
        self.rows.push(Row::default());
        let names = &self.names;
        let hash = |row: &u32| xxh3_64(names.get(*row as usize));
        self.index.insert_unique(hash(&row), row, hash);
        Ok(row as usize)
    }

    fn keep(&mut self, record: &Record) -> Result<NonZero<u32>, TableFull> {
        let packed = postcard::to_stdvec(record).map_err(|_| TableFull)?;
        self.kept.push(packed.into_boxed_slice());
        number_of_last(&self.kept)
    }

    /// Gives back the room that is left over once both sides have been read.
    pub(super) fn shrink(&mut self) {
        self.names.shrink();
        self.tags.shrink_to_fit();
        self.coordinates.shrink_to_fit();
        self.spots.shrink_to_fit();
        self.rows.shrink_to_fit();
        self.kept.shrink_to_fit();
        self.links.shrink();
        self.scratch = Vec::new();
    }
}

fn number(row: usize) -> Result<u32, TableFull> {
    u32::try_from(row).map_err(|_| TableFull)
}

/// The number of the last item, from 1.
fn number_of_last<T>(items: &[T]) -> Result<NonZero<u32>, TableFull> {
    let number = u32::try_from(items.len()).map_err(|_| TableFull)?;
    NonZero::new(number).ok_or(TableFull)
}
