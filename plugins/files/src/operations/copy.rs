//! `files.copy` and `files.move`.

use windlass_plugin_common::files::{unknown_at, vanishes};
use windlass_plugin_common::stat::{Found, look};
use windlass_sdk::prelude::*;

use super::sums::equal_on_target;
use crate::facts::{Directory, File};

fn folder_or_error(dest: &RemotePath) -> Result<()> {
    if look(&Directory { path: dest.clone() }, &[])?.is_here() {
        Ok(())
    } else {
        Err(Error::operation(format!("dest {dest} is not an existing directory")).at("dest"))
    }
}

/// The path that something has after it went into a folder.
fn inside(dest: &RemotePath, src: &RemotePath) -> RemotePath {
    dest.join(RemotePath::new(src.trim_end_matches('/')).file_name())
}

/// Copy a file or folder into a folder on the target.
#[operation(example = r#"files.copy(src = "/etc/app.conf", dest = "/srv/backup")"#)]
pub fn copy(
    plan: &mut Plan,
    /// What is copied.
    src: RemotePath,
    /// The folder it goes into, which must be there.
    dest: RemotePath,
    /// Whether it replaces what has its name there. It is then copied each time.
    #[default(false)]
    overwrite: bool,
) -> Result<()> {
    let is_folder = look(&Directory { path: src.clone() }, &[])?.is_here();
    let is_file = look(&File { path: src.clone() }, &[])?.is_here();
    if !is_folder && !is_file {
        return Err(Error::operation(format!("src {src} does not exist")).at("src"));
    }
    folder_or_error(&dest)?;

    let target = inside(&dest, &src);
    if look(
        &File {
            path: target.clone(),
        },
        &[],
    )?
    .is_here()
        && !overwrite
    {
        if equal_on_target(&src, &target)? {
            plan.note(format!("{target} already exists"));
            return Ok(());
        }
        return Err(Error::operation(format!(
            "{target} already exists and is different than src; set `overwrite`"
        )));
    }
    let option = if overwrite { " -f" } else { "" };
    plan.run(shell!("cp -r{option:raw} {src} {dest}"))
        .predict_all(unknown_at(&target));
    Ok(())
}

/// Move a file, link or folder into a folder on the target.
#[operation(
    example = r#"files.move(src = "/tmp/app", dest = "/srv")"#,
    idempotent = false
)]
pub fn r#move(
    plan: &mut Plan,
    /// What is moved.
    src: RemotePath,
    /// The folder it goes into, which must be there.
    dest: RemotePath,
    /// Whether it replaces what has its name there.
    #[default(false)]
    overwrite: bool,
) -> Result<()> {
    if look(&File { path: src.clone() }, &[])? == Found::Nothing {
        return Err(Error::operation(format!("src {src} does not exist")).at("src"));
    }
    folder_or_error(&dest)?;

    let target = inside(&dest, &src);
    if look(
        &File {
            path: target.clone(),
        },
        &[],
    )? != Found::Nothing
    {
        if !overwrite {
            return Err(Error::operation(format!(
                "dest {target} already exists and `overwrite` is unset"
            ))
            .at("dest"));
        }
        plan.run(shell!("rm -rf {target}"))
            .predict_all(vanishes(&target));
    }
    let step = plan.run(shell!("mv {src} {dest}"));
    step.predict_all(unknown_at(&target))
        .predict_all(vanishes(&src));
    Ok(())
}
