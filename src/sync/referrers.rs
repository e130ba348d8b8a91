//! Which records point at one: a search through both sides of a comparison.

use std::sync::Arc;

use super::{Compared, Comparison, Context, Job, JobError, Session, blocking, start};
use crate::record::Kind;
use crate::record::diff::Diff;

/// So many are named; the others are counted.
const NAMED: usize = 1000;

/// Records that are read before it is asked whether to go on.
const CHUNK: usize = 512;

/// A record that points at the one in question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referrer {
    /// Its record type.
    pub record_type: String,
    /// Its name.
    pub name: String,
    /// The field it does so with.
    pub field: String,
}

/// All of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Referrers {
    /// The record pointed at.
    pub target: String,
    /// The first thousand.
    pub named: Vec<Referrer>,
    /// How many there are in all.
    pub total: usize,
    /// Records that were looked at.
    pub searched: usize,
    /// Types that could not be searched, and why.
    pub failures: Vec<(String, String)>,
}

/// Searches what was compared for records that point at `target`, on either side.
pub fn referrers(session: &Arc<Session>, comparison: Arc<Comparison>, target: String) -> Job<Referrers> {
    start(session, move |context| async move {
        blocking(move || {
            let mut found = Referrers {
                target,
                ..Referrers::default()
            };
            for compared in &comparison.types {
                let Ok(diff) = &compared.outcome else {
                    continue;
                };
                match search(&context, compared, diff, &mut found) {
                    Err(JobError::Cancelled) => return Err(JobError::Cancelled),
                    Err(error) => found
                        .failures
                        .push((compared.type_config.name.clone(), error.to_string())),
                    Ok(()) => {}
                }
            }
            Ok(found)
        })
        .await
    })
}

fn search(
    context: &Context,
    compared: &Compared,
    diff: &Diff,
    found: &mut Referrers,
) -> Result<(), JobError> {
    let points = |field: &crate::record::OwnedField| field.field_type.kind() == Kind::Reference;
    if !diff.shape().fields.iter().any(points) {
        return Ok(());
    }
    let rows: Vec<usize> = diff.rows().collect();
    for chunk in rows.chunks(CHUNK) {
        if context.cancel.is_cancelled() {
            return Err(JobError::Cancelled);
        }
        for (row, both) in chunk.iter().zip(compared.both_sides(&context.session, chunk)?) {
            found.searched += 1;
            let sides = both.local.iter().chain(&both.cloud);
            let field = sides
                .flat_map(|record| &record.fields)
                .find(|(_, value)| value.references().any(|name| name == found.target));
            let Some((field, _)) = field else { continue };
            found.total += 1;
            if found.named.len() < NAMED {
                found.named.push(Referrer {
                    record_type: compared.type_config.name.clone(),
                    name: diff.table().name(*row).to_owned(),
                    field: field.clone(),
                });
            }
        }
    }
    Ok(())
}
