//! What can be typed behind `skydeck emulator`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::emulator::SCRIPT;

/// `emulator`
#[derive(Debug, Clone, Args)]
#[command(after_long_help = script_help())]
pub struct Serve {
    /// The port; 0 takes any free one
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// Keep records in this SQLite file
    #[arg(long, value_name = "FILE", conflicts_with = "memory")]
    pub store: Option<PathBuf>,
    /// Keep records in memory (this is what happens without --store)
    #[arg(long)]
    pub memory: bool,
    /// Fill it from the canonical files in this folder through the manifest, or from a file with one record a line
    #[arg(long, value_name = "PATH")]
    pub load: Option<PathBuf>,
    /// The container; without it, the configuration's
    #[arg(long, value_name = "ID")]
    pub container: Option<String>,
    /// The schema, in CloudKit's schema language; without it, the manifest's
    #[arg(long, value_name = "FILE")]
    pub schema: Option<PathBuf>,
    /// A key id to accept; without it a key pair is made
    #[arg(long, value_name = "ID", requires = "public_key")]
    pub key_id: Option<String>,
    /// The public key that goes with it
    #[arg(long, value_name = "PEM", requires = "key_id")]
    pub public_key: Option<PathBuf>,
    /// An API token to accept (role _world)
    #[arg(long, value_name = "TOKEN")]
    pub api_token: Vec<String>,
    /// Take any signature
    #[arg(long)]
    pub any_signature: bool,
    /// Every answer is late by this much, such as 80ms
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "0ms")]
    pub latency: Duration,
    /// And by up to this much more
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "0ms")]
    pub jitter: Duration,
    /// Throttle beyond this rate
    #[arg(long, value_name = "N", value_parser = rate)]
    pub requests_per_second: Option<f64>,
    /// Shortest wait imposed on a throttled request, in whole seconds
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "0s", requires = "requests_per_second")]
    pub throttle_wait: Duration,
    /// Queries are behind writes by this much
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "0ms")]
    pub index_lag: Duration,
    /// Most records on a page
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u16).range(1..=200))]
    pub page_limit: u16,
    /// How long a continuation marker works; without it, for ever
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub marker_lifetime: Option<Duration>,
    /// A create on an existing record fails with EXISTS instead of CONFLICT
    #[arg(long)]
    pub exists_code: bool,
    /// What goes wrong, and when: a JSON array of rules (the end of --help says how they are written)
    #[arg(long, value_name = "FILE")]
    pub script: Option<PathBuf>,
    /// Seeds every random choice of the script
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
}

/// `80ms`, `1.5s`, `2m`.
fn time(text: &str) -> Result<Duration, String> {
    let split = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let factor = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" | "min" => 60.0,
        _ => return Err("a time has a unit: 80ms, 1.5s, 2m".into()),
    };
    let number: f64 = number
        .parse()
        .map_err(|_| "a time is a number and a unit: 80ms".to_owned())?;
    Duration::try_from_secs_f64(number * factor).map_err(|error| error.to_string())
}

/// More than none.
fn rate(text: &str) -> Result<f64, String> {
    let rate: Option<f64> = text.parse().ok();
    rate.filter(|rate| rate.is_finite() && *rate > 0.0)
        .ok_or_else(|| "a rate is a number above 0".to_owned())
}

/// How a script is written, without the marks of Markdown around its example.
fn script_help() -> String {
    let text: Vec<&str> = SCRIPT.lines().filter(|line| !line.starts_with("```")).collect();
    format!("Fault scripts (--script):\n\n{}", text.join("\n"))
}
