//! Where output goes: results to standard output, everything else to standard error, bars only on a terminal.

use std::io::{IsTerminal, Write};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use windlass::engine::json::Json;

/// Colours, or none.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Style {
    on: bool,
}

impl Style {
    fn paint(self, code: &str, text: &str) -> String {
        if self.on {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    pub(crate) fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    pub(crate) fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    pub(crate) fn red(self, text: &str) -> String {
        self.paint("31", text)
    }

    pub(crate) fn green(self, text: &str) -> String {
        self.paint("32", text)
    }

    pub(crate) fn yellow(self, text: &str) -> String {
        self.paint("33", text)
    }

    pub(crate) fn cyan(self, text: &str) -> String {
        self.paint("36", text)
    }
}

/// The two streams, and what may be drawn on them.
pub(crate) struct Ui {
    /// Only JSON on standard output.
    pub(crate) json: bool,
    /// Colours of standard output.
    pub(crate) out: Style,
    /// Colours of standard error.
    pub(crate) error: Style,
    bars: MultiProgress,
    drawn: bool,
}

impl Ui {
    /// What the terminal and the environment allow.
    pub(crate) fn new(json: bool) -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let drawn = std::io::stderr().is_terminal() && !json && !plain_terminal();
        let target = if drawn {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        Self {
            json,
            out: Style {
                on: !plain && !json && std::io::stdout().is_terminal(),
            },
            error: Style {
                on: !plain && std::io::stderr().is_terminal(),
            },
            bars: MultiProgress::with_draw_target(target),
            drawn,
        }
    }

    /// A result: text on standard output; nothing with `--json`.
    pub(crate) fn line(&self, text: &str) {
        if !self.json {
            self.write_out(text);
        }
    }

    /// A result as one line of JSON.
    pub(crate) fn json_line(&self, value: &Json) {
        self.write_out(&value.to_string());
    }

    /// A result as indented JSON.
    pub(crate) fn json_document(&self, value: &Json) {
        self.write_out(&serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string()));
    }

    fn write_out(&self, text: &str) {
        // A reader that went away wants no more output.
        self.bars.suspend(|| {
            let _ = writeln!(std::io::stdout().lock(), "{text}");
        });
    }

    /// Does something at the terminal, with nothing drawn or written meanwhile.
    pub(crate) fn alone<T>(&self, work: impl FnOnce() -> T) -> T {
        self.bars.suspend(work)
    }

    /// A line on standard error.
    pub(crate) fn error_line(&self, text: &str) {
        self.bars.suspend(|| {
            let _ = writeln!(std::io::stderr().lock(), "{text}");
        });
    }

    /// A bar for `length` things; hidden where there is no terminal.
    pub(crate) fn bar(&self, length: usize, what: &'static str) -> ProgressBar {
        if !self.drawn {
            return ProgressBar::hidden();
        }
        let bar = self.bars.add(ProgressBar::new(length as u64));
        if let Ok(style) =
            ProgressStyle::with_template("{prefix:>10} {bar:30} {pos}/{len} {wide_msg}")
        {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_prefix(what);
        bar
    }
}

/// Terminals that cannot move the cursor.
fn plain_terminal() -> bool {
    std::env::var_os("TERM").is_none_or(|term| term == "dumb")
}
