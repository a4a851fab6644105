//! Paths and globs that stay inside a pack's folder.

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use globset::{GlobBuilder, GlobMatcher};
use thiserror::Error;

/// Why what a glob names cannot be listed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PathError {
    /// A folder cannot be read.
    #[error("{path}: {source}")]
    Folder {
        /// Which.
        path: Utf8PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A glob matches no file.
    #[error("`{0}` matches no file of the pack")]
    Nothing(String),
    /// A glob that cannot be read.
    #[error("{0}")]
    Glob(String),
}

/// How many folders below a pack's are looked into.
const DEEPEST: usize = 16;

/// A path below the pack's folder: relative, without `..`, and not the folder itself.
pub(crate) fn path(text: &str) -> Result<Utf8PathBuf, String> {
    let path = Utf8Path::new(text);
    let inside = path
        .components()
        .all(|part| matches!(part, Utf8Component::Normal(_) | Utf8Component::CurDir));
    let clean: Utf8PathBuf = path
        .components()
        .filter(|part| matches!(part, Utf8Component::Normal(_)))
        .collect();
    if !inside || text.contains('\\') {
        return Err(format!(
            "`{text}` is outside of the pack; it takes a path below the pack's folder, with `/` and without `..`"
        ));
    }
    if clean.as_str().is_empty() {
        return Err(format!("`{text}` names no file of the pack"));
    }
    Ok(clean)
}

/// A glob below the pack's folder. `*` does not pass `/`, `**` does.
pub(super) fn glob(text: &str) -> Result<String, String> {
    path(text)?;
    matcher(text)?;
    Ok(text.to_owned())
}

fn matcher(text: &str) -> Result<GlobMatcher, String> {
    let glob = GlobBuilder::new(text.trim_start_matches("./"))
        .literal_separator(true)
        .build();
    glob.map(|glob| glob.compile_matcher())
        .map_err(|error| format!("`{text}` is no pattern of files: {}", error.kind()))
}

/// The files below a folder that globs match, sorted, each once. Symbolic links are not followed: they could lead
/// outside.
///
/// # Errors
/// [`PathError`]; a glob that matches nothing is one.
pub fn inside(folder: &Utf8Path, globs: &[String]) -> Result<Vec<Utf8PathBuf>, PathError> {
    if globs.is_empty() {
        return Ok(Vec::new());
    }
    let mut all = Vec::new();
    files(folder, Utf8Path::new(""), DEEPEST, &mut all)?;
    among(&all, globs)
}

/// Of these paths those that globs match, sorted, each once.
///
/// # Errors
/// [`PathError`]; a glob that matches nothing is one.
pub fn among(all: &[Utf8PathBuf], globs: &[String]) -> Result<Vec<Utf8PathBuf>, PathError> {
    let mut found = Vec::new();
    for glob in globs {
        let matcher = matcher(glob).map_err(PathError::Glob)?;
        let before = found.len();
        found.extend(all.iter().filter(|path| matcher.is_match(path)).cloned());
        if found.len() == before {
            return Err(PathError::Nothing(glob.clone()));
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

fn files(
    root: &Utf8Path,
    below: &Utf8Path,
    depth: usize,
    found: &mut Vec<Utf8PathBuf>,
) -> Result<(), PathError> {
    let folder = if below.as_str().is_empty() {
        root.to_owned()
    } else {
        root.join(below)
    };
    let failed = |source| PathError::Folder {
        path: folder.clone(),
        source,
    };
    for entry in folder.read_dir_utf8().map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let kind = entry.file_type().map_err(failed)?;
        let path = below.join(entry.file_name());
        if kind.is_file() {
            found.push(path);
        } else if kind.is_dir() && depth > 0 {
            files(root, &path, depth - 1, found)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_path_stays_inside() {
        assert_eq!(path("a/./b.wasm").unwrap(), "a/b.wasm");
        for bad in ["/etc/passwd", "../x", "a/../../x", "", ".", "a\\..\\b"] {
            assert!(path(bad).is_err(), "{bad}");
        }
        assert!(glob("cases/**/*.jsonl").is_ok());
        assert!(glob("../*.jsonl").is_err());
        assert!(glob("a[").unwrap_err().contains("no pattern"));
    }

    #[test]
    fn globs_find_files_but_no_links() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        std::fs::create_dir_all(root.join("cases/more")).unwrap();
        for name in ["cases/b.jsonl", "cases/a.jsonl", "cases/more/c.jsonl"] {
            std::fs::write(root.join(name), "").unwrap();
        }
        std::os::unix::fs::symlink("/etc/passwd", root.join("cases/z.jsonl")).unwrap();
        let found = |globs: &[&str]| {
            let globs: Vec<String> = globs.iter().map(ToString::to_string).collect();
            inside(root, &globs)
        };
        assert_eq!(
            found(&["cases/*.jsonl"]).unwrap(),
            ["cases/a.jsonl", "cases/b.jsonl"]
        );
        assert_eq!(found(&["**/*.jsonl", "./cases/a.jsonl"]).unwrap().len(), 3);
        let error = found(&["docs/*"]).unwrap_err();
        assert_eq!(error.to_string(), "`docs/*` matches no file of the pack");
    }
}
