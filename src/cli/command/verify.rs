//! `skydeck verify`

use serde_json::{Value as Json, json};

use super::body;
use crate::cli::args::Verify;
use crate::cli::desk::Desk;
use crate::cli::exit;
use crate::cli::output::{change, document, line, talk};
use crate::record::verdict::Verdict;
use crate::sync::{self, Depth, JobError, TypeError};

/// Of the records that are wrong, so many are shown.
const SHOWN: usize = 20;

/// Verifies and prints; exit code 2 where something is not as in the files.
pub async fn run(desk: &Desk, verify: &Verify) -> Result<u8, JobError> {
    let types = desk.session.types(&verify.types)?;
    let seed = (!verify.deep).then(|| verify.seed.unwrap_or_else(rand::random));
    let depth = seed.map_or(Depth::Deep, |seed| Depth::Sample {
        records: verify.sample,
        seed,
    });
    if verify.deep && !desk.json {
        talk("Deep verification may take several minutes for large datasets");
    }
    let verified = desk.watch(sync::verify(&desk.session, types, depth)).await?;
    let (mut mismatch, mut failure, mut documents) = (false, None, Vec::new());
    let mut sampled = false;
    for (type_config, outcome) in verified {
        match outcome {
            Ok(verdict) => {
                mismatch |= !is_sure(&verdict);
                sampled |= verdict.sampled().is_some();
                documents.push(verdict_json(&verdict));
                if !desk.json {
                    print(desk, &verdict);
                }
            }
            Err(error) => {
                tell(&type_config.name, &error);
                documents.push(json!({ "type": type_config.name, "error": error.to_string() }));
                failure = Some(exit::of_type_error(&error));
            }
        }
    }
    let found = if mismatch { exit::DIFFERENT } else { exit::DONE };
    let code = failure.unwrap_or(found);
    if desk.json {
        let ok = code == exit::DONE;
        document("verify", json!({ "ok": ok, "seed": seed, "types": documents }));
    } else if let Some(seed) = seed.filter(|_| sampled) {
        talk(&format!("Sampled with --seed {seed}"));
    }
    Ok(code)
}

fn is_sure(verdict: &Verdict) -> bool {
    verdict.is_ok() && verdict.incomplete.is_none()
}

fn tell(record_type: &str, error: &TypeError) {
    talk(&format!("Error: {record_type} could not be verified:"));
    error.messages().iter().for_each(|message| talk(message));
    if let TypeError::Service(error) = error {
        for advice in error.advice() {
            talk(&format!("  - {advice}"));
        }
    }
}

fn print(desk: &Desk, verdict: &Verdict) {
    line(&verdict.to_string());
    line(&format!("  {}", verdict.coverage()));
    let missing = verdict
        .missing
        .iter()
        .map(|name| format!("  + {name}: missing in CloudKit"));
    let extra = verdict
        .extra
        .iter()
        .map(|name| format!("  - {name}: only in CloudKit"));
    let different = verdict.mismatched.iter().map(|mismatch| {
        let fields: Vec<String> = mismatch.changes.iter().map(change).collect();
        format!("  ~ {}: {}", mismatch.name, fields.join("; "))
    });
    let all: Vec<String> = different.chain(missing).chain(extra).collect();
    let most = if desk.verbose { all.len() } else { SHOWN };
    for text in all.iter().take(most) {
        line(text);
    }
    if let Some(more) = all.len().checked_sub(most).filter(|more| *more > 0) {
        line(&format!("  … and {more} more (--verbose shows all)"));
    }
}

fn verdict_json(verdict: &Verdict) -> Json {
    let mismatched = verdict.mismatched.iter().map(|mismatch| {
        let fields: Vec<Json> = mismatch.changes.iter().map(body::change).collect();
        json!({ "name": mismatch.name, "fields": fields })
    });
    json!({
        "type": verdict.record_type,
        "ok": is_sure(verdict),
        "local": verdict.local,
        "cloud": verdict.cloud,
        "missing": verdict.missing,
        "extra": verdict.extra,
        "incomplete": verdict.incomplete,
        "checked": verdict.checked,
        "of": verdict.present(),
        "power": verdict.sampled(),
        "mismatched": mismatched.collect::<Vec<_>>(),
    })
}
