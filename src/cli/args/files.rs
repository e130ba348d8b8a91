//! What can be typed behind the commands that write a file.

use std::path::PathBuf;

use clap::Args;

use super::SideName;

/// `export`
#[derive(Debug, Clone, Args)]
pub struct Export {
    /// The record type
    #[arg(value_name = "TYPE")]
    pub record_type: String,
    /// The file: .json, .jsonl or .csv; without it, JSON on standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Which side to export
    #[arg(long, value_enum, default_value = "cloud")]
    pub side: SideName,
    /// Replace the file if it exists
    #[arg(long, short, requires = "output")]
    pub force: bool,
}

/// `init`
#[derive(Debug, Clone, Args)]
pub struct Init {
    /// The folder of the JSON files; without it, data, or this folder
    #[arg(value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// A schema exported from CloudKit, for the types of the fields; without it, the one .ckdb file lying there
    #[arg(long, value_name = "FILE.ckdb")]
    pub schema: Option<PathBuf>,
    /// The container, iCloud.…
    #[arg(long, value_name = "ID")]
    pub container: Option<String>,
    /// Start from the six types of the script instead of from files
    #[arg(long)]
    pub template: bool,
}
