//! `files.link`.

use windlass_plugin_common::files::{Known, becomes, vanishes};
use windlass_plugin_common::owner::Reach;
use windlass_plugin_common::stat::{Found, Kind, look};
use windlass_sdk::prelude::*;

use super::way::{Force, clear, make_parent, owner_differs, parts_for, set_owner};
use crate::facts::Link;

/// Make a link, set its target and owner, or remove it.
#[operation(
    example = r#"files.link(name = "Enable the site", path = "/etc/nginx/sites-enabled/app", target = "../sites-available/app")"#,
    example = r#"files.link(path = "/etc/nginx/sites-enabled/default", present = False)"#
)]
pub fn link(
    plan: &mut Plan,
    /// Its path on the target.
    path: RemotePath,
    /// What it points to; relative paths are relative to the folder it is in.
    target: Option<RemotePath>,
    /// Whether it should be there.
    #[default(true)]
    present: bool,
    /// Its owner.
    user: Option<String>,
    /// Its group.
    group: Option<String>,
    /// Whether it is a symbolic link, or else a hard one.
    #[default(true)]
    symbolic: bool,
    /// Whether the folder it is in is made where it is missing, with the same owner.
    #[default(true)]
    create_remote_dir: bool,
    /// Whether a thing of another kind at the path goes out of the way; else it is an error.
    #[default(false)]
    force: bool,
    /// Whether what goes out of the way is kept, with the time of the run after its name.
    #[default(true)]
    force_backup: bool,
    /// The folder in which it is kept.
    force_backup_dir: Option<RemotePath>,
) -> Result<()> {
    let (user, group) = (user.as_deref(), group.as_deref());
    let target = match (target, present) {
        (Some(target), _) => Some(target),
        (None, false) => None,
        (None, true) => {
            return Err(
                Error::operation("a link that is to be there needs a `target`").at("target"),
            );
        }
    };
    let mut parts = if present {
        parts_for(user, group, None)
    } else {
        Vec::new()
    };
    if present {
        parts.push("link_target");
    }
    let mut found = look(&Link { path: path.clone() }, &parts)?;

    if found == Found::Other {
        clear(
            plan,
            &path,
            "link",
            &Force {
                force,
                backup: force_backup,
                backup_dir: force_backup_dir,
            },
        )?;
        found = Found::Nothing;
    }

    match (found.here(), target.filter(|_| present)) {
        (None, None) => plan.note(format!("link {path} does not exist")),
        (Some(_), None) => {
            plan.run(shell!("rm -f {path}"))
                .predict_all(vanishes(&path));
        }
        (None, Some(target)) => {
            if create_remote_dir {
                make_parent(plan, &path, user, group)?;
            }
            make(plan, &path, &target, symbolic);
            set_owner(plan, &path, Kind::Link, user, group, Reach::Link);
        }
        (Some(stat), Some(target)) => {
            let before = plan.steps.len();
            let now = stat.link_target.as_deref().unwrap_or_default();
            if absolute(&path, now) != absolute(&path, &target) {
                plan.run(shell!("rm -f {path}"))
                    .predict_all(vanishes(&path));
                make(plan, &path, &target, symbolic);
                // The new link is its maker's, whoever owned the old one.
                set_owner(plan, &path, Kind::Link, user, group, Reach::Link);
            } else if owner_differs(stat, user, group) {
                set_owner(plan, &path, Kind::Link, user, group, Reach::Link);
            }
            if plan.steps.len() == before {
                plan.note(format!("link {path} already exists"));
            }
        }
    }
    Ok(())
}

fn make(plan: &mut Plan, path: &RemotePath, target: &RemotePath, symbolic: bool) {
    if symbolic {
        let known = Known {
            link_target: Some(target.to_string()),
            ..Known::default()
        };
        plan.run(shell!("ln -s {target} {path}"))
            .predict_all(becomes(path, Kind::Link, &known));
    } else {
        plan.run(shell!("ln {target} {path}")).predict_all(becomes(
            path,
            Kind::File,
            &Known::default(),
        ));
    }
}

/// What a link's target means, for comparison: relative ones from the folder of an absolute link, without `.` and
/// `..`. Targets of relative links are compared as they are.
fn absolute(path: &RemotePath, target: &str) -> String {
    let folder = path.parent().filter(|_| path.starts_with('/'));
    let Some(folder) = folder.filter(|_| !target.starts_with('/')) else {
        return target.to_owned();
    };
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_targets_mean_what_they_name_from_the_links_folder() {
        let path = RemotePath::new("/etc/rc.d/nginx");
        assert_eq!(absolute(&path, "../init.d/nginx"), "/etc/init.d/nginx");
        assert_eq!(absolute(&path, "/etc/init.d/nginx"), "/etc/init.d/nginx");
        assert_eq!(absolute(&RemotePath::new("link"), "target/"), "target/");
    }
}
