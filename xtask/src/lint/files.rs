//! Tracked files: every Rust module says what it is for, and none names a path of the machine it was written on.

use std::fs;
use std::path::Path;

use crate::failure::{Done, Failure};
use crate::workspace::{read, root};

/// In how many lines a module's head must begin.
const HEAD: usize = 3;

/// Checks every file that git tracks.
pub(super) fn check() -> Done {
    let mut list = std::process::Command::new("git");
    list.args(["ls-files", "-z"]).current_dir(root());
    let names = read(&mut list)?;
    let machine = root().to_string_lossy().into_owned();
    let mut problems = Vec::new();
    for name in names.split('\0').filter(|name| !name.is_empty()) {
        // A file that is no text, or deleted but not yet committed, has nothing to check.
        let Ok(text) = fs::read_to_string(root().join(name)) else {
            continue;
        };
        problems.extend(
            problem(Path::new(name), &text, &machine).map(|problem| format!("{name}: {problem}")),
        );
    }
    if problems.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "files break a rule:\n  {}",
        problems.join("\n  ")
    )))
}

fn problem(path: &Path, text: &str, machine: &str) -> Option<&'static str> {
    // A checkout directly below the root has a name that proves nothing, such as /src.
    if machine.matches('/').count() > 1 && text.contains(machine) {
        return Some("names this checkout's own path");
    }
    let rust = path.extension().is_some_and(|extension| extension == "rs");
    let headed = text.lines().take(HEAD).any(|line| line.starts_with("//!"));
    (rust && !headed).then_some("has no head (`//! …`) that says what the module is for")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_needs_a_head_and_no_file_a_machine() {
        let checkout = "/home/someone/checkout";
        let check = |name: &str, text: &str| problem(Path::new(name), text, checkout);
        assert!(check("a.rs", "use std::fmt;\n").is_some());
        assert!(check("a.rs", "//! For tests.\nuse std::fmt;\n").is_none());
        assert!(check("a.md", "no head needed").is_none());
        assert!(check("a.md", "see /home/someone/checkout/x").is_some());
    }
}
