//! The secrets of a run: read once, kept, and found again in whatever is shown.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use secrecy::{ExposeSecret, SecretString};

use super::SecretError;
use super::encode::encode;
use super::handles::is_literal;
use super::source::{self, Ask, ProvideSecret, SOURCES};
use crate::json::Json;
use crate::nearest::did_you_mean;
use crate::patience::patiently;

/// What stands where a secret's value would be shown.
pub const MASK: &str = "********";

/// Values shorter than this are not searched for in output: they would hide ordinary text.
const SHORTEST_MASKED: usize = 4;

/// The password for sudo that a person is asked for, once a run.
pub(crate) const ASKED_SUDO: &str = "ask:sudo password";

/// The secrets of a run. Cheap to clone; clones share their values.
#[derive(Clone, Default)]
pub struct SecretStore {
    values: Arc<RwLock<BTreeMap<String, SecretString>>>,
    sources: Arc<RwLock<BTreeMap<String, Arc<dyn ProvideSecret>>>>,
    asking: Arc<Mutex<Asking>>,
}

/// Whom to ask, and what could not be had: nobody and nothing is asked the same a second time.
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
    /// Reads a secret from its source (see [`SOURCES`]; one trailing newline is dropped), and keeps it.
    ///
    /// # Errors
    /// [`SecretError::UnknownSource`] or [`SecretError::Unreadable`]. What could not be had once in a run is not asked
    /// for again.
    pub fn load(&self, identity: &str) -> Result<(), SecretError> {
        if self.with(identity, |_| ()).is_some() {
            return Ok(());
        }
        let Some((kind, name)) = identity.split_once(':') else {
            return Err(self.unknown(identity));
        };
        let found = match source::read_at_once(kind, name) {
            Some(found) => found.map_err(|message| unreadable(identity, message))?,
            None => return patiently(|| self.wait_for(identity, kind, name)),
        };
        if let Some(warning) = &found.warning {
            let who = lock(&self.asking).who.clone();
            match who {
                Some(who) => who.warn(warning),
                None => tracing::warn!("{warning}"),
            }
        }
        self.insert(identity, found.value);
        Ok(())
    }

    /// What a person, a program or a pack is asked for: one question at a time, and each once.
    fn wait_for(&self, identity: &str, kind: &str, name: &str) -> Result<(), SecretError> {
        // Held while the answer is on its way: who needs the same waits for it.
        let mut asking = lock(&self.asking);
        if self.with(identity, |_| ()).is_some() {
            return Ok(());
        }
        if let Some(error) = asking.unanswered.get(identity) {
            return Err(error.clone());
        }
        let person = || match &asking.who {
            Some(who) => who.ask(name),
            None => Err(String::from("there is nobody to ask in this program")),
        };
        let (shown, found) = match (kind, self.provider(kind)) {
            ("ask", _) => (name, person()),
            ("prompt", _) if name.is_empty() => (identity, Err(String::from("it has no question"))),
            // What to write instead depends on where the question stands.
            ("prompt", _) => (
                identity,
                person().map_err(|why| {
                    let why = why.lines().next().unwrap_or_default();
                    format!(
                        "{why}\n  where nobody is there to answer, use env:NAME, file:PATH or command:…"
                    )
                }),
            ),
            ("command", _) => (identity, source::printed_by(name)),
            (_, Some(provider)) => (identity, provider.get(name).map(source::without_newline)),
            (_, None) => return Err(self.unknown(identity)),
        };
        let found = found.map_err(|message| unreadable(shown, message));
        match found {
            Ok(value) => {
                self.insert(identity, value);
                Ok(())
            }
            Err(error) => {
                asking.unanswered.insert(identity.to_owned(), error.clone());
                Err(error)
            }
        }
    }

    /// Says who is asked for secrets that only a person knows.
    pub fn set_ask(&self, who: Arc<dyn Ask>) {
        lock(&self.asking).who = Some(who);
    }

    /// Adds a kind of source: `kind:name` is then read from it. The kinds that are always there stay what they are.
    pub fn add_source(&self, kind: &str, provider: Arc<dyn ProvideSecret>) {
        self.sources
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(kind.to_owned(), provider);
    }

    /// As [`SecretStore::add_source`], where nobody has added the kind: what a program adds comes before a pack's.
    pub fn offer_source(&self, kind: &str, provider: Arc<dyn ProvideSecret>) {
        self.sources
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(kind.to_owned())
            .or_insert(provider);
    }

    fn provider(&self, kind: &str) -> Option<Arc<dyn ProvideSecret>> {
        self.sources
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(kind)
            .cloned()
    }

    fn unknown(&self, given: &str) -> SecretError {
        let provided = self.sources.read().unwrap_or_else(PoisonError::into_inner);
        let provided: Vec<String> = provided.keys().map(|kind| format!("{kind}:NAME")).collect();
        let sources: Vec<&str> = SOURCES
            .into_iter()
            .chain(provided.iter().map(String::as_str))
            .collect();
        let kinds = sources.iter().filter_map(|source| source.split(':').next());
        let kind = given.split(':').next().unwrap_or_default();
        SecretError::UnknownSource {
            given: given.to_owned(),
            hint: did_you_mean(kind, kinds),
            sources: sources.join(", "),
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
            .ok_or_else(|| self.unknown(identity))
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

    /// The same for bytes, which may be no text.
    #[must_use]
    pub(crate) fn mask_bytes(&self, bytes: Vec<u8>) -> Vec<u8> {
        let Ok(values) = self.values.read() else {
            return MASK.as_bytes().to_vec();
        };
        let mut hidden: Vec<&[u8]> = values
            .values()
            .map(|value| value.expose_secret().as_bytes())
            .filter(|value| {
                value.len() >= SHORTEST_MASKED && memchr::memmem::find(&bytes, value).is_some()
            })
            .collect();
        hidden.sort_by_key(|value| std::cmp::Reverse(value.len()));
        hidden
            .into_iter()
            .fold(bytes, |bytes, value| replaced(&bytes, value))
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
            Json::Object(map) if is_literal(&map) => Json::Object(map),
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

fn replaced(bytes: &[u8], value: &[u8]) -> Vec<u8> {
    let mut masked = Vec::with_capacity(bytes.len());
    let mut from = 0;
    for at in memchr::memmem::find_iter(bytes, value) {
        masked.extend_from_slice(bytes.get(from..at).unwrap_or_default());
        masked.extend_from_slice(MASK.as_bytes());
        from = at + value.len();
    }
    masked.extend_from_slice(bytes.get(from..).unwrap_or_default());
    masked
}

fn unreadable(identity: &str, message: String) -> SecretError {
    SecretError::Unreadable {
        identity: identity.to_owned(),
        message,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
