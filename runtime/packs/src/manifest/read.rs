//! From the file to the manifest.

use std::collections::BTreeSet;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use semver::VersionReq;
use thiserror::Error;
use windlass_engine::contract::Role;
use windlass_engine::secrets::check_kind;

use super::capabilities::read_capabilities;
use super::limits::read_limits;
use super::model::{Build, Component, Language, Manifest, PackInfo};
use super::names::{PackName, version};
use super::paths;
use crate::strict::{self, Fields, Found, Problems};

/// The manifest's name in a pack's folder.
pub const FILE: &str = "pack.toml";

/// How big a manifest may be, in bytes.
const BIGGEST: u64 = 1 << 20;

/// Why a manifest cannot be had.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FileError {
    /// The file itself.
    #[error("{path}: {source}")]
    Unreadable {
        /// Which.
        path: Utf8PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What stands in it.
    #[error(transparent)]
    Wrong(#[from] Problems),
}

/// Reads the manifest of a pack's folder.
///
/// # Errors
/// A file that is missing, no text, or bigger than 1 MiB; all that is wrong with it.
pub fn from_folder(folder: &Utf8Path) -> Result<Manifest, FileError> {
    let path = folder.join(FILE);
    let text = std::fs::metadata(&path).and_then(|found| {
        if found.len() > BIGGEST {
            return Err(io::Error::other("it is bigger than 1 MiB"));
        }
        std::fs::read_to_string(&path)
    });
    let text = text.map_err(|source| FileError::Unreadable {
        path: path.clone(),
        source,
    })?;
    Ok(parse(&text, path.as_str())?)
}

/// Reads a manifest's text.
pub(super) fn parse(text: &str, file: &str) -> Result<Manifest, Problems> {
    strict::read(file, text, |root| {
        let pack = root.required_table("pack", info);
        let components = root.tables("component", component);
        apart(root, &components);
        if let Some(pack) = &pack
            && !root.has("component")
            && pack.deploys.is_empty()
        {
            root.wrong_whole("the pack holds nothing: it needs a [[component]], or `deploys`");
        }
        let capabilities = root.table("capabilities", read_capabilities);
        let limits = root.table("limits", read_limits);
        Some(Manifest {
            pack: pack?,
            components: components.into_iter().map(|(_, made)| made).collect(),
            capabilities: capabilities.unwrap_or_default(),
            limits: limits.unwrap_or_default(),
        })
    })
}

fn info(fields: &mut Fields<'_>) -> Option<PackInfo> {
    let name = fields.required("name", str::parse::<PackName>);
    let version = fields.required("version", version);
    let windlass = fields.parsed("windlass", requirement);
    let licence = fields.required("licence", line("licence"));
    let source = fields.parsed("source", line("source"));
    let summary = fields.required("summary", line("summary"));
    let deploys = globs(fields, "deploys");
    let cases = globs(fields, "cases");
    Some(PackInfo {
        name: name?.value,
        version: version?.value,
        windlass: windlass.map_or(VersionReq::STAR, |found| found.value),
        licence: licence?.value,
        source: source.map(|found| found.value),
        summary: summary?.value,
        deploys,
        cases,
    })
}

fn requirement(text: &str) -> Result<VersionReq, String> {
    VersionReq::parse(text).map_err(|error| {
        format!("`{text}` is no requirement on a version ({error}); it takes one as `>=0.1`")
    })
}

/// A text of one line that says something.
fn line(what: &'static str) -> impl Fn(&str) -> Result<String, String> {
    move |text| {
        if text.trim().is_empty() || text.contains(char::is_control) {
            return Err(format!("`{what}` takes one line of text"));
        }
        Ok(text.to_owned())
    }
}

fn globs(fields: &mut Fields<'_>, name: &'static str) -> Vec<String> {
    let mut all = Vec::new();
    for found in fields.texts(name) {
        match paths::glob(&found.value) {
            Ok(glob) => all.push(glob),
            Err(message) => fields.wrong(&found, message),
        }
    }
    all
}

/// A component, and where its path stands.
fn component(fields: &mut Fields<'_>) -> Option<(Found<Utf8PathBuf>, Component)> {
    let path = fields.required("path", |text| {
        let path = paths::path(text)?;
        let wasm = path.extension() == Some("wasm");
        wasm.then_some(path)
            .ok_or_else(|| format!("`{text}` is no component's file; those end in `.wasm`"))
    });
    let role = fields.required("role", str::parse::<Role>);
    let exports = exports(fields, role.as_ref().map(|found| found.value));
    let uses = names(fields, "uses", |text| {
        dotted(text)
            .then_some(())
            .ok_or_else(|| format!("`{text}` is no operation or fact; those are `namespace.name`"))
    });
    let build = fields.table("build", build);
    let line = fields.line();
    let path = path?;
    let made = Component {
        path: path.value.clone(),
        role: role?.value,
        exports: exports?,
        uses,
        build,
        line,
    };
    Some((path, made))
}

fn exports(fields: &mut Fields<'_>, role: Option<Role>) -> Option<Vec<String>> {
    let named = matches!(
        role,
        Some(Role::Connecting | Role::Listing | Role::Providing)
    );
    let planning = role == Some(Role::Planning);
    let given = fields.has("exports");
    let all = names(fields, "exports", |text| match role {
        Some(Role::Planning) if !dotted(text) => Err(format!(
            "`{text}` is no operation or fact; those are `namespace.name`, as `motd.set` and `motd.Text`"
        )),
        Some(Role::Connecting | Role::Listing) if !at_name(text) => Err(format!(
            "`{text}` is no name of a connector or an inventory; those are `@name`"
        )),
        Some(Role::Providing) => match text.strip_suffix(':') {
            Some(kind) => check_kind(kind),
            None => Err(format!(
                "`{text}` is no kind of secret; those end in a colon, as `vault:`"
            )),
        },
        Some(role) if !planning && !named => Err(format!(
            "a component that is {role} has nothing to name here; leave `exports` out"
        )),
        _ => Ok(()),
    });
    if !given && planning {
        fields.wrong_whole(
            "`exports` of the component is missing; it takes its operations and facts by name",
        );
        return None;
    }
    if named && (!given || all.len() > 1) {
        let name = match role {
            Some(Role::Providing) => "kind:",
            _ => "@name",
        };
        fields.wrong_whole(format!(
            "`exports` of the component takes its one name, as `[\"{name}\"]`"
        ));
        return None;
    }
    Some(all)
}

fn names(
    fields: &mut Fields<'_>,
    name: &'static str,
    check: impl Fn(&str) -> Result<(), String>,
) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for found in fields.texts(name) {
        if let Err(message) = check(&found.value) {
            fields.wrong(&found, message);
        } else if !seen.insert(found.value.clone()) {
            fields.wrong(&found, format!("`{}` stands here twice", found.value));
        } else {
            all.push(found.value);
        }
    }
    all
}

/// `namespace.name`: letters, digits and underscores around one dot or more.
fn dotted(text: &str) -> bool {
    text.contains('.') && text.split('.').all(is_word)
}

fn at_name(text: &str) -> bool {
    text.strip_prefix('@')
        .is_some_and(|name| !name.is_empty() && name.split('-').all(is_word))
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn build(fields: &mut Fields<'_>) -> Option<Build> {
    let language = fields.word("language", &Language::ALL.map(Language::as_str));
    if !fields.has("language") {
        fields.wrong_whole("`language` of [component.build] is missing");
    }
    let entry = fields.required("entry", paths::path);
    Some(Build {
        language: Language::of(language?.value)?,
        entry: entry?.value,
    })
}

/// Two components may share neither a file nor a name.
fn apart(root: &Fields<'_>, components: &[(Found<Utf8PathBuf>, Component)]) {
    let (mut paths, mut names) = (BTreeSet::new(), BTreeSet::new());
    for (at, component) in components {
        if !paths.insert(&component.path) {
            root.wrong(at, format!("two components are in `{}`", component.path));
        }
        for name in &component.exports {
            if !names.insert(name) {
                root.wrong(at, format!("another component has `{name}` already"));
            }
        }
    }
}
