//! What commands read: bytes or streams, behind the lines that passwords and secrets need.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, ReadBuf};
use tokio::sync::oneshot;

use super::RemoteError;
use crate::connector::Stdin;

/// What is put.
pub enum PutSource {
    /// These bytes.
    Bytes(Bytes),
    /// What a reader gives, and how many bytes that is, if it is known.
    Reader(Box<dyn AsyncRead + Send + Unpin>, Option<u64>),
}

impl PutSource {
    /// The bytes that are kept in memory of a reader whose length nobody knows; what is longer goes to a file.
    const IN_MEMORY: u64 = 1 << 20;

    /// The same with a known length, which a host needs to tell a whole file from a connection that broke off.
    pub(super) async fn measured(self) -> Result<(Stdin, u64), RemoteError> {
        let mut reader = match self {
            Self::Bytes(bytes) => {
                let length = bytes.len() as u64;
                return Ok((Stdin::Bytes(bytes), length));
            }
            Self::Reader(reader, Some(length)) => return Ok((Stdin::Reader(reader), length)),
            Self::Reader(reader, None) => reader,
        };
        let failed = |error: std::io::Error| RemoteError::Local {
            what: String::from("reading what is put"),
            message: error.to_string(),
        };
        let mut start = Vec::new();
        (&mut reader)
            .take(Self::IN_MEMORY)
            .read_to_end(&mut start)
            .await
            .map_err(failed)?;
        if (start.len() as u64) < Self::IN_MEMORY {
            let length = start.len() as u64;
            return Ok((Stdin::Bytes(start.into()), length));
        }
        let mut file = tokio::fs::File::from_std(tempfile::tempfile().map_err(failed)?);
        file.write_all(&start).await.map_err(failed)?;
        let rest = tokio::io::copy(&mut reader, &mut file)
            .await
            .map_err(failed)?;
        file.flush().await.map_err(failed)?;
        tokio::io::AsyncSeekExt::rewind(&mut file)
            .await
            .map_err(failed)?;
        Ok((Stdin::Reader(Box::new(file)), start.len() as u64 + rest))
    }
}

/// Standard input with lines in front. With a gate, nothing is given before it opens.
pub(super) fn behind(head: Vec<u8>, data: Stdin, gate: Option<oneshot::Receiver<()>>) -> Stdin {
    let data = match (head.is_empty(), data) {
        (true, data) => data,
        (false, Stdin::Empty) => Stdin::Bytes(head.into()),
        (false, Stdin::Bytes(bytes)) => {
            let mut joined = BytesMut::with_capacity(head.len() + bytes.len());
            joined.extend_from_slice(&head);
            joined.extend_from_slice(&bytes);
            Stdin::Bytes(joined.freeze())
        }
        (false, Stdin::Reader(reader)) => {
            Stdin::Reader(Box::new(std::io::Cursor::new(head).chain(reader)))
        }
    };
    let Some(gate) = gate else { return data };
    let inner: Box<dyn AsyncRead + Send + Unpin> = match data {
        Stdin::Empty => Box::new(tokio::io::empty()),
        Stdin::Bytes(bytes) => Box::new(std::io::Cursor::new(bytes)),
        Stdin::Reader(reader) => reader,
    };
    Stdin::Reader(Box::new(Gated {
        gate: Some(gate),
        inner,
    }))
}

/// A reader that waits for a word before it gives anything.
struct Gated {
    gate: Option<oneshot::Receiver<()>>,
    inner: Box<dyn AsyncRead + Send + Unpin>,
}

impl AsyncRead for Gated {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        if let Some(gate) = &mut self.gate {
            // An opener that is gone opens too: nobody would otherwise.
            if Pin::new(gate).poll(cx).is_pending() {
                return Poll::Pending;
            }
            self.gate = None;
        }
        Pin::new(&mut self.inner).poll_read(cx, buffer)
    }
}

/// A name that nobody can guess.
pub(super) fn random_name() -> Result<String, RemoteError> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| RemoteError::Local {
        what: String::from("asking for random bytes"),
        message: error.to_string(),
    })?;
    Ok(format!("windlass-{}", hex::encode(bytes)))
}

/// Runs something when it is dropped, unless it was told not to.
pub(super) struct OnDrop {
    then: Option<Box<dyn FnOnce() + Send>>,
}

impl OnDrop {
    /// Runs a task in the background when the future around it is dropped.
    pub(super) fn spawn<F: Future<Output = ()> + Send + 'static>(
        task: impl FnOnce() -> F + Send + 'static,
    ) -> Self {
        let then = move || {
            if let Ok(runtime) = tokio::runtime::Handle::try_current() {
                runtime.spawn(task());
            }
        };
        Self {
            then: Some(Box::new(then)),
        }
    }

    pub(super) fn disarm(mut self) {
        self.then = None;
    }
}

impl Drop for OnDrop {
    fn drop(&mut self) {
        if let Some(then) = self.then.take() {
            then();
        }
    }
}

/// A cell that one side fills while the other may look.
pub(super) type Shared<T> = Arc<std::sync::Mutex<T>>;

/// Locks a cell; a panic elsewhere does not spoil it.
pub(super) fn lock<T>(cell: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    cell.lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}
