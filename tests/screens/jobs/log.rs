//! The log.

use std::time::Duration;

use skydeck::sync::Event;
use skydeck::tui::effect::{Effect, Work};
use skydeck::tui::message::Message;
use skydeck::tui::state::{Phase, Screen};

use super::Stage;

fn answered(operation: &'static str, status: Option<u16>) -> Event {
    Event::Answered {
        operation,
        status,
        succeeded: status == Some(200),
        took: Duration::from_millis(81),
        sent: 130,
        received: 16_384,
        records: 200,
        request_id: Some("ccf0fc97-1492-4d53-860e-03ee5b88ce60".to_owned()),
    }
}

fn events() -> Vec<Event> {
    vec![
        answered("records/query", Some(200)),
        answered("records/lookup", Some(503)),
        Event::Throttled {
            wait: Duration::from_secs(12),
            code: "THROTTLED".to_owned(),
        },
        Event::Retrying {
            operation: "records/lookup",
            attempt: 2,
            cause: "the service is busy".to_owned(),
        },
        answered("records/modify", None),
        Event::Failed {
            record_type: "Team".to_owned(),
            why: "a \u{1b}[31mhostile\u{202e} message".to_owned(),
        },
    ]
}

fn filled() -> Stage {
    let mut stage = Stage::bare(Phase::Ready);
    stage.state.screen = Screen::Log;
    stage.tell(Message::Told(1, events()));
    stage
}

#[test]
fn it_is_filtered_followed_copied_and_saved() {
    let mut stage = filled();
    stage.keys("/");
    stage.types("LOOKUP");
    stage.keys("Enter");
    let shown = stage.draw(120, 36);
    assert!(
        shown.contains("Log · 2") && !shown.contains("records/query"),
        "{shown}"
    );
    stage.tell(Message::Told(
        1,
        vec![
            answered("records/lookup", Some(200)),
            answered("records/query", Some(200)),
        ],
    ));
    assert!(stage.draw(120, 36).contains("Log · 3"));
    stage.keys("o");
    stage.pending.clear();
    stage.keys("Enter");
    let saved = stage.pending.iter().find_map(|effect| match effect {
        Effect::Start(_, Work::Save { path, text, .. }) => Some((path.clone(), text.clone())),
        _ => None,
    });
    let (path, text) = saved.unwrap();
    assert_eq!((path.to_str(), text.lines().count()), (Some("skydeck.log"), 3));
    stage.keys("Esc");
    assert!(stage.draw(120, 36).contains("Log · 8"));
    // The first line is left behind when more come, unless it is followed.
    stage.keys("Home y");
    let copied = stage.pending.iter().any(|effect| {
        matches!(effect, Effect::Copy(line) if line.contains("records/query") && line.contains("81 ms"))
    });
    assert!(copied);
    assert!(stage.draw(120, 36).contains("f follows"));
    stage.keys("f");
    assert!(stage.draw(120, 36).contains("following"));
}
