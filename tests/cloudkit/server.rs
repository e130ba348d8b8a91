//! A server that sends what it is told to, byte by byte.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// One request as it came in.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) at: Instant,
    /// Request line and headers.
    pub(crate) head: String,
    pub(crate) body: Json,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// What is sent for an answer; then the connection is closed.
pub(crate) enum Reply {
    /// These bytes.
    Bytes(Vec<u8>),
    /// These bytes, and then one blank every so often, for ever.
    Trickle(Vec<u8>, Duration),
}

impl From<String> for Reply {
    fn from(text: String) -> Self {
        Reply::Bytes(text.into_bytes())
    }
}

pub(crate) struct Server {
    pub(crate) endpoint: String,
    seen: Arc<Mutex<Vec<Asked>>>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Answers each request by its number, from 0, and what it says.
    pub(crate) async fn start<R: Into<Reply>>(
        answer: impl Fn(usize, &Asked) -> R + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, answer, count) = (Arc::clone(&seen), Arc::new(answer), Arc::new(AtomicUsize::new(0)));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (log, answer, count) = (Arc::clone(&log), Arc::clone(&answer), Arc::clone(&count));
                tokio::spawn(async move {
                    let (mut stream, asked) = receive(stream).await?;
                    log.lock().unwrap().push(asked.clone());
                    let reply = answer(count.fetch_add(1, Ordering::SeqCst), &asked).into();
                    send(&mut stream, reply).await
                });
            }
        });
        Server { endpoint, seen, task }
    }

    /// The same answer to everybody.
    pub(crate) async fn saying(reply: impl Into<String>) -> Self {
        let reply = reply.into();
        Server::start(move |_, _| reply.clone()).await
    }

    pub(crate) fn seen(&self) -> Vec<Asked> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.seen().len()
    }
}

async fn receive(mut stream: TcpStream) -> Option<(TcpStream, Asked)> {
    let mut raw = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&raw).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let mut asked = Asked {
                at: Instant::now(),
                head: head.to_owned(),
                body: Json::Null,
            };
            let length: usize = asked.header("content-length")?.parse().ok()?;
            if body.len() >= length {
                asked.body = serde_json::from_str(body).ok()?;
                return Some((stream, asked));
            }
        }
        if stream.read_buf(&mut raw).await.ok()? == 0 {
            return None;
        }
    }
}

async fn send(stream: &mut TcpStream, reply: Reply) -> Option<()> {
    match reply {
        Reply::Bytes(bytes) => stream.write_all(&bytes).await.ok()?,
        Reply::Trickle(bytes, pause) => {
            stream.write_all(&bytes).await.ok()?;
            loop {
                tokio::time::sleep(pause).await;
                stream.write_all(b" ").await.ok()?;
            }
        }
    }
    stream.shutdown().await.ok()
}

/// An answer with a body, and further header lines, each ended by `\r\n`.
pub(crate) fn http(status: u16, headers: &str, body: &[u8]) -> Reply {
    let mut reply = format!(
        "HTTP/1.1 {status} Whatever\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )
    .into_bytes();
    reply.extend_from_slice(body);
    Reply::Bytes(reply)
}

/// An answer of JSON.
pub(crate) fn json(status: u16, body: &Json) -> String {
    text(status, "Content-Type: application/json\r\n", &body.to_string())
}

/// An answer of text.
pub(crate) fn text(status: u16, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status} Whatever\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}
