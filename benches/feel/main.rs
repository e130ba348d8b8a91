//! What a user feels, measured on the real binary in a pseudo-terminal of 200x60: how soon there is something to see, how
//! soon a key shows, also while a sync runs, and what it takes while nobody does anything. The emulator is a process of its
//! own.
//!
//! `cargo bench --bench feel`

#![expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]

#[path = "../data/mod.rs"]
mod data;
#[path = "../end_to_end/figures.rs"]
#[allow(dead_code, reason = "its tables are for two parties")]
mod figures;
mod process;
mod terminal;
#[path = "../end_to_end/world.rs"]
#[allow(dead_code, reason = "the script takes no part")]
mod world;

use std::error::Error;
use std::fs;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use terminal::Terminal;
use world::{SKYDECK, Server, World};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Games on disk: enough that a sync of all of them is under way while keys are pressed.
const GAMES: usize = 40_000;
const STARTS: usize = 20;
const KEYS: usize = 100;
const IDLE: Duration = Duration::from_secs(20);

/// What stands on one screen and on no other.
const OVERVIEW: &str = "ORPHAN";
const LOG: &str = "SENT > RECEIVED";

fn main() -> Outcome<()> {
    let world = World::make(GAMES)?;
    println!(
        "binary                    {:>8.1} MB",
        fs::metadata(SKYDECK)?.len() as f64 / 1e6
    );
    let server = world.serve("80ms")?;
    starts(&world, &server)?;
    at_rest(&world, &server)?;
    drop(server);
    during_a_sync(&world)
}

/// From the start of the process to the first whole frame, and to the figures of the last comparison.
fn starts(world: &World, server: &Server) -> Outcome<()> {
    let mut first = Terminal::open(world, server)?;
    first.wait("compared just now")?;
    first.quit()?;
    let (mut version, mut frame, mut cached) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let begun = Instant::now();
        Command::new(SKYDECK).arg("--version").output()?;
        version.push(begun.elapsed());
        let mut terminal = Terminal::open(world, server)?;
        frame.push(terminal.until(|seen| seen.frames > 0)?);
        cached.push(terminal.wait("40 000")?);
        terminal.quit()?;
    }
    row("skydeck --version", &version);
    row("first frame", &frame);
    row("figures of last time", &cached);
    Ok(())
}

/// Keys while nothing runs, and what it takes while none is pressed.
fn at_rest(world: &World, server: &Server) -> Outcome<()> {
    let mut terminal = Terminal::open(world, server)?;
    terminal.wait("compared just now")?;
    row("key to frame, at rest", &keys(&mut terminal)?);
    let before = process::used(terminal.id())?;
    sleep(IDLE);
    let after = process::used(terminal.id())?;
    let seconds = IDLE.as_secs_f64();
    let percent = (after.cpu - before.cpu) / seconds * 100.0;
    let woken = after.woken_since(&before) as f64 / seconds;
    println!("CPU at rest               {percent:>8.2} %");
    println!("woken at rest             {woken:>8.2} times a second");
    println!("resident                  {:>8.1} MB", after.resident);
    terminal.quit()
}

/// Keys while some 40,000 records are being created.
fn during_a_sync(world: &World) -> Outcome<()> {
    let server = world.serve_nothing("80ms")?;
    let mut terminal = Terminal::open(world, &server)?;
    terminal.wait("compared just now")?;
    terminal.press("s");
    terminal.wait("a apply")?;
    terminal.press("a");
    terminal.wait("Leave as it is")?;
    // Keys are swallowed for a moment, and the harmless button has the focus.
    sleep(Duration::from_secs(1));
    terminal.press("\t\r");
    terminal.wait("p pause")?;
    let times = keys(&mut terminal)?;
    terminal.press("3");
    terminal
        .wait("p pause")
        .map_err(|_| "the sync was over before the keys were")?;
    row("key to frame, in a sync", &times);
    terminal.quit()
}

/// From pressing a key that goes to another screen until that screen is there.
fn keys(terminal: &mut Terminal) -> Outcome<Vec<Duration>> {
    let mut times = Vec::with_capacity(KEYS);
    for round in 0..KEYS {
        let (key, shown) = if round % 2 == 0 {
            ("6", LOG)
        } else {
            ("1", OVERVIEW)
        };
        // Keys come at any moment, not at the moment after a frame.
        sleep(Duration::from_millis(13));
        let begun = Instant::now();
        terminal.press(key);
        terminal.wait(shown)?;
        times.push(begun.elapsed());
    }
    Ok(times)
}

/// The middle, the slowest of twenty and the slowest of all.
fn row(title: &str, times: &[Duration]) {
    let mut ms: Vec<f64> = times.iter().map(|time| time.as_secs_f64() * 1e3).collect();
    ms.sort_by(f64::total_cmp);
    let at = |percent: usize| ms[(ms.len() - 1) * percent / 100];
    println!(
        "{title:<26}{:>8.1} ms   95 % {:>6.1} ms   all {:>6.1} ms",
        at(50),
        at(95),
        at(100)
    );
}
