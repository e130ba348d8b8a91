//! What the service says no to: typed, with what to check, and whether trying again makes sense.

use futures::future::join_all;
use jiff::Timestamp;
use serde_json::{Value as Json, json};
use skydeck::cloudkit::{Code, Error, Query, Trouble};

use super::server::{Asked, Server, json as reply, text};
use super::{Rig, create, refusal, settings, stranger_to};

/// The table of codes: status, code, what kind of trouble, whether a read is worth repeating.
const CODES: [(u16, &str, Trouble, bool); 16] = [
    (403, "ACCESS_DENIED", Trouble::Access, false),
    (400, "ATOMIC_ERROR", Trouble::Request, false),
    (401, "AUTHENTICATION_FAILED", Trouble::Access, false),
    (421, "AUTHENTICATION_REQUIRED", Trouble::Access, false),
    (400, "BAD_REQUEST", Trouble::Request, false),
    (409, "CONFLICT", Trouble::Request, false),
    (409, "EXISTS", Trouble::Request, false),
    (500, "INTERNAL_ERROR", Trouble::Service, true),
    (404, "NOT_FOUND", Trouble::Request, false),
    (413, "QUOTA_EXCEEDED", Trouble::Request, false),
    (429, "THROTTLED", Trouble::Service, true),
    (503, "TRY_AGAIN_LATER", Trouble::Service, true),
    (412, "VALIDATING_REFERENCE_ERROR", Trouble::Request, false),
    (404, "ZONE_NOT_FOUND", Trouble::Request, false),
    (409, "UNIQUE_FIELD_ERROR", Trouble::Request, false),
    (400, "CHANGE_TOKEN_EXPIRED", Trouble::Request, false),
];

/// The same query twice: once refused, then answered.
async fn refused_once(first: String) -> (Result<skydeck::cloudkit::Page, Error>, usize) {
    let fine = reply(200, &json!({ "records": [] }));
    let server = Server::start(move |n, _| if n == 0 { first.clone() } else { fine.clone() }).await;
    let found = stranger_to(&server.endpoint, settings())
        .query(&Query::of("Note"), None)
        .await;
    (found, server.count())
}

#[tokio::test]
async fn every_code_is_known_and_only_passing_trouble_is_tried_again() {
    for (status, code, trouble, passes) in CODES {
        // Seen with other clients: the same object at the top of an answer that calls itself a success.
        for status in [status, 200] {
            let body = json!({ "uuid": "u-1", "serverErrorCode": code, "reason": "because" });
            let (found, requests) = refused_once(reply(status, &body)).await;
            if passes {
                assert_eq!((found.is_ok(), requests), (true, 2), "{code} {status}");
                continue;
            }
            let error = found.unwrap_err();
            assert_eq!(
                (error.trouble(), error.is_transient(), requests),
                (trouble, false, 1),
                "{code}"
            );
            let refused = refusal::<()>(Err(error));
            assert_eq!(
                (refused.status, refused.code.to_string().as_str(), refused.named),
                (status, code, true)
            );
            assert_eq!(
                (refused.reason.as_str(), refused.request_id.as_deref()),
                ("because", Some("u-1"))
            );
            assert_eq!(
                refused.to_string(),
                format!("HTTP {status} {code}: because (request u-1)")
            );
        }
    }
}

#[tokio::test]
async fn a_refusal_without_a_code_is_judged_by_its_status() {
    for body in [
        "",
        "<html><body>no</body></html>",
        "{}",
        r#"{"message": "no"}"#,
        r#"{"serverErrorCode": null}"#,
    ] {
        for (status, code) in [
            (400, Code::BadRequest),
            (401, Code::AuthenticationFailed),
            (403, Code::AccessDenied),
            (404, Code::NotFound),
            (409, Code::Conflict),
            (412, Code::ValidatingReferenceError),
            (413, Code::QuotaExceeded),
            (421, Code::AuthenticationRequired),
        ] {
            let (found, requests) = refused_once(text(status, "X-Apple-Request-UUID: u-2\r\n", body)).await;
            let refused = refusal(found);
            assert_eq!(
                (refused.code, refused.named, requests),
                (code, false, 1),
                "{status} {body}"
            );
            assert_eq!(refused.request_id.as_deref(), Some("u-2"));
        }
        for status in [429, 500, 502, 503, 504] {
            let (found, requests) = refused_once(text(status, "", body)).await;
            assert_eq!((found.is_ok(), requests), (true, 2), "{status} {body}");
        }
    }
}

#[tokio::test]
async fn a_refused_write_may_have_been_carried_out_whatever_the_words() {
    let code = |word: &str| json!({ "serverErrorCode": word, "reason": "" }).to_string();
    for (status, body) in [
        (400, code("BAD_REQUEST")),
        (401, code("AUTHENTICATION_FAILED")),
        (403, String::new()),
        (408, String::new()),
        (413, "<html>".into()),
        (429, code("THROTTLED")),
        (499, String::new()),
        (500, code("INTERNAL_ERROR")),
        (200, code("INTERNAL_ERROR")),
        (200, code("THROTTLED")),
        (200, code("SOMETHING_NEW")),
        (400, code("SOMETHING_NEW")),
        (500, "<html>".into()),
        (502, "<html>".into()),
        (503, "<html>".into()),
        (503, code("TRY_AGAIN_LATER")),
        (504, String::new()),
        (520, code("SOMETHING_NEW")),
    ] {
        let server = Server::saying(text(status, "", &body)).await;
        let writes = [create("a"), create("b")];
        let error = stranger_to(&server.endpoint, settings())
            .modify(&writes)
            .await
            .unwrap_err();
        assert!(error.outcome_unknown(), "{status} {body}");
        assert_eq!(server.count(), 1, "{status} {body}");
    }
}

#[tokio::test]
async fn a_request_that_is_too_large_is_known_as_such() {
    for (status, body) in [
        (413, json!({ "serverErrorCode": "QUOTA_EXCEEDED", "reason": "" })),
        (413, json!({})),
        (
            400,
            json!({ "serverErrorCode": "BAD_REQUEST", "reason": "Too many operations, limit is 200" }),
        ),
    ] {
        let (found, _) = refused_once(reply(status, &body)).await;
        assert!(found.unwrap_err().is_too_large(), "{body}");
    }
    let unlike = json!({ "serverErrorCode": "BAD_REQUEST", "reason": "Field 'x' is not marked sortable" });
    assert!(
        !refused_once(reply(400, &unlike))
            .await
            .0
            .unwrap_err()
            .is_too_large()
    );
}

/// The service's clock; ours is an hour behind it.
fn theirs() -> Timestamp {
    Timestamp::from_second(Timestamp::now().as_second() + 3600).unwrap()
}

/// Refuses what was not signed by its clock, within ten minutes, as the service does.
fn by_the_clock(asked: &Asked) -> String {
    let date: Timestamp = asked
        .header("X-Apple-CloudKit-Request-ISO8601Date")
        .unwrap()
        .parse()
        .unwrap();
    if (date.as_second() - theirs().as_second()).abs() <= 600 {
        return reply(200, &json!({ "records": [] }));
    }
    unauthorized()
}

fn unauthorized() -> String {
    let date = theirs()
        .strftime("Date: %a, %d %b %Y %H:%M:%S GMT\r\n")
        .to_string();
    let body =
        json!({ "uuid": "u", "serverErrorCode": "AUTHENTICATION_FAILED", "reason": "Authentication failed" });
    text(401, &date, &body.to_string())
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_learnt_from_the_service_by_everybody() {
    let server = Server::start(|_, asked| by_the_clock(asked)).await;
    let client = stranger_to(&server.endpoint, settings());
    let query = Query::of("Note");
    let found = join_all((0..6).map(|_| client.query(&query, None))).await;
    assert!(found.iter().all(Result::is_ok), "{found:?}");
    let before = server.count();
    // Known from now on.
    assert!(client.query(&query, None).await.is_ok());
    assert_eq!(server.count(), before + 1);
}

#[tokio::test]
async fn a_refused_signature_is_answered_with_all_there_is_to_check() {
    let server = Server::saying(unauthorized()).await;
    let client = stranger_to(&server.endpoint, settings());
    let error = client.health().await.unwrap_err();
    // Once by our clock and once by theirs.
    assert_eq!(server.count(), 2);
    let advice = error.advice().join("\n");
    for word in [
        "clock",
        "behind",
        "key id",
        "environment",
        "container",
        "private key",
    ] {
        assert!(advice.contains(word), "{word} is not in: {advice}");
    }
    let ahead = refusal::<()>(Err(error)).clock_ahead.unwrap();
    assert!((ahead + 3600).abs() < 120, "{ahead}");

    let rig = Rig::start().await;
    let error = stranger_to(&rig.emulator.endpoint(), settings())
        .health()
        .await
        .unwrap_err();
    assert_eq!(rig.count("records/lookup"), 1);
    let advice = error.advice().join("\n");
    assert!(
        !advice.contains("clock") && advice.contains("environment"),
        "{advice}"
    );
    assert_eq!(error.trouble(), Trouble::Access);
    assert_eq!(rig.client.health().await, Ok(()));
}

#[tokio::test]
async fn what_the_schema_lacks_is_named_with_what_to_do() {
    let rig = Rig::start().await;
    let of = |record_type: &str| Query::of(record_type);
    for (query, words) in [
        (of("Bare"), ["QUERYABLE", "recordName"]),
        (of("Note").sort("body", true), ["SORTABLE", "body"]),
        (of("Nope"), ["record type", "deploy the schema"]),
        (of("Note").sort("nothing", true), ["field", "schema"]),
    ] {
        let error = rig.client.query(&query, None).await.unwrap_err();
        let advice = error.advice().join("\n");
        assert!(
            words.iter().all(|word| advice.contains(word)),
            "{error}: {advice}"
        );
        assert_eq!(error.trouble(), Trouble::Request);
    }
    // As older deployments word it.
    let body =
        json!({ "serverErrorCode": "BAD_REQUEST", "reason": "Field '___recordID' is not marked queryable" });
    let (found, _) = refused_once(reply(400, &body)).await;
    assert!(found.unwrap_err().advice()[0].contains("QUERYABLE"));
}

#[tokio::test]
async fn an_odd_container_is_signed_as_it_is_sent() {
    let pair = skydeck::emulator::KeyPair::generate().unwrap();
    let server = Server::saying(reply(200, &json!({ "records": [] }))).await;
    let client = super::client_of(&server.endpoint, "iCloud.com.example.d mo", &pair, settings());
    client.query(&Query::of("Note"), None).await.unwrap();
    let asked = server.seen().remove(0);
    let path = asked.head.split(' ').nth(1).unwrap();
    assert_eq!(
        path,
        "/database/1/iCloud.com.example.d%20mo/development/public/records/query"
    );
    let header = |name: &str| asked.header(&format!("X-Apple-CloudKit-Request-{name}")).unwrap();
    let body: Json = asked.body.clone();
    assert_eq!(body["query"]["recordType"], "Note");
    verify(
        &pair.public_pem,
        header("ISO8601Date"),
        &body.to_string(),
        path,
        header("SignatureV1"),
    );
}

/// Checks a signature by the description of it: `date:base64(sha256(body)):path`, DER, P-256.
fn verify(public_pem: &str, date: &str, body: &str, path: &str, signature: &str) {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use p256::ecdsa::signature::Verifier as _;
    use p256::ecdsa::{DerSignature, VerifyingKey};
    use p256::pkcs8::DecodePublicKey as _;
    use sha2::{Digest as _, Sha256};

    let message = format!("{date}:{}:{path}", STANDARD.encode(Sha256::digest(body)));
    let signature = DerSignature::from_bytes(&STANDARD.decode(signature).unwrap()).unwrap();
    let key = VerifyingKey::from_public_key_pem(public_pem).unwrap();
    key.verify(message.as_bytes(), &signature).unwrap();
}
