//! `skydeck init`

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::canonical::{Schema, propose};
use crate::cli::args::Init;
use crate::cli::exit;
use crate::cli::output::talk;
use crate::config::FILE_NAME;
use crate::demo::TEMPLATE;
use crate::emulator;
use crate::launch::write_configuration;
use crate::sync::JobError;

/// Writes a manifest that was not there.
pub fn run(init: &Init) -> Result<u8, JobError> {
    let mut text = if init.template {
        TEMPLATE.to_owned()
    } else {
        proposal(init)?
    };
    if let Some(container) = &init.container {
        text = with_container(&text, container);
    }
    write_configuration(&text)?;
    talk(&format!(
        "{FILE_NAME} is written: look it over, fill in the key, then run skydeck doctor."
    ));
    Ok(exit::DONE)
}

fn failed(path: &Path, cause: &std::io::Error) -> JobError {
    JobError::Usage(format!("{}: {cause}", path.display()))
}

fn proposal(init: &Init) -> Result<String, JobError> {
    if !init.data.is_dir() {
        let data = init.data.display();
        return Err(JobError::Usage(format!(
            "there is no folder {data}; say where the JSON files are with --data DIR, or use --template"
        )));
    }
    let schema = init.schema.as_deref().map(schema).transpose()?;
    Ok(propose(&init.data, schema.as_ref()))
}

/// The types and fields of a schema in CloudKit's language.
fn schema(path: &Path) -> Result<Schema, JobError> {
    let text = fs::read_to_string(path).map_err(|cause| failed(path, &cause))?;
    let schema = emulator::Schema::from_ckdb(&text)
        .map_err(|error| JobError::Usage(format!("{}: {error}", path.display())))?;
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
