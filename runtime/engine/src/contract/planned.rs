//! What an operation plans: steps as data, with what they are predicted to change.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::json::Json;
use crate::rsync;

/// A use of a secret: which one, and how its value is encoded before it is joined in.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SecretUse {
    /// Its position among the secrets of the operation's canonical arguments.
    pub secret: u32,
    /// Encodings that the runtime applies, first to last: `sh`, `sql-string`, `json`, `base64`, `url`, `ere`, `sed`.
    pub encodings: Vec<String>,
}

/// A piece of content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Atom {
    /// Text, as UTF-8.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A secret's value, joined in at execution.
    Secret(SecretUse),
    /// A kind that this version does not know.
    Other(String, Json),
}

/// A piece of a shell command line. No secret stands in one, by type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Shell text as it is, spaces included.
    Raw(String),
    /// One argument, quoted by the runtime.
    Word(String),
    /// A kind that this version does not know.
    Other(String, Json),
}

/// A shell command line in parts.
pub type ShellText = Vec<Part>;

/// What is uploaded or given on standard input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Content {
    /// Given in the plan.
    Inline(Vec<Atom>),
    /// A file on the controller, read at execution.
    Local(String),
    /// A kind that this version does not know.
    Other(String, Json),
}

/// A command for the host's shell.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Shell {
    /// The command line.
    pub text: ShellText,
    /// What it reads on standard input.
    pub stdin: Option<Content>,
    /// Environment of this one process.
    pub env: Vec<(String, Vec<Atom>)>,
    /// Private files: (NAME, content). Their path stands in `$NAME`; they are removed afterwards.
    pub files: Vec<(String, Content)>,
    /// What later versions add.
    pub more: Json,
}

impl Shell {
    /// A command of raw shell text.
    #[must_use]
    pub fn raw(text: impl Into<String>) -> Self {
        Self {
            text: vec![Part::Raw(text.into())],
            ..Self::default()
        }
    }
}

/// A file to put on the host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Upload {
    /// Its content.
    pub source: Content,
    /// Where it goes on the host.
    pub dest: String,
    /// Mode bits, if they are to be set.
    pub mode: Option<u32>,
    /// Owner, if it is to be set.
    pub user: Option<String>,
    /// Group, if it is to be set.
    pub group: Option<String>,
    /// What later versions add.
    pub more: Json,
}

/// A file to fetch from the host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Download {
    /// Where it is on the host.
    pub src: String,
    /// Where it goes on the controller.
    pub dest: String,
    /// What later versions add.
    pub more: Json,
}

/// A folder to copy with rsync.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rsync {
    /// The folder on the controller.
    pub src: String,
    /// The folder on the host.
    pub dest: String,
    /// Options from the allowed list.
    pub options: Vec<String>,
    /// What later versions add.
    pub more: Json,
}

/// A call of an acting component.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Which.
    pub actor: String,
    /// What it is given.
    pub payload: Json,
    /// What later versions add.
    pub more: Json,
}

/// A reboot: the command, then waiting until the host is back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reboot {
    /// The command that reboots.
    pub text: ShellText,
    /// How long to wait before the first try, in milliseconds.
    pub delay_ms: u32,
    /// How long to wait between tries, in milliseconds.
    pub interval_ms: u32,
    /// When to give up, in milliseconds.
    pub timeout_ms: u32,
    /// What later versions add.
    pub more: Json,
}

/// Another operation, planned by the runtime when its turn comes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Nested {
    /// `namespace.operation`.
    pub operation: String,
    /// Its arguments by parameter name.
    pub args: Json,
    /// What later versions add.
    pub more: Json,
}

/// Code of the embedding program or the deploy file that runs at execution. Never comes from a component.
#[async_trait::async_trait]
pub trait HostFunction: Send + Sync {
    /// What it is called in plans and messages.
    fn name(&self) -> &str;

    /// Runs it for a host. What it gives stands in the operation's result, unless that is null.
    ///
    /// # Errors
    /// A message; the operation then fails on this host.
    async fn call(&self, host: crate::deploy::HostContext) -> Result<Json, String>;
}

/// What a step does.
#[derive(Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Run a command.
    Shell(Shell),
    /// Put a file.
    Upload(Upload),
    /// Fetch a file.
    Download(Download),
    /// Copy a folder.
    Rsync(Rsync),
    /// Call an acting component.
    Call(Call),
    /// Reboot and wait.
    Reboot(Reboot),
    /// Another operation.
    Nested(Nested),
    /// Code of the embedding program.
    #[serde(serialize_with = "function_name")]
    Function(Arc<dyn HostFunction>),
    /// A kind that this version does not know.
    Other(String, Json),
}

impl PartialEq for Action {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Shell(one), Self::Shell(other)) => one == other,
            (Self::Upload(one), Self::Upload(other)) => one == other,
            (Self::Download(one), Self::Download(other)) => one == other,
            (Self::Rsync(one), Self::Rsync(other)) => one == other,
            (Self::Call(one), Self::Call(other)) => one == other,
            (Self::Reboot(one), Self::Reboot(other)) => one == other,
            (Self::Nested(one), Self::Nested(other)) => one == other,
            (Self::Function(one), Self::Function(other)) => Arc::ptr_eq(one, other),
            (Self::Other(one, with), Self::Other(other, given)) => one == other && with == given,
            _ => false,
        }
    }
}

impl Action {
    /// Why it is not run, where that is so.
    #[must_use]
    pub(crate) fn not_run(&self) -> Option<String> {
        match self {
            Self::Rsync(rsync) => rsync::refused(rsync),
            Self::Other(name, _) => Some(format!(
                "a step `{name}` is not run by this version of windlass\n  it needs a newer one"
            )),
            _ => None,
        }
    }
}

fn function_name<S: serde::Serializer>(
    function: &Arc<dyn HostFunction>,
    to: S,
) -> Result<S::Ok, S::Error> {
    to.serialize_str(function.name())
}

impl std::fmt::Debug for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match serde_json::to_string(self) {
            Ok(text) => f.write_str(&text),
            Err(_) => f.write_str("action"),
        }
    }
}

/// What a fact will answer after a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// `namespace.Fact`.
    pub fact: Arc<str>,
    /// Its arguments. One plan has many predictions of the same.
    pub args: Arc<Json>,
    /// True: holds for every request whose arguments contain these.
    pub partial: bool,
    /// JSON pointer into the fact's value; empty is the whole.
    pub at: String,
    /// The value; none means it will be known at execution only.
    pub value: Option<Arc<Json>>,
}

/// One step of a plan.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// What it does.
    pub action: Action,
    /// Global arguments that differ from the operation's, by public name.
    pub globals: Json,
    /// What it is predicted to change.
    pub predictions: Vec<Prediction>,
    /// Whether it changes more than that.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unpredicted: bool,
}

impl Step {
    /// A step without overrides and predictions.
    #[must_use]
    pub fn new(action: Action) -> Self {
        Self {
            action,
            globals: Json::Null,
            predictions: Vec::new(),
            unpredicted: false,
        }
    }

    /// True where what it predicts is all that it changes.
    #[must_use]
    pub fn is_predicted(&self) -> bool {
        !self.predictions.is_empty() && !self.unpredicted
    }
}

/// A difference that a step by command makes. The differences of uploads are made by the runtime.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Diff {
    /// What it is of: a path.
    pub subject: String,
    /// `text` or `binary`.
    pub kind: String,
    /// Before.
    pub before: Vec<Atom>,
    /// After.
    pub after: Vec<Atom>,
}

/// What an operation plans for a host.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Planned {
    /// In order; none means there is nothing to do.
    pub steps: Vec<Step>,
    /// Why there is nothing to do, and other remarks.
    pub notes: Vec<String>,
    /// Differences of edits by command.
    pub diffs: Vec<Diff>,
}
