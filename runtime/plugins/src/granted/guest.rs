//! The state of a guest that may have something of the controller, and what the contract's functions do for it.

use std::sync::{Arc, Mutex, PoisonError};

use wasmtime::Engine;
use wasmtime::component::{HasSelf, Linker, Resource, ResourceTable};
use windlass_engine::plugins::{ErrorKind, GuestError, Remark};

use super::heard::Heard;
use super::http;
use super::rights::Rights;
use crate::bindings::roles::windlass::plugin::{http as wit_http, io, process};
use crate::bindings::windlass::plugin::{local_files, log, types};
use crate::guest::entry;
use crate::limits::Limits;
use crate::meter::{Meter, Metered};
use crate::remarks::Remarks;
use crate::translate;

/// A stream to a guest. The host gives none: files are put and fetched with `exec`, whose checks they share.
#[allow(unreachable_pub, reason = "the bindings export it again")]
pub enum Reader {}

/// A stream from a guest; as [`Reader`].
#[allow(unreachable_pub, reason = "the bindings export it again")]
pub enum Writer {}

/// The state of one guest.
pub(crate) struct Granted {
    meter: Meter,
    rights: Arc<Rights>,
    /// The pack and the component, for messages.
    name: String,
    table: ResourceTable,
    /// The host that it connects, for its remarks; none where it works for no host.
    host: Option<String>,
    /// Where its remarks go, unless somebody else shows them.
    remarks: Arc<Remarks>,
    /// Where they go in that case.
    lines: Option<Lines>,
    /// Where what it is given goes besides; none: nowhere.
    heard: Option<Heard>,
}

/// Lines of a guest's log, level and message, that somebody else shows.
pub(crate) type Lines = Arc<Mutex<Vec<(String, String)>>>;

impl Granted {
    pub(crate) fn new(
        name: &str,
        rights: &Arc<Rights>,
        limits: &Arc<Limits>,
        remarks: &Arc<Remarks>,
    ) -> Self {
        Self {
            meter: Meter::new(limits),
            rights: rights.clone(),
            name: name.to_owned(),
            table: ResourceTable::new(),
            host: None,
            remarks: remarks.clone(),
            lines: None,
            heard: None,
        }
    }

    /// Has its remarks name the host that it connects.
    pub(crate) fn for_host(&mut self, host: Option<&str>) {
        self.host = host.map(str::to_owned);
    }

    /// Has lines of its log go there.
    pub(crate) fn keep_lines(&mut self, lines: &Lines) {
        self.lines = Some(lines.clone());
    }

    /// Has what it is given kept there.
    pub(crate) fn keep_heard(&mut self, heard: &Heard) {
        self.heard = Some(heard.clone());
    }

    fn hears(&self, bytes: &[u8]) {
        if let Some(heard) = &self.heard {
            heard.add(bytes);
        }
    }
}

impl Metered for Granted {
    fn meter(&mut self) -> &mut Meter {
        &mut self.meter
    }
}

/// A linker with all that any of these roles may import; which of it a role may, `role` decides.
pub(crate) fn linker(engine: &Engine) -> wasmtime::Result<Linker<Granted>> {
    let mut linker = Linker::new(engine);
    types::add_to_linker::<_, HasSelf<_>>(&mut linker, |guest| guest)?;
    log::add_to_linker::<_, HasSelf<_>>(&mut linker, |guest| guest)?;
    local_files::add_to_linker::<_, HasSelf<_>>(&mut linker, |guest| guest)?;
    process::add_to_linker::<_, HasSelf<_>>(&mut linker, |guest| guest)?;
    wit_http::add_to_linker::<_, HasSelf<_>>(&mut linker, |guest| guest)?;
    io::add_to_linker::<_, HasSelf<_>>(&mut linker, |guest| guest)?;
    Ok(linker)
}

type Answer<T> = wasmtime::Result<Result<T, types::Error>>;

fn answer<T>(answer: Result<T, GuestError>) -> Answer<T> {
    Ok(answer.map_err(|error| translate::wit_error(&error)))
}

impl types::Host for Granted {}

impl log::Host for Granted {
    async fn write(&mut self, level: String, message: String) -> wasmtime::Result<()> {
        self.meter.count_line(&message)?;
        if let Some(lines) = &self.lines {
            let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
            lines.push((level, message));
            return Ok(());
        }
        self.remarks.tell(Remark {
            component: self.name.clone(),
            host: self.host.clone(),
            level,
            message,
        });
        Ok(())
    }
}

impl process::Host for Granted {
    async fn run(&mut self, spec: process::Spec) -> Answer<process::Output> {
        self.meter.count_call()?;
        self.meter.charge();
        let given = self.rights.run(spec).await;
        self.meter.resume();
        if let Ok(given) = &given
            && given.exit.status == Some(0)
        {
            self.hears(&given.stdout);
        }
        answer(given.map(|given| process::Output {
            exit: types::Exit {
                status: given.exit.status,
                signal: given.exit.signal,
            },
            stdout: given.stdout,
            stderr: given.stderr,
        }))
    }
}

impl wit_http::Host for Granted {
    async fn send(&mut self, request: wit_http::Request) -> Answer<wit_http::Response> {
        self.meter.count_call()?;
        self.meter.charge();
        let (client, rights) = (self.rights.client().clone(), self.rights.clone());
        let request = http::Request {
            method: request.method,
            url: request.url,
            headers: request.headers,
            body: request.body,
            timeout_ms: request.timeout_ms,
        };
        let sent = tokio::task::spawn_blocking(move || client.send(request, &rights)).await;
        self.meter.resume();
        let sent = sent?;
        if let Ok(response) = &sent
            && (200..300).contains(&response.status)
        {
            self.hears(&response.body);
        }
        answer(sent.map(|response| wit_http::Response {
            status: response.status,
            headers: response.headers,
            body: response.body,
            more: String::from("{}"),
        }))
    }
}

impl Granted {
    /// A refusal to read, in the words of grants instead of those of arguments.
    fn files_error(&self, path: &str, error: GuestError) -> GuestError {
        if error.kind != ErrorKind::Denied {
            return error;
        }
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut refused = self
            .rights
            .refused(&format!("read `{path}`"), &format!("read = [\"{folder}\"]"));
        refused.message.push_str(
            "\n  paths are absolute or begin with `~/`, and neither `..` nor a link leads out of a granted folder",
        );
        refused
    }

    fn looked<T>(&mut self, path: &str, found: Result<T, GuestError>) -> Answer<T> {
        self.meter.count_call()?;
        answer(found.map_err(|error| self.files_error(path, error)))
    }
}

impl local_files::Host for Granted {
    async fn stat(&mut self, path: String) -> Answer<Option<types::Entry>> {
        let found = self.rights.files().stat(&path);
        self.looked(&path, found.map(|found| found.map(entry)))
    }

    async fn times(&mut self, path: String) -> Answer<(i64, i64)> {
        let found = self.rights.files().times(&path);
        self.looked(&path, found)
    }

    async fn digest(&mut self, path: String, algorithm: String) -> Answer<String> {
        let found = self.rights.files().digest(&path, &algorithm);
        self.looked(&path, found)
    }

    async fn walk(&mut self, path: String) -> Answer<Vec<(String, types::Entry)>> {
        let found = self.rights.files().walk(&path).map(|found| {
            let found = found.into_iter();
            found.map(|(path, below)| (path, entry(below))).collect()
        });
        self.looked(&path, found)
    }

    async fn read(&mut self, path: String, offset: u64, limit: u32) -> Answer<Vec<u8>> {
        let most = u32::try_from(self.rights.output()).unwrap_or(u32::MAX);
        let found = self.rights.files().read(&path, offset, limit.min(most));
        if let Ok(bytes) = &found {
            self.hears(bytes);
        }
        self.looked(&path, found)
    }
}

impl io::Host for Granted {}

impl io::HostReader for Granted {
    async fn read(&mut self, reader: Resource<Reader>, _: u32, _: u32) -> Answer<Option<Vec<u8>>> {
        match *self.table.get(&reader)? {}
    }

    async fn drop(&mut self, reader: Resource<Reader>) -> wasmtime::Result<()> {
        self.table.delete(reader)?;
        Ok(())
    }
}

impl io::HostWriter for Granted {
    async fn write(&mut self, writer: Resource<Writer>, _: Vec<u8>) -> Answer<()> {
        match *self.table.get(&writer)? {}
    }

    async fn drop(&mut self, writer: Resource<Writer>) -> wasmtime::Result<()> {
        self.table.delete(writer)?;
        Ok(())
    }
}
