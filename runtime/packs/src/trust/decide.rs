//! The decision: does anyone vouch for this pack?
//!
//! Pure: it knows texts, keys and a day, no files. The signed statement is checked against its signatures first, and
//! then against the pack's files, so that the message can say which file was changed.

use std::collections::BTreeSet;

use camino::Utf8PathBuf;
use jiff::civil::Date;

use super::model::{Revoked, RevokedThing, Signers, TrustFile};
use super::verdict::{Distrust, Signer, Vouched};
use crate::sign::{Digest, Signature, Statement};

/// All that is trusted: the files of the system, the user and the project, in this order. The first that names a
/// namespace decides on it, so that a project cannot give away what the system keeps; revocations of all count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trust {
    /// The files that there are, in their order.
    pub files: Vec<TrustFile>,
    /// The file that a message about an unknown namespace names.
    pub project: Utf8PathBuf,
}

/// A pack as it was found, and what is said to vouch for it.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// What its files come to.
    pub found: &'a Statement,
    /// The text that was signed, if there is one.
    pub signed: Option<&'a [u8]>,
    /// The signatures: names of their files and texts.
    pub signatures: &'a [(String, String)],
}

/// What became of one signature.
enum Looked {
    Good(Signer),
    Other(String),
    Bad(Distrust),
}

impl Trust {
    /// Decides on a pack, on a day in UTC.
    ///
    /// # Errors
    /// The [`Distrust`] that says most.
    pub fn decide(&self, claim: Claim<'_>, today: Date) -> Result<Vouched, Distrust> {
        self.refuse_revoked(claim.found)?;
        let text = claim.signed.filter(|_| !claim.signatures.is_empty());
        let text = text.ok_or(Distrust::Unsigned)?;
        let namespace = claim.found.namespace();
        let named = self.files.iter().find_map(|file| {
            let signers = file.namespaces.get(namespace)?;
            Some((file, signers))
        });
        let Some((file, signers)) = named else {
            return Err(Distrust::Stranger {
                namespace: namespace.to_owned(),
                keys: signed_by(claim.signatures),
                file: self.project.clone(),
            });
        };
        let looked: Vec<Looked> = claim
            .signatures
            .iter()
            .map(|(name, signature)| self.look(file, signers, text, (name, signature), today))
            .collect();
        let good = count(file, signers, namespace, looked)?;
        same(claim.found, text, &good)?;
        Ok(Vouched {
            signers: good.into_iter().collect(),
            threshold: signers.threshold,
            file: file.path.clone(),
        })
    }

    /// The public keys behind a decision, as [`PublicKey::line`](crate::sign::PublicKey::line) gives them. Names and
    /// numbers of keys are whatever a project's file says; these prove something.
    #[must_use]
    pub fn keys(&self, vouched: &Vouched) -> Vec<String> {
        let files = self.files.iter().filter(|file| file.path == vouched.file);
        let keys = files.flat_map(|file| {
            let named = vouched.signers.iter();
            named.filter_map(|signer| file.keys.get(&signer.name))
        });
        keys.map(|trusted| trusted.key.line()).collect()
    }

    fn refuse_revoked(&self, found: &Statement) -> Result<(), Distrust> {
        let files = found.files.iter();
        let parts = [
            (String::from("it"), found.digest()),
            (String::from("its pack.toml"), found.manifest),
        ];
        let parts = parts
            .into_iter()
            .chain(files.map(|(path, digest)| (format!("its {path}"), *digest)));
        for (what, digest) in parts {
            if let Some((file, revoked)) = self.revocation(&RevokedThing::Digest(digest)) {
                return Err(Distrust::RevokedDigest {
                    what,
                    file: file.path.clone(),
                    reason: reason(revoked),
                });
            }
        }
        Ok(())
    }

    fn revocation(&self, thing: &RevokedThing) -> Option<(&TrustFile, &Revoked)> {
        self.files.iter().find_map(|file| {
            let found = file.revoked.iter().find(|revoked| revoked.what == *thing)?;
            Some((file, found))
        })
    }

    /// Looks at one signature.
    fn look(
        &self,
        file: &TrustFile,
        signers: &Signers,
        text: &[u8],
        (name, signature): (&str, &str),
        today: Date,
    ) -> Looked {
        let bad = |error: crate::sign::SignError| {
            Looked::Bad(Distrust::Signature {
                signature: name.to_owned(),
                reason: error.to_string(),
            })
        };
        let signature = match Signature::parse(signature) {
            Ok(signature) => signature,
            Err(error) => return bad(error),
        };
        // Keys may share a number: each of that number is tried.
        let mut outcome = Looked::Other(signature.key().to_string());
        let named = signers.keys.iter();
        let named = named.filter_map(|name| Some((name, file.keys.get(name)?)));
        for (name, trusted) in named.filter(|(_, trusted)| trusted.key.id() == signature.key()) {
            let signer = Signer {
                name: name.clone(),
                key: signature.key(),
            };
            if let Err(error) = trusted.key.check(text, &signature) {
                outcome = bad(error);
                continue;
            }
            if let Some((file, revoked)) = self.revocation(&RevokedThing::Key(signature.key())) {
                return Looked::Bad(Distrust::RevokedKey {
                    signer,
                    file: file.path.clone(),
                    reason: reason(revoked),
                });
            }
            match trusted.expires {
                Some(date) if today > date => {
                    return Looked::Bad(Distrust::Expired {
                        signer,
                        date: date.to_string(),
                        file: file.path.clone(),
                    });
                }
                _ => return Looked::Good(signer),
            }
        }
        outcome
    }
}

/// The signers that count, when they are enough. Signatures that do not count cannot spoil those that do.
fn count(
    file: &TrustFile,
    signers: &Signers,
    namespace: &str,
    looked: Vec<Looked>,
) -> Result<BTreeSet<Signer>, Distrust> {
    let mut good: BTreeSet<Signer> = BTreeSet::new();
    let (mut bad, mut others) = (Vec::new(), Vec::new());
    for one in looked {
        match one {
            // One key under two names is one signer.
            Looked::Good(signer) if good.iter().any(|other| other.key == signer.key) => {}
            Looked::Good(signer) => {
                good.insert(signer);
            }
            Looked::Other(key) => others.push(key),
            Looked::Bad(why) => bad.push(why),
        }
    }
    if good.len() >= signers.threshold {
        return Ok(good);
    }
    if let Some(first) = bad.into_iter().next() {
        return Err(first);
    }
    if good.is_empty() {
        return Err(Distrust::WrongKey {
            namespace: namespace.to_owned(),
            found: others.join(", "),
            expected: list(&signers.keys),
            file: file.path.clone(),
        });
    }
    let missing = signers.keys.iter();
    let missing = missing.filter(|name| !good.iter().any(|signer| signer.name == **name));
    Err(Distrust::TooFew {
        have: good.len(),
        need: signers.threshold,
        missing: list(missing),
        signers: list(&good),
        file: file.path.clone(),
    })
}

/// An error unless the files come to what was signed.
fn same(found: &Statement, text: &[u8], good: &BTreeSet<Signer>) -> Result<(), Distrust> {
    if found.digest() == Digest::of(text) {
        return Ok(());
    }
    let signers = list(good);
    let tampered = |differences: String, each| Distrust::Tampered {
        signers: signers.clone(),
        differences,
        each,
    };
    let Some(signed) = Statement::read(text) else {
        let what = String::from("the signed statement has a form that this version does not know");
        return Err(tampered(what, Vec::new()));
    };
    let each = signed.differences(found);
    let all: Vec<String> = each.iter().map(ToString::to_string).collect();
    Err(tampered(all.join("; "), each))
}

fn reason(revoked: &Revoked) -> String {
    let text = revoked.reason.as_ref();
    text.map(|text| format!(": {text}")).unwrap_or_default()
}

fn list<T: ToString>(all: impl IntoIterator<Item = T>) -> String {
    let all: Vec<String> = all.into_iter().map(|one| one.to_string()).collect();
    all.join(", ")
}

/// The numbers of the keys that signatures name.
fn signed_by(signatures: &[(String, String)]) -> String {
    let keys = signatures
        .iter()
        .map(|(name, text)| match Signature::parse(text) {
            Ok(signature) => signature.key().to_string(),
            Err(_) => format!("{name}, which cannot be read"),
        });
    list(keys)
}

#[cfg(test)]
#[path = "decide/tests.rs"]
mod tests;
