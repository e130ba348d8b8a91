//! The service: signed requests to CloudKit Web Services, and answers read liberally.
//!
//! - [`sign`]: request signatures

pub mod sign;
