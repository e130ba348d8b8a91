//! From an HTTP request to an answer: which operation it is, what the fault script does to it, who may ask.
//!
//! The work runs on the threads for blocking work and is finished even when the client has gone; only afterwards does
//! an answer wait for its delay, outside any lock, so that slow answers overlap.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::request::Parts;
use axum::http::{Response, header};

use super::app::{App, Ask};
use super::auth::{Caller, Signed};
use super::fail::Failure;
use super::faults::{Cut, Effect, OddBody};
use super::http::{Reply, receive};
use super::judge::{Judge, Subject, Verdict};
use super::listener::Switch;
use super::options::Environment;
use super::schema::Actor;
use super::seen::Seen;
use super::{assets, lookup, modify, query, stranger, uploads, zones};

/// The largest JSON request.
const REQUEST_AT_MOST: usize = 2 << 20;

/// One path and verb, whatever happens to it.
pub(super) fn router(app: Arc<App>) -> Router {
    Router::new().fallback(entry).with_state(app)
}

/// A request that has arrived in full.
struct Call {
    parts: Parts,
    body: Vec<u8>,
    /// The body was larger than allowed; the rest of it was not kept.
    too_large: bool,
    uuid: String,
    arrived: Instant,
    judge: Arc<Judge>,
}

/// What becomes of it.
struct Outcome {
    reply: Reply,
    delay: Duration,
    cut: bool,
}

async fn entry(
    State(app): State<Arc<App>>,
    ConnectInfo(switch): ConnectInfo<Switch>,
    request: Request,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let uuid = uuid::Uuid::new_v4().to_string();
    let Ok((body, too_large)) = receive(body, limit(parts.uri.path())).await else {
        return Reply::refusal(&Failure::unexpected(), &uuid).into_response(&uuid);
    };
    let call = Call {
        parts,
        body,
        too_large,
        uuid: uuid.clone(),
        arrived: Instant::now(),
        judge: app.judge(),
    };
    let judge = Arc::clone(&call.judge);
    let worker = tokio::task::spawn_blocking(move || app.serve(call));
    let outcome = worker.await.unwrap_or_else(|cause| {
        let reply = Reply::refusal(&Failure::internal(&cause), &uuid);
        Outcome {
            reply,
            delay: Duration::ZERO,
            cut: false,
        }
    });
    judge.hold(outcome.delay).await;
    if outcome.cut {
        switch.cut();
    }
    outcome.reply.into_response(&uuid)
}

/// The most that the body of a request to this path may hold.
fn limit(path: &str) -> usize {
    match locate(path) {
        Some((_, Place::Upload(_))) => uploads::FILE_AT_MOST,
        _ => REQUEST_AT_MOST,
    }
}

/// What a path stands for.
enum Place<'a> {
    Operation {
        container: &'a str,
        environment: Environment,
        database: &'a str,
    },
    Upload(&'a str),
    Asset(&'a str),
}

/// Every operation, with its verbs as an `Allow` header lists them.
pub(super) const OPERATIONS: [(&str, &str); 17] = [
    ("records/query", "POST"),
    ("records/lookup", "POST"),
    ("records/modify", "POST"),
    ("records/changes", "POST"),
    ("changes/zone", "POST"),
    ("changes/database", "POST"),
    ("zones/list", "GET, POST"),
    ("zones/lookup", "POST"),
    ("zones/modify", "POST"),
    ("zones/changes", "POST"),
    ("users/caller", "GET, POST"),
    ("users/current", "GET, POST"),
    ("users/discover", "POST"),
    ("assets/upload", "POST"),
    ("assets/rereference", "POST"),
    (PUT, "POST, PUT"),
    (GET, "GET"),
];

/// Sending the bytes of an asset.
const PUT: &str = "asset put";

/// Fetching them.
const GET: &str = "asset get";

fn verbs(operation: &str) -> Option<&'static str> {
    let found = OPERATIONS.iter().find(|(known, _)| *known == operation);
    found.map(|(_, verbs)| *verbs)
}

/// The operation of a path and where it is; exact, as the service's paths are.
fn locate(path: &str) -> Option<(String, Place<'_>)> {
    if let Some(token) = path.strip_prefix("/upload/") {
        return Some((PUT.to_owned(), Place::Upload(token)));
    }
    if let Some((checksum, _)) = path.strip_prefix("/asset/").and_then(|rest| rest.split_once('/')) {
        return Some((GET.to_owned(), Place::Asset(checksum)));
    }
    let mut segments = path.strip_prefix("/database/1/")?.splitn(4, '/');
    let (container, environment) = (segments.next()?, Environment::parse(segments.next()?)?);
    let (database, operation) = (segments.next()?, segments.next()?);
    let known = matches!(database, "public" | "private" | "shared");
    known.then(|| {
        (
            operation.to_owned(),
            Place::Operation {
                container,
                environment,
                database,
            },
        )
    })
}

impl App {
    /// Decides, works, writes down. Never waits.
    fn serve(&self, call: Call) -> Outcome {
        let path = call.parts.uri.path();
        let located = locate(path);
        let operation = located
            .as_ref()
            .map_or(path, |(operation, _)| operation)
            .to_owned();
        let environment = match &located {
            Some((_, Place::Operation { environment, .. })) => environment.as_str(),
            _ => "",
        };
        let subject = Subject {
            operation: &operation,
            environment,
            body: &call.body,
        };
        let verdict = call.judge.decide(&subject);
        let (effect, delay) = (verdict.effect.clone(), verdict.effect.delay_ms.unwrap_or(0));
        let mut cut = effect.cut == Some(Cut::BeforeCommit);
        let mut reply = if cut {
            Reply::odd(OddBody::Empty, None)
        } else {
            self.reply(&call, located, verdict)
        };
        cut |= effect.cut.is_some();
        spoil(&mut reply, &effect);
        if self.gzip && accepts_gzip(&call.parts) {
            reply.compress();
        }
        self.log.push(Seen {
            operation,
            at: call.arrived,
            status: if cut { 0 } else { reply.status },
            bytes_in: call.body.len(),
            bytes_out: if cut { 0 } else { reply.body.len() },
            body: self.log.keep_bodies.then_some(call.body),
        });
        Outcome {
            reply,
            delay: Duration::from_millis(delay),
            cut,
        }
    }

    fn reply(&self, call: &Call, located: Option<(String, Place<'_>)>, verdict: Verdict) -> Reply {
        let effect = &verdict.effect;
        if let Some(body @ (OddBody::Html | OddBody::Garbage | OddBody::Empty)) = effect.body {
            return Reply::odd(body, effect.status);
        }
        let scripted = scripted(&verdict);
        let worked = match (scripted, located) {
            (Some(failure), _) => Err(failure),
            (None, None) => Err(Failure::no_handler()),
            (None, Some((operation, place))) => self.work(call, &operation, &place, verdict),
        };
        worked.unwrap_or_else(|failure| Reply::refusal(&failure, &call.uuid))
    }

    fn work(
        &self,
        call: &Call,
        operation: &str,
        place: &Place<'_>,
        verdict: Verdict,
    ) -> Result<Reply, Failure> {
        let allowed = verbs(operation).ok_or_else(Failure::no_handler)?;
        if !allowed.split(", ").any(|verb| verb == call.parts.method.as_str()) {
            let mut failure = Failure::new(405, "BAD_REQUEST", "method not allowed");
            failure.allow = Some(allowed);
            return Err(failure);
        }
        if call.too_large {
            return Err(match place {
                Place::Upload(_) => uploads::too_large(),
                _ => Failure::new(
                    413,
                    "BAD_REQUEST",
                    format!("request is larger than {REQUEST_AT_MOST} bytes"),
                ),
            });
        }
        let (container, environment, database) = match place {
            Place::Upload(token) => return uploads::put(self, token, &call.body).map(Reply::json),
            Place::Asset(checksum) => {
                return assets::get(self, checksum, call.parts.uri.query()).map(Reply::bytes);
            }
            Place::Operation {
                container,
                environment,
                database,
            } => (*container, *environment, *database),
        };
        let caller = self.admit(call, container, environment, database)?;
        stranger::interfere(self, environment, &verdict.effect);
        let ask = Ask {
            environment,
            body: &call.body,
            caller,
            verdict,
        };
        self.answer(operation, &ask).map(Reply::json)
    }

    /// Who asks, and whether this container and database are open to them.
    fn admit(
        &self,
        call: &Call,
        container: &str,
        environment: Environment,
        database: &str,
    ) -> Result<Caller, Failure> {
        let uri = &call.parts.uri;
        let headers = &call.parts.headers;
        let signed = Signed {
            headers,
            path: uri.path(),
            query: uri.query(),
            body: &call.body,
        };
        let caller = self.gate.admit(&signed, environment)?;
        if container != self.container {
            tracing::warn!(container, "request refused with 401: another container");
            return Err(Failure::unauthenticated());
        }
        match (database, caller.actor) {
            ("public", _) => Ok(caller),
            (_, Actor::Key) => {
                tracing::warn!(
                    database,
                    "request refused with 401: a key reaches the public database only"
                );
                Err(Failure::unauthenticated())
            }
            (_, Actor::World) => Err(zones::user_needed(self)),
        }
    }

    fn answer(&self, operation: &str, ask: &Ask<'_>) -> Result<String, Failure> {
        match operation {
            "records/query" => query::answer(self, ask),
            "records/lookup" => lookup::answer(self, ask),
            "records/modify" => modify::answer(self, ask),
            "assets/upload" => uploads::answer(self, ask),
            "assets/rereference" => uploads::rereference(self, ask),
            "zones/list" => Ok(zones::list()),
            "zones/lookup" => zones::lookup(ask),
            "users/caller" | "users/current" => zones::caller(self, ask),
            "users/discover" if ask.caller.actor == Actor::Key => Err(Failure::unauthenticated()),
            "users/discover" => Err(zones::user_needed(self)),
            _ => Err(Failure::bad(
                "endpoint not applicable in the database type 'publicdb'",
            )),
        }
    }
}

fn accepts_gzip(parts: &Parts) -> bool {
    let mut accepted = parts
        .headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|v| v.to_str().ok());
    accepted.any(|line| {
        line.split(',')
            .any(|word| word.split(';').next().is_some_and(|w| w.trim() == "gzip"))
    })
}

/// The refusal that the rate or the script asks for.
fn scripted(verdict: &Verdict) -> Option<Failure> {
    if let Some(wait) = verdict.throttled {
        let mut failure = Failure::new(429, "THROTTLED", "Database throttled, retry later");
        failure.retry_after = Some(wait);
        return Some(failure);
    }
    let effect = &verdict.effect;
    if effect.unauthorized {
        return Some(Failure::unauthenticated());
    }
    if effect.body.is_some() {
        return None;
    }
    let status = effect.status?;
    let (code, reason) = match status {
        401 => ("AUTHENTICATION_FAILED", "Authentication failed"),
        403 => ("ACCESS_DENIED", "READ operation not permitted"),
        404 => ("NOT_FOUND", "not found"),
        409 => ("CONFLICT", "client oplock error updating record"),
        413 => ("QUOTA_EXCEEDED", "quota exceeded"),
        421 => ("AUTHENTICATION_REQUIRED", "request needs authorization"),
        429 => ("THROTTLED", "Database throttled, retry later"),
        503 => ("TRY_AGAIN_LATER", "try again later"),
        400..=499 => ("BAD_REQUEST", "bad request"),
        _ => ("INTERNAL_ERROR", "internal error"),
    };
    let code = effect.code.as_deref().unwrap_or(code);
    let mut failure = Failure::new(status, code, effect.reason.as_deref().unwrap_or(reason));
    failure.retry_after = effect.retry_after;
    Some(failure)
}

/// What a script does to an answer that is already made.
fn spoil(reply: &mut Reply, effect: &Effect) {
    reply.retry_after = effect.retry_after_header;
    if effect.body == Some(OddBody::Truncated) {
        reply.body.truncate(reply.body.len() / 2);
        reply.status = effect.status.unwrap_or(reply.status);
    }
}
