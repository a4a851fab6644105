//! Keys of hosts against known_hosts.

use std::path::Path;

use russh::keys::known_hosts::{known_host_keys_path, learn_known_hosts_path};
use russh::keys::ssh_key::{HashAlg, PublicKey};

use super::ask::Refused;
use super::options::{Checking, Options};

/// Why a key is refused, with the fix.
pub(super) fn check(options: &Options, key: &PublicKey) -> Result<(), String> {
    if options.checking == Checking::Off {
        return Ok(());
    }
    let file = &options.known_hosts;
    let shown = file.display();
    let place = match options.port {
        22 => options.hostname.clone(),
        port => format!("[{}]:{port}", options.hostname),
    };
    let print = key.fingerprint(HashAlg::Sha256);
    let kind = key.algorithm();
    if is_revoked(file, key) {
        return Err(format!(
            "the host key of {place} ({kind} {print}) is marked @revoked in {shown}: it must not be trusted"
        ));
    }
    let known = known_host_keys_path(&options.hostname, options.port, file)
        .map_err(|error| format!("reading {shown}: {error}"))?;
    if known
        .iter()
        .any(|(_, held)| held.key_data() == key.key_data())
    {
        return Ok(());
    }
    if let Some((line, held)) = known.iter().find(|(_, held)| held.algorithm() == kind) {
        return Err(format!(
            "the host key of {place} has CHANGED: it shows {kind} {print}, but {shown}:{line} has {}\n  \
             someone may be listening in. If the host was really set up anew: ssh-keygen -f {shown} -R '{place}'",
            held.fingerprint(HashAlg::Sha256)
        ));
    }
    match options.checking {
        Checking::AcceptNew => learn_known_hosts_path(&options.hostname, options.port, key, file)
            .map_err(|error| format!("adding the host key of {place} to {shown}: {error}")),
        _ => {
            if options.checking == Checking::Ask {
                options.unknown.put(Refused {
                    hostname: options.hostname.clone(),
                    port: options.port,
                    place: place.clone(),
                    key: key.clone(),
                    file: file.clone(),
                });
            }
            Err(format!(
                "the host key of {place} is not known: {kind} {print}\n  \
             compare it with the host's own (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), then: \
             ssh-keyscan -p {} {} >> {shown}\n  or set ssh_strict_host_key_checking = \"accept-new\" to add unknown keys",
                options.port, options.hostname
            ))
        }
    }
}

/// True when a line `@revoked HOSTS TYPE KEY` holds this key. Its hosts are not looked at: a key that was given away
/// is trusted nowhere.
fn is_revoked(file: &Path, key: &PublicKey) -> bool {
    let Ok(text) = std::fs::read_to_string(file) else {
        return false;
    };
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("@revoked"))
        .any(|rest| {
            let revoked = rest
                .split_whitespace()
                .nth(2)
                .map(russh::keys::parse_public_key_base64);
            matches!(revoked, Some(Ok(revoked)) if revoked.key_data() == key.key_data())
        })
}
