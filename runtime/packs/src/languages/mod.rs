//! Components from Python, JavaScript and C: the SDKs, which stand in this program, and the tools that compile with them.
//!
//! Each language has a file that says which tool it needs and how that is called. What comes out imports nothing but
//! the contract.

mod c;
mod embedded;
mod encode;
mod error;
mod javascript;
mod python;
mod quickjs;
mod snapshot;
mod system;
mod tool;
mod world;

use camino::Utf8Path;
use windlass_engine::capability::Capabilities;
use windlass_engine::contract::Role;

use crate::manifest::Language;

pub use encode::encode;
pub use error::LanguageError;
pub(crate) use tool::is_source_folder;

/// What a component is made from.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The language it is written in.
    pub language: Language,
    /// The pack's folder, where tools of its own are looked for (`.venv`, `node_modules`).
    pub folder: &'a Utf8Path,
    /// Its first source file.
    pub entry: &'a Utf8Path,
    /// What the component is for.
    pub role: Role,
    /// What its pack asks for: it imports nothing else.
    pub capabilities: &'a Capabilities,
}

/// Compiles a component; none for Rust, which cargo builds.
///
/// # Errors
/// [`LanguageError`]: a tool is missing or fails, with what it wrote.
pub fn compile(source: &Source<'_>) -> Result<Option<Vec<u8>>, LanguageError> {
    match source.language {
        Language::Rust => Ok(None),
        Language::Python => python::compile(source).map(Some),
        Language::Js => javascript::compile(source).map(Some),
        Language::C => c::compile(source).map(Some),
    }
}
