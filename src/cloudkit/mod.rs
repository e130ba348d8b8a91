//! The service: signed requests to CloudKit Web Services' public database, and answers read liberally.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use skydeck::cloudkit::{Client, Connection, Query, Settings, SigningKey};
//!
//! let client = Client::new(
//!     Connection {
//!         endpoint: skydeck::cloudkit::APPLE.parse()?,
//!         container: "iCloud.com.example.football".into(),
//!         environment: "development".into(),
//!         key_id: std::env::var("CLOUDKIT_KEY_ID")?,
//!         key: SigningKey::from_pem(&std::fs::read_to_string("eckey.pem")?)?,
//!     },
//!     Settings::default(),
//! )?;
//! let page = client.query(&Query::of("Stadium").limit(50), None).await?;
//! println!("{} records", page.records.len());
//! # Ok(()) }
//! ```
//!
//! - [`sign`]: request signatures
//! - [`Client`]: lookup, query, list, modify
//! - [`list`](Client::list): a whole record type, with a certificate that it is complete
//! - [`error`]: what can go wrong, whether the outcome is known, what to check
//! - [`pace`]: how fast requests leave
//! - [`wire`]: the JSON

mod call;
mod endpoint;
pub mod error;
mod list;
mod lookup;
mod modify;
pub mod pace;
mod query;
pub mod sign;
mod transport;
pub mod wire;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub use call::Notice;
pub use endpoint::{APPLE, Endpoint, EndpointError};
pub use error::{Code, Error, ItemError, Refusal, Trouble};
pub use list::{Certificate, Listing};
pub use lookup::Lookup;
pub use modify::{OperationType, Outcome, Write};
pub use pace::PaceSettings;
pub use query::{Comparator, FieldRef, Filter, Page, Query, Sort};
pub use sign::SigningKey;

use call::Pacer;
use transport::Transport;

/// Records in one request or answer, at most (Apple's web reference, "Data Size Limits").
pub const MOST_RECORDS: usize = 200;

/// Which database, and who asks.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Where the service is.
    pub endpoint: Endpoint,
    /// The container, `iCloud.…`.
    pub container: String,
    /// `development` or `production`.
    pub environment: String,
    /// The server-to-server key's id, 64 hex digits.
    pub key_id: String,
    /// Its private half.
    pub key: SigningKey,
}

/// How patient a client is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Bounds of the pace.
    pub pace: PaceSettings,
    /// How long one request may take.
    pub timeout: Duration,
    /// The longest wait that the service may ask for.
    pub longest_wait: Duration,
    /// How often a read is repeated.
    pub retries: u32,
    /// The first pause before a repetition; it doubles, and each is drawn at random between nothing and itself.
    pub pause: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            pace: PaceSettings::default(),
            timeout: Duration::from_secs(60),
            longest_wait: Duration::from_secs(300),
            retries: 5,
            pause: Duration::from_secs(1),
        }
    }
}

/// How a client uses its line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Load {
    /// Requests in flight.
    pub in_flight: usize,
    /// How many may be, just now.
    pub limit: usize,
    /// Requests per second that the service is known to take; `None` while it has never throttled.
    pub rate: Option<f64>,
}

type Observer = Arc<dyn Fn(Notice) + Send + Sync>;

/// A client of one database. Clones share its connections and its pace.
#[derive(Clone)]
pub struct Client {
    transport: Arc<Transport>,
    pacer: Arc<Pacer>,
    settings: Settings,
    cancel: CancellationToken,
    paused: Option<watch::Receiver<bool>>,
    observer: Option<Observer>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("endpoint", self.transport.endpoint())
            .finish_non_exhaustive()
    }
}

/// The HTTP machinery could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("cannot set up HTTPS: {0}")]
pub struct SetupError(String);

impl Client {
    /// A client; nothing is sent yet.
    pub fn new(connection: Connection, settings: Settings) -> Result<Self, SetupError> {
        Ok(Client {
            transport: Arc::new(Transport::new(connection, settings.timeout).map_err(SetupError)?),
            pacer: Arc::new(Pacer::new(settings.pace)),
            settings,
            cancel: CancellationToken::new(),
            paused: None,
            observer: None,
        })
    }

    /// The same client, whose pauses end with [`Error::Cancelled`] when the token is cancelled. A request that has left
    /// is waited for.
    pub fn cancelled_by(mut self, cancel: CancellationToken) -> Self {
        self.cancel = cancel;
        self
    }

    /// The same client, which sends nothing while this says `true`. A request that has left is waited for.
    pub fn paused_by(mut self, paused: watch::Receiver<bool>) -> Self {
        self.paused = Some(paused);
        self
    }

    /// The same client, telling somebody what happens on the line.
    pub fn observed_by(mut self, observer: impl Fn(Notice) + Send + Sync + 'static) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Where it sends its requests.
    pub fn endpoint(&self) -> &Endpoint {
        self.transport.endpoint()
    }

    /// Requests per second that the service is known to take; `None` while it has never throttled. Worth keeping for
    /// the next run ([`PaceSettings::rate`]).
    pub fn learnt_rate(&self) -> Option<f64> {
        self.pacer.rate()
    }

    /// How the line is used just now.
    pub fn load(&self) -> Load {
        self.pacer.load()
    }

    /// Whether key, clock, container and environment are right: looks up a name that nobody has. Needs no schema.
    pub async fn health(&self) -> Result<(), Error> {
        let name = format!("skydeck-health-{}", uuid::Uuid::new_v4());
        self.lookup(&[name]).await.map(drop)
    }
}
