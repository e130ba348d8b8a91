//! `records/lookup`: by name, never behind the writes.

use serde_json::{Map, Value};

use super::app::{App, Ask};
use super::fail::Failure;
use super::modify::injected;
use super::record::{View, records_body};
use super::schema::Permission;
use super::wire;

/// Answers `records/lookup`.
pub(super) fn answer(app: &App, ask: &Ask<'_>) -> Result<String, Failure> {
    let request = wire::parse(ask.body)?;
    wire::warn_unknown(
        "records/lookup",
        &request,
        &["records", "zoneID", "desiredKeys", "numbersAsStrings"],
    );
    let entries = entries(&request)?;
    let numbers_as_strings = wire::boolean(&request, "numbersAsStrings")?.unwrap_or(false);
    let all = wire::desired(&request)?;
    wire::default_zone(&request)?;

    let state = app.state();
    let mut items = Vec::with_capacity(entries.len());
    for (n, entry) in entries.iter().enumerate() {
        let entry = wire::object(entry)?;
        let name = wire::string(entry, "recordName")?.ok_or_else(|| Failure::missing("recordName"))?;
        let desired = wire::desired(entry)?.or_else(|| all.clone());
        if let Some(fault) = ask.verdict.item(n, name) {
            items.push(injected(fault).item(Some(name)));
            continue;
        }
        let Some(row) = state.db.find(ask.environment, name)? else {
            items.push(Failure::not_found("Record not found").item(Some(name)));
            continue;
        };
        let own = state.db.person_name(row.created_by) == ask.caller.user;
        let schema = app.schema.types.get(state.db.kind_name(row.kind));
        if schema.is_some_and(|s| s.allows(ask.caller.actor, Permission::Read, own)) {
            let drop_types = ask.verdict.effect.drop_types;
            let view = View {
                desired,
                numbers_as_strings,
                drop_types,
                addresses: &app.addresses,
            };
            items.push(view.text(&state.db, &row));
        } else {
            items.push(Failure::denied(Permission::Read.word()).item(Some(name)));
        }
    }
    drop(state);
    ask.shuffle(&mut items);
    Ok(records_body(&items, None))
}

/// The names asked for: an array of objects, or a single one.
fn entries(request: &Map<String, Value>) -> Result<&[Value], Failure> {
    match wire::member(request, "records") {
        Some(single @ Value::Object(_)) => Ok(std::slice::from_ref(single)),
        _ => wire::batch(request, "records"),
    }
}
