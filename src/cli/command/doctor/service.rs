//! What only the service can tell: whether it takes the key, how the clocks compare, what the schema allows.

use futures::future::{join, join_all};

use super::report::Report;
use crate::cloudkit::{Client, Comparator, Error, FieldRef, Filter, Query, Sort};
use crate::config::TypeConfig;
use crate::record::Value;
use crate::sync::{JobError, Session};

/// Clocks that differ by less do not matter: signatures hold for about ten minutes.
const SKEW: i64 = 60;

/// Indexes that Skydeck can do without, on fields that every record has.
const TIMES: [&str; 2] = ["createdTimestamp", "modifiedTimestamp"];

/// What the service answered.
pub(super) struct Answers {
    health: Result<(), Error>,
    /// By type, in the configuration's order.
    schemas: Vec<Found>,
}

/// Whether a type can be listed; and which indexes it could do with.
type Found = (Result<(), Error>, Vec<String>);

/// Asks everything side by side.
pub(super) async fn ask(session: &Session) -> Answers {
    let client = session.client();
    let schemas = join_all(session.config().types.iter().map(|one| schema(client, one)));
    let (health, schemas) = join(client.health(), schemas).await;
    Answers { health, schemas }
}

/// Tells it in order.
pub(super) fn tell(session: &Session, answers: Answers, report: &mut Report) {
    let client = session.client();
    clock(client, report);
    if let Err(error) = answers.health {
        return report.error("service", &JobError::Service(error));
    }
    let container = &session.config().container;
    report.well(
        "service",
        format!("{} takes the key for {container}", client.endpoint()),
    );
    for (type_config, found) in session.config().types.iter().zip(answers.schemas) {
        tell_schema(type_config, found, report);
    }
}

fn clock(client: &Client, report: &mut Report) {
    let Some(ahead) = client.clock_ahead() else { return };
    if ahead.abs() <= SKEW {
        return report.well("clock", "agrees with the service's");
    }
    let direction = if ahead > 0 { "ahead of" } else { "behind" };
    report.advise(
        "clock",
        format!("{} s {direction} the service's", ahead.abs()),
        "set the clock of this machine; signatures hold for about 10 minutes, other programs will be refused",
    );
}

async fn schema(client: &Client, type_config: &TypeConfig) -> Found {
    let listed = probe(client, query(type_config));
    let wishes = TIMES.iter().flat_map(|name| {
        let field = FieldRef::System((*name).to_owned());
        let filter = Filter {
            field: field.clone(),
            comparator: Comparator::GreaterThan,
            value: Value::Timestamp(0),
            distance: None,
        };
        let sort = Sort {
            field,
            ascending: true,
            from: None,
        };
        let filtered = Query {
            filters: vec![filter],
            ..query(type_config)
        };
        let sorted = Query {
            sorts: vec![sort],
            ..query(type_config)
        };
        [(*name, "QUERYABLE", filtered), (*name, "SORTABLE", sorted)]
    });
    let wishes = join_all(wishes.map(async |(name, flag, query)| {
        let refused =
            matches!(probe(client, query).await, Err(Error::Refused(refusal)) if refusal.status == 400);
        refused.then(|| format!("{name} {flag}"))
    }));
    let (listed, wishes) = join(listed, wishes).await;
    (listed, wishes.into_iter().flatten().collect())
}

/// The least that can be asked of a type.
fn query(type_config: &TypeConfig) -> Query {
    let field = type_config.fields.first().map(|field| field.name.clone());
    Query::of(&type_config.name).only(field).limit(1)
}

async fn probe(client: &Client, query: Query) -> Result<(), Error> {
    client.query(&query, None).await.map(drop)
}

fn tell_schema(type_config: &TypeConfig, found: Found, report: &mut Report) {
    let what = format!("{} schema", type_config.name);
    match found {
        (Err(error), _) => report.error(&what, &JobError::Service(error)),
        (Ok(()), wishes) if wishes.is_empty() => {
            report.well(&what, "can be listed, and read in parts");
        }
        (Ok(()), wishes) => report.advise(
            &what,
            "can be listed; a few more indexes would let large types be read faster",
            format!("add {} (CloudKit Console, Schema, Indexes)", wishes.join(", ")),
        ),
    }
}
