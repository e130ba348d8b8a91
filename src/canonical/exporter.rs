//! Writes records to a file or to standard output, one after another. Both front ends use it.
//!
//! JSON has the form of the canonical file and JSON lines the same records without line breaks; both escape what acts on a
//! terminal. CSV (RFC 4180) has the record name and the columns that are asked for; its cells are the values as the data files
//! have them, unescaped, since CSV has no escapes.

use std::io::{self, Write};
use std::path::Path;

use super::LeftOut;
use super::export::{Element, cell};
use crate::config::{FieldMapping, TypeConfig};
use crate::printable::json;
use crate::record::Record;

/// How records are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// An array, as in a canonical file.
    Json,
    /// An object on each line.
    JsonLines,
    /// A table.
    Csv,
}

impl Format {
    /// The file extensions of the supported formats.
    pub const ENDINGS: [&str; 4] = ["json", "jsonl", "ndjson", "csv"];

    /// The format for a file extension.
    pub fn of(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        match ending.as_str() {
            "json" => Some(Format::Json),
            "jsonl" | "ndjson" => Some(Format::JsonLines),
            "csv" => Some(Format::Csv),
            _ => None,
        }
    }
}

/// A column of a CSV file. The record name is always the first column and is not listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// How the record differs: `new`, `updated`, `orphan` or `same`.
    Status,
    /// A mapped field.
    Field(String),
}

impl Column {
    /// Every mapped field, in the manifest's order.
    pub fn all(type_config: &TypeConfig) -> Vec<Self> {
        let fields = type_config.fields.iter();
        fields.map(|field| Column::Field(field.name.clone())).collect()
    }

    /// Its head. No field is called `record.status`, as many are called `status`.
    fn head(&self) -> &str {
        match self {
            Column::Status => "record.status",
            Column::Field(name) => name,
        }
    }
}

/// Writes records of one type.
pub struct Exporter<'t, W> {
    out: W,
    format: Format,
    type_config: &'t TypeConfig,
    columns: &'t [Column],
    written: usize,
    left_out: LeftOut,
}

impl<'t, W: Write> Exporter<'t, W> {
    /// Begins. `columns` are those of a CSV file; JSON has every mapped field.
    pub fn new(
        mut out: W,
        format: Format,
        type_config: &'t TypeConfig,
        columns: &'t [Column],
    ) -> io::Result<Self> {
        match format {
            Format::Json => out.write_all(b"[")?,
            Format::JsonLines => {}
            Format::Csv => {
                let heads = columns.iter().map(|column| quoted(column.head()));
                let heads: Vec<String> = std::iter::once("recordName".to_owned()).chain(heads).collect();
                writeln!(out, "{}", heads.join(","))?;
            }
        }
        Ok(Exporter {
            out,
            format,
            type_config,
            columns,
            written: 0,
            left_out: LeftOut::default(),
        })
    }

    /// Writes a record. `status` is for the column of that name.
    pub fn record(&mut self, record: &Record, status: &str) -> io::Result<()> {
        let element = Element {
            type_config: self.type_config,
            record,
        };
        match self.format {
            Format::Json => {
                let between = if self.written == 0 { "\n  " } else { ",\n  " };
                // No string has a line break in it: JSON escapes them.
                let text = json::to_string_pretty(&element)?.replace('\n', "\n  ");
                write!(self.out, "{between}{text}")?;
            }
            Format::JsonLines => {
                json::write_line(&mut self.out, &element)?;
                self.out.write_all(b"\n")?;
            }
            Format::Csv => {
                let cells = self
                    .columns
                    .iter()
                    .map(|column| self.cell(record, status, column));
                let cells: Vec<String> = std::iter::once(quoted(&record.name)).chain(cells).collect();
                writeln!(self.out, "{}", cells.join(","))?;
            }
        }
        self.written += 1;
        let (format, columns) = (self.format, self.columns);
        let is_column = |field: &FieldMapping| {
            let mut columns = columns.iter();
            columns.any(|column| matches!(column, Column::Field(name) if *name == field.name))
        };
        let is_exported = |field: &FieldMapping| format != Format::Csv || is_column(field);
        self.left_out.add(self.type_config, record, is_exported);
        Ok(())
    }

    fn cell(&self, record: &Record, status: &str, column: &Column) -> String {
        let name = match column {
            Column::Status => return quoted(status),
            Column::Field(name) => name,
        };
        let mut fields = self.type_config.fields.iter();
        let field = fields.find(|field| field.name == *name);
        let value = record.fields.get(name).filter(|value| !value.is_absent());
        field
            .zip(value)
            .map_or_else(String::new, |(field, value)| quoted(&cell(field, value)))
    }

    /// Records written so far.
    pub fn written(&self) -> usize {
        self.written
    }

    /// What the records written so far have that is not in the file.
    pub fn left_out(&self) -> &LeftOut {
        &self.left_out
    }

    /// Ends; what was written to.
    pub fn finish(mut self) -> io::Result<W> {
        match self.format {
            Format::Json if self.written == 0 => self.out.write_all(b"]\n")?,
            Format::Json => self.out.write_all(b"\n]\n")?,
            Format::JsonLines | Format::Csv => {}
        }
        self.out.flush()?;
        Ok(self.out)
    }
}

/// Quoted where CSV needs it.
fn quoted(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) || text.starts_with(' ') || text.ends_with(' ') {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
