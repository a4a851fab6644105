//! What stands in a case file.

use serde::{Deserialize, Serialize};
use windlass_engine::json::{Json, JsonMap};

/// One line of a case file.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Case {
    /// What an operation must plan.
    Operation(Box<OperationCase>),
    /// What a fact must ask and read.
    Fact(Box<FactCase>),
}

impl Case {
    /// Its name, unique in a run.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Operation(case) => &case.id,
            Self::Fact(case) => &case.id,
        }
    }

    /// The operation or fact that it is about.
    #[must_use]
    pub fn subject(&self) -> &str {
        match self {
            Self::Operation(case) => &case.op,
            Self::Fact(case) => &case.fact,
        }
    }
}

/// What an operation must plan.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct OperationCase {
    /// Its name.
    pub id: String,
    /// `namespace.operation`.
    pub op: String,
    /// Arguments by parameter name; `"*name"` holds those of a rest list.
    #[serde(default)]
    pub params: JsonMap,
    /// What the host answers.
    #[serde(default)]
    pub facts: Vec<ListedFact>,
    /// Files on the controller.
    #[serde(default)]
    pub local_fs: Vec<LocalFile>,
    /// What surrounds the call.
    #[serde(default)]
    pub env: Environment,
    /// What must come of it.
    pub expect: Expected,
}

/// What a fact must ask and read.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct FactCase {
    /// Its name.
    pub id: String,
    /// `namespace.Fact`.
    pub fact: String,
    /// True when it derives from another fact and has no command of its own.
    #[serde(default)]
    pub short: bool,
    /// Arguments by parameter name.
    #[serde(default)]
    pub params: JsonMap,
    /// What the host answers when the command is made.
    #[serde(default)]
    pub host_facts: Vec<ListedFact>,
    /// Lines of the command's standard output; null: the command failed and wrote nothing.
    #[serde(default)]
    pub output: Option<Vec<String>>,
    /// The value where the required program is missing; left out: not compared.
    #[serde(default, deserialize_with = "present")]
    pub default: Option<Json>,
    /// What must come of it.
    pub expect: ExpectedFact,
}

/// Keeps null apart from a field that is left out.
fn present<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Json>, D::Error> {
    Json::deserialize(from).map(Some)
}

/// A fact that the host answers.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct ListedFact {
    /// `namespace.Fact`.
    pub fact: String,
    /// Its arguments, defaults filled in; null and absent are the same.
    #[serde(default)]
    pub args: Json,
    /// What it answers.
    pub value: Json,
    /// False for a fact that the case holds ready without saying that it is asked for.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub used: bool,
}

fn yes() -> bool {
    true
}

/// A file, folder or link on the controller.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct LocalFile {
    /// Where it is; relative to the environment's `cwd`.
    pub path: String,
    /// `file`, `dir` or `link`.
    #[serde(default = "file")]
    pub kind: String,
    /// A file's content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// Where a link points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// What is said of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stat: Option<Stat>,
}

impl LocalFile {
    /// True when it says when it was read or changed.
    pub(super) fn has_times(&self) -> bool {
        self.stat
            .as_ref()
            .is_some_and(|stat| stat.atime != 0.0 || stat.mtime != 0.0)
    }
}

fn file() -> String {
    String::from("file")
}

/// Mode and times of a local file.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct Stat {
    /// Octal digits; 0644 when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// Seconds since 1970 (UTC).
    pub atime: f64,
    /// Seconds since 1970 (UTC).
    pub mtime: f64,
}

/// What surrounds a call.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default)]
pub struct Environment {
    /// The deploy's folder on the controller.
    pub cwd: String,
    /// The name that every temporary file gets.
    pub temp_file: String,
    /// The folder for temporary files of the host's own programs.
    pub temp_dir: String,
    /// The text in the names of backups.
    pub timestamp: String,
    /// Controllers on which the case holds (`Linux`, `Darwin`, `Windows`); empty: all.
    pub platforms: Vec<String>,
    /// `{name, groups, data}` of the host.
    pub host: Json,
    /// `{groups, hosts}` of the inventory.
    pub inventory: Json,
    /// Global arguments by public name.
    pub globals: JsonMap,
}

impl Default for Environment {
    fn default() -> Self {
        Self {
            cwd: String::from("/"),
            temp_file: String::from("_tempfile_"),
            temp_dir: String::from("_tempdir_"),
            timestamp: String::from("a-timestamp"),
            platforms: Vec::new(),
            host: serde_json::json!({"name": "host", "groups": [], "data": {}}),
            inventory: serde_json::json!({"groups": {}, "hosts": {"host": {"groups": [], "data": {}}}}),
            globals: JsonMap::new(),
        }
    }
}

/// What must come of an operation.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Expected {
    /// An error.
    Error {
        /// Which.
        error: ExpectedError,
    },
    /// Commands, in order; none: nothing to do.
    Commands {
        /// The commands.
        commands: Vec<Command>,
        /// Why nothing is done.
        #[serde(default)]
        noop: Option<String>,
        /// True when that text counts in the score of no-op texts.
        #[serde(default)]
        noop_checked: bool,
    },
}

/// An error that must come.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ExpectedError {
    /// The kinds it may have, in the contract's names.
    pub kinds: Vec<String>,
    /// Its text, for the score of messages.
    #[serde(default)]
    pub message: Option<String>,
}

/// A command that must be planned.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Command {
    /// A command for the host's shell.
    Shell {
        /// The command line.
        raw: String,
        /// The command line as it is shown.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        masked: Option<String>,
        /// What it reads on standard input, secrets joined in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stdin: Option<String>,
        /// Its environment, secrets joined in.
        #[serde(default, skip_serializing_if = "JsonMap::is_empty")]
        env: JsonMap,
        /// Its private files by variable, secrets joined in.
        #[serde(default, skip_serializing_if = "JsonMap::is_empty")]
        files: JsonMap,
    },
    /// A file to put on the host.
    Upload {
        /// Its content.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        content: Option<String>,
        /// Where it is on the controller.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        local_path: Option<String>,
        /// Where it goes.
        dest: String,
    },
    /// A file to fetch.
    Download {
        /// Where it is on the host.
        src: String,
        /// Where it goes on the controller.
        dest: String,
    },
    /// A folder to copy with rsync.
    Rsync {
        /// The folder on the controller.
        src: String,
        /// The folder on the host.
        dest: String,
        /// Options.
        #[serde(default)]
        flags: Vec<String>,
    },
    /// Code of the controller. Only what surrounds a reboot is known.
    Function {
        /// Its name.
        name: String,
    },
}

impl Command {
    /// A command line alone.
    pub(super) fn line(raw: String) -> Self {
        Self::Shell {
            raw,
            masked: None,
            stdin: None,
            env: JsonMap::new(),
            files: JsonMap::new(),
        }
    }
}

/// What must come of a fact.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ExpectedFact {
    /// The command that asks.
    pub command: FactCommand,
    /// The program without which the fact has its default.
    #[serde(default)]
    pub requires_command: Option<String>,
    /// The value.
    pub value: Json,
}

/// A fact's command.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct FactCommand {
    /// The command line.
    pub raw: String,
    /// The command line as it is shown.
    #[serde(default)]
    pub masked: Option<String>,
}
