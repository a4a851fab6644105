//! Which packs may be used at all.

use thiserror::Error;
use windlass_engine::capability::Capabilities;
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
#[error("the pack {pack} may not {wanted}: {basis}\n  {remedy}")]
pub struct PackDenial {
    /// Which.
    pub pack: String,
    /// What it may not: `be used`, or what it asks for.
    pub wanted: String,
    /// What says so.
    pub basis: Basis,
    /// What would allow it.
    pub remedy: String,
}

impl PolicyFile {
    /// Whether a pack of this name, which is not the standard pack, may be used, whoever signed it.
    ///
    /// # Errors
    /// The line that denies it.
    pub fn allow_pack_name(&self, name: &str) -> Result<(), PackDenial> {
        let Some(packs) = &self.packs else {
            return Ok(());
        };
        let means = |patterns: &[Pattern]| {
            let mut patterns = patterns.iter();
            patterns.find(|pattern| pattern.means(name)).cloned()
        };
        if let Some(pattern) = means(&packs.denied) {
            return Err(self.unusable(
                name,
                pattern.line,
                format!("denied has \"{}\"", pattern.text),
                format!("without \"{}\" that line would allow it", pattern.text),
            ));
        }
        match &packs.allowed {
            Some(allowed) if means(allowed).is_none() => Err(self.unusable(
                name,
                allowed.first().map_or(packs.line, |pattern| pattern.line),
                format!("allowed does not have \"{name}\""),
                match name.contains(':') {
                    true => format!("\"{name}\" in that line would allow it"),
                    false => String::from(
                        "without a manifest it has no name that a policy could allow; `name` in its pack.toml gives it one",
                    ),
                },
            )),
            _ => Ok(()),
        }
    }

    /// Whether a pack that is not the standard pack may be used.
    ///
    /// # Errors
    /// The line that denies it.
    pub fn allow_pack(&self, claim: PackClaim<'_>) -> Result<(), PackDenial> {
        self.allow_pack_name(claim.name)?;
        let Some(packs) = &self.packs else {
            return Ok(());
        };
        let deny = |line, text, remedy| Err(self.unusable(claim.name, line, text, remedy));
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
    /// Whether a pack may be chosen that asks for this. Rules about some hosts do not count: it may do there what they
    /// leave it.
    ///
    /// # Errors
    /// The first line that leaves it less everywhere.
    pub fn allow_capabilities(&self, name: &str, asks: &Capabilities) -> Result<(), PackDenial> {
        for rule in self
            .rules
            .iter()
            .filter(|rule| rule.is_about_all_hosts(name))
        {
            let Some((most, line)) = &rule.capabilities else {
                continue;
            };
            let beyond = asks.beyond(most).sentences();
            if !beyond.is_empty() {
                let wanted = beyond.join(", ");
                return Err(PackDenial {
                    pack: name.to_owned(),
                    basis: self.basis(*line, "[rule.capabilities] does not have that"),
                    remedy: String::from(
                        "what it asks for in that table would allow it, or a version of the pack that asks for less",
                    ),
                    wanted,
                });
            }
        }
        Ok(())
    }

    fn unusable(&self, name: &str, line: usize, text: String, remedy: String) -> PackDenial {
        PackDenial {
            pack: name.to_owned(),
            wanted: String::from("be used"),
            basis: self.basis(line, text),
            remedy,
        }
    }
}
