//! Packs on disk: a folder with a manifest, a folder of components, or one component. What is found in them, and the
//! pack that a host loads.

use std::fs;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use thiserror::Error;
use windlass_deploy::check_module;
use windlass_engine::contract::Role;
use windlass_engine::deploy::PackModule;
use windlass_engine::plugins::Plugins;
use windlass_engine::policy::Owner;
use windlass_packs::inspect::{ComponentReport, InterfaceError, Mismatch, PackReport, check};
use windlass_packs::manifest::{FILE, FileError, Manifest, PathError, from_folder, inside};
use windlass_plugins::{Host, Limits, LoadError, Pack, PackComponent, PackFile};

use crate::setup::lowered;

/// Why a pack cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PackFileError {
    /// A file or folder.
    #[error("the pack {path}: {source}")]
    Unreadable {
        /// Which.
        path: Utf8PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A component that is not there although the manifest names it.
    #[error(
        "{manifest} names the component {path}, which is not there{}",
        if *.built { "; run `windlass pack build`" } else { "" }
    )]
    Missing {
        /// The manifest.
        manifest: Utf8PathBuf,
        /// The component, below the pack's folder.
        path: Utf8PathBuf,
        /// True when the manifest says how it is built.
        built: bool,
    },
    /// A folder without manifest and components.
    #[error(
        "{0} has no {FILE} and no component (*.wasm)\n  `windlass pack new NAME` makes a pack to start from"
    )]
    Nothing(Utf8PathBuf),
    /// The manifest.
    #[error(transparent)]
    Manifest(#[from] FileError),
    /// The deploy modules that the manifest names.
    #[error("`deploys`: {0}")]
    Modules(PathError),
    /// A deploy module with a mistake.
    #[error("{0}")]
    Module(String),
    /// A component that is none.
    #[error("{path} is no component of a pack: {source}")]
    Component {
        /// Its file.
        path: Utf8PathBuf,
        /// Why.
        source: InterfaceError,
    },
    /// A component that the host refuses.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A manifest that says otherwise than the components.
    #[error("the pack {title} is refused, since its manifest and its components differ:\n{}", lines(.mismatches))]
    Mismatch {
        /// Its name and version.
        title: String,
        /// Where they differ.
        mismatches: Vec<Mismatch>,
    },
    /// A pack for another Windlass.
    #[error(
        "the pack {title} needs windlass {needs}, and this is {found}\n  `windlass` in its {FILE} says so; use another version of either"
    )]
    Runtime {
        /// Its name and version.
        title: String,
        /// What it needs.
        needs: String,
        /// This version.
        found: &'static str,
    },
}

fn lines(mismatches: &[Mismatch]) -> String {
    let lines: Vec<String> = mismatches.iter().map(|one| format!("  {one}")).collect();
    lines.join("\n")
}

/// A pack that was read from disk and looked at.
#[derive(Clone, Debug)]
pub struct OpenedPack {
    /// What it is.
    pub report: PackReport,
    /// What a host loads.
    pub pack: Pack,
}

/// Reads a pack and refuses one whose manifest and components differ. `path` is a folder or a component's file.
///
/// # Errors
/// [`PackFileError`].
pub async fn open(path: &Utf8Path) -> Result<OpenedPack, PackFileError> {
    let opened = look_at(path).await?;
    if let Some(manifest) = &opened.report.manifest {
        let mismatches = check(manifest, &opened.report.components);
        if !mismatches.is_empty() {
            return Err(PackFileError::Mismatch {
                title: manifest.title(),
                mismatches,
            });
        }
    }
    Ok(opened)
}

/// The name that a pack has by its manifest, else by its path: nothing of its components is read.
///
/// # Errors
/// [`PackFileError`]: a manifest that cannot be read.
pub fn name_of(path: &Utf8Path) -> Result<String, PackFileError> {
    if path.join(FILE).exists() {
        return Ok(from_folder(path)?.pack.name.to_string());
    }
    let name = match path.is_dir() {
        true => path.file_name(),
        false => path.file_stem(),
    };
    Ok(name.unwrap_or(path.as_str()).to_owned())
}

/// Reads a pack as it is, whether its manifest tells the truth or not.
///
/// # Errors
/// [`PackFileError`], but for [`PackFileError::Mismatch`].
pub async fn look_at(path: &Utf8Path) -> Result<OpenedPack, PackFileError> {
    let name = name_of(path)?;
    if !path.is_dir() {
        let file = path.file_name().unwrap_or(path.as_str());
        let folder = path.parent().unwrap_or(Utf8Path::new(""));
        return gathered(name, None, folder, &[Utf8PathBuf::from(file)]).await;
    }
    if path.join(FILE).exists() {
        let manifest = from_folder(path)?;
        fits(&manifest)?;
        let files: Vec<_> = manifest
            .components
            .iter()
            .map(|part| part.path.clone())
            .collect();
        for part in &manifest.components {
            if !path.join(&part.path).exists() {
                return Err(PackFileError::Missing {
                    manifest: path.join(FILE),
                    path: part.path.clone(),
                    built: part.build.is_some(),
                });
            }
        }
        return gathered(name, Some(manifest), path, &files).await;
    }
    let files = components(path)?;
    if files.is_empty() {
        return Err(PackFileError::Nothing(path.to_owned()));
    }
    gathered(name, None, path, &files).await
}

/// Refuses a pack for another version of Windlass.
pub(crate) fn fits(manifest: &Manifest) -> Result<(), PackFileError> {
    const FOUND: &str = env!("CARGO_PKG_VERSION");
    let fits = semver::Version::parse(FOUND).is_ok_and(|own| manifest.pack.windlass.matches(&own));
    if fits {
        return Ok(());
    }
    Err(PackFileError::Runtime {
        title: manifest.title(),
        needs: manifest.pack.windlass.to_string(),
        found: FOUND,
    })
}

/// The components of a folder, by name.
fn components(folder: &Utf8Path) -> Result<Vec<Utf8PathBuf>, PackFileError> {
    let unreadable = |source| PackFileError::Unreadable {
        path: folder.to_owned(),
        source,
    };
    let mut files = Vec::new();
    for entry in folder.read_dir_utf8().map_err(unreadable)? {
        let path = Utf8PathBuf::from(entry.map_err(unreadable)?.file_name());
        if path.extension() == Some("wasm") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

async fn gathered(
    name: String,
    manifest: Option<Manifest>,
    folder: &Utf8Path,
    files: &[Utf8PathBuf],
) -> Result<OpenedPack, PackFileError> {
    let version = match &manifest {
        Some(manifest) => manifest.pack.version.to_string(),
        None => String::from("0"),
    };
    let (mut reports, mut parts) = (Vec::new(), Vec::new());
    for file in files {
        let path = folder.join(file);
        let bytes = fs::read(&path).map_err(|source| PackFileError::Unreadable {
            path: path.clone(),
            source,
        })?;
        let report = ComponentReport::unasked(file.clone(), &bytes).map_err(|source| {
            PackFileError::Component {
                path: path.clone(),
                source,
            }
        })?;
        let listed = manifest.iter().flat_map(|manifest| &manifest.components);
        let exports = listed
            .filter(|listed| listed.path == *file)
            .flat_map(|listed| listed.exports.clone())
            .collect();
        let part = PackComponent::new(file.as_str(), bytes).providing(exports);
        reports.push(asked(&name, &version, report, part.clone()).await?);
        parts.push(part);
    }
    let deploys = manifest.iter().flat_map(|manifest| &manifest.pack.deploys);
    let deploys: Vec<String> = deploys.cloned().collect();
    let modules = inside(folder, &deploys).map_err(PackFileError::Modules)?;
    for path in &modules {
        let module = PackModule {
            owner: Arc::new(Owner {
                name: name.clone(),
                ..Owner::default()
            }),
            path: path.to_string(),
            file: folder.join(path).into_std_path_buf(),
            digest: None,
        };
        check_module(&module).map_err(PackFileError::Module)?;
    }
    let module = |path: Utf8PathBuf| PackFile {
        file: folder.join(&path).into_std_path_buf(),
        digest: None,
        path: path.into_string(),
    };
    // Whoever names a pack by its path gives it what its manifest asks for.
    let granted = manifest
        .as_ref()
        .map(|manifest| manifest.capabilities.clone());
    let own = manifest.as_ref().map(|manifest| manifest.limits);
    Ok(OpenedPack {
        pack: Pack::new(name.clone(), version.clone(), parts)
            .granting(granted.unwrap_or_default())
            .with_modules(modules.into_iter().map(module).collect())
            .in_folder(folder)
            .limited(lowered(Limits::default(), own.unwrap_or_default())),
        report: PackReport {
            name,
            version,
            manifest,
            components: reports,
        },
    })
}

/// What a component describes, added to its report. Only one that plans can be asked.
async fn asked(
    name: &str,
    version: &str,
    mut report: ComponentReport,
    part: PackComponent,
) -> Result<ComponentReport, LoadError> {
    if report.role != Role::Planning {
        return Ok(report);
    }
    let pack = Pack::new(name, version, vec![part]);
    let host = Host::builder().load(pack).build().await?;
    report.operations = host
        .operations()
        .iter()
        .map(|info| (**info).clone())
        .collect();
    report.facts = host.facts().iter().map(|info| (**info).clone()).collect();
    Ok(report)
}
