//! What a value leaves unsaid: never compared, and put back by every write. The model here is a plain map of members.

#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

use std::collections::{BTreeMap, HashMap};

use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};
use skydeck::cloudkit::wire;
use skydeck::record::compare::{changes, equal};
use skydeck::record::digest::Fingerprint;
use skydeck::record::merge::{over, state_parts};
use skydeck::record::plan::{Operation, Verb};
use skydeck::record::settle::{Delivery, Policy, Resolution, Resolver, Response};
use skydeck::record::{
    Action, FieldType, Fields, Kind, Location, LocationPart, LocationParts, OwnedField, Record, Reference,
    Shape, Value,
};

/// The parts of a place by name, as the wire has them; `None` is absent.
type Parts = BTreeMap<&'static str, Option<i32>>;

/// A place as the service has it: a latitude, its parts, and a member that this version does not know.
#[derive(Debug, Clone, PartialEq)]
struct Place {
    latitude: i8,
    parts: Parts,
    floor: Option<i32>,
}

impl Place {
    fn json(&self) -> Json {
        let mut members = Map::from_iter([
            ("latitude".to_owned(), json!(f64::from(self.latitude))),
            ("longitude".to_owned(), json!(0.0)),
        ]);
        let present = self
            .parts
            .iter()
            .filter_map(|(name, value)| Some((name, (*value)?)));
        for (name, value) in present {
            let value = if *name == "timestamp" {
                json!(value)
            } else {
                json!(f64::from(value))
            };
            members.insert((*name).to_owned(), value);
        }
        if let Some(floor) = self.floor {
            members.insert("floor".to_owned(), json!({ "level": floor }));
        }
        Json::Object(members)
    }

    /// As the client reads it.
    fn read(&self) -> Value {
        let fields = json!({ "place": { "value": self.json(), "type": "LOCATION" } });
        let answer = json!({ "records": [{ "recordName": "r", "recordType": "Thing", "fields": fields }] });
        let items = wire::read(&answer.to_string()).unwrap().records.unwrap().items;
        match items.into_iter().next() {
            Some(wire::Item::Record(mut record)) => record.fields.remove("place").unwrap(),
            other => unreachable!("{other:?}"),
        }
    }
}

fn parts() -> impl Strategy<Value = Parts> {
    let one = prop::option::of(0..3i32);
    prop::collection::vec(one, 6).prop_map(|values| {
        LocationPart::ALL
            .map(LocationPart::name)
            .into_iter()
            .zip(values)
            .collect()
    })
}

fn place() -> impl Strategy<Value = Place> {
    (0..3i8, parts(), prop::option::of(0..2i32)).prop_map(|(latitude, parts, floor)| Place {
        latitude,
        parts,
        floor,
    })
}

/// Which parts the manifest maps.
fn mapped() -> impl Strategy<Value = LocationParts> {
    prop::sample::subsequence(LocationPart::ALL.to_vec(), 0..=6).prop_map(|parts| parts.into_iter().collect())
}

/// A value as a file with these mapped parts has it.
fn local(place: &Place, mapped: LocationParts) -> Value {
    let Value::Location(read) = place.read() else {
        unreachable!()
    };
    let bare = Location::at(read.latitude, read.longitude);
    let stated = mapped
        .iter()
        .fold(bare, |local, part| local.with(part, read.part(part)));
    Value::Location(stated)
}

/// What the cloud must have after a write: the coordinates and the mapped parts of the file, all else as it was.
fn model(file: &Place, cloud: &Place, mapped: LocationParts) -> Place {
    let part = |name: &'static str| {
        let is_mapped = mapped.iter().any(|part| part.name() == name);
        let side = if is_mapped { file } else { cloud };
        (name, side.parts[name])
    };
    Place {
        latitude: file.latitude,
        parts: LocationPart::ALL.map(LocationPart::name).map(part).into(),
        floor: cloud.floor,
    }
}

fn shape(mapped: LocationParts) -> Shape {
    Shape {
        record_type: "Thing".into(),
        fields: vec![OwnedField {
            parts: mapped,
            ..OwnedField::new("place", FieldType::One(Kind::Location))
        }],
    }
}

fn fields(value: Value) -> Fields {
    Fields::from([("place".to_owned(), value)])
}

fn cloud_record(place: &Place, tag: &str) -> Record {
    Record {
        tag: Some(tag.into()),
        ..Record::local("Thing", "r", fields(place.read()))
    }
}

/// What an operation sends for the place.
fn sent(operation: &Operation) -> Option<Json> {
    let sent = operation.sent();
    sent.get("place")
        .map(|value| wire::scalar(value.as_ref().unwrap()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_place_travels_there_and_back_whole(place in place()) {
        prop_assert_eq!(wire::scalar(&place.read()), place.json());
    }

    #[test]
    fn a_write_puts_back_all_that_is_not_mapped(file in place(), cloud in place(), mapped in mapped()) {
        let wanted = model(&file, &cloud, mapped);
        let shape = shape(mapped);
        let local = fields(local(&file, mapped));
        let operation = Operation::update(&shape, local.clone(), cloud_record(&cloud, "1"));
        let expected = (wanted != cloud).then(|| wanted.json());
        prop_assert_eq!(sent(&operation), expected.clone());
        // What differs is what is sent, by the fields and by the fingerprints alike.
        let there = fields(cloud.read());
        let found = changes(&shape, &local, &there);
        prop_assert_eq!(found.is_empty(), expected.is_none());
        for change in found {
            prop_assert_eq!(change.local.as_ref().map(wire::scalar), expected.clone());
            prop_assert_eq!(change.cloud.as_ref().map(wire::scalar), Some(cloud.json()));
        }
        let prints = [&local, &there].map(|fields| Fingerprint::of(&shape, fields));
        prop_assert_eq!(prints[0].matches(&prints[1]), expected.is_none());
    }

    #[test]
    fn after_a_conflict_the_record_is_merged_as_it_is_now(
        file in place(), before in place(), now in place(), mapped in mapped()
    ) {
        let local = fields(local(&file, mapped));
        let operation = Operation::update(&shape(mapped), local, cloud_record(&before, "1"));
        let wanted = model(&file, &now, mapped);
        let resolver = Resolver { policy: Policy::FilesWin, own_user: None, earlier_tags: &HashMap::new() };
        match resolver.resolve(&operation, &Delivery::NotSent, Some(cloud_record(&now, "2"))) {
            Resolution::AlreadyEqual { .. } => prop_assert_eq!(wanted, now),
            Resolution::Send { operation, overwrites } => {
                prop_assert_eq!(operation.verb, Verb::Update);
                prop_assert_eq!(sent(&operation), Some(wanted.json()));
                // Lost is what was changed since and is written over.
                let written = |place: &Place| {
                    let parts = mapped.iter().map(|part| place.parts[part.name()]);
                    (place.latitude, parts.collect::<Vec<_>>())
                };
                prop_assert_eq!(!overwrites.is_empty(), written(&before) != written(&now));
            }
            other => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn what_an_unknown_write_did_not_write_has_its_pre_image_as_it_is_now(
        file in place(), before in place(), now in place(), mapped in mapped()
    ) {
        // It was carried out, and somebody has changed what it does not write since.
        let local = fields(local(&file, mapped));
        let now = model(&file, &now, mapped);
        let mut operation = Operation::update(&shape(mapped), local, cloud_record(&before, "1"));
        operation.goal.insert("other".into(), Some(Value::Int64(1)));
        let resolver = Resolver { policy: Policy::FilesWin, own_user: None, earlier_tags: &HashMap::new() };
        let delivery = Delivery::Unknown(Response::Lost(String::new()));
        let resolution = resolver.resolve(&operation, &delivery, Some(cloud_record(&now, "3")));
        let Resolution::Send { operation, .. } = resolution else {
            return Err(TestCaseError::fail(format!("{resolution:?}")));
        };
        let image = &operation.before.as_ref().unwrap().fields["place"];
        prop_assert_eq!(wire::scalar(image), model(&before, &now, mapped).json());
        if let Some(sent) = sent(&operation) {
            prop_assert_eq!(sent, now.json());
        }
    }

    #[test]
    fn a_restored_value_is_whole(was in place(), now in place()) {
        // What an undo plans: the pre-image's value.
        let operation = Operation {
            verb: Verb::Update,
            record_type: "Thing".into(),
            name: "r".into(),
            goal: fields(was.read()).into_iter().map(|(name, value)| (name, Some(value))).collect(),
            before: Some(cloud_record(&now, "1")),
        };
        if let Some(sent) = sent(&operation) {
            prop_assert_eq!(sent, was.json());
        } else {
            prop_assert_eq!(was, now);
        }
    }
}

fn list(places: &[Value]) -> Value {
    Value::List(Kind::Location, places.to_vec())
}

#[test]
fn places_of_a_list_are_paired_by_where_they_are() {
    let high = |latitude, altitude| {
        Value::Location(Location::bare(latitude, 0.0).with(LocationPart::Altitude, Some(altitude)))
    };
    let at = |latitude| Value::Location(Location::at(latitude, 0.0));
    let base = list(&[high(1.0, 10.0), high(2.0, 20.0), high(2.0, 21.0)]);
    // Swapped, and one place that the cloud has twice.
    let wanted = list(&[at(2.0), at(1.0), at(2.0), at(9.0)]);
    let merged = over(&wanted, Some(&base));
    let whole = list(&[high(2.0, 20.0), high(1.0, 10.0), high(2.0, 21.0), at(9.0)]);
    assert_eq!(merged, whole);
}

#[test]
fn references_keep_their_action_and_their_zone() {
    let cloud = Reference {
        further: Some(r#"{"zoneID":{"zoneName":"_defaultZone"}}"#.into()),
        ..Reference::to("a").with_action(Action::DeleteSelf)
    };
    let to = |name: &str| Value::Reference(Reference::to(name));
    let moved = over(&to("b"), Some(&Value::Reference(cloud.clone())));
    assert_eq!(
        wire::scalar(&moved),
        json!({ "recordName": "b", "action": "DELETE_SELF", "zoneID": { "zoneName": "_defaultZone" } })
    );
    // Without one in the manifest the action is not compared; with one it is.
    assert!(equal(Some(&to("a")), Some(&Value::Reference(cloud.clone()))));
    let none = Value::Reference(Reference::to("a").with_action(Action::None));
    assert!(!equal(Some(&none), Some(&Value::Reference(cloud.clone()))));
    let maps_action = |maps_action| Shape {
        record_type: "Thing".into(),
        fields: vec![OwnedField {
            maps_action,
            ..OwnedField::new("place", FieldType::One(Kind::Reference))
        }],
    };
    for mapped in [false, true] {
        let shape = maps_action(mapped);
        let value = if mapped { none.clone() } else { to("a") };
        let cloud = Fingerprint::of(&shape, &fields(Value::Reference(cloud.clone())));
        assert_eq!(Fingerprint::of(&shape, &fields(value)).matches(&cloud), !mapped);
    }
    // A new one in a list gets the action that all the others have.
    let all = Value::List(Kind::Reference, vec![Value::Reference(cloud.clone())]);
    let wanted = Value::List(Kind::Reference, vec![to("new"), to("a")]);
    let new = Value::Reference(Reference::to("new").with_action(Action::DeleteSelf));
    assert_eq!(
        over(&wanted, Some(&all)),
        Value::List(Kind::Reference, vec![new, Value::Reference(cloud)])
    );
}

#[test]
fn an_action_of_no_known_name_is_kept() {
    let json = json!({ "recordName": "a", "action": "CASCADE" });
    let fields = json!({ "place": { "value": json, "type": "REFERENCE" } });
    let answer = json!({ "records": [{ "recordName": "r", "recordType": "Thing", "fields": fields }] });
    let items = wire::read(&answer.to_string()).unwrap().records.unwrap().items;
    let [wire::Item::Record(record)] = items.as_slice() else {
        unreachable!("{items:?}")
    };
    assert_eq!(wire::scalar(&record.fields["place"]), json);
}

#[test]
fn what_an_earlier_version_journalled_takes_nothing_away() {
    // A goal as version 0.1 wrote it: it did not know what it left unsaid.
    let earlier = json!({ "Location": { "latitude": 1.0, "longitude": 0.0, "horizontal_accuracy": null,
        "vertical_accuracy": null, "altitude": null, "speed": null, "course": null, "timestamp": 5 } });
    let goal: Value = serde_json::from_value(earlier).unwrap();
    let cloud = Value::Location(Location::bare(2.0, 0.0).with(LocationPart::Altitude, Some(10.0)));
    let merged = wire::scalar(&over(&goal, Some(&cloud)));
    assert_eq!(
        merged,
        json!({ "latitude": 1.0, "longitude": 0.0, "altitude": 10.0, "timestamp": 5 })
    );
    let reference: Value =
        serde_json::from_value(json!({ "Reference": { "record_name": "a", "action": "Validate" } })).unwrap();
    assert_eq!(
        reference,
        Value::Reference(Reference::to("a").with_action(Action::Validate))
    );
}

#[test]
fn a_value_can_be_made_to_state_exactly_some_parts() {
    let altitude = LocationParts::NONE.with(LocationPart::Altitude);
    let Value::Location(place) = state_parts(Value::Location(Location::at(1.0, 2.0)), altitude) else {
        unreachable!()
    };
    assert_eq!(
        (place.stated(), place.part(LocationPart::Altitude)),
        (altitude, None)
    );
}
