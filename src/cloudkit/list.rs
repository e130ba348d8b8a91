//! A whole record type, and the certificate that nothing of it was left out.
//!
//! How the reading is split over requests is for this file to know alone: today it is one chain of pages a type. The
//! caller sees pages in no order, in which a name may come twice (rows move while they are read; the latest word
//! counts), and at the end whether the listing is complete.

use std::collections::HashSet;

use tokio::sync::mpsc;

use super::error::{Code, Error};
use super::{Client, Query};
use crate::record::Record;

/// Proof that a listing is complete: every chain of it ended without a marker, no marker came twice, no error was met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Requests it took.
    pub requests: usize,
}

/// How a listing ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listing {
    /// Everything there was has been passed on.
    Complete(Certificate),
    /// Something may be missing: nothing may be called an orphan.
    Incomplete {
        /// Why.
        why: String,
    },
}

/// So many empty pages in a row are a service that goes round in circles.
const MOST_EMPTY: usize = 1000;

impl Client {
    /// Reads a whole record type and passes its pages on. Needs a QUERYABLE index on `recordName`.
    ///
    /// # Errors
    /// What the service refuses, and what remains of trouble after all repetitions; the listing is then worth nothing.
    pub async fn list(&self, record_type: &str, pages: &mpsc::Sender<Vec<Record>>) -> Result<Listing, Error> {
        self.list_all(&Query::of(record_type), pages).await
    }

    /// The same for a whole record type of which only some fields are wanted: a query without conditions.
    pub async fn list_all(&self, query: &Query, pages: &mpsc::Sender<Vec<Record>>) -> Result<Listing, Error> {
        let mut requests = 0;
        for _ in 0..2 {
            match self.chain(query, pages, &mut requests).await {
                // A marker that has expired or is not known any more: once more from the first page.
                Err(Error::Refused(refusal)) if requests > 1 && refusal.code == Code::BadRequest => {}
                ended => return ended,
            }
        }
        Ok(Listing::Incomplete {
            why: "the service refused its own continuation marker twice".into(),
        })
    }

    async fn chain(
        &self,
        query: &Query,
        pages: &mpsc::Sender<Vec<Record>>,
        requests: &mut usize,
    ) -> Result<Listing, Error> {
        let mut seen = HashSet::new();
        let mut marker: Option<String> = None;
        let mut empty = 0;
        loop {
            *requests += 1;
            let page = self.query(query, marker.as_deref()).await?;
            empty = if page.records.is_empty() { empty + 1 } else { 0 };
            if !page.records.is_empty() && pages.send(page.records).await.is_err() {
                return Err(Error::Cancelled);
            }
            let Some(next) = page.marker else {
                return Ok(Listing::Complete(Certificate { requests: *requests }));
            };
            if empty > MOST_EMPTY || !seen.insert(xxhash_rust::xxh3::xxh3_128(next.as_bytes())) {
                return Ok(Listing::Incomplete {
                    why: "the service goes round in circles: a continuation marker came twice".into(),
                });
            }
            marker = Some(next);
        }
    }
}
