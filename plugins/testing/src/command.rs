//! Planned steps as the commands that case files write.

use serde_json::Value as Json;
use windlass_sdk::Plan;
use windlass_sdk::content::{Atom, Content};
use windlass_sdk::step::Action;

/// A command: a step, or a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Shell(String),
    Upload {
        source: String,
        dest: String,
    },
    Download {
        src: String,
        dest: String,
    },
    Rsync {
        src: String,
        dest: String,
        options: Vec<String>,
    },
    Other(String),
}

/// The commands of a plan. An upload that sets owner and mode counts as the upload and the commands that set them.
pub(crate) fn planned(plan: &Plan, cwd: &str) -> Vec<Command> {
    let mut commands = Vec::new();
    for step in &plan.steps {
        match &step.action {
            Action::Shell(shell) => commands.push(Command::Shell(shell.text.render())),
            Action::Upload(upload) => {
                commands.push(Command::Upload {
                    source: source(&upload.source, cwd),
                    dest: upload.dest.clone(),
                });
                let dest = windlass_sdk::values::RemotePath::new(upload.dest.as_str());
                let (user, group) = (upload.user.as_deref(), upload.group.as_deref());
                let reach = windlass_plugin_common::owner::Reach::Itself;
                if let Some(chown) = windlass_plugin_common::owner::chown(&dest, user, group, reach)
                {
                    commands.push(Command::Shell(chown.render()));
                }
                if let Some(mode) = upload.mode {
                    let mode = windlass_sdk::values::Mode::from_bits(mode);
                    commands.push(Command::Shell(
                        windlass_plugin_common::owner::chmod(&dest, mode, reach).render(),
                    ));
                }
            }
            Action::Download { src, dest, .. } => {
                commands.push(Command::Download {
                    src: src.clone(),
                    dest: join(cwd, dest),
                });
            }
            Action::Rsync { src, dest, options } => commands.push(Command::Rsync {
                src: join(cwd, src),
                dest: dest.clone(),
                options: options.clone(),
            }),
            Action::Reboot { text, .. } => commands.push(Command::Shell(text.render())),
            other => commands.push(Command::Other(format!("{other:?}"))),
        }
    }
    commands
}

/// The command of a case.
pub(crate) fn expected(command: &Json, cwd: &str) -> Command {
    let text = |key: &str| command[key].as_str().unwrap_or_default().to_owned();
    match command["type"].as_str() {
        Some("shell") => Command::Shell(text("raw")),
        Some("upload") => {
            let source = match command.get("content").and_then(Json::as_str) {
                Some(content) => format!("content {content}"),
                None => format!("file {}", join(cwd, &text("local_path"))),
            };
            Command::Upload {
                source,
                dest: text("dest"),
            }
        }
        Some("download") => Command::Download {
            src: text("src"),
            dest: join(cwd, &text("dest")),
        },
        Some("rsync") => {
            let flags = command.get("flags").and_then(Json::as_array);
            let flags = flags.into_iter().flatten().filter_map(Json::as_str);
            Command::Rsync {
                src: join(cwd, &text("src")),
                dest: text("dest"),
                options: flags.map(str::to_owned).collect(),
            }
        }
        _ => Command::Other(command.to_string()),
    }
}

fn source(content: &Content, cwd: &str) -> String {
    match content {
        Content::Local(path) => format!("file {}", join(cwd, path)),
        Content::Inline(atoms) => {
            atoms
                .iter()
                .fold("content ".to_owned(), |text, atom| match atom {
                    Atom::Text(more) => text + more,
                    Atom::Bytes(bytes) => text + &String::from_utf8_lossy(bytes),
                    Atom::Secret { secret, .. } => format!("{text}<secret {secret}>"),
                })
        }
    }
}

fn join(cwd: &str, path: &str) -> String {
    if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("{}/{path}", cwd.trim_end_matches('/'))
    }
}
