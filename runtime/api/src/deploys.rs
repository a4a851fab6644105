//! Deploys as the command line names them.
//!
//! | name | |
//! | --- | --- |
//! | `site.star` | a file in Starlark |
//! | `site.wasm` | a component that is a deploy, in a file: it may say as whom operations run, and act at execution |
//! | `@acme:web` | the deploy of a pack that is loaded; `@acme:web//site.wasm` where it has several. It may do what its pack was granted |

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use thiserror::Error;
use windlass_deploy::StarlarkDeploy;
use windlass_engine::capability::Capabilities;
use windlass_engine::contract::Role;
use windlass_engine::deploy::DeploySource;
use windlass_engine::error::EngineError;
use windlass_plugins::{Host, Pack};

use crate::pack_files::{self, PackFileError};
use crate::setup::load_error;

/// Why a deploy cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DeployError {
    /// A component.
    #[error(transparent)]
    Pack(#[from] PackFileError),
    /// Everything else.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

enum Named {
    Read(Arc<dyn DeploySource>),
    /// Of a pack; its file, where that was said.
    Of(String, Option<String>),
}

/// Deploys, of which those that are components have to be loaded with the packs.
pub struct Deploys {
    named: Vec<Named>,
    folder: Utf8PathBuf,
    packs: Vec<Pack>,
}

impl Deploys {
    /// No deploys, in a folder.
    #[must_use]
    pub fn none(folder: impl Into<Utf8PathBuf>) -> Self {
        Self {
            named: Vec::new(),
            folder: folder.into(),
            packs: Vec::new(),
        }
    }

    /// Reads the files among the names.
    ///
    /// # Errors
    /// A file that cannot be read or parsed; a component that is no deploy.
    pub async fn read(names: &[Utf8PathBuf]) -> Result<Self, DeployError> {
        let mut all = Self::none(".");
        let mut folder = None;
        for name in names {
            if let Some(pack) = name.as_str().strip_prefix('@') {
                let (pack, file) = match pack.split_once("//") {
                    Some((pack, file)) => (pack, Some(file.to_owned())),
                    None => (pack, None),
                };
                all.named.push(Named::Of(pack.to_owned(), file));
            } else if name.extension() == Some("wasm") {
                let pack = component(name).await?;
                folder.get_or_insert_with(|| folder_of(name));
                all.named.push(Named::Of(pack.name.clone(), None));
                all.packs.push(pack);
            } else {
                let deploy = StarlarkDeploy::open(name)?;
                folder.get_or_insert_with(|| deploy.folder());
                all.named.push(Named::Read(Arc::new(deploy)));
            }
        }
        all.folder = folder.unwrap_or(all.folder);
        Ok(all)
    }

    /// The folder in which the project is looked for: that of the first file, else the working folder.
    #[must_use]
    pub fn folder(&self) -> &Utf8Path {
        &self.folder
    }

    /// What has to be loaded besides the packs.
    #[must_use]
    pub fn packs(&self) -> &[Pack] {
        &self.packs
    }

    /// The deploys, in the order of their names. All of one run must stand in one folder, from which local paths start.
    ///
    /// # Errors
    /// A pack that has no such deploy; deploys of two folders.
    pub fn open(&self, host: &Host) -> Result<Vec<Arc<dyn DeploySource>>, EngineError> {
        let mut deploys: Vec<Arc<dyn DeploySource>> = Vec::new();
        for named in &self.named {
            let deploy = match named {
                Named::Read(deploy) => deploy.clone(),
                Named::Of(pack, file) => host.deploy(pack, file.as_deref()).map_err(load_error)?,
            };
            if let Some(first) = deploys
                .first()
                .filter(|first| first.folder() != deploy.folder())
            {
                return Err(EngineError::Deploy(format!(
                    "the deploys {} and {} stand in different folders, and local paths start from one\n  \
                     run them one after another, or `include` one from the other",
                    shown(first.as_ref()),
                    shown(deploy.as_ref()),
                )));
            }
            deploys.push(deploy);
        }
        Ok(deploys)
    }
}

/// A deploy as its user would name it.
fn shown(deploy: &dyn DeploySource) -> Utf8PathBuf {
    let name = Utf8PathBuf::from(deploy.name());
    match name.file_name() {
        Some(file) if !name.as_str().starts_with('@') => deploy.folder().join(file),
        _ => name,
    }
}

fn folder_of(file: &Utf8Path) -> Utf8PathBuf {
    match file.parent() {
        Some(folder) if !folder.as_str().is_empty() => folder.to_owned(),
        _ => Utf8PathBuf::from("."),
    }
}

/// A component that is a deploy, as a pack of its own. Who names it as the deploy has it do what deploys do; files of the
/// controller it has in its own folder only.
async fn component(file: &Utf8Path) -> Result<Pack, DeployError> {
    let opened = pack_files::open(file).await?;
    if let Some(other) = opened
        .report
        .components
        .iter()
        .find(|part| part.role != Role::Deploying)
    {
        return Err(EngineError::Deploy(format!(
            "{file} is no deploy: it is a component for {}\n  a deploy exports `deploy`; packs with operations are named by --pack",
            other.role
        ))
        .into());
    }
    // An absolute path would make the identity of operations depend on the machine.
    let name = match file.is_absolute() {
        true => file.file_name().unwrap_or(file.as_str()),
        false => file.as_str(),
    };
    let mut pack = opened.pack.unsigned().in_folder(folder_of(file));
    name.trim_start_matches("./").clone_into(&mut pack.name);
    Ok(pack.granting(Capabilities {
        act: true,
        privilege: true,
        ..Capabilities::default()
    }))
}
