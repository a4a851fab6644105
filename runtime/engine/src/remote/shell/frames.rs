//! Takes one stream of a shell apart into the outputs of its commands.

use memchr::memmem;

/// One stream of a shell.
pub(super) struct Frames {
    /// A record separator (a byte that output rarely ends with, so that little is held back), the shell's mark, a space.
    mark: Vec<u8>,
    held: Vec<u8>,
}

/// What a stream says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Output of the command whose turn it is.
    Output(Vec<u8>),
    /// That command's end: the words after the mark.
    End(String),
}

impl Frames {
    /// A stream in which ends are marked with this word.
    pub(super) fn new(mark: &str) -> Self {
        Self {
            mark: format!("\x1e{mark} ").into_bytes(),
            held: Vec::new(),
        }
    }

    /// Takes bytes, and tells what they say. What may be the beginning of a mark is held back.
    pub(super) fn feed(&mut self, bytes: &[u8], mut tell: impl FnMut(Found)) {
        self.held.extend_from_slice(bytes);
        loop {
            if let Some(at) = memmem::find(&self.held, &self.mark) {
                let after = at + self.mark.len();
                let rest = self.held.get(after..).unwrap_or_default();
                let Some(end) = memchr::memchr(b'\n', rest) else {
                    self.give(at, &mut tell);
                    return;
                };
                let words =
                    String::from_utf8_lossy(rest.get(..end).unwrap_or_default()).into_owned();
                self.give(at, &mut tell);
                self.held.drain(..self.mark.len() + end + 1);
                tell(Found::End(words));
            } else {
                let kept = self.may_begin();
                self.give(self.held.len() - kept, &mut tell);
                return;
            }
        }
    }

    /// What is held when the stream ends.
    pub(super) fn rest(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.held)
    }

    fn give(&mut self, count: usize, tell: &mut impl FnMut(Found)) {
        if count > 0 {
            tell(Found::Output(self.held.drain(..count).collect()));
        }
    }

    /// How many bytes at the end may be the beginning of a mark.
    fn may_begin(&self) -> usize {
        let longest = self.mark.len().saturating_sub(1).min(self.held.len());
        (1..=longest)
            .rev()
            .find(|count| {
                let tail = self.held.get(self.held.len() - count..);
                tail == self.mark.get(..*count)
            })
            .unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(chunks: &[&[u8]]) -> (Vec<(Vec<u8>, String)>, Vec<u8>) {
        let mut frames = Frames::new("M");
        let (mut ended, mut current) = (Vec::new(), Vec::new());
        for chunk in chunks {
            frames.feed(chunk, |found| match found {
                Found::Output(bytes) => current.extend(bytes),
                Found::End(words) => ended.push((std::mem::take(&mut current), words)),
            });
        }
        current.extend(frames.rest());
        (ended, current)
    }

    #[test]
    fn outputs_end_at_their_marks_whatever_they_hold() {
        let (ended, rest) =
            parse(&[b"one\n\x1eM 1 0\n\x1eM 2 7\n\n\x1eM\xff\x00\x1eM 3 0\ntail\n"]);
        assert_eq!(
            ended,
            [
                (b"one\n".to_vec(), String::from("1 0")),
                (Vec::new(), String::from("2 7")),
                (b"\n\x1eM\xff\x00".to_vec(), String::from("3 0")),
            ]
        );
        assert_eq!(rest, b"tail\n");
    }

    #[test]
    fn a_whole_line_is_told_at_once() {
        let mut frames = Frames::new("M");
        let mut told = Vec::new();
        frames.feed(b"12345\n", |found| told.push(found));
        assert_eq!(told, [Found::Output(b"12345\n".to_vec())]);
    }

    proptest! {
        #[test]
        fn pieces_make_no_difference(
            outputs in proptest::collection::vec(proptest::collection::vec(prop_oneof![
                Just(b'\x1e'), Just(b'M'), Just(b' '), any::<u8>()
            ], 0..12), 1..6),
            cuts in proptest::collection::vec(0_usize..80, 0..8),
        ) {
            // A mark is random: outputs do not hold it.
            prop_assume!(outputs.iter().all(|output| memmem::find(output, b"\x1eM ").is_none()));
            let mut whole = Vec::new();
            for (at, output) in outputs.iter().enumerate() {
                whole.extend_from_slice(output);
                whole.extend_from_slice(format!("\x1eM {at} 0\n").as_bytes());
            }
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(whole.len())).collect();
            cuts.sort_unstable();
            let (mut chunks, mut from) = (Vec::new(), 0);
            for cut in cuts.into_iter().chain([whole.len()]) {
                chunks.push(&whole[from..cut]);
                from = cut;
            }
            let (ended, rest) = parse(&chunks);
            prop_assert_eq!(ended.len(), outputs.len());
            for ((found, _), output) in ended.iter().zip(&outputs) {
                prop_assert_eq!(found, output);
            }
            prop_assert!(rest.is_empty());
        }
    }
}
