//! Everything there is, and the certificate that nothing of it was left out.
//!
//! How the reading is split over requests is for this file to know alone: today it is one chain of pages. Whoever reads
//! along sees pages in no order, in which a name may come twice (rows move while they are read; the latest word counts),
//! and at the end whether the listing is complete.

use std::collections::{HashMap, HashSet};

use tokio::sync::mpsc;
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use super::error::{Error, Trouble};
use super::{Client, Page, Query};
use crate::record::Record;

/// Proof that a listing is complete: every chain of pages ended without a marker, no marker came twice, no request
/// failed, no record was withheld, every record was of the type asked for, and no page was longer than asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Requests it took.
    pub requests: usize,
}

/// How a listing ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "only this tells whether everything was seen"]
pub enum Listing {
    /// Everything there was has been passed on.
    Complete(Certificate),
    /// Something may be missing: nothing may be called an orphan.
    Incomplete {
        /// Why.
        why: String,
    },
}

/// So many pages in a row that bring nothing new are a service that goes round in circles.
const MOST_IDLE: usize = 1000;

impl Client {
    /// Everything that a query finds, each name once, in the order asked for: complete, or an error. A listing that was
    /// cut short cannot be taken for a whole one.
    ///
    /// It is held in memory as a whole; to look at a large type page by page use [`list`](Self::list).
    ///
    /// # Errors
    /// [`Error::Incomplete`] where something may be missing, and all that [`query`](Self::query) meets.
    pub async fn query_all(&self, query: &Query) -> Result<(Vec<Record>, Certificate), Error> {
        let mut found: Vec<Record> = Vec::new();
        let mut positions: HashMap<String, usize> = HashMap::new();
        let mut chain = Chain::new(self, query);
        loop {
            match chain.next().await? {
                Turn::Page(records) => {
                    for record in records {
                        let position = *positions.entry(record.name.clone()).or_insert(found.len());
                        match found.get_mut(position) {
                            Some(known) => *known = record,
                            None => found.push(record),
                        }
                    }
                }
                Turn::FromTheStart => {
                    found.clear();
                    positions.clear();
                }
                Turn::End(Listing::Complete(certificate)) => return Ok((found, certificate)),
                Turn::End(Listing::Incomplete { why }) => return Err(Error::Incomplete { why }),
            }
        }
    }

    /// Reads a whole record type and passes its pages on as they come. Needs a QUERYABLE index on `recordName`.
    ///
    /// # Errors
    /// What the service refuses, and what remains of trouble after all repetitions; the listing is then worth nothing.
    /// [`Error::Cancelled`] where nobody takes the pages any more.
    pub async fn list(&self, record_type: &str, pages: &mpsc::Sender<Vec<Record>>) -> Result<Listing, Error> {
        self.list_pages(&Query::of(record_type), pages).await
    }

    /// The same for a query of one's own, such as one that wants only some fields.
    ///
    /// # Errors
    /// As [`list`](Self::list).
    pub async fn list_pages(
        &self,
        query: &Query,
        pages: &mpsc::Sender<Vec<Record>>,
    ) -> Result<Listing, Error> {
        let mut chain = Chain::new(self, query);
        loop {
            match chain.next().await? {
                Turn::Page(records) => pages.send(records).await.map_err(|_| Error::Cancelled)?,
                // What was passed on counts until it is passed on again.
                Turn::FromTheStart => {}
                Turn::End(listing) => return Ok(listing),
            }
        }
    }
}

/// What comes next while reading.
enum Turn {
    /// Records, at least one.
    Page(Vec<Record>),
    /// The service has forgotten where it was: everything comes once more.
    FromTheStart,
    End(Listing),
}

/// The pages of a query, one after the other, with an eye on all that would leave something out.
struct Chain<'c> {
    client: &'c Client,
    query: &'c Query,
    marker: Option<String>,
    /// The markers so far.
    markers: HashSet<u128>,
    /// The names of each page so far: a service that does not understand the marker sends the first page for ever.
    pages: HashSet<u128>,
    idle: usize,
    requests: usize,
    began_again: bool,
    ended: bool,
    /// Why the listing is not complete, although it goes on.
    flaw: Option<String>,
}

impl<'c> Chain<'c> {
    fn new(client: &'c Client, query: &'c Query) -> Self {
        Chain {
            client,
            query,
            marker: None,
            markers: HashSet::new(),
            pages: HashSet::new(),
            idle: 0,
            requests: 0,
            began_again: false,
            ended: false,
            flaw: None,
        }
    }

    async fn next(&mut self) -> Result<Turn, Error> {
        while !self.ended {
            self.requests += 1;
            let page = match self.client.query(self.query, self.marker.as_deref()).await {
                Ok(page) => page,
                Err(error) if self.marker.is_some() && error.trouble() == Trouble::Request => {
                    return Ok(self.begin_again());
                }
                Err(error) => return Err(error),
            };
            let records = self.take(page);
            if !records.is_empty() {
                return Ok(Turn::Page(records));
            }
        }
        Ok(self.end())
    }

    /// A marker that has expired, or is not known any more. What else may be refused on a later page alone?
    fn begin_again(&mut self) -> Turn {
        if self.began_again {
            self.breaks_off("the service refused its own continuation marker twice");
            return self.end();
        }
        *self = Chain {
            requests: self.requests,
            began_again: true,
            ..Chain::new(self.client, self.query)
        };
        Turn::FromTheStart
    }

    fn take(&mut self, page: Page) -> Vec<Record> {
        if self.flaw.is_none() {
            self.flaw = flaw(self.query, &page);
        }
        if page.records.is_empty() || !self.pages.insert(names_of(&page.records)) {
            self.idle += 1;
        } else {
            self.idle = 0;
        }
        match &page.marker {
            None => self.ended = true,
            Some(marker) if !self.markers.insert(xxh3_128(marker.as_bytes())) => {
                self.breaks_off("the service goes round in circles: a continuation marker came twice");
            }
            Some(_) if self.idle > MOST_IDLE => {
                self.breaks_off("the service goes round in circles: its pages bring nothing new");
            }
            Some(_) => {}
        }
        self.marker = page.marker;
        page.records
    }

    fn breaks_off(&mut self, why: &str) {
        self.flaw = Some(why.to_owned());
        self.ended = true;
    }

    fn end(&mut self) -> Turn {
        Turn::End(match self.flaw.take() {
            Some(why) => Listing::Incomplete { why },
            None => Listing::Complete(Certificate {
                requests: self.requests,
            }),
        })
    }
}

/// What on this page keeps the listing from being complete.
fn flaw(query: &Query, page: &Page) -> Option<String> {
    if let Some((name, error)) = page.refused.first() {
        let name = name.as_deref().unwrap_or("one of them");
        return Some(format!(
            "the service did not return every record ({name}: {error})"
        ));
    }
    if let Some((name, record_type)) = page.strays.first() {
        let wanted = &query.record_type;
        return Some(if record_type.is_empty() {
            format!("the service listed '{name}' without its record type")
        } else {
            format!("the service listed '{name}', a {record_type} record, among the {wanted} records")
        });
    }
    (page.surplus > 0).then(|| {
        format!(
            "the service sent more records in a page than the {} requested",
            query.limit
        )
    })
}

fn names_of(records: &[Record]) -> u128 {
    let mut hash = Xxh3::new();
    for record in records {
        hash.update(record.name.as_bytes());
        hash.update(&[0]);
    }
    hash.digest128()
}
