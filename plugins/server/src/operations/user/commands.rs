//! The commands that add, change and remove users.

use serde_json::Value as Json;
use windlass_plugin_common::requests::Home;
use windlass_plugin_common::system::{has_program, pointer};
use windlass_sdk::prelude::*;

use super::Wanted;
use crate::facts::{LinuxName, Users};
use crate::operations::password;

/// What a system calls itself, as far as it matters here.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum System {
    FreeBsd,
    OtherBsd,
    Other,
}

pub(super) fn text_option(option: &str, value: Option<&str>) -> Option<ShellText> {
    value.map(|value| shell!("{option:raw} {value}"))
}

pub(super) fn group_list(groups: &[String]) -> Option<ShellText> {
    (!groups.is_empty()).then(|| shell!("-G {}", groups.join(",")))
}

/// Puts a user into more groups. FreeBSD's pw only knows the whole list.
pub(super) fn append_groups(system: System, groups: &[String], now: &[&str]) -> Option<ShellText> {
    if system == System::FreeBsd {
        let more = groups
            .iter()
            .filter(|group| !now.contains(&group.as_str()))
            .cloned();
        return group_list(
            &now.iter()
                .map(|group| (*group).to_owned())
                .chain(more)
                .collect::<Vec<_>>(),
        );
    }
    let list = group_list(groups)?;
    Some(if system == System::OtherBsd {
        list
    } else {
        shell!("-a {list:text}")
    })
}

pub(super) enum Tool {
    Add,
    Edit,
}

/// Plans the command that adds or changes a user, and the one that sets a secret password after it.
pub(super) fn run(
    plan: &mut Plan,
    system: System,
    tool: Tool,
    options: &[ShellText],
    wanted: &Wanted,
    password: Option<&SecretOr<String>>,
) -> Result<()> {
    let name = match tool {
        Tool::Add => "useradd",
        Tool::Edit => "usermod",
    };
    let user = &wanted.user;
    let joined = |first: ShellText, options: &[ShellText]| {
        options
            .iter()
            .fold(first, |line, option| shell!("{line:text} {option:text}"))
    };
    match (system, password) {
        (System::FreeBsd, password) => {
            // pw(8) reads an encrypted password from the file descriptor that -H names.
            let stdin = if password.is_some() { " -H 0" } else { "" };
            let line = joined(shell!("pw {name:raw} -n {user}{stdin:raw}"), options);
            match password {
                Some(SecretOr::Plain(password)) => {
                    plan.run(shell!("echo {password} | {line:text}"))
                }
                Some(secret) => {
                    plan.run(Shell::new(line).stdin(Content::Inline(vec![secret.as_is()])))
                }
                None => plan.run(line),
            };
        }
        (System::OtherBsd, Some(SecretOr::Secret(_))) => {
            return Err(Error::operation(
                "this system takes a password on the command line only, where other users see it, so it takes no \
                 secret one",
            )
            .at("password"));
        }
        (_, password) => {
            let mut options = options.to_vec();
            if let Some(SecretOr::Plain(password)) = password {
                options.push(shell!("-p {password}"));
            }
            let needed = matches!(tool, Tool::Add) || !options.is_empty();
            if needed {
                if system == System::Other {
                    require(name)?;
                }
                let line = joined(shell!("{name:raw}"), &options);
                plan.run(shell!("{line:text} {user}"));
            }
            if let Some(secret @ SecretOr::Secret(_)) = password {
                plan.run(password::set_secret(user, secret));
            }
        }
    }
    Ok(())
}

/// Checks that the target has a program of its shadow package.
fn require(program: &str) -> Result<()> {
    if has_program(program)? {
        return Ok(());
    }
    let hint = match get(&LinuxName {})?.as_deref() {
        Some("Alpine") => " (install the shadow package)",
        _ => "",
    };
    Err(Error::operation(format!(
        "{program} is not installed{hint}"
    )))
}

pub(super) fn remove(plan: &mut Plan, system: System, user: &str) -> Result<()> {
    let command = match system {
        System::FreeBsd => shell!("pw userdel -n {user}"),
        System::OtherBsd => shell!("userdel {user}"),
        System::Other => {
            require("userdel")?;
            shell!("userdel {user}")
        }
    };
    let home = Home {
        user: user.to_owned(),
    };
    plan.run(command)
        .predict(Prediction::value(&Users {}, Json::Null).at(pointer(user)))
        .predict(Prediction::value(&home, Json::Null));
    Ok(())
}
