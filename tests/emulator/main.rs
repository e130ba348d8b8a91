//! The emulator over real HTTP. Requests are signed here, apart from the client; what is expected comes from the
//! description of the protocol.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that fails panics")]

mod abuse;
mod access;
mod assets;
mod comparators;
mod faults;
mod limits;
mod process;
mod query;
mod schema;
mod script;
mod store;
mod writing;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::DecodePrivateKey as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use skydeck::emulator::{
    Emulator, FieldType, Indexes, KeyPair, Kind, Options, Permission, Role, Schema, SystemField, TypeSchema,
};

const CONTAINER: &str = "iCloud.com.example.demo";

/// A running emulator and somebody who may ask it.
struct Rig {
    emulator: Emulator,
    client: reqwest::Client,
    key: SigningKey,
    key_id: String,
}

fn schema() -> Schema {
    let plain = Indexes::default();
    let note = TypeSchema::new()
        .field("title", FieldType::one(Kind::String))
        .field_with("body", FieldType::one(Kind::String), plain)
        .field("count", FieldType::one(Kind::Int64))
        .field("score", FieldType::one(Kind::Double))
        .field("due", FieldType::one(Kind::Timestamp))
        .field("data", FieldType::one(Kind::Bytes))
        .field("place", FieldType::one(Kind::Location))
        .field("tags", FieldType::list(Kind::String))
        .field("numbers", FieldType::list(Kind::Int64))
        .field("scores", FieldType::list(Kind::Double))
        .field("dues", FieldType::list(Kind::Timestamp))
        .field("blobs", FieldType::list(Kind::Bytes))
        .field("places", FieldType::list(Kind::Location))
        .field("lists", FieldType::list(Kind::Reference))
        .field("images", FieldType::list(Kind::Asset))
        .field("list", FieldType::one(Kind::Reference))
        .field("image", FieldType::one(Kind::Asset));
    let list = TypeSchema::new().field("name", FieldType::one(Kind::String));
    let sealed = TypeSchema::new().revoke(Role::Creator, Permission::Create);
    let bare = TypeSchema::new()
        .system_field(SystemField::RecordName, plain)
        .system_field(SystemField::Created, plain);
    Schema::new()
        .with_type("Note", note)
        .with_type("List", list)
        .with_type("Sealed", sealed)
        .with_type("Bare", bare)
}

fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn hash(body: &str) -> String {
    BASE64.encode(Sha256::digest(body))
}

fn path(operation: &str) -> String {
    format!("/database/1/{CONTAINER}/development/public/{operation}")
}

impl Rig {
    async fn start() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut Options)) -> Self {
        let pair = KeyPair::generate().unwrap();
        let mut options = Options::new(CONTAINER, schema());
        options.keys.push(pair.trusted());
        change(&mut options);
        let emulator = Emulator::start(options).await.unwrap();
        let key = SigningKey::from_pkcs8_pem(&pair.private_pem).unwrap();
        Self {
            emulator,
            client: reqwest::Client::new(),
            key,
            key_id: pair.key_id,
        }
    }

    fn sign(&self, message: &str) -> String {
        let signature: Signature = self.key.sign(message.as_bytes());
        BASE64.encode(signature.to_der())
    }

    /// A request with the given date and signed message, whatever they are.
    fn request(
        &self,
        verb: &str,
        path: &str,
        body: &str,
        date: &str,
        message: &str,
    ) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", self.emulator.endpoint());
        self.client
            .request(verb.parse().unwrap(), url)
            .header("X-Apple-CloudKit-Request-KeyID", &self.key_id)
            .header("X-Apple-CloudKit-Request-ISO8601Date", date)
            .header("X-Apple-CloudKit-Request-SignatureV1", self.sign(message))
            .body(body.to_owned())
    }

    /// Properly signed.
    fn signed(&self, verb: &str, path: &str, body: &str) -> reqwest::RequestBuilder {
        let date = now();
        self.request(verb, path, body, &date, &format!("{date}:{}:{path}", hash(body)))
    }

    async fn post(&self, operation: &str, body: Value) -> (u16, Value) {
        answer(self.signed("POST", &path(operation), &body.to_string())).await
    }

    /// 200, and then the records.
    async fn records(&self, operation: &str, body: Value) -> Vec<Value> {
        let (status, answer) = self.post(operation, body).await;
        assert_eq!(status, 200, "{answer}");
        answer["records"].as_array().unwrap().clone()
    }

    /// One operation, and its item of the answer.
    async fn one(&self, kind: &str, record: Value) -> Value {
        let body = json!({"operations": [{"operationType": kind, "record": record}]});
        self.records("records/modify", body).await.remove(0)
    }

    async fn note(&self, name: &str, fields: Value) -> Value {
        let made = self
            .one(
                "create",
                json!({"recordName": name, "recordType": "Note", "fields": fields}),
            )
            .await;
        assert_eq!(made["recordName"], name, "{made}");
        assert!(made.get("serverErrorCode").is_none(), "{made}");
        made
    }

    async fn lookup(&self, name: &str) -> Value {
        self.records("records/lookup", json!({"records": [{"recordName": name}]}))
            .await
            .remove(0)
    }
}

async fn answer(request: reqwest::RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    (
        status,
        serde_json::from_str(&response.text().await.unwrap()).unwrap(),
    )
}

/// Code and reason of a failure.
fn failure(item: &Value) -> (&str, &str) {
    (
        item["serverErrorCode"].as_str().unwrap_or_default(),
        item["reason"].as_str().unwrap_or_default(),
    )
}

/// Status, code and reason of a refused request.
fn refused(answer: &(u16, Value)) -> (u16, &str, &str) {
    let (code, reason) = failure(&answer.1);
    (answer.0, code, reason)
}

fn names(records: &[Value]) -> Vec<&str> {
    records
        .iter()
        .map(|r| r["recordName"].as_str().unwrap())
        .collect()
}
