//! The command line at a terminal: what it shows there, and what is typed.

use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};

use crate::Windlass;

/// How long something may take to appear before the test fails. On an idle machine it is a fraction of a second.
const PATIENCE: Duration = Duration::from_secs(120);

/// A command that runs at a terminal of its own.
pub struct AtTerminal {
    child: Box<dyn Child + Send + Sync>,
    keyboard: Box<dyn Write + Send>,
    screen: Receiver<Vec<u8>>,
    shown: String,
    /// How much of it was waited for already.
    seen: usize,
}

impl Windlass {
    /// Begins a command at a terminal, 100 columns wide. `TERM` is `dumb` unless the environment was given another.
    ///
    /// # Panics
    /// When there is no terminal to be had, or the program does not start.
    #[must_use]
    pub fn at_terminal<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> AtTerminal {
        let size = PtySize {
            rows: 30,
            cols: 100,
            ..PtySize::default()
        };
        let pty = native_pty_system().openpty(size).expect("a terminal");
        let plain = self.command(args);
        let mut command = CommandBuilder::new(plain.get_program());
        command.args(plain.get_args());
        command.cwd(plain.get_current_dir().expect("a working folder"));
        command.env_clear();
        for (name, value) in plain.get_envs() {
            command.env(name, value.unwrap_or_default());
        }
        let child = pty.slave.spawn_command(command).expect("the program runs");
        // What is left of it here would keep the terminal open after the program's end.
        drop(pty.slave);
        let mut reader = pty.master.try_clone_reader().expect("a screen");
        let keyboard = pty.master.take_writer().expect("a keyboard");
        let (sender, screen) = channel();
        std::thread::spawn(move || {
            let mut piece = [0; 4096];
            // A terminal whose other side is gone ends in an error on Linux.
            while let Ok(count @ 1..) = reader.read(&mut piece) {
                let _ = sender.send(piece[..count].to_vec());
            }
            drop(pty.master);
        });
        AtTerminal {
            child,
            keyboard,
            screen,
            shown: String::new(),
            seen: 0,
        }
    }
}

impl AtTerminal {
    /// Waits until `text` is shown, after all that was waited for before.
    ///
    /// # Panics
    /// When the command ends, or a long time passes, without it.
    #[track_caller]
    pub fn sees(&mut self, text: &str) -> &mut Self {
        let until = Instant::now() + PATIENCE;
        loop {
            let fresh = self.shown.get(self.seen..).unwrap_or_default();
            if let Some(at) = fresh.find(text) {
                self.seen += at + text.len();
                return self;
            }
            let left = until.saturating_duration_since(Instant::now());
            match self.screen.recv_timeout(left) {
                Ok(piece) => self.shown.push_str(&String::from_utf8_lossy(&piece)),
                Err(_) => panic!("`{text}` was not shown\n{}", self.shown),
            }
        }
    }

    /// Types bytes as they are: a line wants its `\n`, Ctrl-C is `\x03`.
    ///
    /// # Panics
    /// When the terminal is gone.
    pub fn types(&mut self, keys: &str) -> &mut Self {
        self.keyboard
            .write_all(keys.as_bytes())
            .and_then(|()| self.keyboard.flush())
            .expect("a keyboard that works");
        self
    }

    /// Waits for the end: the exit status, and all that was shown.
    ///
    /// # Panics
    /// When the command does not end within a long time.
    #[track_caller]
    #[must_use]
    pub fn ends(mut self) -> (u32, String) {
        let until = Instant::now() + PATIENCE;
        while let Ok(piece) = self
            .screen
            .recv_timeout(until.saturating_duration_since(Instant::now()))
        {
            self.shown.push_str(&String::from_utf8_lossy(&piece));
        }
        if Instant::now() >= until {
            let _ = self.child.kill();
            panic!("it did not end\n{}", self.shown);
        }
        let status = self.child.wait().expect("the program's end");
        (status.exit_code(), std::mem::take(&mut self.shown))
    }
}

impl Drop for AtTerminal {
    fn drop(&mut self) {
        // A test that failed in between leaves nothing behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
