//! The domain against an independent model: plain maps and plain rules, written from the design, not from the code.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that fails panics")]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use skydeck::record::compare::{FieldChange, changes, equal};
use skydeck::record::diff::Diff;
use skydeck::record::digest::Fingerprint;
use skydeck::record::plan::{Limits, Operation, Plan, Verb, requests};
use skydeck::record::table::{AddError, Origin, Status, Table};
use skydeck::record::{
    Action, FieldType, Fields, Kind, Location, OwnedField, Record, Reference, Shape, Value,
};

fn scalar(kind: Kind) -> BoxedStrategy<Value> {
    match kind {
        Kind::String => "\\PC{0,4}".prop_map(Value::String).boxed(),
        Kind::Int64 => prop_oneof![
            Just(i64::MIN),
            Just(i64::MAX),
            Just(1 << 53),
            Just((1 << 53) + 1),
            -2i64..3
        ]
        .prop_map(Value::Int64)
        .boxed(),
        Kind::Double => prop_oneof![
            Just(0.0),
            Just(-0.0),
            Just(3.0),
            Just(f64::MAX),
            Just(5e-324),
            -1.0..1.0f64
        ]
        .prop_map(Value::Double)
        .boxed(),
        Kind::Timestamp => (-2i64..3).prop_map(Value::Timestamp).boxed(),
        Kind::Bytes => prop::collection::vec(any::<u8>(), 0..3)
            .prop_map(Value::Bytes)
            .boxed(),
        Kind::Location => (0..4u8, 0..4u8)
            .prop_map(|(a, b)| Location::at(f64::from(a) * 0.00006, f64::from(b) * 0.00006))
            .prop_map(Value::Location)
            .boxed(),
        Kind::Reference | Kind::Asset => "[a-f]"
            .prop_map(|name| Value::Reference(Reference::to(name).with_action(Action::None)))
            .boxed(),
    }
}

fn value(field_type: FieldType) -> BoxedStrategy<Value> {
    match field_type {
        FieldType::One(kind) => scalar(kind),
        FieldType::List(kind) => prop::collection::vec(scalar(kind), 0..3)
            .prop_map(move |list| Value::List(kind, list))
            .boxed(),
    }
}

fn shape() -> Shape {
    let types = [
        ("text", FieldType::One(Kind::String)),
        ("whole", FieldType::One(Kind::Int64)),
        ("number", FieldType::One(Kind::Double)),
        ("time", FieldType::One(Kind::Timestamp)),
        ("raw", FieldType::One(Kind::Bytes)),
        ("place", FieldType::One(Kind::Location)),
        ("parent", FieldType::One(Kind::Reference)),
        ("places", FieldType::List(Kind::Location)),
        ("words", FieldType::List(Kind::String)),
    ];
    let fields = types
        .into_iter()
        .map(|(name, field_type)| OwnedField::new(name, field_type))
        .collect();
    Shape {
        record_type: "Thing".into(),
        fields,
    }
}

fn owned_fields() -> impl Strategy<Value = Fields> {
    let fields: Vec<_> = shape()
        .fields
        .into_iter()
        .map(|field| (Just(field.name), prop::option::of(value(field.field_type))))
        .collect();
    fields.prop_map(|pairs| {
        pairs
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect()
    })
}

/// A side: record name to owned fields. Few names, so that the sides meet.
fn side() -> impl Strategy<Value = BTreeMap<String, Fields>> {
    prop::collection::btree_map("[a-h]", owned_fields(), 0..8)
}

fn cloud_record(name: &str, fields: &Fields) -> Record {
    let mut fields = fields.clone();
    fields.insert("foreign".into(), Value::String(format!("of {name}")));
    Record {
        tag: Some(format!("tag-{name}")),
        ..Record::local("Thing", name, fields)
    }
}

/// The design's section 3 in other words, on the model's side.
fn model_equal(a: Option<&Value>, b: Option<&Value>) -> bool {
    let none = |v: Option<&Value>| v.is_none() || matches!(v, Some(Value::List(_, l)) if l.is_empty());
    match (a, b) {
        _ if none(a) || none(b) => none(a) && none(b),
        (Some(Value::Location(a)), Some(Value::Location(b))) => {
            // The generated coordinates are multiples of 0.00006: one step is within the tolerance, two are not.
            let far = |x: f64, y: f64| (x - y).abs() > 0.00009;
            !far(a.latitude, b.latitude) && !far(a.longitude, b.longitude)
        }
        (Some(Value::Reference(a)), Some(Value::Reference(b))) => a.record_name == b.record_name,
        (Some(Value::List(_, a)), Some(Value::List(_, b))) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| model_equal(Some(a), Some(b)))
        }
        (a, b) => a == b,
    }
}

fn diff_of(local: &BTreeMap<String, Fields>, cloud: &BTreeMap<String, Record>) -> Diff {
    let mut table = Table::new(shape());
    for (name, fields) in local {
        table.add_local(name, fields, Origin::default()).unwrap();
    }
    for record in cloud.values() {
        table.meet(record).unwrap();
    }
    Diff::new(table, None)
}

fn names(diff: &Diff, status: Status) -> BTreeSet<String> {
    diff.with_status(status)
        .map(|row| diff.table().name(row).to_owned())
        .collect()
}

fn plan_of(local: &BTreeMap<String, Fields>, diff: &Diff, with_orphans: bool) -> Plan {
    let table = diff.table();
    let mut operations = Vec::new();
    for row in diff.rows() {
        let name = table.name(row).to_owned();
        match table.status(row) {
            Status::New => operations.push(Operation::create(
                &shape(),
                Record::local("Thing", &name, local[&name].clone()),
            )),
            Status::Updated => {
                operations.push(Operation::update(
                    &shape(),
                    local[&name].clone(),
                    table.cloud_record(row).unwrap(),
                ));
            }
            Status::Orphan if with_orphans => {
                operations.push(Operation::delete(table.cloud_record(row).unwrap()));
            }
            Status::Orphan | Status::Unchanged => {}
        }
    }
    Plan::new(operations, diff.counts().unchanged).unwrap()
}

/// What CloudKit does with an operation (protocol: update merges, null removes).
fn carry_out(cloud: &mut BTreeMap<String, Record>, operation: &Operation) {
    match operation.verb {
        Verb::Create => {
            assert!(!cloud.contains_key(&operation.name), "a create meets no record");
            let fields = operation
                .sent()
                .into_iter()
                .filter_map(|(name, value)| Some((name, value?)))
                .collect();
            cloud.insert(
                operation.name.clone(),
                Record::local("Thing", &operation.name, fields),
            );
        }
        Verb::Update => {
            let record = cloud.get_mut(&operation.name).unwrap();
            assert_eq!(
                operation.tag(),
                record.tag.as_deref(),
                "an update is guarded by the tag"
            );
            for (name, value) in operation.sent() {
                match value {
                    Some(value) => record.fields.insert(name, value),
                    None => record.fields.remove(&name),
                };
            }
        }
        Verb::Delete => {
            let gone = cloud.remove(&operation.name).unwrap();
            assert_eq!(
                operation.tag(),
                gone.tag.as_deref(),
                "a deletion is guarded by the tag"
            );
        }
        Verb::Replace | Verb::ForceReplace => panic!("a sync does not replace"),
    }
}

proptest! {
    #[test]
    fn comparison_is_reflexive_symmetric_and_as_the_design_says(
        (a, b) in prop::sample::select(vec![Kind::String, Kind::Int64, Kind::Double, Kind::Location, Kind::Reference])
            .prop_flat_map(|kind| (prop::option::of(value(FieldType::List(kind))), prop::option::of(value(FieldType::List(kind)))))
    ) {
        prop_assert!(equal(a.as_ref(), a.as_ref()));
        prop_assert_eq!(equal(a.as_ref(), b.as_ref()), equal(b.as_ref(), a.as_ref()));
        prop_assert_eq!(equal(a.as_ref(), b.as_ref()), model_equal(a.as_ref(), b.as_ref()));
    }

    #[test]
    fn fingerprints_match_exactly_when_no_owned_field_differs(a in owned_fields(), b in owned_fields(), same in any::<bool>()) {
        let b = if same { a.clone() } else { b };
        let mut with_foreign = b.clone();
        with_foreign.insert("foreign".into(), Value::Int64(7));
        let matches = Fingerprint::of(&shape(), &a).matches(&Fingerprint::of(&shape(), &with_foreign));
        let model = shape().fields.iter().all(|f| model_equal(a.get(&f.name), b.get(&f.name)));
        prop_assert_eq!(matches, model);
        prop_assert_eq!(changes(&shape(), &a, &with_foreign).is_empty(), model);
    }

    #[test]
    fn a_diff_partitions_the_names(local in side(), cloud in side()) {
        let cloud: BTreeMap<_, _> = cloud.iter().map(|(n, f)| (n.clone(), cloud_record(n, f))).collect();
        let diff = diff_of(&local, &cloud);
        let (on_disk, in_cloud): (BTreeSet<_>, BTreeSet<_>) = (local.keys().cloned().collect(), cloud.keys().cloned().collect());
        prop_assert_eq!(names(&diff, Status::New), &on_disk - &in_cloud);
        prop_assert_eq!(names(&diff, Status::Orphan), &in_cloud - &on_disk);
        let both = &on_disk & &in_cloud;
        let (updated, unchanged) = (names(&diff, Status::Updated), names(&diff, Status::Unchanged));
        prop_assert_eq!(&updated | &unchanged, both);
        prop_assert!(updated.is_disjoint(&unchanged));
        for name in &updated {
            prop_assert!(!changes(&shape(), &local[name], &cloud[name].fields).is_empty());
        }
        prop_assert_eq!(diff.counts().local(), local.len());
        prop_assert_eq!(diff.counts().cloud(), cloud.len());
        let order: Vec<_> = diff.rows().map(|row| diff.table().name(row).to_owned()).collect();
        prop_assert!(order.is_sorted());
    }

    #[test]
    fn a_plan_applied_empties_the_next_diff_and_leaves_foreign_fields(local in side(), cloud in side(), orphans in any::<bool>()) {
        let before: BTreeMap<_, _> = cloud.iter().map(|(n, f)| (n.clone(), cloud_record(n, f))).collect();
        let diff = diff_of(&local, &before);
        let mut after = before.clone();
        for operation in &plan_of(&local, &diff, orphans).operations {
            carry_out(&mut after, operation);
        }
        let next = diff_of(&local, &after).counts();
        prop_assert_eq!((next.new, next.updated), (0, 0));
        prop_assert_eq!(next.orphan, if orphans { 0 } else { diff.counts().orphan });
        for (name, record) in &after {
            prop_assert_eq!(record.fields.get("foreign"), before.get(name).and_then(|b| b.fields.get("foreign")));
        }
    }

    #[test]
    fn no_source_goes_before_its_target_and_no_request_before_what_it_needs(
        parents in prop::collection::vec(prop::option::of(any::<prop::sample::Index>()), 1..40),
        limit in 1usize..9,
        deleting in any::<bool>(),
    ) {
        // Record i may point at any record with a smaller number; names are shuffled by a multiplication.
        let name = |i: usize| format!("r{:03}", i * 37 % 101);
        let make = |i: usize| {
            let target = parents[i].filter(|_| i > 0).map(|index| name(index.index(i)));
            let fields = target.map(|t| Value::Reference(Reference::to(t)));
            Record::local("Thing", name(i), fields.into_iter().map(|v| ("parent".to_owned(), v)).collect())
        };
        let records: Vec<_> = (0..parents.len()).map(make).collect();
        let to = |record: &Record| if deleting { Operation::delete(record.clone()) } else { Operation::create(&shape(), record.clone()) };
        let mut operations: Vec<_> = records.iter().map(to).collect();
        operations.sort_by(|a, b| a.name.cmp(&b.name));
        let plan = Plan::new(operations, 0).unwrap();
        prop_assert_eq!(plan.operations.len(), records.len());
        let at = |name: &str| plan.operations.iter().position(|op| op.name == name).unwrap();
        let cut = requests(&plan.operations, Limits { operations: limit, bytes: 1_000_000 });
        prop_assert_eq!(cut.len(), records.len().div_ceil(limit), "as few requests as the limit allows");
        let request = |position: usize| cut.iter().position(|r| r.operations.contains(&position)).unwrap();
        for record in &records {
            for target in record.fields.values().flat_map(Value::references) {
                let (first, second) = if deleting { (at(&record.name), at(target)) } else { (at(target), at(&record.name)) };
                prop_assert!(first < second);
                let (first, second) = (request(first), request(second));
                prop_assert!(first == second || cut[second].after.contains(&first));
            }
        }
    }
}

#[test]
fn a_tolerance_of_one_ten_thousandth_includes_its_bound() {
    let at = |latitude| Some(Value::Location(Location::at(latitude, -71.06)));
    assert!(equal(at(42.3601).as_ref(), at(42.36).as_ref()));
    assert!(!equal(at(42.36011).as_ref(), at(42.36).as_ref()));
}

#[test]
fn numbers_beyond_two_to_the_53_are_told_apart() {
    let whole = |number| Some(Value::Int64(number));
    assert!(!equal(
        whole(9_007_199_254_740_993).as_ref(),
        whole(9_007_199_254_740_992).as_ref()
    ));
}

#[test]
fn a_name_on_disk_twice_is_refused_with_the_first_place() {
    let mut table = Table::new(shape());
    let first = Origin {
        offset: 2,
        length: 10,
        line: 2,
    };
    table.add_local("a", &Fields::new(), first).unwrap();
    assert_eq!(
        table.add_local("a", &Fields::new(), Origin::default()),
        Err(AddError::Duplicate(first))
    );
}

#[test]
fn a_plan_refuses_one_name_in_two_types() {
    let operations =
        ["Stadium", "Team"].map(|t| Operation::create(&shape(), Record::local(t, "same", Fields::new())));
    assert!(Plan::new(operations.to_vec(), 0).is_err());
}

#[test]
fn a_circle_of_references_still_makes_a_plan() {
    let to = |name: &str, target: &str| {
        let value = Value::Reference(Reference::to(target));
        Operation::create(
            &shape(),
            Record::local("Thing", name, [("parent".to_owned(), value)].into()),
        )
    };
    let plan = Plan::new(vec![to("a", "b"), to("b", "c"), to("c", "a"), to("d", "a")], 0).unwrap();
    assert_eq!(plan.operations.len(), 4);
}

#[test]
fn a_megabyte_of_text_travels_alone() {
    let big = |name: &str| {
        let text = Value::String("x".repeat(600_000));
        Operation::create(
            &shape(),
            Record::local("Thing", name, [("text".to_owned(), text)].into()),
        )
    };
    let plan = Plan::new(vec![big("a"), big("b"), big("c")], 0).unwrap();
    assert_eq!(requests(&plan.operations, Limits::default()).len(), 3);
}

#[test]
fn where_two_texts_are_equal_the_types_are_shown() {
    let text = |value: Option<&Value>| value.map_or_else(String::new, ToString::to_string);
    let moment = Value::Timestamp(1_777_593_600_000);
    let change = |cloud: Value, local: Value| FieldChange {
        field: "date".into(),
        cloud: Some(cloud),
        local: Some(local),
    };
    let same_text = change(Value::String(moment.to_string()), moment.clone());
    assert_eq!(
        same_text.texts(text),
        (
            "2026-05-01T00:00:00Z (STRING)".into(),
            "2026-05-01T00:00:00Z (TIMESTAMP)".into()
        )
    );
    // Where the texts tell, they are enough.
    let other_text = change(Value::String("2026-05-01".into()), moment);
    assert_eq!(
        other_text.texts(text),
        ("2026-05-01".into(), "2026-05-01T00:00:00Z".into())
    );
    let gone = FieldChange {
        local: None,
        ..change(Value::Int64(3), Value::Int64(3))
    };
    assert_eq!(gone.texts(text), ("3".into(), String::new()));
}

/// No schema gives one field two types: where an answer does all the same, the field is not one of another type.
#[test]
fn the_types_of_a_field_are_told_apart_by_what_answers_say() {
    let shape = Shape {
        record_type: "Game".into(),
        fields: vec![OwnedField::new("odds", FieldType::One(Kind::Double))],
    };
    let record = |name: &str, value: Value, untyped: bool| Record {
        untyped,
        ..Record::local("Game", name, Fields::from([("odds".to_owned(), value)]))
    };
    let observed = |records: &[Record]| {
        let mut table = Table::new(shape.clone());
        for record in records {
            table.meet(record).unwrap();
        }
        let seen = table.observed().next().unwrap().1.clone();
        (seen.as_mapped, seen.otherwise.into_iter().collect::<Vec<_>>())
    };
    let whole = || Value::Int64(3);
    let int64 = |name: &str| vec![("INT64".to_owned(), name.to_owned())];
    assert_eq!(
        observed(&[record("a", whole(), false), record("b", whole(), false)]),
        (false, int64("a"))
    );
    // Without a type, 3 may be 3.0.
    assert_eq!(observed(&[record("a", whole(), true)]), (true, vec![]));
    assert_eq!(
        observed(&[
            record("a", Value::Double(0.5), false),
            record("b", whole(), false)
        ]),
        (true, int64("b"))
    );
    // A text is no number, whether its type was named or not.
    let text = vec![("STRING".to_owned(), "a".to_owned())];
    assert_eq!(
        observed(&[record("a", Value::String("3".into()), true)]),
        (false, text)
    );
    let empty = Value::List(Kind::String, Vec::new());
    assert_eq!(observed(&[record("a", empty, false)]), (false, vec![]));
}
