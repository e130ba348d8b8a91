//! The command line: it shows and asks, and decides nothing about data.
//!
//! - [`args`]: what can be typed; [`compat`]: the flags of the script
//! - [`desk`]: what a command works with: configuration, session, how to print
//! - [`command`]: the commands, a file for each or for a few of a kind
//! - [`output`], [`diagnostics`], [`progress`], [`confirm`], [`interrupt`]: data out, talk out, answers in, Ctrl-C
//! - [`exit`]: the exit codes
//! - `manual`: the manual page

pub mod args;
pub mod command;
pub mod compat;
pub mod confirm;
pub mod desk;
pub mod diagnostics;
pub mod exit;
pub mod interrupt;
mod manual;
pub mod output;
pub mod progress;

use std::ffi::OsString;
use std::fmt;
use std::io::IsTerminal as _;
use std::panic::PanicHookInfo;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};
use color_eyre::config::HookBuilder;
use color_eyre::section::PanicMessage;

use crate::launch::Launch;
use crate::printable::escape;
use crate::sync::JobError;
use args::{Cli, Command};
use desk::Desk;
use output::{failure_document, talk, talk_advice};

/// Runs a command line; the program's whole life.
///
/// `screen` opens the full screen, which is what happens where no command is named.
pub fn main(
    args: impl IntoIterator<Item = OsString>,
    screen: impl FnOnce(Launch) -> Result<(), JobError>,
) -> ExitCode {
    let args = compat::translated(args);
    let code = match Cli::try_parse_from(&args) {
        Ok(cli) => execute(cli, screen),
        Err(error) => explain(&with_printable(&args, &error)),
    };
    ExitCode::from(match output::finish() {
        Ok(()) => code,
        Err(cause) => {
            let error = JobError::Output(cause);
            report(&error);
            exit::of_error(&error)
        }
    })
}

/// Prints a message of clap: a usage error, or the requested help.
fn explain(error: &clap::Error) -> u8 {
    let text = error.render();
    if error.use_stderr() {
        // There is nowhere left to report a failure of standard error.
        let _ = error.print();
        return exit::USAGE;
    }
    if output::is_terminal() {
        output::data(|out| write!(out, "{}", text.ansi()));
    } else {
        output::data(|out| write!(out, "{text}"));
    }
    exit::DONE
}

/// Runs a command to its exit code.
fn execute(cli: Cli, screen: impl FnOnce(Launch) -> Result<(), JobError>) -> u8 {
    let reports = HookBuilder::default().panic_message(PrintablePanic);
    if let Err(error) = reports.install() {
        talk(&format!("Error reports will be plain: {error}"));
    }
    let document = cli
        .global
        .json
        .then(|| cli.command.as_ref().map(Command::name))
        .flatten();
    start(cli, screen).unwrap_or_else(|error| {
        let code = exit::of_error(&error);
        report(&error);
        if let Some(command) = document {
            failure_document(command, &error.to_string(), &error.advice(), code);
        }
        code
    })
}

/// The same error, with unprintable characters in the arguments escaped.
fn with_printable(args: &[OsString], error: &clap::Error) -> clap::Error {
    let printable = args.iter().map(|arg| escape(&arg.to_string_lossy()).into_owned());
    match Cli::try_parse_from(printable) {
        Err(printable) if printable.kind() == error.kind() => printable,
        // clap cannot reproduce the error with escaped arguments: only its kind is kept.
        _ => Cli::command().error(
            error.kind(),
            "an argument contains characters that cannot be printed",
        ),
    }
}

/// What a panic says, one printable line.
struct PrintablePanic;

impl PanicMessage for PrintablePanic {
    fn display(&self, panic: &PanicHookInfo<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let payload = panic.payload();
        let text = payload.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
        writeln!(f, "The application panicked (crashed).")?;
        writeln!(
            f,
            "Message:  {}",
            escape(text.unwrap_or("<non string panic payload>"))
        )?;
        match panic.location() {
            Some(location) => write!(f, "Location: {location}"),
            None => Ok(()),
        }
    }
}

fn start(cli: Cli, screen: impl FnOnce(Launch) -> Result<(), JobError>) -> Result<u8, JobError> {
    let Some(command) = cli.command else {
        return full_screen(&cli.global, screen);
    };
    match command {
        Command::Completions { shell } => {
            // Into memory first: clap_complete panics where it cannot write.
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "skydeck", &mut script);
            output::data(|out| out.write_all(&script));
            Ok(exit::DONE)
        }
        Command::Man => {
            output::data(|mut out| manual::write(&mut out));
            Ok(exit::DONE)
        }
        Command::Init(init) => command::init::run(&init, cli.global.json),
        command => {
            interrupt::end_at_the_third();
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .enable_all()
                .build()
                .map_err(|error| JobError::Broken(error.to_string()))?;
            let code = runtime.block_on(run(command, cli.global));
            // A blocking read that nobody waits for any more shall not hold the end up.
            runtime.shutdown_background();
            code
        }
    }
}

fn full_screen(
    global: &args::Global,
    screen: impl FnOnce(Launch) -> Result<(), JobError>,
) -> Result<u8, JobError> {
    if !(std::io::stdin().is_terminal() && output::is_terminal()) {
        talk("The full screen needs a terminal; these are the commands for everything else:");
        let help = Cli::command().render_help();
        output::data(|out| write!(out, "{help}"));
        return Ok(exit::USAGE);
    }
    screen(global.launch())?;
    Ok(exit::DONE)
}

async fn run(command: Command, global: args::Global) -> Result<u8, JobError> {
    if let Command::Emulator(serve) = command {
        return command::emulator::run(&serve, &global).await;
    }
    if let Command::Doctor = command {
        return command::doctor::run(&global).await;
    }
    let desk = Desk::open(global).await?;
    let code = match command {
        Command::Diff(types) => command::diff::run(&desk, &types.types).await,
        Command::Sync(sync) => command::sync::run(&desk, &sync).await,
        Command::Apply(apply) => command::sync::apply_saved(&desk, &apply).await,
        Command::Verify(verify) => command::verify::run(&desk, &verify).await,
        Command::List(list) => command::record::list(&desk, &list).await,
        Command::Get(one) => command::record::get(&desk, &one).await,
        Command::Update(update) => command::record::update(&desk, &update).await,
        Command::Delete(delete) => command::record::delete(&desk, &delete).await,
        Command::Export(export) => command::export::run(&desk, &export).await,
        Command::Import(import) => command::bulk::import(&desk, &import).await,
        Command::DeleteAll(delete) => command::bulk::delete_all(&desk, &delete).await,
        Command::History(history) => command::history::run(&desk, &history),
        Command::Undo(undo) => command::history::undo(&desk, &undo).await,
        Command::Resume(resume) => command::history::resume(&desk, &resume).await,
        Command::Doctor
        | Command::Init(_)
        | Command::Emulator(_)
        | Command::Completions { .. }
        | Command::Man => Ok(exit::DONE),
    };
    desk.close().await;
    code
}

/// An error with what to do about it.
pub fn report(error: &JobError) {
    if matches!(error, JobError::Cancelled) {
        return talk("Cancelled.");
    }
    for (number, message) in error.messages().iter().enumerate() {
        let prefix = if number == 0 { "Error: " } else { "" };
        talk(&format!("{prefix}{message}"));
    }
    // A guard says in its own words what to do on the command line.
    let guarded = matches!(error, JobError::Refused(_));
    for advice in error.advice().iter().filter(|_| !guarded) {
        talk_advice(advice);
    }
}
