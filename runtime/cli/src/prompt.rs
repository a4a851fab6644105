//! Questions at the terminal: yes or no, and passwords that are not shown.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, IsTerminal, Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use crate::context::Context;
use crate::errors::CliError;
use crate::interrupt::Interrupts;

/// An error unless there is someone to ask, or nothing to ask.
pub(crate) fn can_ask(yes: bool) -> Result<(), CliError> {
    if yes || std::io::stdin().is_terminal() {
        return Ok(());
    }
    Err(CliError::Usage(String::from(
        "there is no terminal to ask for approval on\n  add --yes to apply without asking, or use `windlass plan` to see what would change",
    )))
}

/// Asks; anything but `y` and `yes` means no.
pub(crate) async fn confirm(question: &str, interrupts: &Interrupts) -> Result<bool, CliError> {
    eprint!("{question} [y/N] ");
    let _ = std::io::stderr().flush();
    let answer = tokio::task::spawn_blocking(|| {
        let mut answer = String::new();
        std::io::stdin()
            .lock()
            .read_line(&mut answer)
            .map(|_| answer)
    });
    let answer = tokio::select! {
        answer = answer => answer,
        () = interrupts.wait() => return Err(CliError::Interrupted),
    };
    match answer {
        Ok(Ok(answer)) => Ok(is_yes(&answer)),
        Ok(Err(error)) => Err(CliError::io("reading the answer")(error)),
        Err(_) => Ok(false),
    }
}

/// Shows what is to be approved, and whether somebody says yes to it: `approved` is a yes that was given before.
/// `otherwise` says what did not happen.
pub(crate) fn approve(
    context: &Context,
    brought: &[String],
    approved: bool,
    otherwise: &str,
) -> Result<bool, CliError> {
    for one in brought {
        context.ui.error_line(&format!("+ {one}"));
    }
    if brought.is_empty() || approved {
        return Ok(true);
    }
    if context.ui.json || !std::io::stdin().is_terminal() {
        return Err(CliError::Usage(format!(
            "somebody must approve that {}; {otherwise}\n  --approve does, once you have read it; --yes does not",
            brought.join("; ")
        )));
    }
    answer("Approve that? [y/N] ")
}

/// Asks for a password at the terminal, which does not show it. `setting` is the setting that may hold it instead.
pub(crate) fn password(what: &str, setting: &str) -> Result<String, CliError> {
    hidden(
        what,
        &format!(
            "put {setting} = {{ \"$secret\" = \"env:NAME\" }} into the inventory; its value is then read from the variable NAME"
        ),
    )
}

/// Asks for something at the terminal, which does not show it. `otherwise` is what to do where there is none.
pub(crate) fn hidden(what: &str, otherwise: &str) -> Result<String, CliError> {
    let mut terminal = terminal().map_err(|_| {
        CliError::Usage(format!(
            "there is no terminal to ask for {what} on\n  {otherwise}"
        ))
    })?;
    ask(&mut terminal, &format!("{what}: "), LocalModes::ECHO)
}

/// Asks yes or no at the terminal itself, in the midst of other work: Ctrl-C is an answer too.
pub(crate) fn answer(question: &str) -> Result<bool, CliError> {
    let mut terminal = terminal().map_err(CliError::io("opening the terminal"))?;
    let typed = ask(&mut terminal, question, LocalModes::empty())?;
    Ok(is_yes(&typed))
}

fn is_yes(typed: &str) -> bool {
    matches!(typed.trim().to_lowercase().as_str(), "y" | "yes")
}

fn terminal() -> std::io::Result<File> {
    OpenOptions::new().read(true).write(true).open("/dev/tty")
}

/// Asks, and reads a line with these modes of the terminal off.
fn ask(terminal: &mut File, question: &str, off: LocalModes) -> Result<String, CliError> {
    let quiet = Quiet::begin(terminal, off).map_err(CliError::io("preparing the terminal"))?;
    let told = write!(terminal, "{question}").and_then(|()| terminal.flush());
    told.map_err(CliError::io("asking"))?;
    let typed = read_typed(terminal);
    drop(quiet);
    if !off.is_empty() {
        // The end of the line was not shown either.
        let _ = writeln!(terminal);
    }
    typed
}

/// Set once Ctrl-C was typed as an answer.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// True once Ctrl-C was typed as an answer.
pub(crate) fn was_interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// Makes a Ctrl-C that was typed as an answer what it is everywhere else.
pub(crate) fn pass_on_interrupt() {
    INTERRUPTED.store(true, Ordering::SeqCst);
    // Who cannot signal itself goes on without an answer.
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::INT);
}

/// Reads to the end of the line. Ctrl-C arrives as a byte, since the terminal sends no signals meanwhile.
fn read_typed(terminal: &mut File) -> Result<String, CliError> {
    let mut typed = Vec::new();
    let mut byte = [0];
    loop {
        let count = terminal
            .read(&mut byte)
            .map_err(CliError::io("reading a password"))?;
        match byte.first().copied().unwrap_or_default() {
            _ if count == 0 => break,
            3 => return Err(CliError::Interrupted),
            4 | b'\n' | b'\r' => break,
            8 | 127 => {
                // A character of several bytes goes as a whole.
                while typed.pop().is_some_and(|last: u8| last & 0xc0 == 0x80) {}
            }
            other => typed.push(other),
        }
    }
    String::from_utf8(typed)
        .map_err(|_| CliError::Usage(String::from("what was typed is no UTF-8 text")))
}

/// A terminal that gives each key at once and sends no signals; it is as before when this is dropped.
struct Quiet {
    terminal: File,
    before: Termios,
}

impl Quiet {
    fn begin(terminal: &File, off: LocalModes) -> std::io::Result<Self> {
        let before = tcgetattr(terminal)?;
        let mut silent = before.clone();
        silent
            .local_modes
            .remove(off | LocalModes::ICANON | LocalModes::ISIG);
        tcsetattr(terminal, OptionalActions::Flush, &silent)?;
        Ok(Self {
            terminal: terminal.try_clone()?,
            before,
        })
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        // A terminal that is gone needs no settings.
        let _ = tcsetattr(&self.terminal, OptionalActions::Now, &self.before);
    }
}
