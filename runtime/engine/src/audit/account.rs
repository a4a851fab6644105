//! One thing that is done on a host: what the record says before it, and what it says after.

use std::sync::Arc;

use serde_json::json;

use crate::arguments::GlobalArguments;
use crate::connector::{Exit, Stream};
use crate::json::{Json, JsonMap};

use super::Audit;
use super::record::digest_of;

/// The longest command that is recorded whole, in bytes.
const LONGEST: usize = 16 * 1024;

/// The global arguments that say as whom and where something is done.
const WHO: [&str; 8] = [
    "_sudo",
    "_sudo_user",
    "_su_user",
    "_doas",
    "_doas_user",
    "_dzdo",
    "_dzdo_user",
    "_chdir",
];

/// What only reads is called.
pub(crate) const LOOK: &str = "look";

/// What is about to be done on a host.
pub(crate) struct Account<'a> {
    /// `command`, [`LOOK`], `put`, or `clean-up` (ends or removes what another left).
    pub(crate) what: &'static str,
    /// The command, or what is transferred.
    pub(crate) text: &'a str,
    pub(crate) arguments: &'a GlobalArguments,
    /// How many bytes it reads; none where that shows only afterwards.
    pub(crate) input: Option<u64>,
}

impl Account<'_> {
    /// The record before it.
    pub(super) fn fields(&self, host: &str, audit: &Audit) -> JsonMap {
        let text = match GlobalArguments::is(self.arguments.sensitive) {
            true => String::from("(hidden: `_sensitive`)"),
            false => shortened(audit.masked(self.text)),
        };
        let given = self.arguments.to_json();
        let who: JsonMap = WHO
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), given.get(*name)?.clone())))
            .filter(|(_, value)| !value.is_null())
            .collect();
        let mut fields = super::ledger::object(json!({
            "kind": "begin",
            "what": self.what,
            "host": host,
            "text": text,
            "decision": "allowed",
        }));
        if !who.is_empty() {
            fields.insert(String::from("as"), Json::Object(who));
        }
        if let Some(input) = self.input {
            fields.insert(String::from("in"), Json::from(input));
        }
        fields
    }
}

/// A text as it is recorded: of a long one the beginning, and the digest of the whole.
fn shortened(text: String) -> String {
    if text.len() <= LONGEST {
        return text;
    }
    let start: String = text
        .char_indices()
        .take_while(|(at, _)| *at < LONGEST)
        .map(|(_, c)| c)
        .collect();
    format!(
        "{start}… ({} bytes, sha256 {})",
        text.len(),
        digest_of(text.as_bytes())
    )
}

/// True for the end of something that failed. A look may end with any status: that is part of its answer.
pub(super) fn has_failed(fields: &JsonMap) -> bool {
    let is_look = fields.get("what").and_then(Json::as_str) == Some(LOOK);
    match fields.get("exit") {
        Some(status) => !is_look && status.as_i64() != Some(0),
        None => fields.contains_key("error"),
    }
}

/// Something that was begun, until its end is recorded. Dropped without one, it says that nobody saw the end.
pub(crate) struct Entry {
    pub(super) audit: Arc<Audit>,
    pub(super) seq: u64,
    pub(super) host: String,
    pub(super) sizes: [u64; 2],
    pub(super) what: &'static str,
    pub(super) open: bool,
}

impl Entry {
    /// Counts what it printed.
    pub(crate) fn count(&mut self, stream: Stream, bytes: usize) {
        let [out, err] = &mut self.sizes;
        match stream {
            Stream::Stdout => *out += bytes as u64,
            Stream::Stderr => *err += bytes as u64,
        }
    }

    /// It ended by itself, or did not. `input`: how many bytes it was given, where that was not known before.
    pub(crate) fn ended(mut self, how: Result<&Exit, String>, input: Option<u64>) {
        let mut fields = JsonMap::new();
        match how {
            Ok(exit) => {
                fields.insert(String::from("exit"), Json::from(exit.status));
                if let Some(signal) = &exit.signal {
                    fields.insert(String::from("signal"), Json::from(signal.clone()));
                }
            }
            Err(error) => {
                let error = self.audit.masked(&error);
                fields.insert(String::from("error"), Json::from(error));
            }
        }
        if let Some(input) = input {
            fields.insert(String::from("in"), Json::from(input));
        }
        self.close(fields);
    }

    /// It was not done after all.
    pub(crate) fn not_done(mut self, why: &str) {
        let fields = [(String::from("not_done"), Json::from(why))];
        self.close(fields.into_iter().collect());
    }

    fn close(&mut self, mut fields: JsonMap) {
        if !std::mem::take(&mut self.open) {
            return;
        }
        let [out, err] = self.sizes;
        fields.insert(String::from("kind"), Json::from("end"));
        fields.insert(String::from("of"), Json::from(self.seq));
        fields.insert(String::from("what"), Json::from(self.what));
        fields.insert(String::from("host"), Json::from(self.host.clone()));
        fields.insert(String::from("out"), Json::from(out));
        fields.insert(String::from("err"), Json::from(err));
        self.audit.count_end(has_failed(&fields));
        // What fails here stops whatever is begun next.
        let _ = self.audit.record([fields]);
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let fields = [(
            String::from("error"),
            Json::from("nobody waited for its end"),
        )];
        self.close(fields.into_iter().collect());
    }
}
