//! A registry's repository, and one request to it.

use std::cell::RefCell;

use ureq::http::Response;
use ureq::{Agent, Body};
use zeroize::Zeroizing;

use super::super::repository::Repository as _;
use super::address::{is_host, is_loopback, is_repository};
use super::client::agent;
use crate::sources::error::SourceError;

/// A repository of a registry.
pub(crate) struct Registry {
    pub(super) host: String,
    pub(super) repository: String,
    pub(super) scheme: &'static str,
    pub(super) agent: Agent,
    /// The `Authorization` header that the registry accepted last.
    pub(super) login: RefCell<Option<Zeroizing<String>>>,
}

/// A request that can be sent again once the registry said what it asks for.
pub(super) struct Ask<'a> {
    pub(super) method: &'static str,
    pub(super) url: String,
    pub(super) accept: Option<&'static str>,
    pub(super) content: Option<(&'static str, &'a [u8])>,
}

impl Registry {
    /// A repository by its reference: `registry.example.org/acme/kubernetes`.
    pub(crate) fn new(reference: &str) -> Result<Self, SourceError> {
        let wrong = |message: &str| SourceError::Registry {
            origin: reference.to_owned(),
            message: message.to_owned(),
        };
        let (host, repository) = reference
            .split_once('/')
            .ok_or_else(|| wrong("it is no repository; one is `registry.example.org/acme/name`"))?;
        if !is_host(host) || !is_repository(repository) {
            return Err(wrong(
                "it is no repository; one is `registry.example.org/acme/name`: a host, and names of lower case letters, digits, `.`, `_` and `-`, without a tag",
            ));
        }
        let loopback = is_loopback(host);
        Ok(Self {
            host: host.to_owned(),
            repository: repository.to_owned(),
            scheme: if loopback { "http" } else { "https" },
            agent: agent(!loopback).map_err(|message| wrong(&message))?,
            login: RefCell::default(),
        })
    }

    /// The address of something in the repository.
    pub(super) fn url(&self, rest: &str) -> String {
        let Self {
            host,
            repository,
            scheme,
            ..
        } = self;
        format!("{scheme}://{host}/v2/{repository}/{rest}")
    }

    /// An error of this repository.
    pub(super) fn failed(&self, message: impl Into<String>) -> SourceError {
        SourceError::Registry {
            origin: self.name(),
            message: message.into(),
        }
    }

    /// Sends a request, with the login that the registry accepted last.
    pub(super) fn send_once(&self, ask: &Ask<'_>) -> Result<Response<Body>, SourceError> {
        let mut request = ureq::http::Request::builder()
            .method(ask.method)
            .uri(&ask.url);
        if let Some(accept) = ask.accept {
            request = request.header("accept", accept);
        }
        // A registry may hand uploads to another host: the login is not for it.
        let own = format!("{}://{}/", self.scheme, self.host);
        if let Some(login) = self
            .login
            .borrow()
            .as_ref()
            .filter(|_| ask.url.starts_with(&own))
        {
            request = request.header("authorization", login.as_str());
        }
        let sent = match ask.content {
            Some((kind, bytes)) => {
                let request = request.header("content-type", kind).body(bytes);
                request
                    .map_err(ureq::Error::from)
                    .and_then(|request| self.agent.run(request))
            }
            None => request
                .body(())
                .map_err(ureq::Error::from)
                .and_then(|request| self.agent.run(request)),
        };
        sent.map_err(|error| self.failed(self.explained(&error)))
    }

    /// Why nobody answered, and what can be done about it.
    pub(super) fn explained(&self, error: &ureq::Error) -> String {
        let hint = match error {
            ureq::Error::ConnectionFailed | ureq::Error::HostNotFound | ureq::Error::Io(_) => {
                "\n  check its name and that it can be reached; --offline does without it"
            }
            _ => "",
        };
        format!("{} could not be asked: {error}{hint}", self.host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_checked() {
        for good in ["localhost:5000/a", "127.0.0.1:5000/acme/k8s.pods_x-y"] {
            assert!(Registry::new(good).is_ok(), "{good}");
        }
        for wrong in [
            "a",
            "localhost/",
            "localhost/A",
            "localhost/a:1",
            "localhost/a/../b",
            "a@b/c",
            "localhost/a?b",
        ] {
            assert!(Registry::new(wrong).is_err(), "{wrong}");
        }
    }
}
