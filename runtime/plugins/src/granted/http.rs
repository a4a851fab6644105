//! Requests to granted web addresses. A name is resolved once and kept to; redirects are followed here, each checked
//! like the first request.

use std::collections::{BTreeSet, HashMap};
use std::error::Error as _;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use ureq::config::Config;
use ureq::http::{HeaderMap, HeaderName, HeaderValue, Method, Request as Message, Uri, header};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error, Timeout};
use windlass_engine::plugins::{ErrorKind, GuestError};

use super::address;
use super::place::Place;
use super::rights::Rights;

/// How long a request may take altogether, and what it may ask for at most.
const TIME: Duration = Duration::from_secs(60);

/// How many redirects are followed.
const REDIRECTS: usize = 5;

/// Addresses of a name that are tried.
const ADDRESSES: usize = 8;

/// Headers that are the client's own.
const OWN_HEADERS: [HeaderName; 4] = [
    header::HOST,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
];

/// Headers that go along to another place: none that could hold a credential.
const HARMLESS: [HeaderName; 4] = [
    header::ACCEPT,
    header::ACCEPT_LANGUAGE,
    header::CONTENT_TYPE,
    header::USER_AGENT,
];

/// A request.
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<Vec<u8>>,
    /// 0: the default.
    pub(crate) timeout_ms: u32,
}

/// An answer.
#[derive(Debug, PartialEq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// Addresses by name and port.
type Addresses = HashMap<(String, u16), Vec<SocketAddr>>;

/// What names stood for when they were first asked for.
#[derive(Clone, Debug, Default)]
struct Pins(Arc<Mutex<Addresses>>);

/// The web client of a pack.
pub(crate) struct Client {
    granted: Vec<Place>,
    pins: Pins,
    plain: OnceLock<Agent>,
    tls: OnceLock<Result<Agent, String>>,
}

impl Client {
    /// A client for these addresses. One that is none is no grant.
    pub(crate) fn new(granted: &BTreeSet<String>) -> Self {
        Self {
            granted: granted
                .iter()
                .filter_map(|text| Place::parse(text).ok())
                .collect(),
            pins: Pins::default(),
            plain: OnceLock::new(),
            tls: OnceLock::new(),
        }
    }

    fn agent(&self, place: &Place) -> Result<&Agent, GuestError> {
        if !place.tls {
            return Ok(self.plain.get_or_init(|| agent(self.pins.clone(), None)));
        }
        let agent = self
            .tls
            .get_or_init(|| Ok(agent(self.pins.clone(), Some(tls()?))));
        agent
            .as_ref()
            .map_err(|message| GuestError::new(ErrorKind::Io, message.clone()))
    }

    /// Resolves a place's name, where nobody has yet, and refuses one that leads to the controller itself.
    fn pin(&self, place: &Place) -> Result<(), GuestError> {
        let key = (place.host.clone(), place.port);
        let mut known = self.pins.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.contains_key(&key) {
            return Ok(());
        }
        let found = (place.host.as_str(), place.port).to_socket_addrs();
        let found = found.map_err(|error| {
            GuestError::new(ErrorKind::Io, format!("{place} has no address: {error}"))
        })?;
        let found: Vec<SocketAddr> = found.take(ADDRESSES).collect();
        // Whoever granted an address, or the name that stands for this machine everywhere, meant it.
        let literal = place.literal().is_some();
        for address in found.iter().filter(|_| !literal) {
            if let Some(what) = address::own(address.ip())
                && !(place.host == "localhost" && address.ip().is_loopback())
            {
                return Err(GuestError::new(
                    ErrorKind::Denied,
                    format!(
                        "{place} is not called: its name stands for {}, {what}\n  where that is meant, the grant names \
                         the address itself",
                        address.ip()
                    ),
                ));
            }
        }
        known.insert(key, found);
        Ok(())
    }

    /// Sends a request and follows where it is sent on to. Blocks.
    pub(crate) fn send(&self, request: Request, rights: &Rights) -> Result<Response, GuestError> {
        let invalid = |message: String| GuestError::new(ErrorKind::InvalidValue, message);
        let mut method: Method = request
            .method
            .parse()
            .map_err(|_| invalid(format!("`{}` is no method", request.method)))?;
        let mut uri: Uri = request
            .url
            .parse()
            .map_err(|error| invalid(format!("`{}` is no web address: {error}", request.url)))?;
        let mut headers = headers(&request.headers).map_err(invalid)?;
        let mut body = request.body;
        let time = match request.timeout_ms {
            0 => TIME,
            given => TIME.min(Duration::from_millis(given.into())),
        };
        let mut came_from: Option<Place> = None;
        for _ in 0..=REDIRECTS {
            let place = Place::of(&uri).map_err(invalid)?;
            if !self.granted.contains(&place) {
                let wants = match &came_from {
                    None => format!("call {place}"),
                    Some(from) => format!("call {place}, where {from} redirects to"),
                };
                return Err(rights.refused(&wants, &format!("http = [\"{place}\"]")));
            }
            self.pin(&place)?;
            let agent = self.agent(&place)?;
            let answer = exchange(
                agent,
                &method,
                &uri,
                &headers,
                body.as_deref(),
                time,
                rights.output(),
            )
            .map_err(|error| failed(&place, &error))?;
            let Some(next) = redirect(&answer, &uri).map_err(invalid)? else {
                return Ok(answer);
            };
            if matches!(answer.status, 301..=303) && method != Method::HEAD {
                (method, body) = (Method::GET, None);
            }
            if Place::of(&next).map_err(invalid)? != place {
                headers = HARMLESS
                    .iter()
                    .filter_map(|name| Some((name.clone(), headers.get(name)?.clone())))
                    .collect();
            }
            (uri, came_from) = (next, Some(place));
        }
        Err(GuestError::new(
            ErrorKind::Io,
            format!("`{}` redirects more than {REDIRECTS} times", request.url),
        ))
    }
}

fn headers(given: &[(String, String)]) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    for (name, value) in given {
        let parsed: HeaderName = name
            .parse()
            .map_err(|_| format!("`{name}` is no name of a header"))?;
        if OWN_HEADERS.contains(&parsed) {
            return Err(format!("the header `{name}` is the host's own"));
        }
        let value = HeaderValue::from_str(value)
            .map_err(|_| format!("the value of the header `{name}` cannot be sent"))?;
        headers.append(parsed, value);
    }
    Ok(headers)
}

fn exchange(
    agent: &Agent,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: Option<&[u8]>,
    time: Duration,
    most: usize,
) -> Result<Response, Error> {
    let mut message = Message::builder().method(method.clone()).uri(uri.clone());
    for (name, value) in headers {
        message = message.header(name, value);
    }
    let mut answer = match body {
        Some(body) => {
            let message = message.body(body)?;
            let message = agent.configure_request(message);
            agent.run(message.timeout_global(Some(time)).build())?
        }
        None => {
            let message = agent.configure_request(message.body(())?);
            agent.run(message.timeout_global(Some(time)).build())?
        }
    };
    let shown = answer.headers().iter();
    let shown = shown.filter_map(|(name, value)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    });
    Ok(Response {
        status: answer.status().as_u16(),
        headers: shown.collect(),
        body: answer
            .body_mut()
            .with_config()
            .limit(most as u64)
            .read_to_vec()?,
    })
}

/// Where an answer sends the caller on to.
fn redirect(answer: &Response, from: &Uri) -> Result<Option<Uri>, String> {
    if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some((_, to)) = answer.headers.iter().find(|(name, _)| name == "location") else {
        return Ok(None);
    };
    let text = if to.starts_with('/') && !to.starts_with("//") {
        let place = Place::of(from)?;
        format!("{place}{to}")
    } else {
        to.clone()
    };
    text.parse()
        .map(Some)
        .map_err(|error| format!("`{from}` redirects to `{to}`, which is no web address: {error}"))
}

fn failed(place: &Place, error: &Error) -> GuestError {
    let why = match error {
        Error::Timeout(Timeout::Global) => String::from("it took too long"),
        Error::BodyExceedsLimit(most) => format!("its answer has more than {most} bytes"),
        other => match other.source() {
            Some(source) => source.to_string(),
            None => other.to_string(),
        },
    };
    GuestError::new(ErrorKind::Io, format!("{place} gave no answer: {why}"))
}

fn agent(pins: Pins, tls: Option<TlsConfig>) -> Agent {
    let mut config = Config::builder()
        .http_status_as_error(false)
        .https_only(tls.is_some())
        .max_redirects(0)
        .max_redirects_will_error(false)
        // What the environment names was not granted.
        .proxy(None)
        .user_agent(concat!("windlass/", env!("CARGO_PKG_VERSION")));
    if let Some(tls) = tls {
        config = config.tls_config(tls);
    }
    Agent::with_parts(config.build(), DefaultConnector::default(), pins)
}

/// The certificates of the system.
fn tls() -> Result<TlsConfig, String> {
    let found = rustls_native_certs::load_native_certs();
    if found.certs.is_empty() {
        return Err(String::from(
            "this system has no certificates to check web addresses by\n  install the package ca-certificates, or name \
             a file with SSL_CERT_FILE",
        ));
    }
    let certificates: Vec<Certificate<'static>> = found
        .certs
        .iter()
        .map(|der| Certificate::from_der(der).to_owned())
        .collect();
    Ok(TlsConfig::builder()
        .root_certs(RootCerts::from(certificates))
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build())
}

impl Resolver for Pins {
    fn resolve(&self, uri: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let place = Place::of(uri).map_err(|_| Error::HostNotFound)?;
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found = self.empty();
        for address in known.get(&(place.host, place.port)).into_iter().flatten() {
            found.push(*address);
        }
        match found.is_empty() {
            true => Err(Error::HostNotFound),
            false => Ok(found),
        }
    }
}
