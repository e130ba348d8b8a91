//! Whether the cloud has what the files say: every count and name, and records field by field through lookups.

use std::num::NonZeroUsize;
use std::sync::Arc;

use futures::future::join_all;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use rand::SeedableRng as _;
use rand::rngs::SmallRng;

use super::compare::{Stop, local_table, read_both, recently_written};
use super::locals::Locals;
use super::{Context, Event, Job, JobError, Session, TypeError, reading, start};
use crate::cloudkit::MOST_RECORDS;
use crate::config::TypeConfig;
use crate::record::Record;
use crate::record::compare::changes;
use crate::record::diff::Diff;
use crate::record::digest::Fingerprint;
use crate::record::table::{Status, Table};
use crate::record::verdict::{Mismatch, Verdict};

/// Records of each type that are compared field by field unless more are asked for.
pub const SAMPLE: NonZeroUsize = NonZeroUsize::new(5).unwrap();

/// Which records are compared field by field, by lookup: what was written is never verified by a query, which may lag behind.
/// Counts and names are compared always.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// A random sample of the records that are on both sides.
    Sample {
        /// Records of each type.
        records: NonZeroUsize,
        /// The same seed draws the same records.
        seed: u64,
    },
    /// Every record.
    Deep,
}

/// Lookups that are prepared at once; how many really leave is for the client's pace to say.
const SIDE_BY_SIDE: usize = 64;

/// What came of one type.
type Verified = (TypeConfig, Result<Verdict, TypeError>);

/// Verifies types; nothing is written.
pub fn verify(session: &Arc<Session>, types: Vec<TypeConfig>, depth: Depth) -> Job<Vec<Verified>> {
    start(session, |context| async move {
        let each = |one| async {
            let verdict = verify_type(&context, one, depth).await;
            tell_verdict(&context, &verdict);
            verdict
        };
        let verdicts = join_all(types.iter().cloned().map(each)).await;
        let mut verified = Vec::with_capacity(types.len());
        for (type_config, verdict) in types.into_iter().zip(verdicts) {
            let verdict = match verdict {
                Ok(verdict) => Ok(verdict),
                Err(Stop::Type(error)) => Err(error),
                Err(Stop::Job(error)) => return Err(error),
            };
            verified.push((type_config, verdict));
        }
        Ok(verified)
    })
}

/// Each type is told of as it comes in.
fn tell_verdict(context: &Context, verdict: &Result<Verdict, Stop>) {
    if let Ok(verdict) = verdict {
        context.events.tell(Event::Verified {
            record_type: verdict.record_type.clone(),
            verdict: verdict.to_string(),
            good: verdict.is_ok() && verdict.incomplete.is_none(),
        });
    }
}

async fn verify_type(context: &Context, type_config: TypeConfig, depth: Depth) -> Result<Verdict, Stop> {
    let recent = recently_written(context).await?;
    let counting = read_both(context, &type_config, &recent);
    let (counted, checked) = match depth {
        Depth::Sample { records, seed } => {
            let counted = counting.await?;
            let rows = sample(&counted, records, seed);
            let checked = check_fields(context, &type_config, counted.table(), &rows).await?;
            (counted, checked)
        }
        Depth::Deep => {
            let (counted, checked) = tokio::join!(counting, check_everything(context, &type_config));
            (counted?, checked?)
        }
    };
    Ok(verdict(&counted, checked))
}

fn verdict(diff: &Diff, checked: Checked) -> Verdict {
    let counts = diff.counts();
    let names = |status: Status| {
        diff.with_status(status)
            .map(|row| diff.table().name(row).to_owned())
    };
    Verdict {
        record_type: diff.shape().record_type.clone(),
        local: counts.local(),
        cloud: diff.is_complete().then(|| counts.cloud()),
        missing: names(Status::New).collect(),
        extra: if diff.is_complete() {
            names(Status::Orphan).collect()
        } else {
            Vec::new()
        },
        incomplete: diff.incomplete.clone(),
        checked: checked.records,
        mismatched: checked.mismatched,
    }
}

#[derive(Default)]
struct Checked {
    records: usize,
    mismatched: Vec<Mismatch>,
}

/// Compares every local record.
async fn check_everything(context: &Context, type_config: &TypeConfig) -> Result<Checked, Stop> {
    let table = local_table(context, type_config).await?;
    let rows: Vec<usize> = table.sorted().into_iter().map(|row| row as usize).collect();
    check_fields(context, type_config, &table, &rows).await
}

/// Looks up local records concurrently and compares the results.
async fn check_fields(
    context: &Context,
    type_config: &TypeConfig,
    table: &Table,
    rows: &[usize],
) -> Result<Checked, Stop> {
    let of = rows.len() as u64;
    let names = |rows: &[usize]| {
        rows.iter()
            .map(|row| table.name(*row).to_owned())
            .collect::<Vec<_>>()
    };
    let requests: Vec<Vec<String>> = rows.chunks(MOST_RECORDS).map(names).collect();
    let mut found = stream::iter(requests)
        .map(|names| looked_up(context, names))
        .buffer_unordered(SIDE_BY_SIDE);
    let mut checked = Checked::default();
    let mut different = Vec::new();
    while let Some(records) = found.try_next().await? {
        checked.records += records.len();
        let differs = |record: &Record| {
            let print = Fingerprint::of(table.shape(), &record.fields);
            let local = table
                .find(&record.name)
                .and_then(|row| table.local_fingerprint(row));
            local.is_none_or(|local| !local.matches(&print))
        };
        different.extend(records.into_iter().filter(differs));
        context.events.tell(Event::Checked {
            record_type: type_config.name.clone(),
            records: checked.records as u64,
            of,
        });
    }
    checked.mismatched = explained(context, type_config, different).await?;
    Ok(checked)
}

async fn looked_up(context: &Context, names: Vec<String>) -> Result<Vec<Record>, Stop> {
    let lookup = context.client.lookup(&names).await?;
    match lookup.refused.into_iter().next() {
        Some((name, cause)) => Err(Stop::Job(JobError::Record { name, cause })),
        None => Ok(lookup.found.into_values().collect()),
    }
}

/// Random rows of those that are on both sides, in name order.
fn sample(counted: &Diff, records: NonZeroUsize, seed: u64) -> Vec<usize> {
    let both = |row: &usize| {
        let status = counted.status(*row);
        status == Status::Updated || status == Status::Unchanged
    };
    let both: Vec<usize> = counted.rows().filter(both).collect();
    let wanted = records.get().min(both.len());
    let mut random = SmallRng::seed_from_u64(seed);
    let mut picked = rand::seq::index::sample(&mut random, both.len(), wanted).into_vec();
    picked.sort_unstable();
    picked
        .into_iter()
        .filter_map(|index| both.get(index).copied())
        .collect()
}

/// Which fields of the cloud's records differ from the files'.
async fn explained(
    context: &Context,
    type_config: &TypeConfig,
    mut different: Vec<Record>,
) -> Result<Vec<Mismatch>, JobError> {
    if different.is_empty() {
        return Ok(Vec::new());
    }
    different.sort_by(|a, b| a.name.cmp(&b.name));
    let table = local_table(context, type_config).await?;
    let session = Arc::clone(&context.session);
    let type_config = type_config.clone();
    reading(context, move || {
        let diff = Diff::new(table, None);
        let mut locals = Locals::open(&session, &type_config)?;
        let mut mismatched = Vec::with_capacity(different.len());
        for record in different {
            let row = diff.table().find(&record.name).unwrap_or(usize::MAX);
            let local = locals.read(&diff, row)?;
            mismatched.push(Mismatch {
                changes: changes(diff.shape(), &local.fields, &record.fields),
                name: record.name,
            });
        }
        Ok(mismatched)
    })
    .await
}
