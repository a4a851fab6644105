//! What a line means: names with `*`, and networks.

use std::net::IpAddr;

use globset::{GlobBuilder, GlobMatcher};
use ipnet::IpNet;

/// A name in which `*`, `?` and `[…]` stand for others: `prod-*`, `server.*`, `acme:*`.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// As it stands in the file.
    pub text: String,
    /// The line, from 1.
    pub line: usize,
    matcher: GlobMatcher,
}

impl Pattern {
    /// Reads a pattern. Case counts.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(text: &str, line: usize) -> Result<Self, String> {
        Self::build(text, line, false)
    }

    /// A pattern for names of hosts, in which case does not count.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn of_host(text: &str, line: usize) -> Result<Self, String> {
        Self::build(text, line, true)
    }

    fn build(text: &str, line: usize, any_case: bool) -> Result<Self, String> {
        if text.is_empty() || text.trim() != text {
            return Err(format!("`{text}` is no name or pattern"));
        }
        let glob = GlobBuilder::new(text)
            .case_insensitive(any_case)
            .build()
            .map_err(|error| format!("`{text}` is no pattern: {}", error.kind()))?;
        Ok(Self {
            text: text.to_owned(),
            line,
            matcher: glob.compile_matcher(),
        })
    }

    /// Whether it means a name.
    #[must_use]
    pub fn means(&self, name: &str) -> bool {
        self.matcher.is_match(name)
    }

    /// Whether it means a host. A name of the DNS may end in a dot.
    #[must_use]
    pub fn means_host(&self, name: &str) -> bool {
        let bare = name.strip_suffix('.').unwrap_or(name);
        self.means(bare) || self.means(name)
    }
}

/// A network, `10.1.0.0/16`, or one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// As it stands in the file.
    pub text: String,
    /// The line, from 1.
    pub line: usize,
    net: IpNet,
}

impl Network {
    /// Reads a network.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(text: &str, line: usize) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is no network; it takes an address, or one with the length of the network, as `10.1.0.0/16`"
            )
        };
        let net = match text.parse::<IpAddr>() {
            Ok(address) => IpNet::from(address),
            Err(_) => text.parse::<IpNet>().map_err(|_| wrong())?,
        };
        if net.trunc() != net {
            return Err(format!(
                "`{text}` has bits beyond the network; that network is `{}`",
                net.trunc()
            ));
        }
        Ok(Self {
            text: text.to_owned(),
            line,
            net,
        })
    }

    /// Whether an address is in it. An IPv4 address in IPv6's form is that IPv4 address.
    #[must_use]
    pub fn has(&self, address: IpAddr) -> bool {
        self.net.contains(&address.to_canonical())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn patterns_of_hosts_know_no_case_and_no_last_dot() {
        let pattern = Pattern::of_host("prod-*.example.org", 1).unwrap();
        for name in [
            "prod-1.example.org",
            "PROD-1.Example.ORG",
            "prod-1.example.org.",
        ] {
            assert!(pattern.means_host(name), "{name}");
        }
        for name in [
            "prod.example.org",
            "xprod-1.example.org",
            "prod-1.example.org.evil.net",
        ] {
            assert!(!pattern.means_host(name), "{name}");
        }
        assert!(!Pattern::new("server.*", 1).unwrap().means("Server.shell"));
        assert!(Pattern::new("", 1).is_err());
        assert!(
            Pattern::new("a[", 1)
                .unwrap_err()
                .contains("`a[` is no pattern")
        );
    }

    #[test]
    fn networks_have_addresses_of_both_forms() {
        let network = Network::new("10.1.0.0/16", 1).unwrap();
        assert!(network.has("10.1.255.1".parse().unwrap()));
        assert!(network.has("::ffff:10.1.0.9".parse().unwrap()));
        assert!(!network.has("10.2.0.1".parse().unwrap()));
        assert!(Network::new("::1", 1).unwrap().has("::1".parse().unwrap()));
        assert!(
            Network::new("10.1.2.3/16", 1)
                .unwrap_err()
                .contains("that network is `10.1.0.0/16`")
        );
        assert!(Network::new("prod", 1).is_err());
    }
}
