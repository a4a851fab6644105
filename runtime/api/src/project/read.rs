//! Reading a project's files.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use windlass_packs::lock::{Asks, Change, Lock, asks_file, gaps, lock_file};
use windlass_packs::policy::PolicyFile;
use windlass_packs::sources::{SourceError, Sources, Store};
use windlass_packs::trust::{Trust, TrustFile};

use super::error::ProjectError;

/// Where things outside of the project are.
#[derive(Clone, Debug)]
pub struct Places {
    /// The folder of packs that were fetched.
    pub store: Utf8PathBuf,
    /// The files that say whom to trust, above the project's own, in their order.
    pub trust: Vec<Utf8PathBuf>,
    /// True when nothing may be fetched over a network.
    pub offline: bool,
    /// The policy of the machine, if there is one: which packs may be used.
    pub policy: Option<Arc<PolicyFile>>,
}

/// A folder with `packs.toml` and what stands beside it.
#[derive(Clone, Debug)]
pub struct Project {
    /// The folder.
    pub folder: Utf8PathBuf,
    /// What it asks for.
    pub asks: Asks,
    /// What is pinned; empty where there is no lock.
    pub lock: Lock,
    /// Whom it trusts.
    pub trust: Trust,
    /// Where its packs come from.
    pub sources: Sources,
    /// Which packs may be used, where the machine has a policy.
    pub policy: Option<Arc<PolicyFile>>,
}

/// The project's own file of whom to trust.
const TRUST_FILE: &str = "trust.toml";

impl Project {
    /// The project of a folder; none when it has neither `packs.toml` nor `packs.lock`.
    ///
    /// # Errors
    /// [`ProjectError`]: a file that cannot be read or has something wrong in it.
    pub fn find(folder: &Utf8Path, places: &Places) -> Result<Option<Self>, ProjectError> {
        let folder = plain(folder);
        if asks_file(folder).exists() || lock_file(folder).exists() {
            return Self::open(folder, places).map(Some);
        }
        Ok(None)
    }

    /// The project of a folder, which may have nothing yet.
    ///
    /// # Errors
    /// [`ProjectError`]: a file that cannot be read or has something wrong in it.
    pub fn open(folder: &Utf8Path, places: &Places) -> Result<Self, ProjectError> {
        let folder = plain(folder);
        let (asks, lock) = (asks_file(folder), lock_file(folder));
        Ok(Self {
            asks: match text_of(&asks)? {
                Some(text) => Asks::parse(&text, asks.as_str())?,
                None => Asks::default(),
            },
            lock: match text_of(&lock)? {
                Some(text) => Lock::parse(&text, &lock)?,
                None => Lock::default(),
            },
            ..Self::trusting(folder, places)?
        })
    }

    /// A project without packs, that trusts whom the machine, the user and its folder trust.
    pub(super) fn trusting(folder: &Utf8Path, places: &Places) -> Result<Self, ProjectError> {
        let folder = plain(folder);
        let own = folder.join(TRUST_FILE);
        let mut trust = Trust {
            files: Vec::new(),
            project: own.clone(),
        };
        for path in places.trust.iter().chain([&own]) {
            if let Some(text) = text_of(path)? {
                trust.files.push(TrustFile::parse(&text, path.as_str())?);
            }
        }
        Ok(Self {
            asks: Asks::default(),
            lock: Lock::default(),
            trust,
            sources: Sources::new(
                folder.to_owned(),
                Store::new(places.store.clone()),
                places.offline,
            ),
            folder: folder.to_owned(),
            policy: places.policy.clone(),
        })
    }

    /// An error unless the lock is what `packs.toml` asks for.
    ///
    /// # Errors
    /// [`ProjectError::Gaps`].
    pub fn check(&self) -> Result<(), ProjectError> {
        let gaps = gaps(&self.asks, &self.lock);
        if gaps.is_empty() {
            return Ok(());
        }
        Err(ProjectError::Gaps {
            path: asks_file(&self.folder),
            gaps: gaps.join("; "),
        })
    }

    /// Writes the lock that changes come to.
    ///
    /// # Errors
    /// [`ProjectError`]: the file cannot be written.
    pub fn write_lock(&mut self, changes: &[Change]) -> Result<(), ProjectError> {
        let mut lock = Lock::default();
        for change in changes {
            if let Some(pack) = &change.to {
                lock.put(pack.clone());
            }
        }
        write(&lock_file(&self.folder), &lock.text()?)?;
        self.lock = lock;
        Ok(())
    }

    /// Writes `packs.toml`, and asks for what stands in it from now on.
    ///
    /// # Errors
    /// [`ProjectError`]: the text has something wrong in it, or the file cannot be written.
    pub fn write_asks(&mut self, text: &str) -> Result<(), ProjectError> {
        let path = asks_file(&self.folder);
        self.asks = Asks::parse(text, path.as_str())?;
        write(&path, text)
    }

    /// The text of `packs.toml`; empty where there is none.
    ///
    /// # Errors
    /// [`ProjectError::Io`].
    pub fn asks_text(&self) -> Result<String, ProjectError> {
        Ok(text_of(&asks_file(&self.folder))?.unwrap_or_default())
    }
}

/// Does what waits for disks and networks where nobody else waits for it.
pub(super) async fn waiting<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SourceError> + Send + 'static,
) -> Result<T, ProjectError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => Ok(done?),
        Err(error) => Err(SourceError::Malformed {
            origin: String::from("the source"),
            message: error.to_string(),
        }
        .into()),
    }
}

/// The working folder has no name, so that messages name its files as their users do.
fn plain(folder: &Utf8Path) -> &Utf8Path {
    if folder == "." {
        return Utf8Path::new("");
    }
    folder
}

/// A file's text; none when there is no such file. What cannot be read is no absence.
fn text_of(path: &Utf8Path) -> Result<Option<String>, ProjectError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(ProjectError::Io {
            path: path.to_owned(),
            source,
        }),
    }
}

/// Writes a file as a whole or not at all.
fn write(path: &Utf8Path, text: &str) -> Result<(), ProjectError> {
    let failed = |source| ProjectError::Io {
        path: path.to_owned(),
        source,
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_str().is_empty() => folder,
        _ => Utf8Path::new("."),
    };
    let mut file = tempfile::Builder::new()
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
        .tempfile_in(folder)
        .map_err(failed)?;
    std::io::Write::write_all(&mut file, text.as_bytes()).map_err(failed)?;
    file.persist(path)
        .map(drop)
        .map_err(|error| failed(error.error))
}
