//! The private key, the signatures and the key id are in the requests and nowhere else.

use std::io;
use std::sync::{Arc, Mutex};

use serde_json::json;
use skydeck::cloudkit::{Client, Connection, Endpoint, Query, Settings, SigningKey, error::Error};
use skydeck::emulator::KeyPair;
use tracing_subscriber::fmt::MakeWriter;

use super::server::{Server, json as reply, text};
use super::{CONTAINER, create, settings};

/// Everything that anybody logs while these tests run, at the finest level.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Log;

    fn make_writer(&'a self) -> Log {
        self.clone()
    }
}

impl Log {
    /// Takes in what is told to `tracing`, and to the `log` crate as well.
    fn start() -> Self {
        let log = Log::default();
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(log.clone())
            .init();
        log
    }
}

fn connection(endpoint: &str, pair: &KeyPair) -> Connection {
    Connection {
        endpoint: endpoint.parse().unwrap(),
        container: CONTAINER.into(),
        environment: "development".into(),
        key_id: pair.key_id.clone(),
        key: SigningKey::from_pem(&pair.private_pem).unwrap(),
        roots: Vec::new(),
    }
}

#[tokio::test]
async fn nothing_secret_is_in_logs_errors_or_debug() {
    let log = Log::start();
    let pair = KeyPair::generate().unwrap();
    let page = json!({ "records": [{ "recordName": "a", "recordType": "Note", "fields": {} }] });
    let answers = [
        reply(200, &page),
        text(301, "Location: http://127.0.0.1:1/\r\n", ""),
        reply(
            401,
            &json!({ "serverErrorCode": "AUTHENTICATION_FAILED", "reason": "Authentication failed" }),
        ),
        text(502, "", "<html>"),
        reply(
            429,
            &json!({ "serverErrorCode": "THROTTLED", "reason": "slow", "retryAfter": 99_999 }),
        ),
        "garbage".to_owned(),
        String::new(),
    ];
    let mut shown = Vec::new();
    let mut signatures = Vec::new();
    let show = |thing: &dyn std::fmt::Debug| format!("{thing:?} {thing:#?}");
    for answer in answers {
        let server = Server::saying(answer).await;
        let connection = connection(&server.endpoint, &pair);
        shown.push(show(&connection));
        shown.push(show(&connection.key));
        let notices = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&notices);
        let client = Client::new(connection, settings())
            .unwrap()
            .observed_by(move |notice| told.lock().unwrap().push(format!("{notice:?}")));
        shown.push(show(&client));
        let query = Query::of("Note");
        shown.push(seen(&client.query(&query, None).await));
        shown.push(seen(&client.lookup(&["a".into()]).await));
        shown.push(seen(&client.modify(&[create("a")]).await));
        shown.append(&mut notices.lock().unwrap());
        for asked in server.seen() {
            signatures.push(
                asked
                    .header("X-Apple-CloudKit-Request-SignatureV1")
                    .unwrap()
                    .to_owned(),
            );
            assert_eq!(
                asked.header("X-Apple-CloudKit-Request-KeyID"),
                Some(pair.key_id.as_str())
            );
            // Credentials travel in headers, so that no log of addresses on the way has them.
            assert!(!asked.head.lines().next().unwrap().contains('?'));
        }
    }
    shown.push(String::from_utf8(log.0.lock().unwrap().clone()).unwrap());
    let shown = shown.join("\n");
    assert!(shown.contains("records/query"), "the log was not taken in");

    let key_lines = pair.private_pem.lines().filter(|line| !line.starts_with("-----"));
    let secrets: Vec<&str> = key_lines
        .chain(signatures.iter().map(String::as_str))
        .chain([pair.key_id.as_str()])
        .collect();
    assert!(secrets.len() > 10);
    for secret in secrets {
        assert!(!shown.contains(secret), "{secret} was shown");
    }
}

fn seen<T: std::fmt::Debug>(result: &Result<T, Error>) -> String {
    match result {
        Ok(found) => format!("{found:?}"),
        Err(error) => format!("{error:?} {error:#?} {error} {:?}", error.advice()),
    }
}

#[test]
fn what_is_refused_is_not_repeated_where_it_may_be_secret() {
    let pair = KeyPair::generate().unwrap();
    let mut odd = connection("https://api.apple-cloudkit.com", &pair);
    odd.key_id = format!("{}\nX-Injected: 1", pair.key_id);
    let error = Client::new(odd, Settings::default()).unwrap_err();
    assert!(!format!("{error:?} {error}").contains(&pair.key_id));

    let error = "https://me:hunter2@example.com".parse::<Endpoint>().unwrap_err();
    assert!(!format!("{error:?} {error}").contains("hunter2"));

    let body: String = pair.private_pem.lines().nth(1).unwrap().into();
    let broken = pair.private_pem.replace(&body, &body[1..]);
    let error = SigningKey::from_pem(&broken).unwrap_err();
    assert!(!format!("{error:?} {error}").contains(&body[1..]));
}
