//! Finds the lines in a command's output that its wrapping prints, takes them out, and keeps apart what programs say
//! while they authenticate.

/// The process that a command line began as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) pid: u32,
    /// When it started, in the host's own unit, where it tells; with it a pid that was given again is known.
    pub(super) start: String,
}

/// What the wrapping announced.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Started(Process),
    /// The program accepted a password.
    Accepted(String),
    /// The program refused a password of this user.
    Refused {
        program: String,
        user: String,
    },
}

/// Takes marks out of one stream.
#[derive(Debug)]
pub(super) struct Marks {
    nonce: Vec<u8>,
    /// How many are still to come.
    expected: usize,
    started: bool,
    held: Vec<u8>,
    /// What was printed between marks: prompts, lectures, refusals.
    said: Vec<u8>,
}

/// The most that is held back while a mark is awaited. What greets a login before it stays well below.
const HELD: usize = 256 * 1024;

impl Marks {
    /// A stream in which the start is announced, then each of the programs that take a password.
    pub(super) fn new(nonce: &str, passwords: usize) -> Self {
        Self {
            nonce: nonce.into(),
            expected: 1 + passwords,
            started: false,
            held: Vec::new(),
            said: Vec::new(),
        }
    }

    /// What programs said while they authenticated.
    pub(super) fn said(&self) -> String {
        String::from_utf8_lossy(&self.said).into_owned()
    }

    /// Takes bytes, gives what is output, and tells of each mark.
    pub(super) fn feed(&mut self, bytes: &[u8], mut tell: impl FnMut(Mark)) -> Vec<u8> {
        if self.expected == 0 {
            return bytes.to_vec();
        }
        self.held.extend_from_slice(bytes);
        let mut output = Vec::new();
        while self.expected > 0 {
            let Some((before, line, after)) = self.next_line() else {
                break;
            };
            let rest = self.held.split_off(after);
            self.held.truncate(before);
            let held = std::mem::replace(&mut self.held, rest);
            if self.started {
                self.said.extend_from_slice(&held);
            } else {
                output.extend_from_slice(&held);
            }
            self.expected -= 1;
            match mark(&line) {
                Some(mark @ Mark::Refused { .. }) => {
                    // The program is done: nothing else is announced.
                    tell(mark);
                    self.expected = usize::MAX;
                    self.said.append(&mut self.held);
                    return output;
                }
                Some(mark) => tell(mark),
                None => {}
            }
            self.started = true;
        }
        if self.expected == 0 {
            output.append(&mut self.held);
        } else if self.held.len() > HELD {
            if self.started {
                self.held.drain(..self.held.len() - HELD / 2);
            } else {
                // No mark will come any more: a login shell that does not run what it is given.
                self.expected = 0;
                output.append(&mut self.held);
            }
        }
        output
    }

    /// What is left when the stream has ended.
    pub(super) fn finish(&mut self) -> Vec<u8> {
        let held = std::mem::take(&mut self.held);
        if self.started && self.expected > 0 {
            self.said.extend_from_slice(&held);
            return Vec::new();
        }
        held
    }

    /// The next whole line with the nonce: where it begins, what it says, where it ends.
    fn next_line(&self) -> Option<(usize, String, usize)> {
        let at = self
            .held
            .windows(self.nonce.len())
            .position(|window| window == self.nonce)?;
        let rest = self.held.get(at + self.nonce.len()..)?;
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let line = String::from_utf8_lossy(rest.get(..end)?).trim().to_owned();
        Some((at, line, at + self.nonce.len() + end + 1))
    }
}

fn mark(line: &str) -> Option<Mark> {
    let mut words = line.split_whitespace();
    let first = words.next()?;
    let second = words.next();
    Some(match first.strip_suffix("-refused") {
        Some(program) => Mark::Refused {
            program: program.to_owned(),
            user: second.unwrap_or("?").to_owned(),
        },
        None if first == "start" => Mark::Started(Process {
            pid: second?.parse().ok()?,
            start: words.next().unwrap_or_default().to_owned(),
        }),
        None => Mark::Accepted(first.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn run(passwords: usize, chunks: &[&[u8]]) -> (Vec<u8>, Vec<Mark>, String) {
        let mut marks = Marks::new("N0", passwords);
        let (mut output, mut found) = (Vec::new(), Vec::new());
        for chunk in chunks {
            output.extend(marks.feed(chunk, |mark| found.push(mark)));
        }
        output.extend(marks.finish());
        (output, found, marks.said())
    }

    fn started() -> Mark {
        Mark::Started(Process {
            pid: 12,
            start: String::from("99"),
        })
    }

    #[test]
    fn what_stands_before_the_start_is_output_and_what_authentication_says_is_not() {
        let (output, found, said) = run(
            2,
            &[b"motd\nN0 start 12 99\nlecture\nN0 sudo\nPassword: N0 su\nout N0 x\n"],
        );
        assert_eq!(output, b"motd\nout N0 x\n");
        assert_eq!(
            found,
            [
                started(),
                Mark::Accepted("sudo".into()),
                Mark::Accepted("su".into())
            ]
        );
        assert_eq!(said, "lecture\nPassword: ");
    }

    #[test]
    fn a_refusal_ends_it() {
        let (output, found, said) =
            run(1, &[b"N0 start 12 99\r\nSorry.\nN0 sudo-refused bob\nmore"]);
        assert!(output.is_empty());
        assert_eq!(
            found[1],
            Mark::Refused {
                program: "sudo".into(),
                user: "bob".into()
            }
        );
        assert_eq!(said, "Sorry.\nmore");
    }

    #[test]
    fn without_a_mark_nothing_is_lost() {
        let noise = vec![b'x'; HELD + 10];
        assert_eq!(run(0, &[&noise, b"y"]).0.len(), HELD + 11);
        assert_eq!(run(0, &[b"sh: not found\n"]).0, b"sh: not found\n");
        assert_eq!(
            run(1, &[b"N0 start 12 99\nsu: Authentication failure\n"]).2,
            "su: Authentication failure\n"
        );
    }

    proptest! {
        #[test]
        fn pieces_make_no_difference(cuts in proptest::collection::vec(0_usize..60, 0..6)) {
            let whole: &[u8] = b"a\nN0 start 12 99\nPassword: \nN0 su\nN0 sudo\n\xff\n";
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(whole.len())).collect();
            cuts.sort_unstable();
            let mut chunks = Vec::new();
            let mut from = 0;
            for cut in cuts.into_iter().chain([whole.len()]) {
                chunks.push(&whole[from..cut]);
                from = cut;
            }
            let (output, found, said) = run(1, &chunks);
            prop_assert_eq!(output, b"a\nN0 sudo\n\xff\n".to_vec());
            prop_assert_eq!(found.len(), 2);
            prop_assert_eq!(said, "Password: \n");
        }
    }
}
