//! The data keys that SSH hosts may have.

use serde_json::json;
use windlass_engine::connector::DataKey;

use crate::data::key;

/// All of them, described.
pub(super) fn described() -> Vec<DataKey> {
    let text = || json!({"type": "string"});
    let flag = || json!({"type": "boolean"});
    let seconds = || json!({"type": "number", "minimum": 0});
    let modes = json!({"enum": ["ask", "strict", "yes", "accept-new", "no", "off"]});
    let secret = |name: &str, doc: &str| DataKey {
        secret: true,
        ..key(name, text(), None, doc)
    };
    vec![
        key(
            "ssh_hostname",
            text(),
            None,
            "The name or address to connect to. Default: ssh_config's HostName, else the host's name.",
        ),
        key(
            "ssh_port",
            json!({"type": "integer", "minimum": 1, "maximum": 65535}),
            Some(json!(22)),
            "The port.",
        ),
        key(
            "ssh_user",
            text(),
            None,
            "The user to log in as. Default: ssh_config's User, else the local user.",
        ),
        secret("ssh_password", "The password to log in with."),
        key(
            "ssh_key",
            text(),
            None,
            "The private key to log in with; a certificate beside it, `KEY-cert.pub`, is used too.",
        ),
        secret("ssh_key_password", "The passphrase of the private key."),
        key(
            "ssh_allow_agent",
            flag(),
            Some(json!(true)),
            "Whether keys of the SSH agent are tried.",
        ),
        key(
            "ssh_look_for_keys",
            flag(),
            Some(json!(true)),
            "Whether the usual key files below ~/.ssh are tried.",
        ),
        key(
            "ssh_config_file",
            text(),
            None,
            "The ssh_config to read. Default: ~/.ssh/config.",
        ),
        key(
            "ssh_known_hosts_file",
            text(),
            None,
            "The known_hosts to check against. Default: ~/.ssh/known_hosts.",
        ),
        key(
            "ssh_strict_host_key_checking",
            modes,
            Some(json!("ask")),
            "`ask`: only known keys, and at a terminal an unknown one is asked about; `strict`: only known keys; `accept-new`: unknown keys are added, changed ones refused; `no`: not checked.",
        ),
        key(
            "ssh_connect_retries",
            json!({"type": "integer", "minimum": 0}),
            Some(json!(0)),
            "How often connecting is tried again.",
        ),
        key(
            "ssh_connect_retry_min_delay",
            seconds(),
            Some(json!(0.1)),
            "The shortest wait between tries, in seconds.",
        ),
        key(
            "ssh_connect_retry_max_delay",
            seconds(),
            Some(json!(0.5)),
            "The longest wait between tries, in seconds.",
        ),
        key(
            "ssh_proxy_jump",
            text(),
            None,
            "Hosts to go through, `USER@HOST:PORT`, separated by commas.",
        ),
        key(
            "ssh_proxy_command",
            text(),
            None,
            "A command whose input and output are the connection; `%h`, `%p`, `%r` and `%%` are filled in.",
        ),
        key(
            "ssh_keepalive_interval",
            seconds(),
            Some(json!(30)),
            "Seconds of silence after which the host is asked whether it is there; 0: never.",
        ),
    ]
}
