//! Global arguments: what every operation takes besides its own arguments.
//!
//! They come from four places. Highest first: the call, the enclosing deploys (innermost first), the host's data,
//! the config. [`GlobalArguments`] is one layer; [`GlobalArguments::over`] lays one on another.

use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::Serialize;

use crate::condition::Condition;
use crate::json::{Json, JsonMap, kind_of};
use crate::secrets::{ASKED_SUDO, SecretStore};

/// Which shell wraps a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShellExecutable {
    /// None: the command goes to the login shell as it is.
    None,
    /// This program, called with `-c`.
    Program(String),
}

/// A secret argument: only its identity is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretArgument(pub String);

/// Decides after each try whether an operation that has retries left is done.
pub trait RetryUntil: Send + Sync {
    /// True when no further try is needed.
    ///
    /// # Errors
    /// A message; the operation then fails on this host.
    fn is_done(&self, attempt: &Attempt) -> Result<bool, String>;
}

/// What a try of an operation gave.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Attempt {
    /// The lines of standard output.
    pub stdout_lines: Vec<String>,
    /// The lines of standard error.
    pub stderr_lines: Vec<String>,
    /// The commands that were planned.
    pub commands: Vec<String>,
    /// The commands that ran.
    pub executed_commands: Vec<String>,
    /// The host's name.
    pub host: String,
    /// The operation's name.
    pub operation: String,
}

macro_rules! global_arguments {
    ($($(#[doc = $doc:literal])+ $field:ident: $type:ty = $name:literal, $get:path, $put:path;)+) => {
        /// One layer of global arguments. What is not set leaves the layer below standing.
        #[derive(Clone, Default)]
        pub struct GlobalArguments {
            $($(#[doc = $doc])+ pub $field: Option<$type>,)+
            /// Runs only where all these hold, evaluated at execution.
            pub condition: Vec<Condition>,
            /// Whether a try is good enough, asked after each while retries are left.
            pub retry_until: Option<Arc<dyn RetryUntil>>,
        }

        impl GlobalArguments {
            /// The public names of those that are plain data, in the documented order.
            pub const NAMES: &'static [&'static str] = &[$($name),+];

            /// This layer on top of another; environments are joined, this one's values win.
            #[must_use]
            pub fn over(mut self, below: &Self) -> Self {
                let joined = match (self.env.take(), &below.env) {
                    (Some(above), Some(below)) => {
                        let mut env = below.clone();
                        env.extend(above);
                        Some(env)
                    }
                    (above, below) => above.or_else(|| below.clone()),
                };
                $(self.$field = self.$field.take().or_else(|| below.$field.clone());)+
                self.env = joined;
                if self.condition.is_empty() { self.condition.clone_from(&below.condition); }
                self.retry_until = self.retry_until.take().or_else(|| below.retry_until.clone());
                self
            }

            /// Sets one by its public name. Passwords given in plain text go into the store.
            ///
            /// # Errors
            /// What is wrong: no such argument (with the nearest), or a value of the wrong kind.
            pub fn set(&mut self, name: &str, value: &Json, secrets: &SecretStore) -> Result<(), String> {
                match name {
                    $($name => {
                        self.$field = if value.is_null() && $name != "_shell_executable" {
                            None
                        } else {
                            Some($get(value, secrets).map_err(|expected| {
                                format!("`{name}` takes {expected}, not {}", kind_of(value))
                            })?)
                        };
                        Ok(())
                    })+
                    _ => Err(unknown(name)),
                }
            }

            /// Those that are set, by public name. Passwords are shown as their identity.
            #[must_use]
            pub fn to_json(&self) -> JsonMap {
                let mut map = JsonMap::new();
                $(if let Some(value) = &self.$field { map.insert($name.to_owned(), $put(value)); })+
                map
            }

            /// One of them by public name, as [`GlobalArguments::to_json`] shows it.
            #[must_use]
            pub fn get(&self, name: &str) -> Option<Json> {
                match name {
                    $($name => self.$field.as_ref().map(|value| $put(value)),)+
                    _ => None,
                }
            }
        }
    };
}

global_arguments! {
    /// Run with sudo. Default false.
    sudo: bool = "_sudo", read::boolean, show::plain;
    /// The user sudo changes to. Default: sudo's own, root.
    sudo_user: String = "_sudo_user", read::text, show::plain;
    /// Use a login shell with sudo (`-i`). Default false.
    use_sudo_login: bool = "_use_sudo_login", read::boolean, show::plain;
    /// The password for sudo.
    sudo_password: SecretArgument = "_sudo_password", read::secret, show::secret;
    /// Keep the environment with sudo (`-E`). Default false.
    preserve_sudo_env: bool = "_preserve_sudo_env", read::boolean, show::plain;
    /// Ask a person for sudo's password, once a run, unless `sudo_password` is set. Default false.
    use_sudo_password: bool = "_use_sudo_password", read::boolean, show::plain;
    /// Run as this user with su.
    su_user: String = "_su_user", read::text, show::plain;
    /// Use a login shell with su (`-l`). Default false.
    use_su_login: bool = "_use_su_login", read::boolean, show::plain;
    /// Keep the environment with su (`-m`). Default false.
    preserve_su_env: bool = "_preserve_su_env", read::boolean, show::plain;
    /// The shell su starts (`-s`), found in PATH. Default: the user's own.
    su_shell: String = "_su_shell", read::text, show::plain;
    /// The password for su.
    su_password: SecretArgument = "_su_password", read::secret, show::secret;
    /// Run with doas. Default false.
    doas: bool = "_doas", read::boolean, show::plain;
    /// The user doas changes to. Default: root.
    doas_user: String = "_doas_user", read::text, show::plain;
    /// Run with dzdo. Default false.
    dzdo: bool = "_dzdo", read::boolean, show::plain;
    /// The user dzdo changes to. Default: root.
    dzdo_user: String = "_dzdo_user", read::text, show::plain;
    /// The shell that runs the command. Default `sh`; null: no wrapping.
    shell_executable: ShellExecutable = "_shell_executable", read::shell, show::shell;
    /// The folder to run in.
    chdir: String = "_chdir", read::text, show::plain;
    /// Environment variables.
    env: IndexMap<String, String> = "_env", read::env, show::plain;
    /// Exit codes that mean success. Default [0].
    success_exit_codes: Vec<i32> = "_success_exit_codes", read::codes, show::plain;
    /// Seconds a command may take. Default: no limit.
    timeout: f64 = "_timeout", read::seconds, show::plain;
    /// Give the command a pseudo-terminal. Default false.
    get_pty: bool = "_get_pty", read::boolean, show::plain;
    /// What the command reads: text, or a list of lines.
    stdin: String = "_stdin", read::lines, show::plain;
    /// The folder for temporary files on the host. Default: the config's.
    temp_dir: String = "_temp_dir", read::text, show::plain;
    /// Go on after an error. Default false.
    ignore_errors: bool = "_ignore_errors", read::boolean, show::plain;
    /// With `_ignore_errors`: go on with the operation's remaining commands. Default false.
    continue_on_error: bool = "_continue_on_error", read::boolean, show::plain;
    /// Hide arguments, differences and output of the operation. Default false.
    sensitive: bool = "_sensitive", read::boolean, show::plain;
    /// How many hosts run the operation at once. Default: the run's limit.
    parallel: u32 = "_parallel", read::count, show::plain;
    /// Run on one host only, the first in inventory order. Default false.
    run_once: bool = "_run_once", read::boolean, show::plain;
    /// Run host by host. Default false.
    serial: bool = "_serial", read::boolean, show::plain;
    /// How often to try again. Default 0.
    retries: u32 = "_retries", read::count, show::plain;
    /// Seconds between tries. Default 5.
    retry_delay: f64 = "_retry_delay", read::seconds, show::plain;
}

fn unknown(name: &str) -> String {
    let known = GlobalArguments::NAMES
        .iter()
        .copied()
        .chain(["_if", "_retry_until"]);
    let hint = crate::nearest::did_you_mean(name, known);
    format!("there is no global argument `{name}`{hint}")
}

impl GlobalArguments {
    /// The names of those that say as whom a command runs.
    pub const PRIVILEGE: [&'static str; 7] = [
        "_sudo",
        "_sudo_user",
        "_su_user",
        "_doas",
        "_doas_user",
        "_dzdo",
        "_dzdo_user",
    ];

    /// A layer from an object of public names.
    ///
    /// # Errors
    /// What [`GlobalArguments::set`] answers.
    pub fn from_json(value: &Json, secrets: &SecretStore) -> Result<Self, String> {
        let mut arguments = Self::default();
        match value {
            Json::Null => {}
            Json::Object(map) => {
                for (name, value) in map {
                    arguments.set(name, value, secrets)?;
                }
            }
            other => {
                return Err(format!(
                    "global arguments are an object by name, not {}",
                    kind_of(other)
                ));
            }
        }
        Ok(arguments)
    }

    /// The shell, with the default filled in.
    #[must_use]
    pub fn shell(&self) -> ShellExecutable {
        self.shell_executable
            .clone()
            .unwrap_or_else(|| ShellExecutable::Program(String::from("sh")))
    }

    /// True when a status means success.
    #[must_use]
    pub fn is_success(&self, status: i32) -> bool {
        self.success_exit_codes
            .as_ref()
            .map_or(status == 0, |codes| codes.contains(&status))
    }

    /// True when one of the flags is set and true.
    #[must_use]
    pub fn is(flag: Option<bool>) -> bool {
        flag.unwrap_or(false)
    }

    /// The global argument that was meant by a name without its underscore.
    #[must_use]
    pub fn meant(name: &str) -> Option<&'static str> {
        let mut names = Self::NAMES.iter().copied();
        names.find(|global| global.strip_prefix('_') == Some(name))
    }

    /// The password that sudo is given: the one that is set, or the one that a person is asked for.
    #[must_use]
    pub fn password_for_sudo(&self) -> Option<SecretArgument> {
        let asked = || SecretArgument(ASKED_SUDO.to_owned());
        self.sudo_password
            .clone()
            .or_else(|| Self::is(self.use_sudo_password).then(asked))
    }

    /// The part that says as whom and where a command runs: what facts inherit from the operation that asks.
    #[must_use]
    pub fn execution_context(&self) -> Self {
        Self {
            sudo: self.sudo,
            sudo_user: self.sudo_user.clone(),
            use_sudo_login: self.use_sudo_login,
            sudo_password: self.sudo_password.clone(),
            use_sudo_password: self.use_sudo_password,
            preserve_sudo_env: self.preserve_sudo_env,
            su_user: self.su_user.clone(),
            use_su_login: self.use_su_login,
            preserve_su_env: self.preserve_su_env,
            su_shell: self.su_shell.clone(),
            su_password: self.su_password.clone(),
            doas: self.doas,
            doas_user: self.doas_user.clone(),
            dzdo: self.dzdo,
            dzdo_user: self.dzdo_user.clone(),
            shell_executable: self.shell_executable.clone(),
            chdir: self.chdir.clone(),
            env: self.env.clone(),
            success_exit_codes: self.success_exit_codes.clone(),
            timeout: self.timeout,
            temp_dir: self.temp_dir.clone(),
            ..Self::default()
        }
    }
}

impl fmt::Debug for GlobalArguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Json::Object(self.to_json()))
    }
}

/// Readers from JSON. The error is what the argument takes.
mod read {
    use super::{IndexMap, Json, SecretArgument, SecretStore, ShellExecutable};

    type Read<T> = Result<T, &'static str>;

    pub(super) fn boolean(value: &Json, _: &SecretStore) -> Read<bool> {
        value.as_bool().ok_or("true or false")
    }

    pub(super) fn text(value: &Json, _: &SecretStore) -> Read<String> {
        value.as_str().map(str::to_owned).ok_or("text")
    }

    pub(super) fn secret(value: &Json, secrets: &SecretStore) -> Read<SecretArgument> {
        if let Some(identity) = value.get("$secret").and_then(Json::as_str) {
            return Ok(SecretArgument(identity.to_owned()));
        }
        let text = value.as_str().ok_or("text or a secret")?;
        Ok(SecretArgument(
            secrets.insert_plain("password", text.to_owned()),
        ))
    }

    pub(super) fn shell(value: &Json, _: &SecretStore) -> Read<ShellExecutable> {
        match value {
            Json::Null | Json::Bool(false) => Ok(ShellExecutable::None),
            Json::String(program) => Ok(ShellExecutable::Program(program.clone())),
            _ => Err("a program's name, or none"),
        }
    }

    pub(super) fn env(value: &Json, _: &SecretStore) -> Read<IndexMap<String, String>> {
        const TAKES: &str = "an object of text";
        let map = value.as_object().ok_or(TAKES)?;
        map.iter()
            .map(|(key, value)| {
                let text = match value {
                    Json::String(text) => text.clone(),
                    Json::Number(number) => number.to_string(),
                    _ => return Err(TAKES),
                };
                Ok((key.clone(), text))
            })
            .collect()
    }

    pub(super) fn codes(value: &Json, _: &SecretStore) -> Read<Vec<i32>> {
        const TAKES: &str = "a list of whole numbers";
        let list = value.as_array().ok_or(TAKES)?;
        list.iter()
            .map(|code| {
                code.as_i64()
                    .and_then(|code| i32::try_from(code).ok())
                    .ok_or(TAKES)
            })
            .collect()
    }

    pub(super) fn seconds(value: &Json, _: &SecretStore) -> Read<f64> {
        value
            .as_f64()
            .filter(|seconds| *seconds >= 0.0 && seconds.is_finite())
            .ok_or("a number of seconds")
    }

    pub(super) fn count(value: &Json, _: &SecretStore) -> Read<u32> {
        value
            .as_u64()
            .and_then(|count| u32::try_from(count).ok())
            .ok_or("a whole number")
    }

    pub(super) fn lines(value: &Json, _: &SecretStore) -> Read<String> {
        match value {
            Json::String(text) => Ok(text.clone()),
            Json::Array(lines) => {
                let lines: Option<Vec<&str>> = lines.iter().map(Json::as_str).collect();
                lines
                    .map(|lines| lines.iter().map(|line| format!("{line}\n")).collect())
                    .ok_or("text or a list of lines")
            }
            _ => Err("text or a list of lines"),
        }
    }
}

/// Writers to JSON.
mod show {
    use super::{Json, SecretArgument, ShellExecutable};
    use serde::Serialize;

    pub(super) fn plain<T: Serialize>(value: &T) -> Json {
        serde_json::to_value(value).unwrap_or(Json::Null)
    }

    pub(super) fn secret(value: &SecretArgument) -> Json {
        serde_json::json!({ "$secret": value.0 })
    }

    pub(super) fn shell(value: &ShellExecutable) -> Json {
        match value {
            ShellExecutable::None => Json::Null,
            ShellExecutable::Program(program) => Json::String(program.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn layer(value: Json) -> GlobalArguments {
        GlobalArguments::from_json(&value, &SecretStore::default()).unwrap()
    }

    #[test]
    fn the_upper_layer_wins_and_environments_join() {
        let above = layer(json!({"_sudo": false, "_env": {"A": "1"}}));
        let below = layer(json!({"_sudo": true, "_chdir": "/x", "_env": {"A": "0", "B": "2"}}));
        let merged = above.over(&below);
        assert_eq!(
            Json::Object(merged.to_json()),
            json!({"_sudo": false, "_chdir": "/x", "_env": {"A": "1", "B": "2"}})
        );
    }

    #[test]
    fn errors_say_what_is_right() {
        let store = SecretStore::default();
        let error = |value: Json| GlobalArguments::from_json(&value, &store).unwrap_err();
        assert_eq!(
            error(json!({"_sodu": true})),
            "there is no global argument `_sodu`, did you mean `_sudo`?"
        );
        assert_eq!(
            error(json!({"_sudo": "yes"})),
            "`_sudo` takes true or false, not text"
        );
        assert_eq!(
            error(json!({"_timeout": -1})),
            "`_timeout` takes a number of seconds, not a number"
        );
    }

    #[test]
    fn a_password_in_plain_text_is_kept_as_a_secret() {
        let store = SecretStore::default();
        let arguments =
            GlobalArguments::from_json(&json!({"_sudo_password": "hunter22"}), &store).unwrap();
        assert!(!format!("{arguments:?}").contains("hunter22"));
        assert_eq!(store.mask("hunter22"), "********");
    }

    #[test]
    fn every_name_is_settable_and_comes_back() {
        for name in GlobalArguments::NAMES {
            let candidates = [
                json!(true),
                json!("x"),
                json!(3),
                json!({"A": "b"}),
                json!([0, 2]),
            ];
            let store = SecretStore::default();
            let mut arguments = GlobalArguments::default();
            let set = candidates
                .iter()
                .filter(|value| arguments.set(name, value, &store).is_ok())
                .count();
            assert!(set > 0, "{name}");
            assert!(arguments.get(name).is_some(), "{name}");
        }
    }

    #[test]
    fn no_shell_is_a_value_of_its_own() {
        assert_eq!(
            layer(json!({"_shell_executable": null})).shell(),
            ShellExecutable::None
        );
        assert_eq!(
            layer(json!({})).shell(),
            ShellExecutable::Program(String::from("sh"))
        );
    }
}
