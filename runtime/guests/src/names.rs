//! What a guest calls the files that it was made from: names that are the same on every machine, in whatever folder its
//! sources stand.

use std::env;
use std::path::{Path, PathBuf};

use crate::compiler::Usual;

/// Where the compiler has the standard library's sources, in its own folder.
const SOURCES: &str = "lib/rustlib/src/rust";

/// Beginnings of paths, and what stands for them; of several that fit the last one holds.
///
/// Cargo names what stands in a workspace's folder from there. `around`: that folder, where crates beside it take part.
/// Names of it are left out where they can be: with other flags cargo builds all crates again, and a target folder may
/// be shared.
pub(crate) fn of(around: Option<&Path>, target: &Path, compiler: &Usual) -> Vec<(String, String)> {
    let mut names = around.map(relative_to).unwrap_or_default();
    names.push((target.to_owned(), "target".to_owned()));
    names.extend(cargo_home().map(|home| (home, "cargo".to_owned())));
    names.extend(standard_library(compiler));
    let text =
        |(path, name): (PathBuf, String)| Some((path.into_os_string().into_string().ok()?, name));
    names.into_iter().filter_map(text).collect()
}

/// This folder and those above it, from the outermost: what stands beside it is `../NAME`. The root is
/// none of them, since how deep a folder is would be told by that.
fn relative_to(folder: &Path) -> Vec<(PathBuf, String)> {
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let above = folder.ancestors().enumerate();
    let mut named: Vec<_> = above
        .filter(|(_, folder)| folder.parent().is_some())
        .map(|(depth, folder)| (folder.to_owned(), relative(depth)))
        .collect();
    named.reverse();
    named
}

fn relative(depth: usize) -> String {
    match depth {
        0 => ".".to_owned(),
        depth => vec![".."; depth].join("/"),
    }
}

/// Where cargo keeps the sources of crates.
fn cargo_home() -> Option<PathBuf> {
    let named = env::var_os("CARGO_HOME").filter(|path| !path.is_empty());
    named.map_or_else(
        || env::home_dir().map(|home| home.join(".cargo")),
        |path| std::path::absolute(path).ok(),
    )
}

/// What the standard library's sources are called where they are not installed, for a compiler that has them.
fn standard_library(compiler: &Usual) -> Option<(PathBuf, String)> {
    let folder = Path::new(compiler.says(&["--print", "sysroot"])?.trim()).join(SOURCES);
    let version = compiler.says(&["--version", "--verbose"])?;
    let commit = version
        .lines()
        .find_map(|line| line.strip_prefix("commit-hash: "))?;
    Some((folder, format!("/rustc/{commit}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_around_a_workspace_is_named_from_it() {
        let named = relative_to(Path::new("/home/me/pack"));
        let named: Vec<_> = named
            .iter()
            .map(|(path, name)| (path.to_str().unwrap_or_default(), name.as_str()))
            .collect();
        assert_eq!(
            named,
            [
                ("/home", "../.."),
                ("/home/me", ".."),
                ("/home/me/pack", ".")
            ]
        );
    }
}
