//! TLS certificates: the trusted authorities, and why a server's certificate was rejected.

use std::error::Error as StdError;
use std::io;

use reqwest::Certificate;
use rustls::CertificateError;

use super::{Roots, SetupError};

/// The certificates of a PEM text, at least one.
pub(super) fn parse(roots: &Roots) -> Result<Vec<Certificate>, SetupError> {
    let unusable = |cause: String| SetupError::Roots {
        from: roots.from.clone(),
        cause,
    };
    let certificates =
        Certificate::from_pem_bundle(&roots.pem).map_err(|error| unusable(error.to_string()))?;
    if certificates.is_empty() {
        return Err(unusable("no PEM certificate in it".into()));
    }
    Ok(certificates)
}

/// Why the server's certificate was rejected; `None` if the connection failed for another reason.
pub(super) fn refusal(error: &reqwest::Error) -> Option<String> {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(rustls::Error::InvalidCertificate(why)) = error.downcast_ref() {
            return Some(words(why));
        }
        cause = inner(error).or_else(|| error.source());
    }
    None
}

/// The error that an I/O error carries: its `source` is already the cause of that one.
fn inner<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e (dyn StdError + 'static)> {
    let carried = error.downcast_ref::<io::Error>()?.get_ref()?;
    Some(carried)
}

fn words(why: &CertificateError) -> String {
    match why {
        CertificateError::UnknownIssuer => "it was not issued by a trusted certificate authority".into(),
        CertificateError::Expired => "it has expired".into(),
        CertificateError::NotValidYet => "it is not valid yet".into(),
        other => other.to_string(),
    }
}
