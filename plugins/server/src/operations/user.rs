//! Users.

use serde_json::{Map, Value as Json, json};
use windlass_plugin_common::requests::Directory;
use windlass_plugin_common::system::{has_program, pointer};
use windlass_sdk::prelude::*;

use super::group::{changed, known};
use super::keys::KeyOrFile;
use super::password;
use crate::facts::{LinuxName, Users};

/// What a system calls itself, as far as it matters here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum System {
    FreeBsd,
    OtherBsd,
    Other,
}

/// What is known of a user who exists.
struct Existing(Map<String, Json>);

impl Existing {
    /// Asks for home, groups and these other parts: not for the last login, which changes by itself, nor for what an
    /// earlier step may have left to the system's own choice.
    fn find(user: &str, parts: &[&str]) -> Result<Option<Self>> {
        let names: Vec<&str> = ["home", "group", "groups"]
            .iter()
            .chain(parts)
            .copied()
            .collect();
        let at = pointer(user);
        let pointers: Vec<String> = names.iter().map(|name| format!("{at}/{name}")).collect();
        let parts = get_parts(
            &Users {},
            &pointers.iter().map(String::as_str).collect::<Vec<_>>(),
        )?;
        let known: Map<String, Json> = names
            .iter()
            .zip(&pointers)
            .map(|(name, pointer)| ((*name).to_owned(), parts.part(pointer).clone()))
            .filter(|(_, value)| !value.is_null())
            .collect();
        Ok((!known.is_empty()).then_some(Self(known)))
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Json::as_str)
    }

    fn is(&self, name: &str, wanted: &str) -> bool {
        self.text(name).unwrap_or_default() == wanted
    }

    fn groups(&self) -> Vec<&str> {
        self.0
            .get("groups")
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .collect()
    }
}

/// What is wanted of a user.
struct Wanted {
    user: String,
    home: String,
    shell: Option<String>,
    group: Option<String>,
    groups: Vec<String>,
    append: bool,
    create_home: bool,
    system: bool,
    uid: Option<u32>,
    comment: Option<String>,
    unique: bool,
    password: Option<SecretOr<String>>,
}

/// Add, change or remove a user, with home folder and public keys.
#[operation(
    example = r#"server.user(user = "deploy", shell = "/bin/bash", groups = ["www-data"], public_keys = ["ssh-ed25519 AAAA… alice"], _sudo = True)"#,
    uses = ["files.directory", "server.user_authorized_keys"]
)]
pub fn user(
    plan: &mut Plan,
    /// The name.
    user: String,
    /// Whether the user should exist.
    #[default(true)]
    present: bool,
    /// The home folder; `/home/USER` for a new user when left out.
    home: Option<String>,
    /// The login shell.
    shell: Option<String>,
    /// The primary group.
    group: Option<String>,
    /// The other groups.
    groups: Option<Vec<String>>,
    /// Whether the user stays in groups that are not listed.
    #[default(false)]
    append: bool,
    /// Public keys to log in with, or paths of files on the controller that hold some.
    public_keys: Option<OneOrMany<KeyOrFile>>,
    /// Whether other keys are removed.
    #[default(false)]
    delete_keys: bool,
    /// Whether the home folder is made, and owned by the user.
    #[default(true)]
    ensure_home: bool,
    /// Whether a new user's home folder gets the system's usual files.
    #[default(false)]
    create_home: bool,
    /// Whether a new user is a system user.
    #[default(false)]
    system: bool,
    /// A new user's number; the next free one when left out.
    uid: Option<u32>,
    /// The full name.
    comment: Option<String>,
    /// Whether the number must be no other user's.
    #[default(true)]
    unique: bool,
    /// The password, encrypted as in `/etc/shadow`. A secret goes through standard input and is seen nowhere.
    password: Option<SecretOr<String>>,
) -> Result<()> {
    let parts = [
        ("shell", shell.is_some()),
        ("comment", comment.is_some()),
        ("password", password.is_some()),
    ];
    let parts: Vec<&str> = parts
        .iter()
        .filter(|(_, given)| *given)
        .map(|(name, _)| *name)
        .collect();
    let existing = Existing::find(&user, &parts)?;
    let (known_groups, os) = known()?;
    let system_name = match os.as_str() {
        "FreeBSD" => System::FreeBsd,
        "OpenBSD" | "NetBSD" => System::OtherBsd,
        _ => System::Other,
    };
    if !present {
        return match existing {
            Some(_) => remove(plan, system_name, &user),
            None => {
                plan.note(format!("user {user} does not exist"));
                Ok(())
            }
        };
    }
    let old_home = existing
        .as_ref()
        .and_then(|existing| existing.text("home"))
        .map(str::to_owned);
    let home = home.or(old_home).unwrap_or_else(|| format!("/home/{user}"));
    let wanted = Wanted {
        user,
        home,
        shell,
        group,
        groups: groups.unwrap_or_default(),
        append,
        create_home,
        system,
        uid,
        comment,
        unique,
        password,
    };
    match &existing {
        Some(existing) => edit(plan, system_name, &wanted, existing)?,
        None => add(plan, system_name, &wanted, &known_groups)?,
    }
    let Wanted {
        user, home, group, ..
    } = wanted;
    let old_group = existing
        .as_ref()
        .and_then(|existing| existing.text("group"));
    let group = group
        .or(old_group.map(str::to_owned))
        .unwrap_or_else(|| user.clone());
    if ensure_home {
        let folder = json!({"path": home, "user": user, "group": group, "_no_fail_on_link": true});
        plan.nested("files.directory", folder);
    }
    if let Some(keys) = public_keys {
        let step = plan.nested(
            "server.user_authorized_keys",
            json!({
                "user": user, "public_keys": keys.encode(), "group": group, "delete_keys": delete_keys,
                "authorized_key_directory": RemotePath::new(home.as_str()).join(".ssh").as_str(),
            }),
        );
        if ensure_home {
            // Making a folder in it leaves the home folder's owner as it is.
            let folder = Directory { path: home.into() };
            step.predict(Prediction::value(&folder, user).at("/user"));
            step.predict(Prediction::value(&folder, group).at("/group"));
        }
    }
    Ok(())
}

fn add(plan: &mut Plan, system: System, wanted: &Wanted, groups: &[String]) -> Result<()> {
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

    let known = json!({
        "home": wanted.home, "shell": wanted.shell, "comment": wanted.comment, "uid": wanted.uid,
        "group": group.as_deref().unwrap_or(&wanted.user), "groups": wanted.groups, "password": plain(wanted),
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
    if group.is_none() {
        predictions.push(changed(groups, &wanted.user, true));
    }
    if let Some(step) = plan.steps.last_mut() {
        step.predict_all(predictions);
    }
    Ok(())
}

/// The password as far as it may stand in a plan.
fn plain(wanted: &Wanted) -> Option<&str> {
    match &wanted.password {
        Some(SecretOr::Plain(text)) => Some(text),
        _ => None,
    }
}

fn edit(plan: &mut Plan, system: System, wanted: &Wanted, existing: &Existing) -> Result<()> {
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
    let now = existing.0.get("password").unwrap_or(&Json::Null);
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

fn text_option(option: &str, value: Option<&str>) -> Option<ShellText> {
    value.map(|value| shell!("{option:raw} {value}"))
}

fn group_list(groups: &[String]) -> Option<ShellText> {
    (!groups.is_empty()).then(|| shell!("-G {}", groups.join(",")))
}

/// Puts a user into more groups. FreeBSD's pw only knows the whole list.
fn append_groups(system: System, groups: &[String], now: &[&str]) -> Option<ShellText> {
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

enum Tool {
    Add,
    Edit,
}

/// Plans the command that adds or changes a user, and the one that sets a secret password after it.
fn run(
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

fn remove(plan: &mut Plan, system: System, user: &str) -> Result<()> {
    let command = match system {
        System::FreeBsd => shell!("pw userdel -n {user}"),
        System::OtherBsd => shell!("userdel {user}"),
        System::Other => {
            require("userdel")?;
            shell!("userdel {user}")
        }
    };
    plan.run(command)
        .predict(Prediction::value(&Users {}, Json::Null).at(pointer(user)));
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use windlass_sdk::step::Action;
    use windlass_sdk::testing::TestHost;

    fn linux() -> TestHost {
        let mut host = TestHost::new()
            .fact("server.Users", json!({}), json!({}))
            .fact("server.Groups", json!({}), json!([]))
            .fact("server.Os", json!({}), "Linux")
            .secret("$6$salt$hash");
        for program in ["useradd", "usermod", "userdel"] {
            host = host.fact(
                "server.Which",
                json!({"command": program}),
                format!("/usr/sbin/{program}"),
            );
        }
        host
    }

    fn plan(host: &mut TestHost, args: Json) -> Plan {
        host.run(|| crate::NAMESPACE.plan("server.user", args))
            .unwrap()
    }

    #[test]
    fn a_secret_password_goes_through_standard_input_only() {
        let args = json!({"user": "bob", "password": {"$secret": 0}, "ensure_home": false});
        let planned = plan(&mut linux(), args);
        let shells: Vec<&Shell> = planned
            .steps
            .iter()
            .filter_map(|step| {
                if let Action::Shell(shell) = &step.action {
                    Some(shell)
                } else {
                    None
                }
            })
            .collect();
        assert_eq!(shells[0].text.render(), "useradd -d /home/bob -M bob");
        assert_eq!(shells[1].text.render(), "chpasswd -e");
        let expected = vec![
            Atom::Text("bob:".to_owned()),
            Atom::Secret {
                secret: 0,
                encodings: Vec::new(),
            },
            Atom::Text("\n".to_owned()),
        ];
        assert_eq!(shells[1].stdin, Some(Content::Inline(expected)));
    }

    #[test]
    fn a_user_with_the_password_is_left_alone() {
        let args = json!({"user": "bob", "password": {"$secret": 0}, "ensure_home": false});
        let with = |password: &str| {
            let users = json!({"bob": {"home": "/home/bob", "groups": [], "password": password}});
            TestHost::new()
                .fact("server.Users", json!({}), users)
                .fact("server.Groups", json!({}), json!(["bob"]))
                .fact("server.Os", json!({}), "Linux")
                .fact(
                    "server.Which",
                    json!({"command": "usermod"}),
                    "/usr/sbin/usermod",
                )
                .secret("$6$salt$hash")
        };
        assert!(plan(&mut with("$6$salt$hash"), args.clone()).is_empty());
        assert_eq!(plan(&mut with("!"), args).steps.len(), 1);
    }

    #[test]
    fn a_user_who_was_planned_is_not_planned_again() {
        let mut host = linux();
        let args =
            json!({"user": "bob", "shell": "/bin/sh", "groups": ["adm"], "ensure_home": false});
        let first = plan(&mut host, args.clone());
        assert_eq!(first.steps.len(), 1);
        host.apply(&first);
        assert!(plan(&mut host, args).is_empty());
        let removal = plan(&mut host, json!({"user": "bob", "present": false}));
        assert_eq!(removal.steps.len(), 1);
        host.apply(&removal);
        assert!(plan(&mut host, json!({"user": "bob", "present": false})).is_empty());
    }
}
