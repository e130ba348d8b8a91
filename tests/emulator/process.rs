//! The emulator as a process: what it prints, how it ends, what a kill leaves.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::path;

const SCHEMA: &str = r#"DEFINE SCHEMA RECORD TYPE Note ("___recordID" REFERENCE QUERYABLE, count INT64,
    GRANT READ, CREATE, WRITE TO "_icloud", GRANT READ, CREATE, WRITE TO "_creator");"#;

/// A running `skydeck emulator`; killed when dropped.
struct Process {
    child: Child,
    lines: Vec<String>,
    endpoint: String,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(folder: &Path, more: &[&str]) -> Command {
    let schema = folder.join("schema.ckdb");
    std::fs::write(&schema, SCHEMA).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_skydeck"));
    command.args(["emulator", "--container", super::CONTAINER, "--schema"]);
    command.arg(schema).args(more).current_dir(folder);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

impl Process {
    fn start(folder: &Path, more: &[&str]) -> Self {
        let mut child = command(folder, more).spawn().unwrap();
        let mut lines = Vec::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            lines.push(line.clone());
            if let Some(endpoint) = line.strip_prefix("listening on ") {
                let endpoint = endpoint.to_owned();
                return Self {
                    child,
                    lines,
                    endpoint,
                };
            }
        }
        panic!("it ended instead of listening: {:?}", child.wait_with_output());
    }

    async fn post(&self, operation: &str, body: Value) -> Option<Value> {
        post(&self.endpoint, operation, body).await
    }
}

/// Exit code and message of an emulator that does not start; one that does is ended.
fn refusal(folder: &Path, more: &[&str]) -> (Option<i32>, String) {
    let mut child = command(folder, more).spawn().unwrap();
    let mut printed = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut printed)
        .unwrap();
    if !printed.is_empty() {
        child.kill().unwrap();
    }
    let ended = child.wait_with_output().unwrap();
    (
        ended.status.code(),
        String::from_utf8_lossy(&ended.stderr).into_owned(),
    )
}

async fn post(endpoint: &str, operation: &str, body: Value) -> Option<Value> {
    let request = reqwest::Client::new().post(format!("{endpoint}{}", path(operation)));
    let request = request
        .header("X-Apple-CloudKit-Request-KeyID", "k")
        .body(body.to_string());
    serde_json::from_str(&request.send().await.ok()?.text().await.ok()?).ok()
}

#[cfg(unix)]
#[test]
fn it_says_where_it_listens_and_with_which_key_and_ends_when_asked() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    for signal in ["TERM", "INT"] {
        let mut process = Process::start(folder.path(), &[]);
        assert!(
            process.endpoint.starts_with("http://127.0.0.1:"),
            "{}",
            process.endpoint
        );
        let [id, key, _] = process.lines.as_slice() else {
            panic!("{:?}", process.lines)
        };
        let id = id.strip_prefix("key id ").unwrap();
        assert!(
            id.len() == 64 && id.bytes().all(|b| b.is_ascii_hexdigit()),
            "{id}"
        );
        let key = Path::new(key.strip_prefix("private key ").unwrap()).to_owned();
        assert!(
            std::fs::read_to_string(&key)
                .unwrap()
                .starts_with("-----BEGIN PRIVATE KEY-----")
        );
        assert_eq!(
            std::fs::metadata(&key).unwrap().permissions().mode() & 0o777,
            0o600
        );
        let pid = process.child.id().to_string();
        assert!(
            Command::new("kill")
                .args([format!("-{signal}"), pid])
                .status()
                .unwrap()
                .success()
        );
        assert_eq!(process.child.wait().unwrap().code(), Some(0), "{signal}");
        assert!(!key.exists(), "a key that was made for one run goes with it");
    }
}

/// Writes until the process is gone; the names and tags that were acknowledged.
async fn write_until_killed(mut process: Process) -> Vec<(String, Value)> {
    let endpoint = process.endpoint.clone();
    let mut kept = Vec::new();
    for request in 0.. {
        let operation = |n: usize| {
            let record = json!({"recordType": "Note", "recordName": format!("n{request}-{n}"), "fields": {"count": {"value": n}}});
            json!({"operationType": "create", "record": record})
        };
        let body = json!({"operations": (0..20).map(operation).collect::<Vec<_>>()});
        if request == 12 {
            // SIGKILL, while the next request is under way.
            let (answer, ()) = tokio::join!(post(&endpoint, "records/modify", body), async {
                process.child.kill().unwrap();
            });
            kept.extend(acknowledged(answer));
            break;
        }
        kept.extend(acknowledged(process.post("records/modify", body).await));
    }
    kept
}

fn acknowledged(answer: Option<Value>) -> Vec<(String, Value)> {
    let records = answer.map(|answer| answer["records"].as_array().cloned().unwrap_or_default());
    let records = records.unwrap_or_default();
    records
        .iter()
        .map(|r| {
            (
                r["recordName"].as_str().unwrap().to_owned(),
                r["recordChangeTag"].clone(),
            )
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_there_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--any-signature", "--store", "store.db"];
    for _ in 0..2 {
        let kept = write_until_killed(Process::start(folder.path(), &arguments)).await;
        assert!(kept.len() >= 240);
        let again = Process::start(folder.path(), &arguments);
        for part in kept.chunks(200) {
            let asked: Vec<Value> = part.iter().map(|(name, _)| json!({"recordName": name})).collect();
            let found = again
                .post("records/lookup", json!({"records": asked}))
                .await
                .unwrap();
            for ((name, tag), record) in part.iter().zip(found["records"].as_array().unwrap()) {
                assert_eq!(
                    (&record["recordName"], &record["recordChangeTag"]),
                    (&json!(name), tag)
                );
            }
        }
        // Half a request is never there: each was one transaction.
        let all = again
            .post("records/query", json!({"query": {"recordType": "Note"}}))
            .await
            .unwrap();
        assert!(all["continuationMarker"].is_string());
        std::fs::remove_file(folder.path().join("store.db")).unwrap();
    }
}

#[test]
fn a_store_has_one_emulator_and_a_file_that_is_none_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let _first = Process::start(folder.path(), &["--store", "store.db"]);
    std::fs::write(folder.path().join("notes.txt"), "not a store\n".repeat(100)).unwrap();
    for (store, words) in [
        ("store.db", "another emulator has it open"),
        ("notes.txt", "file is not a database"),
        ("no/such/folder.db", "unable to open database file"),
    ] {
        let (code, said) = refusal(folder.path(), &["--store", store]);
        assert_eq!(code, Some(1), "{store}: {said}");
        assert!(said.contains(store) && said.contains(words), "{said}");
    }
    assert_eq!(
        std::fs::read_to_string(folder.path().join("notes.txt")).unwrap(),
        "not a store\n".repeat(100)
    );
}

#[test]
fn a_store_that_holds_records_is_not_loaded_over() {
    let folder = tempfile::tempdir().unwrap();
    let record =
        json!({"recordName": "n", "recordType": "Note", "fields": {"count": {"value": 1, "type": "INT64"}}});
    std::fs::write(folder.path().join("records.ndjson"), record.to_string()).unwrap();
    let arguments = ["--store", "store.db", "--load", "records.ndjson"];
    drop(Process::start(folder.path(), &arguments));
    let (code, said) = refusal(folder.path(), &arguments);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("the store holds 1 record in development already"),
        "{said}"
    );
}

#[test]
fn its_help_is_enough_to_write_a_script() {
    let help = Command::new(env!("CARGO_BIN_EXE_skydeck"))
        .args(["emulator", "--help"])
        .output()
        .unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    for word in [
        "when",
        "do",
        "operation",
        "environment",
        "record_type",
        "record_name",
        "from",
        "to",
        "every",
        "probability",
        "delay_ms",
        "status",
        "code",
        "reason",
        "retry_after",
        "retry_after_header",
        "unauthorized",
        "body",
        "html",
        "garbage",
        "empty",
        "truncated",
        "cut",
        "before_commit",
        "after_commit",
        "short_page",
        "empty_page",
        "expire_marker",
        "exists_code",
        "fail_record",
        "nth",
        "reorder",
        "drop_types",
        "foreign_write",
        "foreign_create",
        "foreign_delete",
        "fields",
    ] {
        assert!(help.contains(word), "{word} is not explained");
    }
}

#[test]
fn a_script_that_cannot_be_read_is_named_with_its_position() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("faults.json"),
        "[\n  {\"do\": {\"slow\": 1}}\n]",
    )
    .unwrap();
    let (code, said) = refusal(folder.path(), &["--script", "faults.json"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("faults.json")
            && said.contains("unknown field `slow`")
            && said.contains("line 2 column"),
        "{said}"
    );
}
