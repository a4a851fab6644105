//! Secrets and private files for one command: their values travel on standard input, never on a command line.

use std::sync::Arc;

use bytes::Bytes;

use super::RemoteError;
use super::data::{OnDrop, random_name};
use super::exec::{CLEAN_UP, Command, privilege_only};
use super::host::Core;
use crate::arguments::GlobalArguments;
use crate::command::{CommandOutput, quote};
use crate::connector::{OutputSink as _, Stdin, Stream};
use crate::contract::{Atom, Content};

impl Core {
    /// Content with the values of its secrets.
    pub(super) fn join(&self, atoms: &[Atom], secrets: &[String]) -> Result<Bytes, RemoteError> {
        let mut bytes = Vec::new();
        for atom in atoms {
            match atom {
                Atom::Text(text) => bytes.extend_from_slice(text.as_bytes()),
                Atom::Bytes(raw) => bytes.extend_from_slice(raw),
                Atom::Secret(secret) => {
                    let identity = secrets.get(secret.secret as usize).ok_or_else(|| {
                        let message = format!(
                            "content names secret {}, which the call does not have",
                            secret.secret
                        );
                        RemoteError::Unsupported(message)
                    })?;
                    bytes.extend_from_slice(
                        self.secrets
                            .reveal_encoded(identity, &secret.encodings)?
                            .as_bytes(),
                    );
                }
                Atom::Other(name, _) => return Err(newer(&format!("a part of content `{name}`"))),
            }
        }
        Ok(bytes.into())
    }

    /// What a command reads. Local paths are opened as they are: whoever made the content has checked them.
    pub(super) async fn content(
        &self,
        content: &Content,
        secrets: &[String],
    ) -> Result<Stdin, RemoteError> {
        match content {
            Content::Inline(atoms) => Ok(Stdin::Bytes(self.join(atoms, secrets)?)),
            Content::Local(path) => {
                let file =
                    tokio::fs::File::open(path)
                        .await
                        .map_err(|error| RemoteError::Local {
                            what: format!("reading {path}"),
                            message: error.to_string(),
                        })?;
                Ok(Stdin::Reader(Box::new(file)))
            }
            Content::Other(name, _) => Err(newer(&format!("content `{name}`"))),
        }
    }
}

/// What this version does not know.
pub(super) fn newer(what: &str) -> RemoteError {
    RemoteError::Unsupported(format!("{what} needs a newer windlass"))
}

/// True for what a shell takes as a variable's name.
pub(super) fn is_name(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Environment whose values must not be seen: shell text that reads it from the first lines of standard input, and
/// those lines.
pub(super) fn hidden_environment(
    env: &[(String, Bytes)],
    nonce: &str,
) -> Result<(String, Vec<u8>), RemoteError> {
    if env.is_empty() {
        return Ok((String::new(), Vec::new()));
    }
    let mut lines = Vec::new();
    for (name, value) in env {
        let value = std::str::from_utf8(value)
            .ok()
            .filter(|value| !value.contains('\0'))
            .ok_or_else(|| {
                RemoteError::Unsupported(format!(
                    "the value of ${name} is no text, which an environment cannot hold"
                ))
            })?;
        lines.extend_from_slice(format!("export {name}={}\n", quote(value)).as_bytes());
    }
    lines.extend_from_slice(format!("{nonce}\n").as_bytes());
    let read = format!(
        "unset wl_e wl_l; while IFS= read -r wl_l && [ \"$wl_l\" != {nonce} ]; do wl_e=\"$wl_e$wl_l\n\"; done; \
         eval \"$wl_e\"; unset wl_e wl_l; "
    );
    Ok((read, lines))
}

/// A private folder on the host with files in it, removed when it is dropped.
pub(super) struct PrivateFiles {
    folder: String,
    arguments: GlobalArguments,
    core: Arc<Core>,
    abandoned: OnDrop,
}

impl PrivateFiles {
    /// Makes the folder, readable by nobody but who runs the command, and writes the files.
    pub(super) async fn write(
        core: &Arc<Core>,
        files: &[(String, Content)],
        secrets: &[String],
        arguments: &GlobalArguments,
    ) -> Result<Self, RemoteError> {
        let parent = arguments
            .temp_dir
            .clone()
            .unwrap_or_else(|| core.temp_folder.clone());
        let folder = format!("{}/{}", parent.trim_end_matches('/'), random_name()?);
        let arguments = privilege_only(arguments);
        let abandoned = {
            let (core, folder, arguments) = (core.clone(), folder.clone(), arguments.clone());
            OnDrop::spawn(move || async move { remove(&core, &folder, &arguments).await })
        };
        let made = Self {
            folder,
            arguments,
            core: core.clone(),
            abandoned,
        };
        let mut make = format!("mkdir {} && ", quote(&made.folder));
        for (name, content) in files {
            let path = made.path(name);
            let command = Command {
                text: format!(
                    "umask 077; {}cat > {}",
                    std::mem::take(&mut make),
                    quote(&path)
                ),
                routine: None,
                shown: format!("writing the private file ${name}"),
                arguments: &made.arguments,
                head: Vec::new(),
                stdin: core.content(content, secrets).await?,
                pty: false,
                interruptible: true,
                looks: false,
                plain: false,
            };
            let mut output = CommandOutput::default();
            let exit = core
                .exec(command, &mut |stream, bytes| output.write(stream, bytes))
                .await?;
            if exit.status != Some(0) {
                let message = String::from_utf8_lossy(&output.bytes(Stream::Stderr))
                    .trim()
                    .to_owned();
                return Err(RemoteError::File { path, message });
            }
        }
        Ok(made)
    }

    pub(super) fn path(&self, name: &str) -> String {
        format!("{}/{name}", self.folder)
    }

    pub(super) async fn remove(self) {
        remove(&self.core, &self.folder, &self.arguments).await;
        self.abandoned.disarm();
    }
}

async fn remove(core: &Arc<Core>, folder: &str, arguments: &GlobalArguments) {
    let command = Command {
        text: format!("rm -rf {}", quote(folder)),
        routine: None,
        shown: String::from("removing private files"),
        arguments,
        head: Vec::new(),
        stdin: Stdin::Empty,
        pty: false,
        interruptible: false,
        looks: false,
        plain: false,
    };
    // Nothing can be done where the host does not answer any more.
    let _ = tokio::time::timeout(CLEAN_UP, core.exec(command, &mut |_, _| {})).await;
}
