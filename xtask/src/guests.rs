//! Guests: a cargo workspace whose `cdylib` crates become components.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use windlass_guests::Package;
use wit_component::ComponentEncoder;

use crate::failure::{Done, Failure};
use crate::workspace::{make_folder, root, run, target, write_if_changed};

/// A workspace of guests and where its components go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Guests {
    /// The workspace's folder, below the repository's root.
    pub(crate) workspace: &'static str,
    /// The components' folder, below the target folder.
    pub(crate) components: &'static str,
}

/// The standard pack.
pub(crate) const STANDARD: Guests = Guests {
    workspace: "plugins",
    components: "plugins",
};

/// Guests that misbehave, for the tests.
pub(crate) const TESTS: Guests = Guests {
    workspace: "tests/guests",
    components: "test-guests",
};

/// What authors copy to begin with.
pub(crate) const TEMPLATE: Guests = Guests {
    workspace: "sdk/rust/template",
    components: "template",
};

/// The pack in Rust among the examples.
pub(crate) const EXAMPLE: Guests = Guests {
    workspace: "examples/packs/kubernetes",
    components: "example-packs",
};

/// The one with actors and a deploy.
pub(crate) const ACTING: Guests = Guests {
    workspace: "examples/packs/releases",
    components: "acting-packs",
};

/// Every workspace of guests.
pub(crate) const ALL: [Guests; 5] = [STANDARD, TESTS, TEMPLATE, EXAMPLE, ACTING];

/// Those that have tests of their own, which run natively.
pub(crate) const WITH_TESTS: [Guests; 3] = [STANDARD, TEMPLATE, EXAMPLE];

impl Guests {
    pub(crate) fn manifest(self) -> PathBuf {
        root().join(self.workspace).join("Cargo.toml")
    }

    pub(crate) fn components(self) -> PathBuf {
        target().join(self.components)
    }

    /// Builds the crates and writes `NAME.wasm` for each that is a component; NAME is its folder's name. Files are
    /// written only where their bytes changed, and those of crates that are gone are removed.
    pub(crate) fn build(self) -> Done {
        let compiler = windlass_guests::find(|note| eprintln!("{note}"))?;
        let manifest = self.manifest();
        let packages = windlass_guests::packages(&manifest)?;
        let guests = packages.iter().filter(|package| package.cdylib.is_some());
        let mut build = windlass_guests::build(&manifest, &target_folder(), guests, &compiler);
        build.current_dir(root());
        if env::var_os("CI").is_some() {
            build.arg("--locked");
        }
        run(&mut build)?;
        let folder = self.components();
        make_folder(&folder)?;
        let mut written = Vec::new();
        for package in &packages {
            if let Some(name) = component(package, &folder)? {
                written.push(name);
            }
        }
        remove_others(&folder, &written)
    }
}

/// Cargo's target folder for guests, apart from the host's: another target, other profiles.
pub(crate) fn target_folder() -> PathBuf {
    target().join("guests")
}

/// Wraps a package's core module into a component; gives its name, or nothing where the package is no guest.
fn component(package: &Package, folder: &Path) -> Done<Option<String>> {
    let Some(library) = &package.cdylib else {
        return Ok(None);
    };
    let name = package
        .folder
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let module = windlass_guests::module(&target_folder(), library);
    let core = fs::read(&module).map_err(|error| Failure::at(&module, &error))?;
    let encoded = ComponentEncoder::default()
        .validate(true)
        .module(&core)
        .and_then(|encoder| encoder.encode())
        .map_err(|error| {
            Failure::new(format!(
                "{} is no valid component: {error:#}",
                module.display()
            ))
        })?;
    let path = folder.join(format!("{name}.wasm"));
    if write_if_changed(&path, &encoded)? {
        eprintln!("{name}: {} KB", encoded.len().div_ceil(1024));
    }
    Ok(Some(name))
}

/// Removes what was built from crates that no longer exist: it would stay in the pack for ever.
fn remove_others(folder: &Path, names: &[String]) -> Done {
    let entries = fs::read_dir(folder).map_err(|error| Failure::at(folder, &error))?;
    for entry in entries.filter_map(Result::ok) {
        let path = entry.path();
        let stem = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let built = path
            .extension()
            .is_some_and(|extension| ["wasm", "cwasm", "json"].iter().any(|e| extension == *e));
        if built && !names.contains(&stem) {
            fs::remove_file(&path).map_err(|error| Failure::at(&path, &error))?;
        }
    }
    Ok(())
}
