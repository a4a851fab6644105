//! What a policy says.

use windlass_engine::policy::Basis;

use super::{Pattern, Rule};
use crate::manifest::Limits;
use crate::sign::PublicKey;
use crate::strict::{Found, Problems};

/// A `policy.toml`.
#[derive(Clone, Debug, Default)]
pub struct PolicyFile {
    /// Where it is, for messages.
    pub path: String,
    /// Which packs may be used.
    pub packs: Option<Packs>,
    /// The rules, in the file's order.
    pub rules: Vec<Rule>,
    /// The most that one call of a component may use.
    pub limits: Limits,
    /// What it says about audits.
    pub audit: Option<Audit>,
}

/// Which packs may be used.
#[derive(Clone, Debug, Default)]
pub struct Packs {
    /// The line of the table.
    pub line: usize,
    /// Only these, if it is said.
    pub allowed: Option<Vec<Pattern>>,
    /// Not these.
    pub denied: Vec<Pattern>,
    /// Only with a signature of one of these keys, if it is said.
    pub signers: Option<Vec<Found<PublicKey>>>,
    /// Whether unsigned packs may be used.
    pub unsigned: Option<Found<bool>>,
    /// Whether only what is locked may run.
    pub require_locked: Option<Found<bool>>,
}

/// What is said about audits.
#[derive(Clone, Debug, Default)]
pub struct Audit {
    /// Whether a run without its audit may not begin.
    pub required: Option<Found<bool>>,
}

impl PolicyFile {
    /// Reads a policy's text; `file` names it in messages.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn parse(text: &str, file: &str) -> Result<Self, Problems> {
        super::read::parse(text, file)
    }

    /// The line that wants every run to be locked, if one does.
    #[must_use]
    pub fn requires_locked(&self) -> Option<Basis> {
        let found = self.packs.as_ref()?.require_locked.as_ref()?;
        found
            .value
            .then(|| self.basis(found.line, "require-locked = true"))
    }

    /// The line that wants every run to keep its audit, if one does.
    #[must_use]
    pub fn requires_audit(&self) -> Option<Basis> {
        let found = self.audit.as_ref()?.required.as_ref()?;
        found
            .value
            .then(|| self.basis(found.line, "[audit] required = true"))
    }

    pub(super) fn basis(&self, line: usize, text: impl Into<String>) -> Basis {
        Basis {
            file: self.path.clone(),
            line,
            text: text.into(),
        }
    }
}
