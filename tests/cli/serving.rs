//! `skydeck emulator`: how it starts, what it says, how it ends, and that what it acknowledged is there after a kill.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::Rig;
use super::rig::{Said, run, skydeck, until};

/// A running `skydeck emulator`; it ends with the test.
pub(super) struct Server {
    child: Child,
    /// What it printed before it was ready, by the words in front.
    said: Vec<String>,
}

impl Server {
    pub(super) fn start(folder: &Path, args: &[&str]) -> Self {
        let args: Vec<&str> = ["emulator"].iter().chain(args).copied().collect();
        let child = skydeck(folder, &args).stdout(Stdio::piped()).spawn().unwrap();
        let mut server = Server {
            child,
            said: Vec::new(),
        };
        let mut lines = BufReader::new(server.child.stdout.take().unwrap()).lines();
        while !server
            .said
            .last()
            .is_some_and(|line| line.starts_with("listening on "))
        {
            let line = lines.next().expect("the emulator ended before it was ready");
            server.said.push(line.unwrap());
        }
        server
    }

    #[track_caller]
    pub(super) fn told(&self, what: &str) -> &str {
        let line = self.said.iter().find_map(|line| line.strip_prefix(what));
        line.unwrap_or_else(|| panic!("{what} is not in {:?}", self.said))
    }

    pub(super) fn endpoint(&self) -> &str {
        self.told("listening on ")
    }

    pub(super) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs the program against a server, with the key that the server made.
fn with_its_key(rig: &Rig, server: &Server, args: &[&str]) -> Said {
    let mut command = rig.command(args);
    command
        .env("CLOUDKIT_ENDPOINT", server.endpoint())
        .env("CLOUDKIT_KEY_ID", server.told("key id "))
        .env("CLOUDKIT_PRIVATE_KEY_PATH", server.told("private key "));
    command.output().unwrap().into()
}

#[test]
fn it_serves_the_files_with_a_key_of_its_own() {
    let rig = Rig::new();
    let server = Server::start(rig.folder(), &["--load", "data"]);
    let said = with_its_key(&rig, &server, &["diff"]);
    assert_eq!(
        said.data(0),
        "Stadiums: 4 unchanged, 0 new, 0 updated, 0 deleted\nTeams: 2 unchanged, 0 new, 0 updated, 0 deleted\n"
    );
    assert_eq!(said.err, "", "the key it made is nobody else's to read");
}

#[test]
fn it_ends_cleanly_when_asked_to() {
    let rig = Rig::new();
    for signal in ["TERM", "INT"] {
        let mut server = Server::start(rig.folder(), &[]);
        let pid = server.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-s", signal, &pid])
                .status()
                .unwrap()
                .success()
        );
        let status = until("it ends", || server.child.try_wait().unwrap());
        assert_eq!(status.code(), Some(0), "{signal}");
    }
}

#[test]
fn what_it_acknowledged_is_there_after_a_kill() {
    let rig = Rig::new();
    rig.write("public.pem", &rig.key.trusted().public_key_pem);
    rig.many_stadiums(1000);
    let key = [
        "--store",
        "cloud.sqlite",
        "--key-id",
        &rig.key.key_id,
        "--public-key",
        "public.pem",
    ];
    let server = Server::start(rig.folder(), &key);
    let to = |server: &Server, args: &[&str]| rig.run(&[args, &["--endpoint", server.endpoint()]].concat());
    to(&server, &["sync", "--yes"]).data(0);
    to(&server, &["delete", "Stadium", "s00001", "--force"]).data(0);
    to(
        &server,
        &["update", "Stadium", "s00002", "capacity=12345", "--yes"],
    )
    .data(0);
    server.kill();
    let server = Server::start(rig.folder(), &key);
    let said = to(&server, &["diff", "--verbose"]);
    assert_eq!(
        said.data(2),
        "Stadiums: 998 unchanged, 1 new, 1 updated, 0 deleted  (updated: capacity 1)\n  \
         + s00001\n  ~ s00002: capacity: 12345 → 2\nTeams: 2 unchanged, 0 new, 0 updated, 0 deleted\n"
    );
}

#[test]
fn it_can_be_told_to_go_wrong() {
    let rig = Rig::new();
    let script = json!([{"when": {"operation": "records/query", "to": 1}, "do": {"status": 503, "code": "TRY_AGAIN_LATER", "retry_after": 1}}]);
    rig.write("script.json", &script.to_string());
    let server = Server::start(
        rig.folder(),
        &["--load", "data", "--script", "script.json", "--latency", "1ms"],
    );
    let said = with_its_key(&rig, &server, &["diff", "Team"]);
    said.data(0);
    assert_eq!(said.err, "The service asks to wait 1.0 s (TRY_AGAIN_LATER)\n");
}

#[test]
fn what_it_cannot_serve_is_told() {
    let rig = Rig::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let said = rig.run(&["emulator", "--port", &port.to_string()]);
    let message = said.refusal(1);
    assert!(
        message.starts_with(&format!(
            "Error: cannot listen on port {port}: Address already in use"
        )),
        "{message}"
    );
    assert!(message.ends_with("--port 0 takes any free one\n"), "{message}");

    rig.write(
        "script.json",
        r#"[{"when": {"operatoin": "records/query"}, "do": {}}]"#,
    );
    let said = rig.run(&["emulator", "--script", "script.json"]);
    let message = said.refusal(1);
    assert!(
        message.starts_with("Error: script.json: fault script: unknown field `operatoin`")
            && message.contains("line 1"),
        "{message}"
    );

    rig.write("schema.ckdb", "DEFINE SCHEMA RECORD");
    assert!(
        rig.run(&["emulator", "--schema", "schema.ckdb"])
            .refusal(1)
            .starts_with("Error: schema.ckdb: ")
    );
    assert!(
        rig.run(&["emulator", "--load", "nowhere"])
            .refusal(1)
            .contains("nowhere")
    );
    rig.run(&["emulator", "--latency", "80"]).refusal(64);
    rig.run(&["emulator", "--key-id", "ab"]).refusal(64);
    let empty = tempfile::tempdir().unwrap();
    let said = run(empty.path(), &["emulator"]);
    assert!(said.refusal(1).contains("skydeck.toml"), "{said:?}");
}

#[test]
fn it_tells_programs_where_it_is() {
    let rig = Rig::new();
    let mut child = rig
        .command(&["emulator", "--json", "--load", "data"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let stdout = child.stdout.take().unwrap();
    let mut documents = serde_json::Deserializer::from_reader(stdout).into_iter::<Value>();
    let document = documents.next().unwrap().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    super::documents::check("emulator", &document);
    assert_eq!(document["loaded"], 6);
}
