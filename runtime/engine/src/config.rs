//! Settings of a run, and a default for every global argument.
//!
//! Keys are written in lower case; those that users of other tools know in capitals (`SUDO`, `FAIL_PERCENT`) mean the
//! same, and a global argument's key may keep its `_`. Settings may change until execution begins.

mod values;
mod version;

use indexmap::IndexMap;
use thiserror::Error;

use crate::arguments::{GlobalArguments, ShellExecutable};
use crate::audit::{AuditError, HeadSink};
use crate::inventory::{Document, Inventory, InventoryError, Origin, Value};
use crate::json::{Json, kind_of};
use crate::nearest::did_you_mean;
use crate::secrets::SecretStore;
use values::{count, environment, optional, percent, seconds, shell, text, texts};
use version::check_version;

/// Why a setting was refused.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// No such key.
    #[error("there is no setting `{key}`{hint}")]
    Unknown {
        /// What was given.
        key: String,
        /// The nearest key, as a sentence's end.
        hint: String,
    },
    /// A value of the wrong kind.
    #[error("the setting `{key}` takes {takes}, not {given}")]
    Value {
        /// Which.
        key: String,
        /// What it takes.
        takes: String,
        /// What was given.
        given: String,
    },
    /// This version is not the required one.
    #[error(
        "this deploy requires windlass {required}, and this is {present}\n  install a version that fits, or change `require_version`"
    )]
    Version {
        /// What is required.
        required: String,
        /// This version.
        present: String,
    },
    /// A place for the audit's heads that there is not.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// A setting of a file was refused.
    #[error("{origin}: {error}")]
    Placed {
        /// Where it stands.
        origin: Origin,
        /// Why.
        error: Box<ConfigError>,
    },
    /// A settings file is wrong.
    #[error(transparent)]
    File(#[from] InventoryError),
}

/// Settings of a run.
#[derive(Clone, Debug)]
pub struct Config {
    /// The run stops when more than this share of the hosts failed, in percent. Default: none, only when all failed.
    pub fail_percent: Option<u8>,
    /// Seconds that connecting may take. Default 10.
    pub connect_timeout: f64,
    /// The folder for temporary files on hosts. Default: none, so [`Config::default_temp_dir`].
    pub temp_dir: Option<String>,
    /// The folder for temporary files where nothing else is set. Default `/tmp`.
    pub default_temp_dir: String,
    /// The shell that runs commands. Default `sh`; null: none.
    pub shell: ShellExecutable,
    /// Show differences of files when applying. Default false.
    pub diff: bool,
    /// Go on after errors. Default false.
    pub ignore_errors: bool,
    /// How often to try failing operations again. Default 0.
    pub retry: u32,
    /// Seconds between tries. Default 5.
    pub retry_delay: f64,
    /// Variables that commands on hosts get from the controller's environment. Default: none.
    pub inherit_env: Vec<String>,
    /// Environment of all commands. Default: empty.
    pub env: IndexMap<String, String>,
    /// How many hosts work at once. Default 0: see [`Config::parallelism`].
    pub parallel: usize,
    /// The versions that a deploy accepts, as `>=0.1, <0.3`. Default: any.
    pub require_version: Option<String>,
    /// Whether what a host is asked and told together travels together, through shells that stay open. Default true;
    /// false gives each command a channel of its own, for finding out what went wrong.
    pub batch: bool,
    /// Whether operations run whose steps, planned again at execution, differ from the approved ones. Default false: the
    /// host stops, with both shown.
    pub allow_drift: bool,
    /// Whether what is done is recorded in an audit: see [`crate::audit`]. Default false; a policy may require it.
    pub audit: bool,
    /// The file of the audit. Default: none, so one below the user's state folder.
    pub audit_file: Option<String>,
    /// Where the heads of the audit's chain go. Default: nowhere.
    pub audit_heads: Vec<HeadSink>,
    arguments: GlobalArguments,
    secrets: SecretStore,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            fail_percent: None,
            connect_timeout: 10.0,
            temp_dir: None,
            default_temp_dir: String::from("/tmp"),
            shell: default_shell(),
            diff: false,
            ignore_errors: false,
            retry: 0,
            retry_delay: RETRY_DELAY,
            inherit_env: Vec::new(),
            env: IndexMap::new(),
            parallel: 0,
            require_version: None,
            batch: true,
            allow_drift: false,
            audit: false,
            audit_file: None,
            audit_heads: Vec::new(),
            arguments: GlobalArguments::default(),
            secrets: SecretStore::default(),
        }
    }
}

/// Seconds between tries where nothing else is set.
const RETRY_DELAY: f64 = 5.0;

const KEYS: [&str; 18] = [
    "fail_percent",
    "connect_timeout",
    "temp_dir",
    "default_temp_dir",
    "shell",
    "diff",
    "ignore_errors",
    "retry",
    "retry_delay",
    "inherit_env",
    "env",
    "parallel",
    "require_version",
    "batch",
    "allow_drift",
    "audit",
    "audit_file",
    "audit_heads",
];

fn default_shell() -> ShellExecutable {
    ShellExecutable::Program(String::from("sh"))
}

/// The key of a global argument's default: `sudo` for `_sudo`.
fn argument_of(key: &str) -> Option<&'static str> {
    GlobalArguments::NAMES
        .iter()
        .find(|name| name.strip_prefix('_') == Some(key))
        .copied()
}

impl Config {
    /// Settings with a store for the passwords among them: that of the run.
    #[must_use]
    pub fn with_secrets(secrets: SecretStore) -> Self {
        Self {
            secrets,
            ..Self::default()
        }
    }

    /// Moves passwords that were set so far into another store, which is used from here on.
    ///
    /// # Errors
    /// A password whose source cannot be read.
    pub fn move_secrets(&mut self, to: &SecretStore) -> Result<(), crate::secrets::SecretError> {
        for password in [
            &mut self.arguments.sudo_password,
            &mut self.arguments.su_password,
        ]
        .into_iter()
        .flatten()
        {
            if password.0.starts_with("given:") {
                password.0 =
                    to.insert_plain("password", self.secrets.reveal_to_target(&password.0)?);
            }
        }
        self.secrets = to.clone();
        Ok(())
    }

    /// All keys, settings first, then global arguments.
    pub fn keys() -> impl Iterator<Item = &'static str> {
        let arguments = GlobalArguments::NAMES
            .iter()
            .filter_map(|name| name.strip_prefix('_'));
        KEYS.into_iter()
            .chain(arguments.filter(|name| !KEYS.contains(name)))
    }

    /// Sets one by its key.
    ///
    /// # Errors
    /// [`ConfigError::Unknown`] with the nearest key, [`ConfigError::Value`], [`ConfigError::Version`].
    pub fn set(&mut self, key: &str, value: &Json) -> Result<(), ConfigError> {
        let lower = key.to_lowercase();
        let name = lower.strip_prefix('_').unwrap_or(&lower);
        let wrong = |takes: &str| ConfigError::Value {
            key: key.to_owned(),
            takes: takes.to_owned(),
            given: match value {
                Json::Number(number) => number.to_string(),
                other => kind_of(other).to_owned(),
            },
        };
        match name {
            "fail_percent" => {
                let takes = "a percentage from 0 to 100, or nothing";
                self.fail_percent = optional(value, percent).ok_or_else(|| wrong(takes))?;
            }
            "connect_timeout" => {
                self.connect_timeout = seconds(value).ok_or_else(|| wrong(SECONDS))?
            }
            "temp_dir" => self.temp_dir = optional(value, text).ok_or_else(|| wrong("a folder"))?,
            "default_temp_dir" => {
                self.default_temp_dir = text(value).ok_or_else(|| wrong("a folder"))?
            }
            "shell" => {
                self.shell = shell(value).ok_or_else(|| wrong("a program's name, or nothing"))?
            }
            "diff" => self.diff = value.as_bool().ok_or_else(|| wrong("true or false"))?,
            "batch" => self.batch = value.as_bool().ok_or_else(|| wrong("true or false"))?,
            "allow_drift" => {
                self.allow_drift = value.as_bool().ok_or_else(|| wrong("true or false"))?
            }
            "audit" => self.audit = value.as_bool().ok_or_else(|| wrong("true or false"))?,
            "audit_file" => {
                self.audit_file = optional(value, text).ok_or_else(|| wrong("a file"))?
            }
            "audit_heads" => {
                let given = texts(value).ok_or_else(|| wrong("a list of places"))?;
                let heads: Result<Vec<HeadSink>, _> =
                    given.iter().map(|text| text.parse()).collect();
                self.audit_heads = heads?;
            }
            "ignore_errors" => {
                self.ignore_errors = value.as_bool().ok_or_else(|| wrong("true or false"))?
            }
            "retry" => self.retry = count(value).ok_or_else(|| wrong(COUNT))?,
            "retry_delay" => self.retry_delay = seconds(value).ok_or_else(|| wrong(SECONDS))?,
            "inherit_env" => {
                self.inherit_env = texts(value).ok_or_else(|| wrong("a list of names"))?
            }
            "env" => {
                self.env = environment(value).ok_or_else(|| wrong("a table from name to text"))?
            }
            "parallel" => self.parallel = count(value).ok_or_else(|| wrong(COUNT))? as usize,
            "require_version" => {
                let required =
                    optional(value, text).ok_or_else(|| wrong("versions, as `>=0.1, <0.3`"))?;
                check_version(required.as_deref(), env!("CARGO_PKG_VERSION"))?;
                self.require_version = required;
            }
            _ => {
                let argument = argument_of(name).ok_or_else(|| ConfigError::Unknown {
                    key: key.to_owned(),
                    hint: did_you_mean(&lower, Self::keys()),
                })?;
                self.arguments
                    .set(argument, value, &self.secrets)
                    .map_err(|error| {
                        let prefix = format!("`{argument}` takes ");
                        let takes = error
                            .strip_prefix(&prefix)
                            .and_then(|rest| rest.rsplit_once(", not "));
                        wrong(takes.map_or(error.as_str(), |(takes, _)| takes))
                    })?;
            }
        }
        Ok(())
    }

    /// One by its key. Passwords are shown as their identity.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Json> {
        let lower = key.to_lowercase();
        let name = lower.strip_prefix('_').unwrap_or(&lower);
        Some(match name {
            "fail_percent" => Json::from(self.fail_percent),
            "connect_timeout" => Json::from(self.connect_timeout),
            "temp_dir" => Json::from(self.temp_dir.clone()),
            "default_temp_dir" => Json::from(self.default_temp_dir.clone()),
            "shell" => match &self.shell {
                ShellExecutable::None => Json::Null,
                ShellExecutable::Program(program) => Json::from(program.clone()),
            },
            "diff" => Json::from(self.diff),
            "batch" => Json::from(self.batch),
            "allow_drift" => Json::from(self.allow_drift),
            "audit" => Json::from(self.audit),
            "audit_file" => Json::from(self.audit_file.clone()),
            "audit_heads" => self
                .audit_heads
                .iter()
                .map(|sink| Json::from(sink.to_string()))
                .collect(),
            "ignore_errors" => Json::from(self.ignore_errors),
            "retry" => Json::from(self.retry),
            "retry_delay" => Json::from(self.retry_delay),
            "inherit_env" => Json::from(self.inherit_env.clone()),
            "env" => Json::Object(
                self.env
                    .iter()
                    .map(|(name, value)| (name.clone(), value.clone().into()))
                    .collect(),
            ),
            "parallel" => Json::from(self.parallel),
            "require_version" => Json::from(self.require_version.clone()),
            _ => self.arguments.get(argument_of(name)?).unwrap_or(Json::Null),
        })
    }

    /// Sets what an inventory's `[config]` has.
    ///
    /// # Errors
    /// [`ConfigError::Placed`] with the line.
    pub fn set_from_inventory(&mut self, inventory: &Inventory) -> Result<(), ConfigError> {
        for (key, value, origin) in inventory.config() {
            self.set(key, value).map_err(|error| ConfigError::Placed {
                origin: origin.clone(),
                error: Box::new(error),
            })?;
        }
        Ok(())
    }

    /// Sets what a file's `[config]` has; a file without such a table holds settings only.
    ///
    /// # Errors
    /// [`ConfigError::File`] with the line.
    pub fn set_from_text(&mut self, file: &str, content: &str) -> Result<(), ConfigError> {
        let document = Document::parse(file, content.to_owned()).map_err(InventoryError::from)?;
        let mistake =
            |span, message: String| ConfigError::File(document.mistake(span, message).into());
        let Value::Map(top) = &document.root.value else {
            return Err(mistake(
                None,
                format!("settings are a table, not {}", document.root.kind()),
            ));
        };
        let table = top
            .iter()
            .find(|entry| entry.key == "config")
            .map_or(&document.root, |entry| &entry.node);
        let Value::Map(entries) = &table.value else {
            return Err(mistake(
                table.span.clone(),
                format!("`config` is a table, not {}", table.kind()),
            ));
        };
        for entry in entries {
            self.set(&entry.key, &entry.node.to_json())
                .map_err(|error| match error {
                    ConfigError::Unknown { .. } => {
                        mistake(entry.key_span.clone(), error.to_string())
                    }
                    error => mistake(entry.node.span.clone(), error.to_string()),
                })?;
        }
        Ok(())
    }

    /// What operations get that set nothing themselves: the defaults of global arguments, and what settings imply.
    #[must_use]
    pub fn global_arguments(&self) -> GlobalArguments {
        let mut env: IndexMap<String, String> = IndexMap::new();
        for name in &self.inherit_env {
            if let Ok(value) = std::env::var(name) {
                env.insert(name.clone(), value);
            }
        }
        env.extend(self.env.clone());
        let implied = GlobalArguments {
            shell_executable: (self.shell != default_shell()).then(|| self.shell.clone()),
            env: (!env.is_empty()).then_some(env),
            temp_dir: self.temp_dir.clone(),
            ignore_errors: self.ignore_errors.then_some(true),
            retries: (self.retry > 0).then_some(self.retry),
            retry_delay: (self.retry > 0 || self.retry_delay != RETRY_DELAY)
                .then_some(self.retry_delay),
            ..GlobalArguments::default()
        };
        self.arguments.clone().over(&implied)
    }

    /// The folder for temporary files on hosts.
    #[must_use]
    pub fn temp_folder(&self) -> String {
        self.temp_dir
            .clone()
            .unwrap_or_else(|| self.default_temp_dir.clone())
    }

    /// How many hosts work at once: `parallel`, or, where that is 0, the least of twenty a processor, the number of
    /// hosts, and a third of the open files left. At least one.
    #[must_use]
    pub fn parallelism(&self, hosts: usize) -> usize {
        if self.parallel > 0 {
            return self.parallel;
        }
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        automatic_parallelism(processors, hosts, open_files())
    }
}

/// How many files this process may have open; none where there is no limit.
fn open_files() -> Option<u64> {
    rustix::process::getrlimit(rustix::process::Resource::Nofile).current
}

fn automatic_parallelism(processors: usize, hosts: usize, open_files: Option<u64>) -> usize {
    let files = open_files.map_or(usize::MAX, |limit| {
        usize::try_from(limit).unwrap_or(usize::MAX)
    });
    (processors * 20)
        .min(hosts)
        .min(files.saturating_sub(10) / 3)
        .max(1)
}

const SECONDS: &str = "a number of seconds";
const COUNT: &str = "a whole number";

#[cfg(test)]
mod tests;
