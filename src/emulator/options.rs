//! How an emulator is set up: what it answers for, where it keeps its records, whom it trusts.

use std::path::PathBuf;
use std::time::Duration;

use super::faults::Faults;
use super::schema::Schema;

/// One of the two environments of a container. Each has its own records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Environment {
    /// `development`.
    Development,
    /// `production`.
    Production,
}

impl Environment {
    /// Reads the path segment: lower case as documented, or all upper case as one client library sends it.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "development" | "DEVELOPMENT" => Some(Self::Development),
            "production" | "PRODUCTION" => Some(Self::Production),
            _ => None,
        }
    }

    /// The word used in paths.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Production => "production",
        }
    }

    pub(super) fn scope(self) -> i64 {
        match self {
            Self::Development => 0,
            Self::Production => 1,
        }
    }
}

/// Where records are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Store {
    /// Gone when the emulator stops. Large sets spill into a private temporary file.
    Memory,
    /// An `SQLite` file: an answered write is still there after the process was killed.
    File(PathBuf),
}

/// A server-to-server key that the emulator accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedKey {
    /// The key id a client sends: 64 hexadecimal digits.
    pub key_id: String,
    /// The public half, SPKI PEM (`BEGIN PUBLIC KEY`).
    pub public_key_pem: String,
    /// The only environment in which the key is good; `None`: both.
    pub environment: Option<Environment>,
}

/// Everything an emulator needs to start. Fill in what differs from [`Options::new`].
#[derive(Clone, Debug)]
pub struct Options {
    /// The one container that is served, such as `iCloud.com.example.demo`.
    pub container: String,
    /// The port on the loopback interface; 0 takes any free one.
    pub port: u16,
    /// Where records are kept.
    pub store: Store,
    /// Accepted server-to-server keys.
    pub keys: Vec<TrustedKey>,
    /// Accepted API tokens (`ckAPIToken`); they act in the role `_world`.
    pub api_tokens: Vec<String>,
    /// Takes every request that names a key id, without looking at date or signature.
    pub any_signature: bool,
    /// Record types, fields, indexes and grants, the same in both environments.
    pub schema: Schema,
    /// What goes wrong, and when.
    pub faults: Faults,
    /// Seeds every random choice of the fault script.
    pub seed: u64,
    /// Most records on a page, 1 to 200, whatever a client asks for.
    pub page_limit: usize,
    /// Compresses answers for clients that accept gzip.
    pub gzip: bool,
    /// How long an upload or download address of an asset works.
    pub asset_lifetime: Duration,
    /// How long a continuation marker works; `None`: for ever.
    pub marker_lifetime: Option<Duration>,
    /// Keeps the bodies of the requests that [`Emulator::requests`](super::Emulator::requests) tells of.
    pub keep_bodies: bool,
}

impl Options {
    /// An emulator in memory on any free port, trusting nobody yet, with nothing going wrong.
    pub fn new(container: impl Into<String>, schema: Schema) -> Self {
        Self {
            container: container.into(),
            port: 0,
            store: Store::Memory,
            keys: Vec::new(),
            api_tokens: Vec::new(),
            any_signature: false,
            schema,
            faults: Faults::default(),
            seed: 1,
            page_limit: 200,
            gzip: true,
            asset_lifetime: Duration::from_secs(15 * 60),
            marker_lifetime: None,
            keep_bodies: false,
        }
    }
}
