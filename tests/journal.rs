//! The journal from outside: what it keeps, who may read it, who may write.

#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

use std::collections::BTreeMap;

use skydeck::journal::{
    Ending, Journal, JournalError, LockError, Place, RunKind, Settled, State, WriterLock,
};
use skydeck::record::plan::{Operation, Plan};
use skydeck::record::{Fields, Record, Value};

fn place(folder: &std::path::Path) -> Place {
    Place {
        folder: folder.to_owned(),
        container: "iCloud.com.example/../x".into(),
        environment: "development".into(),
        server: Some("http://127.0.0.1:8080".into()),
    }
}

fn plan() -> Plan {
    let record = |name: &str, tag: Option<&str>| Record {
        tag: tag.map(str::to_owned),
        ..Record::local("Note", name, Fields::from([("n".into(), Value::Int64(i64::MAX))]))
    };
    let operations = vec![
        Operation::restore(record("a", None)),
        Operation::delete(record("b", Some("t1"))),
        Operation::restore(record("c", None)),
    ];
    Plan::new(operations, 7).unwrap()
}

#[test]
fn a_run_is_told_as_it_happened_also_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let plan = plan();
    let run = {
        let journal = Journal::open(&place(folder.path())).unwrap();
        let run = journal.begin(RunKind::Sync, None, &plan).unwrap();
        journal
            .about_to_send(run, &[(0, &plan.operations[0], &[])])
            .unwrap();
        let applied = Settled {
            position: 0,
            state: State::Applied,
            tag: Some("t9".into()),
            detail: None,
        };
        journal.settle(run, &[applied]).unwrap();
        journal
            .about_to_send(run, &[(1, &plan.operations[1], &[])])
            .unwrap();
        run
    };
    // The process is gone; another one opens the file.
    let journal = Journal::open(&place(folder.path())).unwrap();
    let open = journal.open_run().unwrap().unwrap();
    assert_eq!((open.id, open.unchanged, open.ending), (run, 7, None));
    let states = BTreeMap::from([(State::Applied, 1), (State::Sent, 1), (State::Planned, 1)]);
    assert_eq!(open.states, states);
    let entries = journal.entries(run).unwrap();
    let operations: Vec<_> = entries.iter().map(|entry| entry.operation.clone()).collect();
    assert_eq!(operations, plan.operations);
    assert_eq!(entries[0].tag.as_deref(), Some("t9"));

    journal.end(run, Ending::Cancelled).unwrap();
    assert_eq!(journal.run(run).unwrap().count(State::NotAttempted), 1);
    assert!(journal.run(run).unwrap().is_open());
    assert_eq!(
        journal.history_of(&plan.operations[1].name).unwrap()[0].state,
        State::Sent
    );
    assert!(matches!(journal.run(99), Err(JournalError::NoSuchRun(99))));
}

#[test]
fn only_one_process_writes_and_the_lock_goes_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let place = place(folder.path());
    let first = WriterLock::take(&place).unwrap();
    let second = WriterLock::take(&place).unwrap_err();
    assert!(matches!(&second, LockError::Held { pid: Some(pid) } if *pid == std::process::id().to_string()));
    drop(first);
    WriterLock::take(&place).unwrap();
}

#[test]
fn facts_are_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(&place(folder.path())).unwrap();
    assert_eq!(journal.recall("rate").unwrap(), None);
    journal.remember("rate", "3.5").unwrap();
    journal.remember("rate", "4.5").unwrap();
    assert_eq!(journal.recall("rate").unwrap().as_deref(), Some("4.5"));
    journal.remember("screen list Game", "{}").unwrap();
    let arranged = BTreeMap::from([("screen list Game".to_owned(), "{}".to_owned())]);
    assert_eq!(journal.facts("screen ").unwrap(), arranged);
}

#[test]
fn a_run_says_who_began_it_also_in_a_journal_that_was_made_before_it_did() {
    let folder = tempfile::tempdir().unwrap();
    let path = Journal::open(&place(folder.path())).unwrap().path().to_owned();
    // As format 1 had it, comments and all.
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch(
            "PRAGMA foreign_keys = off; DROP TABLE run; ALTER TABLE operation DROP COLUMN departed;
             ALTER TABLE operation DROP COLUMN digest; PRAGMA user_version = 1;
             CREATE TABLE run(
               id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, undoes INTEGER, digest TEXT NOT NULL,
               unchanged INTEGER NOT NULL, started INTEGER NOT NULL, ended INTEGER,
               ending TEXT                    -- NULL while it runs, or after a kill
             );
             INSERT INTO run(kind, digest, unchanged, started, ended, ending) VALUES ('sync', 'd', 0, 1, 2, 'done');",
        )
        .unwrap();
    let journal = Journal::open(&place(folder.path())).unwrap();
    let new = journal.begin(RunKind::Sync, None, &plan()).unwrap();
    assert_eq!(journal.run(1).unwrap().who, None);
    let who = journal.run(new).unwrap().who.unwrap();
    let (user, machine) = who.split_once('@').unwrap();
    assert!(!user.is_empty() && !machine.is_empty(), "{who}");
}

#[test]
fn a_journal_of_a_later_version_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = Journal::open(&place(folder.path())).unwrap().path().to_owned();
    rusqlite::Connection::open(&path)
        .unwrap()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    assert!(matches!(
        Journal::open(&place(folder.path())),
        Err(JournalError::Version { found: 99, .. })
    ));
}

#[cfg(unix)]
#[test]
fn nobody_else_can_read_it_and_it_stays_in_its_folder() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(&place(folder.path())).unwrap();
    journal.remember("x", "y").unwrap();
    let within = journal.path().canonicalize().unwrap();
    assert!(within.starts_with(folder.path().canonicalize().unwrap()));
    for file in std::fs::read_dir(journal.path().parent().unwrap()).unwrap() {
        let file = file.unwrap();
        assert_eq!(
            file.metadata().unwrap().permissions().mode() & 0o777,
            0o600,
            "{:?}",
            file.path()
        );
    }
}
