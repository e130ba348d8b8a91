//! `skydeck init`

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use crate::canonical::{Proposal, Schema, propose};
use crate::cli::args::Init;
use crate::cli::exit;
use crate::cli::output::{counted, document, talk};
use crate::config::FILE_NAME;
use crate::demo::TEMPLATE;
use crate::emulator;
use crate::files::read;
use crate::launch::write_configuration;
use crate::sync::JobError;

/// Where the files lie in most projects; otherwise here.
const USUAL: &str = "data";

/// Writes a manifest that was not there.
pub fn run(init: &Init, json: bool) -> Result<u8, JobError> {
    let path = Path::new(FILE_NAME);
    if path.exists() {
        return Err(JobError::Configured(path.to_owned()));
    }
    let mut proposal = if init.template {
        Proposal {
            text: TEMPLATE.to_owned(),
            ..Proposal::default()
        }
    } else {
        proposal(init, json)?
    };
    if let Some(container) = &init.container {
        proposal.text = with_container(&proposal.text, container);
    }
    write_configuration(&proposal.text)?;
    if json {
        document("init", body(&proposal));
    } else {
        tell(init, &proposal);
    }
    Ok(exit::DONE)
}

fn tell(init: &Init, proposal: &Proposal) {
    talk(&format!("{FILE_NAME} is written:"));
    if init.template {
        talk("  the six types of a sports schedule");
    }
    for one in &proposal.types {
        let records = counted(usize::try_from(one.records).unwrap_or(usize::MAX), "record");
        talk(&format!("  {} from {}, {records}", one.name, one.file));
    }
    for (what, why) in &proposal.skipped {
        talk(&format!("  not {what}: {why}"));
    }
    talk("Next: look it over, fill in container and key, then run skydeck doctor.");
}

fn body(proposal: &Proposal) -> Json {
    let types = proposal.types.iter();
    let types = types.map(|one| json!({ "type": one.name, "file": one.file, "records": one.records }));
    let skipped = proposal.skipped.iter();
    let skipped = skipped.map(|(what, why)| json!({ "what": what, "why": why }));
    json!({
        "file": FILE_NAME,
        "types": types.collect::<Vec<_>>(),
        "skipped": skipped.collect::<Vec<_>>(),
    })
}

fn proposal(init: &Init, json: bool) -> Result<Proposal, JobError> {
    let data = match &init.data {
        Some(data) => data.clone(),
        None if Path::new(USUAL).is_dir() => PathBuf::from(USUAL),
        None => PathBuf::from("."),
    };
    if !data.is_dir() {
        return Err(JobError::Failed(format!(
            "there is no folder {}; say where the JSON files are: skydeck init DIR",
            data.display()
        )));
    }
    let schema_file = match &init.schema {
        Some(path) => Some(path.clone()),
        None => lying_there(&data)?,
    };
    if let Some(path) = schema_file.as_ref().filter(|_| !json) {
        talk(&format!("Names and types are those of {}.", path.display()));
    }
    let schema = schema_file.as_deref().map(schema).transpose()?;
    let proposal = propose(&data, schema.as_ref());
    if proposal.types.is_empty() {
        for (what, why) in proposal.skipped.iter().filter(|_| !json) {
            talk(&format!("Skipped {what}: {why}"));
        }
        return Err(JobError::Failed(format!(
            "no JSON file with records in {}; say where they are with skydeck init DIR, or start from the six types of a \
             sports schedule with skydeck init --template",
            data.display()
        )));
    }
    Ok(proposal)
}

/// The one schema beside the manifest or beside the files.
fn lying_there(data: &Path) -> Result<Option<PathBuf>, JobError> {
    let mut folders = vec![Path::new("")];
    folders.extend((data != Path::new(".")).then_some(data));
    let mut found: Vec<PathBuf> = folders.into_iter().flat_map(schemas_in).collect();
    found.sort();
    if found.len() > 1 {
        let names: Vec<String> = found.iter().map(|path| path.display().to_string()).collect();
        return Err(JobError::Usage(format!(
            "there are several schemas, say which with --schema: {}",
            names.join(", ")
        )));
    }
    Ok(found.pop())
}

fn schemas_in(folder: &Path) -> Vec<PathBuf> {
    let readable = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let entries = fs::read_dir(readable).into_iter().flatten().flatten();
    let names = entries.map(|entry| folder.join(entry.file_name()));
    names
        .filter(|path| path.extension() == Some(OsStr::new("ckdb")))
        .collect()
}

/// The types and fields of a schema in CloudKit's language.
fn schema(path: &Path) -> Result<Schema, JobError> {
    let text = read::text(path).map_err(|cause| JobError::unreadable(path, cause))?;
    let schema = emulator::Schema::from_ckdb(&text)
        .map_err(|error| JobError::Failed(format!("{}: {error}", path.display())))?;
    let types = schema.types.into_iter().map(|(name, one)| {
        let fields = one.fields.into_iter();
        let fields = fields.filter_map(|(field, known)| Some((field, known.kind.wire().parse().ok()?)));
        (name, fields.collect::<BTreeMap<_, _>>())
    });
    Ok(types.collect())
}

fn with_container(text: &str, container: &str) -> String {
    let line = |line: &str| {
        if line.starts_with("container") {
            format!("container = {container:?}")
        } else {
            line.to_owned()
        }
    };
    let mut text = text.lines().map(line).collect::<Vec<_>>().join("\n");
    text.push('\n');
    text
}
