//! `CloudKit` Web Services on this machine, for demos, tests and benchmarks: as strict as the documented service can be
//! read, over real HTTP, and as faulty as a script wants it.
//!
//! It shares nothing with the client: both are written from the same description of the protocol, so that a mistake in
//! one is found by the other. Start with [`Options::new`] and [`Emulator::start`].
//!
//! Inside, in the order in which a request meets them:
//!
//! - HTTP: `listener` (connections that can be cut), `routes` (which operation, what the faults do to it), `http` (bodies),
//!   `seen` (the memory of requests), `auth` and `keys` (who asks).
//! - Faults: `faults` (what can go wrong, how `script.md` says it), `judge` (when it does), `stranger` (another user).
//! - Operations: `query` with `filter`, `page` and `marker`; `lookup`; `modify` with `apply`; `uploads` and `assets`;
//!   `zones`. `wire` reads their requests, `fail` words their refusals, `record` writes their records.
//! - Values: `value` (from the wire), `fields` (in stored form), `schema` (what is allowed), `ckdb` (Apple's language).
//! - The store: `db` (the file), `rows` (single records), `walk` (many in order), `load` (past the protocol).
//!
//! `app` is what all requests share, `options` what it is made from, `clock` what expires or lags goes by.

mod app;
mod apply;
mod assets;
mod auth;
mod ckdb;
mod clock;
mod db;
mod fail;
mod faults;
mod fields;
mod filter;
mod http;
mod judge;
mod keys;
mod listener;
mod load;
mod lookup;
mod marker;
mod modify;
mod options;
mod page;
mod query;
mod record;
mod routes;
mod rows;
mod schema;
mod seen;
mod stranger;
mod uploads;
mod value;
mod walk;
mod wire;
mod zones;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::net::{TcpListener, TcpSocket};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use app::App;
use listener::{CutListener, Switch};

pub use ckdb::CkdbError;
pub use faults::{Cut, Effect, FailRecord, Faults, ForeignRecord, OddBody, Rule, SCRIPT, ScriptError, When};
pub use keys::{KeyError, KeyPair};
pub use load::{LoadError, LoadRecord};
pub use options::{Environment, Options, Store, TrustedKey};
pub use schema::{FieldSchema, FieldType, Indexes, Kind, Permission, Role, Schema, SystemField, TypeSchema};
pub use seen::Seen;

/// How many connections may wait to be accepted. With fewer, some of a burst are reset.
const BACKLOG: u32 = 4096;

/// How long [`Emulator::stop`] waits for answers that are under way.
const GRACE: Duration = Duration::from_secs(5);

/// Why an emulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port is taken, or may not be used.
    #[error("cannot listen on port {port}: {cause}")]
    Bind {
        /// As asked for.
        port: u16,
        /// What the system said.
        cause: std::io::Error,
    },
    /// A trusted key cannot be read.
    #[error("{0}")]
    Key(String),
    /// The file is not a store, or cannot be written.
    #[error("cannot open the emulator's store {path}: {reason}")]
    Store {
        /// Which file; empty for one in memory.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl StartError {
    fn store(store: &Store, cause: &rusqlite::Error) -> Self {
        let path = match store {
            Store::File(path) => path.clone(),
            Store::Memory => PathBuf::new(),
        };
        let reason = match cause.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseBusy) => "another emulator has it open".to_owned(),
            _ => cause.to_string(),
        };
        Self::Store { path, reason }
    }
}

fn listen(port: u16) -> std::io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    // As `TcpListener::bind` does: a port that was in use a moment ago is free.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind((Ipv4Addr::LOCALHOST, port).into())?;
    socket.listen(BACKLOG)
}

/// A running emulator. It stops when dropped.
pub struct Emulator {
    app: Arc<App>,
    address: SocketAddr,
    stopping: CancellationToken,
    all: Switch,
    /// Until it serves.
    listener: Option<TcpListener>,
    server: Option<JoinHandle<()>>,
}

impl Emulator {
    /// Opens the store, listens on the loopback interface and serves.
    #[expect(
        clippy::unused_async,
        reason = "async, so that it is called where there is a runtime to serve on"
    )]
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let mut emulator = Self::open(options)?;
        emulator.serve();
        Ok(emulator)
    }

    /// Opens the store and listens on the loopback interface, but answers nobody before [`Self::serve`]: who comes early
    /// waits, and never sees a store that is half full.
    ///
    /// It needs a runtime around it.
    pub fn open(options: Options) -> Result<Self, StartError> {
        let port = options.port;
        let bind = |cause| StartError::Bind { port, cause };
        let listener = listen(port).map_err(bind)?;
        let address = listener.local_addr().map_err(bind)?;
        Ok(Self {
            app: Arc::new(App::new(options, format!("http://{address}"))?),
            address,
            stopping: CancellationToken::new(),
            all: Switch::default(),
            listener: Some(listener),
            server: None,
        })
    }

    /// Begins to answer. A second call does nothing.
    pub fn serve(&mut self) {
        let Some(listener) = self.listener.take() else {
            return;
        };
        let service = routes::router(Arc::clone(&self.app)).into_make_service_with_connect_info::<Switch>();
        let serve = axum::serve(CutListener::new(listener, self.all.clone()), service)
            .with_graceful_shutdown(self.stopping.clone().cancelled_owned());
        self.server = Some(tokio::spawn(async move {
            if let Err(cause) = serve.await {
                tracing::error!(%cause, "emulator stopped listening");
            }
        }));
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Scheme, host and port: `http://127.0.0.1:PORT`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Takes no more connections, lets answers under way go out, for a few seconds at most.
    pub async fn stop(mut self) {
        self.stopping.cancel();
        if let Some(mut server) = self.server.take()
            && tokio::time::timeout(GRACE, &mut server).await.is_err()
        {
            self.all.cut();
            server.abort();
        }
    }

    /// Adds many records in one transaction: all of them, or with an error none. How many is given back.
    ///
    /// It works until it is done: from async code, call it where that may be (`tokio::task::block_in_place`).
    pub fn load<E: Into<LoadError>>(
        &self,
        environment: Environment,
        records: impl IntoIterator<Item = Result<LoadRecord, E>>,
    ) -> Result<u64, LoadError> {
        load::load(&self.app, environment, records)
    }

    /// The last 10,000 requests, by arrival.
    pub fn requests(&self) -> Vec<Seen> {
        self.app.log.list()
    }

    /// Replaces the faults; the rules of the new script count from 1. Answers that a delay of the old faults holds back
    /// go out at once.
    pub fn set_faults(&self, faults: Faults) {
        if let Err(cause) = self.app.set_faults(faults) {
            tracing::error!(%cause, "faults not changed");
        }
    }

    /// Moves the emulator's clock forward, which markers, asset addresses and the index lag go by. Signatures are checked
    /// against the machine's clock, and delays take real time.
    pub fn advance_clock(&self, by: Duration) {
        self.app.clock.advance(by);
    }

    /// Every record of an environment as the service writes it, by name. None, and an error in the log, should the
    /// store fail.
    pub fn records(&self, environment: Environment) -> Vec<Value> {
        load::dump(&self.app, environment).unwrap_or_else(|cause| {
            tracing::error!(%cause, "records not read");
            Vec::new()
        })
    }

    /// How many records an environment holds.
    pub fn count(&self, environment: Environment) -> Result<u64, LoadError> {
        self.app
            .state()
            .db
            .count(environment)
            .map_err(|e| LoadError::Store(e.to_string()))
    }

    /// Another user merges fields (`{"title": {"value": "Milk", "type": "STRING"}}`) into a record, or makes it.
    pub fn write_as_stranger(
        &self,
        environment: Environment,
        record_type: &str,
        name: &str,
        fields: &Value,
    ) -> Result<(), LoadError> {
        let Value::Object(fields) = fields else {
            return Err(LoadError::refused(name, None, "fields is not an object"));
        };
        stranger::write(&self.app, environment, Some(record_type), name, fields)
    }

    /// Another user deletes a record. That it is not there is no error.
    pub fn delete_as_stranger(&self, environment: Environment, name: &str) -> Result<(), LoadError> {
        stranger::delete(&self.app, environment, name)
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.stopping.cancel();
    }
}

impl std::fmt::Debug for Emulator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Emulator")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}
