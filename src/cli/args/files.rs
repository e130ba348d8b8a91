//! Arguments of the commands that write a file.

use std::path::PathBuf;

use clap::Args;

use super::SideName;

/// `export`
#[derive(Debug, Clone, Args)]
pub struct Export {
    /// The record type
    #[arg(value_name = "TYPE")]
    pub record_type: String,
    /// Write to this file (.json, .jsonl or .csv) instead of printing JSON
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
    /// Folder with the JSON files; default: data if it exists, or the current folder
    #[arg(value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Schema exported from CloudKit, for the field types; default: the only .ckdb file in the folder
    #[arg(long, value_name = "FILE.ckdb")]
    pub schema: Option<PathBuf>,
    /// Container, such as iCloud.com.example.app
    #[arg(long, value_name = "ID")]
    pub container: Option<String>,
    /// Start from the script's six record types instead of files
    #[arg(long)]
    pub template: bool,
}
