//! Keys and keyrings on the target.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use windlass_sdk::prelude::*;

use crate::colons;

/// What stands before each keyring's path in the output.
const MARK: &str = "KEYRING:";

fn read_keys(output: &Output) -> Result<Map<String, Json>> {
    let text = output.text();
    Ok(colons::keys(text.lines()))
}

/// The keys in a file on the target or at a URL, by key id.
#[fact(
    requires = "gpg",
    example = "gpg.GpgKey src=https://download.docker.com/linux/debian/gpg"
)]
pub fn GpgKey(
    /// A path on the target, or a URL.
    src: String,
) -> Source<Map<String, Json>> {
    let command = if src.contains("://") {
        shell!("(wget -O - {src} || curl -sSLf {src}) | gpg --with-colons")
    } else {
        shell!("gpg --with-colons {src}")
    };
    Source::shell(command, read_keys)
}

/// Public keys in the user's keyring, or in another one, by key id.
#[fact(requires = "gpg", user_dependent)]
pub fn GpgKeys(
    /// The path of another keyring.
    keyring: Option<String>,
) -> Source<Map<String, Json>> {
    Source::shell(list("--list-keys", keyring), read_keys)
}

/// Secret keys in the user's keyring, or in another one, by key id.
#[fact(requires = "gpg", user_dependent)]
pub fn GpgSecretKeys(
    /// The path of another keyring.
    keyring: Option<String>,
) -> Source<Map<String, Json>> {
    Source::shell(list("--list-secret-keys", keyring), read_keys)
}

fn list(what: &str, keyring: Option<String>) -> ShellText {
    let command = shell!("gpg {what:raw} --with-colons");
    match keyring {
        Some(keyring) => shell!("{command:text} --keyring {keyring} --no-default-keyring"),
        None => command,
    }
}

/// A keyring in a folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Keyring {
    /// `gpg`, `kbx` or `asc`.
    pub format: String,
    /// Its keys by key id.
    pub keys: Map<String, Json>,
}

/// The keyrings (`*.gpg`, `*.kbx`, `*.asc`) in folders, by path.
#[fact(
    requires = "gpg",
    example = "gpg.GpgKeyrings directories=/etc/apt/keyrings"
)]
pub fn GpgKeyrings(
    /// The folders.
    directories: OneOrMany<String>,
) -> Source<BTreeMap<String, Keyring>> {
    let folders = directories.0;
    let command = shell!(
        "find {folders:words} -type f \\( -name '*.gpg' -o -name '*.kbx' \\) 2>/dev/null -exec sh -c 'echo \
         \"{MARK:raw}$1\"; gpg --list-keys --with-colons --keyring \"$1\" --no-default-keyring 2>/dev/null || true' _ \
         {{}} \\; ; find {folders:words} -type f -name '*.asc' 2>/dev/null -exec sh -c 'echo \"{MARK:raw}$1\"; gpg \
         --with-colons \"$1\" 2>/dev/null || true' _ {{}} \\;"
    );
    Source::shell(command, |output| {
        let text = output.text();
        let keyring = |part: &str| {
            let (path, listing) = part.split_once('\n').unwrap_or((part, ""));
            let format = path.rsplit('.').next().unwrap_or_default().to_owned();
            (
                path.to_owned(),
                Keyring {
                    format,
                    keys: colons::keys(listing.lines()),
                },
            )
        };
        Ok(text.split(MARK).skip(1).map(keyring).collect())
    })
}
