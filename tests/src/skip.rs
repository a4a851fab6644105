//! Counting the tests that could not run here.
//!
//! A test whose target can't exist on this machine (no root, no `mmdebstrap`) is neither passed nor failed. It says
//! so with [`or_skip!`](crate::or_skip), which prints a line and appends it to the file that `WINDLASS_SKIPS` names;
//! `cargo xtask test` sets that variable, prints the count, and fails on a skip where `CI` is `true`.

use std::fmt;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

/// A part that a test needs and this machine lacks, with what brings it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    part: String,
    remedy: String,
}

impl Missing {
    /// Names the part (`mmdebstrap`) and what to do about it (`cargo xtask deps --yes`).
    pub fn new(part: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            part: part.into(),
            remedy: remedy.into(),
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "missing {}: {}", self.part, self.remedy)
    }
}

impl std::error::Error for Missing {}

/// Records that `test` is skipped. [`or_skip!`](crate::or_skip) calls it with the test's own name.
pub fn skip(missing: &Missing, test: &str) {
    let line = format!("SKIPPED(missing {}): {test}\n", missing.part);
    eprint!("{missing}\n{line}");
    if let Some(file) = std::env::var_os("WINDLASS_SKIPS") {
        append(Path::new(&file), &line);
    }
}

/// One short write in append mode: lines of tests that run at the same time don't mix.
fn append(file: &Path, line: &str) {
    OpenOptions::new()
        .append(true)
        .create(true)
        .open(file)
        .and_then(|mut file| file.write_all(line.as_bytes()))
        .expect("the file that WINDLASS_SKIPS names can be appended to");
}

/// The value of a `Result<T, Missing>`; where it is an error, the test is recorded as skipped and returns.
///
/// ```no_run
/// # use windlass_tests::{SshHosts, or_skip};
/// fn deploys_twice() {
///     let hosts = or_skip!(SshHosts::start(3));
///     assert_eq!(hosts.len(), 3);
/// }
/// ```
#[macro_export]
macro_rules! or_skip {
    ($value:expr) => {
        match $value {
            Ok(value) => value,
            Err(missing) => {
                fn here() {}
                let name = ::std::any::type_name_of_val(&here);
                $crate::skip(&missing, name.trim_end_matches("::here"));
                return;
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn lines_are_added() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("skips");
        append(&file, "SKIPPED(missing root): one\n");
        append(&file, "SKIPPED(missing root): two\n");
        assert_eq!(fs::read_to_string(file).unwrap().lines().count(), 2);
    }
}
