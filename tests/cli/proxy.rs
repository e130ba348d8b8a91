//! What stands between the program and the service and changes what it says: a proxy that passes everything on, and lets a
//! test change the JSON of each answer.

use std::io::{BufRead, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use serde_json::Value;

/// One request and the answer's body, to be changed.
type Change = dyn Fn(&str, &Value, &mut Value) + Send + Sync;

/// Its endpoint. It serves as long as the process lives: its thread waits for connections and holds nothing else.
pub(super) fn before(
    endpoint: &str,
    change: impl Fn(&str, &Value, &mut Value) + Send + Sync + 'static,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let here = format!("http://{}", listener.local_addr().unwrap());
    let service = endpoint.trim_start_matches("http://").to_owned();
    let change: Arc<Change> = Arc::new(change);
    thread::spawn(move || {
        for client in listener.incoming() {
            let (change, service) = (Arc::clone(&change), service.clone());
            thread::spawn(move || pass(client.ok()?, &service, &*change));
        }
    });
    here
}

/// Passes one request on, and its answer back. `None` where either side is gone.
fn pass(mut client: TcpStream, service: &str, change: &Change) -> Option<()> {
    let (head, body) = message(&mut BufReader::new(&client))?;
    let mut server = TcpStream::connect(service).ok()?;
    // The answer is to come as plain text, and to end where the connection does.
    let mut passed_on = String::new();
    let is_kept = |line: &&str| !has_name(line, "accept-encoding") && !has_name(line, "connection");
    for line in head.lines().filter(is_kept) {
        passed_on.push_str(line);
        passed_on.push_str("\r\n");
    }
    server
        .write_all(format!("{passed_on}Connection: close\r\n\r\n").as_bytes())
        .ok()?;
    server.write_all(&body).ok()?;
    let (answered, answer) = message(&mut BufReader::new(&server))?;
    let mut answer: Value = serde_json::from_slice(&answer).ok()?;
    let path = head.split(' ').nth(1).unwrap_or_default();
    change(path, &serde_json::from_slice(&body).ok()?, &mut answer);
    let answer = answer.to_string();
    let status = answered.lines().next()?;
    let length = answer.len();
    write!(
        client,
        "{status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{answer}"
    )
    .ok()
}

fn has_name(line: &str, name: &str) -> bool {
    line.split_once(':')
        .is_some_and(|(found, _)| found.eq_ignore_ascii_case(name))
}

/// Head without its blank line, and body.
pub(super) fn message(stream: &mut impl BufRead) -> Option<(String, Vec<u8>)> {
    let mut head = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        head.push_str(&line);
    }
    let length = head.lines().find(|line| has_name(line, "content-length"))?;
    let length: usize = length.split_once(':')?.1.trim().parse().ok()?;
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some((head, body))
}
