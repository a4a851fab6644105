//! What a command printed.

use serde::{Deserialize, Serialize};

use crate::connector::{OutputSink, Stream};

/// One line of output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputLine {
    /// Its stream.
    pub stream: Stream,
    /// Its text without the newline. Bytes that are no UTF-8 are shown as U+FFFD.
    pub text: String,
}

/// What a command printed: bytes in the order they came, tagged by stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandOutput {
    chunks: Vec<(Stream, Vec<u8>)>,
}

impl CommandOutput {
    /// All bytes of a stream.
    #[must_use]
    pub fn bytes(&self, stream: Stream) -> Vec<u8> {
        self.chunks
            .iter()
            .filter(|(of, _)| *of == stream)
            .flat_map(|(_, bytes)| bytes.iter().copied())
            .collect()
    }

    /// Standard output as text; undecodable bytes are shown as U+FFFD.
    #[must_use]
    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.bytes(Stream::Stdout)).into_owned()
    }

    /// Standard error as text; undecodable bytes are shown as U+FFFD.
    #[must_use]
    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.bytes(Stream::Stderr)).into_owned()
    }

    /// The lines of standard output.
    #[must_use]
    pub fn stdout_lines(&self) -> Vec<String> {
        self.stdout().lines().map(str::to_owned).collect()
    }

    /// The lines of standard error.
    #[must_use]
    pub fn stderr_lines(&self) -> Vec<String> {
        self.stderr().lines().map(str::to_owned).collect()
    }

    /// All lines, in the order in which they began.
    #[must_use]
    pub fn lines(&self) -> Vec<OutputLine> {
        let mut lines: Vec<(Stream, Vec<u8>)> = Vec::new();
        let mut open: [Option<usize>; 2] = [None, None];
        for (stream, bytes) in &self.chunks {
            let slot = usize::from(*stream == Stream::Stderr);
            for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
                let at = match open.get(slot).copied().flatten() {
                    Some(at) => at,
                    None => {
                        lines.push((*stream, Vec::new()));
                        lines.len() - 1
                    }
                };
                let ended = piece.last() == Some(&b'\n');
                if let Some((_, line)) = lines.get_mut(at) {
                    line.extend_from_slice(piece.strip_suffix(b"\n").unwrap_or(piece));
                }
                if let Some(slot) = open.get_mut(slot) {
                    *slot = (!ended).then_some(at);
                }
            }
        }
        lines
            .into_iter()
            .map(|(stream, line)| OutputLine {
                stream,
                text: String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(&line))
                    .into_owned(),
            })
            .collect()
    }

    /// The last lines, which reports show.
    #[must_use]
    pub fn last_lines(&self, count: usize) -> Vec<OutputLine> {
        let mut lines = self.lines();
        lines.split_off(lines.len().saturating_sub(count))
    }

    /// How many bytes are held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.chunks.iter().map(|(_, bytes)| bytes.len()).sum()
    }

    /// True when nothing was printed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// Adds another command's output behind this one's.
    pub fn append(&mut self, other: Self) {
        self.chunks.extend(other.chunks);
    }
}

impl OutputSink for CommandOutput {
    fn write(&mut self, stream: Stream, bytes: &[u8]) {
        match self.chunks.last_mut() {
            Some((last, held)) if *last == stream => held.extend_from_slice(bytes),
            _ => self.chunks.push((stream, bytes.to_vec())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_came_in_pieces_are_whole_and_keep_their_order() {
        let mut output = CommandOutput::default();
        output.write(Stream::Stdout, b"one\ntw");
        output.write(Stream::Stderr, b"oops\n");
        output.write(Stream::Stdout, b"o\r\n\xff\xfe");
        let lines: Vec<String> = output.lines().into_iter().map(|line| line.text).collect();
        assert_eq!(lines, ["one", "two", "oops", "\u{fffd}\u{fffd}"]);
        assert_eq!(output.bytes(Stream::Stdout), b"one\ntwo\r\n\xff\xfe");
        assert_eq!(output.last_lines(1).len(), 1);
    }
}
