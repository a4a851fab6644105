//! Installing and removing keys.

use windlass_plugin_common::files;
use windlass_plugin_common::requests::{Directory, File};
use windlass_plugin_common::stat::{Kind, look};
use windlass_sdk::prelude::*;

use crate::install::{self, Install};
use crate::remove;

/// Install or remove keys, as a keyring that other programs read.
///
/// A keyring that is there is not made again for a `src`; from a `keyserver` it is when a key is missing in it.
#[operation(
    example = r#"gpg.key(src = "https://download.docker.com/linux/debian/gpg", dest = "/etc/apt/keyrings/docker.gpg")"#,
    uses = ["files.directory", "files.download"]
)]
pub fn key(
    plan: &mut Plan,
    /// A URL, or a path on the target.
    src: Option<String>,
    /// The path of the keyring.
    dest: Option<RemotePath>,
    /// A key server to ask instead of `src`.
    keyserver: Option<String>,
    /// Ids of the keys to ask the server for, or to remove.
    keyid: Option<OneOrMany<String>>,
    /// Whether an armoured key is made a binary keyring.
    #[default(true)]
    dearmor: bool,
    /// The keyring's mode.
    #[default("0644")]
    mode: Mode,
    /// Whether the keys should be there.
    #[default(true)]
    present: bool,
    /// Folders in whose keyrings keys are looked for to be removed, when there is no `dest`.
    working_dirs: Option<Vec<String>>,
) -> Result<()> {
    let keyids = keyid.map(|ids| ids.0).unwrap_or_default();
    if !present {
        return remove::keys(plan, dest, &keyids, working_dirs);
    }
    let dest = dest.ok_or_else(|| Error::operation("`dest` must be provided for installation"))?;
    let source = match (&src, &keyserver) {
        (Some(src), _) => Install::Source { src, dearmor },
        (None, Some(_)) if keyids.is_empty() => {
            return Err(Error::operation(
                "`keyid` must be provided with `keyserver`",
            ));
        }
        (None, Some(server)) => Install::Server {
            server,
            keyids: &keyids,
        },
        (None, None) => {
            return Err(Error::operation(
                "Either `src` or `keyserver` must be provided for installation",
            ));
        }
    };
    install::keyring(plan, &source, &dest, mode)
}

/// Make a binary keyring of an armoured key on the target.
#[operation(example = r#"gpg.dearmor(src = "/tmp/key.asc", dest = "/etc/apt/keyrings/key.gpg")"#)]
pub fn dearmor(
    plan: &mut Plan,
    /// The armoured key's path.
    src: RemotePath,
    /// The keyring's path.
    dest: RemotePath,
    /// The keyring's mode.
    #[default("0644")]
    mode: Mode,
) -> Result<()> {
    if let Some(folder) = dest.parent()
        && !look(
            &Directory {
                path: folder.clone(),
            },
            &[],
        )?
        .is_here()
    {
        plan.run(shell!("mkdir -p {folder}"))
            .predict_all(files::becomes(
                &folder,
                Kind::Directory,
                &files::Known::default(),
            ));
    }
    if look(&File { path: dest.clone() }, &[])?.is_here() {
        plan.note(format!("keyring {dest} already exists"));
        return Ok(());
    }
    plan.run(shell!("gpg --batch --dearmor -o {dest} {src}"));
    plan.run(shell!("touch {dest}"));
    plan.run(shell!("chmod {mode} {dest}"))
        .predict_all(files::becomes(
            &dest,
            Kind::File,
            &files::Known::new(None, None, Some(mode)),
        ));
    Ok(())
}
