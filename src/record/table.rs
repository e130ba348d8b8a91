//! The rows of one record type, local and cloud merged by name, compactly: about a hundred bytes a row beside its name.
//!
//! A row keeps fingerprints. Only cloud records that differ from their local twin, or have none, are kept whole
//! (packed): they are what is shown, and the pre-images of what will be written. A local record is found again in its
//! file by its [`Origin`].

use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64;

use super::digest::{self, Fingerprint};
use super::names::Names;
use super::{Fields, Record, Shape};

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

#[derive(Clone, Copy)]
struct Side {
    digest: u128,
    places: Part,
}

struct Row {
    tag: Part,
    local: Option<(Side, Origin)>,
    cloud: Option<Side>,
    kept: Option<u32>,
}

/// The rows of one record type.
pub struct Table {
    shape: Shape,
    names: Names,
    tags: Vec<u8>,
    places: Vec<f64>,
    rows: Vec<Row>,
    index: HashTable<u32>,
    kept: Vec<Box<[u8]>>,
    /// Room for digesting, so that a row allocates nothing of its own.
    scratch: Vec<u8>,
}

/// The arenas are addressed with 32 bits: four gigabytes of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("more than 4 GiB of record names, tags or coordinates in one record type")]
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
            shape,
            names: Names::default(),
            tags: Vec::new(),
            places: Vec::new(),
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
        if let Some((_, first)) = self
            .find(name)
            .and_then(|row| self.rows.get(row))
            .and_then(|row| row.local)
        {
            return Err(AddError::Duplicate(first));
        }
        let side = self.side(fields)?;
        let row = self.row_of(name)?;
        if let Some(row) = self.rows.get_mut(row) {
            row.local = Some((side, origin));
        }
        Ok(())
    }

    /// Takes in a cloud record; the latest word on a name counts.
    pub fn meet(&mut self, record: &Record) -> Result<Status, TableFull> {
        let side = self.side(&record.fields)?;
        let row = self.row_of(&record.name)?;
        let tag = push(
            &mut self.tags,
            record.tag.as_deref().unwrap_or_default().as_bytes(),
        )?;
        if let Some(row) = self.rows.get_mut(row) {
            row.cloud = Some(side);
            row.tag = tag;
        }
        let status = self.status(row);
        let kept = if status == Status::Unchanged {
            None
        } else {
            self.keep(record)?
        };
        if let Some(row) = self.rows.get_mut(row) {
            row.kept = kept;
        }
        Ok(status)
    }

    /// Takes back what was met under this name in the cloud: a lookup says that it is not there.
    pub fn forget_cloud(&mut self, name: &str) {
        if let Some(row) = self.find(name).and_then(|row| self.rows.get_mut(row)) {
            row.cloud = None;
            row.kept = None;
        }
    }

    /// What a row is so far.
    pub fn status(&self, row: usize) -> Status {
        match self.rows.get(row).map(|row| (row.local, row.cloud)) {
            Some((Some((local, _)), Some(cloud))) => {
                let (here, there) = (local.places.of(&self.places), cloud.places.of(&self.places));
                if digest::matches(local.digest, here, cloud.digest, there) {
                    Status::Unchanged
                } else {
                    Status::Updated
                }
            }
            Some((None, _)) => Status::Orphan,
            _ => Status::New,
        }
    }

    /// The record name of a row.
    pub fn name(&self, row: usize) -> &str {
        std::str::from_utf8(self.name_bytes(row)).unwrap_or_default()
    }

    /// The change tag a row had in the cloud.
    pub fn tag(&self, row: usize) -> Option<&str> {
        let row = self.rows.get(row)?;
        row.cloud?;
        std::str::from_utf8(row.tag.of(&self.tags))
            .ok()
            .filter(|tag| !tag.is_empty())
    }

    /// Where the local record of a row stands.
    pub fn origin(&self, row: usize) -> Option<Origin> {
        self.rows.get(row)?.local.map(|(_, origin)| origin)
    }

    /// The fingerprint of the local side of a row.
    pub fn local_fingerprint(&self, row: usize) -> Option<Fingerprint> {
        self.rows.get(row)?.local.map(|(side, _)| self.fingerprint(side))
    }

    /// The fingerprint of the cloud side of a row.
    pub fn cloud_fingerprint(&self, row: usize) -> Option<Fingerprint> {
        self.rows.get(row)?.cloud.map(|side| self.fingerprint(side))
    }

    /// The whole cloud record of a row that is updated or an orphan.
    pub fn cloud_record(&self, row: usize) -> Option<Record> {
        let kept = self.rows.get(row)?.kept?;
        postcard::from_bytes(self.kept.get(kept as usize)?).ok()
    }

    /// The rows ordered by record name, byte by byte.
    pub fn sorted(&self) -> Vec<u32> {
        let somewhere = |(_, row): &(u32, &Row)| row.local.is_some() || row.cloud.is_some();
        let mut order: Vec<u32> = (0..)
            .zip(&self.rows)
            .filter(somewhere)
            .map(|(number, _)| number)
            .collect();
        // Files are often in order already, or in long stretches of it, which this sort is quick with.
        order.sort_by(|a, b| self.name_bytes(*a as usize).cmp(self.name_bytes(*b as usize)));
        order
    }

    /// All record names, by row.
    pub fn names(&self) -> &Names {
        &self.names
    }

    fn name_bytes(&self, row: usize) -> &[u8] {
        self.names.get(row)
    }

    fn fingerprint(&self, side: Side) -> Fingerprint {
        Fingerprint {
            digest: side.digest,
            places: side.places.of(&self.places).to_vec(),
        }
    }

    fn side(&mut self, fields: &Fields) -> Result<Side, TableFull> {
        let start = self.places.len();
        let digest = digest::of(&self.shape, fields, &mut self.scratch, &mut self.places);
        Ok(Side {
            digest,
            places: Part::between(start, self.places.len())?,
        })
    }

    fn row_of(&mut self, name: &str) -> Result<usize, TableFull> {
        if let Some(row) = self.find(name) {
            return Ok(row);
        }
        let row = u32::try_from(self.rows.len()).map_err(|_| TableFull)?;
        self.names.push(name)?;
        self.rows.push(Row {
            tag: Part::default(),
            local: None,
            cloud: None,
            kept: None,
        });
        let names = &self.names;
        let hash = |row: &u32| xxh3_64(names.get(*row as usize));
        self.index.insert_unique(hash(&row), row, hash);
        Ok(row as usize)
    }

    fn keep(&mut self, record: &Record) -> Result<Option<u32>, TableFull> {
        let number = u32::try_from(self.kept.len()).map_err(|_| TableFull)?;
        let packed = postcard::to_stdvec(record).map_err(|_| TableFull)?;
        self.kept.push(packed.into_boxed_slice());
        Ok(Some(number))
    }
}
