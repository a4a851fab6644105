//! The packs of a bundle for one run, without installing it.

use camino::{Utf8Path, Utf8PathBuf};
use windlass_packs::lock::{ASKS_FILE, Asks, LOCK_FILE, Lock};
use windlass_packs::sources::{Bundle, SourceError, Sources, Store};

use super::error::ProjectError;
use super::read::{Places, Project, waiting};

impl Project {
    /// A project that has the packs of a bundle and no others: what its lock pins, put into the user's store with each
    /// file checked. Whom to trust is said by the machine, the user and the folder, and not by the bundle.
    ///
    /// # Errors
    /// [`ProjectError`]: the bundle lacks something, nobody vouches for a pack, or the policy does not allow it.
    pub async fn of_bundle(
        bundle: Bundle,
        folder: &Utf8Path,
        places: &Places,
    ) -> Result<Self, ProjectError> {
        let origin = Utf8PathBuf::from(&bundle.origin);
        let text = |name: &str| {
            let text = bundle.project.get(name).cloned();
            text.ok_or_else(|| SourceError::Malformed {
                origin: bundle.origin.clone(),
                message: format!("it has no {name}"),
            })
        };
        let project = Self {
            asks: Asks::parse(&text(ASKS_FILE)?, origin.join(ASKS_FILE).as_str())?,
            lock: Lock::parse(&text(LOCK_FILE)?, &origin.join(LOCK_FILE))?,
            // Nothing is looked for in the folder, and nothing is fetched.
            sources: Sources::new(places.store.clone(), Store::new(places.store.clone()), true),
            ..Self::trusting(folder, places)?
        };
        for pack in &project.lock.packs {
            project.allow_name(&pack.name)?;
            let contents = bundle.pack(&pack.name)?;
            project.allow_asked(&pack.name, &contents.manifest.capabilities)?;
            project.accept(pack, &contents)?;
            let (sources, source) = (project.sources.clone(), pack.source.clone());
            waiting(move || sources.keep(&source, &contents)).await?;
        }
        Ok(project)
    }
}
