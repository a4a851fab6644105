//! Logging in: agent, keys and their certificates, then passwords.

use std::sync::Arc;

use russh::client::{AuthResult, Handle, KeyboardInteractiveAuthResponse};
use russh::keys::agent::AgentIdentity;
use russh::keys::agent::client::AgentClient;
use russh::keys::{PrivateKeyWithHashAlg, load_openssh_certificate, load_secret_key};
use windlass_engine::connector::ConnectorError;

use super::connect::Verify;
use super::options::Options;

/// How many prompts a keyboard-interactive login may bring.
const PROMPTS: usize = 8;

/// Logs in with whatever the options have, in OpenSSH's order.
pub(super) async fn log_in(
    handle: &mut Handle<Verify>,
    options: &Options,
) -> Result<(), ConnectorError> {
    let mut tried = Vec::new();
    if with_agent(handle, options, &mut tried).await?
        || with_keys(handle, options, &mut tried).await?
        || with_password(handle, options, &mut tried).await?
    {
        return Ok(());
    }
    let tried = match tried.as_slice() {
        [] => String::from("there was nothing to try: no agent, no key file, no password"),
        all => format!("tried: {}", all.join(", ")),
    };
    Err(ConnectorError::Authentication(format!(
        "{}@{} did not let us in ({tried})\n  set ssh_user, ssh_key or ssh_password in the host's data, or add the key to the agent (ssh-add)",
        options.user, options.hostname
    )))
}

fn lost(error: russh::Error) -> ConnectorError {
    ConnectorError::Connect(format!("logging in: {error}"))
}

async fn with_agent(
    handle: &mut Handle<Verify>,
    options: &Options,
    tried: &mut Vec<String>,
) -> Result<bool, ConnectorError> {
    let Some(socket) = &options.agent else {
        return Ok(false);
    };
    let Ok(mut agent) = AgentClient::connect_uds(socket).await else {
        return Ok(false);
    };
    let Ok(identities) = agent.request_identities().await else {
        return Ok(false);
    };
    let hash = handle
        .best_supported_rsa_hash()
        .await
        .map_err(lost)?
        .flatten();
    for identity in identities {
        let result = match identity {
            AgentIdentity::PublicKey { key, .. } => {
                handle
                    .authenticate_publickey_with(&options.user, key, hash, &mut agent)
                    .await
            }
            AgentIdentity::Certificate { certificate, .. } => {
                handle
                    .authenticate_certificate_with(&options.user, certificate, hash, &mut agent)
                    .await
            }
        };
        if result
            .map_err(|error| {
                ConnectorError::Connect(format!("logging in with the agent: {error}"))
            })?
            .success()
        {
            return Ok(true);
        }
    }
    tried.push(String::from("the agent's keys"));
    Ok(false)
}

async fn with_keys(
    handle: &mut Handle<Verify>,
    options: &Options,
    tried: &mut Vec<String>,
) -> Result<bool, ConnectorError> {
    for path in &options.keys {
        let shown = path.display();
        if !path.exists() {
            if options.keys_named {
                return Err(ConnectorError::Authentication(format!(
                    "the key {shown} is not there\n  check ssh_key in the host's data, or IdentityFile in ssh_config"
                )));
            }
            continue;
        }
        let key = match load_secret_key(path, options.key_password.as_deref()) {
            Ok(key) => Arc::new(key),
            Err(russh::keys::Error::KeyIsEncrypted) if !options.keys_named => {
                tried.push(format!("{shown} (skipped: it has a passphrase)"));
                continue;
            }
            Err(russh::keys::Error::KeyIsEncrypted) => {
                return Err(ConnectorError::Authentication(format!(
                    "the key {shown} has a passphrase\n  set ssh_key_password, use --ssh-key-password, or add the key to the agent (ssh-add)"
                )));
            }
            Err(error) => {
                return Err(ConnectorError::Authentication(format!(
                    "the key {shown} cannot be read: {error}\n  a wrong ssh_key_password looks like this too"
                )));
            }
        };
        let certificate = options.certificate_of(path);
        if certificate.exists() {
            let certificate = load_openssh_certificate(&certificate).map_err(|error| {
                ConnectorError::Authentication(format!(
                    "the certificate {}: {error}",
                    certificate.display()
                ))
            })?;
            let result = handle
                .authenticate_openssh_cert(&options.user, key.clone(), certificate)
                .await;
            if result.map_err(lost)?.success() {
                return Ok(true);
            }
            tried.push(format!("{shown} with its certificate"));
        }
        let hash = handle
            .best_supported_rsa_hash()
            .await
            .map_err(lost)?
            .flatten();
        let result = handle
            .authenticate_publickey(&options.user, PrivateKeyWithHashAlg::new(key, hash))
            .await;
        if result.map_err(lost)?.success() {
            return Ok(true);
        }
        tried.push(format!("the key {shown}"));
    }
    Ok(false)
}

async fn with_password(
    handle: &mut Handle<Verify>,
    options: &Options,
    tried: &mut Vec<String>,
) -> Result<bool, ConnectorError> {
    let Some(password) = &options.password else {
        return Ok(false);
    };
    tried.push(String::from("the password"));
    if let AuthResult::Success = handle
        .authenticate_password(&options.user, password)
        .await
        .map_err(lost)?
    {
        return Ok(true);
    }
    let mut answer = handle
        .authenticate_keyboard_interactive_start(&options.user, None::<String>)
        .await
        .map_err(lost)?;
    for _ in 0..PROMPTS {
        match answer {
            KeyboardInteractiveAuthResponse::Success => return Ok(true),
            KeyboardInteractiveAuthResponse::Failure { .. } => return Ok(false),
            KeyboardInteractiveAuthResponse::InfoRequest { prompts, .. } => {
                let given = prompts.iter().map(|_| password.clone()).collect();
                answer = handle
                    .authenticate_keyboard_interactive_respond(given)
                    .await
                    .map_err(lost)?;
            }
        }
    }
    Ok(false)
}
