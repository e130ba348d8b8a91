//! The last comparison of a record type: what the screen opens with before the cloud has answered.

use std::collections::BTreeMap;

use rusqlite::params;
use serde::{Deserialize, Serialize};

use super::{Journal, Result};
use crate::record::diff::{Counts, Diff};
use crate::record::digest::Fingerprint;
use crate::record::table::Status;

/// What a comparison found, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The record type.
    pub record_type: String,
    /// When it was made; milliseconds since 1970 UTC.
    pub time: i64,
    /// What it counted.
    pub counts: Counts,
    /// Why the listing was incomplete, if it was.
    pub incomplete: Option<String>,
    /// How many updated records each owned field differed in.
    pub changed_fields: BTreeMap<String, usize>,
}

impl Snapshot {
    /// What a comparison found that was made then; milliseconds since 1970 UTC.
    pub fn of(diff: &Diff, time: i64) -> Self {
        Snapshot {
            record_type: diff.shape().record_type.clone(),
            time,
            counts: diff.counts(),
            incomplete: diff.incomplete.clone(),
            changed_fields: diff.changed_fields.clone(),
        }
    }
}

/// One row of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SnapshotRow {
    /// The record name.
    pub name: String,
    /// What it was: 0 new, 1 updated, 2 unchanged, 3 orphan.
    pub status: u8,
    /// The change tag it had in the cloud.
    pub tag: Option<String>,
    /// The digest of its owned fields in the cloud; `None` where it was not there.
    pub digest: Option<u128>,
    /// Its coordinates in the cloud.
    pub places: Vec<f64>,
}

/// A snapshot as it is stored, with the manifest it was made through: figures of another manifest are of no use.
#[derive(Serialize, Deserialize)]
struct Head {
    /// The digest of the manifest; empty in snapshots of earlier versions.
    #[serde(default)]
    manifest: String,
    #[serde(flatten)]
    snapshot: Snapshot,
}

/// Rows in one blob.
const CHUNK: usize = 4096;

impl Journal {
    /// Keeps a comparison in place of the one before. `manifest` is the digest of how the type was mapped.
    pub fn keep(&self, diff: &Diff, manifest: &str) -> Result<()> {
        let head = Head {
            manifest: manifest.to_owned(),
            snapshot: Snapshot::of(diff, jiff::Timestamp::now().as_millisecond()),
        };
        let (snapshot, head) = (&head.snapshot, serde_json::to_string(&head));
        let head = head.map_err(|error| self.unreadable(&error))?;
        let rows: Vec<usize> = diff.rows().collect();
        self.with(|connection| {
            let transaction = connection.transaction()?;
            let record_type = &snapshot.record_type;
            transaction.execute("DELETE FROM snapshot_rows WHERE record_type = ?1", [record_type])?;
            transaction.execute(
                "INSERT INTO snapshot VALUES (?1, ?2) ON CONFLICT(record_type) DO UPDATE SET head = ?2",
                params![record_type, head],
            )?;
            for (chunk, rows) in (0_i64..).zip(rows.chunks(CHUNK)) {
                let rows: Vec<SnapshotRow> = rows.iter().map(|row| row_of(diff, *row)).collect();
                let blob = postcard::to_stdvec(&rows)
                    .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
                transaction
                    .prepare_cached("INSERT INTO snapshot_rows VALUES (?1, ?2, ?3)")?
                    .execute(params![record_type, chunk, blob])?;
            }
            transaction.commit()
        })
    }

    /// The last comparison of every type that was made through these manifests, by record type. `manifests` has the digest of
    /// each type. Snapshots of other manifests are deleted.
    pub fn snapshots(&self, manifests: &BTreeMap<String, String>) -> Result<BTreeMap<String, Snapshot>> {
        let kept: Vec<(String, String)> = self.with(|connection| {
            let mut statement = connection.prepare_cached("SELECT record_type, head FROM snapshot")?;
            statement
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })?;
        let mut snapshots = BTreeMap::new();
        for (record_type, head) in kept {
            let head: Head = serde_json::from_str(&head).map_err(|error| self.unreadable(&error))?;
            if manifests.get(&record_type) == Some(&head.manifest) {
                snapshots.insert(record_type, head.snapshot);
            } else {
                self.forget_snapshot(&record_type)?;
            }
        }
        Ok(snapshots)
    }

    fn forget_snapshot(&self, record_type: &str) -> Result<()> {
        self.with(|connection| {
            let transaction = connection.transaction()?;
            transaction.execute("DELETE FROM snapshot_rows WHERE record_type = ?1", [record_type])?;
            transaction.execute("DELETE FROM snapshot WHERE record_type = ?1", [record_type])?;
            transaction.commit()
        })
    }

    /// Its rows, in name order.
    pub fn snapshot_rows(&self, record_type: &str) -> Result<Vec<SnapshotRow>> {
        let blobs: Vec<Vec<u8>> = self.with(|connection| {
            let mut statement = connection
                .prepare_cached("SELECT rows FROM snapshot_rows WHERE record_type = ?1 ORDER BY chunk")?;
            statement.query_map([record_type], |row| row.get(0))?.collect()
        })?;
        let mut rows = Vec::new();
        for blob in blobs {
            let chunk: Vec<SnapshotRow> =
                postcard::from_bytes(&blob).map_err(|error| self.unreadable(&error))?;
            rows.extend(chunk);
        }
        Ok(rows)
    }
}

fn row_of(diff: &Diff, row: usize) -> SnapshotRow {
    let table = diff.table();
    let print = table.cloud_fingerprint(row);
    SnapshotRow {
        name: table.name(row).to_owned(),
        status: match table.status(row) {
            Status::New => 0,
            Status::Updated => 1,
            Status::Unchanged => 2,
            Status::Orphan => 3,
        },
        tag: table.tag(row).map(str::to_owned),
        digest: print.as_ref().map(|print| print.digest),
        places: print.map(|Fingerprint { places, .. }| places).unwrap_or_default(),
    }
}
