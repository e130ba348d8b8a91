//! The real data set and the demonstration: what a diff must find, what a sync must send, and the way back.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rand::SeedableRng as _;
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom as _;
use serde_json::{Map, Value, json};
use skydeck::config::{Config, FILE_NAME};
use skydeck::demo::EXPECTED;
use skydeck::sandbox;
use skydeck::sync::{Depth, verify};

use crate::rig::{Contents, HERE, Line, Modify, Rig, Stored, counted, planned, run, sent, synced, undone};

const MANIFEST: &str = include_str!("football.toml");

/// What `data/README.md` says, type by type: new, updated, unchanged, orphans.
const FOOTBALL: [(&str, [usize; 4]); 6] = [
    ("Stadium", [0, 0, 136, 0]),
    ("Team", [33, 0, 412, 0]),
    ("Game", [530, 1488, 11_797, 530]),
    ("LeagueStructure", [0, 0, 32, 0]),
    ("TeamAlias", [0, 0, 173, 0]),
    ("StadiumAlias", [0, 0, 136, 0]),
];

fn football() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/football");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: there is no {}", folder.display());
    None
}

/// File, type, and the fields as (field, member, type).
type Mapping = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str, &'static str)],
);

/// The manifest once more, by hand.
const MAPPINGS: [Mapping; 6] = [
    (
        "stadiums_canonical.json",
        "Stadium",
        &[
            ("name", "name", "STRING"),
            ("city", "city", "STRING"),
            ("country", "country", "STRING"),
            ("capacity", "capacity", "INT64"),
            ("place", "latitude", "LOCATION"),
        ],
    ),
    (
        "teams_canonical.json",
        "Team",
        &[
            ("name", "name", "STRING"),
            ("league", "league_id", "REFERENCE"),
            ("stadium", "stadium_canonical_id", "REFERENCE"),
        ],
    ),
    (
        "games_canonical.json",
        "Game",
        &[
            ("season", "season", "STRING"),
            ("round", "round", "STRING"),
            ("date", "date", "STRING"),
            ("time", "time", "STRING"),
            ("league", "league_id", "REFERENCE"),
            ("homeTeam", "home_team_canonical_id", "REFERENCE"),
            ("awayTeam", "away_team_canonical_id", "REFERENCE"),
            ("stadium", "stadium_canonical_id", "REFERENCE"),
            ("homeScore", "home_score", "INT64"),
            ("awayScore", "away_score", "INT64"),
        ],
    ),
    (
        "league_structure.json",
        "LeagueStructure",
        &[
            ("kind", "structure_type", "STRING"),
            ("name", "name", "STRING"),
            ("abbreviation", "abbreviation", "STRING"),
            ("parent", "parent_id", "REFERENCE"),
            ("displayOrder", "display_order", "INT64"),
        ],
    ),
    (
        "team_aliases.json",
        "TeamAlias",
        &[
            ("team", "team_canonical_id", "REFERENCE"),
            ("kind", "alias_type", "STRING"),
            ("value", "alias_value", "STRING"),
            ("validFrom", "valid_from", "TIMESTAMP"),
            ("validUntil", "valid_until", "TIMESTAMP"),
        ],
    ),
    (
        "stadium_aliases.json",
        "StadiumAlias",
        &[
            ("name", "alias_name", "STRING"),
            ("stadium", "stadium_canonical_id", "REFERENCE"),
        ],
    ),
];

/// A folder of canonical files as the service has to have it.
fn wanted(folder: &Path) -> Contents {
    let mut out = Contents::new();
    for (file, kind, fields) in MAPPINGS {
        let text = fs::read_to_string(folder.join(file)).unwrap();
        let records: Vec<Map<String, Value>> = serde_json::from_str(&text).unwrap();
        for record in records {
            let name = record["canonical_id"].as_str().unwrap().to_owned();
            out.insert(name, (kind.to_owned(), mapped(&record, fields)));
        }
    }
    out
}

fn mapped(record: &Map<String, Value>, fields: &[(&str, &str, &str)]) -> Map<String, Value> {
    let present = fields.iter().filter(|(_, member, _)| !record[*member].is_null());
    let entries = present.map(|(field, member, kind)| {
        let raw = &record[*member];
        let value = match *kind {
            "REFERENCE" => json!({ "recordName": raw, "action": "NONE" }),
            "LOCATION" => json!({ "latitude": raw, "longitude": record["longitude"] }),
            "TIMESTAMP" => {
                let date: jiff::civil::Date = raw.as_str().unwrap().parse().unwrap();
                let start = date.to_zoned(jiff::tz::TimeZone::UTC).unwrap();
                json!(start.timestamp().as_millisecond())
            }
            _ => raw.clone(),
        };
        ((*field).to_owned(), json!({ "value": value, "type": kind }))
    });
    entries.collect()
}

fn lines(expected: &[(&str, [usize; 4])]) -> Vec<Line> {
    expected
        .iter()
        .map(|(name, counts)| ((*name).to_owned(), *counts))
        .collect()
}

/// Every target that is written at all is written no later than its source: it may share the request, before it.
fn assert_targets_first(requests: &[Modify]) {
    let mut place = BTreeMap::new();
    for (number, request) in requests.iter().enumerate() {
        for (position, name) in request.names().enumerate() {
            place.insert(name.to_owned(), (number, position));
        }
    }
    for request in requests {
        for (verb, record) in &request.operations {
            let fields = record["fields"].as_object().into_iter().flat_map(Map::values);
            for target in fields.filter_map(|field| field["value"]["recordName"].as_str()) {
                if let Some(there) = place.get(target).filter(|_| verb != "delete") {
                    assert!(
                        *there < place[record["recordName"].as_str().unwrap()],
                        "{target} is late"
                    );
                }
            }
        }
    }
}

async fn in_football() -> Option<(PathBuf, Rig)> {
    let folder = football()?;
    let rig = Rig::start(MANIFEST, |_| {}).await;
    rig.copy_files(&folder.join("2025-11"));
    let config = Config::load(&rig.folder.join(FILE_NAME)).unwrap();
    tokio::task::block_in_place(|| sandbox::load_files(&rig.emulator, HERE, &config)).unwrap();
    assert_eq!(rig.contents(), wanted(&folder.join("2025-11")));
    rig.copy_files(&folder.join("2026-03"));
    Some((folder, rig))
}

#[tokio::test(flavor = "multi_thread")]
async fn football_goes_forward_and_all_the_way_back() {
    let Some((folder, rig)) = in_football().await else {
        return;
    };
    let first = rig.contents();
    let session = rig.session();
    assert_eq!(counted(&session).await, lines(&FOOTBALL));

    let mark = rig.asked();
    let report = synced(&session, false).await;
    assert!(report.is_done(), "{report:?}");
    assert_eq!((report.created, report.updated, report.deleted), (563, 1488, 0));
    let requests = rig.modifies(mark);
    // 2,051 operations, 200 a request.
    assert_eq!(requests.len(), 11);
    assert_eq!(
        (sent(&requests, "create"), sent(&requests, "update")),
        (563, 1488)
    );
    assert!(
        requests
            .iter()
            .all(|one| one.operations.len() <= 200 && one.bytes <= 1_000_000)
    );
    assert_targets_first(&requests);
    let mut target = wanted(&folder.join("2026-03"));
    let orphans: Contents = (first.clone().into_iter())
        .filter(|(name, _)| !target.contains_key(name))
        .collect();
    assert_eq!(orphans.len(), 530);
    target.extend(orphans);
    assert_eq!(rig.contents(), target);

    // What is as it should be is not sent again.
    let mark = rig.asked();
    assert!(planned(&session, false).await.plan().operations.is_empty());
    assert!(rig.modifies(mark).is_empty());

    let deletion = synced(&session, true).await;
    assert!(deletion.is_done(), "{deletion:?}");
    assert_eq!(
        (deletion.created, deletion.updated, deletion.deleted),
        (0, 0, 530)
    );
    assert_eq!(rig.modifies(mark).len(), 3);
    assert_eq!(rig.contents(), wanted(&folder.join("2026-03")));
    let deep = Depth::Deep;
    let verdicts = verify(&session, session.types(&[]).unwrap(), deep)
        .result()
        .await
        .unwrap();
    let checked = verdicts.iter().map(|(_, verdict)| verdict.as_ref().unwrap());
    assert!(
        checked
            .clone()
            .all(|verdict| verdict.is_ok() && verdict.checked == verdict.local)
    );
    assert_eq!(checked.map(|verdict| verdict.checked).sum::<usize>(), 14_737);

    assert!(undone(&session, deletion.run).await.is_done());
    assert!(undone(&session, report.run).await.is_done());
    assert_eq!(rig.contents(), first);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demonstration_goes_forward_and_all_the_way_back() {
    let rig = Rig::demo().await;
    let first = rig.contents();
    let session = rig.session();
    let expected = EXPECTED.map(|(name, c)| (name, [c.new, c.updated, c.unchanged, c.orphan]));
    assert_eq!(counted(&session).await, lines(&expected));
    let mark = rig.asked();
    let report = synced(&session, true).await;
    assert!(report.is_done(), "{report:?}");
    let sum = |part: usize| expected.iter().map(|(_, counts)| counts[part]).sum::<usize>();
    assert_eq!(
        [report.created, report.updated, report.unchanged, report.deleted],
        [0, 1, 2, 3].map(sum)
    );
    let requests = rig.modifies(mark);
    // 109 writes and 20 deletions: one request each.
    assert_eq!(requests.len(), 2);
    assert_targets_first(&requests);
    let after = rig.contents();
    let foreign = |contents: &Contents, field: &str| {
        contents
            .values()
            .filter(|(_, fields)| fields.contains_key(field))
            .count()
    };
    for field in ["editorNote", "broadcast"] {
        assert_eq!(foreign(&after, field), foreign(&first, field), "{field}");
    }
    let second = run(&session, planned(&session, true).await).await;
    assert!(second.is_done() && second.unchanged == EXPECTED.iter().map(|(_, c)| c.local()).sum::<usize>());
    assert_eq!(rig.modifies(mark).len(), 2);
    assert!(undone(&session, report.run).await.is_done());
    assert_eq!(rig.contents(), first);
}

/// A value of the same type that is another one.
fn another(field: &Value) -> Value {
    let mut other = field.clone();
    other["value"] = match &field["value"] {
        Value::String(text) => json!(format!("{text}.")),
        Value::Number(number) => json!(number.as_i64().unwrap() + 1),
        Value::Object(place) if place.contains_key("latitude") => {
            json!({ "latitude": place["latitude"].as_f64().unwrap() + 0.0002, "longitude": place["longitude"] })
        }
        _ => json!({ "recordName": "nobody", "action": "NONE" }),
    };
    other
}

#[tokio::test(flavor = "multi_thread")]
async fn one_changed_field_in_one_of_many_records_is_found() {
    let Some((folder, rig)) = in_football().await else {
        return;
    };
    rig.copy_files(&folder.join("2025-11"));
    let cloud: Vec<(String, Stored)> = rig.cloud().into_iter().collect();
    let mut random = SmallRng::seed_from_u64(7);
    let mut changed = BTreeMap::new();
    for (_, kind, fields) in MAPPINGS {
        for (field, _, _) in fields {
            let has = |one: &&(String, Stored)| {
                one.1.kind == kind && one.1.fields.contains_key(*field) && !changed.contains_key(&one.0)
            };
            let choice: Vec<&(String, Stored)> = cloud.iter().filter(has).collect();
            // Nobody's alias has an end.
            let Some((name, record)) = choice.choose(&mut random) else {
                continue;
            };
            rig.stranger(kind, name, &json!({ *field: another(&record.fields[*field]) }));
            changed.insert(name.clone(), (*field).to_owned());
        }
    }
    assert_eq!(changed.len(), 29);
    let session = rig.session();
    let deep = Depth::Deep;
    let verdicts = verify(&session, session.types(&[]).unwrap(), deep)
        .result()
        .await
        .unwrap();
    let mismatched = verdicts
        .into_iter()
        .flat_map(|(_, verdict)| verdict.unwrap().mismatched);
    let found: BTreeMap<String, String> = mismatched
        .map(|one| {
            (
                one.name,
                one.changes.iter().map(|change| change.field.as_str()).collect(),
            )
        })
        .collect();
    assert_eq!(found, changed);
}
