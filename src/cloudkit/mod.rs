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
//!         roots: Vec::new(),
//!     },
//!     Settings::default(),
//! )?;
//! let (stadiums, _certificate) = client.query_all(&Query::of("Stadium")).await?;
//! println!("{} stadiums, every one there is", stadiums.len());
//! # Ok(()) }
//! ```
//!
//! **Reading.** [`Client::lookup`] for records whose names are known: any number of them, never late.
//! [`Client::query_all`] for everything that a query finds: complete or an error. [`Client::list`] for a whole type too
//! large to hold, page by page, with the same certificate at its end. [`Client::query`] is a single page of at most 200.
//!
//! **Writing.** [`Client::modify`]: up to 200 [`Write`]s, an [`Outcome`] for each. What was sent and did not come back as
//! saved may have been carried out whatever the answer says ([`Error::outcome_unknown`]): look it up before anything else.
//!
//! **Failing.** An [`Error`] is about a request, an [`ItemError`] about one record of a request that went well. Both
//! carry code, reason and request id, say whether later may be better, and advise. Reads have been repeated and waits
//! been kept before an error is returned.
//!
//! **Pace.** Clones of a client share its connections and its pace: use one client per key and clone it into tasks. A
//! wait that the service asks for holds for all of them. [`Client::known_rate`] is worth keeping between runs.
//!
//! Everything is async and needs a Tokio runtime. A call that is dropped gives its place free; a write that is dropped
//! may have been carried out.
//!
//! - [`sign`]: request signatures; `pem`: the private key out of its text
//! - [`error`]: what can go wrong, whether the outcome is known, what to check
//! - [`pace`]: how fast requests leave
//! - [`wire`]: the JSON

mod answer;
mod call;
mod certificate;
mod endpoint;
pub mod error;
mod items;
mod list;
mod lookup;
mod modify;
pub mod pace;
mod pacer;
mod pem;
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
pub use pace::{KnownRate, PaceSettings};
pub use query::{Comparator, FieldRef, Filter, Page, Query, Sort};
pub use sign::SigningKey;

use pacer::Pacer;
use transport::Transport;

/// Records in one request or answer, at most (Apple's web reference, "Data Size Limits").
pub const MOST_RECORDS: usize = 200;

/// Which database, and who asks. Only the public database can be reached with a server-to-server key.
#[derive(Clone)]
pub struct Connection {
    /// Where the service is, [`APPLE`] as a rule.
    pub endpoint: Endpoint,
    /// The container, `iCloud.…`.
    pub container: String,
    /// `development` or `production`, in lower case. A key belongs to one of them.
    pub environment: String,
    /// The server-to-server key's id, 64 hex digits; [`sign::check_key_id`] tells what a wrong one looks like.
    pub key_id: String,
    /// Its private half.
    pub key: SigningKey,
    /// Certificate authorities to trust in addition to the built-in ones, such as a company's proxy.
    pub roots: Vec<Roots>,
}

/// Certificate authorities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roots {
    /// Where they come from, for messages.
    pub from: String,
    /// Their certificates.
    pub pem: Vec<u8>,
}

/// Without the key and its id.
impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("endpoint", &self.endpoint)
            .field("container", &self.container)
            .field("environment", &self.environment)
            .finish_non_exhaustive()
    }
}

/// How patient a client is, and how much it takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Bounds of the pace.
    pub pace: PaceSettings,
    /// How long one request may take, from connecting to the last byte.
    pub timeout: Duration,
    /// The longest wait that the service may ask for. While a longer one holds, every call ends with
    /// [`Error::WaitTooLong`] at once.
    pub longest_wait: Duration,
    /// How often a read is repeated after trouble. Waits that the service asks for do not count.
    pub retries: u32,
    /// The first pause before a repetition; it doubles up to half a minute, and each is drawn at random between nothing
    /// and itself.
    pub pause: Duration,
    /// Bytes of an answer, unpacked; a longer one is not read to its end.
    pub longest_answer: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            pace: PaceSettings::default(),
            timeout: Duration::from_secs(60),
            longest_wait: Duration::from_secs(300),
            retries: 5,
            pause: Duration::from_secs(1),
            // 200 records of 1 MB, the largest that CloudKit keeps, and what is around them.
            longest_answer: 256 << 20,
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

/// Why there is no client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// The HTTP machinery could not be set up.
    #[error("cannot set up HTTPS: {0}")]
    Https(String),
    /// One of [`Connection::roots`] cannot be used.
    #[error("the CA certificates of {from} cannot be used: {cause}")]
    Roots {
        /// [`Roots::from`].
        from: String,
        /// Why.
        cause: String,
    },
    /// It cannot stand in a header.
    #[error("the key id holds characters that no key id has")]
    KeyId,
}

impl Client {
    /// A client; nothing is sent yet. It may be made outside a runtime.
    pub fn new(connection: Connection, settings: Settings) -> Result<Self, SetupError> {
        Ok(Client {
            transport: Arc::new(Transport::new(connection, &settings)?),
            pacer: Arc::new(Pacer::new(&settings)),
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

    /// The measured rate limit of the service; `None` if it never throttled this client. Pass it to the next run as
    /// [`PaceSettings::rate`].
    pub fn known_rate(&self) -> Option<KnownRate> {
        self.pacer.known_rate()
    }

    /// Seconds by which this machine's clock was ahead of the service's at the last answer; `None` before the first.
    pub fn clock_ahead(&self) -> Option<i64> {
        self.transport.clock_ahead()
    }

    /// The public half of the key that signs, as SPKI PEM: the text that CloudKit Console shows for it.
    pub fn public_key(&self) -> Option<String> {
        self.transport.public_key()
    }

    /// How the line is used just now.
    pub fn load(&self) -> Load {
        self.pacer.load()
    }

    /// Whether key, clock, container and environment are right: looks up a name that nobody has. Needs no schema.
    ///
    /// # Errors
    /// What is wrong; [`Error::advice`] says what to check.
    pub async fn health(&self) -> Result<(), Error> {
        let name = format!("skydeck-health-{}", uuid::Uuid::new_v4());
        self.lookup(&[name]).await.map(drop)
    }
}
