//! Work on a million rows that a key waits for, divided among the processors.

use std::num::NonZero;
use std::ops::Range;
use std::sync::OnceLock;
use std::thread;

/// Fewer rows than these are done sooner than a thread begins.
const WORTH_A_THREAD: usize = 65_536;
/// More threads would wait for memory and not for each other's work.
const MOST: usize = 8;

/// Does something with all numbers below `length`, in parts that begin at multiples of 64; what each comes to, in order.
pub fn in_parts<T: Send>(length: usize, each: impl Fn(Range<usize>) -> T + Sync) -> Vec<T> {
    let parts = (length / WORTH_A_THREAD).clamp(1, processors());
    let size = length.div_ceil(parts).next_multiple_of(64).max(64);
    let part = |number: usize| (number * size).min(length)..((number + 1) * size).min(length);
    let each = &each;
    thread::scope(|scope| {
        let others: Vec<_> = (1..parts)
            .map(|number| scope.spawn(move || each(part(number))))
            .collect();
        let first = each(part(0));
        let others = others.into_iter().map(|other| match other.join() {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        std::iter::once(first).chain(others).collect()
    })
}

fn processors() -> usize {
    static PROCESSORS: OnceLock<usize> = OnceLock::new();
    let count = || thread::available_parallelism().map_or(1, NonZero::get).min(MOST);
    *PROCESSORS.get_or_init(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_done_once_and_in_order() {
        for length in [
            0,
            1,
            63,
            64,
            65,
            WORTH_A_THREAD,
            WORTH_A_THREAD * 2 + 1,
            WORTH_A_THREAD * 9 + 77,
        ] {
            let parts = in_parts(length, |part| part);
            assert!(
                parts
                    .iter()
                    .all(|part| part.start.is_multiple_of(64) || part.is_empty())
            );
            assert!(parts.into_iter().flatten().eq(0..length), "{length}");
        }
    }
}
