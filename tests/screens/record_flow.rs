//! Editing, creating and deleting against a service, from keys alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;
use skydeck::config::{Config, FILE_NAME};
use skydeck::emulator::Environment;
use skydeck::sandbox::Demo;
use skydeck::sync::{Overrides, Session};
use skydeck::tui::effect::Effect;
use skydeck::tui::message::Done;
use skydeck::tui::place::{Opened, Place};
use skydeck::tui::screen::records::{self, Subject};

use crate::driver::Driver;

const BUSCH: &str = "stadium_mlb_busch_stadium";

struct Rig {
    demo: Demo,
    session: Arc<Session>,
    driver: Driver,
    _kept: tempfile::TempDir,
}

impl Rig {
    /// The demonstration, compared, with a stadium opened.
    async fn start() -> Self {
        let kept = tempfile::tempdir().unwrap();
        let demo = Demo::start(kept.path()).await.unwrap();
        let variables = demo.environment();
        let config = Config::load(&kept.path().join(FILE_NAME)).unwrap();
        let overrides = Overrides {
            state_folder: Some(kept.path().join("state")),
            ..Overrides::default()
        };
        let env = |name: &str| variables.get(name).cloned();
        let session = Arc::new(Session::open(config, "development", overrides, &env).unwrap());
        let mut driver = Driver::new();
        let types = session.config().types.iter();
        let opened = Opened {
            place: Place::of(&session, true),
            types: types.map(|one| (Arc::new(one.clone()), None)).collect(),
            interrupted: None,
            warnings: Vec::new(),
            arrangements: BTreeMap::new(),
            handle: None,
        };
        driver.tell_done(0, Done::Opened(Ok(Box::new(opened))));
        driver.settle(&session).await;
        let mut rig = Rig {
            demo,
            session,
            driver,
            _kept: kept,
        };
        rig.go_to(BUSCH).await;
        rig
    }

    async fn go_to(&mut self, name: &str) {
        let subject = Subject {
            type_index: 0,
            name: name.to_owned(),
        };
        let effects = records::go_to(&mut self.driver.state, &subject);
        self.driver.asked.extend(effects);
        self.driver.wait(1);
        self.settle().await;
    }

    async fn settle(&mut self) -> Vec<Effect> {
        self.driver.settle(&self.session).await
    }

    async fn press(&mut self, keys: &str) -> Vec<Effect> {
        self.driver.press(keys);
        self.settle().await
    }

    /// Passes the gate: it takes no key but Esc at first.
    async fn confirm(&mut self) {
        self.driver.wait(1000);
        self.press("right enter").await;
    }

    fn stranger(&self, fields: &serde_json::Value) {
        let emulator = &self.demo.emulator;
        emulator
            .write_as_stranger(Environment::Development, "Stadium", BUSCH, fields)
            .unwrap();
    }

    /// A field as the service has it.
    fn field(&self, name: &str, field: &str) -> serde_json::Value {
        let records = self.demo.emulator.records(Environment::Development);
        let record = records.into_iter().find(|record| record["recordName"] == name);
        record.map_or(serde_json::Value::Null, |record| {
            record["fields"][field]["value"].clone()
        })
    }

    fn screen(&mut self) -> String {
        self.driver.screen(120, 36).join("\n")
    }

    /// Puts a value into the field under the cursor, up to the plan.
    async fn put(&mut self, value: &str) {
        self.press("e ctrl-u").await;
        self.driver.write(value);
        self.press("enter").await;
    }
}

fn number(value: i64) -> serde_json::Value {
    json!({ "value": value, "type": "INT64" })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_is_edited_and_nothing_is_written_without_the_gate() {
    let mut rig = Rig::start().await;
    let before = rig.field(BUSCH, "capacity");
    rig.press("down down down down down").await;
    rig.put("50000").await;
    rig.driver.dialog("Save this change?", 120, 36);
    // Enter on the harmless button.
    rig.driver.wait(1000);
    rig.press("enter").await;
    assert_eq!(rig.field(BUSCH, "capacity"), before);
    rig.put("50000").await;
    // A held key does not pass.
    rig.press("right enter right enter").await;
    assert_eq!(rig.field(BUSCH, "capacity"), before);
    rig.confirm().await;
    assert_eq!(rig.field(BUSCH, "capacity"), 50_000);
    let screen = rig.screen();
    assert!(
        screen.contains("1 record updated") && screen.contains("1 field differs"),
        "{screen}"
    );
    // The run is in the record's history.
    rig.press("h").await;
    let screen = rig.screen();
    assert!(
        screen.contains("run 1 (update)") && screen.contains("→ 50000"),
        "{screen}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_somebody_else_is_seen_before_it_is_overwritten() {
    let mut rig = Rig::start().await;
    rig.press("down down down down down").await;
    // They write while the value is being typed.
    rig.press("e ctrl-u").await;
    rig.stranger(&json!({ "capacity": number(111) }));
    rig.driver.write("50000");
    rig.press("enter").await;
    let screen = rig.screen();
    assert!(screen.contains("Somebody else changed this record"), "{screen}");
    // Theirs stays unless yours is chosen.
    rig.driver.wait(1000);
    rig.press("enter").await;
    assert!(rig.driver.state.layers.is_empty());
    assert_eq!(rig.field(BUSCH, "capacity"), 111);
    // Once more; now they write while the confirmation is open.
    rig.press("r").await;
    rig.put("50000").await;
    rig.stranger(&json!({ "capacity": number(222), "editorNote": { "value": "mine", "type": "STRING" } }));
    rig.confirm().await;
    assert_eq!(rig.field(BUSCH, "capacity"), 222);
    let screen = rig.screen();
    assert!(screen.contains("CLOUD NOW") && screen.contains("222"), "{screen}");
    rig.driver.wait(1000);
    rig.press("right enter").await;
    let screen = rig.screen();
    assert!(screen.contains("222 → 50000"), "{screen}");
    rig.confirm().await;
    assert_eq!(rig.field(BUSCH, "capacity"), 50_000);
    assert_eq!(rig.field(BUSCH, "editorNote"), "mine");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_editors_text_is_never_thrown_away() {
    let mut rig = Rig::start().await;
    let effects = rig.press("E").await;
    let Some(Effect::Editor { text, .. }) = effects.last() else {
        panic!("{effects:?}")
    };
    let wrong = text
        .replace("\"year_opened\": 2006", "\"year_opened\": \"soon\"")
        .replace("\"city\"", "\"citty\"");
    rig.driver.tell_done(0, Done::Edited(Ok(Some(wrong))));
    rig.driver.dialog("✗", 120, 36);
    // Closed, and taken up again: the text is as it was left.
    rig.press("esc").await;
    rig.press("E").await;
    let effects = rig.press("1").await;
    let Some(Effect::Editor { text, .. }) = effects.last() else {
        panic!("{effects:?}")
    };
    assert!(
        text.contains("\"year_opened\": \"soon\"") && text.contains("citty"),
        "{text}"
    );
    let right = text.replace("\"soon\"", "2007").replace("citty", "city");
    rig.driver.tell_done(0, Done::Edited(Ok(Some(right))));
    rig.settle().await;
    let screen = rig.screen();
    assert!(
        screen.contains("2006 → 2007") && screen.contains("update 1"),
        "{screen}"
    );
    rig.confirm().await;
    assert_eq!(rig.field(BUSCH, "yearOpened"), 2007);
    // Written, it is of no use any more.
    let effects = rig.press("E").await;
    assert!(matches!(effects.last(), Some(Effect::Editor { .. })));
    rig.driver.tell_done(0, Done::Edited(Ok(None)));
    assert!(rig.screen().contains("nothing was changed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_is_made_and_deleted_each_through_its_gate() {
    let mut rig = Rig::start().await;
    rig.press("n").await;
    rig.driver.write("stadium_new");
    let effects = rig.press("enter").await;
    let Some(Effect::Editor { text, .. }) = effects.last() else {
        panic!("{effects:?}")
    };
    let text = text.replace("\"name\": null", "\"name\": \"New\"");
    rig.driver.tell_done(0, Done::Edited(Ok(Some(text))));
    rig.settle().await;
    rig.driver.dialog("Create this record?", 120, 36);
    rig.confirm().await;
    assert_eq!(rig.field("stadium_new", "name"), "New");
    rig.go_to("stadium_new").await;
    rig.press("x").await;
    rig.driver.dialog("Delete this?", 120, 36);
    rig.press("esc").await;
    assert_eq!(rig.field("stadium_new", "name"), "New");
    rig.press("x").await;
    rig.confirm().await;
    assert!(rig.field("stadium_new", "name").is_null());
}

#[tokio::test(flavor = "multi_thread")]
async fn marked_records_get_one_value_in_one_plan() {
    let mut rig = Rig::start().await;
    rig.press("esc space space e").await;
    rig.press("6").await;
    rig.driver.dialog("Edit capacity", 120, 36);
    rig.driver.write("7");
    rig.press("enter").await;
    let screen = rig.screen();
    assert!(screen.contains("update 2"), "{screen}");
    rig.confirm().await;
    assert_eq!(rig.field(BUSCH, "capacity"), 7);
    // Several deletions ask for their number.
    rig.press("x").await;
    let screen = rig.screen();
    assert!(screen.contains("Type 2 to confirm"), "{screen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_marked_records_those_that_are_gone_are_left_out_and_named() {
    let mut rig = Rig::start().await;
    rig.press("esc space space space").await;
    let mut marked = rig.driver.state.records.list.chosen(&rig.driver.state);
    let gone = marked.remove(1).name;
    let emulator = &rig.demo.emulator;
    emulator
        .delete_as_stranger(Environment::Development, &gone)
        .unwrap();
    rig.press("e").await;
    rig.press("6").await;
    rig.driver.write("7");
    rig.press("enter").await;
    let shown = rig.driver.dialog("Save this change?", 120, 36);
    assert!(shown.contains("update 2"), "{shown}");
    assert!(
        shown.contains(&format!("no longer in the cloud: {gone}")),
        "{shown}"
    );
    rig.confirm().await;
    for one in marked {
        assert_eq!(rig.field(&one.name, "capacity"), 7);
    }
    assert!(rig.field(&gone, "capacity").is_null());
}
