//! What is left of a panic: the terminal as it was, the story, a report in a file, and a word on what to do now.

use std::backtrace::Backtrace;
use std::io::{self, Write as _};
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::{env, fs};

use super::terminal::give_back;
use crate::files::private;

/// The exit code of every Rust program that panics.
const PANICKED: i32 = 101;

/// From now on a panic ends the program wherever it happens: a loop that went on would draw over the story, and over the
/// shell. What was being written is in the journal. Reports go to `folder`.
pub fn end_on_panic(folder: Option<PathBuf>) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let tell = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |story| {
            // To the end, so that nobody else writes; and not before a borrower has given the terminal back.
            let _alone = io::stdout().lock();
            give_back();
            tell(story);
            say(folder.as_deref().map(|folder| report(folder, story)));
            std::process::exit(PANICKED);
        }));
    });
}

fn say(report: Option<io::Result<PathBuf>>) {
    let mut lines = vec![
        "Skydeck has broken off: this is a mistake in Skydeck, and no fault of yours.".to_owned(),
        "What was being written is in the journal; the next start offers to finish it.".to_owned(),
    ];
    if let Some(Ok(path)) = report {
        lines.push(format!(
            "A report is in {}; read it before you pass it on.",
            path.display()
        ));
    }
    // A terminal that is gone hears nothing.
    let _ = writeln!(io::stderr(), "\n{}", lines.join("\n"));
}

/// Writes what there is to know into a file that only its owner can read.
fn report(folder: &Path, story: &PanicHookInfo<'_>) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let now = jiff::Timestamp::now();
    let path = folder.join(format!("crash-{}.txt", now.as_millisecond()));
    let terminal = env::var("TERM").unwrap_or_default();
    write!(
        private::options().write(true).create_new(true).open(&path)?,
        "skydeck {} on {} {}, TERM={terminal}, {now}\n\n{story}\n\n{}",
        env!("CARGO_PKG_VERSION"),
        env::consts::OS,
        env::consts::ARCH,
        Backtrace::force_capture()
    )?;
    Ok(path)
}
