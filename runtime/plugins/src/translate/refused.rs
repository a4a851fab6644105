//! What a guest gave that cannot be used, and the contract's own errors.

use thiserror::Error;
use windlass_engine::json::Json;
use windlass_engine::plugins::{ErrorKind, GuestError};

use crate::bindings::windlass::plugin::types as wit;

/// Why something a guest gave cannot be used. Fits after the guest's name.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum Refused {
    #[error("{what} is no JSON: {message}")]
    NotJson { what: &'static str, message: String },
    #[error("{what} `{name}` needs a newer windlass")]
    Newer { what: &'static str, name: String },
    #[error("{what} is not what was asked: {message}")]
    Shape { what: &'static str, message: String },
}

/// A JSON value; `what` says which, for the message.
pub(crate) fn json(what: &'static str, text: &str) -> Result<Json, Refused> {
    if text.is_empty() {
        return Ok(Json::Null);
    }
    serde_json::from_str(text).map_err(|error| Refused::NotJson {
        what,
        message: error.to_string(),
    })
}

/// What `name` says in a record's `more`, which has nothing else; false where it is left out.
pub(super) fn flag(what: &'static str, text: &str, name: &str) -> Result<bool, Refused> {
    let Json::Object(map) = json(what, text)? else {
        return Ok(false);
    };
    match map.keys().find(|key| *key != name) {
        Some(other) => Err(newer(what, other)),
        None => match map.get(name) {
            None => Ok(false),
            Some(Json::Bool(flag)) => Ok(*flag),
            Some(_) => Err(Refused::Shape {
                what,
                message: format!("`{name}` is true or false"),
            }),
        },
    }
}

/// A record that has no field for what later versions add here: it must be empty.
pub(super) fn nothing_more(what: &'static str, text: &str) -> Result<(), Refused> {
    match json(what, text)? {
        Json::Object(map) => match map.keys().next() {
            Some(name) => Err(newer(what, name)),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

pub(super) fn newer(what: &'static str, name: &str) -> Refused {
    Refused::Newer {
        what,
        name: name.to_owned(),
    }
}

/// A guest's error. Bad JSON in it hides nothing: the message counts.
pub(crate) fn guest_error(error: wit::Error) -> GuestError {
    GuestError {
        kind: ErrorKind::from_name(&error.kind),
        message: error.message,
        at: error.at,
        more: serde_json::from_str(&error.more).unwrap_or(Json::Null),
    }
}

/// An error for a guest.
pub(crate) fn wit_error(error: &GuestError) -> wit::Error {
    wit::Error {
        kind: error.kind.as_str().to_owned(),
        message: error.message.clone(),
        at: error.at.clone(),
        more: match &error.more {
            Json::Null => String::from("{}"),
            more => windlass_engine::json::canonical(more),
        },
    }
}
