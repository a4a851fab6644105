//! Hosts that are files in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use crate::connector::{
    Connector, ConnectorError, ConnectorHost, DataKey, ExecRequest, Exit, OutputSink, Session,
    Stream, Target,
};
use crate::state::Connectors;

/// What one host holds and what it was asked.
#[derive(Clone, Debug, Default)]
pub struct HostScript {
    /// Its files.
    pub files: BTreeMap<String, String>,
    /// The commands it was given, in order.
    pub commands: Vec<String>,
    /// When set, connecting fails with this.
    pub refuse: Option<String>,
    /// When true, connecting never comes to an end.
    pub silent: bool,
}

/// A connector of the name `fake`, for any host. Its hosts understand `show PATH`, `store PATH TEXT`, `system`,
/// `echo TEXT`, `fail STATUS`, `fail-until COUNT` (succeeds from the COUNT-th time on), `hang`, `wait MILLISECONDS`, `drop` (the connection
/// is lost), `binary`; anything else succeeds silently.
#[derive(Clone, Default)]
pub struct FakeHosts {
    hosts: Arc<Mutex<BTreeMap<String, HostScript>>>,
}

impl FakeHosts {
    /// Looks at or changes a host.
    pub fn with<T>(&self, name: &str, then: impl FnOnce(&mut HostScript) -> T) -> T {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        then(hosts.entry(name.to_owned()).or_default())
    }

    /// The commands that changed something, in order.
    #[must_use]
    pub fn stores(&self, name: &str) -> Vec<String> {
        self.with(name, |host| {
            host.commands
                .iter()
                .filter(|command| command.starts_with("store "))
                .cloned()
                .collect()
        })
    }
}

impl Connectors for FakeHosts {
    fn connector(&self, _: &str) -> Result<Arc<dyn Connector>, ConnectorError> {
        Ok(Arc::new(self.clone()))
    }
}

#[async_trait]
impl Connector for FakeHosts {
    fn name(&self) -> &str {
        "fake"
    }

    fn data_keys(&self) -> Vec<DataKey> {
        Vec::new()
    }

    async fn hosts(&self, argument: &str) -> Result<Vec<ConnectorHost>, ConnectorError> {
        Ok(vec![ConnectorHost {
            name: argument.to_owned(),
            ..ConnectorHost::default()
        }])
    }

    async fn connect(&self, target: Target) -> Result<Arc<dyn Session>, ConnectorError> {
        if self.with(&target.name, |host| host.silent) {
            std::future::pending::<()>().await;
        }
        match self.with(&target.name, |host| host.refuse.clone()) {
            Some(why) => Err(ConnectorError::Connect(why)),
            None => Ok(Arc::new(FakeSession {
                hosts: self.clone(),
                name: target.name,
            })),
        }
    }
}

struct FakeSession {
    hosts: FakeHosts,
    name: String,
}

#[async_trait]
impl Session for FakeSession {
    async fn exec(
        &self,
        request: ExecRequest,
        output: &mut dyn OutputSink,
    ) -> Result<Exit, ConnectorError> {
        let command = shlex::split(&request.command).and_then(|words| match words.as_slice() {
            [shell, option, inner] if shell == "sh" && option == "-c" => Some(inner.clone()),
            _ => None,
        });
        let command = command.unwrap_or(request.command);
        let seen = self.hosts.with(&self.name, |host| {
            host.commands.push(command.clone());
            host.commands
                .iter()
                .filter(|seen| **seen == command)
                .count()
        });
        let mut words = command.splitn(3, ' ');
        let (verb, first, rest) = (
            words.next().unwrap_or_default(),
            words.next().unwrap_or_default(),
            words.next(),
        );
        let number = || first.parse::<u64>().unwrap_or_default();
        let status = match verb {
            "show" => match self
                .hosts
                .with(&self.name, |host| host.files.get(first).cloned())
            {
                Some(content) => {
                    output.write(Stream::Stdout, format!("{content}\n").as_bytes());
                    0
                }
                None => 1,
            },
            "store" => {
                let content = rest.unwrap_or_default().to_owned();
                self.hosts.with(&self.name, |host| {
                    host.files.insert(first.to_owned(), content)
                });
                0
            }
            "system" => {
                output.write(Stream::Stdout, b"fake\n");
                0
            }
            "echo" => {
                output.write(
                    Stream::Stdout,
                    format!("{}\n", command.trim_start_matches("echo ")).as_bytes(),
                );
                0
            }
            "binary" => {
                output.write(Stream::Stdout, b"\xff\x00\xfe\n");
                0
            }
            "fail" => {
                output.write(Stream::Stderr, b"it failed\n");
                i32::try_from(number()).unwrap_or(1)
            }
            "fail-until" => i32::from((seen as u64) < number()),
            "hang" => std::future::pending().await,
            "wait" => {
                tokio::time::sleep(Duration::from_millis(number())).await;
                0
            }
            "drop" => return Err(ConnectorError::Lost(String::from("the host went away"))),
            _ => 0,
        };
        Ok(Exit::status(status))
    }

    fn has_shell(&self) -> bool {
        false
    }

    async fn close(&self) {}
}
