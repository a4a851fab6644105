//! Secrets: where their values come from, who may see them, and how they are kept out of everything that is shown.
//!
//! A secret is known by its identity, the text of its source (`env:DB_PASSWORD`). Plans, events and arguments carry
//! identities; the value is read once, joined in at execution, and masked wherever output is shown or kept.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use base64::Engine as _;
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

use crate::json::Json;

/// What stands where a secret's value would be shown.
pub const MASK: &str = "********";

/// Values shorter than this are not searched for in output: they would hide ordinary text.
const SHORTEST_MASKED: usize = 4;

/// How reading or using a secret can fail.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretError {
    /// The source names no known kind.
    #[error("`{0}` is no secret source\n  sources: env:NAME, file:PATH")]
    UnknownSource(String),
    /// The source could not be read.
    #[error("secret `{identity}`: {message}")]
    Unreadable {
        /// Which secret.
        identity: String,
        /// Why.
        message: String,
    },
    /// An encoding that this version does not know.
    #[error("secret `{identity}`: unknown encoding `{encoding}`")]
    Encoding {
        /// Which secret.
        identity: String,
        /// What was asked for.
        encoding: String,
    },
}

/// Asks a person for secrets.
pub trait Ask: Send + Sync {
    /// Asks for `what` (`sudo password`) and gives the answer. The thread that calls may be blocked meanwhile.
    ///
    /// # Errors
    /// Why there is no answer, with the fix.
    fn ask(&self, what: &str) -> Result<String, String>;
}

/// The password for sudo that a person is asked for, once a run.
pub(crate) const ASKED_SUDO: &str = "ask:sudo password";

/// The secrets of a run. Cheap to clone; clones share their values.
#[derive(Clone, Default)]
pub struct SecretStore {
    values: Arc<RwLock<BTreeMap<String, SecretString>>>,
    asking: Arc<Mutex<Asking>>,
}

/// Whom to ask, and which questions were not answered: nobody is asked the same a second time.
#[derive(Default)]
struct Asking {
    who: Option<Arc<dyn Ask>>,
    unanswered: BTreeMap<String, SecretError>,
}

impl std::fmt::Debug for SecretStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretStore")
    }
}

impl SecretStore {
    /// Reads a secret from its source, `env:NAME` or `file:PATH` (one trailing newline is dropped), and keeps it.
    ///
    /// # Errors
    /// [`SecretError::UnknownSource`] or [`SecretError::Unreadable`].
    pub fn load(&self, identity: &str) -> Result<(), SecretError> {
        if self.with(identity, |_| ()).is_some() {
            return Ok(());
        }
        let unreadable = |message: String| SecretError::Unreadable {
            identity: identity.to_owned(),
            message,
        };
        let value = match identity.split_once(':') {
            Some(("env", name)) => std::env::var(name).map_err(|_| {
                unreadable(format!(
                    "the environment variable {name} is not set, or is not UTF-8"
                ))
            })?,
            Some(("file", path)) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|error| unreadable(format!("{path}: {error}")))?;
                text.strip_suffix('\n').map(str::to_owned).unwrap_or(text)
            }
            Some(("ask", what)) => return self.ask(identity, what),
            _ => return Err(SecretError::UnknownSource(identity.to_owned())),
        };
        self.insert(identity, value);
        Ok(())
    }

    /// Says who is asked for secrets that only a person knows: for sudo's password where `_use_sudo_password` is set.
    pub fn set_ask(&self, who: Arc<dyn Ask>) {
        self.asking
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .who = Some(who);
    }

    fn ask(&self, identity: &str, what: &str) -> Result<(), SecretError> {
        // Held while the question is open: who needs the same answer waits for it.
        let mut asking = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        if self.with(identity, |_| ()).is_some() {
            return Ok(());
        }
        if let Some(error) = asking.unanswered.get(identity) {
            return Err(error.clone());
        }
        let answer = match &asking.who {
            Some(who) => who.ask(what),
            None => Err(String::from("there is nobody to ask in this program")),
        };
        match answer {
            Ok(value) => {
                self.insert(identity, value);
                Ok(())
            }
            Err(message) => {
                let error = SecretError::Unreadable {
                    identity: what.to_owned(),
                    message,
                };
                asking.unanswered.insert(identity.to_owned(), error.clone());
                Err(error)
            }
        }
    }

    /// Keeps a value that the program has: a password asked for, or one that stands in host data.
    pub fn insert(&self, identity: &str, value: String) {
        if let Ok(mut values) = self.values.write() {
            values.insert(identity.to_owned(), SecretString::from(value));
        }
    }

    /// Keeps a value that has no source and gives it an identity.
    pub fn insert_plain(&self, what: &str, value: String) -> String {
        let known = self.values.read().ok().and_then(|values| {
            values
                .iter()
                .find(|(identity, held)| {
                    identity.starts_with("given:")
                        && identity.ends_with(what)
                        && held.expose_secret() == value
                })
                .map(|(identity, _)| identity.clone())
        });
        known.unwrap_or_else(|| {
            let number = self
                .values
                .read()
                .map(|values| values.len())
                .unwrap_or_default();
            let identity = format!("given:{number}:{what}");
            self.insert(&identity, value);
            identity
        })
    }

    /// The value, for the places that join it in. The name says that each use wants a reason.
    ///
    /// # Errors
    /// What [`SecretStore::load`] answers.
    pub fn reveal_to_target(&self, identity: &str) -> Result<String, SecretError> {
        self.load(identity)?;
        self.with(identity, |value| value.expose_secret().to_owned())
            .ok_or_else(|| SecretError::UnknownSource(identity.to_owned()))
    }

    /// The value with encodings applied, first to last.
    ///
    /// # Errors
    /// What [`SecretStore::load`] answers, or [`SecretError::Encoding`].
    pub fn reveal_encoded(
        &self,
        identity: &str,
        encodings: &[String],
    ) -> Result<String, SecretError> {
        let mut value = self.reveal_to_target(identity)?;
        for encoding in encodings {
            value = encode(&value, encoding).ok_or_else(|| SecretError::Encoding {
                identity: identity.to_owned(),
                encoding: encoding.clone(),
            })?;
        }
        Ok(value)
    }

    /// Text with every known value replaced by [`MASK`].
    #[must_use]
    pub fn mask(&self, text: &str) -> String {
        let Ok(values) = self.values.read() else {
            return MASK.to_owned();
        };
        let mut hidden: Vec<&str> = values
            .values()
            .map(ExposeSecret::expose_secret)
            .filter(|value| value.len() >= SHORTEST_MASKED && text.contains(*value))
            .collect();
        hidden.sort_by_key(|value| std::cmp::Reverse(value.len()));
        let mut text = text.to_owned();
        for value in hidden {
            text = text.replace(value, MASK);
        }
        text
    }

    /// The same for every text in a JSON value, keys included.
    #[must_use]
    pub fn mask_json(&self, value: &Json) -> Json {
        match value {
            Json::String(text) => Json::String(self.mask(text)),
            Json::Array(items) => {
                Json::Array(items.iter().map(|item| self.mask_json(item)).collect())
            }
            Json::Object(map) => Json::Object(
                map.iter()
                    .map(|(key, item)| (self.mask(key), self.mask_json(item)))
                    .collect(),
            ),
            other => other.clone(),
        }
    }

    /// The same, but a text that is a value as a whole becomes its handle, `{"$secret": identity}`: who knows the
    /// secret can tell that it is there.
    pub(crate) fn tag_json(&self, value: &Json) -> Json {
        match value {
            Json::String(text) => match self.identity_of(text) {
                Some(identity) => serde_json::json!({ "$secret": identity }),
                None => Json::String(self.mask(text)),
            },
            Json::Array(items) => items.iter().map(|item| self.tag_json(item)).collect(),
            Json::Object(map) => map
                .iter()
                .map(|(key, item)| (self.mask(key), self.tag_json(item)))
                .collect(),
            other => other.clone(),
        }
    }

    /// What [`SecretStore::tag_json`] made, for who knows the secrets `known`, each by its number; others are masked.
    pub(crate) fn untag_json(&self, value: Json, known: &[String]) -> Json {
        if self.is_empty() {
            return value;
        }
        self.untag(value, known)
    }

    fn untag(&self, value: Json, known: &[String]) -> Json {
        match value {
            Json::Object(map) => match map.get("$secret").and_then(Json::as_str) {
                Some(identity) if map.len() == 1 => {
                    let is_same =
                        |other: &String| other == identity || self.is_same(other, identity);
                    match known.iter().position(is_same) {
                        Some(number) => serde_json::json!({ "$secret": number }),
                        None => Json::from(MASK),
                    }
                }
                _ => map
                    .into_iter()
                    .map(|(key, item)| (key, self.untag(item, known)))
                    .collect(),
            },
            Json::Array(items) => items
                .into_iter()
                .map(|item| self.untag(item, known))
                .collect(),
            other => other,
        }
    }

    fn identity_of(&self, text: &str) -> Option<String> {
        if text.len() < SHORTEST_MASKED {
            return None;
        }
        let values = self.values.read().ok()?;
        let found = values
            .iter()
            .find(|(_, value)| value.expose_secret() == text);
        found.map(|(identity, _)| identity.clone())
    }

    /// True when two secrets have the same value.
    fn is_same(&self, one: &str, other: &str) -> bool {
        self.values.read().is_ok_and(|values| {
            let value = |identity: &str| values.get(identity).map(ExposeSecret::expose_secret);
            value(one).is_some() && value(one) == value(other)
        })
    }

    /// True when there is no secret to look for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values
            .read()
            .map(|values| values.is_empty())
            .unwrap_or(false)
    }

    fn with<T>(&self, identity: &str, then: impl FnOnce(&SecretString) -> T) -> Option<T> {
        self.values.read().ok()?.get(identity).map(then)
    }
}

fn encode(value: &str, encoding: &str) -> Option<String> {
    Some(match encoding {
        "sh" => crate::command::quote(value),
        "sql-string" => value.replace('\\', "\\\\").replace('\'', "''"),
        "json" => serde_json::Value::from(value).to_string(),
        "base64" => base64::engine::general_purpose::STANDARD.encode(value),
        "url" => value
            .bytes()
            .map(|byte| match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    char::from(byte).to_string()
                }
                _ => format!("%{byte:02X}"),
            })
            .collect(),
        "ere" => escape(value, r"\.[]{}()*+?^$|/"),
        "sed" => escape(value, r"\/&"),
        _ => return None,
    })
}

fn escape(value: &str, special: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for character in value.chars() {
        if special.contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_value_is_masked_wherever_it_stands() {
        let store = SecretStore::default();
        store.insert("env:A", String::from("hunter22"));
        store.insert("env:B", String::from("hunter22-long"));
        store.insert("env:C", String::from("ab"));
        assert_eq!(
            store.mask("x hunter22-long y hunter22 ab"),
            "x ******** y ******** ab"
        );
        assert_eq!(
            store.mask_json(&serde_json::json!({"a": ["hunter22"]})),
            serde_json::json!({"a": [MASK]})
        );
    }

    #[test]
    fn who_knows_a_secret_can_tell_where_it_is() {
        let store = SecretStore::default();
        store.insert("env:A", String::from("hunter22"));
        store.insert("env:B", String::from("hunter33"));
        store.insert("env:C", String::from("hunter22"));
        let tagged =
            store.tag_json(&serde_json::json!({"a": ["hunter22", "x hunter22"], "b": "hunter33"}));
        assert!(!tagged.to_string().contains("hunter"));
        let seen = |known: &[&str]| {
            let known: Vec<String> = known.iter().map(|name| (*name).to_owned()).collect();
            store.untag_json(tagged.clone(), &known)
        };
        assert_eq!(
            seen(&[]),
            serde_json::json!({"a": [MASK, "x ********"], "b": MASK})
        );
        let own = serde_json::json!({"a": [{"$secret": 1}, "x ********"], "b": {"$secret": 0}});
        assert_eq!(seen(&["env:B", "env:C"]), own);
    }

    #[test]
    fn encodings_apply_in_order() {
        let store = SecretStore::default();
        store.insert("x", String::from("it's"));
        let encoded = |names: &[&str]| {
            store
                .reveal_encoded(
                    "x",
                    &names
                        .iter()
                        .map(|name| (*name).to_owned())
                        .collect::<Vec<_>>(),
                )
                .unwrap()
        };
        assert_eq!(encoded(&["sql-string"]), "it''s");
        assert_eq!(encoded(&["url"]), "it%27s");
        assert_eq!(encoded(&["base64", "json"]), "\"aXQncw==\"");
        assert!(store.reveal_encoded("x", &[String::from("rot13")]).is_err());
    }

    #[test]
    fn a_missing_source_says_which() {
        let error = SecretStore::default()
            .load("env:WINDLASS_SURELY_NOT_SET")
            .unwrap_err();
        assert!(
            error.to_string().contains("WINDLASS_SURELY_NOT_SET"),
            "{error}"
        );
        assert_eq!(
            SecretStore::default().load("vault:x").unwrap_err(),
            SecretError::UnknownSource(String::from("vault:x"))
        );
    }

    #[test]
    fn a_person_is_asked_once_whatever_the_answer() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        struct Person(Result<String, String>, AtomicUsize);
        impl Ask for Person {
            fn ask(&self, what: &str) -> Result<String, String> {
                assert_eq!(what, "sudo password");
                self.1.fetch_add(1, Ordering::SeqCst);
                self.0.clone()
            }
        }
        for answer in [Ok(String::from("hunter22")), Err(String::from("no"))] {
            let store = SecretStore::default();
            let person = Arc::new(Person(answer.clone(), AtomicUsize::new(0)));
            store.set_ask(person.clone());
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| {
                        let given = store.reveal_to_target(ASKED_SUDO);
                        assert_eq!(given.ok(), answer.clone().ok());
                    });
                }
            });
            assert_eq!(person.1.load(Ordering::SeqCst), 1);
        }
        let nobody = SecretStore::default().load(ASKED_SUDO).unwrap_err();
        assert!(nobody.to_string().contains("nobody to ask"), "{nobody}");
    }

    #[test]
    fn a_plain_value_keeps_one_identity() {
        let store = SecretStore::default();
        let first = store.insert_plain("_sudo_password", String::from("pass1"));
        assert_eq!(
            store.insert_plain("_sudo_password", String::from("pass1")),
            first
        );
        assert_ne!(
            store.insert_plain("_sudo_password", String::from("pass2")),
            first
        );
    }
}
