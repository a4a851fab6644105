//! Reading `trust.toml`.
//!
//! ```toml
//! [namespaces.acme]
//! keys = ["release", "ci"]
//! threshold = 2
//!
//! [keys.release]
//! key = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3"
//! expires = "2027-01-31"
//!
//! [[revoked]]
//! key = "E7620F1842B4E81F"
//! reason = "the laptop was stolen"
//! ```

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::model::{Revoked, RevokedThing, Signers, TrustFile, TrustedKey};
use crate::sign::{Digest, KeyId, PublicKey};
use crate::strict::{self, Entry, Fields, Found, Problems};

impl TrustFile {
    /// Reads the text of a `trust.toml`. `path` is for messages.
    ///
    /// # Errors
    /// All that is wrong with it: keys that cannot be read, names of keys that the file does not have, thresholds that
    /// nobody can reach, unknown fields.
    pub fn parse(text: &str, path: &str) -> Result<Self, Problems> {
        strict::read(path, text, |root| {
            let keys = root.table("keys", keys).unwrap_or_default();
            let namespaces = root.table("namespaces", |table| namespaces(table, &keys));
            Some(Self {
                path: path.into(),
                namespaces: namespaces.unwrap_or_default(),
                revoked: root.tables("revoked", revoked),
                keys,
            })
        })
    }
}

fn keys(table: &mut Fields<'_>) -> Option<BTreeMap<String, TrustedKey>> {
    let read = table.entries(|name, entry| match entry {
        Entry::Table(fields) => Some((name.value.clone(), Ok(key(fields)?))),
        Entry::Text(text) => Some((name.value.clone(), Err(text))),
    });
    let mut keys = BTreeMap::new();
    for (name, key) in read {
        match key {
            Ok(key) => {
                keys.insert(name, key);
            }
            // `release = "RW…"`: a key that does not expire.
            Err(text) => match PublicKey::parse(&text.value) {
                Ok(key) => {
                    keys.insert(name, TrustedKey { key, expires: None });
                }
                Err(error) => table.wrong(&text, error.to_string()),
            },
        }
    }
    Some(keys)
}

fn key(fields: &mut Fields<'_>) -> Option<TrustedKey> {
    let key = fields.required("key", |text| {
        PublicKey::parse(text).map_err(|error| error.to_string())
    });
    let expires = fields.parsed("expires", |text| {
        text.parse::<Date>()
            .map_err(|_| format!("`{text}` is no day; one is written \"2027-01-31\""))
    });
    Some(TrustedKey {
        key: key?.value,
        expires: expires.map(|found| found.value),
    })
}

fn namespaces(
    table: &mut Fields<'_>,
    keys: &BTreeMap<String, TrustedKey>,
) -> Option<BTreeMap<String, Signers>> {
    let read = table.entries(|name, entry| match entry {
        Entry::Table(fields) => Some((name.value.clone(), Ok(signers(fields, keys)?))),
        Entry::Text(text) => Some((name.value.clone(), Err(text))),
    });
    let mut namespaces = BTreeMap::new();
    for (name, signers) in read {
        match signers {
            Ok(signers) => {
                namespaces.insert(name, signers);
            }
            Err(text) => table.wrong(
                &text,
                format!("a namespace is a table: [namespaces.{name}] with `keys` and `threshold`"),
            ),
        }
    }
    Some(namespaces)
}

fn signers(fields: &mut Fields<'_>, keys: &BTreeMap<String, TrustedKey>) -> Option<Signers> {
    let named = fields.texts("keys");
    let threshold = fields.integer("threshold");
    if named.is_empty() {
        fields.wrong_whole(format!(
            "{} names no keys; `keys = [\"NAME\"]` with a name of [keys]",
            fields.name()
        ));
        return None;
    }
    for name in &named {
        if !keys.contains_key(&name.value) {
            let known = keys.keys().map(String::as_str);
            let hint = match windlass_engine::nearest::nearest(&name.value, known) {
                Some(near) => format!(", did you mean `{near}`?"),
                None => format!("; write [keys.{}] with its `key`", name.value),
            };
            fields.wrong(name, format!("there is no key `{}`{hint}", name.value));
        }
    }
    Some(Signers {
        threshold: reachable(fields, threshold, named.len())?,
        keys: named.into_iter().map(|name| name.value).collect(),
    })
}

/// A threshold that the named keys can reach, and that asks for somebody.
fn reachable(fields: &Fields<'_>, given: Option<Found<u64>>, keys: usize) -> Option<usize> {
    let Some(given) = given else {
        return Some(1);
    };
    match usize::try_from(given.value) {
        Ok(threshold) if (1..=keys).contains(&threshold) => Some(threshold),
        _ => {
            let message = format!(
                "a threshold of {} cannot be: {keys} keys are named, so it is from 1 to {keys}",
                given.value
            );
            fields.wrong(&given, message);
            None
        }
    }
}

fn revoked(fields: &mut Fields<'_>) -> Option<Revoked> {
    let key = fields.parsed("key", |text| {
        let number = text.parse::<KeyId>();
        number
            .or_else(|_| PublicKey::parse(text).map(|key| key.id()))
            .map_err(|_| {
                format!("`{text}` is neither a key's number (16 hexadecimal digits) nor a public key (`RW…`)")
            })
    });
    let digest = fields.parsed("digest", |text| {
        text.parse::<Digest>().map_err(|error| error.to_string())
    });
    let reason = fields.text("reason").map(|reason| reason.value);
    let what = match (key, digest) {
        (Some(key), None) => RevokedThing::Key(key.value),
        (None, Some(digest)) => RevokedThing::Digest(digest.value),
        (None, None) if fields.has("key") || fields.has("digest") => return None,
        _ => {
            fields.wrong_whole("what is revoked is either a `key` or a `digest`");
            return None;
        }
    };
    Some(Revoked { what, reason })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const KEY: &str = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";

    #[test]
    fn keys_namespaces_and_revocations_are_read() {
        let text = format!(
            "[namespaces.acme]\nkeys = ['release', 'ci']\nthreshold = 2\n[keys]\nci = '{KEY}'\n\
             [keys.release]\nkey = '{KEY}'\nexpires = '2027-01-31'\n\
             [[revoked]]\nkey = 'E7620F1842B4E81F'\nreason = 'stolen'\n[[revoked]]\nkey = '{KEY}'\n\
             [[revoked]]\ndigest = '{}'\n",
            Digest::of(b"")
        );
        let file = TrustFile::parse(&text, "trust.toml").unwrap();
        assert_eq!(file.keys["ci"].expires, None);
        assert_eq!(
            file.keys["release"].expires,
            Some(jiff::civil::date(2027, 1, 31))
        );
        assert_eq!(file.namespaces["acme"].threshold, 2);
        assert_eq!(file.revoked[0].what, file.revoked[1].what);
        assert_eq!(file.revoked[2].what, RevokedThing::Digest(Digest::of(b"")));
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let text = format!(
            "[namespaces.acme]\nkeys = ['relaese']\nthreshold = 2\n[namespaces.b]\n\
             [keys.release]\nkey = '{KEY}'\nexpire = '2027'\n[keys.ci]\nkey = 'RWQx'\n\
             [[revoked]]\nreason = 'x'\n[[revoked]]\nkey = '12'\n[[revokd]]\n"
        );
        let problems = TrustFile::parse(&text, "trust.toml").unwrap_err();
        let all: Vec<String> = problems
            .0
            .iter()
            .map(|problem| format!("{}: {}", problem.line, problem.message))
            .collect();
        let says = |line: usize, text: &str| {
            let start = format!("{line}: ");
            assert!(
                all.iter()
                    .any(|one| one.starts_with(&start) && one.contains(text)),
                "{text}: {all:#?}"
            );
        };
        says(2, "there is no key `relaese`, did you mean `release`?");
        says(3, "a threshold of 2 cannot be: 1 keys are named");
        says(4, "names no keys");
        says(7, "has no `expire`, did you mean `expires`?");
        says(9, "is no public key of minisign");
        says(10, "either a `key` or a `digest`");
        says(13, "neither a key's number");
        says(14, "no `revokd`, did you mean `revoked`?");
    }
}
