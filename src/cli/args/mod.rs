//! What can be typed.

mod environment;
mod files;
mod record;
mod serve;
mod side;

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use crate::launch::Launch;
use crate::record::percent::Percent;
use crate::sync::SAMPLE;
pub use environment::EnvironmentName;
pub use files::{Export, Init};
pub use record::{Delete, List, One, Update};
pub use serve::Serve;
pub use side::SideName;

const AFTER_HELP: &str = "\
To begin:
  skydeck --demo diff      Look at it on data of its own, without an account
  skydeck init             Propose a skydeck.toml for your JSON files
  skydeck doctor           Check what is set up, and what is missing
  skydeck diff             See what differs; then skydeck sync sends it

Exit codes:
  0 done or in sync     1 failed              2 differences or mismatches found
  3 done in part        4 stopped by a guard  5 refused by the service
  6 not reachable or throttled               64 wrong usage    130 interrupted

The flags of cloudkit_import.py (--diff, --smart-sync, --verify, --get …) are understood as they were.";

/// Keep a CloudKit public database true to a folder of canonical JSON files.
#[derive(Debug, Parser)]
#[command(
    name = "skydeck",
    version,
    about,
    propagate_version = true,
    max_term_width = 100
)]
#[command(after_help = AFTER_HELP)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What holds for every command.
    #[command(flatten)]
    pub global: Global,
}

/// What holds for every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Global {
    /// The configuration; without it, skydeck.toml is looked for from here upwards
    #[arg(long, global = true, value_name = "FILE", env = "SKYDECK_CONFIG")]
    pub config: Option<PathBuf>,
    /// Which environment of the container
    #[arg(
        long,
        short,
        global = true,
        value_enum,
        ignore_case = true,
        default_value = "development",
        env = "CLOUDKIT_ENVIRONMENT"
    )]
    pub environment: EnvironmentName,
    /// Another server than Apple's, by scheme, host and port
    #[arg(long, global = true, value_name = "URL")]
    pub endpoint: Option<String>,
    /// The folder of the journals
    #[arg(long, global = true, value_name = "DIR", env = "SKYDECK_STATE")]
    pub state: Option<PathBuf>,
    /// Run on an embedded CloudKit with the data set that ships with Skydeck
    #[arg(long, global = true)]
    pub demo: bool,
    /// Allow writing to a read-only environment, this time
    #[arg(
        long,
        global = true,
        value_enum,
        ignore_case = true,
        value_name = "ENVIRONMENT"
    )]
    pub unlock: Option<EnvironmentName>,
    /// Print one JSON document for programs
    #[arg(long, global = true)]
    pub json: bool,
    /// Say more: each record, each field
    #[arg(long, short, global = true)]
    pub verbose: bool,
    /// Append what is asked and answered over the network to a file
    #[arg(long, global = true, value_name = "FILE", env = "SKYDECK_LOG")]
    pub log: Option<PathBuf>,
}

impl Global {
    /// What was asked for, as both front ends begin with it.
    pub fn launch(&self) -> Launch {
        Launch {
            config: self.config.clone(),
            environment: self.environment.name().to_owned(),
            unlocked: self.unlock == Some(self.environment),
            endpoint: self.endpoint.clone(),
            state: self.state.clone(),
            demo: self.demo,
        }
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show per type what is new, updated, unchanged and deleted
    Diff(Types),
    /// Send what differs, after a look at the plan
    Sync(Sync),
    /// Carry out a plan that sync --save-plan wrote
    Apply(Apply),
    /// Check that the cloud has what the files say
    Verify(Verify),
    /// List the record names of a type, or count them
    List(List),
    /// Show one record
    Get(One),
    /// Change fields of one record
    Update(Update),
    /// Delete one record
    Delete(Delete),
    /// Write a type as it is in the cloud, in the form of its canonical file
    Export(Export),
    /// Replace every record of the files in the cloud, without comparing first
    Import(Import),
    /// Delete every record of a type
    DeleteAll(DeleteAll),
    /// What was written, run by run
    History(History),
    /// Take a run back
    Undo(Undo),
    /// Finish a run that was interrupted
    Resume(Resume),
    /// Check key, clock, container, schema and files, and say how to fix problems
    Doctor,
    /// Propose a skydeck.toml for the JSON files found
    Init(Init),
    /// Serve CloudKit Web Services on this machine
    Emulator(Box<Serve>),
    /// Print completions for a shell
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// Print the manual page
    Man,
}

impl Command {
    /// The name, as documents for programs give it.
    pub const fn name(&self) -> &'static str {
        match self {
            Command::Diff(_) => "diff",
            Command::Sync(_) => "sync",
            Command::Apply(_) => "apply",
            Command::Verify(_) => "verify",
            Command::List(_) => "list",
            Command::Get(_) => "get",
            Command::Update(_) => "update",
            Command::Delete(_) => "delete",
            Command::Export(_) => "export",
            Command::Import(_) => "import",
            Command::DeleteAll(_) => "delete-all",
            Command::History(_) => "history",
            Command::Undo(_) => "undo",
            Command::Resume(_) => "resume",
            Command::Doctor => "doctor",
            Command::Init(_) => "init",
            Command::Emulator(_) => "emulator",
            Command::Completions { .. } => "completions",
            Command::Man => "man",
        }
    }
}

/// Some or all record types.
#[derive(Debug, Clone, Args)]
pub struct Types {
    /// Record types; all where none is named
    #[arg(value_name = "TYPE")]
    pub types: Vec<String>,
}

/// `sync`
#[derive(Debug, Clone, Args)]
pub struct Sync {
    /// Record types; all where none is named
    #[arg(value_name = "TYPE")]
    pub types: Vec<String>,
    /// Show what would be sent, and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Delete what is in the cloud and not in the files
    #[arg(long)]
    pub delete_orphans: bool,
    /// The ceilings on deletion
    #[command(flatten)]
    pub cap: Cap,
    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,
    /// Write the plan to a file and send nothing
    #[arg(long, value_name = "FILE")]
    pub save_plan: Option<PathBuf>,
    /// Let --save-plan replace an existing file
    #[arg(long, requires = "save_plan")]
    pub force: bool,
    /// What the script's flag agreed to: creating and updating, not deleting
    #[arg(long, hide = true)]
    pub writes_agreed: bool,
}

/// Ceilings on deletion.
#[derive(Debug, Clone, Args)]
pub struct Cap {
    /// Delete at most so many records
    #[arg(long, value_name = "N")]
    pub max_deletes: Option<usize>,
    /// Delete at most this share of a type, in percent
    #[arg(long, value_name = "P")]
    pub max_delete_percent: Option<Percent>,
}

/// `apply`
#[derive(Debug, Clone, Args)]
pub struct Apply {
    /// A plan that sync --save-plan wrote
    pub file: PathBuf,
    /// The limits on deletion: today's apply, not those from when the plan was saved
    #[command(flatten)]
    pub cap: Cap,
    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,
}

/// `verify`
#[derive(Debug, Clone, Args)]
pub struct Verify {
    /// Record types; all where none is named
    #[arg(value_name = "TYPE")]
    pub types: Vec<String>,
    /// Compare every field of every record, by lookup
    #[arg(long)]
    pub deep: bool,
    /// Compare the fields of N random records of each type
    #[arg(long, value_name = "N", default_value_t = SAMPLE, conflicts_with = "deep")]
    pub sample: NonZeroUsize,
    /// Sample the same records as an earlier run with this seed; default: random
    #[arg(long, value_name = "N", conflicts_with = "deep")]
    pub seed: Option<u64>,
}

/// `import`
#[derive(Debug, Clone, Args)]
pub struct Import {
    /// Record types; all where none is named
    #[arg(value_name = "TYPE")]
    pub types: Vec<String>,
    /// Show what would be sent, and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,
}

/// `delete-all`
#[derive(Debug, Clone, Args)]
pub struct DeleteAll {
    /// Record types; all where none is named
    #[arg(value_name = "TYPE")]
    pub types: Vec<String>,
    /// Show what would be deleted, and delete nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask
    #[arg(long, short = 'f', alias = "yes", short_alias = 'y')]
    pub force: bool,
}

/// `history`
#[derive(Debug, Clone, Args)]
pub struct History {
    /// Show the operations of this run
    pub run: Option<i64>,
}

/// `undo`
#[derive(Debug, Clone, Args)]
pub struct Undo {
    /// The run, as history lists it
    pub run: i64,
    /// Show what would be sent, and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Skip operations that are damaged in the journal, and undo the rest
    #[arg(long)]
    pub skip_damaged: bool,
    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,
}

/// `resume`
#[derive(Debug, Clone, Args)]
pub struct Resume {
    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,
}
