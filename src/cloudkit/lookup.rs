//! `records/lookup`: records by name. Never late, unlike queries.

use std::collections::HashMap;

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use serde_json::{Value as Json, json};

use super::call::Intent;
use super::error::{Code, Error, ItemError};
use super::wire::Item;
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
    /// Looks up any number of names, 200 a request, side by side. A name that comes twice is asked for once.
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
                all.found.extend(some.found);
                all.missing.extend(some.missing);
                all.refused.extend(some.refused);
                Ok(all)
            })
            .await
    }

    async fn lookup_some(&self, names: Vec<String>) -> Result<Lookup, Error> {
        let records: Vec<Json> = names.iter().map(|name| json!({ "recordName": name })).collect();
        let body = json!({ "records": records }).to_string();
        let answer = self.call("records/lookup", body.as_bytes(), Intent::Read).await?;
        let mut entries: HashMap<String, Item> = HashMap::with_capacity(names.len());
        for item in answer.records.unwrap_or_default() {
            let name = match &item {
                Item::Record(record) => record.name.clone(),
                Item::Deleted { name } | Item::Refused { name: Some(name), .. } => name.clone(),
                Item::Refused { name: None, .. } => continue,
            };
            entries.insert(name, item);
        }
        let mut lookup = Lookup::default();
        for name in &names {
            lookup.sort_in(name, entries.remove(name))?;
        }
        Ok(lookup)
    }
}

impl Lookup {
    fn sort_in(&mut self, name: &str, item: Option<Item>) -> Result<(), Error> {
        match item {
            // One client saw a missing record as an entry without a type.
            Some(Item::Record(record)) if !record.record_type.is_empty() => {
                self.found.insert(name.to_owned(), record);
            }
            Some(Item::Record(_) | Item::Deleted { .. }) => self.missing.push(name.to_owned()),
            Some(Item::Refused { code, .. }) if code == "NOT_FOUND" => self.missing.push(name.to_owned()),
            Some(Item::Refused {
                code,
                reason,
                retry_after,
                ..
            }) => self.refused.push((
                name.to_owned(),
                ItemError {
                    code: Code::from_word(&code),
                    reason,
                    retry_after,
                },
            )),
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
