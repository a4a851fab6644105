//! A host, as programs use it directly.

use std::io::{Read, Write};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use windlass_engine::arguments::GlobalArguments;
use windlass_engine::error::EngineError;
use windlass_engine::events::Event;
use windlass_engine::json::Json;
use windlass_engine::remote::{CommandResult, INLINE, PutReport, PutRequest, PutSource};

use crate::facts::Fact;
use crate::state::State;

/// A host of a run. Cheap to clone. What it has beside these methods is the engine's.
#[derive(Clone)]
pub struct Host {
    state: State,
    host: Arc<windlass_engine::state::Host>,
}

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.host.name())
    }
}

impl Deref for Host {
    type Target = windlass_engine::state::Host;

    fn deref(&self) -> &Self::Target {
        &self.host
    }
}

/// What a failing connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnError {
    /// An error.
    Raise,
    /// An event and the answer false.
    Report,
}

/// Where the content of a file comes from.
pub enum Source {
    /// A local file.
    Path(PathBuf),
    /// These bytes.
    Bytes(Vec<u8>),
    /// What an asynchronous reader gives.
    Reader(Box<dyn AsyncRead + Send + Unpin>),
    /// What a blocking reader gives; it is read on a thread that may block.
    Blocking(Box<dyn Read + Send>),
}

impl Source {
    /// What a blocking reader gives, such as a [`std::io::Cursor`].
    #[must_use]
    pub fn blocking(reader: impl Read + Send + 'static) -> Self {
        Self::Blocking(Box::new(reader))
    }

    /// What an asynchronous reader gives.
    #[must_use]
    pub fn reader(reader: impl AsyncRead + Send + Unpin + 'static) -> Self {
        Self::Reader(Box::new(reader))
    }
}

impl From<&Path> for Source {
    fn from(path: &Path) -> Self {
        Self::Path(path.to_owned())
    }
}

impl From<Vec<u8>> for Source {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

/// Where the content of a file goes.
pub enum Sink<'a> {
    /// A local file; it is replaced once all has come.
    Path(PathBuf),
    /// An asynchronous writer.
    Writer(&'a mut (dyn AsyncWrite + Send + Unpin)),
    /// A blocking writer, such as a `Vec<u8>`. It is given the file once all has come.
    Blocking(&'a mut (dyn Write + Send)),
}

impl From<&Path> for Sink<'_> {
    fn from(path: &Path) -> Self {
        Self::Path(path.to_owned())
    }
}

impl<'a> From<&'a mut Vec<u8>> for Sink<'a> {
    fn from(bytes: &'a mut Vec<u8>) -> Self {
        Self::Blocking(bytes)
    }
}

impl Host {
    pub(crate) fn new(state: &State, host: Arc<windlass_engine::state::Host>) -> Self {
        Self {
            state: state.clone(),
            host,
        }
    }

    /// The state it is of.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Connects it; a connected host is left as it is. True when it is connected afterwards. A reason is logged.
    ///
    /// # Errors
    /// Why not, unless errors are only to be reported.
    pub async fn connect(
        &self,
        reason: Option<&str>,
        on_error: OnError,
    ) -> Result<bool, EngineError> {
        if let (Some(reason), false) = (reason, self.connected()) {
            self.state.emit(Event::Log {
                host: Some(self.name().to_owned()),
                component: None,
                level: String::from("info"),
                message: format!("connecting {reason}"),
            });
        }
        match windlass_engine::connect::connect(&self.state, &self.host).await {
            Ok(()) => {
                self.state.activate_host(&self.host);
                Ok(true)
            }
            Err(error) if on_error == OnError::Raise => Err(error),
            Err(_) => Ok(false),
        }
    }

    /// Disconnects it; nothing happens when it is not connected.
    pub async fn disconnect(&self) {
        windlass_engine::connect::disconnect(&self.state, &self.host).await;
    }

    /// Runs a command, with global arguments over those of the host's data and the config. One that fails is a result.
    ///
    /// # Errors
    /// Not connected, or why the command did not come to an end by itself.
    pub async fn run(
        &self,
        command: &str,
        arguments: &GlobalArguments,
    ) -> Result<CommandResult, EngineError> {
        self.state
            .run_command_with(&self.host, command, arguments, &mut |_, _| {})
            .await
    }

    /// Puts a file: from a path, bytes or any reader. It is on the host whole or not at all.
    ///
    /// # Errors
    /// A local file that cannot be read; not connected; why the host did not take it.
    pub async fn put(
        &self,
        from: impl Into<Source>,
        to: &str,
        arguments: &GlobalArguments,
    ) -> Result<PutReport, EngineError> {
        let request = PutRequest {
            dest: to.to_owned(),
            ..PutRequest::default()
        };
        let source = opened(from.into()).await?;
        self.state
            .put_file(&self.host, source, &request, arguments)
            .await
    }

    /// Fetches a file: to a path or any writer.
    ///
    /// # Errors
    /// Not connected; why the host did not give it; a local file or writer that did not take it.
    pub async fn get(
        &self,
        from: &str,
        to: impl Into<Sink<'_>>,
        arguments: &GlobalArguments,
    ) -> Result<(), EngineError> {
        let failed = |what: String| move |source| EngineError::Io { what, source };
        match to.into() {
            Sink::Writer(writer) => {
                self.state
                    .get_file(&self.host, from, writer, arguments)
                    .await
            }
            Sink::Blocking(writer) => {
                let mut bytes = Vec::new();
                self.state
                    .get_file(&self.host, from, &mut bytes, arguments)
                    .await?;
                writer
                    .write_all(&bytes)
                    .map_err(failed(format!("keeping {from}")))
            }
            Sink::Path(path) => {
                let what = || format!("writing {}", path.display());
                let folder = path
                    .parent()
                    .filter(|folder| !folder.as_os_str().is_empty())
                    .unwrap_or(Path::new("."));
                let fresh = tempfile::NamedTempFile::new_in(folder).map_err(failed(what()))?;
                let handle = fresh.reopen().map_err(failed(what()))?;
                let mut file = tokio::fs::File::from_std(handle);
                self.state
                    .get_file(&self.host, from, &mut file, arguments)
                    .await?;
                file.flush().await.map_err(failed(what()))?;
                fresh
                    .persist(&path)
                    .map(|_| ())
                    .map_err(|error| failed(what())(error.error))
            }
        }
    }

    /// A fact of this host.
    ///
    /// # Errors
    /// Not connected, an unknown fact, a wrong argument, or why it could not be had.
    pub async fn fact(&self, fact: Fact) -> Result<Json, EngineError> {
        let call = fact.call(&self.state)?;
        self.state.fact(&self.host, call).await
    }
}

async fn opened(source: Source) -> Result<PutSource, EngineError> {
    let failed = |what: String| move |source| EngineError::Io { what, source };
    Ok(match source {
        Source::Bytes(bytes) => PutSource::Bytes(bytes.into()),
        Source::Reader(reader) => PutSource::Reader(reader, None),
        Source::Blocking(mut reader) => {
            let reading = tokio::task::spawn_blocking(move || {
                let mut bytes = Vec::new();
                reader.read_to_end(&mut bytes).map(|_| bytes)
            });
            let what = || String::from("reading what is put");
            let bytes = reading
                .await
                .map_err(|error| failed(what())(std::io::Error::other(error)))?
                .map_err(failed(what()))?;
            PutSource::Bytes(bytes.into())
        }
        Source::Path(path) => {
            let what = || format!("reading {}", path.display());
            let file = tokio::fs::File::open(&path).await.map_err(failed(what()))?;
            let length = file.metadata().await.map_err(failed(what()))?.len();
            let mut limited = file.take(length);
            if length <= INLINE as u64 {
                let mut bytes = Vec::new();
                limited
                    .read_to_end(&mut bytes)
                    .await
                    .map_err(failed(what()))?;
                return Ok(PutSource::Bytes(bytes.into()));
            }
            PutSource::Reader(Box::new(limited), Some(length))
        }
    })
}
