//! From a core module to a component.

use windlass_engine::contract::Role;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use super::error::LanguageError;
use super::system::{IMPORTED, adapter};
use super::tool::scratch;
use super::{embedded, world};

/// Makes a component of a core module. `role`: what the module is for, where it does not say so itself, as those of
/// Rust do.
///
/// # Errors
/// [`LanguageError::Component`]: it imports what the contract does not have, or lacks an export.
pub fn encode(core: &[u8], role: Option<Role>) -> Result<Vec<u8>, LanguageError> {
    let mut core = core.to_owned();
    if let Some(role) = role {
        embed(&mut core, role)?;
    }
    let system = adapter(&core).map_err(|error| refused(&error))?;
    let mut encoder = ComponentEncoder::default();
    encoder
        .validate(true)
        .module(&core)
        .map_err(|error| refused(&error))?;
    if let Some(system) = system {
        encoder
            .adapter(IMPORTED, &system)
            .map_err(|error| refused(&error))?;
    }
    encoder.encode().map_err(|error| refused(&error))
}

/// Writes into a module which world it is for.
fn embed(core: &mut Vec<u8>, role: Role) -> Result<(), LanguageError> {
    let folder = scratch()?;
    embedded::write(embedded::WIT, folder.path())?;
    let mut resolve = Resolve::default();
    let embedded = resolve
        .push_dir(folder.path())
        .and_then(|(package, _)| resolve.select_world(&[package], Some(world::of(role))))
        .and_then(|world| embed_component_metadata(core, &resolve, world, StringEncoding::UTF8));
    embedded.map_err(|error| refused(&error))
}

fn refused(error: &dyn std::fmt::Display) -> LanguageError {
    LanguageError::Component(format!("{error:#}"))
}
