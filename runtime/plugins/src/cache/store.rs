//! The cache: where it is, and what is kept in it.

use std::io;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::SystemTime;

use wasmtime::Engine;

use super::entry::{Entry, parse, text};
use super::folder::{open_folder, read, write};
use super::names;
use super::prune::Turn;
use super::room::Room;
use crate::index::Index;

/// Where compiled code is kept between runs: for 30 days after its last use (`$WINDLASS_CACHE_AGE`), and at most about
/// 1 GiB (`$WINDLASS_CACHE_SIZE`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CodeCache {
    /// `$WINDLASS_CACHE_DIR`, else `windlass` in the user's cache folder (`$XDG_CACHE_HOME`, `~/.cache`).
    #[default]
    User,
    /// This folder, which is made with mode 0700 where it is missing.
    Folder(PathBuf),
    /// Nowhere: components are compiled each time.
    Off,
}

/// Names another folder for the cache; the same rules hold for it.
const VARIABLE: &str = "WINDLASS_CACHE_DIR";

/// The cache, when its folder can be trusted.
pub(crate) struct Cache {
    folder: Option<Arc<OwnedFd>>,
    /// None when nobody can tell: then nothing is removed.
    room: Option<Room>,
    engine: u64,
}

impl Cache {
    /// Opens the cache. The second value says why it is not used, or not pruned, if it is not.
    pub(crate) fn open(place: &CodeCache, engine: &Engine) -> (Self, Option<String>) {
        let folder = match place {
            CodeCache::Off => Ok(None),
            CodeCache::Folder(folder) => open_folder(folder).map(Some),
            CodeCache::User => match user_folder() {
                Some(folder) => open_folder(&folder).map(Some),
                None => Err(String::from("the user has no home folder")),
            },
        };
        let folder = folder.map_err(|reason| {
            format!(
                "plugins are compiled anew each time, since compiled code cannot be kept: {reason}"
            )
        });
        let room = Room::of(|name| std::env::var_os(name))
            .map_err(|reason| format!("compiled code is kept and nothing of it removed: {reason}"));
        let warning = match (&folder, &room) {
            (Err(warning), _) | (Ok(Some(_)), Err(warning)) => Some(warning.clone()),
            _ => None,
        };
        let cache = Self {
            folder: folder.ok().flatten().map(Arc::new),
            room: room.ok(),
            engine: names::engine_key(engine),
        };
        (cache, warning)
    }

    fn name(&self, component: &str) -> String {
        names::entry(component, self.engine)
    }

    /// What is kept for a component, by its digest. Entries that cannot be trusted do not count.
    pub(crate) fn get(&self, component: &str) -> Option<Entry> {
        let name = self.name(component);
        match read(self.folder.as_ref()?, &name) {
            Ok(bytes) => {
                let entry = parse(&bytes).filter(|entry| entry.index.component == component);
                if entry.is_none() {
                    tracing::warn!(entry = name, "compiled code is damaged and not used");
                }
                entry
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                tracing::warn!(entry = name, %error, "compiled code is not used");
                None
            }
        }
    }

    /// Keeps an entry. A failure costs time at the next run, no more. Gives the thread that prunes meanwhile, where
    /// it is time for that; nobody has to wait for it.
    pub(crate) fn put(&self, index: &Index, code: &[u8]) -> Option<JoinHandle<()>> {
        let folder = self.folder.as_ref()?;
        let name = self.name(&index.component);
        if let Err(error) = write(folder, &name, &text(index, code)) {
            tracing::warn!(entry = name, %error, "compiled code could not be kept");
            return None;
        }
        let pruning = prune_beside(folder.clone(), self.room?);
        pruning.unwrap_or_else(|error| {
            tracing::debug!(%error, "compiled code could not be pruned");
            None
        })
    }
}

/// Starts to prune, where it is time.
fn prune_beside(folder: Arc<OwnedFd>, room: Room) -> io::Result<Option<JoinHandle<()>>> {
    let now = SystemTime::now();
    let Some(turn) = Turn::take(&folder, now)? else {
        return Ok(None);
    };
    let prune = move || match turn.prune(&folder, room, now) {
        Ok(pruned) => tracing::debug!(pruned.files, pruned.bytes, "compiled code was pruned"),
        Err(error) => tracing::debug!(%error, "compiled code could not be pruned"),
    };
    let thread = std::thread::Builder::new().name(String::from("prune"));
    thread.spawn(prune).map(Some)
}

fn user_folder() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os(VARIABLE) {
        return Some(PathBuf::from(folder));
    }
    use etcetera::BaseStrategy;
    let base = etcetera::choose_base_strategy().ok()?;
    Some(base.cache_dir().join("windlass"))
}

#[cfg(test)]
#[path = "store/tests.rs"]
mod tests;
