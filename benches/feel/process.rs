//! What a process has used so far, as Linux tells.

use std::collections::HashMap;
use std::fs;

use crate::Outcome;

/// Clock ticks a second, in which Linux counts for programs whatever the kernel does.
const TICKS: f64 = 100.0;

/// What a process has used.
pub(crate) struct Used {
    /// Seconds of user and system time.
    pub(crate) cpu: f64,
    /// MB.
    pub(crate) resident: f64,
    /// How often each thread had to wait for something.
    waits: HashMap<String, u64>,
}

impl Used {
    /// How often a thread was woken since then. Those that have ended are left out.
    pub(crate) fn woken_since(&self, before: &Used) -> u64 {
        let since = |(thread, waits): (&String, &u64)| waits - before.waits.get(thread).copied().unwrap_or(0);
        self.waits.iter().map(since).sum()
    }
}

/// What the process of this number has used since it began.
pub(crate) fn used(id: u32) -> Outcome<Used> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat"))?;
    // After the name, which stands in parentheses: user and system time are the 12th and the 13th word.
    let words: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    let ticks = words[11].parse::<u64>()? + words[12].parse::<u64>()?;
    let mut used = Used {
        cpu: ticks as f64 / TICKS,
        resident: number(&fs::read_to_string(format!("/proc/{id}/status"))?, "VmRSS:") as f64 / 1e3,
        waits: HashMap::new(),
    };
    for task in fs::read_dir(format!("/proc/{id}/task"))? {
        let task = task?;
        let status = fs::read_to_string(task.path().join("status"))?;
        let name = task.file_name().to_string_lossy().into_owned();
        used.waits
            .insert(name, number(&status, "voluntary_ctxt_switches:"));
    }
    Ok(used)
}

fn number(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let word = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    word.unwrap_or(0)
}
