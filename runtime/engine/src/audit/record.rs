//! One record: a line of canonical JSON (RFC 8785) that holds the digest of the line before it and its own.

use sha2::{Digest as _, Sha256};

use crate::json::{Json, JsonMap, canonical};

use super::key::{PublicKey, SigningKey};

/// The version of the records' form. It changes when a reader of the old one would misread the new one.
pub const AUDIT_VERSION: u32 = 1;

/// What stands in place of the digest of the record before the first.
pub(super) const NOTHING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What a signature is made over, in front of the digest: it can mean nothing else.
const SIGNED: &str = "windlass audit 1\n";

/// A record as it is in the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Its number in the file, from 1.
    pub seq: u64,
    /// The digest of the one before it.
    pub prev: String,
    /// Its own digest.
    pub hash: String,
    /// What it is about: `run`, `begin`, `end` and so on.
    pub kind: String,
    /// The run that wrote it; empty for records about the file itself.
    pub run: String,
    /// Everything in it, the above among it.
    pub fields: JsonMap,
}

/// A record that is ready to be written.
pub(super) struct Sealed {
    /// The line, with its end.
    pub(super) line: String,
    pub(super) hash: String,
}

fn digest(value: &Json) -> String {
    hex::encode(Sha256::digest(canonical(value)))
}

/// Numbers, chains and, with a key, signs what a record says.
pub(super) fn seal(seq: u64, prev: &str, mut fields: JsonMap, key: Option<&SigningKey>) -> Sealed {
    fields.insert(String::from("seq"), Json::from(seq));
    fields.insert(String::from("prev"), Json::from(prev));
    if let Some(key) = key {
        let message = format!("{SIGNED}{}", digest(&Json::Object(fields.clone())));
        let signature = key.sign(message.as_bytes());
        fields.insert(String::from("signature"), Json::from(signature));
    }
    let mut record = Json::Object(fields);
    let hash = digest(&record);
    if let Json::Object(fields) = &mut record {
        fields.insert(String::from("hash"), Json::from(hash.clone()));
    }
    let line = format!("{}\n", canonical(&record));
    Sealed { line, hash }
}

impl Record {
    /// Reads a line without its end, and checks that its digest is that of what it says.
    ///
    /// # Errors
    /// What is wrong, as a sentence's end.
    pub fn read(line: &str) -> Result<Self, String> {
        let value: Json =
            serde_json::from_str(line).map_err(|error| format!("it is no JSON: {error}"))?;
        // Spaces, repeated keys and other spellings of the same would be changes that no digest shows.
        if canonical(&value) != line {
            return Err(String::from("it is not written as the audit writes"));
        }
        let Json::Object(fields) = value else {
            return Err(String::from("it is no record"));
        };
        let text = |key: &str| fields.get(key).and_then(Json::as_str).map(str::to_owned);
        let (Some(seq), Some(prev), Some(hash), Some(kind)) = (
            fields.get("seq").and_then(Json::as_u64),
            text("prev"),
            text("hash"),
            text("kind"),
        ) else {
            return Err(String::from("it has no number, digest or kind"));
        };
        let run = text("run").unwrap_or_default();
        let mut said = fields.clone();
        said.shift_remove("hash");
        if digest(&Json::Object(said)) != hash {
            return Err(String::from("its digest is not that of what it says"));
        }
        Ok(Self {
            seq,
            prev,
            hash,
            kind,
            run,
            fields,
        })
    }

    /// A text in it; empty where it has none of that name.
    #[must_use]
    pub fn text(&self, key: &str) -> &str {
        self.fields
            .get(key)
            .and_then(Json::as_str)
            .unwrap_or_default()
    }

    /// True when this key signed it.
    #[must_use]
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        let Some(signature) = self.fields.get("signature").and_then(Json::as_str) else {
            return false;
        };
        let mut said = self.fields.clone();
        said.shift_remove("hash");
        said.shift_remove("signature");
        let message = format!("{SIGNED}{}", digest(&Json::Object(said)));
        key.verifies(message.as_bytes(), signature)
    }
}

/// The digest of text that is no record.
pub(super) fn digest_of(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
