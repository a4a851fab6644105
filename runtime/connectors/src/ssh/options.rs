//! Where and as whom to connect: host data over ssh_config over defaults.

use std::collections::HashMap;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ssh2_config::{HostParams, ParseRule, SshConfig};
use windlass_engine::connector::ConnectorError;
use windlass_engine::json::JsonMap;

use super::ask::Slot;
use crate::data::{Data, wrong};

/// What is done about keys of hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Checking {
    /// Only known keys.
    Strict,
    /// A person is asked about unknown keys; where there is none, only known keys.
    Ask,
    /// Unknown keys are added, changed ones refused.
    AcceptNew,
    /// Nothing.
    Off,
}

/// How one host is reached.
#[derive(Clone, Debug)]
pub(super) struct Options {
    pub(super) name: String,
    pub(super) hostname: String,
    pub(super) port: u16,
    pub(super) user: String,
    pub(super) password: Option<String>,
    pub(super) keys: Vec<PathBuf>,
    /// True when the keys were named by the user, so that one that is missing is an error.
    pub(super) keys_named: bool,
    pub(super) certificate: Option<PathBuf>,
    pub(super) key_password: Option<String>,
    pub(super) agent: Option<PathBuf>,
    pub(super) known_hosts: PathBuf,
    pub(super) checking: Checking,
    pub(super) retries: u64,
    delays: (f64, f64),
    pub(super) jumps: Vec<Options>,
    pub(super) proxy_command: Option<String>,
    pub(super) keepalive: Option<Duration>,
    pub(super) unknown: Slot,
}

fn home() -> PathBuf {
    PathBuf::from(std::env::var_os("HOME").unwrap_or_default())
}

fn expand(path: &str) -> PathBuf {
    match path.strip_prefix("~/") {
        Some(rest) => home().join(rest),
        None => PathBuf::from(path),
    }
}

/// Reads an ssh_config; one that is not there is empty, unless it was named.
fn ssh_config(named: Option<&str>) -> Result<SshConfig, ConnectorError> {
    let path = named.map_or_else(|| home().join(".ssh/config"), expand);
    let file = match std::fs::File::open(&path) {
        Ok(file) => file,
        Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(SshConfig::default());
        }
        Err(error) => {
            return Err(wrong(
                "ssh_config_file",
                format!("{}: {error}", path.display()),
            ));
        }
    };
    let rules = ParseRule::ALLOW_UNKNOWN_FIELDS | ParseRule::ALLOW_UNSUPPORTED_FIELDS;
    SshConfig::default()
        .parse(&mut BufReader::new(file), rules)
        .map_err(|error| wrong("ssh_config_file", format!("{}: {error}", path.display())))
}

/// The first value of a field that the reader of ssh_config does not model itself.
fn other<'a>(fields: &[&'a HashMap<String, Vec<String>>], name: &str) -> Option<&'a str> {
    fields.iter().find_map(|fields| {
        let (_, values) = fields
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        values.first().map(String::as_str)
    })
}

impl Options {
    /// The options of a host of the inventory.
    pub(super) fn of(name: &str, data: &JsonMap) -> Result<Self, ConnectorError> {
        let data = Data(data);
        let config = ssh_config(data.text("ssh_config_file")?)?;
        let asked = data.text("ssh_hostname")?.unwrap_or(name);
        let mut options = Self::of_params(name, asked, &config.query(asked))?;
        if let Some(port) = data.whole("ssh_port", 1..=65535)? {
            options.port = u16::try_from(port).unwrap_or(22);
        }
        if let Some(user) = data.text("ssh_user")? {
            user.clone_into(&mut options.user);
        }
        if let Some(file) = data.text("ssh_known_hosts_file")? {
            options.known_hosts = expand(file);
        }
        if let Some(mode) = data.text("ssh_strict_host_key_checking")? {
            options.checking = checking(mode).ok_or_else(|| {
                wrong(
                    "ssh_strict_host_key_checking",
                    format!("must be ask, strict, accept-new or no, not `{mode}`"),
                )
            })?;
        }
        options.password = data.text("ssh_password")?.map(str::to_owned);
        options.key_password = data.text("ssh_key_password")?.map(str::to_owned);
        if let Some(key) = data.text("ssh_key")? {
            options.keys = vec![expand(key)];
            options.keys_named = true;
            options.certificate = None;
        } else if !options.keys_named && !data.flag("ssh_look_for_keys")?.unwrap_or(true) {
            options.keys.clear();
        }
        if !data.flag("ssh_allow_agent")?.unwrap_or(true) {
            options.agent = None;
        }
        options.retries = data.whole("ssh_connect_retries", 0..=1000)?.unwrap_or(0);
        let number = |key: &str| data.get(key).and_then(windlass_engine::json::Json::as_f64);
        let shortest = number("ssh_connect_retry_min_delay")
            .unwrap_or(0.1)
            .max(0.0);
        let longest = number("ssh_connect_retry_max_delay").unwrap_or(0.5);
        options.delays = (shortest, longest.max(shortest));
        if let Some(seconds) = number("ssh_keepalive_interval") {
            options.keepalive = (seconds > 0.0).then(|| Duration::from_secs_f64(seconds));
        }
        if let Some(command) = data.text("ssh_proxy_command")? {
            options.proxy_command = Some(command.to_owned());
        }
        let jump = data.text("ssh_proxy_jump")?.map(str::to_owned);
        let jump = jump.or_else(|| config.query(asked).proxy_jump.map(|all| all.join(",")));
        for hop in jump.iter().flat_map(|all| all.split(',')).map(str::trim) {
            if hop.eq_ignore_ascii_case("none") || hop.is_empty() {
                continue;
            }
            options.jumps.push(options.jump(hop, &config)?);
        }
        Ok(options)
    }

    /// A jump host: its own ssh_config, this host's keys, passwords and checks.
    fn jump(&self, text: &str, config: &SshConfig) -> Result<Self, ConnectorError> {
        let text = text.strip_prefix("ssh://").unwrap_or(text);
        let (user, rest) = match text.rsplit_once('@') {
            Some((user, rest)) => (Some(user), rest),
            None => (None, text),
        };
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
                let port = port.parse().map_err(|_| {
                    wrong(
                        "ssh_proxy_jump",
                        format!("`{port}` is no port, in `{text}`"),
                    )
                })?;
                (host, Some(port))
            }
            _ => (rest, None),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let mut jump = Self::of_params(host, host, &config.query(host))?;
        jump.port = port.unwrap_or(jump.port);
        if let Some(user) = user {
            user.clone_into(&mut jump.user);
        }
        if !jump.keys_named {
            jump.keys.clone_from(&self.keys);
            jump.keys_named = self.keys_named;
        }
        jump.password.clone_from(&self.password);
        jump.key_password.clone_from(&self.key_password);
        jump.agent.clone_from(&self.agent);
        jump.known_hosts.clone_from(&self.known_hosts);
        jump.checking = self.checking;
        jump.unknown = self.unknown.clone();
        Ok(jump)
    }

    fn of_params(name: &str, asked: &str, params: &HostParams) -> Result<Self, ConnectorError> {
        let fields = [&params.unsupported_fields, &params.ignored_fields];
        let hostname = params
            .host_name
            .as_deref()
            .unwrap_or("%h")
            .replace("%h", asked);
        let usual = ["id_ed25519", "id_ecdsa", "id_rsa"].map(|key| home().join(".ssh").join(key));
        let agent = match other(&fields, "IdentityAgent") {
            Some("none") => None,
            Some("SSH_AUTH_SOCK") | None => std::env::var_os("SSH_AUTH_SOCK").map(PathBuf::from),
            Some(path) => Some(expand(path)),
        };
        let mode = other(&fields, "StrictHostKeyChecking");
        Ok(Self {
            name: name.to_owned(),
            hostname,
            port: params.port.unwrap_or(22),
            user: params.user.clone().unwrap_or_else(local_user),
            password: None,
            keys_named: params.identity_file.is_some(),
            keys: params
                .identity_file
                .clone()
                .unwrap_or_else(|| usual.to_vec()),
            certificate: params.certificate_file.clone(),
            key_password: None,
            agent,
            known_hosts: other(&fields, "UserKnownHostsFile")
                .map_or_else(|| home().join(".ssh/known_hosts"), expand),
            checking: mode.and_then(checking).unwrap_or(Checking::Ask),
            retries: 0,
            delays: (0.1, 0.5),
            jumps: Vec::new(),
            proxy_command: other(&fields, "ProxyCommand")
                .filter(|command| *command != "none")
                .map(str::to_owned),
            keepalive: Some(
                params
                    .server_alive_interval
                    .unwrap_or(Duration::from_secs(30)),
            )
            .filter(|interval| !interval.is_zero()),
            unknown: Slot::default(),
        })
    }

    /// How long to wait before the next try: anywhere between the two delays, so that many hosts do not come at once.
    pub(super) fn retry_delay(&self) -> Duration {
        let mut byte = [0];
        // Without random bytes all wait the shortest time, which is still a wait.
        let _ = getrandom::fill(&mut byte);
        let (shortest, longest) = self.delays;
        let [byte] = byte;
        Duration::from_secs_f64(shortest + (longest - shortest) * f64::from(byte) / 255.0)
    }

    /// The certificate of a key: the one that ssh_config names, else the file beside it.
    pub(super) fn certificate_of(&self, key: &Path) -> PathBuf {
        self.certificate.clone().unwrap_or_else(|| {
            let mut name = key.as_os_str().to_owned();
            name.push("-cert.pub");
            PathBuf::from(name)
        })
    }
}

fn checking(mode: &str) -> Option<Checking> {
    match mode {
        "strict" | "yes" => Some(Checking::Strict),
        "ask" => Some(Checking::Ask),
        "accept-new" => Some(Checking::AcceptNew),
        "no" | "off" => Some(Checking::Off),
        _ => None,
    }
}

fn local_user() -> String {
    let named = ["USER", "LOGNAME"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok());
    named.unwrap_or_else(|| String::from("root"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use serde_json::json;

    fn options(config: &str, data: serde_json::Value) -> Result<Options, ConnectorError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), config).unwrap();
        let mut data = data.as_object().unwrap().clone();
        data.insert(
            String::from("ssh_config_file"),
            json!(file.path().to_str().unwrap()),
        );
        Options::of("web-01", &data)
    }

    #[test]
    fn host_data_wins_over_ssh_config() {
        let config = "Host web-*\n  HostName 10.0.0.1\n  User ann\n  Port 2200\n  IdentityFile /keys/a\n  StrictHostKeyChecking accept-new\n";
        let found = options(config, json!({})).unwrap();
        assert_eq!(
            (found.hostname.as_str(), found.user.as_str(), found.port),
            ("10.0.0.1", "ann", 2200)
        );
        assert_eq!(found.keys, [PathBuf::from("/keys/a")]);
        assert_eq!(found.checking, Checking::AcceptNew);
        let found = options(
            config,
            json!({"ssh_user": "bob", "ssh_port": 22, "ssh_key": "/keys/b"}),
        )
        .unwrap();
        assert_eq!((found.user.as_str(), found.port), ("bob", 22));
        assert_eq!(found.keys, [PathBuf::from("/keys/b")]);
    }

    #[test]
    fn jump_hosts_have_their_own_names_ports_and_users() {
        let found = options(
            "Host bastion\n  User gate\n",
            json!({"ssh_proxy_jump": "bastion:2222, eve@10.0.0.9"}),
        )
        .unwrap();
        let hops: Vec<_> = found
            .jumps
            .iter()
            .map(|hop| (hop.user.as_str(), hop.hostname.as_str(), hop.port))
            .collect();
        assert_eq!(hops, [("gate", "bastion", 2222), ("eve", "10.0.0.9", 22)]);
        let error = options("", json!({"ssh_proxy_jump": "a:b"}))
            .unwrap_err()
            .to_string();
        assert!(error.contains("`b` is no port"), "{error}");
    }

    #[test]
    fn a_config_that_was_named_must_be_there() {
        let data = json!({"ssh_config_file": "/nonexistent/config"});
        let error = Options::of("x", data.as_object().unwrap())
            .unwrap_err()
            .to_string();
        assert!(error.contains("/nonexistent/config"), "{error}");
    }
}
