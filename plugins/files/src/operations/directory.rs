//! `files.directory`.

use windlass_plugin_common::files::vanishes;
use windlass_plugin_common::owner::Reach;
use windlass_plugin_common::stat::{Found, Kind, look};
use windlass_sdk::prelude::*;

use super::way::{
    Force, clear, make_folder, mode_differs, owner_differs, parts_for, set_mode, set_owner,
};
use crate::facts::{Directory, Link};

/// Make a folder, set its owner and mode, or remove it.
///
/// Folders above it are made where they are missing.
#[operation(
    example = r#"files.directory(name = "Application folder", path = "/srv/app", user = "app", mode = "755", _sudo = True)"#,
    example = r#"files.directory(path = "/srv/old", present = False)"#
)]
pub fn directory(
    plan: &mut Plan,
    /// Its path on the target.
    path: RemotePath,
    /// Whether it should be there. `False` removes it with all that is in it.
    #[default(true)]
    present: bool,
    /// Its owner.
    user: Option<String>,
    /// Its group.
    group: Option<String>,
    /// Its mode: `755` or `"755"`.
    mode: Option<Mode>,
    /// Whether owner and mode, when they are changed, are set for all that is in it too.
    #[default(false)]
    recursive: bool,
    /// Whether a thing of another kind at the path goes out of the way; else it is an error.
    #[default(false)]
    force: bool,
    /// Whether what goes out of the way is kept, with the time of the run after its name.
    #[default(true)]
    force_backup: bool,
    /// The folder in which it is kept.
    force_backup_dir: Option<RemotePath>,
    /// Whether owner and mode of a folder that is there are left alone.
    #[default(false)]
    _no_check_owner_mode: bool,
    /// Whether a link at the path counts as the folder.
    #[default(false)]
    _no_fail_on_link: bool,
) -> Result<()> {
    let (user, group) = (user.as_deref(), group.as_deref());
    let reach = if recursive {
        Reach::Recursive
    } else {
        Reach::Itself
    };
    let checked = present && !_no_check_owner_mode;
    let parts = if checked {
        parts_for(user, group, mode)
    } else {
        Vec::new()
    };
    let mut found = look(&Directory { path: path.clone() }, &parts)?;

    if found == Found::Other {
        if _no_fail_on_link && look(&Link { path: path.clone() }, &[])?.is_here() {
            plan.note(format!("directory {path} already exists (as a link)"));
            return Ok(());
        }
        clear(
            plan,
            &path,
            "directory",
            &Force {
                force,
                backup: force_backup,
                backup_dir: force_backup_dir,
            },
        )?;
        found = Found::Nothing;
    }

    match (found.here(), present) {
        (None, false) => plan.note(format!("directory {path} does not exist")),
        (Some(_), false) => {
            plan.run(shell!("rm -rf {path}"))
                .predict_all(vanishes(&path));
        }
        (None, true) => {
            make_folder(plan, &path);
            if let Some(mode) = mode {
                set_mode(plan, &path, Kind::Directory, mode, reach);
            }
            set_owner(plan, &path, Kind::Directory, user, group, reach);
        }
        (Some(stat), true) => {
            let before = plan.steps.len();
            if let Some(mode) = mode.filter(|mode| checked && mode_differs(stat.mode, *mode)) {
                set_mode(plan, &path, Kind::Directory, mode, reach);
            }
            if checked && owner_differs(stat, user, group) {
                set_owner(plan, &path, Kind::Directory, user, group, reach);
            }
            if plan.steps.len() == before {
                plan.note(format!("directory {path} already exists"));
            }
        }
    }
    Ok(())
}
