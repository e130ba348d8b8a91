//! What a screen needs of the jobs: what happens, a way to hold a run, and the records behind the rows.

use std::collections::BTreeMap;
use std::fs;

use skydeck::config::FILE_NAME;
use skydeck::record::table::Status;
use skydeck::sync::{BothSides, Event, JobError, Overrides, Session, apply, compare};

use crate::league::{before_and_after, contents, league, write_files};
use crate::rig::{compared, counted, planned};

#[tokio::test(flavor = "multi_thread")]
async fn a_log_can_be_written_from_the_events() {
    let (before, after) = before_and_after();
    let rig = league(&after, &before).await;
    let session = rig.session();
    let reviewed = planned(&session, true).await;
    let digest = reviewed.digest().to_owned();
    let mark = rig.asked();
    let mut job = apply(&session, reviewed.confirm(&digest).unwrap());
    let (mut told, mut ids, mut settled) = (Vec::new(), Vec::new(), 0);
    while let Some(event) = job.event().await {
        match event {
            Event::Answered {
                operation,
                status,
                sent,
                received,
                records,
                request_id,
                ..
            } => {
                told.push((operation.to_owned(), status.unwrap(), sent, received, records));
                ids.push(request_id.unwrap());
            }
            Event::Settled { operations, .. } => settled += operations,
            _ => {}
        }
    }
    let report = job.result().await.unwrap();
    let seen = rig.emulator.requests().into_iter().skip(mark);
    let records = [6, 2, 2];
    let expected: Vec<_> = seen
        .zip(records)
        .map(|(one, records)| (one.operation, one.status, one.bytes_in, one.bytes_out, records))
        .collect();
    assert_eq!(told, expected);
    ids.dedup();
    assert_eq!((ids.len(), settled), (3, 8));
    assert!(report.is_done());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_held_sends_nothing_until_it_goes_on() {
    let (before, after) = before_and_after();
    for cancelled in [false, true] {
        let rig = league(&after, &before).await;
        let session = rig.session();
        let reviewed = planned(&session, true).await;
        let digest = reviewed.digest().to_owned();
        let mark = rig.asked();
        let mut job = apply(&session, reviewed.confirm(&digest).unwrap());
        let pause = job.pause();
        pause.set(true);
        assert!(pause.is_set());
        // Its first request is ready; more than the time that one takes goes by.
        while !matches!(job.event().await.unwrap(), Event::Sent { .. }) {}
        let quiet = tokio::time::timeout(std::time::Duration::from_millis(300), job.event()).await;
        assert!(quiet.is_err());
        assert_eq!(rig.asked(), mark);
        if cancelled {
            job.cancellation().cancel();
            let report = job.result().await.unwrap();
            assert!(matches!(report.stopped, Some(JobError::Cancelled)));
            assert_eq!((report.not_attempted, rig.asked()), (8, mark));
        } else {
            pause.set(false);
            assert!(job.result().await.unwrap().is_done());
            assert_eq!(rig.contents(), contents(&after));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_comparison_is_there_before_the_cloud_has_answered() {
    let (before, after) = before_and_after();
    let rig = league(&after, &before).await;
    assert!(rig.session().snapshots().unwrap().is_empty());
    let since = jiff::Timestamp::now().as_millisecond();
    let lines = counted(&rig.session()).await;
    let mark = rig.asked();
    let snapshots = rig.session().snapshots().unwrap();
    let kept: BTreeMap<String, [usize; 4]> = snapshots
        .iter()
        .map(|(name, one)| {
            (
                name.clone(),
                [
                    one.counts.new,
                    one.counts.updated,
                    one.counts.unchanged,
                    one.counts.orphan,
                ],
            )
        })
        .collect();
    assert_eq!(kept, lines.into_iter().collect());
    assert!(
        snapshots
            .values()
            .all(|one| one.time >= since && one.incomplete.is_none())
    );
    assert_eq!(rig.asked(), mark);
    let elsewhere = rig.open("production", Overrides::default()).unwrap();
    assert!(elsewhere.snapshots().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_records_behind_the_rows_are_read_on_both_sides() {
    let (before, after) = before_and_after();
    let rig = league(&after, &before).await;
    let session = rig.session();
    let comparison = compared(&session).await;
    let (disk, cloud) = (contents(&after), rig.cloud());
    let mark = rig.asked();
    let mut seen = BTreeMap::new();
    for one in &comparison.types {
        let diff = one.outcome.as_ref().unwrap();
        let rows: Vec<usize> = diff.rows().collect();
        for (row, sides) in rows.iter().zip(one.both_sides(&session, &rows).unwrap()) {
            let (name, status) = (diff.table().name(*row), diff.table().status(*row));
            *seen.entry(format!("{status:?}")).or_insert(0) += 1;
            let BothSides { local, cloud: remote } = sides;
            assert_eq!(local.is_some(), disk.contains_key(name));
            assert_eq!(remote.is_some(), status != Status::New);
            if let Some(record) = remote {
                assert_eq!(record.tag.as_ref(), Some(&cloud[name].tag), "{name}");
                assert!(record.fields.keys().eq(cloud[name].fields.keys()));
                let same = local.is_some_and(|local| local.fields == record.fields);
                assert_eq!(same, status == Status::Unchanged);
            }
        }
        // A part of them, in any order.
        let part = one.both_sides(&session, &[rows[2], rows[0]]).unwrap();
        assert_eq!(part.len(), 2);
    }
    let expected = [("New", 4), ("Orphan", 2), ("Unchanged", 2), ("Updated", 2)];
    assert_eq!(
        seen,
        expected.map(|(word, count)| (word.to_owned(), count)).into()
    );
    assert_eq!(rig.asked(), mark);
    write_files(&rig, &before);
    let late = comparison.types[0].both_sides(&session, &[0]);
    assert!(matches!(late, Err(JobError::Changed(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comparison_can_be_cancelled_while_it_is_held() {
    let (before, after) = before_and_after();
    let rig = league(&after, &before).await;
    // A service that lets nothing through: however late the job is cancelled, it has not ended by itself.
    rig.script(&serde_json::json!([{ "when": { "operation": "records/query" },
        "do": { "status": 503, "code": "TRY_AGAIN_LATER", "retry_after": 200 } }]));
    let session = rig.session();
    let job = compare(&session, session.types(&[]).unwrap());
    job.pause().set(true);
    job.cancellation().cancel();
    let result = job.result().await;
    assert!(matches!(result, Err(JobError::Cancelled)), "{result:?}");
}

/// Another manifest for the same container, environment and journal: its figures are its own, and those of the one before go.
#[tokio::test(flavor = "multi_thread")]
async fn figures_of_another_manifest_are_not_shown() {
    let (before, after) = before_and_after();
    let rig = league(&after, &before).await;
    counted(&rig.session()).await;
    let manifest = fs::read_to_string(rig.folder.join(FILE_NAME)).unwrap();
    let all = rig.session().snapshots().unwrap();
    let config = rig.session().config().clone();
    let (first, others) = config.types.split_first().unwrap();
    assert_eq!(all.len(), config.types.len());
    // The same file through another mapping, and under the same names.
    let field = &first.fields[0];
    let head = format!("[type.{}.fields]", first.name);
    let (begins, rest) = manifest.split_once(&head).unwrap();
    let line = rest
        .lines()
        .find(|line| line.trim_start().starts_with(&field.name))
        .unwrap();
    let other = [begins, &head, &rest.replacen(&format!("{line}\n"), "", 1)].concat();
    fs::write(rig.folder.join(FILE_NAME), other).unwrap();
    let known = |session: &Session| session.snapshots().unwrap().into_keys().collect::<Vec<_>>();
    let mut rest: Vec<String> = others.iter().map(|one| one.name.clone()).collect();
    rest.sort();
    assert_eq!(known(&rig.session()), rest);
    // It was deleted, and does not come back with the manifest.
    fs::write(rig.folder.join(FILE_NAME), &manifest).unwrap();
    assert_eq!(known(&rig.session()), rest);
    // The same manifest for files in another folder.
    fs::write(
        rig.folder.join(FILE_NAME),
        manifest.replace("data = \"data\"", "data = \"elsewhere\""),
    )
    .unwrap();
    assert!(known(&rig.session()).is_empty());
}
