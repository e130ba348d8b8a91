//! What to check, from what users of the service reported.

use super::{Code, ItemError, Refusal};

/// A key acts in the role `_icloud` (protocol notes, 1.1); that some containers want both is what a few users report.
const GRANTS: &str = "Grant the operation to _icloud in the schema (CloudKit Console, Schema, Security Roles); some containers want _creator as well.";

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
                    "The public key that belongs to the private key in use; CloudKit Console must show the same for this key id:\n{}",
                    public.trim_end()
                )
            }));
            list
        }
        Code::AuthenticationRequired => {
            vec![
                "This call needs a signed-in user; a server-to-server key reaches the public database only."
                    .into(),
            ]
        }
        Code::AccessDenied => vec![GRANTS.into()],
        Code::LimitExceeded => vec!["The request holds more than the service takes at once.".into()],
        Code::QuotaExceeded => vec!["The container's storage is full, or the request is too large.".into()],
        _ => schema_advice(&refusal.reason).into_iter().collect(),
    }
}

/// A certificate that is not trusted is almost always that of a proxy which opens the encryption.
pub(super) fn on_certificate() -> Vec<String> {
    vec![
        "Where a proxy or firewall opens the encryption, name its CA certificate (PEM): ca_file under [network] in skydeck.toml, or SSL_CERT_FILE.".into(),
        "Else it may be another server, or the clock of this machine is wrong: send nothing there.".into(),
    ]
}

pub(super) fn on_item(error: &ItemError) -> Option<String> {
    match error.code {
        Code::AccessDenied => Some(GRANTS.into()),
        _ => schema_advice(&error.reason),
    }
}

fn schema_advice(reason: &str) -> Option<String> {
    let quoted = reason.split('\'').nth(1).unwrap_or_default();
    if reason.contains("is not marked queryable") {
        Some(format!(
            "Add a QUERYABLE index on {quoted} to the record type (CloudKit Console, Schema, Indexes), and deploy it to production."
        ))
    } else if reason.contains("is not marked sortable") {
        Some(format!(
            "Add a SORTABLE index on {quoted} to the record type (CloudKit Console, Schema, Indexes)."
        ))
    } else if reason.contains("Did not find record type") {
        Some("The record type is not in this environment's schema; deploy the schema, or check [type.…] in skydeck.toml.".into())
    } else if reason.contains("Did not find field") || reason.contains("not found in") {
        Some(
            "The field is not in this environment's schema; add it there, or take it out of skydeck.toml."
                .into(),
        )
    } else if reason.contains("expected type") {
        Some("The schema has another type for this field than skydeck.toml.".into())
    } else {
        None
    }
}
