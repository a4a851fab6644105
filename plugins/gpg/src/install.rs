//! Making a keyring of keys from a file, a URL or a key server.

use serde_json::{Value as Json, json};
use windlass_plugin_common::files;
use windlass_plugin_common::requests::{Directory, File};
use windlass_plugin_common::stat::{Kind, look};
use windlass_sdk::prelude::*;

use crate::facts::GpgKeyrings;

/// Where a keyring's keys come from.
pub(crate) enum Install<'a> {
    /// A path on the target, or a URL.
    Source {
        /// Which.
        src: &'a str,
        /// Whether an armoured key is made a binary keyring.
        dearmor: bool,
    },
    /// A key server.
    Server {
        /// Which.
        server: &'a str,
        /// The keys to ask it for.
        keyids: &'a [String],
    },
}

/// Plans a keyring.
pub(crate) fn keyring(
    plan: &mut Plan,
    source: &Install<'_>,
    dest: &RemotePath,
    mode: Mode,
) -> Result<()> {
    let file = File { path: dest.clone() };
    let now = get_parts(&file, &["/mode"])?;
    if !matches!(now, Parts::Whole(Json::Null | Json::Bool(false))) {
        let complete = match source {
            Install::Source { .. } => {
                plan.note(format!("GPG keyring {dest} already exists"));
                true
            }
            Install::Server { keyids, .. } => {
                let complete = holds(dest, keyids)?;
                if complete {
                    plan.note(
                        format!("GPG keys {keyids:?} already exist in {dest}").replace('"', "'"),
                    );
                }
                complete
            }
        };
        if complete {
            if *now.part("/mode") != json!(mode.digits()) {
                plan.run(shell!("chmod {mode} {dest}"))
                    .predict_all(files::changes(dest, Kind::File, None, None, Some(mode)));
            }
            return Ok(());
        }
    }
    make(plan, source, dest, mode)
}

/// Whether a keyring has all of some keys.
fn holds(dest: &RemotePath, keyids: &[String]) -> Result<bool> {
    let directories = OneOrMany(dest.parent().iter().map(ToString::to_string).collect());
    let keyrings = get(&GpgKeyrings { directories })?;
    let Some(keyring) = keyrings.get(dest.as_str()) else {
        return Ok(false);
    };
    Ok(keyids
        .iter()
        .all(|wanted| keyring.keys.iter().any(|(id, key)| is_key(wanted, id, key))))
}

/// Whether a key is meant by an id, which may be short, long or a whole fingerprint, with or without `0x`.
pub(crate) fn is_key(wanted: &str, id: &str, key: &Json) -> bool {
    let wanted = wanted
        .trim_start_matches("0x")
        .trim_start_matches("0X")
        .replace(' ', "")
        .to_uppercase();
    let is = |found: &str| {
        let found = found.to_uppercase();
        !wanted.is_empty()
            && !found.is_empty()
            && (found.ends_with(&wanted) || wanted.ends_with(&found))
    };
    is(id)
        || key
            .get("fingerprint")
            .and_then(Json::as_str)
            .is_some_and(is)
}

fn make(plan: &mut Plan, source: &Install<'_>, dest: &RemotePath, mode: Mode) -> Result<()> {
    let folder = dest.parent();
    let missing = match &folder {
        Some(folder) => !look(
            &Directory {
                path: folder.clone(),
            },
            &[],
        )?
        .is_here(),
        None => false,
    };
    if let Some(folder) = folder.as_ref().filter(|_| missing) {
        let mode = Mode::from_bits(0o755);
        plan.run(shell!("mkdir -p {folder}"));
        plan.run(shell!("chmod {mode} {folder}"))
            .predict_all(files::becomes(
                folder,
                Kind::Directory,
                &files::Known::new(None, None, Some(mode)),
            ));
    }
    match source {
        Install::Source { src, dearmor } => {
            let path = if src.contains("://") {
                let path = context::temp_path(src);
                plan.nested("files.download", json!({"src": src, "dest": path}));
                path
            } else {
                (*src).to_owned()
            };
            plan.run(if *dearmor {
                shell!(
                    "if grep -q \"BEGIN PGP PUBLIC KEY BLOCK\" {path}; then gpg --batch --dearmor -o {dest} {path}; \
                     else cp {path} {dest}; fi"
                )
            } else {
                shell!("cp {path} {dest}")
            });
        }
        Install::Server { server, keyids } => {
            let (home, keyids) = (
                RemotePath::new(context::temp_path("gnupg")),
                keyids.to_vec(),
            );
            plan.run(shell!("mkdir -p {home}"));
            plan.run(shell!("chmod 700 {home}"));
            plan.run(shell!("export GNUPGHOME={home} && gpg --batch --keyserver {server} --recv-keys {keyids:words}"));
            plan.run(shell!(
                "export GNUPGHOME={home} && gpg --batch --export {keyids:words} > {dest}"
            ));
        }
    }
    if let Some(folder) = folder.filter(|_| missing) {
        plan.run(shell!("mkdir -p {folder}"));
    }
    plan.run(shell!("touch {dest}"));
    plan.run(shell!("chmod {mode} {dest}"))
        .predict_all(files::becomes(
            dest,
            Kind::File,
            &files::Known::new(None, None, Some(mode)),
        ))
        .predict(Prediction::unknown_where(GpgKeyrings::name(), json!({})));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_every_length_name_a_key() {
        let key = json!({"fingerprint": "9DC858229FC7DD38854AE2D88D81803C0EBFCD88"});
        for wanted in [
            "0x0EBFCD88",
            "8d81803c0ebfcd88",
            "9DC8 5822 9FC7 DD38 854A E2D8 8D81 803C 0EBF CD88",
        ] {
            assert!(is_key(wanted, "8D81803C0EBFCD88", &key), "{wanted}");
        }
        assert!(!is_key("0EBFCD89", "8D81803C0EBFCD88", &key));
        assert!(!is_key("", "8D81803C0EBFCD88", &key));
    }
}
