//! Any writer, any faults: whatever happens around a run, every operation comes to an end, nothing of anybody else's is
//! overwritten unseen, and what the report counts is what happened. The oracle knows what everybody wrote by the values.
//!
//! `SKYDECK_CASES` says how many cases are drawn, `SKYDECK_SEED` which is the first.

use std::collections::{BTreeMap, BTreeSet};

use rand::rngs::SmallRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};
use skydeck::journal::{Entry, State};
use skydeck::record::Value as Field;
use skydeck::record::plan::Verb;
use skydeck::sync::{Report, Session};

use crate::league::{Plain, contents, league, pat, player, team};
use crate::rig::{Cloud, Contents, Rig, planned, resumed, run, text};

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(otherwise)
}

/// What somebody does to one record, once. Every value that somebody writes is written once in a case, so that it tells who
/// wrote it.
#[derive(Debug, Clone)]
enum Foreign {
    /// To the field that the files own.
    Owned(String),
    /// To a field of their own.
    Note(String),
    Delete,
}

/// Right before the n-th request of an operation.
#[derive(Debug, Clone)]
struct Late {
    deed: Foreign,
    operation: &'static str,
    n: usize,
}

#[derive(Debug)]
struct Case {
    disk: Vec<Plain>,
    cloud: Vec<Plain>,
    noted: BTreeSet<String>,
    /// Before the run, and within it.
    early: BTreeMap<String, Foreign>,
    late: BTreeMap<String, Late>,
    /// The requests, counted from 1, that something else goes wrong with.
    faulty: BTreeSet<usize>,
    rules: Vec<Value>,
}

const NAMES: [&str; 16] = [
    "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8",
];

fn made(random: &mut SmallRng, name: &str) -> Plain {
    let words = ["A", "B", "C"];
    let word = words.choose(random).unwrap();
    let value = random.random_range(0..3);
    match name.strip_prefix('p') {
        Some(_) => player(name, word, value, ["t1", "t2", "t3"].choose(random).unwrap()),
        None => team(name, word, value),
    }
}

fn foreign(random: &mut SmallRng, name: &str) -> Foreign {
    match random.random_range(0..3) {
        0 => Foreign::Owned(format!("theirs in {name}")),
        1 => Foreign::Note(format!("their note in {name}")),
        _ => Foreign::Delete,
    }
}

fn kind(name: &str) -> &'static str {
    if name.starts_with('p') { "Player" } else { "Team" }
}

impl Foreign {
    fn fields(&self) -> Value {
        match self {
            Foreign::Owned(value) => json!({ "name": text(value) }),
            Foreign::Note(value) => json!({ "note": text(value) }),
            Foreign::Delete => Value::Null,
        }
    }

    fn perform(&self, rig: &Rig, name: &str) {
        match self {
            Foreign::Delete => rig.stranger_deletes(name),
            _ => rig.stranger(kind(name), name, &self.fields()),
        }
    }

    fn rule(&self, name: &str, when: &Value) -> Value {
        let effect = match self {
            Foreign::Delete => json!({ "foreign_delete": { "record_name": name } }),
            _ => json!({ "foreign_write":
                { "record_name": name, "record_type": kind(name), "fields": self.fields() } }),
        };
        json!({ "when": when, "do": effect })
    }
}

fn fault(random: &mut SmallRng) -> Value {
    let name = NAMES.choose(random).unwrap();
    let faults = [
        json!({ "cut": "before_commit" }),
        json!({ "cut": "after_commit" }),
        json!({ "body": "truncated" }),
        json!({ "body": "garbage" }),
        json!({ "status": 500 }),
        json!({ "status": 503, "code": "TRY_AGAIN_LATER", "retry_after": 0 }),
        json!({ "status": 429, "retry_after": 0 }),
        json!({ "reorder": true }),
        json!({ "exists_code": true }),
        json!({ "drop_types": true }),
        json!({ "unauthorized": true }),
        json!({ "fail_record": { "record_name": name, "code": "THROTTLED", "retry_after": 0 } }),
        json!({ "fail_record": { "record_name": name, "code": "ACCESS_DENIED" } }),
    ];
    faults.choose(random).unwrap().clone()
}

fn drawn(seed: u64) -> Case {
    let mut random = SmallRng::seed_from_u64(seed);
    let (mut disk, mut cloud) = (vec![pat(), team("t0", "T", 0)], vec![pat(), team("t0", "T", 0)]);
    let (mut noted, mut early, mut late) = (BTreeSet::new(), BTreeMap::new(), BTreeMap::new());
    let (mut rules, mut taken, mut faulty) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    for name in NAMES {
        if random.random_bool(0.75) {
            disk.push(made(&mut random, name));
        }
        if random.random_bool(0.75) {
            cloud.push(made(&mut random, name));
            if random.random_bool(0.5) {
                noted.insert(name.to_owned());
            }
        }
        if random.random_bool(0.2) {
            early.insert(name.to_owned(), foreign(&mut random, name));
        } else if random.random_bool(0.3) {
            let deed = foreign(&mut random, name);
            let operation = *["records/modify", "records/lookup"].choose(&mut random).unwrap();
            let n = random.random_range(1..4);
            // The script knows one deed of a kind a request.
            if !taken.insert((operation, n, matches!(deed, Foreign::Delete))) {
                continue;
            }
            rules.push(deed.rule(name, &json!({ "operation": operation, "from": n, "to": n })));
            late.insert(name.to_owned(), Late { deed, operation, n });
        }
    }
    // One fault a request: together they make answers that no service gives, such as a 429 after the work.
    for n in 1..6 {
        if random.random_bool(0.4) {
            rules.push(json!({ "when": { "from": n, "to": n }, "do": fault(&mut random) }));
            faulty.insert(n);
        }
    }
    Case {
        disk,
        cloud,
        noted,
        early,
        late,
        faulty,
        rules,
    }
}

fn with_notes(case: &Case) -> Contents {
    let mut out = contents(&case.cloud);
    for name in &case.noted {
        let (_, fields) = out.get_mut(name).unwrap();
        fields.insert("note".to_owned(), text(&format!("first note in {name}")));
    }
    out
}

fn mentions(cloud: &Cloud, name: &str, value: &str) -> bool {
    cloud
        .get(name)
        .is_some_and(|one| one.fields.values().any(|field| field["value"] == value))
}

fn is_told(report: &Report, entry: Option<&Entry>, name: &str, value: &str) -> bool {
    let theirs = Some(Field::String(value.to_owned()));
    let reported = report.overwritten.iter().filter(|one| one.name == name);
    let in_report = reported
        .flat_map(|one| &one.changes)
        .any(|change| change.cloud == theirs);
    in_report && entry.is_some_and(|entry| entry.overwrites.iter().any(|change| change.cloud == theirs))
}

struct Oracle<'c> {
    case: &'c Case,
    /// Foreign deeds that have certainly come to pass.
    done: BTreeMap<String, Foreign>,
    wanted: Contents,
}

impl<'c> Oracle<'c> {
    fn new(case: &'c Case) -> Self {
        Oracle {
            case,
            done: case.early.clone(),
            wanted: contents(&case.disk),
        }
    }

    /// Those that wrote within the run for certain: before a request that nothing else went wrong with.
    fn add_late(&mut self, rig: &Rig, mark: usize) {
        let seen: Vec<String> = (rig.emulator.requests().into_iter().skip(mark))
            .map(|one| one.operation)
            .collect();
        for (name, late) in &self.case.late {
            let mut same = (1..)
                .zip(&seen)
                .filter(|(_, operation)| *operation == late.operation);
            if let Some((place, _)) = same.nth(late.n - 1)
                && !self.case.faulty.contains(&place)
            {
                self.done.insert(name.clone(), late.deed.clone());
            }
        }
    }

    fn touched(&self, name: &str) -> bool {
        self.case.early.contains_key(name) || self.case.late.contains_key(name)
    }

    /// Nothing that somebody wrote is gone unless somebody was told.
    fn check_theirs(&self, cloud: &Cloud, report: &Report, entries: &[Entry]) {
        for (name, deed) in &self.done {
            let entry = entries.iter().find(|entry| entry.operation.name == *name);
            match deed {
                Foreign::Note(note) => assert!(mentions(cloud, name, note), "{name}: their note is lost"),
                Foreign::Owned(value) => assert!(
                    mentions(cloud, name, value) || is_told(report, entry, name, value),
                    "{name}: '{value}' was overwritten unseen"
                ),
                Foreign::Delete => {}
            }
        }
        for name in &self.case.noted {
            let note = format!("first note in {name}");
            let deleted =
                |entry: &Entry| entry.operation.name == *name && entry.operation.verb == Verb::Delete;
            let by_us = entries
                .iter()
                .any(|entry| deleted(entry) && entry.state == State::Applied);
            let replaced = matches!(self.deed(name), Some(Foreign::Delete | Foreign::Note(_)));
            assert!(
                by_us || replaced || mentions(cloud, name, &note),
                "{name}: its note is lost"
            );
        }
    }

    fn deed(&self, name: &str) -> Option<&Foreign> {
        self.case
            .early
            .get(name)
            .or_else(|| self.case.late.get(name).map(|late| &late.deed))
    }

    /// What the journal calls done is done, in the cloud as it is.
    fn check_ours(&self, cloud: &Cloud, entries: &[Entry]) {
        for entry in entries {
            let name = &entry.operation.name;
            let ours = matches!(
                entry.state,
                State::Applied | State::AlreadyEqual | State::AlreadyGone
            );
            if self.touched(name) || !ours {
                assert!(
                    ours || self.touched(name) || entry.state != State::Conflicted,
                    "{name}: no conflict"
                );
                continue;
            }
            match (self.wanted.get(name), cloud.get(name)) {
                (None, None) => {}
                (Some((_, fields)), Some(stored)) => {
                    let mut owned = stored.fields.clone();
                    owned.remove("note");
                    assert_eq!(*fields, owned, "{name}");
                    // Nobody else can have made it so.
                    assert_eq!(entry.state, State::Applied, "{name}");
                    assert_eq!(entry.tag.as_ref(), Some(&stored.tag), "{name}");
                    let created = entry.operation.verb == Verb::Create;
                    assert_eq!(created, stored.created_by == stored.modified_by, "{name}");
                }
                (wanted, now) => panic!("{name}: {wanted:?}, {now:?}"),
            }
        }
    }
}

fn check_counts(report: &Report, entries: &[Entry]) {
    let applied = |verb: Verb| {
        let is = |entry: &&Entry| entry.state == State::Applied && entry.operation.verb == verb;
        entries.iter().filter(is).count()
    };
    let count = |state: State| entries.iter().filter(|entry| entry.state == state).count();
    assert_eq!(
        [
            report.created,
            report.updated,
            report.deleted,
            report.already_equal,
            report.already_gone,
            report.conflicted.len(),
            report.refused.len(),
            report.not_attempted,
            report.unknown
        ],
        [
            applied(Verb::Create),
            applied(Verb::Update),
            applied(Verb::Delete),
            count(State::AlreadyEqual),
            count(State::AlreadyGone),
            count(State::Conflicted),
            count(State::Refused),
            count(State::NotAttempted),
            count(State::Sent)
        ]
    );
}

fn entries(session: &Session, report: &Report) -> Vec<Entry> {
    session.journal().entries(report.run).unwrap()
}

async fn carried_out(seed: u64) {
    let case = drawn(seed);
    let rig = league(&case.disk, &[]).await;
    rig.load(&with_notes(&case));
    let session = rig.session();
    let reviewed = planned(&session, true).await;
    let operations = reviewed.plan().operations.len();
    if operations == 0 {
        return;
    }
    for (name, deed) in &case.early {
        deed.perform(&rig, name);
    }
    rig.script(&Value::Array(case.rules.clone()));
    let mut oracle = Oracle::new(&case);
    let mark = rig.asked();
    let mut report = run(&session, reviewed).await;
    oracle.add_late(&rig, mark);
    check_counts(&report, &entries(&session, &report));
    oracle.check_theirs(&rig.cloud(), &report, &entries(&session, &report));
    rig.calm();
    while report.resumable {
        report = resumed(&rig.session()).await.unwrap();
    }
    let ended = entries(&session, &report);
    assert_eq!(ended.len(), operations);
    check_counts(&report, &ended);
    assert!(ended.iter().all(|entry| entry.state.is_settled()));
    oracle.check_ours(&rig.cloud(), &ended);
    oracle.check_theirs(&rig.cloud(), &report, &ended);
    // In the end a calm sync brings both sides together, and their notes are still there.
    let last = run(&session, planned(&session, true).await).await;
    assert!(last.is_done(), "{last:?}");
    let names: Vec<String> = rig.contents().into_keys().collect();
    assert_eq!(names, oracle.wanted.keys().cloned().collect::<Vec<_>>());
    for (name, (_, mut fields)) in rig.contents() {
        fields.remove("note");
        assert_eq!(fields, oracle.wanted[&name].1, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_nothing_is_lost_unseen() {
    let first = number("SKYDECK_SEED", 1);
    for seed in first..first + number("SKYDECK_CASES", 30) {
        println!("case {seed}: {:#?}", drawn(seed));
        carried_out(seed).await;
    }
}
