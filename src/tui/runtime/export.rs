//! Records into a file, one after another: JSON as in the data files, JSON lines, or CSV. Whole or not at all.

use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Map, Value as Json};

use super::records::{each, of_type};
use crate::canonical::to_json;
use crate::config::TypeConfig;
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
    if asked.path.exists() && !asked.replace {
        return taken(asked);
    }
    match write(session, asked, stopped, partly) {
        Ok(written) => {
            // Where one looks for it, wherever the program was started.
            let path = std::path::absolute(&asked.path).unwrap_or_else(|_| asked.path.clone());
            Done::Exported(Ok((path, written)))
        }
        // It has come into being meanwhile.
        Err(Stop::Taken) => taken(asked),
        Err(Stop::Job(error)) => Done::Exported(Err(Failure::of("Exporting", &error))),
        Err(Stop::File(error)) => Done::Exported(Err(Failure::plain(
            "Exporting",
            format!("{}: {error}", asked.path.display()),
        ))),
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

enum Stop {
    Taken,
    Job(JobError),
    File(io::Error),
}

impl From<JobError> for Stop {
    fn from(error: JobError) -> Self {
        Stop::Job(error)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Stop::File(error)
    }
}

/// Writes them all; how many these were.
fn write(
    session: &Session,
    asked: &Asked,
    stopped: &dyn Fn() -> bool,
    partly: &mut dyn FnMut(Done),
) -> Result<usize, Stop> {
    let form = Form::of(&asked.path)
        .ok_or_else(|| Stop::File(io::Error::other("the name must end in .json, .jsonl or .csv")))?;
    let compared = of_type(&asked.comparison, asked.type_index)?;
    let folder = asked
        .path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    let mut writer = Writer {
        out: BufWriter::new(file),
        form,
        type_config: &compared.type_config,
        written: 0,
    };
    let rows: Vec<usize> = asked.rows.iter().map(|row| *row as usize).collect();
    writer.begin()?;
    let mut failed = None;
    let mut told = Instant::now();
    let read = each(session, compared, &rows, stopped, |_, both| {
        let written = both.shown().map_or(Ok(()), |record| writer.record(record));
        if told.elapsed() >= TOLD {
            told = Instant::now();
            partly(Done::Exporting(writer.written as u64));
        }
        written.map_err(|error| {
            failed = Some(error);
            JobError::Cancelled
        })
    });
    if let Some(error) = failed {
        return Err(error.into());
    }
    read?;
    writer.end()?;
    let written = writer.written;
    let file = writer.out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.as_file().sync_all()?;
    let kept = if asked.replace {
        file.persist(&asked.path)
    } else {
        file.persist_noclobber(&asked.path)
    };
    kept.map(|_| written).map_err(|error| match error.error.kind() {
        io::ErrorKind::AlreadyExists => Stop::Taken,
        _ => Stop::File(error.error),
    })
}

struct Writer<'t, W: io::Write> {
    out: W,
    form: Form,
    type_config: &'t TypeConfig,
    written: usize,
}

impl<W: io::Write> Writer<'_, W> {
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
