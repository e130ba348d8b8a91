//! `records/lookup`: records by name. Never late, unlike queries.

use std::collections::HashMap;

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use serde_json::{Value as Json, json};

use super::call::Operation;
use super::error::{Code, Error, ItemError};
use super::items::{Entry, by_name, is_bare};
use super::{Client, MOST_RECORDS};
use crate::record::Record;

/// What was found of the names asked for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lookup {
    /// Records by name.
    pub found: HashMap<String, Record>,
    /// Names that nobody has.
    pub missing: Vec<String>,
    /// Names the service would not tell about.
    pub refused: Vec<(String, ItemError)>,
}

impl Lookup {
    /// The record of a name, or that there is none.
    ///
    /// # Errors
    /// Where the service would not tell.
    pub fn take(&mut self, name: &str) -> Result<Option<Record>, ItemError> {
        if let Some((_, error)) = self.refused.iter().find(|(refused, _)| refused == name) {
            return Err(error.clone());
        }
        Ok(self.found.remove(name))
    }
}

/// Requests that are prepared at once; how many really leave is for the pace to say.
const SIDE_BY_SIDE: usize = 64;

impl Client {
    /// Looks up any number of names, 200 a request, side by side. A name that comes twice is asked for once. Names are
    /// shared by all record types of a database, so look at the type of what is found.
    ///
    /// # Errors
    /// Where a request failed after all repetitions, or an answer is silent about a name: that is no proof that it is
    /// missing.
    pub async fn lookup(&self, names: &[String]) -> Result<Lookup, Error> {
        let mut distinct: Vec<&str> = names.iter().map(String::as_str).collect();
        distinct.sort_unstable();
        distinct.dedup();
        let chunks: Vec<Vec<String>> = distinct
            .chunks(MOST_RECORDS)
            .map(|chunk| chunk.iter().map(ToString::to_string).collect())
            .collect();
        stream::iter(chunks)
            .map(|chunk| self.lookup_some(chunk))
            .buffer_unordered(SIDE_BY_SIDE)
            .try_fold(Lookup::default(), async |mut all, some| {
                all.add(some);
                Ok(all)
            })
            .await
    }

    /// The names of one request. One that the service puts off is asked for again; a request that is too large is sent in
    /// halves.
    async fn lookup_some(&self, mut names: Vec<String>) -> Result<Lookup, Error> {
        let mut lookup = Lookup::default();
        let mut puts_off = 0;
        loop {
            let entries = match self.lookup_once(&names).await {
                Ok(entries) => entries,
                Err(error) if error.is_too_large() && names.len() > 1 => {
                    let second = names.split_off(names.len() / 2);
                    lookup.add(Box::pin(self.lookup_some(names)).await?);
                    lookup.add(Box::pin(self.lookup_some(second)).await?);
                    return Ok(lookup);
                }
                Err(error) => return Err(error),
            };
            let mut put_off = Vec::new();
            for (name, entry) in names.into_iter().zip(entries) {
                match entry {
                    Some(Entry::Refused(error)) if error.is_transient() => put_off.push((name, error)),
                    Some(Entry::Record(record)) if is_cut(&record) => put_off.push((name, without_type())),
                    entry => lookup.sort_in(name, entry)?,
                }
            }
            let errors = put_off.iter().map(|(_, error)| error);
            if !self.asks_again(errors, &mut puts_off).await? {
                for (name, error) in put_off {
                    lookup.sort_in(name, Some(Entry::Refused(error)))?;
                }
                return Ok(lookup);
            }
            names = put_off.into_iter().map(|(name, _)| name).collect();
        }
    }

    /// What one answer says about each name, in their order.
    async fn lookup_once(&self, names: &[String]) -> Result<Vec<Option<Entry>>, Error> {
        let records: Vec<Json> = names.iter().map(|name| json!({ "recordName": name })).collect();
        let body = json!({ "records": records }).to_string();
        match self.call(Operation::Lookup, body.as_bytes()).await {
            Ok(answer) => Ok(by_name(names.iter().map(String::as_str), answer)),
            Err(Error::Refused(refusal)) if names.len() == 1 && refusal.is_about_the_record() => {
                Ok(vec![Some(Entry::Refused(refusal.as_ref().into()))])
            }
            Err(error) => Err(error),
        }
    }
}

/// Whether an entry holds a record without its type: then it cannot be told which record it is, nor that it is missing.
fn is_cut(record: &Record) -> bool {
    record.record_type.is_empty() && !is_bare(record)
}

/// Why such a record is asked for again.
fn without_type() -> ItemError {
    ItemError {
        code: Code::InternalError,
        reason: "the service sent the record without its type".into(),
        retry_after: None,
        request_id: None,
    }
}

impl Lookup {
    fn add(&mut self, other: Lookup) {
        self.found.extend(other.found);
        self.missing.extend(other.missing);
        self.refused.extend(other.refused);
    }

    fn sort_in(&mut self, name: String, entry: Option<Entry>) -> Result<(), Error> {
        match entry {
            // One client saw a missing record as an entry with a name only.
            Some(Entry::Record(record)) if is_bare(&record) => self.missing.push(name),
            Some(Entry::Record(record)) => _ = self.found.insert(name, record),
            Some(Entry::Deleted) => self.missing.push(name),
            Some(Entry::Refused(error)) if error.code == Code::NotFound => self.missing.push(name),
            Some(Entry::Refused(error)) => self.refused.push((name, error)),
            // Silence is no proof that a record is missing.
            None => {
                return Err(Error::BadAnswer {
                    status: 200,
                    what: format!("a lookup says nothing about '{name}'"),
                });
            }
        }
        Ok(())
    }
}
