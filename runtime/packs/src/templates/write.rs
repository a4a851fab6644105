//! Writing a new pack.

use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use thiserror::Error;

use windlass_engine::contract::Role;

use super::all::{Template, all};
use super::name::{named, namespace};
use super::roles::shared;
use crate::manifest::{Language, PackName};

/// Why a new pack could not be written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// The language has no template for the role.
    #[error("there is no template for {} packs in {}; there are some in {}, and in {} for {}",
        .role.as_str(), .language.as_str(), languages_of(*.role), .language.as_str(), roles_of(*.language))]
    None {
        /// The language.
        language: Language,
        /// The role.
        role: Role,
    },
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

/// The languages that have a template for a role.
pub fn languages(role: Role) -> impl Iterator<Item = Language> {
    let of_role = all().filter(move |template| template.role == role);
    of_role.map(|template| template.language)
}

fn languages_of(role: Role) -> String {
    let names: Vec<&str> = languages(role).map(Language::as_str).collect();
    names.join(", ")
}

fn roles_of(language: Language) -> String {
    let templates = all().filter(|template| template.language == language);
    let names: Vec<&str> = templates.map(|template| template.role.as_str()).collect();
    names.join(", ")
}

/// The files of a new pack, by path below its folder.
///
/// # Errors
/// [`TemplateError::None`].
pub fn files(
    language: Language,
    role: Role,
    name: &PackName,
) -> Result<Vec<(Utf8PathBuf, String)>, TemplateError> {
    let template = all()
        .find(|template| template.language == language && template.role == role)
        .ok_or(TemplateError::None { language, role })?;
    let own = template.files.iter().copied().flatten();
    let mut all: Vec<(Utf8PathBuf, String)> = shared(role)
        .iter()
        .chain(own)
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
    role: Role,
    name: &PackName,
) -> Result<Vec<Utf8PathBuf>, TemplateError> {
    let all = files(language, role, name)?;
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
        for template in all() {
            let files = files(template.language, template.role, &name).unwrap();
            let (_, text) = files.iter().find(|(path, _)| path == FILE).unwrap();
            let manifest = Manifest::parse(text, FILE).unwrap();
            assert_eq!(manifest.pack.name, name);
            let component = &manifest.components[0];
            assert_eq!(component.path, "web_page.wasm");
            let exports = ["web_page.", "@web_page", "web-page:"];
            let of_pack = |export: &str| exports.iter().any(|own| export.starts_with(own));
            assert!(component.exports.iter().all(|export| of_pack(export)));
            let planning = template.role == Role::Planning;
            assert_eq!(manifest.pack.cases.is_empty(), !planning);
            for component in &manifest.components {
                let build = component.build.as_ref().unwrap();
                assert_eq!(build.language, template.language);
                let entry = &build.entry;
                assert!(files.iter().any(|(path, _)| path == entry), "{entry}");
            }
            let own = files
                .iter()
                .filter(|(path, _)| !path.starts_with("windlass-sdk"));
            for (path, text) in own {
                assert!(
                    !text.contains("motd.") && !text.contains("@LANGUAGE@"),
                    "{path}: {text}"
                );
                assert!(
                    !text.contains("@SETUP@") && !text.contains("@ENTRY@"),
                    "{path}: {text}"
                );
            }
            assert!(files.iter().any(|(path, _)| path == "README.md"));
        }
    }

    #[test]
    fn every_language_has_every_role() {
        for role in Role::ALL {
            let there: Vec<&str> = languages(role).map(Language::as_str).collect();
            assert_eq!(
                there,
                Language::ALL.map(Language::as_str),
                "{}",
                role.as_str()
            );
        }
    }

    #[test]
    fn what_has_no_template_is_told_with_what_has() {
        let error = TemplateError::None {
            language: Language::Python,
            role: Role::Providing,
        };
        assert_eq!(
            error.to_string(),
            "there is no template for providing packs in python; there are some in rust, python, js, c, and in python for \
             planning, acting, deploying, listing, connecting, observing, providing"
        );
    }

    #[test]
    fn a_folder_with_files_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap();
        let name: PackName = "acme:motd".parse().unwrap();
        fs::create_dir(folder.join(".git")).unwrap();
        let own = write(folder, Language::Rust, Role::Planning, &name).unwrap();
        assert!(own.iter().any(|path| path == "src/lib.rs"), "{own:?}");
        assert!(folder.join("windlass-sdk/sdk/rust/src/lib.rs").exists());
        let error = write(folder, Language::Rust, Role::Planning, &name).unwrap_err();
        assert!(error.to_string().contains("nothing was written"), "{error}");
    }
}
