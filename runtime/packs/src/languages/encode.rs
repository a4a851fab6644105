//! From a core module to a component.

use windlass_engine::contract::Role;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use super::error::LanguageError;
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
    ComponentEncoder::default()
        .validate(true)
        .module(&core)
        .and_then(|encoder| encoder.encode())
        .map_err(|error| refused(format!("{error:#}")))
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
    embedded.map_err(|error| refused(format!("{error:#}")))
}

/// What a module imports beyond the contract is WASI: text to a terminal, files, the time.
fn refused(message: String) -> LanguageError {
    let hint = if message.contains("wasi_snapshot_preview1") {
        "; a component has no system: leave out what prints, reads files or asks for the time"
    } else {
        ""
    };
    LanguageError::Component(format!("{message}{hint}"))
}
