//! Granted web addresses.

use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) timeout_ms: u32,
}

/// An answer, of whatever status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// Its status.
    pub status: u16,
    /// Its headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
}

impl Request {
    /// A request of a method.
    #[must_use]
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            method: method.into(),
            url: url.into(),
            headers: Vec::new(),
            body: None,
            timeout_ms: 0,
        }
    }

    /// A `GET`.
    #[must_use]
    pub fn get(url: impl Into<String>) -> Self {
        Self::new("GET", url)
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Gives it a body.
    #[must_use]
    pub fn body(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.body = Some(bytes.into());
        self
    }

    /// Time after which it is given up, in milliseconds. Default, and at most: a minute.
    #[must_use]
    pub fn timeout_ms(mut self, time: u32) -> Self {
        self.timeout_ms = time;
        self
    }

    /// Sends it.
    ///
    /// # Errors
    /// The address was not granted, or gave no answer. A status of an error is an answer.
    pub fn send(self) -> Result<Response> {
        backend::send(self)
    }
}

impl Response {
    /// The body as JSON, of an answer that says it went well.
    ///
    /// # Errors
    /// A status that is not 2xx, with the beginning of the body; another body than what is read.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        if !(200..300).contains(&self.status) {
            let text = String::from_utf8_lossy(&self.body);
            let start: String = text.chars().take(200).collect();
            let message = format!("the answer has status {}: {start}", self.status);
            return Err(Error::operation(message));
        }
        serde_json::from_slice(&self.body)
            .map_err(|error| Error::operation(format!("the answer cannot be read: {error}")))
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod backend {
    use super::{Request, Response};

    pub(super) fn send(_: Request) -> crate::Result<Response> {
        crate::roles::no_host()
    }
}

#[cfg(target_arch = "wasm32")]
mod backend {
    use super::{Request, Response};
    use crate::guest::error_from;
    use crate::roles::bindings::listing::windlass::plugin::http;

    pub(super) fn send(request: Request) -> crate::Result<Response> {
        let response = http::send(&http::Request {
            method: request.method,
            url: request.url,
            headers: request.headers,
            body: request.body,
            timeout_ms: request.timeout_ms,
            more: String::from("{}"),
        });
        let response = response.map_err(error_from)?;
        Ok(Response {
            status: response.status,
            headers: response.headers,
            body: response.body,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_answer_of_an_error_is_no_json() {
        let answer = |status, body: &str| Response {
            status,
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
        };
        assert_eq!(answer(200, "[1]").json::<Vec<u8>>().unwrap(), [1]);
        let error = answer(404, "none").json::<Vec<u8>>().unwrap_err();
        assert_eq!(error.message, "the answer has status 404: none");
        assert!(answer(200, "x").json::<Vec<u8>>().is_err());
    }
}
