//! JavaScript and TypeScript: QuickJS and the pack's modules in one component, made by componentize-qjs.

use std::fs;
use std::path::Path;
use std::process::Command;

use windlass_engine::contract::Role;

use super::error::LanguageError;
use super::system::seal;
use super::tool::{Tool, copy, run, scratch};
use super::{Source, embedded, quickjs, world};

const TOOL: Tool = Tool {
    language: "JavaScript",
    name: "componentize-qjs 0.4",
    install: "npm install --save-dev componentize-qjs@0.4.5",
    variable: "WINDLASS_COMPONENTIZE_QJS",
    local: &["node_modules/.bin/componentize-qjs"],
    programs: &["componentize-qjs"],
};

const TSC: Tool = Tool {
    language: "TypeScript",
    name: "tsc",
    install: "npm install --save-dev typescript",
    variable: "WINDLASS_TSC",
    local: &["node_modules/.bin/tsc"],
    programs: &["tsc"],
};

pub(super) fn compile(source: &Source<'_>) -> Result<Vec<u8>, LanguageError> {
    let tool = TOOL.find(source.folder)?;
    let scratch = scratch()?;
    let below = |name: &str| scratch.path().join(name);
    let world = world::write(&below("wit"), source.role, source.capabilities)?;
    // Modules are found as node finds them: the SDK is a package beside the pack's own files.
    embedded::write(embedded::JAVASCRIPT, &below("root/node_modules/windlass"))?;
    let main = modules(source, scratch.path())?;
    let made = below("component.wasm");
    let compiled = run(Command::new(tool)
        .arg("--wit")
        .arg(below("wit"))
        .args(["--world", world, "--sync"])
        .arg("--module-root")
        .arg(below("root"))
        .arg("--js")
        .arg(below("root/pack").join(main))
        .arg("--output")
        .arg(&made));
    compiled.map_err(|error| not_there(source, error))?;
    let made = fs::read(&made).map_err(LanguageError::at(made.display()))?;
    seal(&made, quickjs::limited)
}

/// Puts the pack's modules into `root/pack`, as JavaScript; gives the name of the first.
fn modules(source: &Source<'_>, scratch: &Path) -> Result<String, LanguageError> {
    let entry = |reason: &str| LanguageError::Entry {
        entry: source.entry.to_string(),
        reason: reason.to_owned(),
    };
    let stem = source.entry.file_stem().unwrap_or_default();
    let folder = source.entry.parent().unwrap_or(source.folder);
    let out = scratch.join("root/pack");
    if !source.entry.is_file() {
        return Err(entry("is not there"));
    }
    match source.entry.extension() {
        Some("js" | "mjs") => {
            copy(folder, &out, &["js", "mjs", "json"])?;
            Ok(source.entry.file_name().unwrap_or_default().to_owned())
        }
        Some("ts") => {
            translate(source, scratch, &out)?;
            Ok(format!("{stem}.js"))
        }
        _ => Err(entry(
            "is no module: its name ends in `.js`, `.mjs` or `.ts`",
        )),
    }
}

/// Checks types, and writes JavaScript.
fn translate(source: &Source<'_>, scratch: &Path, out: &Path) -> Result<(), LanguageError> {
    let tool = TSC.find(source.folder)?;
    let types = scratch.join("root/node_modules/windlass/src");
    let entry = std::path::absolute(source.entry).map_err(LanguageError::at(source.entry))?;
    let root = entry.parent().unwrap_or(Path::new("/"));
    let config = serde_json::json!({
        "compilerOptions": {
            "target": "es2022",
            "lib": ["es2022"],
            "types": [],
            "module": "esnext",
            "moduleResolution": "bundler",
            "strict": true,
            "rootDir": root,
            "outDir": out,
            "paths": {"windlass": [types.join("index.d.ts")], "windlass/*": [format!("{}/*.d.ts", types.display())]},
        },
        "files": [entry],
    });
    let path = scratch.join("tsconfig.json");
    fs::write(&path, config.to_string()).map_err(LanguageError::at(path.display()))?;
    run(Command::new(tool).arg("--project").arg(&path))
}

/// Says of a module that needs what the component may not import, how it may.
fn not_there(source: &Source<'_>, error: LanguageError) -> LanguageError {
    const BEFORE: &str = "Error resolving module 'windlass:plugin/";
    let LanguageError::Failed { output, .. } = &error else {
        return error;
    };
    let named = output.split_once(BEFORE).map(|(_, rest)| rest);
    let Some((interface, _)) = named.and_then(|rest| rest.split_once('@')) else {
        return error;
    };
    let asks = match (source.role, interface) {
        (Role::Deploying, "target") => "act = true",
        (Role::Connecting | Role::Listing | Role::Providing, "process") => {
            r#"programs = [{ name = "…" }]"#
        }
        (Role::Connecting | Role::Listing | Role::Providing, "http") => r#"http = ["https://…"]"#,
        (Role::Listing | Role::Providing, "local-files") => r#"read = ["~/…"]"#,
        (role, _) => {
            return LanguageError::Entry {
                entry: source.entry.to_string(),
                reason: format!(
                    "imports a module that needs the contract's `{interface}`, which {} components do not have",
                    role.as_str()
                ),
            };
        }
    };
    LanguageError::Entry {
        entry: source.entry.to_string(),
        reason: format!(
            "imports `windlass/{interface}`, which is there where the pack asks for it: write `{asks}` under [capabilities]"
        ),
    }
}
