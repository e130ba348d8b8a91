//! A proxy between client and emulator that tampers with what passes: it replaces an answer, after the request was carried
//! out or without passing it on, or repeats a request as some gateways do. It shares no code with the client.
//!
//! Include it with `#[path = "../common/proxy.rs"] mod proxy;`.

#![allow(dead_code, reason = "not every suite that includes it uses all of it")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

/// A request on its way, and the emulator's answer to it.
#[derive(Debug, Clone)]
pub(crate) struct Passed {
    /// Such as `records/modify`.
    pub(crate) operation: String,
    /// Counted from 1 among the requests of this operation.
    pub(crate) number: usize,
    /// The request's body.
    pub(crate) asked: Value,
    /// The answer's body; `Null` before the request was passed on.
    pub(crate) answered: Value,
}

impl Passed {
    /// Whether it is a modify request with an operation of this type.
    pub(crate) fn writes(&self, operation_type: &str) -> bool {
        let operations = self.asked["operations"].as_array();
        operations
            .into_iter()
            .flatten()
            .any(|one| one["operationType"] == operation_type)
    }
}

/// What becomes of a request.
pub(crate) enum Fate {
    /// It is passed on, and so is its answer.
    Pass,
    /// It is not passed on, and answered with this.
    Refuse(Answer),
    /// It is passed on, and its answer replaced.
    Replace(Box<dyn FnOnce(&Passed) -> Answer + Send>),
    /// It is passed on twice, and the second answer counts.
    Repeat,
}

impl Fate {
    /// It is passed on, and its answer replaced by this one.
    pub(crate) fn replace(answer: Answer) -> Self {
        Fate::Replace(Box::new(move |_| answer))
    }
}

/// An answer as it is sent.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Answer {
            status,
            content_type: "application/json",
            body: body.to_string(),
        }
    }

    /// The service refuses the request as a whole.
    pub(crate) fn code(status: u16, code: &str) -> Self {
        Answer::json(
            status,
            &json!({ "uuid": "u-1", "serverErrorCode": code, "reason": "because" }),
        )
    }

    /// A gateway's page.
    pub(crate) fn html(status: u16) -> Self {
        Answer {
            status,
            content_type: "text/html",
            body: "<html><body>a gateway</body></html>".into(),
        }
    }
}

/// The proxy; it serves until the process ends.
pub(crate) struct Proxy {
    pub(crate) endpoint: String,
    passed: Arc<Mutex<Vec<Passed>>>,
}

impl Proxy {
    /// Stands in front of the server at `upstream`, `http://host:port`; `decide` says what becomes of each request.
    pub(crate) fn start(upstream: &str, decide: impl Fn(&Passed) -> Fate + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let upstream = upstream.trim_start_matches("http://").to_owned();
        let passed = Arc::new(Mutex::new(Vec::new()));
        let (log, decide) = (Arc::clone(&passed), Arc::new(decide));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (upstream, log, decide) = (upstream.clone(), Arc::clone(&log), Arc::clone(&decide));
                std::thread::spawn(move || serve(&stream, &upstream, &log, &*decide));
            }
        });
        Proxy { endpoint, passed }
    }

    /// The requests so far, in the order in which they came.
    pub(crate) fn passed(&self) -> Vec<Passed> {
        self.passed.lock().unwrap().clone()
    }
}

/// One request a connection. A client that hangs up is no failure.
fn serve(
    stream: &TcpStream,
    upstream: &str,
    log: &Mutex<Vec<Passed>>,
    decide: &dyn Fn(&Passed) -> Fate,
) -> Option<()> {
    let (head, body) = read(stream)?;
    let path = head.first()?.split(' ').nth(1)?.to_owned();
    let (place, mut passed) = {
        let mut log = log.lock().unwrap();
        let operation = path.split("/public/").nth(1)?.to_owned();
        let passed = Passed {
            number: 1 + log.iter().filter(|one| one.operation == operation).count(),
            operation,
            asked: serde_json::from_slice(&body).unwrap_or_default(),
            answered: Value::Null,
        };
        log.push(passed.clone());
        (log.len() - 1, passed)
    };
    let fate = decide(&passed);
    let answer = match fate {
        Fate::Refuse(answer) => answer,
        Fate::Pass => forward(upstream, &head, &body, &mut passed)?,
        Fate::Repeat => {
            forward(upstream, &head, &body, &mut passed)?;
            forward(upstream, &head, &body, &mut passed)?
        }
        Fate::Replace(answer) => {
            forward(upstream, &head, &body, &mut passed)?;
            answer(&passed)
        }
    };
    log.lock().unwrap()[place] = passed;
    write(stream, &answer)
}

fn forward(upstream: &str, head: &[String], body: &[u8], passed: &mut Passed) -> Option<Answer> {
    let mut stream = TcpStream::connect(upstream).ok()?;
    let dropped = ["accept-encoding:", "connection:", "host:"];
    let kept = head.iter().filter(|line| {
        let line = line.to_lowercase();
        !dropped.iter().any(|name| line.starts_with(name))
    });
    let head: Vec<&str> = kept.map(String::as_str).collect();
    let head = format!(
        "{}\r\nhost: {upstream}\r\nconnection: close\r\n\r\n",
        head.join("\r\n")
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body).ok()?;
    let (head, body) = read(&stream)?;
    passed.answered = serde_json::from_slice(&body).unwrap_or_default();
    Some(Answer {
        status: head.first()?.split(' ').nth(1)?.parse().ok()?,
        content_type: "application/json",
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}

/// The first line with the headers, and the body.
fn read(stream: &TcpStream) -> Option<(Vec<String>, Vec<u8>)> {
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            line => head.push(line.to_owned()),
        }
    }
    let length = head.iter().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse::<usize>().ok())?
    });
    let mut body = vec![0; length.unwrap_or(0)];
    match length {
        Some(_) => reader.read_exact(&mut body).ok()?,
        None => _ = reader.read_to_end(&mut body).ok()?,
    }
    Some((head, body))
}

fn write(mut stream: &TcpStream, answer: &Answer) -> Option<()> {
    let head = format!(
        "HTTP/1.1 {} Whatever\r\ncontent-type: {}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        answer.status,
        answer.content_type,
        answer.body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(answer.body.as_bytes()).ok()
}
