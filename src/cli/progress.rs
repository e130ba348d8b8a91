//! A running job on standard error, where that is a terminal; and the end of it by Ctrl-C.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::interrupt::Interrupt;
use super::output::{counted, grouped, talk};
use crate::journal::Snapshot;
use crate::printable::escape;
use crate::sync::{Event, Job, JobError, Side};

/// Waits for a job, shows its progress, and stops it on Ctrl-C: after the requests in flight, or on a second Ctrl-C
/// at once. Either way a run returns its report.
pub async fn watch<T: Send + 'static>(
    mut job: Job<T>,
    quiet: bool,
    interrupt: &mut Interrupt,
) -> Result<T, JobError> {
    let mut board = Board::new(quiet);
    let cancel = job.cancellation();
    loop {
        tokio::select! {
            event = job.event() => match event {
                Some(event) => board.show(event),
                None => {
                    board.clear();
                    return job.result().await;
                }
            },
            () = interrupt.heard() => {
                if cancel.is_cancelled() {
                    job.abandon();
                } else {
                    board.reply("Stopping after the requests in flight are answered …");
                    cancel.cancel();
                }
            }
        }
    }
}

struct Board {
    /// `None` where nobody watches.
    bars: Option<MultiProgress>,
    quiet: bool,
    types: BTreeMap<String, TypeLine>,
    run: Option<ProgressBar>,
    /// What was said last.
    said: String,
}

struct TypeLine {
    bar: ProgressBar,
    local: u64,
    cloud: u64,
}

impl Board {
    fn new(quiet: bool) -> Self {
        let watched = !quiet && std::io::stderr().is_terminal();
        Board {
            bars: watched.then(MultiProgress::new),
            quiet,
            types: BTreeMap::new(),
            run: None,
            said: String::new(),
        }
    }

    fn show(&mut self, event: Event) {
        match event {
            Event::Reading {
                record_type,
                side,
                records,
            } => self.reading(&record_type, side, records),
            Event::Compared(Snapshot { record_type, .. }) | Event::Failed { record_type, .. } => {
                if let Some(line) = self.types.remove(&record_type) {
                    line.bar.finish_and_clear();
                }
            }
            Event::Begun { operations, .. } => {
                let total = operations as u64;
                self.run = self.bars.as_ref().map(|bars| bars.add(bar(total)));
            }
            Event::Settled { operations, .. } => {
                if let Some(bar) = &self.run {
                    bar.inc(operations as u64);
                }
            }
            Event::Throttled { wait, code } => {
                let seconds = wait.as_secs_f64();
                self.say(&format!("The service asks to wait {seconds:.1} s ({code})"));
            }
            Event::Retrying {
                operation,
                attempt,
                cause,
            } => self.say(&format!("{operation}: {cause}; trying again ({attempt})")),
            Event::Conflict {
                record_type, name, ..
            } => {
                self.say(&format!(
                    "{record_type} {name}: somebody else has changed it; sent again with the new tag"
                ));
            }
            Event::Checked {
                record_type,
                records,
                of,
            } => {
                let text = format!("{} of {} checked", group(records), group(of));
                self.type_line(&record_type, |line| line.bar.set_message(text));
            }
            Event::LeftAlone {
                record_type, name, ..
            } => self.say(&format!("{record_type} {name}: left as somebody else has it")),
            Event::Answered { .. } | Event::Sent { .. } | Event::Verified { .. } => {}
        }
    }

    fn reading(&mut self, record_type: &str, side: Side, records: u64) {
        self.type_line(record_type, |line| {
            match side {
                Side::Local => line.local = records,
                Side::Cloud => line.cloud = records,
            }
            line.bar.set_message(format!(
                "{} here, {} in the cloud",
                group(line.local),
                group(line.cloud)
            ));
        });
    }

    fn type_line(&mut self, record_type: &str, change: impl FnOnce(&mut TypeLine)) {
        let Some(bars) = &self.bars else { return };
        let line = self
            .types
            .entry(record_type.to_owned())
            .or_insert_with(|| TypeLine {
                bar: bars.add(spinner(record_type)),
                local: 0,
                cloud: 0,
            });
        change(line);
    }

    /// Says it, unless it was said just before: types side by side meet the same trouble.
    fn say(&mut self, text: &str) {
        if self.said == text {
            return;
        }
        text.clone_into(&mut self.said);
        match &self.bars {
            Some(bars) => {
                let _ = bars.println(escape(text));
            }
            None if !self.quiet => talk(text),
            None => {}
        }
    }

    /// Confirms a request of the user, also with `--json`.
    fn reply(&mut self, text: &str) {
        if self.quiet {
            talk(text);
        } else {
            self.say(text);
        }
    }

    fn clear(&mut self) {
        for line in self.types.values() {
            line.bar.finish_and_clear();
        }
        if let Some(bar) = &self.run {
            bar.finish_and_clear();
        }
    }
}

fn group(number: u64) -> String {
    grouped(usize::try_from(number).unwrap_or(usize::MAX))
}

fn spinner(record_type: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner:.cyan} {prefix:<18} {msg}");
    let bar = ProgressBar::new_spinner()
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
        .with_prefix(escape(record_type).into_owned());
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

fn bar(total: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30.green/dim} {human_pos} of {human_len} {msg} {eta:>6}");
    ProgressBar::new(total)
        .with_style(
            style
                .unwrap_or_else(|_| ProgressStyle::default_bar())
                .progress_chars("━╸─"),
        )
        .with_message(
            counted(usize::try_from(total).unwrap_or(0), "operation")
                .split(' ')
                .skip(1)
                .collect::<String>(),
        )
}
