//! What a guest was given, to keep it out of what the guest says.
//!
//! | it was given | hidden in its words |
//! | --- | --- |
//! | a body of an answer with status 2xx, a program's output with status 0, a file: JSON | each text and number in it |
//! | the same, no JSON | each line |
//! | an answer that says what is wrong | nothing |
//!
//! What says only where something is, `https://vault.example.org:8200`, is not hidden either: errors name it.
//!
//! Hidden: `s3cret` of `{"data": {"password": "s3cret"}}`. Not hidden: `password`; what the guest encodes or cuts.

use std::sync::{Arc, Mutex, PoisonError};

use windlass_engine::json::Json;
use windlass_engine::secrets::SecretStore;

/// What a guest was given so far. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Heard(Arc<Mutex<Vec<Vec<u8>>>>);

impl Heard {
    pub(crate) fn add(&self, bytes: &[u8]) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(bytes.to_vec());
    }

    /// What masks all of it.
    pub(crate) fn veil(&self) -> SecretStore {
        let mut parts = Vec::new();
        for bytes in self.0.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            match serde_json::from_slice::<Json>(bytes) {
                Ok(value) => leaves(&value, &mut parts),
                Err(_) => {
                    let text = String::from_utf8_lossy(bytes);
                    parts.extend(text.lines().map(|line| line.trim().to_owned()));
                }
            }
        }
        let veil = SecretStore::default();
        let hidden = parts.into_iter().filter(|part| !is_place(part));
        for (number, part) in hidden.enumerate() {
            veil.insert(&number.to_string(), part);
        }
        veil
    }
}

/// True for scheme and host of a web address: whoever may call it is told of it by the grant.
fn is_place(text: &str) -> bool {
    let host = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| !host.contains(['/', '@', '?', '#']))
}

fn leaves(value: &Json, to: &mut Vec<String>) {
    match value {
        Json::String(text) => to.push(text.clone()),
        Json::Number(number) => to.push(number.to_string()),
        Json::Array(items) => items.iter().for_each(|item| leaves(item, to)),
        Json::Object(map) => map.values().for_each(|item| leaves(item, to)),
        Json::Null | Json::Bool(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_given_is_hidden_and_its_keys_are_not() {
        let heard = Heard::default();
        heard.add(br#"{"data": {"password": "s3cret", "pin": [471100]}}"#);
        heard.add(b"token-1\ntoken-2\nhttps://a.example:8200\nhttps://a.example/hooks/x1\n");
        let veil = heard.veil();
        assert_eq!(
            veil.mask("https://a.example:8200, https://a.example/hooks/x1"),
            "https://a.example:8200, ********"
        );
        assert_eq!(
            veil.mask("password: s3cret, 471100, token-2"),
            "password: ********, ********, ********"
        );
    }
}
