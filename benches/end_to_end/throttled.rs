//! Diffs of a service that refuses some requests: what the waits cost, and what is lost beyond them. Each case has a
//! journal of its own, which its runs share; the floor is what the service makes of it by its numbers alone.

use std::fs;
use std::time::Duration;

use crate::Outcome;
use crate::data;
use crate::world::World;

/// A service that is throttled: requests a second, as many at once, and the wait it asks for.
struct Bucket {
    rate: f64,
    wait: &'static str,
    latency: &'static str,
    games: usize,
}

pub(crate) fn run() -> Outcome<()> {
    println!(
        "{:<44} {:>8} {:>8} {:>6} {:>9} {:>8}",
        "", "wall, s", "floor, s", "ratio", "requests", "refused"
    );
    one_503()?;
    for bucket in [
        Bucket {
            rate: 10.0,
            wait: "10s",
            latency: "20ms",
            games: 20_000 - data::OTHERS,
        },
        Bucket {
            rate: 40.0,
            wait: "30s",
            latency: "10ms",
            games: 100_000 - data::OTHERS,
        },
    ] {
        throttled(&bucket)?;
    }
    Ok(())
}

/// A healthy service, one that says 503 once, and one that says it to each hundredth request; a second wait each.
fn one_503() -> Outcome<()> {
    let world = World::make(60_000)?;
    let folder = tempfile::tempdir()?;
    let script = folder.path().join("script.json");
    let mut healthy = Vec::new();
    let server = world.serve("20ms")?;
    for _ in 0..3 {
        world.forget()?;
        healthy.push(world.diff_again(&server)?.0);
    }
    healthy.sort_by(f64::total_cmp);
    let floor = healthy[1];
    print("healthy, 20 ms", floor, floor, (0, 0));
    for (title, when) in [
        ("one 503 with a wait of 1 s", r#""from": 7, "to": 7"#),
        ("1 % of 503s with waits of 1 s", r#""from": 57, "every": 100"#),
    ] {
        let refuse = r#"{"status": 503, "code": "TRY_AGAIN_LATER", "retry_after": 1}"#;
        fs::write(
            &script,
            format!(r#"[{{"when": {{"operation": "records/query", {when}}}, "do": {refuse}}}]"#),
        )?;
        let script = script.to_string_lossy();
        let server = world.serve_with(&["--latency", "20ms", "--script", &script])?;
        world.forget()?;
        for run in 1..=3 {
            let (wall, requests, refused) = world.diff_again(&server)?;
            // What the service asked for is no loss.
            let floor = floor + refused as f64;
            print(&format!("{title}, run {run}"), wall, floor, (requests, refused));
        }
    }
    Ok(())
}

fn throttled(bucket: &Bucket) -> Outcome<()> {
    let world = World::make(bucket.games)?;
    let rate = bucket.rate.to_string();
    let server = world.serve_with(&[
        "--latency",
        bucket.latency,
        "--requests-per-second",
        &rate,
        "--throttle-wait",
        bucket.wait,
    ])?;
    world.forget()?;
    for run in ["rate unknown", "rate known", "rate known"] {
        let (wall, requests, refused) = world.diff_again(&server)?;
        let floor = ((requests - refused) as f64 - bucket.rate) / bucket.rate;
        let title = format!("{rate}/s with waits of {}, {run}", bucket.wait);
        print(&title, wall, floor, (requests, refused));
        // The bucket is full again.
        std::thread::sleep(Duration::from_secs(2));
    }
    Ok(())
}

fn print(title: &str, wall: f64, floor: f64, (requests, refused): (usize, usize)) {
    let ratio = wall / floor;
    println!("{title:<44} {wall:>8.2} {floor:>8.2} {ratio:>6.2} {requests:>9} {refused:>8}");
}
