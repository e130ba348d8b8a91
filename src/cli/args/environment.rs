//! The environments as command-line values.

use clap::ValueEnum;

/// The environments of a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EnvironmentName {
    /// Where schemas are made.
    Development,
    /// What users see.
    Production,
}

impl EnvironmentName {
    /// The word in paths and in skydeck.toml.
    pub const fn name(self) -> &'static str {
        match self {
            EnvironmentName::Development => "development",
            EnvironmentName::Production => "production",
        }
    }
}
