//! The templates there are. A language gets one by an entry here.

use super::{others, rust};
use crate::embed::File;
use crate::manifest::Language;

/// A language's template.
pub(super) struct Template {
    pub(super) language: Language,
    /// Its files.
    pub(super) files: &'static [File],
    /// Files that go beside them, with their places, as they are: an SDK that cargo would fetch from nowhere.
    pub(super) sdk: &'static [(&'static str, &'static [File])],
    /// Text of the template that is other in a pack: (from, to).
    pub(super) changes: &'static [(&'static str, &'static str)],
}

/// Every template.
pub(super) const ALL: &[Template] = &[
    rust::TEMPLATE,
    others::PYTHON,
    others::JAVASCRIPT,
    others::C,
];
