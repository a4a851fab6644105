//! Passwords of users: encrypted ones, which are secrets all the same.

use serde_json::Value as Json;
use sha1::{Digest, Sha1};
use windlass_sdk::prelude::*;
use windlass_sdk::{handle_of, secrets};

/// Whether a user has a password already. `now` is what the fact tells: text, or the handle of a secret that the host
/// found in it.
pub(super) fn is_set(password: &SecretOr<String>, now: &Json) -> Result<bool> {
    match password {
        SecretOr::Plain(text) => Ok(now.as_str() == Some(text.as_str())),
        SecretOr::Secret(secret) => match (handle_of(now), now.as_str()) {
            (Some(handle), _) => Ok(handle == *secret),
            (None, Some(text)) => {
                let digest: String = Sha1::digest(text.as_bytes())
                    .iter()
                    .map(|byte| format!("{byte:02x}"))
                    .collect();
                secrets::matches(&[password.as_is()], "sha1", &digest)
            }
            (None, None) => Ok(false),
        },
    }
}

/// A command that sets a secret password. It goes through standard input: every user of the target can read the
/// command lines of others.
pub(super) fn set_secret(user: &str, password: &SecretOr<String>) -> Shell {
    let line = vec![
        Atom::Text(format!("{user}:")),
        password.as_is(),
        Atom::Text("\n".to_owned()),
    ];
    Shell::new(shell!("chpasswd -e")).stdin(Content::Inline(line))
}
