//! Keys that packages are signed with.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use windlass_sdk::prelude::*;

/// The folders in which apt finds keyrings.
pub const KEYRING_FOLDERS: [&str; 3] = [
    "/etc/apt/trusted.gpg.d",
    "/etc/apt/keyrings",
    "/usr/share/keyrings",
];

/// Where new keyrings are put.
const FOLDER: &str = "/etc/apt/keyrings";

/// A keyring's keys.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Keyring {
    /// Keys by their ids.
    pub keys: Map<String, Json>,
}

fact_request! {
    /// Keyrings in folders, by path.
    pub GpgKeyrings("gpg.GpgKeyrings") {
        /// The folders.
        directories: Vec<String>,
    } -> Option<BTreeMap<String, Keyring>>;
}

/// Install or remove a key that packages are signed with, as a keyring in `/etc/apt/keyrings`.
///
/// Name the keyring in the source's `signed-by`; a key of its own for each source is what apt recommends.
#[operation(
    example = r#"apt.key(src = "https://download.docker.com/linux/debian/gpg", dest = "docker.gpg")"#,
    uses = ["gpg.key"]
)]
pub fn key(
    plan: &mut Plan,
    /// A URL, or a path on the target.
    src: Option<String>,
    /// A key server to ask instead.
    keyserver: Option<String>,
    /// Ids of the keys to ask the server for, or to remove.
    keyid: Option<OneOrMany<String>>,
    /// The keyring's file name, or its path; made from the source when left out.
    dest: Option<String>,
    /// Whether it should be there.
    #[default(true)]
    present: bool,
) -> Result<()> {
    let keyids = keyid.map(|ids| ids.0).unwrap_or_default();
    let dest = match dest {
        Some(dest) if dest.starts_with('/') => Some(dest),
        Some(dest) => Some(format!("{FOLDER}/{dest}")),
        None => file_name(src.as_deref(), keyserver.as_deref(), &keyids)
            .map(|name| format!("{FOLDER}/{name}.gpg")),
    };
    let mut args = json!({"present": present, "mode": "0644", "working_dirs": KEYRING_FOLDERS});
    if let Json::Object(args) = &mut args {
        let mut put = |name: &str, value: Option<Json>| {
            args.extend(value.map(|value| (name.to_owned(), value)))
        };
        put("src", src.map(Json::from));
        put("keyserver", keyserver.map(Json::from));
        put("keyid", (!keyids.is_empty()).then(|| json!(keyids)));
        put("dest", dest.map(Json::from));
    }
    plan.nested("gpg.key", args)
        .predict(Prediction::unknown_where("apt.AptKeys", json!({})));
    Ok(())
}

/// A name for a keyring, from where its keys come from: the same for the same source.
fn file_name(src: Option<&str>, keyserver: Option<&str>, keyids: &[String]) -> Option<String> {
    if let Some(src) = src {
        let (host, path) = match src.split_once("://") {
            Some((_, rest)) => rest
                .split_once('/')
                .map_or((Some(rest), ""), |(host, path)| (Some(host), path)),
            None => (None, src),
        };
        let name = path
            .split(['?', '#'])
            .next()
            .unwrap_or_default()
            .rsplit('/')
            .next()
            .unwrap_or_default();
        let stem = name
            .strip_suffix(".gpg")
            .or_else(|| name.strip_suffix(".asc"))
            .unwrap_or(name);
        return Some(match host {
            Some(host) => format!("{host}-{}", if stem.is_empty() { "key" } else { stem }),
            None => stem.to_owned(),
        });
    }
    (keyserver.is_some() && !keyids.is_empty()).then(|| format!("keyserver-{}", keyids.join("-")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyring_is_named_after_its_source() {
        let name = |src: &str| file_name(Some(src), None, &[]).unwrap_or_default();
        assert_eq!(name("mykey"), "mykey");
        assert_eq!(name("/tmp/vendor.asc"), "vendor");
        assert_eq!(name("http://mykey"), "mykey-key");
        assert_eq!(
            name("https://example.org/linux/release.gpg?x=1"),
            "example.org-release"
        );
        assert_eq!(
            file_name(None, Some("s"), &["A".into(), "B".into()]).as_deref(),
            Some("keyserver-A-B")
        );
        assert_eq!(file_name(None, None, &["A".into()]), None);
    }
}
