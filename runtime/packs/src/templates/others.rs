//! Python, JavaScript and C: their SDKs stand in this program and are no part of a pack.

use super::all::Template;
use crate::embed::{File, files};
use crate::manifest::Language;

pub(super) const PYTHON: Template = of(
    Language::Python,
    files!("sdk/python/template": [
        "README.md",
        "cases/motd.jsonl",
        "pack.toml",
        "src/motd.py",
    ]),
);

pub(super) const JAVASCRIPT: Template = of(
    Language::Js,
    files!("sdk/js/template": [
        "README.md",
        "cases/motd.jsonl",
        "pack.toml",
        "src/motd.js",
    ]),
);

pub(super) const C: Template = of(
    Language::C,
    files!("sdk/c/template": [
        "README.md",
        "cases/motd.jsonl",
        "pack.toml",
        "src/motd.c",
    ]),
);

/// A template whose SDK nobody needs to see.
const fn of(language: Language, files: &'static [File]) -> Template {
    Template {
        language,
        files,
        sdk: &[("", IGNORED)],
        changes: &[],
    }
}

/// What is made, or fetched, stays out of a repository.
const IGNORED: &[File] = &[(".gitignore", "*.wasm\n/.venv\n/node_modules\n")];
