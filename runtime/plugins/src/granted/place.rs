//! Web addresses: what a grant names, and what a request is for.
//!
//! | | |
//! | --- | --- |
//! | read | `https://api.example.org`, `http://10.0.0.7:8080/x?y`, `http://[::1]:80` |
//! | refused | `ftp://x`, `https://user:pass@x`, `//x`, `https://x:0x50` |

use std::fmt;
use std::net::IpAddr;

use ureq::http::Uri;

/// A scheme, a host and a port.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    pub(crate) tls: bool,
    /// In lower case, without the brackets of IPv6.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Place {
    /// The place of an address.
    pub(crate) fn of(uri: &Uri) -> Result<Self, String> {
        let tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => {
                return Err(format!(
                    "`{uri}` is no web address; it begins with https:// or http://"
                ));
            }
        };
        let authority = uri.authority();
        let authority = authority.ok_or_else(|| format!("`{uri}` names no host"))?;
        if authority.as_str().contains('@') {
            return Err(String::from(
                "a name and a password stand in a web address; they go into a header",
            ));
        }
        let host = authority.host();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        if host.is_empty() {
            return Err(format!("`{uri}` names no host"));
        }
        let plain = authority.as_str().rsplit(']').next().unwrap_or_default();
        let port = match (authority.port_u16(), plain.contains(':')) {
            (Some(port), _) => port,
            (None, true) => return Err(format!("the port in `{uri}` is none")),
            (None, false) if tls => 443,
            (None, false) => 80,
        };
        Ok(Self { tls, host, port })
    }

    /// Reads an address of a grant.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let uri: Uri = text
            .parse()
            .map_err(|error| format!("`{text}` is no web address: {error}"))?;
        Self::of(&uri)
    }

    /// The address that its host is, where it is one and no name.
    pub(crate) fn literal(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls { "https" } else { "http" };
        match self.literal() {
            Some(IpAddr::V6(address)) => write!(f, "{scheme}://[{address}]")?,
            _ => write!(f, "{scheme}://{}", self.host)?,
        }
        match (self.tls, self.port) {
            (true, 443) | (false, 80) => Ok(()),
            (_, port) => write!(f, ":{port}"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn one_place_has_one_form() {
        for (text, shown) in [
            (
                "https://API.example.org:443/v1?x",
                "https://api.example.org",
            ),
            ("http://10.0.0.7:8080", "http://10.0.0.7:8080"),
            ("http://[::1]:80/", "http://[::1]"),
            ("https://x.", "https://x"),
        ] {
            assert_eq!(Place::parse(text).unwrap().to_string(), shown);
        }
    }

    #[test]
    fn what_is_no_web_address_is_refused() {
        for text in [
            "ftp://x",
            "https://me:pw@x",
            "//x",
            "/x",
            "https://x:0x50",
            "",
        ] {
            assert!(Place::parse(text).is_err(), "{text}");
        }
    }
}
