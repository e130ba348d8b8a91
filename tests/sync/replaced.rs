//! Answers that do not tell the truth: a gateway replaces the answer to a write that was carried out, repeats the write, or
//! refuses what it never passed on. What the report and the journal say is compared with the service's own store.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};
use skydeck::cli::exit;
use skydeck::journal::{Entry, State};
use skydeck::record::plan::Verb;
use skydeck::sync::{Overrides, Report, Session};

use crate::league::{Plain, contents, league, pat, player, team};
use crate::proxy::{Answer, Fate, Passed, Proxy};
use crate::rig::{Cloud, Rig, planned, resumed, run, undone};

/// Eight records to create, eleven to update, four to delete, in a request of writes and one of deletions.
fn sides() -> (Vec<Plain>, Vec<Plain>) {
    let mut disk = vec![pat(), team("t1", "Reds", 1)];
    let mut cloud = disk.clone();
    for n in 0..8 {
        disk.push(player(&format!("new{n}"), "New", n, "t1"));
    }
    for n in 0..11 {
        cloud.push(team(&format!("old{n:02}"), "Old", n));
        disk.push(team(&format!("old{n:02}"), "Changed", n));
    }
    for n in 0..4 {
        cloud.push(team(&format!("gone{n}"), "Gone", n));
    }
    (disk, cloud)
}

/// An answer to a write, whatever became of the write.
#[derive(Clone, Copy, Debug)]
enum Lie {
    /// A status with this code, as the service words it.
    Code(u16, &'static str),
    /// The same with a wait.
    Wait(u16, &'static str),
    /// A gateway's page.
    Page(u16),
    /// Every third record failed, with this code.
    Items(&'static str),
    /// The same with a wait.
    ItemsWait(&'static str),
    /// The request is carried out twice, and the second answer comes back.
    Repeated,
}

const LIES: [Lie; 32] = [
    Lie::Code(503, "TRY_AGAIN_LATER"),
    Lie::Wait(503, "TRY_AGAIN_LATER"),
    Lie::Code(429, "THROTTLED"),
    Lie::Wait(429, "THROTTLED"),
    Lie::Code(200, "THROTTLED"),
    Lie::Code(413, "QUOTA_EXCEEDED"),
    Lie::Code(400, "LIMIT_EXCEEDED"),
    Lie::Code(400, "BAD_REQUEST"),
    Lie::Code(401, "AUTHENTICATION_FAILED"),
    Lie::Code(403, "ACCESS_DENIED"),
    Lie::Code(404, "NOT_FOUND"),
    Lie::Code(409, "CONFLICT"),
    Lie::Code(409, "EXISTS"),
    Lie::Code(412, "VALIDATING_REFERENCE_ERROR"),
    Lie::Code(400, "SOMETHING_NEW"),
    Lie::Wait(400, "ZONE_BUSY"),
    Lie::Code(500, "INTERNAL_ERROR"),
    Lie::Page(200),
    Lie::Page(400),
    Lie::Page(404),
    Lie::Page(408),
    Lie::Page(413),
    Lie::Page(499),
    Lie::Page(503),
    Lie::Items("CONFLICT"),
    Lie::Items("EXISTS"),
    Lie::Items("NOT_FOUND"),
    Lie::Items("SOMETHING_NEW"),
    Lie::Items("ACCESS_DENIED"),
    Lie::ItemsWait("SOMETHING_NEW"),
    Lie::ItemsWait("TRY_AGAIN_LATER"),
    Lie::Repeated,
];

fn words(code: &str) -> Value {
    json!({ "uuid": "u-1", "serverErrorCode": code, "reason": "because" })
}

impl Lie {
    /// Told about a request that was carried out.
    fn replace(self) -> Fate {
        match self {
            Lie::Repeated => Fate::Repeat,
            lie => Fate::Replace(Box::new(move |passed| lie.answer(passed))),
        }
    }

    fn answer(self, passed: &Passed) -> Answer {
        let with_wait = |mut words: Value| {
            words["retryAfter"] = json!(0.01);
            words
        };
        match self {
            Lie::Code(status, code) => Answer::code(status, code),
            Lie::Wait(status, code) => Answer::json(status, &with_wait(words(code))),
            Lie::Page(status) => Answer::html(status),
            Lie::Items(code) => Answer::json(200, &some_failed(&passed.answered, &words(code))),
            Lie::ItemsWait(code) => {
                Answer::json(200, &some_failed(&passed.answered, &with_wait(words(code))))
            }
            Lie::Repeated => unreachable!("carried out again instead"),
        }
    }
}

/// The true answer with every third record replaced by a failure.
fn some_failed(answered: &Value, words: &Value) -> Value {
    let mut answered = answered.clone();
    for record in answered["records"].as_array_mut().unwrap().iter_mut().step_by(3) {
        let mut failed = words.clone();
        failed["recordName"] = record["recordName"].clone();
        *record = failed;
    }
    answered
}

/// A run between the sides, through a proxy.
struct Scene {
    rig: Rig,
    proxy: Proxy,
    session: Arc<Session>,
    before: Cloud,
    disk: Vec<Plain>,
}

async fn scene(decide: impl Fn(&Passed) -> Fate + Send + Sync + 'static) -> Scene {
    let (disk, cloud) = sides();
    let rig = league(&disk, &cloud).await;
    let proxy = Proxy::start(&rig.emulator.endpoint(), decide);
    let through = Overrides {
        endpoint: Some(proxy.endpoint.clone()),
        ..Overrides::default()
    };
    Scene {
        session: rig.open("development", through).unwrap(),
        before: rig.cloud(),
        proxy,
        rig,
        disk,
    }
}

/// What was created, changed and deleted between two looks at the service's store.
fn changes(before: &Cloud, after: &Cloud) -> [BTreeSet<String>; 3] {
    let names = |some: &Cloud| some.keys().cloned().collect::<BTreeSet<String>>();
    let changed = |name: &&String| {
        let (before, after) = (before.get(*name), after.get(*name));
        before
            .zip(after)
            .is_some_and(|(before, after)| before.tag != after.tag)
    };
    [
        &names(after) - &names(before),
        names(before).iter().filter(changed).cloned().collect(),
        &names(before) - &names(after),
    ]
}

impl Scene {
    fn entries(&self, report: &Report) -> Vec<Entry> {
        self.session.journal().entries(report.run).unwrap()
    }

    /// Report and journal say of the writes what the service's store says.
    fn assert_true(&self, report: &Report, label: &str) {
        let after = self.rig.cloud();
        let [created, updated, deleted] = changes(&self.before, &after);
        assert_eq!(
            [
                report.created,
                report.updated,
                report.deleted + report.already_gone
            ],
            [created.len(), updated.len(), deleted.len()],
            "{label}: {report:?}"
        );
        assert_eq!((report.unknown, report.already_equal), (0, 0), "{label}");
        for entry in self.entries(report) {
            let name = &entry.operation.name;
            let (is_written, tag) = match entry.operation.verb {
                Verb::Create => (created.contains(name), after.get(name).map(|one| one.tag.clone())),
                Verb::Update => (updated.contains(name), after.get(name).map(|one| one.tag.clone())),
                _ => (deleted.contains(name), None),
            };
            let says = matches!(entry.state, State::Applied | State::AlreadyGone);
            assert_eq!(says, is_written, "{label} {name}: {entry:?}");
            if entry.state == State::Applied {
                assert_eq!(entry.tag, tag, "{label} {name}");
            }
        }
    }

    async fn assert_undone(&self, report: &Report, label: &str) {
        let back = undone(&self.session, report.run).await;
        assert!(back.is_done(), "{label}: {back:?}");
        let (_, cloud) = sides();
        assert_eq!(self.rig.contents(), contents(&cloud), "{label}");
    }
}

/// The requests of the run that something happens to.
fn is_hit(passed: &Passed, verb: &'static str, always: bool) -> bool {
    passed.operation == "records/modify" && passed.writes(verb) && (always || passed.number <= 2)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_carried_out_is_reported_whatever_the_answer() {
    for lie in LIES {
        for (verb, number) in [("create", 1), ("delete", 2)] {
            let label = format!("{lie:?} to {verb}");
            let hit = move |passed: &Passed| {
                passed.operation == "records/modify" && passed.number == number && passed.writes(verb)
            };
            let scene = scene(move |passed| if hit(passed) { lie.replace() } else { Fate::Pass }).await;
            let report = run(&scene.session, planned(&scene.session, true).await).await;
            scene.assert_true(&report, &label);
            assert_eq!(scene.rig.contents(), contents(&scene.disk), "{label}");
            assert!(report.is_done(), "{label}: {report:?}");
            assert_eq!(exit::of_report(&report), exit::DONE, "{label}");
            // Nothing is sent twice: what the request did is found by lookup.
            let writes = scene.proxy.passed();
            let writes = writes.iter().filter(|one| one.operation == "records/modify");
            assert_eq!(writes.count(), 2, "{label}");
            scene.assert_undone(&report, &label).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_carried_out_is_not_claimed_whatever_the_answer() {
    for lie in LIES {
        if matches!(lie, Lie::Items(_) | Lie::ItemsWait(_) | Lie::Repeated) {
            continue;
        }
        for verb in ["create", "delete"] {
            let label = format!("{lie:?} to {verb}");
            let scene = scene(move |passed| {
                if is_hit(passed, verb, false) {
                    Fate::Refuse(lie.answer(passed))
                } else {
                    Fate::Pass
                }
            })
            .await;
            let report = run(&scene.session, planned(&scene.session, true).await).await;
            scene.assert_true(&report, &label);
            assert_eq!(
                report.is_done(),
                scene.rig.contents() == contents(&scene.disk),
                "{label}"
            );
            // What the service refuses in its own words is over; what it puts off comes to its end.
            let over = matches!(lie, Lie::Code(400..=404 | 412, _) | Lie::Page(400 | 404));
            let over = over && !matches!(lie, Lie::Code(400, "LIMIT_EXCEEDED"));
            assert_eq!(report.is_done(), !over, "{label}: {report:?}");
            scene.assert_undone(&report, &label).await;
        }
    }
}

/// The service says no for ever, and does what it is asked for all the same.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_never_true_is_seen_through() {
    for lie in [
        Lie::Wait(429, "THROTTLED"),
        Lie::Page(502),
        Lie::Code(400, "BAD_REQUEST"),
        Lie::Repeated,
    ] {
        let label = format!("{lie:?}");
        let scene = scene(move |passed| match passed.operation.as_str() {
            "records/modify" => lie.replace(),
            _ => Fate::Pass,
        })
        .await;
        let report = run(&scene.session, planned(&scene.session, true).await).await;
        scene.assert_true(&report, &label);
        assert!(report.is_done(), "{label}: {report:?}");
        scene.assert_undone(&report, &label).await;
    }
}

/// The lookup that would resolve it fails as well: the outcome stays unknown, and both ways on lead to the true account.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_looked_up_stays_unknown() {
    for resume in [false, true] {
        let down = Arc::new(std::sync::atomic::AtomicBool::new(true));
        let is_down = Arc::clone(&down);
        let scene = scene(move |passed| match passed.operation.as_str() {
            "records/modify" if passed.number == 1 => Fate::replace(Answer::code(503, "TRY_AGAIN_LATER")),
            "records/lookup" if is_down.load(std::sync::atomic::Ordering::SeqCst) => {
                Fate::Refuse(Answer::code(403, "ACCESS_DENIED"))
            }
            _ => Fate::Pass,
        })
        .await;
        let reviewed = planned_without_lookups(&scene, &down).await;
        let report = run(&scene.session, reviewed).await;
        assert_eq!((report.unknown, report.not_attempted), (19, 4), "{report:?}");
        assert_eq!(exit::of_report(&report), exit::REFUSED);
        down.store(false, std::sync::atomic::Ordering::SeqCst);
        if resume {
            let report = resumed(&scene.session).await.unwrap();
            scene.assert_true(&report, "resumed");
            assert!(report.is_done(), "{report:?}");
        }
        scene.assert_undone(&report, "undone").await;
    }
}

/// A plan made while lookups still work.
async fn planned_without_lookups(
    scene: &Scene,
    down: &std::sync::atomic::AtomicBool,
) -> skydeck::sync::Reviewed {
    down.store(false, std::sync::atomic::Ordering::SeqCst);
    let reviewed = planned(&scene.session, true).await;
    down.store(true, std::sync::atomic::Ordering::SeqCst);
    reviewed
}

/// Two runs delete the same records at the same time: each is claimed by one of them.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_runs_that_delete_the_same_only_one_says_so() {
    let quick = scene(|_| Fate::Pass).await;
    let other = quick.rig.session();
    let reviewed = planned(&other, true).await;
    let endpoint = quick.rig.emulator.endpoint();
    let gate = Arc::new(std::sync::Barrier::new(2));
    let (arrived, until) = (Arc::clone(&gate), Arc::clone(&gate));
    // The slow run has looked its records up, and its deletions are held until the quick one has come to its end.
    let proxy = Proxy::start(&endpoint, move |passed| {
        if passed.writes("delete") {
            arrived.wait();
            until.wait();
        }
        Fate::Pass
    });
    let through = Overrides {
        endpoint: Some(proxy.endpoint.clone()),
        state_folder: Some(quick.rig.folder.join("elsewhere")),
        ..Overrides::default()
    };
    let slow = quick.rig.open("development", through).unwrap();
    let plan = planned(&slow, true).await;
    let running = tokio::spawn(async move { run(&slow, plan).await });
    tokio::task::block_in_place(|| gate.wait());
    let first = run(&other, reviewed).await;
    tokio::task::block_in_place(|| gate.wait());
    let second = running.await.unwrap();
    assert_eq!((first.deleted, first.already_gone), (4, 0), "{first:?}");
    assert_eq!((second.deleted, second.already_gone), (0, 4), "{second:?}");
    assert!(second.is_done());
}
