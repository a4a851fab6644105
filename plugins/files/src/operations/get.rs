//! `files.get`.

use windlass_plugin_common::stat::look;
use windlass_sdk::prelude::*;
use windlass_sdk::step::Action;

use super::source::LocalSource;
use super::sums::equals_remote;
use crate::facts::File;

/// Download a file from the target.
///
/// What is on the controller already and equal is left alone. Several hosts that download to one path overwrite each
/// other: put the host's name into `dest`.
#[operation(
    example = r#"files.get(name = "Fetch the log", src = "/var/log/app.log", dest = "logs/" + host.name + ".log")"#
)]
pub fn get(
    plan: &mut Plan,
    /// The file on the target.
    src: RemotePath,
    /// Where it goes on the controller, relative to the deploy's folder.
    dest: LocalPath,
    /// Whether a relative `dest` is relative to the deploy's folder. It always is: nothing else can be written.
    #[default(true)]
    add_deploy_dir: bool,
    /// Whether the folder it goes into is made where it is missing.
    #[default(false)]
    create_local_dir: bool,
    /// Whether it is downloaded even when it is there and equal.
    #[default(false)]
    force: bool,
) -> Result<()> {
    if !add_deploy_dir && !dest.0.starts_with('/') {
        log::warning(
            "files.get: a relative `dest` is relative to the deploy's folder, whatever `add_deploy_dir` says",
        );
    }
    let there = look(&File { path: src.clone() }, &[])?.is_here();
    let local = LocalSource::File(dest.clone());
    // What is missing on the target may be made before this runs: then it is downloaded unseen.
    if there && !force && local.is_there()? && equals_remote(&local, &src)? {
        plan.note(format!("file {dest} has already been downloaded"));
    } else {
        plan.step(Action::Download {
            src: src.to_string(),
            dest: dest.0,
            create_folder: create_local_dir,
        });
    }
    Ok(())
}
