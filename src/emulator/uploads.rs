//! Assets on their way in: upload tokens, the bytes, the receipts that a record is then saved with.

use rusqlite::{OptionalExtension, params};
use serde_json::{Map, Value, json};

use super::app::{App, Ask};
use super::assets::checksum;
use super::db::Database;
use super::fail::Failure;
use super::options::Environment;
use super::schema::{Kind, Permission};
use super::value::{fresh_name, record_name_fault};
use super::wire;

/// The largest file.
pub(super) const FILE_AT_MOST: usize = 50 << 20;

/// The field of a record that an asset is meant for.
pub(super) struct Place<'a> {
    pub(super) kind: &'a str,
    pub(super) name: &'a str,
    pub(super) field: &'a str,
}

fn opaque() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

/// Answers `assets/upload`: an address for each token.
pub(super) fn answer(app: &App, ask: &Ask<'_>) -> Result<String, Failure> {
    let request = wire::parse(ask.body)?;
    wire::warn_unknown("assets/upload", &request, &["tokens", "zoneID"]);
    let entries = wire::batch(&request, "tokens")?;
    wire::default_zone(&request)?;
    let tokens = entries
        .iter()
        .map(|e| token(app, ask, e))
        .collect::<Result<Vec<_>, _>>()?;
    let expires = app.addresses.expiry();
    let out = app.state().db.transaction(|db| {
        db.conn
            .prepare_cached("DELETE FROM upload WHERE expires < ?1")?
            .execute([db.clock.now_ms() - 86_400_000])?;
        let mut out = Vec::with_capacity(tokens.len());
        for (kind, name, field) in tokens {
            let token = opaque();
            db.conn
                .prepare_cached("INSERT INTO upload VALUES(?1, ?2, ?3, ?4, ?5, ?6)")?
                .execute(params![
                    token,
                    ask.environment.scope(),
                    kind,
                    name,
                    field,
                    expires
                ])?;
            out.push(json!({"recordName": name, "fieldName": field, "url": app.addresses.upload(&token)}));
        }
        Ok::<_, Failure>(out)
    })?;
    Ok(json!({"tokens": out}).to_string())
}

/// Type, record and field of one token.
fn token(app: &App, ask: &Ask<'_>, entry: &Value) -> Result<(String, String, String), Failure> {
    let entry = wire::object(entry)?;
    wire::warn_unknown("token", entry, &["recordType", "recordName", "fieldName"]);
    let kind = wire::string(entry, "recordType")?.ok_or_else(|| Failure::missing("recordType"))?;
    let field = wire::string(entry, "fieldName")?.ok_or_else(|| Failure::missing("fieldName"))?;
    let schema = app.schema.types.get(kind);
    let schema = schema.ok_or_else(|| Failure::not_found(format!("Did not find record type: {kind}")))?;
    match schema.fields.get(field) {
        None => {
            return Err(Failure::bad(format!(
                "Did not find field: '{field}' in type: '{kind}'"
            )));
        }
        Some(found) if found.kind.kind != Kind::Asset => {
            return Err(Failure::bad(super::value::mismatch(found.kind, &Value::Null)));
        }
        Some(_) => {}
    }
    let allowed = |permission| schema.allows(ask.caller.actor, permission, true);
    if !allowed(Permission::Create) && !allowed(Permission::Write) {
        return Err(Failure::denied(Permission::Create.word()));
    }
    let name = wire::string(entry, "recordName")?.map_or_else(fresh_name, str::to_owned);
    if let Some(fault) = record_name_fault(&name) {
        return Err(Failure::bad(fault));
    }
    Ok((kind.to_owned(), name, field.to_owned()))
}

/// A file is larger than [`FILE_AT_MOST`].
pub(super) fn too_large() -> Failure {
    let reason = format!("asset is larger than {FILE_AT_MOST} bytes");
    Failure::new(413, "QUOTA_EXCEEDED", reason)
}

/// Takes the bytes of an asset and answers with its receipt.
pub(super) fn put(app: &App, token: &str, bytes: &[u8]) -> Result<String, Failure> {
    let (checksum, receipt) = (checksum(bytes), opaque());
    app.state().db.transaction(|db| {
        let sql = "SELECT expires FROM upload WHERE token = ?1";
        let expires: Option<i64> = db
            .conn
            .prepare_cached(sql)?
            .query_row([token], |r| r.get(0))
            .optional()?;
        match expires {
            None => return Err(Failure::not_found("upload address was not made here")),
            Some(at) if db.clock.now_ms() >= at => {
                return Err(Failure::new(410, "NOT_FOUND", "upload address has expired"));
            }
            Some(_) => {}
        }
        db.conn
            .prepare_cached("INSERT OR IGNORE INTO blob VALUES(?1, ?2)")?
            .execute(params![checksum, bytes])?;
        let sql =
            "INSERT INTO receipt SELECT ?2, scope, kind, name, field, ?3, ?4 FROM upload WHERE token = ?1";
        let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        db.conn
            .prepare_cached(sql)?
            .execute(params![token, receipt, checksum, size])?;
        Ok(())
    })?;
    let file = json!({"fileChecksum": checksum, "size": bytes.len(), "receipt": receipt});
    Ok(json!({"singleFile": file}).to_string())
}

/// Turns an asset with its receipt into what is stored of it. A receipt is good for the field it was made for, as often
/// as it is sent: a client that lost an answer sends it again.
pub(super) fn redeem(
    db: &Database,
    environment: Environment,
    place: &Place<'_>,
    asset: &mut Value,
) -> Result<(), Failure> {
    let refused = || Failure::bad("bad upload receipt (did_not_validate)");
    let receipt = asset.get("receipt").and_then(Value::as_str).ok_or_else(refused)?;
    let found: Option<(String, i64)> = db
        .conn
        .prepare_cached(
            "SELECT checksum, size FROM receipt WHERE receipt = ?1 AND scope = ?2 \
             AND (kind = '' OR (kind = ?3 AND name = ?4 AND field = ?5))",
        )?
        .query_row(
            params![receipt, environment.scope(), place.kind, place.name, place.field],
            |r| Ok((r.get(0)?, r.get(1)?)),
        )
        .optional()?;
    let (checksum, size) = found.ok_or_else(refused)?;
    let says = asset.get("fileChecksum").and_then(Value::as_str);
    if says.is_some_and(|says| says != checksum)
        || asset.get("size").is_some_and(|s| s.as_i64() != Some(size))
    {
        return Err(refused());
    }
    *asset = json!({"fileChecksum": checksum, "size": size});
    Ok(())
}

/// Answers `assets/rereference`: stored assets with a new receipt that is good for any field.
pub(super) fn rereference(app: &App, ask: &Ask<'_>) -> Result<String, Failure> {
    let request = wire::parse(ask.body)?;
    wire::warn_unknown("assets/rereference", &request, &["assets", "zoneID"]);
    let entries = wire::batch(&request, "assets")?;
    wire::default_zone(&request)?;
    let out = app.state().db.transaction(|db| {
        let mut out = Vec::new();
        for entry in entries {
            let entry = wire::object(entry)?;
            let name = wire::string(entry, "recordName")?.ok_or_else(|| Failure::missing("recordName"))?;
            let field = wire::string(entry, "fieldName")?.ok_or_else(|| Failure::missing("fieldName"))?;
            out.push(match stored_asset(app, ask, db, name, field) {
                Ok(asset) => Value::Object(reusable(db, ask.environment, asset)?),
                Err(failure) => {
                    json!({"recordName": name, "serverErrorCode": failure.code, "reason": failure.reason})
                }
            });
        }
        Ok::<_, Failure>(out)
    })?;
    Ok(json!({"assets": out}).to_string())
}

/// The single asset in a field of a record that the caller may read.
fn stored_asset(
    app: &App,
    ask: &Ask<'_>,
    db: &Database,
    name: &str,
    field: &str,
) -> Result<Map<String, Value>, Failure> {
    let row = db
        .find(ask.environment, name)?
        .ok_or_else(|| Failure::not_found("Record not found"))?;
    let own = db.person_name(row.created_by) == ask.caller.user;
    let schema = app.schema.types.get(db.kind_name(row.kind));
    if !schema.is_some_and(|s| s.allows(ask.caller.actor, Permission::Read, own)) {
        return Err(Failure::denied(Permission::Read.word()));
    }
    let fields = super::record::parse_fields(&row);
    let member = fields
        .get(field)
        .filter(|m| m.get("type").and_then(Value::as_str) == Some("ASSETID"));
    let asset = member.and_then(|m| m.get("value")).and_then(Value::as_object);
    asset
        .cloned()
        .ok_or_else(|| Failure::not_found(format!("no asset in field {field}")))
}

fn reusable(
    db: &Database,
    environment: Environment,
    mut asset: Map<String, Value>,
) -> Result<Map<String, Value>, Failure> {
    let receipt = opaque();
    let checksum = asset
        .get("fileChecksum")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let size = asset.get("size").and_then(Value::as_i64).unwrap_or_default();
    db.conn
        .prepare_cached("INSERT INTO receipt VALUES(?1, ?2, '', '', '', ?3, ?4)")?
        .execute(params![receipt, environment.scope(), checksum, size])?;
    asset.insert("receipt".into(), receipt.into());
    Ok(asset)
}
