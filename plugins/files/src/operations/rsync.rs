//! `files.rsync`.

use windlass_sdk::EntryKind;
use windlass_sdk::prelude::*;
use windlass_sdk::step::Action;

/// Copy a folder to the target with rsync.
///
/// rsync is needed on both machines. It goes over the host's own connection, whatever connector that is of, as whom the
/// global arguments say. What differs is found out when it runs: it is planned each time.
#[operation(
    idempotent = false,
    example = r#"files.rsync(name = "Copy the site", src = "site/", dest = "/srv/www", _sudo = True)"#
)]
pub fn rsync(
    plan: &mut Plan,
    /// The folder on the controller, relative to the deploy's folder. With `/` at its end what is in it goes into
    /// `dest`, without it the folder itself does.
    src: LocalPath,
    /// The folder on the target; the one that it is in must be there.
    dest: RemotePath,
    /// Options of rsync, each in one text: `"--exclude=*.pyc"`. `-ax` and `--delete` by default. Those that start
    /// programs, name other files of the controller or follow links are refused.
    flags: Option<Vec<String>>,
) -> Result<()> {
    must_be_a_folder(&src)?;
    let options = flags.unwrap_or_else(|| vec!["-ax".to_owned(), "--delete".to_owned()]);
    plan.step(Action::Rsync {
        src: src.0,
        dest: dest.to_string(),
        options,
    })
    .changes_more();
    Ok(())
}

fn must_be_a_folder(src: &LocalPath) -> Result<()> {
    let path = match src.0.trim_end_matches('/') {
        "" => "/",
        path => path,
    };
    let message = match local_files::stat(path)? {
        Some(entry) if entry.kind == EntryKind::Directory => return Ok(()),
        Some(_) => format!("`{path}` is no folder: `files.put` uploads a file"),
        None if path.starts_with('/') => format!("there is no folder `{path}` on the controller"),
        None => format!(
            "there is no folder `{path}`\n  local paths start from the folder of the deploy"
        ),
    };
    Err(Error::new(ErrorKind::Io, message).at("src"))
}
