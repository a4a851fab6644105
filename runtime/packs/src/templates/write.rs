//! Writing a new pack.

use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use thiserror::Error;

use super::all::{ALL, Template};
use super::name::{named, namespace};
use crate::manifest::{Language, PackName};

/// Why a new pack could not be written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// The language has no template.
    #[error("there is no template for {}; there are some for {}", .0.as_str(), listed())]
    Language(Language),
    /// The folder is taken.
    #[error("{0} is there already and holds files; nothing was written")]
    Taken(Utf8PathBuf),
    /// A file.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: Utf8PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

fn listed() -> String {
    let names: Vec<&str> = languages().map(Language::as_str).collect();
    names.join(", ")
}

/// The languages that have a template.
pub fn languages() -> impl Iterator<Item = Language> {
    ALL.iter().map(|template| template.language)
}

/// The files of a new pack, by path below its folder.
///
/// # Errors
/// [`TemplateError::Language`].
pub fn files(
    language: Language,
    name: &PackName,
) -> Result<Vec<(Utf8PathBuf, String)>, TemplateError> {
    let template = ALL
        .iter()
        .find(|template| template.language == language)
        .ok_or(TemplateError::Language(language))?;
    let mut all: Vec<(Utf8PathBuf, String)> = template
        .files
        .iter()
        .map(|(path, text)| own_file(template, path, text, name))
        .collect();
    for (folder, files) in template.sdk {
        let files = files.iter();
        all.extend(
            files.map(|(path, text)| (Utf8Path::new(folder).join(path), (*text).to_owned())),
        );
    }
    Ok(all)
}

fn own_file(template: &Template, path: &str, text: &str, name: &PackName) -> (Utf8PathBuf, String) {
    let changes = template.changes.iter();
    let text = changes.fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
    let path = path.replace("motd", &namespace(name));
    (path.into(), named(&text, name))
}

/// Writes a new pack into a folder, which is made if it is missing, and gives the files of its own, without those of an
/// SDK.
///
/// # Errors
/// [`TemplateError`]; a folder with anything in it is refused.
pub fn write(
    folder: &Utf8Path,
    language: Language,
    name: &PackName,
) -> Result<Vec<Utf8PathBuf>, TemplateError> {
    let all = files(language, name)?;
    let failed = |path: &Utf8Path| {
        let path = path.to_owned();
        move |source| TemplateError::File { path, source }
    };
    if folder.exists() {
        let mut there = folder.read_dir_utf8().map_err(failed(folder))?;
        // A repository that was made before is a fine place.
        if there.any(|entry| entry.map_or(true, |entry| entry.file_name() != ".git")) {
            return Err(TemplateError::Taken(folder.to_owned()));
        }
    }
    let mut own = Vec::new();
    for (below, text) in all {
        let path = folder.join(&below);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(failed(parent))?;
        fs::write(&path, text).map_err(failed(&path))?;
        if !below.starts_with("windlass-sdk") {
            own.push(below);
        }
    }
    Ok(own)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::manifest::{FILE, Manifest};

    #[test]
    fn every_template_is_a_pack_with_its_own_name() {
        let name: PackName = "labs:web-page".parse().unwrap();
        for language in languages() {
            let all = files(language, &name).unwrap();
            let (_, text) = all.iter().find(|(path, _)| path == FILE).unwrap();
            let manifest = Manifest::parse(text, FILE).unwrap();
            assert_eq!(manifest.pack.name, name);
            let component = &manifest.components[0];
            assert_eq!(component.path, "web_page.wasm");
            assert_eq!(component.build.as_ref().unwrap().language, language);
            assert!(
                component
                    .exports
                    .iter()
                    .all(|name| name.starts_with("web_page."))
            );
            assert!(!manifest.pack.cases.is_empty());
            let entry = &component.build.as_ref().unwrap().entry;
            assert!(all.iter().any(|(path, _)| path == entry), "{entry}");
        }
    }

    #[test]
    fn a_folder_with_files_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap();
        let name: PackName = "acme:motd".parse().unwrap();
        fs::create_dir(folder.join(".git")).unwrap();
        let own = write(folder, Language::Rust, &name).unwrap();
        assert!(own.iter().any(|path| path == "src/lib.rs"), "{own:?}");
        assert!(folder.join("windlass-sdk/sdk/rust/src/lib.rs").exists());
        let error = write(folder, Language::Rust, &name).unwrap_err();
        assert!(error.to_string().contains("nothing was written"), "{error}");
    }
}
