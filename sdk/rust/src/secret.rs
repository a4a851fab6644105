//! Arguments that may be secrets. A guest sees which secret it is, never its value.

use serde_json::{Map, Value as Json};

use crate::argument::Argument;
use crate::content::{Atom, Encoding};
use crate::error::Result;

/// The secret that a value is the handle of.
#[must_use]
pub fn handle_of(value: &Json) -> Option<u32> {
    let tagged = value.as_object().filter(|tagged| tagged.len() == 1)?;
    u32::try_from(tagged.get("$secret")?.as_u64()?).ok()
}

/// A value, or the handle of a secret one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretOr<T> {
    /// Written in the deploy as it is.
    Plain(T),
    /// A secret, by its position among the secrets of the call's arguments.
    Secret(u32),
}

impl SecretOr<String> {
    /// As a piece of content. `encodings` are applied to a secret by the host; give plain text already encoded to
    /// [`SecretOr::Plain`]'s side by `encode`.
    pub fn atom(&self, encodings: &[Encoding], encode: impl FnOnce(&str) -> String) -> Atom {
        match self {
            Self::Plain(text) => Atom::Text(encode(text)),
            Self::Secret(secret) => Atom::Secret {
                secret: *secret,
                encodings: encodings.to_vec(),
            },
        }
    }

    /// As a piece of content, as it is.
    #[must_use]
    pub fn as_is(&self) -> Atom {
        self.atom(&[], str::to_owned)
    }
}

impl<T: Argument> Argument for SecretOr<T> {
    const SECRET: bool = true;

    /// The host checks a secret's real value against it.
    fn schema() -> Json {
        T::schema()
    }

    fn decode(value: Json) -> Result<Self> {
        match handle_of(&value) {
            Some(secret) => Ok(Self::Secret(secret)),
            None => T::decode(value).map(Self::Plain),
        }
    }

    fn encode(&self) -> Json {
        match self {
            Self::Plain(value) => value.encode(),
            Self::Secret(secret) => {
                let mut tagged = Map::new();
                tagged.insert("$secret".to_owned(), Json::from(*secret));
                Json::Object(tagged)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn takes_text_and_handles() {
        assert_eq!(
            SecretOr::<String>::decode(json!("x")).unwrap(),
            SecretOr::Plain("x".to_owned())
        );
        let secret = SecretOr::<String>::decode(json!({"$secret": 2})).unwrap();
        assert_eq!(
            secret.atom(&[Encoding::Sh], str::to_owned),
            Atom::Secret {
                secret: 2,
                encodings: vec![Encoding::Sh]
            }
        );
        assert_eq!(secret.encode(), json!({"$secret": 2}));
    }
}
