//! SSH, the default connector, on russh.
//!
//! A host's data and the user's ssh_config say where and as whom; keys of hosts are checked against known_hosts before
//! anything is sent; jump hosts are verified like any other.

mod auth;
mod connect;
mod keys;
mod known_hosts;
mod options;
mod session;

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::Semaphore;
use windlass_engine::connector::{
    Connector, ConnectorError, ConnectorHost, DataKey, Session, Target,
};
use windlass_engine::json::JsonMap;

use self::options::Options;

/// How many hosts log in at the same time. OpenSSH drops connections at random from ten that have not logged in yet
/// (`MaxStartups 10:30:100` in sshd_config(5)), and many names may be one machine.
const LOGINS: usize = 10;

/// The connector `ssh`, also that of hosts whose name begins with no `@`.
#[derive(Clone)]
pub struct Ssh {
    logins: Arc<Semaphore>,
}

impl Default for Ssh {
    fn default() -> Self {
        Self {
            logins: Arc::new(Semaphore::new(LOGINS)),
        }
    }
}

#[async_trait]
impl Connector for Ssh {
    fn name(&self) -> &str {
        "ssh"
    }

    fn data_keys(&self) -> Vec<DataKey> {
        keys::described()
    }

    async fn hosts(&self, argument: &str) -> Result<Vec<ConnectorHost>, ConnectorError> {
        if argument.is_empty() {
            return Err(crate::data::wrong(
                "@ssh",
                "needs a host\n  write `@ssh/NAME`, or just the name",
            ));
        }
        let mut data = JsonMap::new();
        data.insert(String::from("ssh_hostname"), argument.into());
        Ok(vec![ConnectorHost {
            name: argument.to_owned(),
            data,
            groups: Vec::new(),
        }])
    }

    fn keeps_time(&self) -> bool {
        true
    }

    async fn connect(&self, target: Target) -> Result<Arc<dyn Session>, ConnectorError> {
        let options = Options::of(&target.name, &target.data)?;
        let mut tried = 0;
        loop {
            let result = {
                let _login = self.logins.acquire().await;
                tokio::time::timeout(target.connect_timeout, connect::open(&options)).await
            };
            let error = match result {
                Ok(Ok(session)) => return Ok(session),
                Ok(Err(error)) => error,
                Err(_) => ConnectorError::Connect(format!(
                    "{}:{} did not answer within {} s\n  check the name, the port and the network, or raise the setting connect_timeout",
                    options.hostname,
                    options.port,
                    target.connect_timeout.as_secs_f64()
                )),
            };
            // Trying again helps against a lost connection only; a wrong key or password stays wrong.
            let again = matches!(error, ConnectorError::Connect(_) | ConnectorError::Lost(_));
            if !again || tried >= options.retries {
                return Err(error);
            }
            tried += 1;
            tokio::time::sleep(options.retry_delay()).await;
        }
    }
}
