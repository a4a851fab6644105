//! Connectors: ways to hosts.
//!
//! ```
//! use windlass_sdk::Result;
//! use windlass_sdk::connector::{Connector, Execution, Session, Target};
//! use windlass_sdk::process::Command;
//!
//! /// `@pods/NAME`: a pod, through `kubectl`.
//! struct Pods;
//!
//! struct Pod(String);
//!
//! impl Connector for Pods {
//!     type Session = Pod;
//!
//!     fn connect(target: Target) -> Result<Pod> {
//!         Ok(Pod(target.argument))
//!     }
//! }
//!
//! impl Session for Pod {
//!     fn exec(&self, command: Vec<u8>) -> Result<Execution> {
//!         let kubectl = Command::new("kubectl").args(["exec", "-i", self.0.as_str(), "--", "sh", "-c"]);
//!         Ok(Execution::Via(kubectl.arg(command)))
//!     }
//! }
//!
//! windlass_sdk::export_connector!(Pods);
//! # fn main() {}
//! ```

use serde_json::{Value as Json, json};

use crate::error::Result;
use crate::process::Command;

/// A data key of hosts that a connector reads.
#[derive(Clone, Debug, PartialEq)]
pub struct DataKey {
    /// Its name: `pod_namespace`.
    pub name: String,
    /// The JSON Schema of its values.
    pub schema: Json,
    /// Its default.
    pub default: Option<Json>,
    /// What it means.
    pub doc: String,
    /// True when its value is a secret.
    pub secret: bool,
}

impl DataKey {
    /// A key with text as its value.
    #[must_use]
    pub fn text(name: impl Into<String>, doc: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            schema: json!({"type": "string"}),
            default: None,
            doc: doc.into(),
            secret: false,
        }
    }

    /// Its default.
    #[must_use]
    pub fn default(mut self, value: impl Into<Json>) -> Self {
        self.default = Some(value.into());
        self
    }

    /// Its value is a secret.
    #[must_use]
    pub fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// The contract's form.
    #[doc(hidden)]
    #[must_use]
    pub fn describe(keys: Vec<Self>) -> String {
        let keys = keys.into_iter().map(|key| {
            json!({
                "name": key.name,
                "schema": key.schema,
                "default": key.default,
                "doc": key.doc,
                "secret": key.secret,
            })
        });
        json!({"data": keys.collect::<Vec<_>>()}).to_string()
    }
}

/// What to connect to.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// The host's name in the inventory: `@pods/web-1`.
    pub name: String,
    /// What stands behind the slash: `web-1`.
    pub argument: String,
    /// The host's data, of the keys that the connector named.
    pub data: Json,
}

/// How a command is run.
#[derive(Debug)]
pub enum Execution {
    /// The host runs this granted program, and moves the bytes: none passes through the component.
    Via(Command),
    /// The bytes pass through here; needs the capability `traffic`.
    Direct(Box<dyn Channel>),
}

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exit {
    /// With this status.
    Status(i32),
    /// By this signal, without `SIG`.
    Signal(String),
}

/// What one turn of a channel brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// How many bytes of standard input were taken.
    pub stdin_taken: u32,
    /// Standard output since the last turn.
    pub stdout: Vec<u8>,
    /// Standard error since the last turn.
    pub stderr: Vec<u8>,
    /// How it ended, once it has.
    pub exit: Option<Exit>,
}

/// A running command whose bytes pass through the component.
pub trait Channel: std::fmt::Debug {
    /// Takes standard input (`eof`: there is no more) and gives output, waiting at most `wait_ms` milliseconds.
    ///
    /// # Errors
    /// The connection is lost.
    fn turn(&self, stdin: &[u8], eof: bool, wait_ms: u32) -> Result<Turn>;

    /// Sends a signal, by its name without `SIG`.
    ///
    /// # Errors
    /// It cannot be sent.
    fn signal(&self, name: &str) -> Result<()>;
}

/// A connection to a host.
pub trait Session: 'static {
    /// How a command line for the host's `sh` is run.
    ///
    /// # Errors
    /// It cannot be run.
    fn exec(&self, command: Vec<u8>) -> Result<Execution>;

    /// Ends the connection.
    ///
    /// # Errors
    /// It did not end well.
    fn close(&self) -> Result<()> {
        Ok(())
    }
}

/// A way to hosts; [`export_connector!`](crate::export_connector) makes a component of it.
pub trait Connector {
    /// A connection of this kind.
    type Session: Session;

    /// The data keys of hosts that it reads. Others do not reach it. Default: none.
    #[must_use]
    fn data_keys() -> Vec<DataKey> {
        Vec::new()
    }

    /// Connects to a host.
    ///
    /// # Errors
    /// Why not, and what to do.
    fn connect(target: Target) -> Result<Self::Session>;
}

/// Makes a component of a [`Connector`](crate::connector::Connector).
#[macro_export]
macro_rules! export_connector {
    ($connector:ty) => {
        #[cfg(target_arch = "wasm32")]
        #[allow(unsafe_code)]
        const _: () = {
            use $crate::connector::Connector as _;
            use $crate::guest::bindings::windlass::plugin::types;
            use $crate::roles::bindings::connecting::exports::windlass::plugin::connector;
            use $crate::roles::connector::contract;

            struct Component;

            impl connector::Guest for Component {
                type Session = contract::Held<<$connector as $crate::connector::Connector>::Session>;
                type Channel = contract::HeldChannel;

                fn describe() -> String {
                    $crate::connector::DataKey::describe(<$connector>::data_keys())
                }

                fn connect(
                    name: String,
                    argument: String,
                    data: String,
                ) -> Result<connector::Session, types::Error> {
                    let data = $crate::guest::json_from(&data);
                    let target = $crate::connector::Target {
                        name,
                        argument,
                        data,
                    };
                    let session = <$connector>::connect(target).map_err($crate::guest::error_to)?;
                    Ok(connector::Session::new(contract::Held(session)))
                }
            }

            $crate::roles::bindings::connecting::export_connecting!(Component with_types_in $crate::roles::bindings::connecting);
        };
    };
}

/// What the export macro makes resources of.
#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
pub mod contract {
    use super::{Channel, Execution, Exit, Session};
    use crate::guest::bindings::windlass::plugin::types;
    use crate::guest::error_to;
    use crate::process::spec;
    use crate::roles::bindings::connecting::exports::windlass::plugin::connector;

    /// A session.
    pub struct Held<S>(pub S);

    impl<S: Session> connector::GuestSession for Held<S> {
        fn exec(&self, request: connector::Request) -> Result<connector::Execution, types::Error> {
            Ok(match self.0.exec(request.command).map_err(error_to)? {
                Execution::Via(command) => connector::Execution::Via(spec(command)),
                Execution::Direct(channel) => {
                    connector::Execution::Direct(connector::Channel::new(HeldChannel(channel)))
                }
            })
        }

        fn close(&self) -> Result<(), types::Error> {
            self.0.close().map_err(error_to)
        }

        fn put(
            &self,
            _: &connector::Reader,
            _: String,
            _: u32,
        ) -> Option<Result<(), types::Error>> {
            None
        }

        fn get(&self, _: String, _: &connector::Writer) -> Option<Result<(), types::Error>> {
            None
        }
    }

    /// A channel.
    pub struct HeldChannel(pub Box<dyn Channel>);

    impl connector::GuestChannel for HeldChannel {
        fn turn(
            &self,
            stdin: Vec<u8>,
            eof: bool,
            wait_ms: u32,
        ) -> Result<connector::Turn, types::Error> {
            let turn = self.0.turn(&stdin, eof, wait_ms).map_err(error_to)?;
            Ok(connector::Turn {
                stdin_taken: turn.stdin_taken,
                stdout: turn.stdout,
                stderr: turn.stderr,
                exit: turn.exit.map(|exit| match exit {
                    Exit::Status(status) => types::Exit {
                        status: Some(status),
                        signal: None,
                    },
                    Exit::Signal(signal) => types::Exit {
                        status: None,
                        signal: Some(signal),
                    },
                }),
            })
        }

        fn signal(&self, name: String) -> Result<(), types::Error> {
            self.0.signal(&name).map_err(error_to)
        }
    }
}
