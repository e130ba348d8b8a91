//! `zones/list`, `zones/lookup`, `users/caller`: what a public database has to say about zones and callers.

use serde_json::json;

use super::app::{App, Ask};
use super::fail::Failure;
use super::record::zone_id;
use super::schema::Actor;
use super::wire;

fn default_zone() -> String {
    format!(r#"{{"zoneID":{},"atomic":false}}"#, zone_id())
}

/// Answers `zones/list`: the default zone, the only one there is.
pub(super) fn list() -> String {
    format!(r#"{{"zones":[{}]}}"#, default_zone())
}

/// Answers `zones/lookup`. Zone ids may stand in the array directly or inside `zoneID`.
pub(super) fn lookup(ask: &Ask<'_>) -> Result<String, Failure> {
    let request = wire::parse(ask.body)?;
    wire::warn_unknown("zones/lookup", &request, &["zones"]);
    let mut out = Vec::new();
    for entry in wire::batch(&request, "zones")? {
        let entry = wire::object(entry)?;
        let id = wire::member(entry, "zoneID").map_or(Ok(entry), wire::object)?;
        out.push(match wire::string(id, "zoneName")? {
            None => return Err(Failure::missing("zoneName")),
            Some("_defaultZone") => default_zone(),
            Some(name) => {
                let failure = wire::zone_not_found(name);
                let zone = json!({"zoneName": name});
                json!({"zoneID": zone, "serverErrorCode": failure.code, "reason": failure.reason}).to_string()
            }
        });
    }
    Ok(format!(r#"{{"zones":[{}]}}"#, out.join(",")))
}

/// Answers `users/caller` and `users/current`: the identity of the key.
pub(super) fn caller(app: &App, ask: &Ask<'_>) -> Result<String, Failure> {
    match ask.caller.actor {
        Actor::Key => Ok(json!({"userRecordName": ask.caller.user}).to_string()),
        Actor::World => Err(user_needed(app)),
    }
}

/// 421: an API token alone is nobody.
pub(super) fn user_needed(app: &App) -> Failure {
    let mut failure = Failure::new(421, "AUTHENTICATION_REQUIRED", "request needs authorization");
    failure.redirect = Some(app.addresses.sign_in());
    failure
}
