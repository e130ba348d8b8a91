//! Sending one operation to a model of CloudKit that loses answers and has other writers.

#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use skydeck::record::plan::{Goal, Operation, Verb};
use skydeck::record::settle::{Next, Policy, next};
use skydeck::record::{FieldType, Fields, Kind, OwnedField, Record, Shape, Value};

/// Fields are single letters with small numbers; `a` and `b` are ours, `z` is foreign.
type Model = BTreeMap<&'static str, i64>;

#[derive(Default)]
struct Cloud {
    record: Option<(Model, u32)>,
    saves: u32,
}

impl Cloud {
    fn save(&mut self, fields: Model) {
        self.saves += 1;
        self.record = Some((fields, self.saves));
    }

    fn lookup(&self) -> Option<Record> {
        let (fields, tag) = self.record.as_ref()?;
        Some(Record {
            tag: Some(tag.to_string()),
            ..Record::local("Thing", "it", values(fields))
        })
    }

    /// The protocol sheet's table of operation types; `false` where the operation is refused.
    fn modify(&mut self, operation: &Operation) -> bool {
        let sent = operation.sent();
        let tag = self.record.as_ref().map(|(_, tag)| tag.to_string());
        match operation.verb {
            Verb::Create if self.record.is_none() => self.save(merged(Model::new(), &sent)),
            Verb::Update if tag.is_some() && tag.as_deref() == operation.tag() => {
                let (fields, _) = self.record.clone().unwrap();
                self.save(merged(fields, &sent));
            }
            Verb::Delete if tag.is_some() && tag.as_deref() == operation.tag() => self.record = None,
            _ => return false,
        }
        true
    }
}

fn values(fields: &Model) -> Fields {
    fields
        .iter()
        .map(|(name, number)| ((*name).to_owned(), Value::Int64(*number)))
        .collect()
}

fn merged(mut fields: Model, sent: &Goal) -> Model {
    for (name, value) in sent {
        let name = ["a", "b", "z"].into_iter().find(|known| known == name).unwrap();
        match value {
            Some(Value::Int64(number)) => fields.insert(name, *number),
            _ => fields.remove(name),
        };
    }
    fields
}

fn shape() -> Shape {
    let field = |name: &str| OwnedField {
        name: name.into(),
        field_type: FieldType::One(Kind::Int64),
        target: None,
    };
    Shape {
        record_type: "Thing".into(),
        fields: vec![field("a"), field("b")],
    }
}

fn fields(names: &'static [&'static str]) -> impl Strategy<Value = Model> {
    prop::collection::btree_map(prop::sample::select(names), 0..3i64, 0..3)
}

#[derive(Debug, Clone)]
enum Foreign {
    Save(Model),
    Delete,
}

fn foreign() -> impl Strategy<Value = Option<Foreign>> {
    prop_oneof![
        3 => Just(None),
        2 => fields(&["a", "b", "z"]).prop_map(|fields| Some(Foreign::Save(fields))),
        1 => Just(Some(Foreign::Delete)),
    ]
}

/// What happens around one attempt: another writer first, then the answer (or the request itself) is lost or not.
#[derive(Debug, Clone)]
struct Attempt {
    foreign: Option<Foreign>,
    request_lost: bool,
    answer_lost: bool,
}

fn attempts() -> impl Strategy<Value = Vec<Attempt>> {
    let attempt =
        (foreign(), any::<bool>(), any::<bool>()).prop_map(|(foreign, request_lost, answer_lost)| Attempt {
            foreign,
            request_lost,
            answer_lost,
        });
    prop::collection::vec(attempt, 0..6)
}

fn planned(local: Option<&Model>, cloud: Option<Record>) -> Option<Operation> {
    match (local, cloud) {
        (Some(local), None) => Some(Operation::create(
            &shape(),
            Record::local("Thing", "it", values(local)),
        )),
        (Some(local), Some(cloud)) => Some(Operation::update(&shape(), values(local), cloud)),
        (None, Some(cloud)) => Some(Operation::delete(cloud)),
        (None, None) => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn every_operation_ends_and_nothing_foreign_is_lost_unseen(
        local in prop::option::of(fields(&["a", "b"])),
        start in prop::option::of(fields(&["a", "b", "z"])),
        attempts in attempts(),
        files_win in any::<bool>(),
    ) {
        let policy = if files_win { Policy::FilesWin } else { Policy::TheyWin };
        let mut cloud = Cloud::default();
        if let Some(start) = &start {
            cloud.save(start.clone());
        }
        let Some(mut operation) = planned(local.as_ref(), cloud.lookup()) else { return Ok(()) };
        // Owned values that another writer put there since the plan, and those that the report was told of.
        let mut reported: Vec<(String, i64)> = Vec::new();
        let calm = Attempt { foreign: None, request_lost: false, answer_lost: false };
        let mut ended = false;
        for attempt in attempts.into_iter().chain([calm.clone(), calm]) {
            match attempt.foreign {
                Some(Foreign::Save(fields)) => cloud.save(fields),
                Some(Foreign::Delete) => cloud.record = None,
                None => {}
            }
            let held = cloud.record.clone();
            let sent = operation.sent();
            let done = !attempt.request_lost && cloud.modify(&operation);
            if done && let Some((held, _)) = &held {
                for (name, number) in held {
                    let ours = sent.contains_key(*name) || operation.verb == Verb::Delete;
                    let reviewed = operation.before.as_ref().and_then(|b| b.fields.get(*name)) == Some(&Value::Int64(*number));
                    let seen = reviewed || reported.contains(&((*name).to_owned(), *number));
                    prop_assert!(!ours || seen, "{name}={number} was overwritten unseen");
                    prop_assert!(ours || cloud.record.as_ref().unwrap().0.get(name) == Some(number), "foreign {name} lost");
                }
            }
            if done && !attempt.answer_lost {
                ended = true;
                break;
            }
            match next(&operation, cloud.lookup(), policy) {
                Next::Met { .. } => {
                    let met = match (&local, &cloud.record) {
                        (None, None) => true,
                        (Some(local), Some((now, _))) => ["a", "b"].iter().all(|f| now.get(f) == local.get(f)),
                        _ => false,
                    };
                    prop_assert!(met, "called met, and is not");
                    ended = true;
                    break;
                }
                Next::Send { operation: again, overwrites } => {
                    prop_assert!(policy == Policy::FilesWin || overwrites.is_empty());
                    for change in overwrites {
                        if let Some(Value::Int64(number)) = change.cloud {
                            reported.push((change.field, number));
                        }
                    }
                    operation = *again;
                }
                Next::Conflict { now, .. } => {
                    prop_assert_eq!(now, cloud.lookup());
                    ended = true;
                    break;
                }
                Next::NameTaken { .. } => prop_assert!(false, "there is one type only"),
            }
        }
        prop_assert!(ended, "an operation was left standing");
    }
}

#[test]
fn a_name_of_another_type_is_never_written() {
    let operation = Operation::create(&shape(), Record::local("Team", "it", Fields::new()));
    let now = Record::local("Stadium", "it", Fields::new());
    assert_eq!(
        next(&operation, Some(now), Policy::FilesWin),
        Next::NameTaken { by: "Stadium".into() }
    );
}
