//! The JSON of the service, kept apart from the domain: read liberally, written strictly.

mod decode;
mod encode;
mod value;

pub use decode::{Answer, Item, Items, read};
pub use encode::{field, record, scalar};
