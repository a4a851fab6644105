//! The controller's files that the operations of a pack may touch.
//!
//! | | without a limit | with one |
//! | --- | --- | --- |
//! | read | what stands in the call's arguments | of that, what is in the deploy's folder or in a folder of `read` or `write` |
//! | write | what stands in the call's arguments | of that, what is in the deploy's folder or in a folder of `write` |
//!
//! A limit is what the pack was granted, or a ceiling of the policy. Links are followed before it is looked where a path
//! leads. Allowed with `write = ["/srv/backup"]`: `/srv/backup/db.sql`. Denied: `/srv/backup/../x`, `/etc/cron.d/x`.

use std::collections::BTreeSet;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use super::Chain;
use super::question::Denial;
use crate::capability::{Capabilities, home, rooted};
use crate::local_files::Readable;
use crate::state::{Host, State};

/// What is done with a file.
#[derive(Clone, Copy)]
enum Use {
    Read,
    Write,
}

impl Use {
    fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }

    /// What may be written may be compared with what is there.
    fn folders(self, of: &Capabilities) -> BTreeSet<String> {
        match self {
            Self::Read => of.read.union(&of.write).cloned().collect(),
            Self::Write => of.write.clone(),
        }
    }
}

impl State {
    /// Whether the operation at the end of a chain may read a file of the controller.
    pub(crate) fn allow_read(&self, host: &Host, chain: &Chain, path: &str) -> Result<(), Denial> {
        self.allow_file(host, chain, path, Use::Read)
            .map_err(|denial| self.denied(denial))
    }

    /// Takes away the paths that the operation at the end of a chain may not read, and gives why for the first.
    pub(crate) fn keep_readable(
        &self,
        host: &Host,
        chain: &Chain,
        paths: &mut Vec<String>,
    ) -> Option<Denial> {
        let mut denial = None;
        paths.retain(|path| match self.allow_read(host, chain, path) {
            Ok(()) => true,
            Err(error) => {
                denial.get_or_insert(error);
                false
            }
        });
        denial
    }

    /// The folders of the controller that all of a deploy's chain may read, which has no arguments that name files: its
    /// own, and those that were granted to each.
    pub(crate) fn readable_folders(&self, host: &Host, chain: &Chain) -> Readable {
        let most = self.ceiling(host, chain).map(|most| most.capabilities);
        let ceiling = most.as_ref().map(|most| {
            let folders = Use::Read.folders(most);
            at_home(&folders).map(Utf8PathBuf::into_string).collect()
        });
        let mut held = most;
        for granted in chain
            .packs()
            .into_iter()
            .filter_map(|owner| owner.granted.as_ref())
        {
            held = Some(held.map_or_else(|| granted.clone(), |held| held.within(granted)));
        }
        let folders = held
            .map(|held| Use::Read.folders(&held))
            .unwrap_or_default();
        let granted = at_home(&folders).map(Utf8PathBuf::into_string);
        Readable {
            paths: [String::from(".")].into_iter().chain(granted).collect(),
            deploy: chain.callers().last().map(|caller| caller.name.clone()),
            ceiling,
        }
    }

    /// Whether the operation at the end of a chain may write a file of the controller.
    pub(crate) fn allow_write(&self, host: &Host, chain: &Chain, path: &str) -> Result<(), Denial> {
        self.allow_file(host, chain, path, Use::Write)
            .map_err(|denial| self.denied(denial))
    }

    fn allow_file(&self, host: &Host, chain: &Chain, path: &str, what: Use) -> Result<(), Denial> {
        let folder = self.folder();
        let name = what.name();
        let wanted = || match what {
            Use::Read => format!("reading {path} of this machine"),
            Use::Write => format!("writing {path} on this machine"),
        };
        let inside = |held: &Capabilities| is_inside(folder, &what.folders(held), path);
        // Who calls another pack's operation may not reach further by it than by itself.
        for owner in chain.packs() {
            if owner.granted.as_ref().is_some_and(|held| !inside(held)) {
                return Err(Denial::of(
                    host.name(),
                    chain,
                    wanted(),
                    format!("the pack {owner} was not granted to {name} there"),
                    format!(
                        "name a file in the deploy's folder, or have its folder in `{name}` of the pack's [capabilities] approved"
                    ),
                ));
            }
        }
        match self.ceiling(host, chain) {
            Some(ceiling) if !inside(&ceiling.capabilities) => Err(Denial::of(
                host.name(),
                chain,
                wanted(),
                ceiling.because(name),
                format!(
                    "name a file in the deploy's folder; its folder in `{name}` there would allow it"
                ),
            )),
            _ => Ok(()),
        }
    }
}

fn is_inside(deploy: &Utf8Path, folders: &BTreeSet<String>, path: &str) -> bool {
    let Some(path) = real(&deploy.join(path)) else {
        return false;
    };
    [deploy.to_owned()]
        .into_iter()
        .chain(at_home(folders))
        .filter_map(|folder| real(&folder))
        .any(|folder| path.starts_with(folder))
}

/// Folders with their paths from the root.
fn at_home(folders: &BTreeSet<String>) -> impl Iterator<Item = Utf8PathBuf> {
    let home = home();
    folders
        .iter()
        .filter_map(move |folder| rooted(folder, &home).map(Utf8PathBuf::from))
}

/// Where a path leads, links followed as far as it exists. None where what does not exist goes up again, and where it
/// is a link that leads to nothing.
fn real(path: &Utf8Path) -> Option<Utf8PathBuf> {
    let path = match path.as_str() {
        "" => Utf8Path::new("."),
        _ => path,
    };
    if let Ok(found) = path.canonicalize_utf8() {
        return Some(found);
    }
    if path.symlink_metadata().is_ok() {
        return None;
    }
    match path.components().next_back()? {
        Utf8Component::Normal(name) => Some(real(path.parent()?)?.join(name)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_path_is_where_its_links_lead() {
        let held = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(held.path()).unwrap();
        for folder in ["deploy", "granted", "other"] {
            std::fs::create_dir(root.join(folder)).unwrap();
        }
        std::os::unix::fs::symlink(root.join("other"), root.join("granted/link")).unwrap();
        std::os::unix::fs::symlink(root.join("other/none"), root.join("granted/dangling")).unwrap();
        let granted = BTreeSet::from([root.join("granted").to_string()]);
        let deploy = root.join("deploy");
        let inside = |path: &str| is_inside(&deploy, &granted, path);
        let below = |path: &str| inside(root.join(path).as_str());
        for good in ["x", "new/y", "../granted/z"] {
            assert!(inside(good), "{good}");
        }
        for good in ["granted/x", "granted/new/folder/x", "granted"] {
            assert!(below(good), "{good}");
        }
        for bad in [
            "other/x",
            "granted/link/x",
            "granted/dangling",
            "granted/../other/x",
            "granted/new/../../other/x",
            "granted2/x",
        ] {
            assert!(!below(bad), "{bad}");
        }
        assert!(!inside("../x"));
    }

    #[test]
    fn the_folder_may_be_relative() {
        assert!(is_inside(Utf8Path::new("."), &BTreeSet::new(), "x"));
        assert!(is_inside(Utf8Path::new(""), &BTreeSet::new(), "x"));
        assert!(!is_inside(
            Utf8Path::new("."),
            &BTreeSet::new(),
            "/etc/passwd"
        ));
    }
}
