//! Adding a user, and changing one who exists.

use serde_json::{Value as Json, json};
use windlass_plugin_common::files::{Known, becomes, parents_exist};
use windlass_plugin_common::requests::{Directory, Home};
use windlass_plugin_common::stat::{Found, Kind, look};
use windlass_plugin_common::system::pointer;
use windlass_sdk::prelude::*;

use super::Wanted;
use super::commands::{System, Tool, append_groups, group_list, run, text_option};
use super::existing::Existing;
use crate::facts::Users;
use crate::operations::group::changed;
use crate::operations::password;

pub(super) fn add(
    plan: &mut Plan,
    system: System,
    wanted: &Wanted,
    groups: &[String],
) -> Result<()> {
    // A group of the user's name would make useradd fail, unless it is told to use it.
    let group = wanted
        .group
        .clone()
        .or_else(|| groups.contains(&wanted.user).then(|| wanted.user.clone()));
    let mut options = vec![shell!("-d {}", wanted.home)];
    options.extend(text_option("-s", wanted.shell.as_deref()));
    options.extend(text_option("-g", group.as_deref()));
    options.extend(group_list(&wanted.groups));
    if wanted.system && system == System::Other {
        options.push(shell!("-r"));
    }
    if let Some(uid) = wanted.uid {
        options.push(if system == System::Other {
            shell!("--uid {uid}")
        } else {
            shell!("-u {uid}")
        });
    }
    options.extend(text_option("-c", wanted.comment.as_deref()));
    if !wanted.unique {
        options.push(shell!("-o"));
    }
    if wanted.create_home {
        options.push(shell!("-m"));
    } else if system == System::Other {
        options.push(shell!("-M"));
    }
    run(
        plan,
        system,
        Tool::Add,
        &options,
        wanted,
        wanted.password.as_ref(),
    )?;

    let primary = group.as_deref().unwrap_or(&wanted.user);
    let known = json!({
        "home": wanted.home, "shell": wanted.shell, "comment": wanted.comment, "uid": wanted.uid,
        "group": primary, "groups": wanted.groups, "password": plain(wanted),
    });
    let at = pointer(&wanted.user);
    let mut predictions = vec![Prediction::value(&Users {}, known).at(at.as_str())];
    let mut unknown = vec!["gid", "lastlog", "login_time"];
    unknown.extend(wanted.shell.is_none().then_some("shell"));
    unknown.extend(wanted.uid.is_none().then_some("uid"));
    unknown.extend(matches!(wanted.password, Some(SecretOr::Secret(_))).then_some("password"));
    predictions.extend(
        unknown
            .into_iter()
            .map(|name| Prediction::unknown(&Users {}).at(format!("{at}/{name}"))),
    );
    predictions.push(Prediction::value(&home_of(wanted), wanted.home.as_str()));
    let home = match wanted.create_home {
        true => made_home(wanted, primary)?,
        false => Vec::new(),
    };
    // With what new homes begin with, which is the host's to say.
    let fills_home = !home.is_empty();
    predictions.extend(home);
    if group.is_none() {
        predictions.push(changed(groups, &wanted.user, true));
    }
    if let Some(step) = plan.steps.last_mut() {
        step.predict_all(predictions);
        step.unpredicted = fills_home;
    }
    Ok(())
}

fn home_of(wanted: &Wanted) -> Home {
    Home {
        user: wanted.user.clone(),
    }
}

/// The home folder as adding the user makes it. Where something is already it stays as it is, and where a path starts
/// that is not absolute only the program knows.
fn made_home(wanted: &Wanted, group: &str) -> Result<Vec<Prediction>> {
    let path = RemotePath::new(wanted.home.as_str());
    let before = Directory { path: path.clone() };
    if !wanted.home.starts_with('/') || look(&before, &[])? != Found::Nothing {
        return Ok(Vec::new());
    }
    let known = Known::new(Some(&wanted.user), Some(group), None);
    let mut predictions = parents_exist(&path);
    predictions.extend(becomes(&path, Kind::Directory, &known));
    Ok(predictions)
}

/// The password as far as it may stand in a plan.
fn plain(wanted: &Wanted) -> Option<&str> {
    match &wanted.password {
        Some(SecretOr::Plain(text)) => Some(text),
        _ => None,
    }
}

pub(super) fn edit(
    plan: &mut Plan,
    system: System,
    wanted: &Wanted,
    existing: &Existing,
) -> Result<()> {
    let mut options = Vec::new();
    let mut known: Vec<(&str, Json)> = Vec::new();
    let mut change = |name: &'static str, option: &str, value: Option<&str>| {
        if let Some(value) = value.filter(|value| !existing.is(name, value)) {
            options.push(shell!("{option:raw} {value}"));
            known.push((name, json!(value)));
        }
    };
    change("home", "-d", Some(&wanted.home));
    change("shell", "-s", wanted.shell.as_deref());
    change("group", "-g", wanted.group.as_deref());
    let now = existing.groups();
    let is_in = |group: &String| now.contains(&group.as_str());
    if wanted.append {
        let missing: Vec<String> = wanted
            .groups
            .iter()
            .filter(|group| !is_in(group))
            .cloned()
            .collect();
        if !missing.is_empty() {
            options.extend(append_groups(system, &wanted.groups, &now));
            known.push((
                "groups",
                json!(
                    now.iter()
                        .map(|name| (*name).to_owned())
                        .chain(missing)
                        .collect::<Vec<_>>()
                ),
            ));
        }
    } else if !wanted.groups.is_empty() && !is_same(&wanted.groups, &now) {
        options.extend(group_list(&wanted.groups));
        known.push(("groups", json!(wanted.groups)));
    }
    if let Some(comment) = wanted
        .comment
        .as_deref()
        .filter(|comment| !existing.is("comment", comment))
    {
        options.push(shell!("-c {comment}"));
        known.push(("comment", json!(comment)));
    }
    let now = existing.password();
    let mut password = None;
    if let Some(new) = &wanted.password
        && !password::is_set(new, now)?
    {
        password = Some(new);
        known.extend(plain(wanted).map(|text| ("password", json!(text))));
    }
    if options.is_empty() && password.is_none() {
        plan.note(format!("user {} is as it should be", wanted.user));
        return Ok(());
    }
    run(plan, system, Tool::Edit, &options, wanted, password)?;

    let at = pointer(&wanted.user);
    if let Some(step) = plan.steps.last_mut() {
        step.predict(Prediction::value(&home_of(wanted), wanted.home.as_str()));
        step.predict_all(
            known.into_iter().map(|(name, value)| {
                Prediction::value(&Users {}, value).at(format!("{at}/{name}"))
            }),
        );
        if matches!(password, Some(SecretOr::Secret(_))) {
            step.predict(Prediction::unknown(&Users {}).at(format!("{at}/password")));
        }
    }
    Ok(())
}

/// Whether two lists name the same groups.
fn is_same(wanted: &[String], now: &[&str]) -> bool {
    wanted.len() == now.len() && wanted.iter().all(|group| now.contains(&group.as_str()))
}
