//! One operation on one record: change tags, grants, the schema, references.

use serde_json::{Map, Value};

use super::app::App;
use super::auth::Caller;
use super::db::Database;
use super::fail::Failure;
use super::fields::{each_mut, fit, is, links, links_of, stored};
use super::modify::{Action, Operation};
use super::options::Environment;
use super::record::parse_fields;
use super::rows::Row;
use super::schema::{Kind, Permission, Schema, TypeSchema};
use super::uploads;
use super::value::{Reading, record_name_fault};

/// The most records that go with one target when it is deleted.
const SOURCES_AT_MOST: i64 = 750;

/// What an operation did.
pub(super) enum Outcome {
    Saved(Row),
    Deleted,
}

/// Writes on behalf of somebody.
pub(super) struct Writer<'a> {
    schema: &'a Schema,
    environment: Environment,
    caller: &'a Caller,
    person: i64,
    /// `EXISTS` instead of `CONFLICT`.
    exists_code: bool,
    reading: Reading,
    /// Asks nobody for permission.
    privileged: bool,
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        app: &'a App,
        environment: Environment,
        caller: &'a Caller,
        db: &mut Database,
    ) -> Result<Self, Failure> {
        let person = db.person(&caller.user)?;
        let reading = Reading::default();
        Ok(Self {
            schema: &app.schema,
            environment,
            caller,
            person,
            exists_code: false,
            reading,
            privileged: false,
        })
    }

    pub(super) fn with(self, exists_code: bool, reading: Reading) -> Self {
        Self {
            exists_code,
            reading,
            ..self
        }
    }

    /// A writer to whom grants do not apply.
    pub(super) fn privileged(self) -> Self {
        Self {
            privileged: true,
            ..self
        }
    }

    /// Carries out one operation, all of it or nothing.
    pub(super) fn apply(&self, db: &mut Database, operation: &Operation) -> Result<Outcome, Failure> {
        let name = operation
            .name
            .as_deref()
            .ok_or_else(|| Failure::missing("recordName"))?;
        if let Some(fault) = record_name_fault(name) {
            return Err(Failure::bad(fault));
        }
        let Some(row) = db.find(self.environment, name)? else {
            return match operation.action {
                Action::Create if operation.tag.is_none() => self.create(db, operation, name),
                Action::ForceUpdate | Action::ForceReplace => self.create(db, operation, name),
                _ if operation.tag.is_some() => Err(Failure::not_found(
                    "recordChangeTag specified, but record not found",
                )),
                _ => Err(Failure::not_found("Record not found")),
            };
        };
        let own = row.created_by == self.person;
        if operation.action == Action::Create {
            let code = if self.exists_code { "EXISTS" } else { "CONFLICT" };
            return Err(Failure::new(409, code, "record to insert already exists"));
        }
        let type_name = db.kind_name(row.kind).to_owned();
        let schema = self.permitted(&type_name, Permission::Write, own)?;
        if !operation.action.forced() {
            match &operation.tag {
                None => return Err(Failure::missing("recordChangeTag")),
                Some(tag) if *tag != row.tag => {
                    return Err(Failure::conflict("client oplock error updating record"));
                }
                Some(_) => {}
            }
        }
        if operation.action.deletes() {
            return self.delete(db, &row);
        }
        if operation
            .record_type
            .as_ref()
            .is_some_and(|wanted| *wanted != type_name)
        {
            return Err(Failure::bad(format!(
                "record is of type {type_name}, which cannot change"
            )));
        }
        self.change(db, operation, &row, (&type_name, schema))
    }

    fn permitted(
        &self,
        type_name: &str,
        permission: Permission,
        own: bool,
    ) -> Result<&'a TypeSchema, Failure> {
        let schema = self.schema.types.get(type_name);
        let schema =
            schema.ok_or_else(|| Failure::not_found(format!("Did not find record type: {type_name}")))?;
        if self.privileged || schema.allows(self.caller.actor, permission, own) {
            Ok(schema)
        } else {
            Err(Failure::denied(permission.word()))
        }
    }

    fn create(&self, db: &mut Database, operation: &Operation, name: &str) -> Result<Outcome, Failure> {
        let type_name = operation
            .record_type
            .as_deref()
            .ok_or_else(|| Failure::missing("recordType"))?;
        let schema = self.permitted(type_name, Permission::Create, true)?;
        let fields = self.merge(db, operation, (type_name, schema), name, Map::new())?;
        let links = links(&fields);
        let now = db.clock.now_ms();
        let mut row = Row {
            id: 0,
            kind: db.kind_or_new(self.environment, type_name)?,
            name: name.to_owned(),
            tag: db.next_tag(),
            created: now,
            created_by: self.person,
            modified: now,
            modified_by: self.person,
            fields: stored(fields)?,
        };
        row.id = db.insert(self.environment, &row)?;
        if !links.is_empty() {
            db.set_links(self.environment, row.id, &links)?;
        }
        Ok(Outcome::Saved(row))
    }

    fn change(
        &self,
        db: &mut Database,
        operation: &Operation,
        before: &Row,
        schema: (&str, &TypeSchema),
    ) -> Result<Outcome, Failure> {
        let base = if operation.action.replaces() {
            Map::new()
        } else {
            parse_fields(before)
        };
        let fields = self.merge(db, operation, schema, &before.name, base)?;
        let links = links(&fields);
        let row = Row {
            tag: db.next_tag(),
            modified: db.clock.now_ms(),
            modified_by: self.person,
            fields: stored(fields)?,
            ..before.clone()
        };
        db.update(self.environment, before, &row)?;
        db.set_links(self.environment, row.id, &links)?;
        Ok(Outcome::Saved(row))
    }

    /// The fields of `base` with those of the operation over them, each in stored form.
    fn merge(
        &self,
        db: &Database,
        operation: &Operation,
        (type_name, schema): (&str, &TypeSchema),
        name: &str,
        mut base: Map<String, Value>,
    ) -> Result<Map<String, Value>, Failure> {
        for (field, incoming) in &operation.fields {
            let Some(mut member) = fit(type_name, schema, field, incoming, self.reading)? else {
                base.remove(field);
                continue;
            };
            if is(&member, Kind::Asset) {
                let place = uploads::Place {
                    kind: type_name,
                    name,
                    field,
                };
                each_mut(&mut member, &mut |value| {
                    uploads::redeem(db, self.environment, &place, value)
                })?;
            } else if is(&member, Kind::Reference) {
                self.check_targets(db, name, field, &member)?;
            }
            base.insert(field.clone(), member);
        }
        Ok(base)
    }

    fn check_targets(&self, db: &Database, name: &str, field: &str, member: &Value) -> Result<(), Failure> {
        for link in links_of(field, member) {
            if link.action == "VALIDATE"
                && link.target != name
                && !db.exists(self.environment, &link.target)?
            {
                let reason = format!(
                    "Record save would violate validating reference, rejecting update: Field={field}, recordID={}",
                    link.target
                );
                return Err(Failure::new(412, "VALIDATING_REFERENCE_ERROR", reason));
            }
            let full = link.action == "DELETE_SELF"
                && db.count_sources(self.environment, &link.target, &link.action, name)? >= SOURCES_AT_MOST;
            if full {
                let target = link.target;
                return Err(Failure::bad(format!(
                    "more than {SOURCES_AT_MOST} DELETE_SELF references to record '{target}'"
                )));
            }
        }
        Ok(())
    }

    /// Deletes a record and, at once, those that go with it. One that another record validates stays.
    fn delete(&self, db: &Database, row: &Row) -> Result<Outcome, Failure> {
        if let Some((source, field)) = db.sources(self.environment, &row.name, "VALIDATE")?.first() {
            let reason = format!(
                "Record delete would violate validating reference, rejecting update: Field={field}, recordID={source}"
            );
            return Err(Failure::new(412, "VALIDATING_REFERENCE_ERROR", reason));
        }
        db.delete(self.environment, row)?;
        let mut gone = vec![row.name.clone()];
        while let Some(target) = gone.pop() {
            for (source, _) in db.sources(self.environment, &target, "DELETE_SELF")? {
                let held = !db.sources(self.environment, &source, "VALIDATE")?.is_empty();
                if let (false, Some(row)) = (held, db.find(self.environment, &source)?) {
                    db.delete(self.environment, &row)?;
                    gone.push(source);
                }
            }
        }
        Ok(Outcome::Deleted)
    }
}
