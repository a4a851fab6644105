//! One open shell: what was given to it, whose output comes, and how it ended.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tokio::sync::{OnceCell, mpsc};

use super::feed::Feed;
use super::frames::{Found, Frames};
use super::script;
use crate::arguments::{GlobalArguments, ShellExecutable};
use crate::command::{CommandOutput, Composed, compose_marked};
use crate::connector::{ConnectorError, ExecRequest, Exit, OutputSink, Stdin, Stream};
use crate::remote::RemoteError;
use crate::remote::data::{Shared, behind, lock, random_name};
use crate::remote::exec::{Known, Routine, announced, privilege_only};
use crate::remote::host::Core;
use crate::remote::marks::Marks;
use crate::remote::refusal::refusal;

/// How much of what a shell says before it is ready is kept, in bytes.
const SAID: usize = 64 * 1024;

/// What becomes of a command in a shell.
pub(in crate::remote) enum Piece {
    /// Its turn has come.
    Began,
    Output(Stream, Vec<u8>),
    Ended(Exit),
    /// A command before it in its chain failed: it did not run.
    Skipped,
    /// The shell, or the connection, ended while it ran.
    Lost(String),
    /// The shell ended before its turn: it did not run.
    NotRun,
    /// There is no such shell: becoming its user was refused.
    Refused(RemoteError),
}

/// A shell, open or ended.
pub(in crate::remote) struct Shell {
    turns: Mutex<Turns>,
    known: Shared<Known>,
    /// What was found out when it was ended by force.
    end: OnceCell<String>,
    arguments: GlobalArguments,
}

struct Turns {
    /// None when the shell takes no more.
    input: Option<mpsc::UnboundedSender<Bytes>>,
    next: u64,
    /// What was given and has not ended. The first is running.
    items: VecDeque<Item>,
    /// Whose output comes on which stream.
    current: [u64; 2],
    /// Whether it takes what commands read; none before it said so.
    prints: Option<bool>,
    /// The routines that it knows.
    told: Vec<&'static str>,
    said: CommandOutput,
}

/// What a command asks of its shell.
#[derive(Clone, Copy)]
pub(in crate::remote) struct Asked {
    /// True for what only looks.
    pub(in crate::remote) looks: bool,
    /// True for what has standard input.
    pub(in crate::remote) reads: bool,
    /// A routine that it calls.
    pub(in crate::remote) routine: Option<&'static Routine>,
}

struct Item {
    number: u64,
    to: mpsc::UnboundedSender<Piece>,
    status: Option<i32>,
    skipped: bool,
    looks: bool,
    /// The streams on which it has ended.
    ended: [bool; 2],
}

fn at(stream: Stream) -> usize {
    usize::from(stream == Stream::Stderr)
}

impl Shell {
    /// Opens a shell as whoever the arguments say. Nothing is waited for: what fails is told to the commands.
    pub(super) fn open(
        core: &Arc<Core>,
        arguments: &GlobalArguments,
    ) -> Result<Arc<Self>, RemoteError> {
        let nonce = random_name()?;
        let arguments = GlobalArguments {
            shell_executable: Some(ShellExecutable::None),
            ..privilege_only(arguments)
        };
        let composed = compose_marked("sh", &arguments, &nonce);
        let head = core.password_lines(&composed)?;
        let (input, pieces) = mpsc::unbounded_channel();
        let mark = random_name()?;
        let _ = input.send(Bytes::from(script::first(&mark)));
        let request = ExecRequest {
            command: announced(&composed, &nonce, false),
            stdin: behind(head, Stdin::Reader(Box::new(Feed::new(pieces))), None),
            pty: false,
        };
        let shell = Arc::new(Self {
            turns: Mutex::new(Turns {
                input: Some(input),
                next: 1,
                items: VecDeque::new(),
                current: [0, 0],
                prints: None,
                told: Vec::new(),
                said: CommandOutput::default(),
            }),
            known: Shared::default(),
            end: OnceCell::new(),
            arguments,
        });
        let mut streams = Streams {
            shell: shell.clone(),
            marks: Marks::new(&nonce, composed.passwords.len()),
            frames: [Frames::new(&mark), Frames::new(&mark)],
        };
        let (session, shared) = (core.session.clone(), shell.clone());
        let core = Arc::downgrade(core);
        tokio::spawn(async move {
            let exit = session.exec(request, &mut streams).await;
            streams.finish();
            if let Some(core) = core.upgrade() {
                shared.ended(&core, exit, &composed);
            }
        });
        Ok(shell)
    }

    /// Gives it a command. None when it takes no more, or cannot take what this one reads.
    pub(super) fn give(
        &self,
        script: impl FnOnce(u64) -> String,
        asked: Asked,
    ) -> Option<mpsc::UnboundedReceiver<Piece>> {
        let mut turns = lock(&self.turns);
        if asked.reads && turns.prints == Some(false) {
            return None;
        }
        let number = turns.next;
        let told = asked
            .routine
            .is_none_or(|routine| turns.told.contains(&routine.name));
        if let (false, Some(routine)) = (told, asked.routine) {
            let definition = Bytes::from(script::definition(routine));
            turns.input.as_ref()?.send(definition).ok()?;
            turns.told.push(routine.name);
        }
        let input = turns.input.as_ref()?;
        input.send(Bytes::from(script(number))).ok()?;
        turns.next += 1;
        let (to, pieces) = mpsc::unbounded_channel();
        turns.items.push_back(Item {
            number,
            to,
            status: None,
            skipped: false,
            looks: asked.looks,
            ended: [false, false],
        });
        turns.announce();
        Some(pieces)
    }

    pub(super) fn is_idle(&self) -> bool {
        lock(&self.turns).items.is_empty()
    }

    /// True where nothing runs or waits that may change something.
    pub(super) fn only_looks(&self) -> bool {
        lock(&self.turns).items.iter().all(|item| item.looks)
    }

    pub(super) fn is_open(&self) -> bool {
        lock(&self.turns).input.is_some()
    }

    /// Takes no more commands: the shell ends after those that it has.
    pub(super) fn close(&self) {
        lock(&self.turns).input = None;
    }

    /// Ends it with all that came from it. Says what is known afterwards, as a sentence's end.
    pub(in crate::remote) async fn end(&self, core: &Arc<Core>) -> String {
        self.close();
        self.end
            .get_or_init(|| async {
                let process = crate::remote::exec::begun(&self.known).await;
                core.end(process, &self.arguments).await
            })
            .await
            .clone()
    }

    fn output(&self, stream: Stream, bytes: Vec<u8>) {
        let mut turns = lock(&self.turns);
        let number = turns.current.get(at(stream)).copied().unwrap_or_default();
        if number == 0 {
            if turns.said.stdout().len() + turns.said.stderr().len() < SAID {
                turns.said.write(stream, &bytes);
            }
        } else if let Some(item) = turns.items.iter().find(|item| item.number == number) {
            let _ = item.to.send(Piece::Output(stream, bytes));
        }
    }

    fn command_ended(&self, stream: Stream, words: &str) {
        let mut turns = lock(&self.turns);
        let mut words = words.split(' ');
        let number: u64 = words
            .next()
            .and_then(|word| word.parse().ok())
            .unwrap_or_default();
        let how = words.next().unwrap_or_default();
        let status: Option<i32> = how.parse().ok();
        if number == 0 && stream == Stream::Stdout {
            turns.prints = Some(words.next() == Some("printf"));
        }
        if let Some(current) = turns.current.get_mut(at(stream)) {
            *current = number + 1;
        }
        if let Some(item) = turns.items.iter_mut().find(|item| item.number == number) {
            item.status = status.or(item.status);
            item.skipped |= how == script::SKIPPED;
            if let Some(ended) = item.ended.get_mut(at(stream)) {
                *ended = true;
            }
        }
        while let Some(item) = turns.items.pop_front_if(|item| item.ended == [true, true]) {
            let _ = item.to.send(match item.skipped {
                true => Piece::Skipped,
                false => Piece::Ended(Exit {
                    status: item.status,
                    signal: None,
                }),
            });
        }
        turns.announce();
    }

    /// The channel is gone: what it had to do is told that.
    fn ended(&self, core: &Core, exit: Result<Exit, ConnectorError>, composed: &Composed) {
        let mut turns = lock(&self.turns);
        turns.input = None;
        let items = std::mem::take(&mut turns.items);
        if turns.prints.is_some() {
            let why = match exit {
                Ok(_) => String::from("the shell that it ran in ended"),
                Err(ConnectorError::Lost(message)) => message,
                Err(error) => error.to_string(),
            };
            for (at, item) in items.into_iter().enumerate() {
                let _ = item.to.send(match at {
                    0 => Piece::Lost(why.clone()),
                    _ => Piece::NotRun,
                });
            }
            return;
        }
        core.shells.unusable(&self.arguments);
        let refused =
            exit.ok().and_then(
                |exit| match core.judge(exit, composed, &lock(&self.known)) {
                    Ok(exit) => refusal(&core.host, &exit, &turns.said, false, &self.arguments),
                    Err(error) => Some(error),
                },
            );
        for item in items {
            let _ = item.to.send(match &refused {
                Some(error) => Piece::Refused(error.clone()),
                None => Piece::NotRun,
            });
        }
    }
}

impl Turns {
    /// Tells the first of those that wait that its turn has come, once the shell is ready for it.
    fn announce(&mut self) {
        if self.prints.is_none() {
            return;
        }
        if let Some(item) = self.items.front() {
            let _ = item.to.send(Piece::Began);
        }
    }
}

/// The streams of a shell, on their way to its commands.
struct Streams {
    shell: Arc<Shell>,
    marks: Marks,
    frames: [Frames; 2],
}

impl Streams {
    fn frames(&mut self, stream: Stream, bytes: &[u8]) {
        let shell = &self.shell;
        let [out, err] = &mut self.frames;
        let frames = match stream {
            Stream::Stdout => out,
            Stream::Stderr => err,
        };
        frames.feed(bytes, |found| match found {
            Found::Output(bytes) => shell.output(stream, bytes),
            Found::End(words) => shell.command_ended(stream, &words),
        });
    }

    fn finish(&mut self) {
        let rest = self.marks.finish();
        self.frames(Stream::Stderr, &rest);
        lock(&self.shell.known).said = self.marks.said();
        for (stream, at) in [(Stream::Stdout, 0), (Stream::Stderr, 1)] {
            let rest = self
                .frames
                .get_mut(at)
                .map(Frames::rest)
                .unwrap_or_default();
            if !rest.is_empty() {
                self.shell.output(stream, rest);
            }
        }
    }
}

impl OutputSink for Streams {
    fn write(&mut self, stream: Stream, bytes: &[u8]) {
        if stream == Stream::Stdout {
            self.frames(stream, bytes);
            return;
        }
        let known = self.shell.known.clone();
        let output = self.marks.feed(bytes, |mark| lock(&known).note(mark));
        self.frames(stream, &output);
    }
}
