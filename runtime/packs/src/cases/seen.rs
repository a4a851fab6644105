//! What an operation planned, in the form in which cases tell it.

use serde::Serialize;
use windlass_engine::command::render;
use windlass_engine::contract::{Action, Content, Shell, Upload};
use windlass_engine::json::{Json, JsonMap};

use super::files::join;
use super::format::Command;
use super::view::World;

/// A planned command. What a case can't tell stands as text.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Seen {
    /// One that a case can tell.
    Command(Command),
    /// A reboot: its command line, with what surrounds it left to the runtime.
    Reboot(String),
    /// Another.
    Other(String),
}

/// Writes a step's action as commands. An upload that sets owner and mode is an upload, a `chown` and a `chmod`.
pub(super) fn see(action: &Action, world: &World, secrets: &[String]) -> Result<Vec<Seen>, String> {
    let local = |path: &str| join(world.cwd(), path);
    Ok(match action {
        Action::Shell(command) => vec![Seen::Command(shell(command, world, secrets)?)],
        Action::Upload(upload) => {
            let dest = upload.dest.clone();
            let (content, local_path) = match &upload.source {
                Content::Local(path) => (None, Some(local(path))),
                other => (Some(content_text(other, world, secrets)?), None),
            };
            let mut seen = vec![Seen::Command(Command::Upload {
                content,
                local_path,
                dest,
            })];
            seen.extend(
                ownership(upload)
                    .into_iter()
                    .map(|line| Seen::Command(Command::line(line))),
            );
            seen
        }
        Action::Download(download) => {
            let (src, dest) = (download.src.clone(), local(&download.dest));
            vec![Seen::Command(Command::Download { src, dest })]
        }
        Action::Rsync(rsync) => vec![Seen::Command(Command::Rsync {
            src: rsync.src.clone(),
            dest: rsync.dest.clone(),
            flags: rsync.options.clone(),
        })],
        Action::Reboot(reboot) => vec![Seen::Reboot(render(&reboot.text)?)],
        Action::Call(call) => vec![Seen::Other(format!(
            "call of {} with {}",
            call.actor, call.payload
        ))],
        Action::Function(function) => vec![Seen::Other(format!("function {}", function.name()))],
        Action::Nested(nested) => vec![Seen::Other(format!("operation {}", nested.operation))],
        Action::Other(name, _) => {
            return Err(format!("a step of kind `{name}` needs a newer windlass"));
        }
    })
}

fn ownership(upload: &Upload) -> Vec<String> {
    let quote = windlass_engine::command::quote;
    let dest = quote(&upload.dest);
    let owner = match (&upload.user, &upload.group) {
        (Some(user), Some(group)) => Some(format!(
            "chown {} {dest}",
            quote(&format!("{user}:{group}"))
        )),
        (Some(user), None) => Some(format!("chown {} {dest}", quote(user))),
        (None, Some(group)) => Some(format!("chgrp {} {dest}", quote(group))),
        (None, None) => None,
    };
    owner
        .into_iter()
        .chain(upload.mode.map(|mode| format!("chmod {mode:o} {dest}")))
        .collect()
}

/// A shell command, secrets joined in: none stands in its text, by type.
pub(super) fn shell(shell: &Shell, world: &World, secrets: &[String]) -> Result<Command, String> {
    let mut env = JsonMap::new();
    for (name, atoms) in &shell.env {
        let value = content_text(&Content::Inline(atoms.clone()), world, secrets)?;
        env.insert(name.clone(), Json::from(value));
    }
    let mut files = JsonMap::new();
    for (name, content) in &shell.files {
        files.insert(
            name.clone(),
            Json::from(content_text(content, world, secrets)?),
        );
    }
    let stdin = shell
        .stdin
        .as_ref()
        .map(|content| content_text(content, world, secrets))
        .transpose()?;
    Ok(Command::Shell {
        raw: render(&shell.text)?,
        masked: None,
        stdin,
        env,
        files,
    })
}

fn content_text(content: &Content, world: &World, secrets: &[String]) -> Result<String, String> {
    match content {
        Content::Inline(atoms) => {
            let mut bytes = Vec::new();
            for atom in atoms {
                bytes.extend(world.bytes(atom, secrets).map_err(|error| error.message)?);
            }
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        }
        Content::Local(path) => Ok(format!("the file {}", join(world.cwd(), path))),
        Content::Other(name, _) => Err(format!("content of kind `{name}` needs a newer windlass")),
    }
}
