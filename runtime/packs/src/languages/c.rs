//! C: compiled by zig or clang for WASI's C library.

use std::fs;
use std::path::Path;
use std::process::Command;

use camino::Utf8Path;
use windlass_engine::contract::Role;

use super::error::LanguageError;
use super::tool::{Tool, run, scratch};
use super::{Source, embedded, encode};

const TOOL: Tool = Tool {
    language: "C",
    name: "zig 0.17, or clang with wasi-libc",
    install: "python3 -m venv .venv && .venv/bin/pip install ziglang==0.17.0, \
              or apt-get install clang lld wasi-libc libclang-rt-dev-wasm32",
    variable: "WINDLASS_CC",
    local: &[".venv/bin/python-zig"],
    programs: &["zig", "python-zig", "clang"],
};

pub(super) fn compile(source: &Source<'_>) -> Result<Vec<u8>, LanguageError> {
    let Parts {
        define,
        folders,
        bindings,
    } = parts(source.role);
    let entry = |reason: &str| LanguageError::Entry {
        entry: source.entry.to_string(),
        reason: reason.to_owned(),
    };
    if source.entry.extension() != Some("c") {
        return Err(entry("is no C source: its name ends in `.c`"));
    }
    if !source.entry.is_file() {
        return Err(entry("is not there"));
    }
    let tool = TOOL.find(source.folder)?;
    let scratch = scratch()?;
    let below = |name: &str| scratch.path().join(name);
    embedded::write(embedded::C, &below("sdk"))?;
    let made = below("core.wasm");
    let mut command = Command::new(&tool);
    command.args(target(&tool));
    command.args([
        "-mexec-model=reactor",
        "-std=c11",
        "-Oz",
        "-Wall",
        "-Wextra",
    ]);
    // What a source knows of where it stands is the same on every machine.
    command.arg(format!("-ffile-prefix-map={}/=", base(source)));
    command.arg("-I").arg(below("sdk/include"));
    command.args(sources(source)?);
    command.args(define);
    let wanted = |path: &str| {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let shared = folder.strip_prefix("src/");
        let ours = folder == "src" || shared.is_some_and(|folder| folders.contains(&folder));
        path.ends_with(".c") && (ours || path == bindings)
    };
    let parts = embedded::C.iter().filter(|(path, _)| wanted(path));
    command.args(parts.map(|(path, _)| below("sdk").join(path)));
    run(command.arg("-o").arg(&made))?;
    let core = fs::read(&made).map_err(LanguageError::at(made.display()))?;
    encode(&core, Some(source.role))
}

/// What the SDK has for a role.
struct Parts {
    define: Option<&'static str>,
    /// Folders of `src`, whose own files all roles have.
    folders: &'static [&'static str],
    bindings: &'static str,
}

const fn parts(role: Role) -> Parts {
    match role {
        Role::Planning => Parts {
            define: None,
            folders: &["asking", "files", "secrets", "planning"],
            bindings: "bindings/pure.c",
        },
        Role::Acting => Parts {
            define: Some("-DWINDLASS_ACTING"),
            folders: &["asking", "files", "secrets", "performing", "acting"],
            bindings: "bindings/acting.c",
        },
        Role::Deploying => Parts {
            define: Some("-DWINDLASS_DEPLOYING"),
            folders: &["asking", "files", "performing", "deploying"],
            bindings: "bindings/deploying_world.c",
        },
        Role::Connecting => Parts {
            define: Some("-DWINDLASS_CONNECTING"),
            folders: &["reach", "connecting"],
            bindings: "bindings/connecting.c",
        },
        Role::Listing => Parts {
            define: Some("-DWINDLASS_LISTING"),
            folders: &["files", "reach", "listing"],
            bindings: "bindings/listing.c",
        },
        Role::Observing => Parts {
            define: Some("-DWINDLASS_OBSERVING"),
            folders: &["observing"],
            bindings: "bindings/observing.c",
        },
        Role::Providing => Parts {
            define: Some("-DWINDLASS_PROVIDING"),
            folders: &["files", "reach", "providing"],
            bindings: "bindings/providing.c",
        },
    }
}

/// The folder that sources are named from: the pack's, where they stand in it.
fn base<'a>(source: &Source<'a>) -> &'a Utf8Path {
    let folder = source.entry.parent().unwrap_or(source.folder);
    if folder.starts_with(source.folder) {
        source.folder
    } else {
        folder
    }
}

/// How a compiler is told what to compile for.
fn target(tool: &Path) -> &'static [&'static str] {
    let name = tool.file_name().unwrap_or_default().to_string_lossy();
    if name.contains("zig") {
        &["cc", "-target", "wasm32-wasi"]
    } else {
        &["--target=wasm32-wasi"]
    }
}

/// All sources beside the entry: a C program is all of its files.
fn sources(source: &Source<'_>) -> Result<Vec<std::path::PathBuf>, LanguageError> {
    let folder = source.entry.parent().unwrap_or(source.folder);
    let mut found = Vec::new();
    for entry in folder.read_dir_utf8().map_err(LanguageError::at(folder))? {
        let entry = entry.map_err(LanguageError::at(folder))?;
        if entry.path().extension() == Some("c") {
            found.push(entry.path().as_std_path().to_owned());
        }
    }
    // Folders have no order of their own, and the same sources are to make the same component.
    found.sort();
    Ok(found)
}
