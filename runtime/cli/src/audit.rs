//! The audit of a run: where it is kept, what it says of who called, and its beginning and end.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use windlass::engine::audit::{Audit, AuditOptions, RunInfo};
use windlass::engine::error::EngineError;
use windlass::engine::state::State;

use crate::errors::CliError;
use crate::run::state_folder;

/// The file of records, below [`folder`].
pub(crate) const NAME: &str = "ledger.jsonl";

/// Words in the names of options and arguments whose values are not recorded.
const HIDDEN: [&str; 5] = ["password", "passphrase", "secret", "token", "key"];

/// The folder of the audit, below the user's state folder.
pub(crate) fn folder() -> Result<Utf8PathBuf, CliError> {
    Ok(state_folder()?.join("audit"))
}

/// Begins the audit of a run where its settings, or a policy, want one. Without it such a run does not begin.
pub(crate) fn begin(state: &State, command: &str, required: bool) -> Result<(), CliError> {
    let (file, heads) = {
        let config = state.config();
        if !config.audit && !required {
            return Ok(());
        }
        (config.audit_file.clone(), config.audit_heads.clone())
    };
    let folder = folder()?;
    let mut options = AuditOptions::below(&folder);
    if let Some(file) = file {
        options.file = file.into();
    }
    options.heads = heads;
    let info = RunInfo {
        command: command.to_owned(),
        words: words(),
        folder: std::env::current_dir()
            .map(|folder| folder.display().to_string())
            .unwrap_or_default(),
        packs: state.plugins().packs(),
    };
    make_folder(&folder)?;
    let audit = Audit::open(&options, state.secrets(), &info).map_err(EngineError::from)?;
    state.set_audit(audit);
    Ok(())
}

/// Ends it.
pub(crate) fn end(audit: &Arc<Audit>, error: Option<&str>) -> Result<(), CliError> {
    Ok(audit.finish(error).map_err(EngineError::from)?)
}

/// The key is there also when the file of records is elsewhere.
fn make_folder(folder: &Utf8Path) -> Result<(), CliError> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(CliError::io(format!("making the folder {folder}")))
}

/// The words of the command line, without those that may be passwords.
fn words() -> Vec<String> {
    let given = std::env::args_os().skip(1);
    given.map(|word| shown(&word.to_string_lossy())).collect()
}

fn shown(word: &str) -> String {
    let hidden = |name: &str| {
        let name = name.to_lowercase();
        HIDDEN.iter().any(|word| name.contains(word))
    };
    match word.rsplit_once('=') {
        _ if word.trim_start().starts_with('{') => String::from("{…}"),
        Some((names, _)) if hidden(names) => match word.split_once('=') {
            Some((name, rest)) if !hidden(name) => format!("{name}={}", shown(rest)),
            Some((name, _)) => format!("{name}=…"),
            None => String::from("…"),
        },
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_on_the_command_line_are_not_recorded() {
        assert_eq!(shown("ssh_password=hunter2"), "ssh_password=…");
        assert_eq!(shown("--data=db_token=x=y"), "--data=db_token=…");
        assert_eq!(shown("{\"a\": 1}"), "{…}");
        assert_eq!(shown("deploy.star"), "deploy.star");
    }
}
