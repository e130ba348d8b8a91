//! What to check, from what users of the service reported.

use super::{Code, Refusal};

/// A key acts in the role `_icloud` (protocol notes, 1.1); that some containers want both is what a few users report.
const GRANTS: &str = "Grant the operation to _icloud in the schema (CloudKit Console, Schema, Security Roles); some containers want _creator as well.";

/// A type or a value that the service does not know makes the whole request unreadable for it.
const UNREADABLE: &str = "The service could not read the request. To check the field types in skydeck.toml against the schema, run skydeck doctor.";

/// CloudKit words every mistake in a signature alike, so a refused one is answered with the whole list.
pub(super) fn on_refusal(refusal: &Refusal) -> Vec<String> {
    match refusal.code {
        Code::AuthenticationFailed => {
            let mut list = Vec::new();
            if let Some(ahead) = refusal.clock_ahead.filter(|seconds| seconds.abs() > 60) {
                let direction = if ahead > 0 { "ahead of" } else { "behind" };
                list.push(format!(
                    "The clock of this machine is {} s {direction} the service's: set it; signatures hold for about 10 minutes.",
                    ahead.abs()
                ));
            }
            list.extend(
                [
                    "Is the key id the one CloudKit Console shows for this very public key?",
                    "Is the key registered for this environment? Development and production need one each.",
                    "Is the container the one the key belongs to, with its iCloud. prefix?",
                    "Is the private key the other half of the public key that was registered?",
                ]
                .map(String::from),
            );
            list.extend(refusal.public_key.as_ref().map(|public| {
                format!(
                    "The public key of the private key in use is below; CloudKit Console must show the same one for this key id:\n{}",
                    public.trim_end()
                )
            }));
            list
        }
        _ => of(&refusal.code, &refusal.reason)
            .map(|advice| advice.text)
            .into_iter()
            .collect(),
    }
}

/// An untrusted certificate almost always belongs to a proxy that inspects TLS traffic.
pub(super) fn on_certificate() -> Vec<String> {
    vec![
        "If a proxy or firewall inspects TLS traffic, set its CA certificate (PEM) as ca_file under [network] in skydeck.toml, or in SSL_CERT_FILE.".into(),
        "Otherwise this may be another server, or this machine's clock may be wrong: do not send anything to it.".into(),
    ]
}

/// Advice for a refusal.
pub(super) struct Advice {
    /// What to check.
    pub(super) text: String,
    /// Whether every operation like the refused one would be refused too.
    pub(super) concerns_all: bool,
}

/// Looks up the advice for a refusal by its code and reason. This is the only such table.
pub(super) fn of(code: &Code, reason: &str) -> Option<Advice> {
    let all = |text: &str| {
        Some(Advice {
            text: text.to_owned(),
            concerns_all: true,
        })
    };
    let one = |text: String| {
        Some(Advice {
            text,
            concerns_all: false,
        })
    };
    let says = |words: &str| reason.contains(words);
    let quoted = reason.split('\'').nth(1).unwrap_or_default();
    match code {
        Code::AuthenticationFailed => all("Run skydeck doctor: it checks key, environment and clock."),
        Code::AuthenticationRequired => {
            all("This call needs a signed-in user; a server-to-server key reaches the public database only.")
        }
        Code::AccessDenied => all(GRANTS),
        Code::LimitExceeded => one("The request is larger than the service accepts.".into()),
        Code::QuotaExceeded => all("The container's storage is full, or the request is too large."),
        Code::AtomicError => {
            all("Another operation of the same request was refused; its own message says why.")
        }
        Code::Other(word) if word == "INVALID_ARGUMENTS" => all(UNREADABLE),
        _ if says("production schema") => all(
            "Production accepts only the record types and fields in its schema: deploy the schema (CloudKit Console, Deploy Schema Changes).",
        ),
        _ if says("Unexpected input") => all(UNREADABLE),
        _ if says("Did not find record type") => all(
            "The record type is not in this environment's schema; deploy the schema, or check [type.…] in skydeck.toml.",
        ),
        _ if says("Did not find field") || says("not found in") => all(
            "The field is not in this environment's schema; add it there, or remove it from skydeck.toml.",
        ),
        _ if says("expected type") => {
            all("The field's type in the schema differs from its type in skydeck.toml.")
        }
        _ if says("is not marked queryable") => one(format!(
            "Add a QUERYABLE index on {quoted} to the record type (CloudKit Console, Schema, Indexes), and deploy it to production."
        )),
        _ if says("is not marked sortable") => one(format!(
            "Add a SORTABLE index on {quoted} to the record type (CloudKit Console, Schema, Indexes)."
        )),
        _ => None,
    }
}
