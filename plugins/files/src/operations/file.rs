//! `files.file`.

use windlass_plugin_common::files::{Known, becomes, content_is_empty, vanishes};
use windlass_plugin_common::owner::Reach;
use windlass_plugin_common::stat::{Found, Kind, look};
use windlass_sdk::prelude::*;

use super::way::{
    Force, clear, make_parent, mode_differs, owner_differs, parts_for, set_mode, set_owner,
};
use crate::facts::File;

/// Make an empty file, set a file's owner and mode, or remove it.
///
/// What stands in a file that is there already stays.
#[operation(
    example = r#"files.file(name = "Log file", path = "/var/log/app.log", user = "app", mode = "640", _sudo = True)"#,
    example = r#"files.file(path = "/etc/nologin", present = False)"#
)]
pub fn file(
    plan: &mut Plan,
    /// Its path on the target.
    path: RemotePath,
    /// Whether it should be there.
    #[default(true)]
    present: bool,
    /// Its owner.
    user: Option<String>,
    /// Its group.
    group: Option<String>,
    /// Its mode: `644` or `"644"`.
    mode: Option<Mode>,
    /// Whether its times are set to now, each time.
    #[default(false)]
    touch: bool,
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
    let fact = File { path: path.clone() };
    let parts = if present {
        parts_for(user, group, mode)
    } else {
        Vec::new()
    };
    let mut found = look(&fact, &parts)?;

    if found == Found::Other {
        clear(
            plan,
            &path,
            "file",
            &Force {
                force,
                backup: force_backup,
                backup_dir: force_backup_dir,
            },
        )?;
        found = Found::Nothing;
    }

    match (found.here(), present) {
        (None, false) => plan.note(format!("file {path} does not exist")),
        (Some(_), false) => {
            plan.run(shell!("rm -f {path}"))
                .predict_all(vanishes(&path));
        }
        (None, true) => {
            if create_remote_dir {
                make_parent(plan, &path, user, group)?;
            }
            let step = plan.run(shell!("touch {path}"));
            step.predict_all(becomes(&path, Kind::File, &Known::default()))
                .predict_all(content_is_empty(&path));
            if let Some(mode) = mode {
                set_mode(plan, &path, Kind::File, mode, Reach::Itself);
            }
            set_owner(plan, &path, Kind::File, user, group, Reach::Itself);
        }
        (Some(stat), true) => {
            let before = plan.steps.len();
            if touch {
                let step = plan.run(shell!("touch {path}"));
                step.predict_all(
                    ["/atime", "/mtime", "/ctime"].map(|part| Prediction::unknown(&fact).at(part)),
                );
            }
            if let Some(mode) = mode.filter(|mode| mode_differs(stat.mode, *mode)) {
                set_mode(plan, &path, Kind::File, mode, Reach::Itself);
            }
            if owner_differs(stat, user, group) {
                set_owner(plan, &path, Kind::File, user, group, Reach::Itself);
            }
            if plan.steps.len() == before {
                plan.note(format!("file {path} already exists"));
            }
        }
    }
    Ok(())
}
