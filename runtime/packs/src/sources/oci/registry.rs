//! A repository of a registry, by the OCI distribution specification 1.1.
//!
//! | | allowed | refused |
//! | --- | --- | --- |
//! | `https` | every registry | a redirect from `https` to `http` |
//! | `http` | a registry on loopback: `localhost:5000`, `127.0.0.1:5000`, `[::1]:5000` | every other |
//!
//! What comes back is believed in nothing: each blob is checked by its digest, and a pack by its signatures.

use std::cell::RefCell;
use std::net::{IpAddr, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use ureq::http::{HeaderMap, Response};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body};
use zeroize::Zeroizing;

use super::super::error::SourceError;
use super::auth::{self, Basic, Challenge};
use super::model::MANIFEST;
use super::repository::{LARGEST_MANIFEST, Repository};
use crate::sign::Digest;

/// How long a registry may take to be reached.
const CONNECT: Duration = Duration::from_secs(20);

/// How long it may be silent.
const SILENT: Duration = Duration::from_secs(60);

/// How many pages of tags are read.
const PAGES: usize = 100;

/// How many bytes a page of tags, a token or an error may have.
const LARGEST_ANSWER: u64 = 4 << 20;

/// A repository of a registry.
pub(crate) struct Registry {
    host: String,
    repository: String,
    scheme: &'static str,
    agent: Agent,
    /// The `Authorization` header that the registry accepted last.
    login: RefCell<Option<Zeroizing<String>>>,
}

/// A request that can be sent again once the registry said what it asks for.
struct Ask<'a> {
    method: &'static str,
    url: String,
    accept: Option<&'static str>,
    content: Option<(&'static str, &'a [u8])>,
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

    fn url(&self, rest: &str) -> String {
        let Self {
            host,
            repository,
            scheme,
            ..
        } = self;
        format!("{scheme}://{host}/v2/{repository}/{rest}")
    }

    fn failed(&self, message: impl Into<String>) -> SourceError {
        SourceError::Registry {
            origin: self.name(),
            message: message.into(),
        }
    }

    /// Sends a request; logs in where the registry asks for it.
    fn send(&self, ask: &Ask<'_>) -> Result<Response<Body>, SourceError> {
        let answer = self.send_once(ask)?;
        if answer.status().as_u16() != 401 {
            return Ok(answer);
        }
        let header = text_of(answer.headers(), "www-authenticate");
        let challenge = header.and_then(|header| Challenge::parse(&header));
        let stored = auth::stored(&self.host).map_err(|message| self.failed(message))?;
        let login = match (challenge, stored) {
            (Some(Challenge::Basic), Some(stored)) => {
                Zeroizing::new(format!("Basic {}", stored.as_str()))
            }
            (Some(Challenge::Bearer { realm, questions }), stored) => {
                self.token(&realm, questions, stored)?
            }
            _ => return Err(self.refused()),
        };
        *self.login.borrow_mut() = Some(login);
        let answer = self.send_once(ask)?;
        if answer.status().as_u16() == 401 {
            return Err(self.refused());
        }
        Ok(answer)
    }

    fn refused(&self) -> SourceError {
        self.failed(format!(
            "the registry asks for a name and a password, and there are none that it takes\n  log in once with `docker login {0}`, `podman login {0}` or `oras login {0}`",
            self.host
        ))
    }

    fn send_once(&self, ask: &Ask<'_>) -> Result<Response<Body>, SourceError> {
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

    fn explained(&self, error: &ureq::Error) -> String {
        let hint = match error {
            ureq::Error::ConnectionFailed | ureq::Error::HostNotFound | ureq::Error::Io(_) => {
                "\n  check its name and that it can be reached; --offline does without it"
            }
            _ => "",
        };
        format!("{} could not be asked: {error}{hint}", self.host)
    }

    /// A token from the registry's own office.
    fn token(
        &self,
        realm: &str,
        questions: Vec<(String, String)>,
        stored: Option<Basic>,
    ) -> Result<Zeroizing<String>, SourceError> {
        #[derive(Deserialize)]
        struct Answer {
            token: Option<String>,
            access_token: Option<String>,
        }
        let plain = realm.strip_prefix("http://");
        let local = plain.is_some_and(|rest| {
            self.scheme == "http" && is_loopback(rest.split('/').next().unwrap_or_default())
        });
        if !local && !realm.starts_with("https://") {
            return Err(self.failed(format!(
                "it sends its users to {realm} to log in, which is not https"
            )));
        }
        let mut request = self.agent.get(realm).query_pairs(questions);
        if let Some(stored) = &stored {
            request = request.header("authorization", format!("Basic {}", stored.as_str()));
        }
        let mut answer = request
            .call()
            .map_err(|error| self.failed(self.explained(&error)))?;
        if !answer.status().is_success() {
            return Err(self.refused());
        }
        let text = limited(&mut answer, LARGEST_ANSWER).map_err(|message| self.failed(message))?;
        let read: Result<Answer, _> = serde_json::from_slice(&text);
        let token = read.ok().and_then(|read| read.token.or(read.access_token));
        let token = token.ok_or_else(|| self.failed(format!("{realm} gave no token")))?;
        Ok(Zeroizing::new(format!("Bearer {token}")))
    }

    fn get(&self, rest: &str, accept: Option<&'static str>) -> Result<Response<Body>, SourceError> {
        self.send(&Ask {
            method: "GET",
            url: self.url(rest),
            accept,
            content: None,
        })
    }

    /// The bytes of a good answer; what a registry says otherwise is the error.
    fn good(
        &self,
        what: &str,
        mut answer: Response<Body>,
        limit: u64,
    ) -> Result<Vec<u8>, SourceError> {
        let status = answer.status();
        if status.is_success() {
            return limited(&mut answer, limit)
                .map_err(|message| self.failed(format!("{what}: {message}")));
        }
        let text = limited(&mut answer, LARGEST_ANSWER).unwrap_or_default();
        let text = String::from_utf8_lossy(&text).into_owned();
        Err(self.failed(format!("{what}: it answered {status} {}", said(&text))))
    }

    /// Where an upload goes on: a path of this registry, or a whole address.
    fn location(&self, headers: &HeaderMap) -> Result<String, SourceError> {
        let location = text_of(headers, "location")
            .ok_or_else(|| self.failed("it does not say where to upload to"))?;
        let whole = location.contains("://");
        if whole && self.scheme == "https" && !location.starts_with("https://") {
            return Err(self.failed(format!(
                "it wants uploads at {location}, which is not https"
            )));
        }
        if whole {
            return Ok(location);
        }
        Ok(format!("{}://{}{location}", self.scheme, self.host))
    }
}

impl Repository for Registry {
    fn name(&self) -> String {
        format!("{}/{}", self.host, self.repository)
    }

    fn tags(&self) -> Result<Vec<String>, SourceError> {
        #[derive(Deserialize)]
        struct Page {
            tags: Option<Vec<String>>,
        }
        let mut tags = Vec::new();
        let mut next = String::from("tags/list?n=1000");
        for _ in 0..PAGES {
            let answer = self.get(&next, None)?;
            if answer.status().as_u16() == 404 {
                return Err(self.failed("the registry has no such repository"));
            }
            let link = text_of(answer.headers(), "link");
            let page = self.good("listing its tags", answer, LARGEST_ANSWER)?;
            let page: Page = serde_json::from_slice(&page)
                .map_err(|error| self.failed(format!("its list of tags: {error}")))?;
            tags.extend(page.tags.unwrap_or_default());
            let prefix = format!("/v2/{}/", self.repository);
            let found = link.as_deref().and_then(|link| {
                let (path, _) = link.strip_prefix('<')?.split_once('>')?;
                path.split_once(&prefix).map(|(_, rest)| rest.to_owned())
            });
            match found {
                Some(rest) => next = rest,
                None => break,
            }
        }
        Ok(tags)
    }

    fn manifest(&self, tag: &str) -> Result<Option<Vec<u8>>, SourceError> {
        let answer = self.get(&format!("manifests/{tag}"), Some(MANIFEST))?;
        if answer.status().as_u16() == 404 {
            return Ok(None);
        }
        self.good(tag, answer, LARGEST_MANIFEST).map(Some)
    }

    fn blob(&self, digest: &Digest, size: u64) -> Result<Vec<u8>, SourceError> {
        let answer = self.get(&format!("blobs/{digest}"), None)?;
        // One byte more than it may have is enough to see that it is another.
        self.good(&digest.to_string(), answer, size.saturating_add(1))
    }

    fn put_blob(&mut self, bytes: &[u8]) -> Result<(), SourceError> {
        let digest = Digest::of(bytes);
        let there = self.send(&Ask {
            method: "HEAD",
            url: self.url(&format!("blobs/{digest}")),
            accept: None,
            content: None,
        })?;
        if there.status().is_success() {
            return Ok(());
        }
        let begun = self.send(&Ask {
            method: "POST",
            url: self.url("blobs/uploads/"),
            accept: None,
            content: Some(("application/octet-stream", &[])),
        })?;
        let location = begun
            .status()
            .is_success()
            .then(|| self.location(begun.headers()));
        let location = match location {
            Some(location) => location?,
            None => {
                self.good("uploading", begun, LARGEST_ANSWER)?;
                return Err(self.failed("uploading: it gave no place"));
            }
        };
        let joint = if location.contains('?') { '&' } else { '?' };
        let put = self.send(&Ask {
            method: "PUT",
            url: format!("{location}{joint}digest={digest}"),
            accept: None,
            content: Some(("application/octet-stream", bytes)),
        })?;
        self.good("uploading", put, LARGEST_ANSWER).map(drop)
    }

    fn put_manifest(&mut self, tag: &str, bytes: &[u8]) -> Result<(), SourceError> {
        let put = self.send(&Ask {
            method: "PUT",
            url: self.url(&format!("manifests/{tag}")),
            accept: None,
            content: Some((MANIFEST, bytes)),
        })?;
        self.good(tag, put, LARGEST_ANSWER).map(drop)
    }
}

/// A client with the certificates of the system.
fn agent(https_only: bool) -> Result<Agent, String> {
    let mut config = Agent::config_builder()
        .http_status_as_error(false)
        .https_only(https_only)
        .max_redirects(5)
        .timeout_connect(Some(CONNECT))
        .timeout_recv_response(Some(SILENT))
        .timeout_per_read(Some(SILENT))
        .timeout_per_write(Some(SILENT))
        .user_agent(concat!("windlass/", env!("CARGO_PKG_VERSION")));
    if https_only {
        let found = rustls_native_certs::load_native_certs();
        if found.certs.is_empty() {
            return Err(String::from(
                "this system has no certificates to check registries by\n  install the package ca-certificates, or name a file with SSL_CERT_FILE",
            ));
        }
        let certificates: Vec<Certificate<'static>> = found
            .certs
            .iter()
            .map(|der| Certificate::from_der(der).to_owned())
            .collect();
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::from(certificates))
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()));
        config = config.tls_config(tls.build());
    } else {
        // A proxy is not on loopback.
        config = config.proxy(None);
    }
    Ok(config.build().new_agent())
}

/// True for a host that is this machine, whatever its name resolves to.
fn is_loopback(host: &str) -> bool {
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((name, port)) => (name, port.trim_start_matches(':')),
            None => return false,
        },
        None => host.split_once(':').unwrap_or((host, "")),
    };
    if let Ok(address) = name.parse::<IpAddr>() {
        return address.is_loopback();
    }
    let port = port.parse().unwrap_or(80);
    name == "localhost"
        && (name, port)
            .to_socket_addrs()
            .is_ok_and(|mut all| all.all(|address| address.ip().is_loopback()))
}

fn is_host(host: &str) -> bool {
    let name = host
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || ".-:[]".contains(c));
    name && !host.is_empty()
}

/// Names with `/` between, as the distribution specification has them.
fn is_repository(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.split('/').all(|part| {
        part.starts_with(inner)
            && part.ends_with(inner)
            && part.chars().all(|c| inner(c) || "._-".contains(c))
            && !part.contains("..")
    })
}

fn text_of(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

fn limited(answer: &mut Response<Body>, limit: u64) -> Result<Vec<u8>, String> {
    let body = answer.body_mut().with_config().limit(limit);
    body.read_to_vec().map_err(|error| error.to_string())
}

/// What a registry's error says: the messages of its list, else the beginning of the text.
fn said(text: &str) -> String {
    #[derive(Deserialize)]
    struct Errors {
        errors: Vec<One>,
    }
    #[derive(Deserialize)]
    struct One {
        #[serde(default)]
        code: String,
        #[serde(default)]
        message: String,
    }
    match serde_json::from_str::<Errors>(text) {
        Ok(read) => {
            let all = read.errors.iter();
            let all = all.map(|one| format!("({}: {})", one.code, one.message));
            all.collect::<Vec<_>>().join(" ")
        }
        Err(_) => text.chars().filter(|c| !c.is_control()).take(200).collect(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn plain_http_is_for_loopback_alone() {
        for host in ["localhost:5000", "127.0.0.1", "127.9.9.9:1", "[::1]:5000"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "localhost.example.org",
            "10.0.0.1:5000",
            "[fe80::1]",
            "[::1",
            "r:5000",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }

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

    /// A registry that wants a token, and an office that gives one. Says what it was asked, a line each.
    fn with_tokens() -> (u16, std::thread::JoinHandle<Vec<String>>) {
        use std::io::{BufRead, BufReader, Write};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let answered = move || {
            let mut asked = Vec::new();
            for stream in listener.incoming().take(3) {
                let mut stream = stream.unwrap();
                let lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let lines = lines
                    .map(Result::unwrap)
                    .take_while(|line| !line.is_empty());
                let head: Vec<String> = lines.collect();
                let login = head
                    .iter()
                    .any(|line| line.to_lowercase() == "authorization: bearer t0ken");
                let (status, body) = match head[0].contains("/token?") {
                    true => ("200 OK", r#"{"token":"t0ken"}"#),
                    false if login => ("200 OK", r#"{"tags":["1.0.0.pack","1.0.0","x.pack"]}"#),
                    false => ("401 Unauthorized", "{}"),
                };
                let challenge = format!(
                    "Bearer realm=\"http://127.0.0.1:{port}/token\",service=\"r\",scope=\"repository:a:pull\""
                );
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 {status}\r\nwww-authenticate: {challenge}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
                );
                stream.write_all(answer.as_bytes()).unwrap();
                asked.push(head[0].clone());
            }
            asked
        };
        (port, std::thread::spawn(answered))
    }

    #[test]
    fn a_token_is_asked_for_where_the_registry_says() {
        let (port, asked) = with_tokens();
        let registry = Registry::new(&format!("127.0.0.1:{port}/a")).unwrap();
        assert_eq!(registry.tags().unwrap(), ["1.0.0.pack", "1.0.0", "x.pack"]);
        assert_eq!(
            asked.join().unwrap(),
            [
                "GET /v2/a/tags/list?n=1000 HTTP/1.1",
                "GET /token?service=r&scope=repository%3Aa%3Apull HTTP/1.1",
                "GET /v2/a/tags/list?n=1000 HTTP/1.1"
            ]
        );
    }

    #[test]
    fn passwords_go_nowhere_without_https() {
        let registry = Registry::new("127.0.0.1:1/a").unwrap();
        for realm in [
            "http://example.org/token",
            "ftp://127.0.0.1/",
            "http://127.0.0.1.example.org/",
        ] {
            let error = registry.token(realm, Vec::new(), None).unwrap_err();
            assert!(error.to_string().contains("is not https"), "{error}");
        }
    }

    #[test]
    fn errors_say_what_the_registry_says() {
        let text = r#"{"errors":[{"code":"DENIED","message":"no"}]}"#;
        assert_eq!(said(text), "(DENIED: no)");
        assert_eq!(said("<html>\n"), "<html>");
    }
}
