//! A record that is not there any more when it is to be deleted.

use std::sync::Arc;

use skydeck::config::Config;
use skydeck::sandbox::Demo;
use skydeck::sync::{Edit, Overrides, Session, review_edits};
use skydeck::tui::failure::Failure;
use skydeck::tui::job::Kind;
use skydeck::tui::message::{Done, Message};

use crate::rig::Screen;

/// What planning says when a stadium is to be deleted that is not there.
async fn refused(name: &str) -> Failure {
    let kept = tempfile::tempdir().unwrap();
    let demo = Demo::start(kept.path()).await.unwrap();
    let variables = demo.environment();
    let overrides = Overrides {
        state_folder: Some(kept.path().join("state")),
        ..Overrides::default()
    };
    let config = Config::load(&demo.config).unwrap();
    let session = Session::open(config, "development", overrides, &|name| {
        variables.get(name).cloned()
    });
    let edit = Edit::Delete {
        record_type: "Stadium".into(),
        name: name.into(),
        base: None,
    };
    let planned = review_edits(&Arc::new(session.unwrap()), vec![edit])
        .result()
        .await;
    Failure::of("Planning", &planned.unwrap_err())
}

#[test]
fn it_is_told_in_words_that_there_is_nothing_to_delete() {
    let gone = tokio::runtime::Runtime::new()
        .unwrap()
        .block_on(refused("stadium_gone"));
    for keys in ["x", "space space x"] {
        let mut screen = Screen::compared((100, 30));
        screen.keys("2");
        screen.keys(keys);
        let chosen = screen.state.records.list.chosen(&screen.state).remove(0).name;
        let job = screen.state.job(Kind::Review).unwrap().id;
        let mut failure = gone.clone();
        failure.why = failure.why.replace("stadium_gone", &chosen);
        screen.take(Message::Done(job, Done::Reviewed(Err(failure))));
        let shown = screen.draw();
        for text in [
            "Deleted already",
            "is no longer in the cloud",
            "There is nothing to delete",
            "d compares again",
        ] {
            assert!(shown.contains(text), "{text}\n{shown}");
        }
        assert!(shown.contains(&format!("{chosen} is no longer")), "{shown}");
        assert_eq!(
            shown.contains("The others are gone as well"),
            keys != "x",
            "{shown}"
        );
        assert!(!shown.contains("NOT_FOUND"), "{shown}");
    }
}
