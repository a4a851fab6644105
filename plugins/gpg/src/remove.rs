//! Removing keyrings, or keys from them.

use serde_json::{Value as Json, json};
use windlass_plugin_common::files;
use windlass_plugin_common::requests::File;
use windlass_plugin_common::stat::look;
use windlass_sdk::prelude::*;

use crate::facts::{GpgKeyrings, Keyring};
use crate::install::is_key;

/// Plans the removal of keys, or of a whole keyring when no keys are named.
pub(crate) fn keys(
    plan: &mut Plan,
    dest: Option<RemotePath>,
    keyids: &[String],
    working_dirs: Option<Vec<String>>,
) -> Result<()> {
    match (dest, keyids) {
        (Some(dest), []) => {
            if look(&File { path: dest.clone() }, &[])?.is_here() {
                remove_file(plan, &dest);
            } else {
                plan.note(format!("file {dest} does not exist"));
            }
            Ok(())
        }
        (None, []) => Err(Error::operation(
            "`dest` or `keyid` must be provided for removal",
        )),
        (Some(dest), keyids) => {
            let folders = dest.parent().iter().map(ToString::to_string).collect();
            from_keyrings(plan, folders, Some(&dest), keyids)
        }
        (None, keyids) => from_keyrings(plan, working_dirs.unwrap_or_default(), None, keyids),
    }
}

fn from_keyrings(
    plan: &mut Plan,
    folders: Vec<String>,
    only: Option<&RemotePath>,
    keyids: &[String],
) -> Result<()> {
    if folders.is_empty() {
        return Err(Error::operation(
            "`dest` or `working_dirs` must be provided for removal by `keyid`",
        ));
    }
    let keyrings = get(&GpgKeyrings {
        directories: OneOrMany(folders),
    })?;
    let before = plan.steps.len();
    for (path, keyring) in keyrings
        .iter()
        .filter(|(path, _)| only.is_none_or(|only| only.as_str() == path.as_str()))
    {
        from_keyring(plan, &RemotePath::new(path.as_str()), keyring, keyids)?;
    }
    if plan.steps.len() == before {
        plan.note(format!("no keyring has a key {}", keyids.join(", ")));
    }
    Ok(())
}

fn from_keyring(
    plan: &mut Plan,
    path: &RemotePath,
    keyring: &Keyring,
    keyids: &[String],
) -> Result<()> {
    let is_meant = |id: &str, key: &Json| keyids.iter().any(|wanted| is_key(wanted, id, key));
    let meant: Vec<(&String, &Json)> = keyring
        .keys
        .iter()
        .filter(|(id, key)| is_meant(id, key))
        .collect();
    if meant.is_empty() {
        return Ok(());
    }
    if keyring.format == "asc" {
        if meant.len() < keyring.keys.len() {
            return Err(Error::operation(format!(
                "Cannot remove individual keys from armored keyring '{path}': the file contains other keys and cannot \
                 be edited in-place. Remove the file explicitly with present=False and no keyid."
            )));
        }
        remove_file(plan, path);
        return Ok(());
    }
    for (id, key) in meant {
        let key = key.get("fingerprint").and_then(Json::as_str).unwrap_or(id);
        plan.run(shell!(
            "gpg --batch --yes --no-default-keyring --keyring {path} --delete-keys {key}"
        ));
    }
    plan.run(shell!(
        "gpg --batch --no-default-keyring --keyring {path} --list-keys 2>/dev/null | grep -q \"^pub\" || rm -f {path}"
    ))
    .predict_all(files::unknown_at(path))
    .predict(Prediction::unknown_where(GpgKeyrings::name(), json!({})));
    Ok(())
}

fn remove_file(plan: &mut Plan, path: &RemotePath) {
    plan.run(shell!("rm -f {path}"))
        .predict_all(files::vanishes(path))
        .predict(Prediction::unknown_where(GpgKeyrings::name(), json!({})));
}
