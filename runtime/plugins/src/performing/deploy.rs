//! Deploys that are components: `run` for each host while preparing, `callback` at execution.
//!
//! `run` is called for each host by itself, and not remembered: what it adds has to be added to each host anyway, which
//! takes longer than most calls.

use std::sync::Arc;

use async_trait::async_trait;
use camino::Utf8PathBuf;
use tokio::runtime::Handle;
use wasmtime::Store;
use windlass_engine::arguments::{Attempt, RetryUntil};
use windlass_engine::contract::HostFunction;
use windlass_engine::deploy::{DeploySource, HostContext};
use windlass_engine::error::EngineError;
use windlass_engine::json::{Json, canonical, json};
use windlass_engine::plugins::GuestError;
use windlass_engine::policy::{Caller, Owner};

use super::adding::Adding;
use super::guest::{Performer, Work};
use crate::bindings::exports_of_roles::deploy;
use crate::error::report;
use crate::exports::Exports;
use crate::meter;
use crate::opening::Opening;
use crate::translate;

/// What its deploy and its functions share.
pub(super) struct Program {
    /// What it is called: its file, or `@pack//file`.
    pub(super) name: String,
    owner: Arc<Owner>,
    opening: Arc<Opening<Performer>>,
}

/// A component that is a deploy, as the engine takes it.
pub(crate) struct ComponentDeploy {
    program: Arc<Program>,
    folder: Utf8PathBuf,
}

impl ComponentDeploy {
    pub(super) fn new(
        name: String,
        folder: Utf8PathBuf,
        owner: Arc<Owner>,
        opening: Arc<Opening<Performer>>,
    ) -> Self {
        let program = Program {
            name,
            owner,
            opening,
        };
        Self {
            program: Arc::new(program),
            folder,
        }
    }
}

impl DeploySource for ComponentDeploy {
    fn name(&self) -> String {
        self.program.name.clone()
    }

    fn folder(&self) -> Utf8PathBuf {
        self.folder.clone()
    }

    fn run(&self, host: &HostContext) -> Result<(), EngineError> {
        let caller = Caller {
            name: self.program.name.clone(),
            owner: Some(self.program.owner.clone()),
        };
        let host = host.clone().asked_by(caller);
        Handle::current()
            .block_on(self.program.clone().run(host))
            .map_err(EngineError::Deploy)
    }
}

impl Program {
    /// An error with the component, the host and, where the guest said one, the place.
    fn failed(&self, host: &str, error: &GuestError) -> String {
        let place = error.at.as_ref().map(|at| format!("{at}: "));
        format!(
            "{}{}\n  in the deploy {}, for {host}",
            place.unwrap_or_default(),
            error.message,
            self.name
        )
    }

    fn trapped(&self, host: &str, error: &wasmtime::Error) -> String {
        format!(
            "{}\n  in {} ({}), for {host}",
            report(&self.name, error),
            self.opening.component.pack,
            self.opening.component.name
        )
    }

    /// A fresh instance.
    async fn start(
        &self,
        host: &str,
        guest: Performer,
    ) -> Result<(Store<Performer>, deploy::Guest), String> {
        let trapped = |error: wasmtime::Error| self.trapped(host, &error);
        let opened = self.opening.opened().await;
        let opened = opened.map_err(|error| error.to_string())?;
        let mut store = self
            .opening
            .store(guest)
            .map_err(|error| error.to_string())?;
        let guest = deploy::Guest::start(opened, &mut store)
            .await
            .map_err(trapped)?;
        Ok((store, guest))
    }

    async fn run(self: Arc<Self>, host: HostContext) -> Result<(), String> {
        let name = host.name().to_owned();
        let adding = Adding::new(self.clone(), host.clone());
        let work = Work::Adding(Box::new(adding));
        let guest = Performer::new(host.view()?, &self.opening, work);
        let (mut store, guest) = self.start(&name, guest).await?;
        let answered = guest.call_run(&mut store).await;
        let answered = answered.map_err(|error| meter::explained(&mut store, error));
        // Deploys that follow begin outside of what it entered.
        let unfinished = match store.into_data().work {
            Work::Adding(mut adding) => adding.leave_all(),
            _ => None,
        };
        answered
            .map_err(|error| self.trapped(&name, &error))?
            .map_err(|error| self.failed(&name, &translate::guest_error(error)))?;
        match unfinished {
            Some(part) => Err(format!(
                "the part `{part}` of the deploy was entered and not left\n  in the deploy {}, for {name}",
                self.name
            )),
            None => Ok(()),
        }
    }

    async fn callback(
        &self,
        host: &str,
        guest: Performer,
        function: &str,
        payload: &Json,
    ) -> Result<Json, String> {
        let (mut store, guest) = self.start(host, guest).await?;
        let payload = canonical(payload);
        let answered = guest.call_callback(&mut store, function, &payload).await;
        let answered = answered.map_err(|error| meter::explained(&mut store, error));
        let answer = answered
            .map_err(|error| self.trapped(host, &error))?
            .map_err(|error| self.failed(host, &translate::guest_error(error)))?;
        translate::json("what it gave back", &answer)
            .map_err(|refused| format!("{}: {refused}", self.name))
    }
}

/// A function of a deploy that runs at execution.
pub(super) struct Callback {
    pub(super) program: Arc<Program>,
    /// `call(NAME)`, for plans.
    pub(super) shown: String,
    pub(super) function: String,
    pub(super) payload: Json,
}

#[async_trait]
impl HostFunction for Callback {
    fn name(&self) -> &str {
        &self.shown
    }

    async fn call(&self, host: HostContext) -> Result<Json, String> {
        let target = host
            .target()
            .ok_or_else(|| format!("`{}` runs at execution only", self.shown))?;
        let opening = &self.program.opening;
        let guest = Performer::new(target.view(), opening, Work::Acting(target));
        let called = self
            .program
            .callback(host.name(), guest, &self.function, &self.payload);
        called.await
    }
}

/// A function of a deploy that says whether a try was good enough.
pub(super) struct Until {
    pub(super) program: Arc<Program>,
    pub(super) host: HostContext,
    pub(super) function: String,
    pub(super) payload: Json,
}

impl RetryUntil for Until {
    fn is_done(&self, attempt: &Attempt) -> Result<bool, String> {
        let opening = &self.program.opening;
        let guest = Performer::new(self.host.view()?, opening, Work::Deciding);
        let payload = json!({"attempt": attempt, "payload": self.payload});
        let name = self.host.name();
        let called = self.program.callback(name, guest, &self.function, &payload);
        match Handle::current().block_on(called)? {
            Json::Bool(done) => Ok(done),
            other => Err(format!(
                "`{}` gave {}, and not true or false",
                self.function,
                canonical(&other)
            )),
        }
    }
}
