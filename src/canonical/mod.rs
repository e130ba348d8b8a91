//! Local files through the manifest into records.
//!
//! - `scan`: a JSON array's elements one after another, never the whole file at once
//! - `decode`: one element's mapped members, found without building a tree
//! - `value`: one member as a typed value
//! - [`load`](fn@load): a whole file into a table, or every problem of it
//! - `reread`: one record again, by where it stands or by its name
//! - `problem`: what is wrong in a file, where, and what to do
//! - `export`: a record back to the members it came from
//! - [`exporter`]: records into a file: JSON, JSON lines, CSV
//! - `single`: one record to be edited by hand, and read back
//! - [`propose`](fn@propose): a manifest made from the files found
//!
//! Nothing is silently skipped: a file with one problem gives no records at all.

mod decode;
mod export;
pub mod exporter;
mod left_out;
mod load;
mod names;
mod problem;
mod propose;
mod reread;
mod scan;
mod single;
mod stamp;
mod value;

pub use export::{Element, to_json};
pub use left_out::LeftOut;
pub use load::{Loaded, load};
pub use names::name_fault;
pub use problem::{Problem, Problems};
pub use propose::{Proposal, ProposedType, Schema, propose};
pub use reread::{ReadError, Reader, read_all, read_at, read_one};
pub use single::{changed, read_written, written};
pub use stamp::FileStamp;
