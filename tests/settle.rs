//! Sending one operation to a model of CloudKit that loses answers and has other writers.

#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

use std::collections::{BTreeMap, HashMap};

use proptest::prelude::*;
use skydeck::record::plan::{Goal, Operation, Verb};
use skydeck::record::settle::{Delivery, Policy, Resolution, Resolver, Response};
use skydeck::record::{FieldType, Fields, Kind, OwnedField, Record, Shape, Stamp, Value};

/// Fields are single letters with small numbers; `a` and `b` are ours, `z` is foreign.
type Model = BTreeMap<&'static str, i64>;

/// The users of the stamps.
const OURS: &str = "_ours";
const THEIRS: &str = "_theirs";

#[derive(Default)]
struct Cloud {
    record: Option<(Model, u32)>,
    saves: u32,
    /// Who created the record, and who saved it last.
    stamps: [&'static str; 2],
}

impl Cloud {
    fn save(&mut self, fields: Model, user: &'static str) {
        self.saves += 1;
        let created = if self.record.is_some() {
            self.stamps[0]
        } else {
            user
        };
        self.stamps = [created, user];
        self.record = Some((fields, self.saves));
    }

    fn lookup(&self) -> Option<Record> {
        let (fields, tag) = self.record.as_ref()?;
        let stamp = |user: &str| {
            Some(Stamp {
                timestamp: 0,
                user: Some(user.to_owned()),
            })
        };
        Some(Record {
            tag: Some(tag.to_string()),
            created: stamp(self.stamps[0]),
            modified: stamp(self.stamps[1]),
            ..Record::local("Thing", "it", values(fields))
        })
    }

    /// The protocol sheet's table of operation types; `false` where the operation is refused.
    fn modify(&mut self, operation: &Operation) -> bool {
        let sent = operation.sent();
        let tag = self.record.as_ref().map(|(_, tag)| tag.to_string());
        match operation.verb {
            Verb::Create if self.record.is_none() => self.save(merged(Model::new(), &sent), OURS),
            Verb::Update if tag.is_some() && tag.as_deref() == operation.tag() => {
                let (fields, _) = self.record.clone().unwrap();
                self.save(merged(fields, &sent), OURS);
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
    let field = |name: &str| OwnedField::new(name, FieldType::One(Kind::Int64));
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

/// What happens around one attempt: another writer, the request, which may be lost, another writer again; and whether the
/// service's answer is replaced by words that have nothing to do with what happened.
#[derive(Debug, Clone)]
struct Attempt {
    foreign: Option<Foreign>,
    request_lost: bool,
    then: Option<Foreign>,
    replaced: Option<Response>,
}

fn words() -> impl Strategy<Value = Response> {
    let words = || String::from("words");
    prop_oneof![
        Just(Response::Lost(words())),
        Just(Response::Later(words())),
        Just(Response::Conflict(words())),
        Just(Response::NotFound(words())),
        Just(Response::Refused(words())),
    ]
}

fn attempts() -> impl Strategy<Value = Vec<Attempt>> {
    let drawn = (foreign(), any::<bool>(), foreign(), prop::option::of(words()));
    let attempt = drawn.prop_map(|(foreign, request_lost, then, replaced)| Attempt {
        foreign,
        request_lost,
        then,
        replaced,
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
        knows_itself in any::<bool>(),
    ) {
        let resolver = Resolver {
            policy: if files_win { Policy::FilesWin } else { Policy::TheyWin },
            own_user: knows_itself.then_some(OURS),
            earlier_tags: &HashMap::new(),
        };
        let mut cloud = Cloud::default();
        if let Some(start) = &start {
            cloud.save(start.clone(), THEIRS);
        }
        let Some(mut operation) = planned(local.as_ref(), cloud.lookup()) else { return Ok(()) };
        // Owned values that another writer put there since the plan, and those that the report was told of.
        let mut reported: Vec<(String, i64)> = Vec::new();
        // Whether anything of this operation was ever carried out, and whether all that was has been overwritten since.
        let (mut carried_out, mut by_others) = (false, false);
        let calm = Attempt { foreign: None, request_lost: false, then: None, replaced: None };
        let mut ended = false;
        for attempt in attempts.into_iter().chain([calm.clone(), calm]) {
            by_others |= attempt.foreign.is_some() || attempt.then.is_some();
            strike(&mut cloud, attempt.foreign);
            let held = cloud.record.clone();
            let sent = operation.sent();
            let done = !attempt.request_lost && cloud.modify(&operation);
            carried_out |= done;
            if done && let Some((held, _)) = &held {
                for (name, number) in held {
                    let ours = sent.contains_key(*name) || operation.verb == Verb::Delete;
                    let reviewed = operation.before.as_ref().and_then(|b| b.fields.get(*name)) == Some(&Value::Int64(*number));
                    let seen = reviewed || reported.contains(&((*name).to_owned(), *number)) || sent.get(*name) == Some(&Some(Value::Int64(*number)));
                    prop_assert!(!ours || seen, "{name}={number} was overwritten unseen");
                    prop_assert!(ours || cloud.record.as_ref().unwrap().0.get(name) == Some(number), "foreign {name} lost");
                }
            }
            strike(&mut cloud, attempt.then);
            let response = match attempt.replaced {
                None if done => {
                    ended = true;
                    break;
                }
                None if attempt.request_lost => Response::Lost("no answer".into()),
                None if held.is_none() && operation.verb != Verb::Create => Response::NotFound("gone".into()),
                None => Response::Conflict("changed".into()),
                Some(words) => words,
            };
            let not_found = matches!(response, Response::NotFound(_));
            match resolver.resolve(&operation, &Delivery::Unknown(response), cloud.lookup()) {
                Resolution::Applied { tag } => {
                    prop_assert!(is_met(local.as_ref(), &cloud), "called applied, and is not");
                    prop_assert_eq!(tag, cloud.lookup().and_then(|record| record.tag));
                    // Where nobody else writes, it can only have been this operation.
                    prop_assert!(carried_out || by_others, "nobody did it");
                    ended = true;
                    break;
                }
                Resolution::AlreadyEqual { .. } => {
                    prop_assert!(is_met(local.as_ref(), &cloud), "called equal, and is not");
                    prop_assert!(!carried_out || by_others, "it was this operation");
                    ended = true;
                    break;
                }
                Resolution::AlreadyGone => {
                    prop_assert!(local.is_none() && cloud.record.is_none() && not_found);
                    ended = true;
                    break;
                }
                Resolution::Refused { .. } => {
                    prop_assert!(!carried_out || by_others, "refused, and was carried out");
                    ended = true;
                    break;
                }
                Resolution::Send { operation: again, overwrites } => {
                    prop_assert!(files_win || overwrites.is_empty());
                    for change in overwrites {
                        if let Some(Value::Int64(number)) = change.cloud {
                            reported.push((change.field, number));
                        }
                    }
                    operation = *again;
                }
                Resolution::Conflict { now, .. } => {
                    prop_assert_eq!(now, cloud.lookup());
                    ended = true;
                    break;
                }
            }
        }
        prop_assert!(ended, "an operation was left standing");
    }
}

fn strike(cloud: &mut Cloud, deed: Option<Foreign>) {
    match deed {
        Some(Foreign::Save(fields)) => cloud.save(fields, THEIRS),
        Some(Foreign::Delete) => cloud.record = None,
        None => {}
    }
}

fn is_met(local: Option<&Model>, cloud: &Cloud) -> bool {
    match (local, &cloud.record) {
        (None, None) => true,
        (Some(local), Some((now, _))) => ["a", "b"].iter().all(|f| now.get(f) == local.get(f)),
        _ => false,
    }
}

/// A record that this key created, or somebody else, saved last by one of both.
fn stamped(fields: Model, tag: u32, stamps: [&'static str; 2]) -> Record {
    let cloud = Cloud {
        record: Some((fields, tag)),
        saves: tag,
        stamps,
    };
    cloud.lookup().unwrap()
}

#[test]
fn what_somebody_else_made_as_wanted_is_not_claimed_where_the_stamps_tell() {
    let wanted = Model::from([("a", 1)]);
    let create = planned(Some(&wanted), None).unwrap();
    let update = planned(
        Some(&wanted),
        Some(stamped(Model::from([("a", 0)]), 1, [OURS, OURS])),
    )
    .unwrap();
    let conflict = Delivery::Unknown(Response::Conflict("changed".into()));
    let lost = Delivery::Unknown(Response::Lost("no answer".into()));
    let cases = [
        (&create, &lost, [OURS, OURS], true),
        (&create, &lost, [OURS, THEIRS], true),
        (&create, &lost, [THEIRS, THEIRS], false),
        (&create, &conflict, [OURS, OURS], true),
        (&create, &conflict, [THEIRS, OURS], false),
        (&update, &conflict, [OURS, OURS], true),
        (&update, &conflict, [OURS, THEIRS], false),
        // It may have been carried out before they saved the record for another reason.
        (&update, &lost, [OURS, THEIRS], true),
    ];
    for (operation, delivery, stamps, ours) in cases {
        let resolver = Resolver {
            policy: Policy::FilesWin,
            own_user: Some(OURS),
            earlier_tags: &HashMap::new(),
        };
        let now = stamped(wanted.clone(), 2, stamps);
        let resolution = resolver.resolve(operation, delivery, Some(now));
        let tag = Some("2".to_owned());
        let expected = if ours {
            Resolution::Applied { tag }
        } else {
            Resolution::AlreadyEqual { tag }
        };
        assert_eq!(resolution, expected, "{delivery:?} {stamps:?}");
    }
}

#[test]
fn a_name_of_another_type_is_never_written() {
    let operation = Operation::create(&shape(), Record::local("Team", "it", Fields::new()));
    let now = Record::local("Stadium", "it", Fields::new());
    let resolver = Resolver {
        policy: Policy::FilesWin,
        own_user: None,
        earlier_tags: &HashMap::new(),
    };
    let why = "the record name belongs to a Stadium record".to_owned();
    assert_eq!(
        resolver.resolve(&operation, &Delivery::NotSent, Some(now)),
        Resolution::Refused { why }
    );
}
