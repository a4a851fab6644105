//! Which packs may be used at all.

use thiserror::Error;
use windlass_engine::policy::Basis;

use super::{Pattern, PolicyFile};

/// A pack that a run wants to use.
#[derive(Clone, Copy, Debug)]
pub struct PackClaim<'a> {
    /// Its name, `namespace:name`; of an unsigned pack, whatever it calls itself.
    pub name: &'a str,
    /// The keys that signed it, of those that are trusted: as [`line`](crate::sign::PublicKey::line) gives them. Empty:
    /// nobody signed it.
    pub signers: &'a [String],
}

/// A pack that may not be used.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("the pack {pack} may not be used: {basis}\n  {remedy}")]
pub struct PackDenial {
    /// Which.
    pub pack: String,
    /// What says so.
    pub basis: Basis,
    /// What would allow it.
    pub remedy: String,
}

impl PolicyFile {
    /// Whether a pack that is not the standard pack may be used.
    ///
    /// # Errors
    /// The line that denies it.
    pub fn allow_pack(&self, claim: PackClaim<'_>) -> Result<(), PackDenial> {
        let Some(packs) = &self.packs else {
            return Ok(());
        };
        let deny = |line: usize, text: String, remedy: String| {
            Err(PackDenial {
                pack: claim.name.to_owned(),
                basis: self.basis(line, text),
                remedy,
            })
        };
        let means = |patterns: &[Pattern]| {
            patterns
                .iter()
                .find(|pattern| pattern.means(claim.name))
                .cloned()
        };
        if let Some(pattern) = means(&packs.denied) {
            return deny(
                pattern.line,
                format!("denied has \"{}\"", pattern.text),
                format!("without \"{}\" that line would allow it", pattern.text),
            );
        }
        if let Some(allowed) = packs
            .allowed
            .as_ref()
            .filter(|allowed| means(allowed).is_none())
        {
            return deny(
                allowed.first().map_or(packs.line, |pattern| pattern.line),
                format!("allowed does not have \"{}\"", claim.name),
                match claim.name.contains(':') {
                    true => format!("\"{}\" in that line would allow it", claim.name),
                    false => String::from(
                        "without a manifest it has no name that a policy could allow; `name` in its pack.toml gives it one",
                    ),
                },
            );
        }
        if claim.signers.is_empty() {
            return match &packs.unsigned {
                Some(found) if found.value => Ok(()),
                Some(found) => deny(
                    found.line,
                    String::from("unsigned = false"),
                    String::from("it is not signed; use one that is, from a source or a bundle"),
                ),
                None => deny(
                    packs.line,
                    String::from("[packs] does not allow unsigned ones"),
                    String::from("it is not signed; `unsigned = true` there would allow it"),
                ),
            };
        }
        match &packs.signers {
            Some(keys)
                if !keys
                    .iter()
                    .any(|key| claim.signers.contains(&key.value.line())) =>
            {
                deny(
                    keys.first().map_or(packs.line, |key| key.line),
                    format!(
                        "signers has no key of those that signed it ({})",
                        claim.signers.join(", ")
                    ),
                    String::from("one of these keys there would allow it"),
                )
            }
            _ => Ok(()),
        }
    }
}
