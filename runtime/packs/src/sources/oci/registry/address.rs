//! What a repository's reference is made of, and which hosts are this machine.

use std::net::{IpAddr, ToSocketAddrs};

/// True for a host that is this machine, whatever its name resolves to.
pub(super) fn is_loopback(host: &str) -> bool {
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((name, port)) => (name, port.trim_start_matches(':')),
            None => return false,
        },
        None => host.split_once(':').unwrap_or((host, "")),
    };
    if let Ok(address) = name.parse::<IpAddr>() {
        return address.is_loopback();
    }
    let port = port.parse().unwrap_or(80);
    name == "localhost"
        && (name, port)
            .to_socket_addrs()
            .is_ok_and(|mut all| all.all(|address| address.ip().is_loopback()))
}

/// A host, with a port or not.
pub(super) fn is_host(host: &str) -> bool {
    let name = host
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || ".-:[]".contains(c));
    name && !host.is_empty()
}

/// Names with `/` between, as the distribution specification has them.
pub(super) fn is_repository(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.split('/').all(|part| {
        part.starts_with(inner)
            && part.ends_with(inner)
            && part.chars().all(|c| inner(c) || "._-".contains(c))
            && !part.contains("..")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_loopback_alone() {
        for host in ["localhost:5000", "127.0.0.1", "127.9.9.9:1", "[::1]:5000"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "localhost.example.org",
            "10.0.0.1:5000",
            "[fe80::1]",
            "[::1",
            "r:5000",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
