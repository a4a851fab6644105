//! The contract's world that a component is made for: no interface in it that the pack does not ask for.

use std::fs;
use std::path::Path;

use windlass_engine::capability::Capabilities;
use windlass_engine::contract::Role;

use super::embedded;
use super::error::LanguageError;

/// The contract's world of a role, with everything that the role may import.
pub(super) const fn of(role: Role) -> &'static str {
    match role {
        Role::Planning => "pure",
        Role::Acting => "acting",
        Role::Deploying => "deploying-world",
        Role::Connecting => "connecting",
        Role::Listing => "listing",
        Role::Observing => "observing",
        Role::Providing => "providing",
    }
}

/// Writes the contract to a folder, and gives the world's name in it. Some languages import all that a world has, used
/// or not, and what a component imports its pack must ask for: so it gets a world of its own.
pub(super) fn write(
    folder: &Path,
    role: Role,
    capabilities: &Capabilities,
) -> Result<&'static str, LanguageError> {
    embedded::write(embedded::WIT, folder)?;
    let export = match role {
        Role::Connecting => "connector",
        Role::Listing => "inventory",
        Role::Providing => "secret-source",
        Role::Deploying => "deploy",
        other => return Ok(of(other)),
    };
    let adds = role == Role::Deploying;
    let reads = role != Role::Connecting && !capabilities.read.is_empty();
    let asked = [
        ("deploying", adds),
        ("target", adds && capabilities.act),
        ("facts", adds),
        ("context", adds),
        ("process", !adds && !capabilities.programs.is_empty()),
        ("http", !adds && !capabilities.http.is_empty()),
        ("local-files", adds || reads),
        ("log", true),
    ];
    let mut text = String::from("package windlass:plugin@0.1.0;\n\nworld component {\n");
    for (interface, _) in asked.into_iter().filter(|(_, asked)| *asked) {
        text.push_str(&format!("    import {interface};\n"));
    }
    text.push_str(&format!("    export {export};\n}}\n"));
    let path = folder.join("component.wit");
    fs::write(&path, text).map_err(LanguageError::at(path.display()))?;
    Ok("component")
}
