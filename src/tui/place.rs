//! Where the screen is: container, environment, server, and what is known of it without asking.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::config::TypeConfig;
use crate::journal::{Run, Snapshot};
use crate::sync::Session;
use crate::tui::runtime::Handle;

/// Where requests go. Titles and dialogs are written from this very value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// The container, `iCloud.…`.
    pub container: String,
    /// `development` or `production`.
    pub environment: String,
    /// Scheme, host and port.
    pub endpoint: String,
    /// Whether nothing may be written.
    pub read_only: bool,
    /// Whether this is the demo.
    pub demo: bool,
}

impl Place {
    /// Where a session works.
    pub fn of(session: &Session, demo: bool) -> Self {
        Place {
            container: session.config().container.clone(),
            environment: session.environment().to_owned(),
            endpoint: session.client().endpoint().to_string(),
            read_only: session.is_read_only(),
            demo,
        }
    }

    /// Whether users see what is written here.
    pub fn is_production(&self) -> bool {
        self.environment == "production"
    }
}

/// An environment of the container, as the chooser shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Availability {
    /// `development` or `production`.
    pub environment: &'static str,
    /// Why it cannot be opened: its key is missing or unusable. `None` if it can.
    pub problem: Option<String>,
}

/// An environment that was opened, with what the journal knows of it.
#[derive(Debug)]
pub struct Opened {
    /// Where it is.
    pub place: Place,
    /// The record types, in the configuration's order, each with its last comparison.
    pub types: Vec<(Arc<TypeConfig>, Option<Snapshot>)>,
    /// The run that was interrupted, if one was.
    pub interrupted: Option<Run>,
    /// What is not as it should be, and no error.
    pub warnings: Vec<String>,
    /// What the user had arranged here before: key to JSON.
    pub arrangements: BTreeMap<String, String>,
    /// The open session, for the runtime once the state enters the environment; the screen has no use for it.
    pub handle: Option<Handle>,
}
