//! Bodies as they travel: requests up to their limit; answers with status, headers, compression, and those that a fault
//! script spoils.

use std::io::Write as _;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures::StreamExt as _;

use super::fail::Failure;
use super::faults::OddBody;

const JSON: &str = "application/json; charset=UTF-8";

/// Smaller answers are not worth compressing.
const COMPRESS_FROM: usize = 1024;

/// A longer body is not read to its end.
const READ_AT_MOST: usize = 256 << 20;

/// Reads a body to its end, because a client that is still sending does not listen, but keeps no more than `limit` bytes
/// of it; whether there were more. An error: it broke off.
pub(super) async fn receive(body: Body, limit: usize) -> Result<(Vec<u8>, bool), axum::Error> {
    let (mut kept, mut length) = (Vec::new(), 0);
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk?;
        length += chunk.len();
        if length <= limit {
            kept.extend_from_slice(&chunk);
        } else if length > READ_AT_MOST {
            break;
        }
    }
    Ok((kept, length > limit))
}

/// An answer, complete but for the sending.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
    pub(super) kind: &'static str,
    pub(super) allow: Option<&'static str>,
    /// The `Retry-After` header, seconds.
    pub(super) retry_after: Option<u64>,
    pub(super) gzip: bool,
}

impl Reply {
    fn new(status: u16, kind: &'static str, body: Vec<u8>) -> Self {
        Self {
            status,
            body,
            kind,
            allow: None,
            retry_after: None,
            gzip: false,
        }
    }

    /// 200 with JSON.
    pub(super) fn json(body: String) -> Self {
        Self::new(200, JSON, body.into_bytes())
    }

    /// 200 with the bytes of a file.
    pub(super) fn bytes(body: Vec<u8>) -> Self {
        Self::new(200, "application/octet-stream", body)
    }

    /// A refusal of the whole request.
    pub(super) fn refusal(failure: &Failure, uuid: &str) -> Self {
        let mut out = Self::new(failure.status, JSON, failure.body(uuid).into_bytes());
        out.allow = failure.allow;
        out
    }

    /// What a gateway in the way might send.
    pub(super) fn odd(body: OddBody, status: Option<u16>) -> Self {
        match body {
            OddBody::Html => {
                let page = "<html><head><title>502 Bad Gateway</title></head>\n<body><h1>Bad Gateway</h1></body></html>\n";
                Self::new(status.unwrap_or(502), "text/html", page.into())
            }
            OddBody::Garbage => Self::new(
                status.unwrap_or(200),
                JSON,
                b"\x00\xff{\"records\":[}}\xfe".to_vec(),
            ),
            OddBody::Empty | OddBody::Truncated => Self::new(status.unwrap_or(200), JSON, Vec::new()),
        }
    }

    /// Compresses a body that gains by it. Speed before size: it never leaves this machine.
    pub(super) fn compress(&mut self) {
        if self.body.len() < COMPRESS_FROM {
            return;
        }
        let mut encoder = GzEncoder::new(Vec::with_capacity(self.body.len() / 4), Compression::fast());
        if encoder.write_all(&self.body).is_ok()
            && let Ok(packed) = encoder.finish()
        {
            self.body = packed;
            self.gzip = true;
        }
    }

    /// With the headers every answer has.
    pub(super) fn into_response(self, uuid: &str) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.kind));
        if let Ok(uuid) = HeaderValue::from_str(uuid) {
            headers.insert("x-apple-request-uuid", uuid);
        }
        if let Some(allow) = self.allow {
            headers.insert(header::ALLOW, HeaderValue::from_static(allow));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.gzip {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    }
}
