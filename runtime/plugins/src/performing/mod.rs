//! Components that act on hosts at execution, and components that are deploys.
//!
//! | role | called | the host that it is for |
//! | --- | --- | --- |
//! | acting | at execution, for a `call` step | to be acted on |
//! | deploying: `run` | while preparing, once for each host | operations are added to it; nothing is run on it |
//! | deploying: `callback` | at execution | to be acted on; nothing is added |
//!
//! Each call has a fresh instance, held to the limits of its pack; the time in which the host works does not count. What
//! they may do is the engine's to say: see its `acting`.

mod actor;
mod adding;
mod deploy;
mod guest;
mod target;

use std::sync::Arc;

use camino::Utf8PathBuf;
use windlass_engine::deploy::DeploySource;
use windlass_engine::nearest::did_you_mean;
use windlass_engine::policy::Owner;

use crate::alias::Alias;
use crate::error::LoadError;
use crate::opening::Opening;

pub(crate) use actor::Actor;
use deploy::ComponentDeploy;
pub(crate) use guest::{Performer, linker};

/// A component that is a deploy, and where it is from.
struct Deploy {
    owner: Arc<Owner>,
    opening: Arc<Opening<Performer>>,
    /// Its file below the pack's folder.
    file: String,
    folder: Utf8PathBuf,
}

/// What of the packs acts, and what of them are deploys.
#[derive(Default)]
pub(crate) struct Performers {
    actors: Vec<(Arc<Owner>, Actor)>,
    deploys: Vec<Deploy>,
}

impl Performers {
    /// Adds the component with the actors of a pack, which has one.
    pub(crate) fn add_actor(
        &mut self,
        owner: &Arc<Owner>,
        opening: Arc<Opening<Performer>>,
    ) -> Result<(), LoadError> {
        if let Some(first) = self.actor(owner) {
            return Err(LoadError::Role {
                component: opening.component.name.clone(),
                message: format!(
                    "it is for acting, and so is {}; a pack has one component with all its actors",
                    first.opening().component.name
                ),
            });
        }
        self.actors.push((owner.clone(), Actor::new(opening)));
        Ok(())
    }

    /// Adds a component that is a deploy.
    pub(crate) fn add_deploy(
        &mut self,
        owner: &Arc<Owner>,
        opening: Arc<Opening<Performer>>,
        file: String,
        folder: Option<Utf8PathBuf>,
    ) {
        self.deploys.push(Deploy {
            owner: owner.clone(),
            opening,
            file,
            folder: folder.unwrap_or_else(|| Utf8PathBuf::from(".")),
        });
    }

    /// Has what a pack's components call by their own namespace found by the one that it has here.
    pub(crate) fn rename(&self, owner: &Arc<Owner>, alias: &Arc<Alias>) {
        let actors = self.actors.iter().map(|(of, actor)| (of, actor.opening()));
        let deploys = self
            .deploys
            .iter()
            .map(|deploy| (&deploy.owner, &deploy.opening));
        for (_, opening) in actors
            .chain(deploys)
            .filter(|(of, _)| Arc::ptr_eq(of, owner))
        {
            // It was made for this pack just now.
            let _ = opening.component.alias.set(alias.clone());
        }
    }

    /// The actors of a pack: the very one, since names of packs from files may be the same.
    pub(crate) fn actor(&self, owner: &Arc<Owner>) -> Option<&Actor> {
        let mut all = self.actors.iter();
        all.find(|(other, _)| Arc::ptr_eq(other, owner))
            .map(|(_, actor)| actor)
    }

    /// The deploy of a pack; the one in a file of it, where it has several.
    pub(crate) fn deploy(
        &self,
        pack: &str,
        file: Option<&str>,
    ) -> Result<Arc<dyn DeploySource>, LoadError> {
        let wrong = |message: String| Err(LoadError::Deploy(message));
        let of_pack: Vec<&Deploy> = self
            .deploys
            .iter()
            .filter(|deploy| deploy.owner.name == pack)
            .collect();
        let files: Vec<&str> = of_pack.iter().map(|deploy| deploy.file.as_str()).collect();
        let found = match (file, of_pack.as_slice()) {
            (_, []) => {
                let packs = self.deploys.iter().map(|deploy| deploy.owner.name.as_str());
                let near = did_you_mean(pack, packs);
                return wrong(format!(
                    "no pack {pack} with a component that is a deploy is loaded{near}"
                ));
            }
            (None, [one]) => *one,
            (None, _) => {
                return wrong(format!(
                    "the pack {pack} has several deploys\n  say which: @{pack}//{}",
                    files.join(&format!(" or @{pack}//"))
                ));
            }
            (Some(file), all) => match all.iter().find(|deploy| deploy.file == file) {
                Some(deploy) => *deploy,
                None => {
                    let near = did_you_mean(file, files.iter().copied());
                    return wrong(format!("the pack {pack} has no deploy `{file}`{near}"));
                }
            },
        };
        let name = match found.owner.name.contains(':') {
            true => format!("@{pack}//{}", found.file),
            // A component by itself is called as it was named.
            false => pack.to_owned(),
        };
        let (owner, opening) = (found.owner.clone(), found.opening.clone());
        let folder = found.folder.clone();
        Ok(Arc::new(ComponentDeploy::new(name, folder, owner, opening)))
    }
}
