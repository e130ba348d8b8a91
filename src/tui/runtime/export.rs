//! Records into a file, one after another: JSON as in the data files, JSON lines, or CSV. Whole or not at all.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Map, Value as Json};

use super::records::{each, of_type};
use crate::canonical::to_json;
use crate::config::TypeConfig;
use crate::files::{Existing, Target, WriteError};
use crate::record::Record;
use crate::sync::{Comparison, JobError, Session};
use crate::tui::effect::Work;
use crate::tui::failure::Failure;
use crate::tui::message::Done;

/// How far it has come is told this often.
const TOLD: Duration = Duration::from_millis(100);

/// What is to be written where.
pub(super) struct Asked {
    pub(super) comparison: Arc<Comparison>,
    pub(super) type_index: usize,
    pub(super) rows: Vec<u32>,
    pub(super) path: PathBuf,
    pub(super) replace: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    Lines,
    Csv,
}

impl Form {
    fn of(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        match ending.as_str() {
            "json" => Some(Form::Json),
            "jsonl" | "ndjson" => Some(Form::Lines),
            "csv" => Some(Form::Csv),
            _ => None,
        }
    }
}

pub(super) fn export(
    session: &Session,
    asked: &Asked,
    stopped: &dyn Fn() -> bool,
    partly: &mut dyn FnMut(Done),
) -> Done {
    match write(session, asked, stopped, partly) {
        Ok(written) => {
            // Where one looks for it, wherever the program was started.
            let path = std::path::absolute(&asked.path).unwrap_or_else(|_| asked.path.clone());
            Done::Exported(Ok((path, written)))
        }
        Err(JobError::Write(WriteError::Exists(_))) => taken(asked),
        Err(error) => Done::Exported(Err(Failure::of("Exporting", &error))),
    }
}

/// The file is there already: whoever asked may ask for it to be replaced.
fn taken(asked: &Asked) -> Done {
    Done::Taken(Box::new(Work::Export {
        comparison: Arc::clone(&asked.comparison),
        type_index: asked.type_index,
        rows: asked.rows.clone(),
        path: asked.path.clone(),
        replace: true,
    }))
}

/// What the answer to the question for it says about a file that exists.
pub(super) fn existing(replace: bool) -> Existing {
    if replace {
        Existing::Replace
    } else {
        Existing::Keep
    }
}

/// Writes them all; how many these were.
fn write(
    session: &Session,
    asked: &Asked,
    stopped: &dyn Fn() -> bool,
    partly: &mut dyn FnMut(Done),
) -> Result<usize, JobError> {
    let failed = |cause| JobError::unwritable(&asked.path, cause);
    let form = Form::of(&asked.path)
        .ok_or_else(|| failed(io::Error::other("the name must end in .json, .jsonl or .csv")))?;
    let compared = of_type(&asked.comparison, asked.type_index)?;
    let rows: Vec<usize> = asked.rows.iter().map(|row| *row as usize).collect();
    let protected = session.protected();
    let target = Target::new(&asked.path, existing(asked.replace), &protected)?;
    target.write(|out| {
        let mut writer = Writer {
            out,
            form,
            type_config: &compared.type_config,
            written: 0,
        };
        writer.begin().map_err(failed)?;
        let mut told = Instant::now();
        each(session, compared, &rows, stopped, |_, both| {
            let written = both.shown().map_or(Ok(()), |record| writer.record(record));
            if told.elapsed() >= TOLD {
                told = Instant::now();
                partly(Done::Exporting(writer.written as u64));
            }
            written.map_err(failed)
        })?;
        writer.end().map_err(failed)?;
        Ok(writer.written)
    })
}

struct Writer<'t> {
    out: &'t mut dyn io::Write,
    form: Form,
    type_config: &'t TypeConfig,
    written: usize,
}

impl Writer<'_> {
    fn begin(&mut self) -> io::Result<()> {
        match self.form {
            Form::Json => self.out.write_all(b"["),
            Form::Lines => Ok(()),
            Form::Csv => {
                let members = to_json(self.type_config, &crate::record::Fields::new());
                let heads: Vec<String> = members.keys().map(|member| quoted(member)).collect();
                writeln!(self.out, "{}", heads.join(","))
            }
        }
    }

    fn record(&mut self, record: &Record) -> io::Result<()> {
        let mut members = to_json(self.type_config, &record.fields);
        members.insert(
            self.type_config.record_name.clone(),
            Json::String(record.name.clone()),
        );
        match self.form {
            Form::Json => {
                let between: &[u8] = if self.written == 0 { b"\n" } else { b",\n" };
                self.out.write_all(between)?;
                serde_json::to_writer(&mut self.out, &members)?;
            }
            Form::Lines => {
                serde_json::to_writer(&mut self.out, &members)?;
                self.out.write_all(b"\n")?;
            }
            Form::Csv => writeln!(self.out, "{}", line(&members))?,
        }
        self.written += 1;
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        match self.form {
            Form::Json => self.out.write_all(b"\n]\n"),
            Form::Lines | Form::Csv => Ok(()),
        }
    }
}

/// The values of a record in CSV: text as it is, what is missing as nothing, the rest as JSON.
fn line(members: &Map<String, Json>) -> String {
    let cells = members.values().map(|value| match value {
        Json::Null => String::new(),
        Json::String(text) => quoted(text),
        other => quoted(&other.to_string()),
    });
    cells.collect::<Vec<_>>().join(",")
}

/// Quoted where CSV (RFC 4180) needs it.
fn quoted(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) || text.starts_with(' ') || text.ends_with(' ') {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
