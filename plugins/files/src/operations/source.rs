//! Where uploaded content comes from: a file on the controller, or text, bytes and secrets in the deploy.

use sha1::{Digest, Sha1};
use windlass_sdk::argument::wrong_type;
use windlass_sdk::content::plain_bytes;
use windlass_sdk::prelude::*;
use windlass_sdk::reexport::serde_json::{Map, Value as Json};
use windlass_sdk::{EntryKind, handle_of};

/// Content to upload.
#[derive(Clone, Debug, PartialEq)]
pub enum LocalSource {
    /// A file on the controller.
    File(LocalPath),
    /// Given in the deploy.
    Content(Vec<Atom>),
}

impl Argument for LocalSource {
    const SECRET: bool = true;

    fn schema() -> Json {
        let mut schema = Map::new();
        schema.insert(
            "type".to_owned(),
            Json::Array(vec![Json::from("string"), Json::from("object")]),
        );
        schema.insert("format".to_owned(), Json::from("local-path"));
        Json::Object(schema)
    }

    fn decode(value: Json) -> Result<Self> {
        match value {
            Json::Object(mut tagged) if tagged.len() == 1 && tagged.contains_key("$content") => {
                content_of(tagged.remove("$content").unwrap_or(Json::Null)).map(Self::Content)
            }
            Json::String(path) if path.is_empty() => {
                Err(Error::invalid_value("a path cannot be empty"))
            }
            Json::String(path) => Ok(Self::File(LocalPath(path))),
            secret if handle_of(&secret).is_some() => content_of(secret).map(Self::Content),
            other => Err(wrong_type("a path, or content", &other)),
        }
    }

    fn encode(&self) -> Json {
        match self {
            Self::File(path) => path.encode(),
            // Requests and nested operations are given files; content is read from arguments only.
            Self::Content(_) => Json::Null,
        }
    }
}

/// What stands under `$content`: text, a secret, bytes, or a list of these.
fn content_of(value: Json) -> Result<Vec<Atom>> {
    match value {
        Json::String(text) => Ok(vec![Atom::Text(text)]),
        Json::Array(items) => {
            let parts = items
                .into_iter()
                .map(content_of)
                .collect::<Result<Vec<_>>>()?;
            Ok(parts.into_iter().flatten().collect())
        }
        other => match (
            handle_of(&other),
            other.get("$bytes").and_then(Json::as_str),
        ) {
            (Some(secret), _) => Ok(vec![Atom::Secret {
                secret,
                encodings: Vec::new(),
            }]),
            (None, Some(text)) => Ok(vec![Atom::Bytes(decode_base64(text)?)]),
            (None, None) => Err(wrong_type("text, $bytes or a secret", &other)),
        },
    }
}

/// Reads base64 (RFC 4648, with or without padding).
fn decode_base64(text: &str) -> Result<Vec<u8>> {
    let wrong = || Error::invalid_value("$bytes is not base64");
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0u32, 0u32);
    for c in text.trim_end_matches('=').bytes() {
        let six = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return Err(wrong()),
        };
        bits = bits << 6 | u32::from(six);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xff) as u8);
        }
    }
    if held >= 6 { Err(wrong()) } else { Ok(bytes) }
}

impl LocalSource {
    /// As an upload's content.
    pub(crate) fn content(&self) -> Content {
        match self {
            Self::File(path) => Content::Local(path.0.clone()),
            Self::Content(atoms) => Content::Inline(atoms.clone()),
        }
    }

    /// Whether it can be read now; a file that is missing cannot.
    ///
    /// # Errors
    /// Of the local file system.
    pub(crate) fn is_there(&self) -> Result<bool> {
        match self {
            Self::File(path) => {
                let entry = local_files::stat(&path.0)?;
                Ok(entry.is_some_and(|entry| entry.kind != EntryKind::Directory))
            }
            Self::Content(_) => Ok(true),
        }
    }

    /// Refuses the argument `src` where it is a file that is missing.
    ///
    /// # Errors
    /// What stands there instead; of the local file system.
    pub(crate) fn must_be_there(&self) -> Result<()> {
        let Self::File(path) = self else {
            return Ok(());
        };
        let message = match local_files::stat(&path.0)? {
            Some(entry) if entry.kind == EntryKind::Directory => {
                format!("`{path}` is a folder on the controller, not a file")
            }
            Some(_) => return Ok(()),
            None if path.0.starts_with('/') => {
                format!("there is no file `{path}` on the controller")
            }
            None => format!(
                "there is no file `{path}`\n  local paths start from the folder of the deploy"
            ),
        };
        Err(Error::new(ErrorKind::Io, message).at("src"))
    }

    /// Its SHA-1, unless it holds a secret.
    ///
    /// # Errors
    /// Of the local file system.
    pub(crate) fn sha1(&self) -> Result<Option<String>> {
        match self {
            Self::File(path) => local_files::digest(&path.0, "sha1").map(Some),
            Self::Content(atoms) => Ok(plain_bytes(atoms).map(|bytes| {
                Sha1::digest(&bytes)
                    .iter()
                    .map(|byte| format!("{byte:02x}"))
                    .collect()
            })),
        }
    }

    /// Whether it has a digest.
    ///
    /// # Errors
    /// Of the local file system, or `secret` when the host was asked too often.
    pub(crate) fn has_digest(&self, algorithm: &str, digest: &str) -> Result<bool> {
        match self {
            Self::File(path) => Ok(local_files::digest(&path.0, algorithm)? == digest),
            Self::Content(atoms) => secrets::matches(atoms, algorithm, digest),
        }
    }

    /// Its mode, where it has one.
    ///
    /// # Errors
    /// Of the local file system.
    pub(crate) fn mode(&self) -> Result<Option<Mode>> {
        match self {
            Self::File(path) => {
                Ok(local_files::stat(&path.0)?.map(|entry| Mode::from_bits(entry.mode)))
            }
            Self::Content(_) => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use windlass_sdk::reexport::serde_json::json;

    #[test]
    fn content_may_mix_text_bytes_and_secrets() {
        let source =
            LocalSource::decode(json!({"$content": ["a=", {"$secret": 0}, {"$bytes": "AP8="}]}))
                .unwrap();
        let secret = Atom::Secret {
            secret: 0,
            encodings: Vec::new(),
        };
        assert_eq!(
            source,
            LocalSource::Content(vec![
                Atom::Text("a=".to_owned()),
                secret,
                Atom::Bytes(vec![0, 255])
            ])
        );
        assert_eq!(source.sha1().unwrap(), None);
        assert!(LocalSource::decode(json!({"$content": {"$bytes": "*"}})).is_err());
        assert!(LocalSource::decode(json!(3)).is_err());
    }

    #[test]
    fn plain_content_has_a_digest() {
        let source = LocalSource::decode(json!({"$content": "abc"})).unwrap();
        assert_eq!(
            source.sha1().unwrap().unwrap(),
            "a9993e364706816aba3e25717850c26c9cd0d89d"
        );
    }
}
