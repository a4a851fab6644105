//! What stands in the way of a path: things of another kind, and folders that are missing above it.

use windlass_plugin_common::files;
use windlass_plugin_common::files::{parents_exist, unknown_at, vanishes};
use windlass_plugin_common::owner::{Reach, chown};
use windlass_plugin_common::stat::{Found, Kind, look};
use windlass_sdk::prelude::*;

use crate::facts::{Directory, Link};

/// What to do with a thing of another kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Force {
    /// Whether it goes out of the way; else it is an error.
    pub(crate) force: bool,
    /// Whether it is kept under another name.
    pub(crate) backup: bool,
    /// The folder in which it is kept; its own when none.
    pub(crate) backup_dir: Option<RemotePath>,
}

/// Moves or removes what stands at a path and is not what is wanted there.
pub(crate) fn clear(plan: &mut Plan, path: &RemotePath, wanted: &str, force: &Force) -> Result<()> {
    if !force.force {
        return Err(Error::operation(format!(
            "{path} exists and is not a {wanted}; force=True moves it out of the way"
        )));
    }
    if !force.backup {
        plan.run(shell!("rm -rf {path}"))
            .predict_all(vanishes(path));
        return Ok(());
    }
    let backup = path.with_suffix(&format!(".{}", context::timestamp()));
    let backup = match &force.backup_dir {
        Some(folder) => folder.join(backup.file_name()),
        None => backup,
    };
    let step = plan.run(shell!("mv {path} {backup}"));
    step.predict_all(vanishes(path))
        .predict_all(unknown_at(&backup));
    Ok(())
}

/// Makes the folder that a path is in, if it is missing, with the owner that the path will have.
pub(crate) fn make_parent(
    plan: &mut Plan,
    path: &RemotePath,
    user: Option<&str>,
    group: Option<&str>,
) -> Result<()> {
    let Some(folder) = path.parent() else {
        return Ok(());
    };
    match look(
        &Directory {
            path: folder.clone(),
        },
        &[],
    )? {
        Found::Here(_) => Ok(()),
        Found::Nothing => {
            make_folder(plan, &folder);
            set_owner(plan, &folder, Kind::Directory, user, group, Reach::Itself);
            Ok(())
        }
        Found::Other
            if look(
                &Link {
                    path: folder.clone(),
                },
                &[],
            )?
            .is_here() =>
        {
            Ok(())
        }
        Found::Other => Err(Error::operation(format!(
            "{folder} exists and is not a directory"
        ))),
    }
}

/// Makes a folder and those above it.
pub(crate) fn make_folder(plan: &mut Plan, path: &RemotePath) {
    let step = plan.run(shell!("mkdir -p {path}"));
    step.predict_all(parents_exist(path));
    step.predict_all(files::becomes(
        path,
        Kind::Directory,
        &files::Known::default(),
    ));
}

/// Sets owner and group, as far as they are given.
pub(crate) fn set_owner(
    plan: &mut Plan,
    path: &RemotePath,
    kind: Kind,
    user: Option<&str>,
    group: Option<&str>,
    reach: Reach,
) {
    let Some(command) = chown(path, user, group, reach) else {
        return;
    };
    let step = plan.run(command);
    step.predict_all(files::changes(path, kind, user, group, None));
    if reach == Reach::Recursive {
        let parts = [user.map(|_| "/user"), group.map(|_| "/group")];
        step.predict_all(
            parts
                .into_iter()
                .flatten()
                .flat_map(|part| files::changes_below(path, part)),
        );
    }
}

/// Sets the mode.
pub(crate) fn set_mode(plan: &mut Plan, path: &RemotePath, kind: Kind, mode: Mode, reach: Reach) {
    let step = plan.run(windlass_plugin_common::owner::chmod(path, mode, reach));
    step.predict_all(files::changes(path, kind, None, None, Some(mode)));
    if reach == Reach::Recursive {
        step.predict_all(files::changes_below(path, "/mode"));
    }
}

/// The parts of what is known of a path that matter, given what is wanted of it.
pub(crate) fn parts_for(
    user: Option<&str>,
    group: Option<&str>,
    mode: Option<Mode>,
) -> Vec<&'static str> {
    let parts = [
        user.map(|_| "user"),
        group.map(|_| "group"),
        mode.map(|_| "mode"),
    ];
    parts.into_iter().flatten().collect()
}

/// Whether a mode differs from what is wanted.
pub(crate) fn mode_differs(now: Option<u32>, mode: Mode) -> bool {
    now != Some(mode.digits())
}

/// Whether owner or group differ from what is wanted of them.
pub(crate) fn owner_differs(
    stat: &windlass_plugin_common::stat::Stat,
    user: Option<&str>,
    group: Option<&str>,
) -> bool {
    user.is_some_and(|user| stat.user.as_deref() != Some(user))
        || group.is_some_and(|group| stat.group.as_deref() != Some(group))
}
