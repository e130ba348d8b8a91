//! The two sides as command-line values.

use clap::ValueEnum;

use crate::sync::Side;

/// One of the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SideName {
    /// What the service holds
    Cloud,
    /// What the files say
    Local,
}

impl From<SideName> for Side {
    fn from(name: SideName) -> Self {
        match name {
            SideName::Cloud => Side::Cloud,
            SideName::Local => Side::Local,
        }
    }
}
