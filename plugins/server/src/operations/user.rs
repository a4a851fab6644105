//! Users.

mod changes;
mod commands;
mod existing;

use serde_json::json;
use windlass_plugin_common::requests::Directory;
use windlass_sdk::prelude::*;

use changes::{add, edit};
use commands::{System, remove};
use existing::Existing;

use super::group::known;
use super::keys::KeyOrFile;

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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::Value as Json;
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
    fn the_home_folder_that_adding_makes_is_expected_and_one_that_is_there_is_not() {
        let args = json!({"user": "bob", "home": "/srv/bob", "group": "staff", "create_home": true, "ensure_home": false});
        let folder = json!({"path": "/srv/bob"});
        let with = |value: Json| {
            let mut host = linux().fact("files.Directory", folder.clone(), value);
            let planned = plan(&mut host, args.clone());
            let predictions = planned.steps.into_iter().flat_map(|step| step.predictions);
            predictions
                .filter(|prediction| {
                    prediction.fact == "files.Directory" && prediction.args == folder
                })
                .find(|prediction| prediction.at.is_empty())
                .and_then(|prediction| prediction.value)
        };
        assert_eq!(
            with(Json::Null),
            Some(json!({"user": "bob", "group": "staff"}))
        );
        assert_eq!(with(json!({"user": "root", "group": "root"})), None);
        assert_eq!(with(json!(false)), None);
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
