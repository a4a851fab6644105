//! SSH, the default connector, on russh.
//!
//! A host's data and the user's ssh_config say where and as whom; keys of hosts are checked against known_hosts before
//! anything is sent; jump hosts are verified like any other.

mod ask;
mod auth;
mod connect;
mod keys;
mod known_hosts;
mod options;
mod session;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use windlass_engine::connector::{
    Connector, ConnectorError, ConnectorHost, DataKey, Session, Target,
};
use windlass_engine::json::JsonMap;

use self::ask::Asking;
use self::connect::Failure;
use self::options::Options;

pub use self::ask::{AskHostKey, UnknownKey};

/// How many connections to one address log in at the same time. OpenSSH drops some at random from ten that have not
/// logged in yet (`MaxStartups 10:30:100` in sshd_config(5)), and many names may be one machine.
const LOGINS: usize = 8;

/// How many connections log in at the same time, whatever their addresses.
const ALL_LOGINS: usize = 64;

/// How often a connection that the host hung up on at once is tried again, whatever the host's data says of retries.
const HUNG_UP: u32 = 8;

/// The connector `ssh`, also that of hosts whose name begins with no `@`.
#[derive(Clone)]
pub struct Ssh {
    logins: Arc<Semaphore>,
    /// By address: that of the host, or of the first jump host on the way to it.
    addresses: Arc<Mutex<HashMap<String, Arc<Semaphore>>>>,
    asking: Asking,
}

impl Default for Ssh {
    fn default() -> Self {
        Self {
            logins: Arc::new(Semaphore::new(ALL_LOGINS)),
            addresses: Arc::default(),
            asking: Asking::default(),
        }
    }
}

impl Ssh {
    /// Asks about unknown host keys where the host's data and ssh_config do not say what to do about them; without
    /// somebody to ask they are refused. A key that changed is refused in any case.
    #[must_use]
    pub fn asking(self, person: Arc<dyn AskHostKey>) -> Self {
        Self {
            asking: Asking::of(person),
            ..self
        }
    }

    /// Waits for a turn to log in at the address that a connection goes to first.
    async fn turn(&self, options: &Options) -> Turn {
        let first = options.jumps.first().unwrap_or(options);
        let place = match &first.proxy_command {
            Some(command) => command.clone(),
            None => format!("{}:{}", first.hostname, first.port),
        };
        let address = self
            .addresses
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(place)
            .or_insert_with(|| Arc::new(Semaphore::new(LOGINS)))
            .clone();
        let here = address.acquire_owned().await;
        let all = self.logins.clone().acquire_owned().await;
        Turn {
            _here: here.ok(),
            _all: all.ok(),
        }
    }
}

/// A turn to log in, until it is dropped.
struct Turn {
    _here: Option<OwnedSemaphorePermit>,
    _all: Option<OwnedSemaphorePermit>,
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
        let (mut tried, mut hung_up) = (0, 0);
        loop {
            let result = {
                let _turn = self.turn(&options).await;
                tokio::time::timeout(
                    target.connect_timeout,
                    connect::open(&options, &target.gate),
                )
                .await
            };
            let error = match result {
                Ok(Ok(session)) => return Ok(session),
                Ok(Err(Failure::HungUp(_))) if hung_up < HUNG_UP => {
                    hung_up += 1;
                    tokio::time::sleep(jitter(hung_up)).await;
                    continue;
                }
                Ok(Err(Failure::HungUp(error) | Failure::Other(error))) => error,
                Err(_) => ConnectorError::Connect(format!(
                    "{}:{} did not answer within {} s\n  check the name, the port and the network, or raise the setting connect_timeout",
                    options.hostname,
                    options.port,
                    target.connect_timeout.as_secs_f64()
                )),
            };
            // A person's answer takes no time of the attempt's.
            if matches!(error, ConnectorError::HostKey(_))
                && self.asking.ask(&options.unknown).await?
            {
                continue;
            }
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

/// A random time up to 50 ms, which doubles with each try up to 800 ms: those that were dropped together do not come
/// back together.
fn jitter(tried: u32) -> Duration {
    let mut byte = [0_u8; 2];
    // Without random bytes everybody waits as long.
    let _ = getrandom::fill(&mut byte);
    let longest = 50_u64 << tried.min(5).saturating_sub(1);
    Duration::from_millis(u64::from(u16::from_le_bytes(byte)) % longest + 10)
}
