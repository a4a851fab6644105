//! Package files.

use serde::Deserialize;
use serde_json::{Value as Json, json};
use windlass_plugin_common::system::{DebPackages, entries, pointer};
use windlass_sdk::prelude::*;

use crate::apt_get::apt_get;

/// Name and version of a package.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Json,
}

fact_request! {
    /// Name and version of a package file; null where there is none.
    pub DebPackage("deb.DebPackage") {
        /// The file's path.
        package: String,
    } -> Option<Package>;
}

/// Install or remove the package in a package file (`*.deb`), with what it depends on.
#[operation(
    example = r#"apt.deb(src = "https://example.org/agent_1.2_amd64.deb")"#,
    uses = ["files.download", "apt.install_file"]
)]
pub fn deb(
    plan: &mut Plan,
    /// A URL, or a path on the target.
    src: String,
    /// Whether the package should be installed.
    #[default(true)]
    present: bool,
    /// Whether apt-get is told to go on where it would stop for safety.
    #[default(false)]
    force: bool,
) -> Result<()> {
    let path = if is_url(&src) {
        // dpkg describes files by this suffix only.
        let path = context::temp_path(&format!("{src}.deb"));
        plan.nested("files.download", json!({"src": src, "dest": path}))
            .predict(Prediction::unknown(&DebPackage {
                package: path.clone(),
            }));
        path
    } else {
        src.clone()
    };
    // What the file holds is known once it is there, so an operation of its own looks.
    plan.nested(
        "apt.install_file",
        json!({"path": path, "src": src, "present": present, "force": force}),
    );
    Ok(())
}

fn is_url(src: &str) -> bool {
    ["http://", "https://", "ftp://"]
        .iter()
        .any(|scheme| src.to_ascii_lowercase().starts_with(scheme))
}

/// Install or remove the package in a file on the target.
#[operation(hidden)]
pub fn install_file(
    plan: &mut Plan,
    /// The file.
    path: String,
    /// What it is called in messages.
    src: String,
    /// Whether the package should be installed.
    #[default(true)]
    present: bool,
    /// Whether apt-get is told to go on where it would stop for safety.
    #[default(false)]
    force: bool,
) -> Result<()> {
    let package = get(&DebPackage {
        package: path.clone(),
    })?;
    let name = package.as_ref().map(|package| package.name.as_str());
    let installed = entries(&DebPackages {}, name.as_slice())?;
    let versions = name.and_then(|name| installed.get(name));
    let same = package.as_ref().is_some_and(|package| match versions {
        Some(Json::Array(versions)) => versions.contains(&package.version),
        Some(version) => *version == package.version,
        None => false,
    });
    let predict = |value: Json| {
        name.map(|name| Prediction::value(&DebPackages {}, value).at(pointer(name)))
            .into_iter()
            .collect::<Vec<_>>()
    };
    let apt_get = apt_get(force);
    match (present, same) {
        (true, true) => plan.note(format!("deb {src} is installed")),
        (true, false) => {
            // The first try may fail for what is missing, which apt-get then installs.
            plan.run(shell!(
                "dpkg --force-confdef --force-confold -i {path} 2> /dev/null || true"
            ))
            .predict_all(predict(json!([package
                .as_ref()
                .map(|package| package.version.clone())])))
            .changes_more();
            plan.run(shell!("{apt_get:text} install -f"))
                .predict_all(predict(json!([package
                    .as_ref()
                    .map(|package| package.version.clone())])))
                .changes_more();
            plan.run(shell!("dpkg --force-confdef --force-confold -i {path}"))
                .predict_all(predict(json!([package
                    .as_ref()
                    .map(|package| package.version.clone())])))
                .changes_more();
        }
        (false, _) => match name.filter(|_| versions.is_some()) {
            Some(name) => {
                plan.run(shell!("{apt_get:text} remove {name}"))
                    .predict_all(predict(Json::Null))
                    .changes_more();
            }
            None => plan.note(format!("deb {src} is not installed")),
        },
    }
    Ok(())
}
