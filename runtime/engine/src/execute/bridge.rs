//! Blocking readers for asynchronous code.

use std::io::{self, Read, Write};

use tokio::io::{AsyncWriteExt as _, DuplexStream};
use tokio::runtime::Handle;

/// How much is read ahead, in bytes.
const AHEAD: usize = 256 * 1024;

/// What a blocking reader gives, read on a thread that may block, as fast as it is taken.
pub(super) fn asynchronous(mut from: impl Read + Send + 'static) -> DuplexStream {
    let (reader, to) = tokio::io::duplex(AHEAD);
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || io::copy(&mut from, &mut Blocking { to, runtime }));
    reader
}

/// A blocking writer in front of an asynchronous one.
struct Blocking {
    to: DuplexStream,
    runtime: Handle,
}

impl Write for Blocking {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.runtime.block_on(self.to.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.runtime.block_on(self.to.flush())
    }
}
