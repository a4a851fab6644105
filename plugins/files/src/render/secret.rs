//! Secrets in templates. A template holds a stand-in, which the rendered text is split at; the guest never has the
//! value. A stand-in that a filter changed is found by its end marks, which are noncharacters of Unicode.

use std::fmt;
use std::sync::Arc;

use minijinja::Value;
use minijinja::value::{Object, ObjectRepr};
use windlass_sdk::content::Encoding;
use windlass_sdk::prelude::*;

const START: char = '\u{10FFFE}';
const END: char = '\u{10FFFF}';
/// What a secret turns into when it is made text by anything but output.
const SPOILT: char = '\u{10FFFD}';

/// A secret, with what the host does to its value before joining it in.
#[derive(Clone, Debug)]
pub(crate) struct Secret {
    secret: u32,
    encodings: Vec<Encoding>,
}

impl Secret {
    /// A secret as it is.
    pub(crate) fn new(secret: u32) -> Self {
        Self {
            secret,
            encodings: Vec::new(),
        }
    }

    /// The secret that a value is, if it is one.
    pub(crate) fn of(value: &Value) -> Option<&Self> {
        value.downcast_object_ref::<Self>()
    }

    /// The same with another encoding on top.
    pub(crate) fn encoded(&self, encoding: Encoding) -> Self {
        let mut encodings = self.encodings.clone();
        encodings.push(encoding);
        Self {
            secret: self.secret,
            encodings,
        }
    }

    /// What stands for it in rendered text.
    pub(crate) fn stand_in(&self) -> String {
        let names: Vec<&str> = self
            .encodings
            .iter()
            .map(|encoding| encoding.as_str())
            .collect();
        format!("{START}{}:{}{END}", self.secret, names.join(","))
    }
}

impl Object for Secret {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn is_true(self: &Arc<Self>) -> bool {
        !secrets::is_empty(self.secret).unwrap_or(false)
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SPOILT}")
    }
}

/// Splits rendered text at its secrets.
///
/// # Errors
/// `secret` when something other than output was done to one.
pub(crate) fn split(text: &str) -> Result<Vec<Atom>> {
    let mut atoms = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(START) {
        push_text(&mut atoms, before)?;
        let (inside, after) = after.split_once(END).ok_or_else(spoilt)?;
        atoms.push(read(inside).ok_or_else(spoilt)?);
        rest = after;
    }
    push_text(&mut atoms, rest)?;
    Ok(atoms)
}

fn push_text(atoms: &mut Vec<Atom>, text: &str) -> Result<()> {
    if text.contains([START, END, SPOILT]) {
        return Err(spoilt());
    }
    if !text.is_empty() {
        atoms.push(Atom::Text(text.to_owned()));
    }
    Ok(())
}

fn read(inside: &str) -> Option<Atom> {
    const ALL: [Encoding; 4] = [
        Encoding::Json,
        Encoding::Url,
        Encoding::Base64,
        Encoding::Sh,
    ];
    let (secret, names) = inside.split_once(':')?;
    let encodings = names
        .split(',')
        .filter(|name| !name.is_empty())
        .map(|name| ALL.into_iter().find(|encoding| encoding.as_str() == name))
        .collect::<Option<Vec<_>>>()?;
    Some(Atom::Secret {
        secret: secret.parse().ok()?,
        encodings,
    })
}

fn spoilt() -> Error {
    Error::new(
        ErrorKind::Secret,
        "a secret can only be written out, as in {{ password }}, with tojson, urlencode, b64encode or quote at most: \
         write `user:{{ password }}` instead of joining texts with ~ or filters",
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn text_is_split_at_stand_ins() {
        let secret = Secret::new(2).encoded(Encoding::Json);
        let atoms = split(&format!("a{}b", secret.stand_in())).unwrap();
        let expected = Atom::Secret {
            secret: 2,
            encodings: vec![Encoding::Json],
        };
        assert_eq!(
            atoms,
            [
                Atom::Text("a".to_owned()),
                expected,
                Atom::Text("b".to_owned())
            ]
        );
    }

    #[test]
    fn a_changed_stand_in_is_an_error() {
        let stand_in = Secret::new(2).stand_in();
        let cut = stand_in.get(..stand_in.len() - 4).unwrap();
        assert_eq!(split(cut).unwrap_err().kind, ErrorKind::Secret);
        assert!(split(&stand_in.replace('2', "x")).is_err());
        assert!(split("\u{10FFFD}").is_err());
    }
}
