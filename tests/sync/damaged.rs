//! A journal that has decayed on disk, bit by bit: what undo would write is what was journalled, or it refuses and says
//! which record it is.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use skydeck::journal::JournalError;
use skydeck::record::plan::{Operation, Plan};
use skydeck::sync::{JobError, Overrides, Session, apply, resume, review_undo, review_undo_of_sound};

use crate::league::{before_and_after, contents, league};
use crate::rig::{Rig, planned, run, synced, undone};

/// The one journal below a folder.
fn journal_in(folder: &Path) -> PathBuf {
    let container = fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    let mut files = fs::read_dir(container).unwrap().map(|file| file.unwrap().path());
    files
        .find(|path| path.extension().is_some_and(|ending| ending == "sqlite"))
        .unwrap()
}

/// A run in a journal on disk, and a copy of it to damage.
struct Decay {
    rig: Rig,
    sound: Vec<u8>,
    copy: PathBuf,
    /// What a sound journal plans.
    plan: Plan,
}

impl Decay {
    async fn of_a_run() -> Self {
        let (before, after) = before_and_after();
        let rig = league(&after, &before).await;
        let plan = {
            let session = rig.session();
            let report = synced(&session, true).await;
            assert!(report.is_done() && report.run == 1, "{report:?}");
            review_undo(&session, 1).result().await.unwrap().plan().clone()
        };
        // With the last connection gone all of it is in the one file.
        let file = journal_in(&rig.folder.join("state"));
        let sound = fs::read(&file).unwrap();
        let state = rig.folder.join("state");
        let copy = rig.folder.join("damaged").join(file.strip_prefix(state).unwrap());
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        Decay {
            rig,
            sound,
            copy,
            plan,
        }
    }

    fn write(&self, bytes: &[u8]) {
        for ending in ["sqlite-wal", "sqlite-shm"] {
            let _ = fs::remove_file(self.copy.with_extension(ending));
        }
        fs::write(&self.copy, bytes).unwrap();
    }

    fn flip(&self, byte: usize, bit: usize) {
        let mut bytes = self.sound.clone();
        bytes[byte] ^= 1 << (bit % 8);
        self.write(&bytes);
    }

    /// A session on the damaged journal.
    fn session(&self) -> Result<Arc<Session>, JobError> {
        let damaged = Overrides {
            state_folder: Some(self.rig.folder.join("damaged")),
            ..Overrides::default()
        };
        self.rig.open("development", damaged)
    }

    /// What the damaged journal plans.
    async fn planned(&self) -> Result<Plan, JobError> {
        let session = self.session()?;
        let reviewed = review_undo(&session, 1).result().await?;
        Ok(reviewed.plan().clone())
    }

    /// The places of the operations' bodies in the file.
    fn bodies(&self) -> Vec<std::ops::Range<usize>> {
        let mut out = Vec::new();
        let mut from = 0;
        while let Some(found) = find(&self.sound[from..], b"{\"verb\":") {
            let start = from + found;
            let mut rows =
                serde_json::Deserializer::from_slice(&self.sound[start..]).into_iter::<Operation>();
            // An older version of a row may stand half overwritten in free space.
            if rows.next().is_some_and(|row| row.is_ok()) {
                out.push(start..start + rows.byte_offset());
            }
            from = start + 1;
        }
        out
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

fn by_name(plan: &Plan) -> BTreeMap<&str, &Operation> {
    let named = plan.operations.iter();
    named
        .map(|operation| (operation.name.as_str(), operation))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_bit_of_a_pre_image_can_flip_unseen() {
    let decay = Decay::of_a_run().await;
    let bodies = decay.bodies();
    assert!(bodies.len() >= 8, "{}", bodies.len());
    let (mut refused, mut flips) = (0, 0);
    for (number, body) in bodies.iter().enumerate() {
        for byte in body.clone().step_by(11) {
            decay.flip(byte, byte + number);
            flips += 1;
            match decay.planned().await {
                Ok(plan) => assert_eq!(plan, decay.plan, "byte {byte}"),
                Err(JobError::Journal(JournalError::Damaged { damaged, .. })) => {
                    refused += 1;
                    let known = by_name(&decay.plan);
                    assert!(
                        damaged
                            .iter()
                            .all(|one| one.run == 1 && known.contains_key(one.name.as_str()))
                    );
                }
                Err(error) => panic!("byte {byte}: {error:?}"),
            }
        }
    }
    // Some bodies are of an earlier write of their row and are not read any more.
    assert!(refused * 3 > flips, "{refused} of {flips}");
}

#[tokio::test(flavor = "multi_thread")]
async fn wherever_a_bit_flips_nothing_else_is_written_and_nothing_is_left_out_unseen() {
    let decay = Decay::of_a_run().await;
    let known = by_name(&decay.plan);
    // An odd distance, so that every place within the pages and every bit comes up.
    for (number, byte) in (0..decay.sound.len()).step_by(331).enumerate() {
        decay.flip(byte, number);
        let Ok(plan) = decay.planned().await else { continue };
        assert_eq!(
            by_name(&plan).keys().collect::<Vec<_>>(),
            known.keys().collect::<Vec<_>>(),
            "byte {byte}"
        );
        for operation in &plan.operations {
            let wanted = known[operation.name.as_str()];
            // The change tag may have decayed: then the service finds a conflict.
            assert_eq!(
                (operation.verb, &operation.goal),
                (wanted.verb, &wanted.goal),
                "byte {byte}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_gone_is_missed() {
    let decay = Decay::of_a_run().await;
    decay.write(&decay.sound);
    let file = rusqlite::Connection::open(&decay.copy).unwrap();
    file.execute("DELETE FROM operation WHERE position = 3", [])
        .unwrap();
    drop(file);
    let error = decay.planned().await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("run 1, operation 3: its row is missing"),
        "{error}"
    );
}

/// Changes the value of a pre-image in the middle of a run's rows.
fn spoil(decay: &Decay) -> String {
    decay.write(&decay.sound);
    let file = rusqlite::Connection::open(&decay.copy).unwrap();
    let changed = file
        .execute(
            "UPDATE operation SET body = replace(body, '\"Greens\"', '\"Greems\"') WHERE name = 't3'",
            [],
        )
        .unwrap();
    assert_eq!(changed, 1);
    "t3".to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_damaged_is_named_and_the_rest_is_taken_back_only_when_asked() {
    let decay = Decay::of_a_run().await;
    let name = spoil(&decay);
    let refused = decay.planned().await.unwrap_err();
    assert!(
        refused
            .to_string()
            .contains(&format!("'{name}': it does not match its digest")),
        "{refused}"
    );
    assert!(refused.advice()[0].contains("--skip-damaged"), "{refused:?}");

    let session = decay.session().unwrap();
    let (reviewed, left_out) = review_undo_of_sound(&session, 1).result().await.unwrap();
    assert_eq!(
        left_out.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(),
        [name.as_str()]
    );
    let report = run(&session, reviewed).await;
    assert!(report.is_done(), "{report:?}");
    let (before, _) = before_and_after();
    let mut wanted = contents(&before);
    wanted.remove(&name);
    assert_eq!(decay.rig.contents(), wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_run_is_not_resumed() {
    let (before, after) = before_and_after();
    let rig = league(&after, &before).await;
    let session = rig.session();
    let reviewed = planned(&session, true).await;
    let digest = reviewed.digest().to_owned();
    let job = apply(&session, reviewed.confirm(&digest).unwrap());
    job.cancellation().cancel();
    assert_eq!(job.result().await.unwrap().not_attempted, 8);
    let file = rusqlite::Connection::open(session.journal().path()).unwrap();
    file.execute(
        "UPDATE operation SET body = replace(body, '11', '12') WHERE name = 't1'",
        [],
    )
    .unwrap();
    let error = resume(&session).result().await.unwrap_err();
    assert!(
        error.to_string().contains("'t1': it does not match its digest"),
        "{error}"
    );
    assert_eq!(rig.contents(), contents(&before));
    // It does not stand in the way of a sync, which compares anew.
    assert!(synced(&session, true).await.is_done());
    assert_eq!(rig.contents(), contents(&after));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_of_an_earlier_version_is_taken_back_unchecked() {
    let decay = Decay::of_a_run().await;
    decay.write(&decay.sound);
    let file = rusqlite::Connection::open(&decay.copy).unwrap();
    file.execute_batch(
        "ALTER TABLE operation DROP COLUMN digest; ALTER TABLE operation DROP COLUMN departed;
         ALTER TABLE run DROP COLUMN operations; PRAGMA user_version = 2;",
    )
    .unwrap();
    drop(file);
    let session = decay.session().unwrap();
    assert!(session.journal().has_unchecked(1).unwrap());
    let entries = session.journal().entries(1).unwrap();
    assert!(
        entries
            .iter()
            .all(|entry| !entry.is_checked && entry.left.is_none())
    );
    assert!(undone(&session, 1).await.is_done());
    let (before, _) = before_and_after();
    assert_eq!(decay.rig.contents(), contents(&before));
}
