//! Opening a connection: directly, through jump hosts, or through a command.

use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

use russh::client::{self, Handle, Handler};
use russh::keys::PublicKeyOrCertificate;
use tokio::net::{TcpStream, lookup_host};
use windlass_engine::connector::{ConnectorError, Gate, Session};

use super::options::Options;
use super::session::SshSession;
use super::{auth, known_hosts};

/// Checks the host's key, and keeps why it was refused.
pub(super) struct Verify {
    options: Options,
    seen: Arc<Mutex<Seen>>,
}

/// What came of the host's key.
#[derive(Default)]
struct Seen {
    /// True once the host has shown it.
    shown: bool,
    refused: Option<String>,
}

/// Why a connection was not opened.
pub(super) enum Failure {
    /// The host hung up before it had shown its key. OpenSSH does that at random while too many log in
    /// (`MaxStartups` in sshd_config(5)): trying again helps.
    HungUp(ConnectorError),
    Other(ConnectorError),
}

impl From<ConnectorError> for Failure {
    fn from(error: ConnectorError) -> Self {
        Self::Other(error)
    }
}

impl Handler for Verify {
    type Error = russh::Error;

    async fn check_server_key(
        &mut self,
        key: &PublicKeyOrCertificate,
    ) -> Result<bool, Self::Error> {
        let verdict = match key {
            PublicKeyOrCertificate::PublicKey { key, .. } => known_hosts::check(&self.options, key),
            PublicKeyOrCertificate::Certificate(_) => Err(String::from(
                "the host shows a certificate, which was not asked for",
            )),
        };
        let accepted = verdict.is_ok();
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Seen {
            shown: true,
            refused: verdict.err(),
        };
        Ok(accepted)
    }
}

/// Connects and logs in, jump hosts first.
pub(super) async fn open(options: &Options, gate: &Gate) -> Result<Arc<dyn Session>, Failure> {
    let mut way: Vec<Handle<Verify>> = Vec::new();
    for hop in options.jumps.iter().chain([options]) {
        let handle = match way.last() {
            None => first(hop, gate).await?,
            Some(before) => {
                gate.pass(&hop.hostname, hop.hostname.parse().ok())?;
                let channel = before
                    .channel_open_direct_tcpip(&hop.hostname, hop.port.into(), "127.0.0.1", 0)
                    .await
                    .map_err(|error| {
                        ConnectorError::Connect(format!(
                            "the jump host cannot reach {}:{}: {error}",
                            hop.hostname, hop.port
                        ))
                    })?;
                start(hop, channel.into_stream()).await?
            }
        };
        way.push(handle);
    }
    let Some(handle) = way.pop() else {
        let message = format!("there is no way to {}", options.name);
        return Err(ConnectorError::Connect(message).into());
    };
    Ok(Arc::new(SshSession::new(handle, way)))
}

/// The first connection of the way: to the host itself or its first jump host.
async fn first(options: &Options, gate: &Gate) -> Result<Handle<Verify>, Failure> {
    if let Some(command) = &options.proxy_command {
        gate.pass(&options.hostname, options.hostname.parse().ok())?;
        let command = command
            .replace("%%", "\0")
            .replace("%h", &options.hostname)
            .replace("%p", &options.port.to_string())
            .replace("%r", &options.user)
            .replace('\0', "%");
        let mut child = tokio::process::Command::new("sh")
            .args(["-c", &command])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| {
                ConnectorError::Connect(format!("the proxy command `{command}`: {error}"))
            })?;
        let (Some(output), Some(input)) = (child.stdout.take(), child.stdin.take()) else {
            let message = format!("the proxy command `{command}` has no pipes");
            return Err(ConnectorError::Connect(message).into());
        };
        // It ends when its input does, which is when the connection is dropped.
        tokio::spawn(async move { child.wait().await });
        return start(options, tokio::io::join(output, input)).await;
    }
    let unreachable = |error: std::io::Error| {
        ConnectorError::Connect(format!(
            "{}:{}: {error}\n  check ssh_hostname and ssh_port, and that sshd runs there",
            options.hostname, options.port
        ))
    };
    let place = (options.hostname.as_str(), options.port);
    // Resolved once: what the gate was asked about is what is connected to.
    let addresses: Vec<SocketAddr> = lookup_host(place).await.map_err(unreachable)?.collect();
    for address in &addresses {
        gate.pass(&options.hostname, Some(address.ip()))?;
    }
    let stream = TcpStream::connect(addresses.as_slice())
        .await
        .map_err(unreachable)?;
    // Without it, a request that follows a packet with no answer waits for the peer's delayed ACK: 40 ms a command.
    let _ = stream.set_nodelay(true);
    start(options, stream).await
}

async fn start<S>(options: &Options, stream: S) -> Result<Handle<Verify>, Failure>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let config = Arc::new(client::Config {
        keepalive_interval: options.keepalive,
        keepalive_max: 3,
        inactivity_timeout: None,
        nodelay: true,
        ..client::Config::default()
    });
    let seen = Arc::new(Mutex::new(Seen::default()));
    let verify = Verify {
        options: options.clone(),
        seen: seen.clone(),
    };
    let mut handle = client::connect_stream(config, stream, verify)
        .await
        .map_err(|error| {
            let seen = std::mem::take(&mut *seen.lock().unwrap_or_else(PoisonError::into_inner));
            if let Some(why) = seen.refused {
                return Failure::Other(ConnectorError::HostKey(why));
            }
            let place = format!("{}:{}", options.hostname, options.port);
            let told = ConnectorError::Connect(format!("{place}: {error}"));
            match seen.shown {
                true => Failure::Other(told),
                false => Failure::HungUp(told),
            }
        })?;
    auth::log_in(&mut handle, options).await?;
    Ok(handle)
}
