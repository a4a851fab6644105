//! Reading gpg's machine-readable listings (doc/DETAILS in GnuPG's sources).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

/// What is known of a key.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Key {
    /// How far it is trusted: a letter, or `-`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) validity: Option<String>,
    /// Its length in bits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) length: Option<u32>,
    /// Its subkeys by key id.
    pub(crate) subkeys: Map<String, Json>,
    /// Its fingerprint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fingerprint: Option<String>,
    /// The hash of its first user id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) uid_hash: Option<String>,
    /// Its first user id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) uid: Option<String>,
}

/// Keys by key id, in the order in which they are listed.
pub(crate) fn keys<'a>(lines: impl Iterator<Item = &'a str>) -> Map<String, Json> {
    let mut keys: Vec<(String, Key)> = Vec::new();
    let mut subkey: Option<String> = None;
    for line in lines {
        let fields: Vec<&str> = line.split(':').collect();
        let field = |n: usize| fields.get(n).copied().unwrap_or_default();
        match field(0) {
            "pub" | "sec" => {
                subkey = None;
                let key = Key {
                    validity: Some(field(1).to_owned()),
                    length: field(2).parse().ok(),
                    ..Key::default()
                };
                keys.push((field(4).to_owned(), key));
            }
            kind => {
                if let Some((_, key)) = keys.last_mut() {
                    read_into(key, kind, &field, &mut subkey);
                }
            }
        }
    }
    let value = |key: Key| serde_json::to_value(key).unwrap_or_default();
    keys.into_iter().map(|(id, key)| (id, value(key))).collect()
}

fn read_into<'a>(
    key: &mut Key,
    kind: &str,
    field: &impl Fn(usize) -> &'a str,
    subkey: &mut Option<String>,
) {
    match kind {
        "sub" | "ssb" => {
            let id = field(4).to_owned();
            let length = field(2).parse::<u32>().ok();
            key.subkeys
                .insert(id.clone(), json!({"validity": field(1), "length": length}));
            *subkey = Some(id);
        }
        "fpr" => match subkey.as_ref().and_then(|id| key.subkeys.get_mut(id)) {
            Some(subkey) => {
                if let Json::Object(subkey) = subkey {
                    subkey
                        .entry("fingerprint")
                        .or_insert_with(|| Json::from(field(9)));
                }
            }
            None => {
                key.fingerprint.get_or_insert_with(|| field(9).to_owned());
            }
        },
        "uid" if key.uid.is_none() => {
            key.uid_hash = Some(field(7).to_owned());
            key.uid = Some(field(9).to_owned());
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_belongs_to_the_key_above_it() {
        let lines = [
            "pub:-:4096:1:AA:1:::",
            "fpr:::::::::F1:",
            "uid:-::::1::H::A <a@x>:",
            "sub:-:256:1:BB:1:::",
            "fpr:::::::::F2:",
        ];
        let keys = keys(lines.into_iter());
        assert_eq!(
            Json::Object(keys),
            json!({"AA": {"validity": "-", "length": 4096, "fingerprint": "F1", "uid_hash": "H", "uid": "A <a@x>",
                "subkeys": {"BB": {"validity": "-", "length": 256, "fingerprint": "F2"}}}})
        );
    }
}
