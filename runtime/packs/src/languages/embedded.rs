//! The SDKs and the contract, which stand in this program: a pack is built without fetching either.

use std::fs;
use std::path::Path;

use super::error::LanguageError;
use crate::embed::{File, files};

/// The contract.
pub(super) const WIT: &[File] = files!("wit": [
    "actor.wit",
    "connector.wit",
    "context.wit",
    "deploy.wit",
    "deploying.wit",
    "fact-source.wit",
    "facts.wit",
    "http.wit",
    "inventory.wit",
    "io.wit",
    "local-files.wit",
    "log.wit",
    "observer.wit",
    "operations.wit",
    "process.wit",
    "secret-source.wit",
    "secrets.wit",
    "target.wit",
    "types.wit",
    "worlds.wit",
]);

/// The SDK for Python, a package `windlass`.
pub(super) const PYTHON: &[File] = files!("sdk/python": [
    "windlass/__init__.py",
    "windlass/acting.py",
    "windlass/actor.py",
    "windlass/component.py",
    "windlass/connecting.py",
    "windlass/connector.py",
    "windlass/content.py",
    "windlass/contract.py",
    "windlass/declared.py",
    "windlass/deploy.py",
    "windlass/deploying.py",
    "windlass/entry.py",
    "windlass/errors.py",
    "windlass/facts.py",
    "windlass/guard.py",
    "windlass/host.py",
    "windlass/inventory.py",
    "windlass/listing.py",
    "windlass/observer.py",
    "windlass/observing.py",
    "windlass/output.py",
    "windlass/pack.py",
    "windlass/place.py",
    "windlass/plan.py",
    "windlass/process.py",
    "windlass/providing.py",
    "windlass/schema.py",
    "windlass/secret_source.py",
    "windlass/shell.py",
    "windlass/signature.py",
    "windlass/surroundings.py",
    "windlass/target.py",
    "windlass/values.py",
    "windlass/warm.py",
    "windlass/wire.py",
]);

/// The SDK for JavaScript, a package `windlass`.
pub(super) const JAVASCRIPT: &[File] = files!("sdk/js": [
    "package.json",
    "src/actions.js",
    "src/actor.js",
    "src/connector.js",
    "src/content.js",
    "src/context.js",
    "src/deploy.js",
    "src/ended.js",
    "src/errors.js",
    "src/facts.js",
    "src/functions.js",
    "src/host.js",
    "src/http.js",
    "src/index.js",
    "src/inventory.js",
    "src/local-files.js",
    "src/log.js",
    "src/observer.js",
    "src/options.js",
    "src/pack.js",
    "src/parameters.js",
    "src/places.js",
    "src/plan.js",
    "src/process.js",
    "src/program.js",
    "src/secret-source.js",
    "src/secrets.js",
    "src/shell.js",
    "src/system.js",
    "src/target.js",
    "src/values.js",
    "src/wire.js",
    "src/actor.d.ts",
    "src/connector.d.ts",
    "src/deploy.d.ts",
    "src/http.d.ts",
    "src/index.d.ts",
    "src/inventory.d.ts",
    "src/local-files.d.ts",
    "src/observer.d.ts",
    "src/parameters.d.ts",
    "src/process.d.ts",
    "src/secret-source.d.ts",
    "src/target.d.ts",
]);

/// The SDK for C.
pub(super) const C: &[File] = files!("sdk/c": [
    "bindings/acting.c",
    "bindings/acting.h",
    "bindings/connecting.c",
    "bindings/connecting.h",
    "bindings/deploying_world.c",
    "bindings/deploying_world.h",
    "bindings/listing.c",
    "bindings/listing.h",
    "bindings/observing.c",
    "bindings/observing.h",
    "bindings/providing.c",
    "bindings/providing.h",
    "bindings/pure.c",
    "bindings/pure.h",
    "include/windlass.h",
    "include/windlass_actor.h",
    "include/windlass_deploy.h",
    "include/windlass_observer.h",
    "include/windlass_reach.h",
    "include/windlass_secret_source.h",
    "include/windlass_target.h",
    "src/acting/component.c",
    "src/arena.c",
    "src/asking/facts.c",
    "src/asking/surroundings.c",
    "src/bytes.c",
    "src/call.c",
    "src/connecting/channel.c",
    "src/connecting/channel.h",
    "src/connecting/component.c",
    "src/deploying/adding.c",
    "src/deploying/component.c",
    "src/files/local.c",
    "src/internal.h",
    "src/json.c",
    "src/listing/component.c",
    "src/observing/component.c",
    "src/planning/ask.c",
    "src/planning/component.c",
    "src/planning/describe.c",
    "src/planning/plan.c",
    "src/providing/component.c",
    "src/reach.h",
    "src/reach/program.c",
    "src/reach/web.c",
    "src/secrets/questions.c",
    "src/shell.c",
    "src/steps.c",
    "src/performing.h",
    "src/performing/functions.c",
    "src/performing/target.c",
]);

/// Writes files below a folder.
pub(super) fn write(files: &[File], folder: &Path) -> Result<(), LanguageError> {
    for (path, content) in files {
        let path = folder.join(path);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(LanguageError::at(parent.display()))?;
        fs::write(&path, content).map_err(LanguageError::at(path.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A file that is added to an SDK and forgotten here would be missing from every pack.
    #[test]
    fn every_file_is_here() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for (folder, files) in [
            ("wit", WIT),
            ("sdk/python/windlass", PYTHON),
            ("sdk/js/src", JAVASCRIPT),
            ("sdk/c/include", C),
            ("sdk/c/src", C),
            ("sdk/c/src/acting", C),
            ("sdk/c/src/asking", C),
            ("sdk/c/src/connecting", C),
            ("sdk/c/src/deploying", C),
            ("sdk/c/src/files", C),
            ("sdk/c/src/listing", C),
            ("sdk/c/src/observing", C),
            ("sdk/c/src/planning", C),
            ("sdk/c/src/providing", C),
            ("sdk/c/src/reach", C),
            ("sdk/c/src/secrets", C),
            ("sdk/c/src/performing", C),
            ("sdk/c/bindings", C),
        ] {
            let there = fs::read_dir(root.join(folder)).unwrap();
            let names = there.map(|entry| entry.unwrap().file_name().into_string().unwrap());
            for name in names.filter(|name| name.contains('.') && !name.ends_with(".md")) {
                let listed = files
                    .iter()
                    .any(|(path, _)| path.rsplit('/').next() == Some(&name));
                assert!(listed, "{folder}/{name} is not in the program");
            }
        }
    }
}
