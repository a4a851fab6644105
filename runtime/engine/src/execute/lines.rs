//! What commands print, as one event a line.

use crate::arguments::GlobalArguments;
use crate::connector::{OutputSink, Stream};
use crate::events::Event;
use crate::state::{Host, HostOperation, State};

/// Turns output into one event a line, while it comes.
pub(super) struct LineEvents<'a> {
    state: &'a State,
    host: &'a Host,
    operation: &'a HostOperation,
    held: [Vec<u8>; 2],
    on: bool,
}

impl<'a> LineEvents<'a> {
    pub(super) fn new(state: &'a State, host: &'a Host, operation: &'a HostOperation) -> Self {
        let hidden = GlobalArguments::is(operation.global_arguments.sensitive);
        Self {
            state,
            host,
            operation,
            held: Default::default(),
            on: state.print_flags().output && !hidden,
        }
    }

    fn line(&self, stream: Stream, line: &[u8]) {
        let line = self.state.secrets().mask(&String::from_utf8_lossy(line));
        let (host, id) = (self.host.name().to_owned(), Some(self.operation.id));
        self.state.emit(Event::Output {
            host,
            id,
            stream,
            line,
        });
    }

    pub(super) fn finish(&mut self) {
        for (stream, at) in [(Stream::Stdout, 0), (Stream::Stderr, 1)] {
            let rest = self
                .held
                .get_mut(at)
                .map(std::mem::take)
                .unwrap_or_default();
            if !rest.is_empty() {
                self.line(stream, &rest);
            }
        }
    }
}

impl OutputSink for LineEvents<'_> {
    fn write(&mut self, stream: Stream, bytes: &[u8]) {
        if !self.on {
            return;
        }
        let at = usize::from(stream == Stream::Stderr);
        let mut rest = self
            .held
            .get_mut(at)
            .map(std::mem::take)
            .unwrap_or_default();
        rest.extend_from_slice(bytes);
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = rest.drain(..=end).collect();
            self.line(stream, line.strip_suffix(b"\n").unwrap_or(&line));
        }
        if let Some(held) = self.held.get_mut(at) {
            *held = rest;
        }
    }
}
