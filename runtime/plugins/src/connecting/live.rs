//! One connection of a component: its store, and the calls into it, one at a time.
//!
//! A call runs on a task of its own: whoever waits for it may stop waiting, and a guest cannot be left half way.

use std::sync::Arc;

use tokio::sync::Mutex;
use wasmtime::Store;
use wasmtime::component::ResourceAny;
use windlass_engine::connector::ConnectorError;

use crate::bindings::exports_of_roles::connector::{Execution, Guest, Request, Turn};
use crate::bindings::windlass::plugin::types;
use crate::error::{LoadError, report};
use crate::exports::Exports;
use crate::granted::{Granted, Part};
use crate::meter;
use crate::translate;

struct Kept {
    store: Store<Granted>,
    guest: Guest,
    /// Why it can no longer be called.
    failed: Option<String>,
}

/// A connection of a component.
#[derive(Clone)]
pub(crate) struct Live {
    name: String,
    kept: Arc<Mutex<Kept>>,
}

impl Live {
    /// A fresh instance of a component, for a host where it is to connect one.
    pub(crate) async fn start(
        part: &Arc<Part>,
        host: Option<&str>,
    ) -> Result<Self, ConnectorError> {
        let name = part.component.name.clone();
        let (part, host) = (part.clone(), host.map(str::to_owned));
        let started = tokio::spawn(async move {
            let name = &part.component.name;
            let trapped = |error: wasmtime::Error| ConnectorError::Connect(report(name, &error));
            let loaded = |error: LoadError| ConnectorError::Connect(error.to_string());
            let opened = part.opened().await.map_err(loaded)?;
            let mut store = part.store().map_err(loaded)?;
            store.data_mut().for_host(host.as_deref());
            let guest = Guest::start(opened, &mut store).await.map_err(trapped)?;
            Ok(Kept {
                store,
                guest,
                failed: None,
            })
        });
        let kept = started
            .await
            .map_err(|error| ConnectorError::Connect(error.to_string()))??;
        Ok(Self {
            name,
            kept: Arc::new(Mutex::new(kept)),
        })
    }

    /// Calls the guest. A guest that failed is called no more.
    async fn call<T: Send + 'static>(
        &self,
        work: impl AsyncFnOnceSend<T>,
    ) -> Result<T, ConnectorError> {
        let (name, kept) = (self.name.clone(), self.kept.clone());
        let called = tokio::spawn(async move {
            let mut kept = kept.lock().await;
            if let Some(failed) = &kept.failed {
                return Err(ConnectorError::Lost(failed.clone()));
            }
            meter::next_call(&mut kept.store);
            let kept = &mut *kept;
            let answer = work.call(&kept.guest, &mut kept.store).await;
            match answer {
                Ok(Ok(answer)) => Ok(answer),
                Ok(Err(error)) => {
                    let error = translate::guest_error(error);
                    Err(ConnectorError::Connect(format!("{name}: {error}")))
                }
                Err(error) => {
                    let failed = report(&name, &meter::explained(&mut kept.store, error));
                    kept.failed = Some(failed.clone());
                    Err(ConnectorError::Lost(failed))
                }
            }
        });
        called
            .await
            .map_err(|error| ConnectorError::Lost(error.to_string()))?
    }

    /// What the component says of itself.
    pub(crate) async fn describe(&self) -> Result<String, ConnectorError> {
        self.call(Describe).await
    }

    /// Connects: a session of the component.
    pub(crate) async fn connect(
        &self,
        name: String,
        argument: String,
        data: String,
    ) -> Result<ResourceAny, ConnectorError> {
        self.call(Connect {
            name,
            argument,
            data,
        })
        .await
    }

    /// Asks how a command is run.
    pub(crate) async fn exec(
        &self,
        session: ResourceAny,
        request: Request,
    ) -> Result<Execution, ConnectorError> {
        self.call(Exec { session, request }).await
    }

    /// One turn of a channel.
    pub(crate) async fn turn(
        &self,
        channel: ResourceAny,
        stdin: Vec<u8>,
        eof: bool,
        wait_ms: u32,
    ) -> Result<Turn, ConnectorError> {
        self.call(TakeTurn {
            channel,
            stdin,
            eof,
            wait_ms,
        })
        .await
    }

    /// Ends what runs on a channel, if that is so, and lets go of it.
    pub(crate) async fn end(&self, channel: ResourceAny, kill: bool) -> Result<(), ConnectorError> {
        self.call(End { channel, kill }).await
    }

    /// Ends a session.
    pub(crate) async fn close(&self, session: ResourceAny) -> Result<(), ConnectorError> {
        self.call(Close { session }).await
    }
}

type Called<T> = wasmtime::Result<Result<T, types::Error>>;

/// A call into a guest, with all it needs: closures cannot name the lifetime of the store yet.
trait AsyncFnOnceSend<T>: Send + 'static {
    fn call(
        self,
        guest: &Guest,
        store: &mut Store<Granted>,
    ) -> impl Future<Output = Called<T>> + Send;
}

struct Describe;

impl AsyncFnOnceSend<String> for Describe {
    async fn call(self, guest: &Guest, store: &mut Store<Granted>) -> Called<String> {
        Ok(Ok(guest.call_describe(store).await?))
    }
}

struct Connect {
    name: String,
    argument: String,
    data: String,
}

impl AsyncFnOnceSend<ResourceAny> for Connect {
    async fn call(self, guest: &Guest, store: &mut Store<Granted>) -> Called<ResourceAny> {
        guest
            .call_connect(store, &self.name, &self.argument, &self.data)
            .await
    }
}

struct Exec {
    session: ResourceAny,
    request: Request,
}

impl AsyncFnOnceSend<Execution> for Exec {
    async fn call(self, guest: &Guest, store: &mut Store<Granted>) -> Called<Execution> {
        let sessions = guest.session();
        sessions.call_exec(store, self.session, &self.request).await
    }
}

struct TakeTurn {
    channel: ResourceAny,
    stdin: Vec<u8>,
    eof: bool,
    wait_ms: u32,
}

impl AsyncFnOnceSend<Turn> for TakeTurn {
    async fn call(self, guest: &Guest, store: &mut Store<Granted>) -> Called<Turn> {
        let channels = guest.channel();
        channels
            .call_turn(store, self.channel, &self.stdin, self.eof, self.wait_ms)
            .await
    }
}

struct End {
    channel: ResourceAny,
    kill: bool,
}

impl AsyncFnOnceSend<()> for End {
    async fn call(self, guest: &Guest, store: &mut Store<Granted>) -> Called<()> {
        let mut ended = Ok(());
        if self.kill {
            let channels = guest.channel();
            ended = channels
                .call_signal(&mut *store, self.channel, "KILL")
                .await?;
        }
        self.channel.resource_drop_async(store).await?;
        Ok(ended)
    }
}

struct Close {
    session: ResourceAny,
}

impl AsyncFnOnceSend<()> for Close {
    async fn call(self, guest: &Guest, store: &mut Store<Granted>) -> Called<()> {
        let closed = guest
            .session()
            .call_close(&mut *store, self.session)
            .await?;
        self.session.resource_drop_async(store).await?;
        Ok(closed)
    }
}
