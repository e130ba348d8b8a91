//! Whole processes side by side: Skydeck and, where it is there, the plain Python script it replaces, on the same data,
//! one after the other in changing order. The emulator is a process of its own.
//!
//! ```text
//! cargo bench --bench end_to_end                      diff and sync of 5,760 games at 80 ms; start-up
//! cargo bench --bench end_to_end -- --games 100000    the same with more games, without start-up
//! cargo bench --bench end_to_end -- million           a million records on each side, no latency; Skydeck alone
//! cargo bench --bench end_to_end -- million script    the same once beside the script, which takes 10 GB
//! cargo bench --bench end_to_end -- throttled         diffs of a service that refuses some requests; Skydeck alone
//! ```

#![expect(clippy::cast_precision_loss, reason = "counts and bytes are far below 2^53")]

#[path = "../data/mod.rs"]
mod data;
mod figures;
mod throttled;
mod world;

use std::error::Error;

use figures::{Figures, median, print_head, print_pair};
use world::{Party, World};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// One thing to do, as either party calls it.
struct Job {
    title: &'static str,
    latency: &'static str,
    skydeck: &'static [&'static str],
    script: &'static [&'static str],
    /// Whether it changes the cloud, so that each run needs a new one.
    writes: bool,
    rounds: usize,
}

const DIFF: Job = Job {
    title: "diff, 80 ms",
    latency: "80ms",
    skydeck: &["diff"],
    script: &["--diff"],
    writes: false,
    rounds: 5,
};

const SYNC: Job = Job {
    title: "sync of 1 %, 80 ms",
    skydeck: &["sync", "--yes"],
    script: &["--smart-sync"],
    writes: true,
    ..DIFF
};

const GET: Job = Job {
    title: "get, 0 ms",
    latency: "0ms",
    skydeck: &["get", "Stadium", "stadium_mlb_0000"],
    script: &["--get", "Stadium", "stadium_mlb_0000"],
    rounds: 9,
    ..DIFF
};

const COUNT: Job = Job {
    title: "list --count, 0 ms",
    skydeck: &["list", "Game", "--count"],
    script: &["--list", "Game", "--count"],
    ..GET
};

const VERSION: Job = Job {
    title: "--version / --help",
    skydeck: &["--version"],
    script: &["--help"],
    ..GET
};

const MILLION: usize = 1_000_000;

fn main() -> Outcome<()> {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let has = |word: &str| words.iter().any(|one| one == word);
    if has("throttled") {
        return throttled::run();
    }
    let games = words.iter().skip_while(|word| *word != "--games").nth(1);
    if has("million") {
        let beside = has("script");
        let diff = Job {
            title: "diff, 0 ms",
            latency: "0ms",
            rounds: if beside { 1 } else { 3 },
            ..DIFF
        };
        let world = World::make(MILLION - data::OTHERS)?;
        let wall = compare(&world, &diff, beside)?;
        println!("{:.0} records a second", MILLION as f64 / wall);
        return Ok(());
    }
    let with_script = world::has_script();
    if !with_script {
        println!("Skydeck alone: the script, or Python with requests and cryptography, is not there.");
    }
    let jobs: &[Job] = match games {
        Some(_) => &[DIFF, SYNC],
        None => &[DIFF, SYNC, GET, COUNT, VERSION],
    };
    let world = World::make(games.map_or(Ok(5_760), |text| text.parse())?)?;
    for job in jobs {
        compare(&world, job, with_script)?;
    }
    Ok(())
}

/// Runs a job `rounds` times for each party and prints the medians; returns Skydeck's wall time in seconds.
fn compare(world: &World, job: &Job, with_script: bool) -> Outcome<f64> {
    print_head(&format!(
        "{}, {} records, median of {}",
        job.title, world.records, job.rounds
    ));
    let mut parties = vec![Party::Skydeck];
    parties.extend(with_script.then_some(Party::Script));
    let mut server = world.serve(job.latency)?;
    let mut runs: Vec<Vec<Figures>> = vec![Vec::new(); parties.len()];
    // The first round warms the file cache and counts the requests.
    for round in 0..=job.rounds {
        let mut order: Vec<usize> = (0..parties.len()).collect();
        if round % 2 == 1 {
            order.reverse();
        }
        for party in order {
            let who = parties[party];
            let args = if who == Party::Skydeck {
                job.skydeck
            } else {
                job.script
            };
            let run = world.run(who, args, &server, round == 0)?;
            runs[party].push(run);
            if job.writes {
                drop(server);
                server = world.serve(job.latency)?;
            }
        }
    }
    let medians: Vec<Figures> = runs.iter().map(|runs| median(runs)).collect();
    print_pair(&medians);
    Ok(medians[0].wall)
}
