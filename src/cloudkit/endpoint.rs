//! Where the service is.

use std::fmt;
use std::str::FromStr;

use reqwest::Url;

/// Apple's address (Apple, "CloudKit Web Services Reference", *Composing Web Service Requests*).
pub const APPLE: &str = "https://api.apple-cloudkit.com";

/// Scheme, host and port of a service: HTTPS, or plain HTTP on this very machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(Url);

/// Why a text is no endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// No URL, or more than scheme, host and port.
    #[error("'{0}' is no endpoint; it has the form https://HOST or http://127.0.0.1:PORT")]
    Form(String),
    /// Plain HTTP to another machine.
    #[error("'{0}' is not encrypted; only this machine (127.0.0.1, localhost) is spoken to without HTTPS")]
    Plain(String),
    /// A user name or password in it; they are not repeated here.
    #[error("an endpoint carries no user name and no password; it has the form https://HOST")]
    Credentials,
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text).map_err(|_| EndpointError::Form(text.to_owned()))?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if !url.username().is_empty() || url.password().is_some() {
            return Err(EndpointError::Credentials);
        }
        if !bare || url.host_str().is_none() {
            return Err(EndpointError::Form(text.to_owned()));
        }
        match url.scheme() {
            "https" => Ok(Endpoint(url)),
            "http" if is_loopback(&url) => Ok(Endpoint(url)),
            "http" => Err(EndpointError::Plain(text.to_owned())),
            _ => Err(EndpointError::Form(text.to_owned())),
        }
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}

impl Endpoint {
    /// The URL of a path that begins with `/`.
    pub(super) fn with_path(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(path);
        url
    }

    /// Whether it is spoken to over HTTPS.
    pub fn is_encrypted(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether this is a server on this machine.
    pub fn is_local(&self) -> bool {
        is_loopback(&self.0)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_spoken_to_in_plain() {
        for good in [
            "https://api.apple-cloudkit.com",
            "http://127.0.0.1:80/",
            "http://localhost:1",
            "http://[::1]:2",
        ] {
            assert!(good.parse::<Endpoint>().is_ok(), "{good}");
        }
        for plain in ["http://api.apple-cloudkit.com", "http://127.0.0.1.example.com"] {
            assert_eq!(plain.parse::<Endpoint>(), Err(EndpointError::Plain(plain.into())));
        }
        for bad in [
            "",
            "api",
            "ftp://127.0.0.1",
            "https://host/path",
            "https://host?x=1",
        ] {
            assert_eq!(bad.parse::<Endpoint>(), Err(EndpointError::Form(bad.into())));
        }
        assert_eq!(
            "https://me:secret@host".parse::<Endpoint>(),
            Err(EndpointError::Credentials)
        );
    }
}
