//! The client: against the emulator over real HTTP, and against a hand-written server that breaks every habit the
//! emulator has. What is expected comes from the description of the protocol.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that fails panics")]

mod answers;
mod listing;
mod pacing;
mod pages;
mod put_off;
mod refusals;
mod secrets;
mod server;
mod throttling;
mod typeless;
mod values;
mod writing;

use std::time::Duration;

use serde_json::{Value as Json, json};
use skydeck::cloudkit::{
    Client, Connection, Error, OperationType, Outcome, PaceSettings, Refusal, Settings, SigningKey, Write,
};
use skydeck::emulator::{
    Emulator, Environment, Faults, FieldType, Indexes, KeyPair, Kind, Options, Schema, SystemField,
    TypeSchema,
};
use skydeck::record::{Fields, Record, Value};

const CONTAINER: &str = "iCloud.com.example.demo";

/// A running emulator and a client of it.
struct Rig {
    emulator: Emulator,
    client: Client,
}

impl Rig {
    async fn start() -> Self {
        Rig::with(settings(), |_| {}).await
    }

    async fn with(settings: Settings, change: impl FnOnce(&mut Options)) -> Self {
        let pair = KeyPair::generate().unwrap();
        let mut options = Options::new(CONTAINER, schema());
        options.keys.push(pair.trusted());
        options.keep_bodies = true;
        change(&mut options);
        let emulator = Emulator::start(options).await.unwrap();
        let client = client_of(&emulator.endpoint(), CONTAINER, &pair, settings);
        Rig { emulator, client }
    }

    /// So many notes, `n000` and on, written by somebody else.
    fn fill(&self, count: usize) -> Vec<String> {
        let names: Vec<String> = (0..count).map(|n| format!("n{n:03}")).collect();
        for name in &names {
            self.stranger(name, "theirs");
        }
        names
    }

    fn stranger(&self, name: &str, title: &str) {
        let fields = json!({ "title": { "value": title, "type": "STRING" } });
        self.emulator
            .write_as_stranger(Environment::Development, "Note", name, &fields)
            .unwrap();
    }

    fn faults(&self, rules: &Json) {
        self.emulator
            .set_faults(Faults::from_script(&rules.to_string()).unwrap());
    }

    async fn find(&self, name: &str) -> Option<Record> {
        let mut lookup = self.client.lookup(&[name.to_owned()]).await.unwrap();
        lookup.take(name).unwrap()
    }

    async fn one(&self, write: Write) -> Outcome {
        self.client.modify(&[write]).await.unwrap().remove(0)
    }

    /// How many requests of this operation have arrived.
    fn count(&self, operation: &str) -> usize {
        let seen = self.emulator.requests();
        seen.iter().filter(|seen| seen.operation == operation).count()
    }
}

fn schema() -> Schema {
    let plain = Indexes::default();
    let note = TypeSchema::new()
        .field("title", FieldType::one(Kind::String))
        .field_with("body", FieldType::one(Kind::String), plain)
        .field("count", FieldType::one(Kind::Int64))
        .field("due", FieldType::one(Kind::Timestamp))
        .field("place", FieldType::one(Kind::Location))
        .field("tags", FieldType::list(Kind::String));
    let bare = TypeSchema::new().system_field(SystemField::RecordName, plain);
    Schema::new().with_type("Note", note).with_type("Bare", bare)
}

/// Impatient where nothing is lost by it.
fn settings() -> Settings {
    Settings {
        timeout: Duration::from_secs(30),
        longest_wait: Duration::from_secs(10),
        retries: 3,
        pause: Duration::from_millis(2),
        ..Settings::default()
    }
}

fn client_of(endpoint: &str, container: &str, pair: &KeyPair, settings: Settings) -> Client {
    let connection = Connection {
        endpoint: endpoint.parse().unwrap(),
        container: container.into(),
        environment: "development".into(),
        key_id: pair.key_id.clone(),
        key: SigningKey::from_pem(&pair.private_pem).unwrap(),
        roots: Vec::new(),
    };
    Client::new(connection, settings).unwrap()
}

/// A client with some key.
fn stranger_to(endpoint: &str, settings: Settings) -> Client {
    client_of(endpoint, CONTAINER, &KeyPair::generate().unwrap(), settings)
}

fn write(operation: OperationType, name: &str, tag: Option<String>, title: &str) -> Write {
    Write {
        operation,
        record_type: "Note".into(),
        name: name.into(),
        tag,
        fields: [("title".to_owned(), Some(text(title)))].into(),
    }
}

fn create(name: &str) -> Write {
    write(OperationType::Create, name, None, "mine")
}

fn text(text: &str) -> Value {
    Value::String(text.into())
}

fn titled(title: &str) -> Fields {
    [("title".to_owned(), text(title))].into()
}

fn names(records: &[Record]) -> Vec<&str> {
    let mut names: Vec<&str> = records.iter().map(|record| record.name.as_str()).collect();
    names.sort_unstable();
    names
}

/// Code and reason, as they stand on the wire.
fn failed(outcome: &Outcome) -> (String, &str) {
    match outcome {
        Outcome::Failed(error) => (error.code.to_string(), &error.reason),
        other => panic!("{other:?}"),
    }
}

fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> Refusal {
    match result {
        Err(Error::Refused(refusal)) => *refusal,
        other => panic!("{other:?}"),
    }
}

/// One request at a time.
fn single_file() -> PaceSettings {
    PaceSettings {
        start: 1,
        most: 1,
        rate: None,
    }
}
