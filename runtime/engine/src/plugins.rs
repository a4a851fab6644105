//! What the engine needs from whoever runs the plugins: descriptions, validated arguments, planning and facts.
//!
//! The engine calls [`Plugins`]; while a guest plans it calls back through [`PlanningView`], which can look but not act.

use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::acting::Target;
use crate::audit::PackInfo;
use crate::connector::Connector;
use crate::contract::{
    Atom, Call, FactInfo, FactRequest, OperationInfo, Origin, Planned, RawOutput,
};
use crate::deploy::PackModule;
use crate::events::Observer;
use crate::json::{Json, JsonMap};
use crate::local_files::LocalFiles;
use crate::policy::Owner;
use crate::secrets::{ProvideSecret, SecretStore};

/// What kind of error a plugin gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorKind {
    /// The operation cannot be done.
    Operation,
    /// A value is not allowed.
    InvalidValue,
    /// A value has the wrong type.
    InvalidType,
    /// A local file could not be read.
    Io,
    /// A fact could not be had.
    MissingFact,
    /// A fact will be known at execution only.
    UnknownYet,
    /// The runtime refused.
    Denied,
    /// A secret stood where none may.
    Secret,
    /// A kind that this version does not know.
    Other,
}

impl ErrorKind {
    /// The contract's name of the kind.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Operation => "operation",
            Self::InvalidValue => "invalid-value",
            Self::InvalidType => "invalid-type",
            Self::Io => "io",
            Self::MissingFact => "missing-fact",
            Self::UnknownYet => "unknown-yet",
            Self::Denied => "denied",
            Self::Secret => "secret",
            Self::Other => "other",
        }
    }

    /// The kind of a contract name; names this version does not know are [`ErrorKind::Other`].
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        [
            Self::Operation,
            Self::InvalidValue,
            Self::InvalidType,
            Self::Io,
            Self::MissingFact,
            Self::UnknownYet,
            Self::Denied,
            Self::Secret,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == name)
        .unwrap_or(Self::Other)
    }
}

/// An error of the contract: what guests return and what they are given.
#[derive(Clone, Debug, PartialEq, Error, Serialize, Deserialize)]
#[error("{message}")]
pub struct GuestError {
    /// Its kind.
    pub kind: ErrorKind,
    /// What is wrong.
    pub message: String,
    /// The argument or place it is about.
    pub at: Option<String>,
    /// What later versions add.
    pub more: Json,
}

impl GuestError {
    /// An error without a place.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            at: None,
            more: Json::Null,
        }
    }
}

/// How a plugin call can fail.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum PluginError {
    /// No such operation.
    #[error("there is no operation `{name}`{}", did_you_mean(.nearest.as_deref()))]
    UnknownOperation {
        /// What was asked for.
        name: String,
        /// The nearest name there is.
        nearest: Option<String>,
    },
    /// No such fact.
    #[error("there is no fact `{name}`{}", did_you_mean(.nearest.as_deref()))]
    UnknownFact {
        /// What was asked for.
        name: String,
        /// The nearest name there is.
        nearest: Option<String>,
    },
    /// An argument does not fit the schema, is unknown, missing, or a secret where none may stand.
    #[error("{message}")]
    Argument {
        /// The argument's name, if it is about one.
        argument: Option<String>,
        /// What is wrong, with the nearest right thing.
        message: String,
    },
    /// The guest answered with an error.
    #[error(transparent)]
    Guest(#[from] GuestError),
    /// The guest trapped, spun, flooded or grew past its limits.
    #[error("{report}")]
    Trap {
        /// The pack.
        pack: String,
        /// What happened, with the guest's backtrace.
        report: String,
    },
    /// A component could not be loaded or was refused.
    #[error("{0}")]
    Load(String),
    /// The policy, or what the pack was granted, does not allow it.
    #[error(transparent)]
    Denied(#[from] crate::policy::Denial),
}

fn did_you_mean(name: Option<&str>) -> String {
    name.map(|name| format!(", did you mean `{name}`?"))
        .unwrap_or_default()
}

/// An operation call whose arguments fit the schemas.
#[derive(Clone, Debug, PartialEq)]
pub struct Bound {
    /// Arguments by parameter name, defaults filled in, nulls dropped. Secrets are `{"$secret": n}`.
    pub args: Json,
    /// The secrets' identities, by n.
    pub secrets: Vec<String>,
}

/// Something that a component remarked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remark {
    /// The pack and the component.
    pub component: String,
    /// The host that it worked for; none: for no host.
    pub host: Option<String>,
    /// `debug`, `info` or `warning`.
    pub level: String,
    /// The text. Secrets may stand in it.
    pub message: String,
}

/// Who is told of remarks.
pub type Remarked = dyn Fn(Remark) + Send + Sync;

/// Runs plugins. Implemented by the component host, and by fakes in tests.
#[async_trait]
pub trait Plugins: Send + Sync {
    /// All operations, by name.
    fn operations(&self) -> Vec<Arc<OperationInfo>>;

    /// All facts, by name.
    fn facts(&self) -> Vec<Arc<FactInfo>>;

    /// One operation.
    ///
    /// # Errors
    /// [`PluginError::UnknownOperation`] with the nearest name.
    fn operation(&self, name: &str) -> Result<Arc<OperationInfo>, PluginError>;

    /// One fact.
    ///
    /// # Errors
    /// [`PluginError::UnknownFact`] with the nearest name.
    fn fact(&self, name: &str) -> Result<Arc<FactInfo>, PluginError>;

    /// Binds a call's arguments to an operation's parameters, checks them against the schemas (secrets with their
    /// real value) and fills in defaults. In `positional` and `named`, a secret stands as `{"$secret": "identity"}`.
    ///
    /// # Errors
    /// [`PluginError::UnknownOperation`] or [`PluginError::Argument`].
    fn bind_operation(
        &self,
        name: &str,
        positional: Vec<Json>,
        named: JsonMap,
        secrets: &SecretStore,
    ) -> Result<Bound, PluginError>;

    /// The same for a fact; the arguments that come back are the canonical ones that caches use.
    ///
    /// # Errors
    /// [`PluginError::UnknownFact`] or [`PluginError::Argument`].
    fn bind_fact(
        &self,
        name: &str,
        positional: Vec<Json>,
        named: JsonMap,
        secrets: &SecretStore,
    ) -> Result<Bound, PluginError>;

    /// Plans an operation. `args` are those of [`Bound`].
    ///
    /// # Errors
    /// Whatever the guest answers, or a trap.
    async fn plan(
        &self,
        operation: &str,
        args: &Json,
        view: Arc<dyn PlanningView>,
    ) -> Result<Arc<Planned>, PluginError>;

    /// Where a fact's value comes from, for up to `batch` argument sets at once.
    ///
    /// # Errors
    /// Whatever the guest answers, or a trap.
    async fn source(
        &self,
        fact: &str,
        args: &[Json],
        view: Arc<dyn PlanningView>,
    ) -> Result<Origin, PluginError>;

    /// Turns raw output into values, one for each argument set.
    ///
    /// # Errors
    /// Whatever the guest answers, or a trap.
    async fn parse(
        &self,
        fact: &str,
        args: &[Json],
        output: RawOutput,
        view: Arc<dyn PlanningView>,
    ) -> Result<Vec<Json>, PluginError>;

    /// Has the acting component of an operation's pack do a `call` step that the operation planned, and gives what it
    /// answers.
    ///
    /// # Errors
    /// A pack without such a component; whatever the component answers, or a trap.
    async fn act(
        &self,
        operation: &str,
        call: &Call,
        target: Arc<dyn Target>,
    ) -> Result<Json, PluginError> {
        drop(target);
        Err(PluginError::Load(format!(
            "{operation} calls the actor `{}`, and nothing here has actors",
            call.actor
        )))
    }

    /// The pack that an operation or a fact is from, by its name; none for what is no pack's.
    fn owner(&self, name: &str) -> Option<Arc<Owner>> {
        let _ = name;
        None
    }

    /// The connectors and inventories that packs provide, each under an `@name` of its own.
    fn connectors(&self) -> Vec<Arc<dyn Connector>> {
        Vec::new()
    }

    /// The observers that packs provide, started for one run.
    ///
    /// # Errors
    /// One that cannot be started.
    fn observers(&self) -> Result<Vec<Arc<dyn Observer>>, PluginError> {
        Ok(Vec::new())
    }

    /// The sources of secrets that packs provide, each with its kind: `vault` for `vault:NAME`.
    fn secret_sources(&self) -> Vec<(String, Arc<dyn ProvideSecret>)> {
        Vec::new()
    }

    /// The deploy modules of packs.
    fn deploy_modules(&self) -> Vec<Arc<PackModule>> {
        Vec::new()
    }

    /// Has what components remark that list hosts, connect or give secrets told there from now on, in place of whoever
    /// was told before; with what they remarked while nobody was.
    fn listen(&self, to: Arc<Remarked>) {
        drop(to);
    }

    /// The packs that may take part, for records of runs.
    fn packs(&self) -> Vec<PackInfo> {
        Vec::new()
    }

    /// Called when a run has ended: gives back what was kept for it.
    fn run_ended(&self) {}
}

/// What a guest may look at while it plans. Everything it is told enters the memo key.
#[async_trait]
pub trait PlanningView: Send + Sync {
    /// Facts; those asked together travel together.
    async fn facts(&self, requests: Vec<FactRequest>) -> Vec<Result<Json, GuestError>>;

    /// What a JSON pointer names in `{name, groups, data}` of the host.
    fn host(&self, pointer: &str) -> Option<Json>;

    /// What a JSON pointer names in `{groups: {name: [host…]}, hosts: {name: {groups, data}}}`.
    fn inventory(&self, pointer: &str) -> Option<Json>;

    /// The operation's own value of a global argument, by public name.
    fn global(&self, name: &str) -> Option<Json>;

    /// A path on the host, stable in a run, that nobody else can write: for temporary files of this operation.
    fn temp_path(&self, key: &str) -> String;

    /// Files on the controller that this call may read.
    fn local_files(&self) -> Arc<dyn LocalFiles>;

    /// True when content with secrets in it has this digest. `algorithm`: `md5`, `sha1`, `sha256`, `sha384`.
    ///
    /// # Errors
    /// Kind `secret` when too many were asked, `invalid-value` for an unknown algorithm.
    fn matches(&self, content: &[Atom], algorithm: &str, digest: &str) -> Result<bool, GuestError>;

    /// True when a secret's value is empty.
    ///
    /// # Errors
    /// Kind `secret` for a number that is none of the call's secrets.
    fn is_empty(&self, secret: u32) -> Result<bool, GuestError>;

    /// A value without those of secrets, for files that are kept.
    fn masked(&self, value: Json) -> Json {
        value
    }

    /// A remark for the log, of a component. `level`: `debug`, `info`, `warning`.
    fn log(&self, component: &str, level: &str, message: &str);
}
