//! `skydeck emulator`

use std::path::{Path, PathBuf};

use serde_json::json;
use tokio::task::spawn_blocking;

use crate::cli::args::{Global, Serve};
use crate::cli::desk::{configuration, start_log};
use crate::cli::exit;
use crate::cli::interrupt::Interrupt;
use crate::cli::output::{counted, document, has_failed, line, talk};
use crate::config::Config;
use crate::emulator::{
    Emulator, Environment, Faults, KeyPair, Options, Schema, StartError, Store, TrustedKey,
};
use crate::files::{private, read};
use crate::launch::variable;
use crate::logging;
use crate::sandbox::{SandboxError, load_files, load_lines, schema_of};
use crate::sync::JobError;

/// Serves until it is asked to end.
pub async fn run(serve: &Serve, global: &Global) -> Result<u8, JobError> {
    if global.log.is_none() {
        // Nobody listening to the log is no reason not to serve.
        let _ = logging::start(
            None,
            if global.verbose {
                "skydeck=debug"
            } else {
                "skydeck=warn"
            },
        );
    }
    let config = manifest(serve, global)?;
    let protected = config.as_ref().map(Config::protected).unwrap_or_default();
    start_log(global, &protected)?;
    let mut options = Options::new(
        container(serve, config.as_ref())?,
        schema(serve, config.as_ref())?,
    );
    // Before anything is served, so that no request to end is lost.
    let mut interrupt = Interrupt::listen();
    configure(serve, &mut options)?;
    let made = keys(serve, &mut options)?;
    let mut emulator = Emulator::open(options).map_err(|error| not_started(&error))?;
    let mut loaded = None;
    if let Some(from) = &serve.load {
        let environment = Environment::parse(global.environment.name()).unwrap_or(Environment::Development);
        empty(&emulator, environment)?;
        let from = from.clone();
        let loading = spawn_blocking(move || {
            let records = load(&emulator, environment, config.as_ref(), &from);
            (emulator, records)
        });
        let records;
        (emulator, records) = tokio::select! {
            loaded = loading => loaded.map_err(|error| JobError::Broken(error.to_string()))?,
            () = interrupt.heard() => return Err(JobError::Cancelled),
        };
        let records = records.map_err(|error| failed(&error))?;
        loaded = Some(records);
        let count = counted(usize::try_from(records).unwrap_or(usize::MAX), "record");
        talk(&format!("loaded {count} into {}", global.environment.name()));
    }
    emulator.serve();
    tell(&emulator, made.as_ref(), loaded, global.json);
    // Without the printed address, clients cannot find the server. `main` reports the error.
    if !has_failed() {
        interrupt.heard().await;
    }
    emulator.stop().await;
    Ok(exit::DONE)
}

/// Where it listens, and with which key it may be asked.
fn tell(emulator: &Emulator, made: Option<&MadeKey>, loaded: Option<u64>, json: bool) {
    if json {
        let body = json!({
            "endpoint": emulator.endpoint(),
            "keyId": made.map(|(key_id, ..)| key_id),
            "privateKey": made.map(|(_, path, _)| path),
            "loaded": loaded,
        });
        return document("emulator", body);
    }
    if let Some((key_id, path, _folder)) = made {
        line(&format!("key id {key_id}"));
        line(&format!("private key {}", path.display()));
    }
    line(&format!("listening on {}", emulator.endpoint()));
}

fn failed(error: &dyn std::fmt::Display) -> JobError {
    JobError::Failed(error.to_string())
}

fn not_started(error: &StartError) -> JobError {
    match error {
        StartError::Bind { port, .. } if *port != 0 => {
            JobError::Failed(format!("{error}; --port 0 takes any free one"))
        }
        _ => failed(error),
    }
}

/// The configuration, unless the command line says all that it would.
fn manifest(serve: &Serve, global: &Global) -> Result<Option<Config>, JobError> {
    let needless = serve.schema.is_some() && serve.container.is_some();
    match configuration(global) {
        Ok(path) => Ok(Some(Config::load_with(&path, &variable)?)),
        Err(_) if needless => Ok(None),
        Err(error) => Err(error),
    }
}

fn container(serve: &Serve, config: Option<&Config>) -> Result<String, JobError> {
    let named = serve
        .container
        .clone()
        .or_else(|| config.map(|config| config.container.clone()));
    named.ok_or_else(|| JobError::Usage("say which container to serve with --container ID".into()))
}

fn schema(serve: &Serve, config: Option<&Config>) -> Result<Schema, JobError> {
    match (&serve.schema, config) {
        (Some(path), _) => {
            let text = text_of(path)?;
            Schema::from_ckdb(&text).map_err(|error| JobError::Failed(format!("{}: {error}", path.display())))
        }
        (None, Some(config)) => Ok(schema_of(config)),
        (None, None) => Err(JobError::Usage(
            "say which schema to serve with --schema FILE".into(),
        )),
    }
}

fn text_of(path: &Path) -> Result<String, JobError> {
    read::text(path).map_err(|cause| JobError::unreadable(path, cause))
}

fn configure(serve: &Serve, options: &mut Options) -> Result<(), JobError> {
    let ms = |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    options.port = serve.port;
    options.store = serve.store.clone().map_or(Store::Memory, Store::File);
    options.api_tokens.clone_from(&serve.api_token);
    options.any_signature = serve.any_signature;
    options.seed = serve.seed;
    options.page_limit = usize::from(serve.page_limit);
    options.marker_lifetime = serve.marker_lifetime;
    let rules = match &serve.script {
        Some(path) => {
            let script = Faults::from_script(&text_of(path)?);
            script
                .map_err(|error| JobError::Failed(format!("{}: {error}", path.display())))?
                .rules
        }
        None => Vec::new(),
    };
    options.faults = Faults {
        latency_ms: ms(serve.latency),
        jitter_ms: ms(serve.jitter),
        requests_per_second: serve.requests_per_second,
        throttle_wait: serve.throttle_wait.as_secs(),
        index_lag_ms: ms(serve.index_lag),
        exists_code: serve.exists_code,
        rules,
    };
    Ok(())
}

/// A key pair that was made: its id, the private key's file, and the folder that goes with it.
type MadeKey = (String, PathBuf, tempfile::TempDir);

/// The key named, or a fresh one in a folder that only its owner can read.
fn keys(serve: &Serve, options: &mut Options) -> Result<Option<MadeKey>, JobError> {
    if let (Some(key_id), Some(public_key)) = (&serve.key_id, &serve.public_key) {
        options.keys.push(TrustedKey {
            key_id: key_id.clone(),
            public_key_pem: text_of(public_key)?,
            environment: None,
        });
        return Ok(None);
    }
    let pair = KeyPair::generate().map_err(|error| failed(&error))?;
    let folder = tempfile::Builder::new().prefix("skydeck-emulator-").tempdir();
    let folder = folder.map_err(|cause| JobError::unwritable(&std::env::temp_dir(), cause))?;
    let path = folder.path().join("private.pem");
    write_private(&path, &pair.private_pem).map_err(|cause| JobError::unwritable(&path, cause))?;
    options.keys.push(pair.trusted());
    Ok(Some((pair.key_id, path, folder)))
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut file = private::options().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())
}

/// Refuses to load over records that are there.
fn empty(emulator: &Emulator, environment: Environment) -> Result<(), JobError> {
    let count = emulator.count(environment).map_err(|error| failed(&error))?;
    if count == 0 {
        return Ok(());
    }
    let held = counted(usize::try_from(count).unwrap_or(usize::MAX), "record");
    Err(JobError::Failed(format!(
        "the store holds {held} in {} already, and --load fills an empty one: leave --load out, or name another --store",
        environment.as_str()
    )))
}

fn load(
    emulator: &Emulator,
    environment: Environment,
    config: Option<&Config>,
    from: &Path,
) -> Result<u64, SandboxError> {
    match config {
        Some(config) if from.is_dir() => {
            let mut config = config.clone();
            from.clone_into(&mut config.data);
            load_files(emulator, environment, &config)
        }
        _ => load_lines(emulator, environment, from),
    }
}
