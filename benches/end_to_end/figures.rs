//! What a run took.

use std::io;
use std::process::Command;
use std::time::Instant;

use wait4::Wait4 as _;

/// What one process took, from start to end.
#[derive(Clone, Copy, Default)]
pub(crate) struct Figures {
    /// How many; only where they were counted.
    pub(crate) requests: Option<usize>,
    /// Seconds.
    pub(crate) wall: f64,
    /// Seconds of user and system time.
    pub(crate) cpu: f64,
    /// The largest resident set, in MB.
    pub(crate) peak: f64,
}

/// Runs a command to its end; its exit code and what it took. It must have no pipe that can fill up.
pub(crate) fn measure(command: &mut Command) -> io::Result<(Option<i32>, Figures)> {
    let start = Instant::now();
    let ended = command.spawn()?.wait4()?;
    let wall = start.elapsed().as_secs_f64();
    let used = ended.rusage;
    let figures = Figures {
        requests: None,
        wall,
        cpu: (used.utime + used.stime).as_secs_f64(),
        peak: used.maxrss as f64 / 1e6,
    };
    Ok((ended.status.code(), figures))
}

/// The medians of runs whose first one was a warm-up that counted the requests.
pub(crate) fn median(runs: &[Figures]) -> Figures {
    let middle = |of: fn(&Figures) -> f64| {
        let mut values: Vec<f64> = runs.iter().skip(1).map(of).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or_default()
    };
    Figures {
        requests: runs.first().and_then(|run| run.requests),
        wall: middle(|run| run.wall),
        cpu: middle(|run| run.cpu),
        peak: middle(|run| run.peak),
    }
}

/// The title of a table, and its columns.
pub(crate) fn print_head(title: &str) {
    println!("\n{title}");
    println!(
        "{:>18}{:>10}{:>12}{:>12}{:>10}",
        "", "requests", "wall ms", "CPU ms", "peak MB"
    );
}

/// A line for each party, and what the second one takes for each one of the first.
pub(crate) fn print_pair(parties: &[Figures]) {
    for (name, one) in ["skydeck", "script"].iter().zip(parties) {
        let requests = one
            .requests
            .map_or_else(|| "-".to_owned(), |count| count.to_string());
        let (wall, cpu) = (one.wall * 1e3, one.cpu * 1e3);
        println!(
            "{name:>18}{requests:>10}{wall:>12.1}{cpu:>12.1}{:>10.1}",
            one.peak
        );
    }
    if let [ours, theirs] = parties {
        let requests = match (ours.requests, theirs.requests) {
            (Some(ours), Some(theirs)) if ours > 0 => format!("{:.1} x", theirs as f64 / ours as f64),
            _ => "-".to_owned(),
        };
        let (wall, cpu, peak) = (
            theirs.wall / ours.wall,
            theirs.cpu / ours.cpu,
            theirs.peak / ours.peak,
        );
        println!(
            "{:>18}{requests:>10}{wall:>10.1} x{cpu:>10.1} x{peak:>8.1} x",
            "ratio"
        );
    }
}
