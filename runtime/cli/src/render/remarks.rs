//! What components remark, on standard error.
//!
//! | level | shown |
//! | --- | --- |
//! | `warning` | always; the same text of the same component once |
//! | `info` | with `-v` |
//! | `debug`, and others | with `-vv` |

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use windlass::engine::plugins::Remark;

use crate::ui::Ui;

/// Shows remarks.
pub(crate) struct Remarks {
    ui: Arc<Ui>,
    /// How many `-v`.
    verbose: u8,
    /// Warnings that were shown: component and text.
    told: Mutex<HashSet<(String, String)>>,
}

impl Remarks {
    pub(crate) fn new(ui: Arc<Ui>, verbose: u8) -> Self {
        Self {
            ui,
            verbose,
            told: Mutex::default(),
        }
    }

    /// Shows one, where it is to be shown.
    pub(crate) fn show(&self, remark: &Remark) {
        let least = match remark.level.as_str() {
            "warning" => 0,
            "info" => 1,
            _ => 2,
        };
        if self.verbose < least {
            return;
        }
        let text = plain(&remark.message);
        let mut by = plain(&remark.component);
        if !by.is_empty() {
            by.push_str(": ");
        }
        if least > 0 {
            let on = remark.host.as_ref().map(|host| format!("[{host}] "));
            let on = on.unwrap_or_default();
            let line = format!("{on}{by}{}: {text}", plain(&remark.level));
            self.ui.error_line(&self.ui.error.dim(&line));
            return;
        }
        let key = (remark.component.clone(), remark.message.clone());
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.insert(key) {
            let on = remark.host.as_ref().map(|host| format!(" (on {host})"));
            let label = self.ui.error.yellow("warning:");
            self.ui
                .error_line(&format!("{label} {by}{text}{}", on.unwrap_or_default()));
        }
    }
}

/// Text without what could steer a terminal; further lines stand below the first.
fn plain(text: &str) -> String {
    let shown = |line: &str| -> String {
        let seen = line.chars().filter(|c| *c == '\t' || !c.is_control());
        seen.collect()
    };
    let lines: Vec<String> = text.trim_end().lines().map(shown).collect();
    lines.join("\n  ")
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn nothing_of_a_remark_steers_the_terminal() {
        assert_eq!(plain("a\u{1b}[2J\tb\r\nc\n"), "a[2J\tb\n  c");
    }
}
