//! The rows of a filter, found beside the loop: first hits at once, then more of them at growing intervals.

use std::time::{Duration, Instant};

use super::records::{each, of_type};
use crate::record::bits::Bits;
use crate::record::diff::Diff;
use crate::record::filter::{Fuzzy, Sieve};
use crate::record::table::Status;
use crate::sync::{Compared, JobError, Session};
use crate::tui::failure::Failure;
use crate::tui::message::Done;
use crate::tui::screen::records::rows::{Sift, Sifted};

/// The first hits are told after this long; each time after twice as long, so that telling costs little beside finding.
const FIRST: Duration = Duration::from_millis(25);
/// Names scored between two looks at the time.
const CHUNK: usize = 2048;

pub(super) fn sift(
    session: &Session,
    asked: &Sift,
    stopped: &dyn Fn() -> bool,
    partly: &mut dyn FnMut(Done),
) -> Sifted {
    let mut teller = Teller {
        generation: asked.generation,
        next: Instant::now() + FIRST,
        pause: FIRST,
        partly,
    };
    let found = of_type(&asked.comparison, asked.type_index).and_then(|compared| {
        let Ok(diff) = &compared.outcome else {
            return Ok(Vec::new());
        };
        let mut sieve = asked.filter.sieve(diff, !asked.columns.is_empty(), asked.fuzzy);
        if let Some(status) = asked.status {
            let rows = with_status(diff, status);
            sieve.passed.keep(&rows);
            sieve.open.keep(&rows);
        }
        if asked.fuzzy && !asked.filter.words.is_empty() {
            loosely(session, asked, compared, diff, &sieve, stopped, &mut teller)
        } else {
            exactly(session, asked, compared, diff, sieve, stopped, &mut teller)
        }
    });
    Sifted {
        generation: asked.generation,
        rows: found.map_err(|error| Failure::of("Filtering", &error)),
        complete: true,
    }
}

/// Tells what was found so far, when it is time.
struct Teller<'t> {
    generation: u64,
    next: Instant,
    pause: Duration,
    partly: &'t mut dyn FnMut(Done),
}

impl Teller<'_> {
    fn tell(&mut self, rows: impl FnOnce() -> Vec<u32>) {
        if Instant::now() < self.next {
            return;
        }
        (self.partly)(Done::Sifted(Sifted {
            generation: self.generation,
            rows: Ok(rows()),
            complete: false,
        }));
        self.pause *= 2;
        self.next = Instant::now() + self.pause;
    }
}

/// The rows of a status.
fn with_status(diff: &Diff, status: Status) -> Bits {
    let rows = diff.table().len();
    let mut of_status = Bits::none(rows);
    (0..rows)
        .filter(|row| diff.status(*row) == status)
        .for_each(|row| of_status.insert(row));
    of_status
}

fn exactly(
    session: &Session,
    asked: &Sift,
    compared: &Compared,
    diff: &Diff,
    sieve: Sieve,
    stopped: &dyn Fn() -> bool,
    teller: &mut Teller<'_>,
) -> Result<Vec<u32>, JobError> {
    let Sieve { mut passed, open } = sieve;
    let order = asked
        .order
        .as_ref()
        .map_or(diff.order(), |order| order.as_slice());
    let shown = |passed: &Bits| passed.among(order, |_| true);
    // As they stand in the file, which is read from its beginning to its end.
    let open: Vec<usize> = open.iter().collect();
    each(session, compared, &open, stopped, |row, both| {
        let fields = both.shown().map(|record| &record.fields);
        let accepts = fields.is_some_and(|fields| {
            asked
                .filter
                .accepts(diff.table().name(row), fields, &asked.columns, false)
        });
        if accepts {
            passed.insert(row);
        }
        teller.tell(|| shown(&passed));
        Ok(())
    })?;
    Ok(shown(&passed))
}

fn loosely(
    session: &Session,
    asked: &Sift,
    compared: &Compared,
    diff: &Diff,
    sieve: &Sieve,
    stopped: &dyn Fn() -> bool,
    teller: &mut Teller<'_>,
) -> Result<Vec<u32>, JobError> {
    let fields_count = asked.filter.asks_for_fields();
    let candidates = if fields_count { &sieve.open } else { &sieve.passed };
    let order = asked
        .order
        .as_ref()
        .map_or(diff.order(), |order| order.as_slice());
    let mut fuzzy = Fuzzy::new(&asked.filter);
    let mut scored: Vec<(u32, u32)> = Vec::new();
    for chunk in order.chunks(CHUNK) {
        if stopped() {
            return Err(JobError::Cancelled);
        }
        for row in chunk.iter().filter(|row| candidates.contains(**row as usize)) {
            scored.extend(
                fuzzy
                    .score(diff.table().name(*row as usize))
                    .map(|score| (score, *row)),
            );
        }
        if !fields_count {
            teller.tell(|| best_first(&scored));
        }
    }
    let rows = best_first(&scored);
    if !fields_count {
        return Ok(rows);
    }
    let rows: Vec<usize> = rows.into_iter().map(|row| row as usize).collect();
    let mut passed = Vec::new();
    each(session, compared, &rows, stopped, |row, both| {
        let accepts = both
            .shown()
            .is_some_and(|record| asked.filter.accepts(&record.name, &record.fields, &[], true));
        if accepts {
            passed.extend(u32::try_from(row));
        }
        teller.tell(|| passed.clone());
        Ok(())
    })?;
    Ok(passed)
}

/// Those that match best first; of the same score as they were.
fn best_first(scored: &[(u32, u32)]) -> Vec<u32> {
    let mut sorted = scored.to_vec();
    sorted.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    sorted.into_iter().map(|(_, row)| row).collect()
}
