//! Python, JavaScript and C: their SDKs stand in this program and are no part of a pack.

use windlass_engine::contract::Role;

use super::all::Template;
use crate::embed::File;
use crate::manifest::Language;

/// A file of a language's folder.
macro_rules! text {
    ($($piece:literal),*) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../sdk/", $($piece),*))
    };
}

/// The templates of a language: `sdk/LANGUAGE/template`, and below `sdk/LANGUAGE/templates` the source of each role.
/// A pack with actors has two components.
macro_rules! language {
    (
        $language:expr, $name:literal, $source:literal, acting: [$operations:literal, $actor:literal], setup: $setup:literal
    ) => {{
        const LANGUAGE: (&str, &str) = ("@LANGUAGE@", $name);
        const SETUP: (&str, &str) = ("@SETUP@", $setup);
        const ONE: &[(&str, &str)] = &[LANGUAGE, SETUP, ("@ENTRY@", $source)];
        const ACTING: &[(&str, &str)] = &[
            LANGUAGE,
            SETUP,
            ("@ENTRY@", $operations),
            ("@ACTOR@", $actor),
        ];
        &[
            of(
                $language,
                Role::Planning,
                &[],
                &[&[
                    ("README.md", text!($name, "/template/README.md")),
                    ("cases/motd.jsonl", text!($name, "/template/cases/motd.jsonl")),
                    ("pack.toml", text!($name, "/template/pack.toml")),
                    ($source, text!($name, "/template/", $source)),
                ]],
            ),
            of(
                $language,
                Role::Acting,
                ACTING,
                &[&[
                    ($operations, text!($name, "/templates/acting/", $operations)),
                    ($actor, text!($name, "/templates/acting/", $actor)),
                ]],
            ),
            language!(one $language, $name, $source, ONE, Role::Deploying, "deploying"),
            language!(one $language, $name, $source, ONE, Role::Listing, "listing"),
            language!(one $language, $name, $source, ONE, Role::Connecting, "connecting"),
            language!(one $language, $name, $source, ONE, Role::Observing, "observing"),
            language!(one $language, $name, $source, ONE, Role::Providing, "providing"),
        ]
    }};
    (one $language:expr, $name:literal, $source:literal, $changes:expr, $role:expr, $folder:literal) => {
        of(
            $language,
            $role,
            $changes,
            &[&[($source, text!($name, "/templates/", $folder, "/", $source))]],
        )
    };
}

pub(super) const PYTHON: &[Template] = language!(
    Language::Python, "python", "src/motd.py",
    acting: ["src/motd.py", "src/actor.py"],
    setup: "python3 -m venv .venv && .venv/bin/pip install componentize-py==0.25.1"
);

pub(super) const JAVASCRIPT: &[Template] = language!(
    Language::Js, "js", "src/motd.js",
    acting: ["src/motd.js", "src/actor.js"],
    setup: "npm install --save-dev componentize-qjs@0.4.5"
);

/// All sources of a folder are one component.
pub(super) const C: &[Template] = language!(
    Language::C, "c", "src/motd.c",
    acting: ["src/operations/motd.c", "src/actor/actor.c"],
    setup: "python3 -m venv .venv && .venv/bin/pip install ziglang==0.17.0"
);

/// A template whose SDK nobody needs to see.
const fn of(
    language: Language,
    role: Role,
    changes: &'static [(&'static str, &'static str)],
    files: &'static [&'static [File]],
) -> Template {
    Template {
        language,
        role,
        files,
        sdk: &[("", IGNORED)],
        changes,
    }
}

/// What is made, or fetched, stays out of a repository.
const IGNORED: &[File] = &[(".gitignore", "*.wasm\n/.venv\n/node_modules\n")];
