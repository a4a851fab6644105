//! The templates there are. A language gets one for a role by an entry here.

use windlass_engine::contract::Role;

use super::{others, rust};
use crate::embed::File;
use crate::manifest::Language;

/// A language's template for a role.
pub(super) struct Template {
    pub(super) language: Language,
    /// What its first component is for; that of actors has an operation too.
    pub(super) role: Role,
    /// Its files, besides what the role has in every language.
    pub(super) files: &'static [&'static [File]],
    /// Files that go beside them, with their places, as they are: an SDK that cargo would fetch from nowhere.
    pub(super) sdk: &'static [(&'static str, &'static [File])],
    /// Text of the template that is other in a pack: (from, to).
    pub(super) changes: &'static [(&'static str, &'static str)],
}

/// Every template, language by language.
pub(super) fn all() -> impl Iterator<Item = &'static Template> {
    [rust::ALL, others::PYTHON, others::JAVASCRIPT, others::C]
        .into_iter()
        .flatten()
}
