//! Addresses that are the controller's own, or a cloud's way to give it its credentials. A name must not lead there.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Addresses with which clouds give a machine its data and credentials, besides the link-local one: Alibaba, Azure,
/// and AWS over IPv6.
const METADATA_4: [Ipv4Addr; 2] = [
    Ipv4Addr::new(100, 100, 100, 200),
    Ipv4Addr::new(168, 63, 129, 16),
];
const METADATA_6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

/// What is special about an address, if anything is.
pub(crate) fn own(address: IpAddr) -> Option<&'static str> {
    match address.to_canonical() {
        IpAddr::V4(address) => own_4(address),
        IpAddr::V6(address) => own_6(address),
    }
}

fn own_4(address: Ipv4Addr) -> Option<&'static str> {
    if address.is_loopback() || address.octets()[0] == 0 {
        Some("this machine itself")
    } else if METADATA_4.contains(&address) || address == Ipv4Addr::new(169, 254, 169, 254) {
        Some("a cloud's metadata service")
    } else if address.is_link_local() {
        Some("a link-local address")
    } else if address.is_multicast() || address.is_broadcast() {
        Some("no single machine")
    } else {
        None
    }
}

fn own_6(address: Ipv6Addr) -> Option<&'static str> {
    // Gateways turn these into the IPv4 address that stands in them (RFC 6052, RFC 3056).
    let parts = address.segments();
    let inner = match parts {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
            Some(Ipv4Addr::new(a, b, c, d))
        }
        _ => None,
    };
    if address.is_loopback() || address.is_unspecified() {
        Some("this machine itself")
    } else if address == METADATA_6 {
        Some("a cloud's metadata service")
    } else if address.is_unicast_link_local() {
        Some("a link-local address")
    } else if address.is_multicast() {
        Some("no single machine")
    } else {
        inner.and_then(own_4)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn own_addresses_are_known_in_every_dress() {
        for text in [
            "127.0.0.1",
            "127.9.9.9",
            "0.0.0.0",
            "::1",
            "::",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "169.254.169.254",
            "::ffff:169.254.169.254",
            "169.254.1.1",
            "fe80::1",
            "fd00:ec2::254",
            "100.100.100.200",
            "224.0.0.1",
            "255.255.255.255",
        ] {
            assert!(own(text.parse().unwrap()).is_some(), "{text}");
        }
        for text in [
            "10.0.0.1",
            "192.168.1.1",
            "93.184.216.34",
            "2001:db8::1",
            "fd00::1",
        ] {
            assert_eq!(own(text.parse().unwrap()), None, "{text}");
        }
    }
}
