//! The state the cloud is in before the first sync: the local records, some of them missing, some as they were before,
//! some that are gone from the files. How many is what [`super::EXPECTED`] says; which ones follows from their place
//! in the file.

use crate::canonical::{Problems, read_all};
use crate::config::Config;
use crate::record::{Fields, Record, Reference, Value};

/// A record of the earlier state: its type, its name, its fields, foreign ones included.
pub type EarlierRecord = (String, String, Fields);

const HOUR: i64 = 3_600_000;

/// The earlier state of all types, made from the files that [`super::write`] wrote.
pub fn earlier(config: &Config) -> Result<impl Iterator<Item = EarlierRecord> + use<>, Problems> {
    let mut all = Vec::new();
    for type_config in &config.types {
        for (place, record) in read_all(config, type_config)?.into_iter().enumerate() {
            before(place, record, &mut all);
        }
    }
    Ok(all.into_iter())
}

/// What stood for one record of the files.
fn before(place: usize, record: Record, all: &mut Vec<EarlierRecord>) {
    let Record {
        name,
        record_type,
        mut fields,
        ..
    } = record;
    let (kept, gone) = match record_type.as_str() {
        "Stadium" => stadium(place, &name, &mut fields),
        "Team" => team(place, &mut fields),
        "Game" => game(place, &name, &mut fields),
        "LeagueStructure" => {
            if place == 12 {
                number(&mut fields, "displayOrder", 1);
            }
            (true, None)
        }
        "TeamAlias" => team_alias(place, &name, &mut fields),
        "StadiumAlias" => stadium_alias(place, &name, &mut fields),
        _ => (true, None),
    };
    if let Some((name, fields)) = gone {
        all.push((record_type.clone(), name, fields));
    }
    if kept {
        all.push((record_type, name, fields));
    }
}

/// Whether the record was there already, and one that is gone since.
type Before = (bool, Option<(String, Fields)>);

fn stadium(place: usize, name: &str, fields: &mut Fields) -> Before {
    let gone = (place == 60).then(|| renamed(name, "stadium_nba_oracle_arena", fields, &["canonicalId"]));
    match place {
        10 | 75 => shift(fields, 0.012),
        // Less than the tolerance: nobody is to see this.
        20 => shift(fields, 0.000_08),
        30 | 80 | 130 => text(fields, "name", |name| format!("{name} (old)")),
        40 | 90 | 140 => number(fields, "capacity", -1250),
        _ => {}
    }
    if place % 30 == 5 {
        fields.insert(
            "editorNote".to_owned(),
            Value::String("Checked against the club's own page".to_owned()),
        );
    }
    (!matches!(place, 17 | 101), gone)
}

fn team(place: usize, fields: &mut Fields) -> Before {
    match place {
        15 | 65 | 115 => text(fields, "primaryColor", |_| "#000000".to_owned()),
        25 | 85 => text(fields, "name", |name| format!("{name} Club")),
        _ => {}
    }
    (place != 50, None)
}

fn game(place: usize, name: &str, fields: &mut Fields) -> Before {
    let gone = (place % 480 == 200).then(|| renamed(name, &format!("{name}_ppd"), fields, &["canonicalId"]));
    if place % 144 == 5 {
        if fields.contains_key("homeScore") && place % 288 == 5 {
            // The result had not come in yet.
            fields.remove("homeScore");
            fields.remove("awayScore");
        } else if fields.contains_key("homeScore") {
            number(fields, "homeScore", 1);
        } else {
            later(fields, HOUR);
        }
    }
    if place % 288 == 11 {
        later(fields, -HOUR / 2);
    }
    if place % 144 == 100 {
        fields.insert("broadcast".to_owned(), Value::String("Radio only".to_owned()));
    }
    (place % 240 != 7, gone)
}

fn team_alias(place: usize, name: &str, fields: &mut Fields) -> Before {
    let gone = (place % 29 == 14).then(|| renamed(name, &format!("{name}_draft"), fields, &["aliasId"]));
    if place == 33 {
        text(fields, "aliasValue", str::to_uppercase);
    }
    (!matches!(place, 5 | 70), gone)
}

fn stadium_alias(place: usize, name: &str, fields: &mut Fields) -> Before {
    let gone = (place % 36 == 18).then(|| renamed(name, &format!("{name}_draft"), fields, &["aliasId"]));
    match place {
        44 => text(fields, "aliasName", str::to_uppercase),
        88 => {
            let elsewhere = "stadium_mlb_fenway_park".to_owned();
            fields.insert("stadiumCanonicalId".to_owned(), Value::String(elsewhere.clone()));
            if let Some(Value::Reference(Reference { record_name, .. })) = fields.get_mut("stadiumRef") {
                *record_name = elsewhere;
            }
        }
        _ => {}
    }
    (!matches!(place, 1 | 51 | 111), gone)
}

/// A copy under another name, which stands in these fields too.
fn renamed(old: &str, new: &str, fields: &Fields, named_by: &[&str]) -> (String, Fields) {
    let mut fields = fields.clone();
    for field in named_by {
        text(&mut fields, field, |value| value.replace(old, new));
    }
    (new.to_owned(), fields)
}

fn text(fields: &mut Fields, field: &str, change: impl Fn(&str) -> String) {
    if let Some(Value::String(value)) = fields.get_mut(field) {
        *value = change(value);
    }
}

fn number(fields: &mut Fields, field: &str, change: i64) {
    if let Some(Value::Int64(value)) = fields.get_mut(field) {
        *value += change;
    }
}

fn later(fields: &mut Fields, milliseconds: i64) {
    if let Some(Value::Timestamp(value)) = fields.get_mut("dateTime") {
        *value += milliseconds;
    }
}

fn shift(fields: &mut Fields, degrees: f64) {
    if let Some(Value::Location(value)) = fields.get_mut("location") {
        value.latitude += degrees;
        value.longitude -= degrees;
    }
}
