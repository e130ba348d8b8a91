//! The names of a type, and single records: `list`, `get`, `update`, `delete`.

use serde_json::{Value as Json, json};

use super::body;
use super::source::Sources;
use super::written::{Intent, write};
use crate::cli::args::{Delete, List, One, Update};
use crate::cli::desk::Desk;
use crate::cli::exit;
use crate::cli::output::{change, document, line, shown};
use crate::cloudkit::wire;
use crate::config::TypeConfig;
use crate::record::compare::changes;
use crate::record::plan::Goal;
use crate::record::{Stamp, Value, text};
use crate::sync::{self, Found, JobError, find, review_delete, review_update};

/// Lists record names, or counts them.
pub async fn list(desk: &Desk, list: &List) -> Result<u8, JobError> {
    let type_config = desk.session.type_named(&list.record_type)?.clone();
    let names = desk.watch(sync::names(&desk.session, type_config)).await?;
    if desk.json {
        let mut body = json!({ "type": list.record_type, "count": names.len() });
        if let Some(members) = body.as_object_mut().filter(|_| !list.count) {
            members.insert("records".into(), json!(names));
        }
        document("list", body);
    } else if list.count {
        line(&names.len().to_string());
    } else {
        for name in &names {
            line(name);
        }
    }
    Ok(exit::DONE)
}

/// Shows one record, and how the files' differs.
pub async fn get(desk: &Desk, one: &One) -> Result<u8, JobError> {
    let type_config = desk.session.type_named(&one.record_type)?.clone();
    let found = desk
        .watch(find(&desk.session, &one.record_type, &one.name))
        .await?;
    if desk.json {
        let differs: Vec<Json> = differences(&type_config, &found)
            .iter()
            .map(body::change)
            .collect();
        let body = json!({
            "record": wire::record(&found.cloud),
            "inFiles": found.local.is_some(),
            "differs": differs,
        });
        document("get", body);
    } else {
        print(&type_config, &found);
    }
    Ok(exit::DONE)
}

fn differences(type_config: &TypeConfig, found: &Found) -> Vec<crate::record::compare::FieldChange> {
    let local = found.local.as_ref();
    local.map_or_else(Vec::new, |local| {
        changes(&type_config.shape(), &local.fields, &found.cloud.fields)
    })
}

fn print(type_config: &TypeConfig, found: &Found) {
    let record = &found.cloud;
    let shape = type_config.shape();
    line(&format!("{} {}", record.record_type, record.name));
    let width = record
        .fields
        .keys()
        .map(|name| name.chars().count())
        .max()
        .unwrap_or(0)
        .max(8);
    for (name, value) in &record.fields {
        let kind = value
            .field_type()
            .map_or_else(|| "unknown".to_owned(), |kind| kind.to_string());
        let foreign = if shape.field(name).is_some() {
            ""
        } else {
            "  (not in skydeck.toml)"
        };
        line(&format!(
            "  {name:<width$}  {kind:<14} {}{foreign}",
            printed(value)
        ));
    }
    let stamps = [("created", &record.created), ("modified", &record.modified)];
    for (word, stamp) in stamps {
        if let Some(stamp) = stamp {
            line(&format!("  {word:<width$}  {}", stamped(stamp)));
        }
    }
    line(&format!(
        "  {:<width$}  {}",
        "tag",
        record.tag.as_deref().unwrap_or("none")
    ));
    let differs = differences(type_config, found);
    line(match (&found.local, differs.is_empty()) {
        (None, _) => "Not in the files.",
        (Some(_), true) => "The same in the files.",
        (Some(_), false) => "Different in the files:",
    });
    for one in &differs {
        line(&format!("  {}", change(one)));
    }
}

/// The value as `update` takes it, whole.
fn printed(value: &Value) -> String {
    let typed = value
        .field_type()
        .and_then(|field_type| text::argument(field_type, value));
    typed.unwrap_or_else(|| shown(Some(value)))
}

fn stamped(stamp: &Stamp) -> String {
    let time = jiff::Timestamp::from_millisecond(stamp.timestamp).unwrap_or_default();
    let user = stamp.user.as_ref().map(|user| format!(" by {user}"));
    format!("{time}{}", user.unwrap_or_default())
}

/// Changes fields of one record.
pub async fn update(desk: &Desk, update: &Update) -> Result<u8, JobError> {
    let One { record_type, name } = &update.record;
    let goal = goal(desk, desk.session.type_named(record_type)?, update).await?;
    let reviewed = desk
        .watch(review_update(&desk.session, record_type, name, goal))
        .await?;
    let intent = Intent {
        command: "update",
        listed: false,
        dry_run: false,
        writes_agreed: update.yes || (update.writes_agreed && !desk.is_production()),
        deletions_agreed: update.yes,
        flag: "--yes",
    };
    if reviewed.plan().operations.is_empty() && !desk.json {
        line(&format!("{record_type} {name} has these values already."));
        return Ok(exit::DONE);
    }
    write(desk, reviewed, &intent).await
}

async fn goal(desk: &Desk, type_config: &TypeConfig, update: &Update) -> Result<Goal, JobError> {
    let shape = type_config.shape();
    let unknown = |field: &str| {
        let valid = shape.fields.iter().map(|field| field.name.clone());
        JobError::UnknownField {
            field: field.to_owned(),
            record_type: type_config.name.clone(),
            valid: valid.collect(),
        }
    };
    let mut goal = Goal::new();
    let mut sources = Sources::default();
    for pair in &update.fields {
        let (field, typed) = pair
            .split_once('=')
            .ok_or_else(|| JobError::Usage(format!("'{pair}' is no FIELD=VALUE")))?;
        let owned = shape.field(field).ok_or_else(|| unknown(field))?;
        let typed = sources.text(desk, field, typed).await?;
        let value = text::parse(owned.field_type, &typed)
            .map_err(|error| JobError::Usage(format!("{field}: {error}")))?;
        if goal.insert(field.to_owned(), value).is_some() {
            return Err(JobError::Usage(format!("{field} is given twice")));
        }
    }
    for field in &update.clear {
        shape.field(field).ok_or_else(|| unknown(field))?;
        if goal.insert(field.clone(), None).is_some() {
            return Err(JobError::Usage(format!("{field} is given twice")));
        }
    }
    if goal.is_empty() {
        return Err(JobError::Usage(
            "nothing to change: name at least one FIELD=VALUE".into(),
        ));
    }
    Ok(goal)
}

/// Deletes one record.
pub async fn delete(desk: &Desk, delete: &Delete) -> Result<u8, JobError> {
    let One { record_type, name } = &delete.record;
    let reviewed = desk
        .watch(review_delete(&desk.session, record_type, name))
        .await?;
    let intent = Intent {
        command: "delete",
        listed: false,
        dry_run: false,
        writes_agreed: delete.force,
        deletions_agreed: delete.force,
        flag: "--force",
    };
    write(desk, reviewed, &intent).await
}
