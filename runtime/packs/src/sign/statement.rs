//! What is signed: one text for a pack, the same on every machine.

use std::collections::BTreeMap;
use std::fmt;

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};
use windlass_engine::capability::Capabilities;

use super::digest::Digest;

/// The form of the statement; a reader of this form knows no other.
const FORMAT: u32 = 1;

/// Name, version, digests and capabilities of a pack. Its text is canonical JSON (RFC 8785), and the digest of that
/// text is the pack's digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Statement {
    /// The form of this text.
    windlass_pack: u32,
    /// `namespace:name`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The digest of `pack.toml`.
    pub manifest: Digest,
    /// The digests of everything else in the pack, by path: components, deploy modules, cases.
    pub files: BTreeMap<Utf8PathBuf, Digest>,
    /// What it asks for.
    pub capabilities: Capabilities,
}

/// How a pack differs from what was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// `pack.toml` is another.
    Manifest,
    /// A file is another.
    Changed(Utf8PathBuf),
    /// A file is not there.
    Missing(Utf8PathBuf),
    /// A file was added.
    Added(Utf8PathBuf),
    /// Name, version or capabilities do not follow from the manifest.
    Said,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Manifest => f.write_str("pack.toml was changed"),
            Self::Changed(path) => write!(f, "{path} was changed"),
            Self::Missing(path) => write!(f, "{path} is missing"),
            Self::Added(path) => write!(f, "{path} was added"),
            Self::Said => {
                f.write_str("the signed name, version or capabilities are not those of pack.toml")
            }
        }
    }
}

impl Statement {
    /// The statement of a pack: its manifest's text and what the manifest says, and its other files.
    pub fn new<'a>(
        name: impl Into<String>,
        version: impl Into<String>,
        manifest: &[u8],
        files: impl IntoIterator<Item = (&'a Utf8Path, &'a [u8])>,
        capabilities: Capabilities,
    ) -> Self {
        Self {
            windlass_pack: FORMAT,
            name: name.into(),
            version: version.into(),
            manifest: Digest::of(manifest),
            files: files
                .into_iter()
                .map(|(path, bytes)| (path.to_owned(), Digest::of(bytes)))
                .collect(),
            capabilities,
        }
    }

    /// Its text: what is signed.
    #[must_use]
    pub fn text(&self) -> String {
        // Its values are text, numbers and truth values under text keys, which all have a canonical form.
        serde_json_canonicalizer::to_string(self).unwrap_or_default()
    }

    /// The pack's digest: that of its text.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self.text().as_bytes())
    }

    /// Reads a text. None when it is of another form, or not the canonical one.
    #[must_use]
    pub fn read(text: &[u8]) -> Option<Self> {
        let statement: Self = serde_json::from_slice(text).ok()?;
        (statement.windlass_pack == FORMAT && statement.text().as_bytes() == text)
            .then_some(statement)
    }

    /// The part of its name before the colon.
    #[must_use]
    pub fn namespace(&self) -> &str {
        self.name.split(':').next().unwrap_or_default()
    }

    /// How `found`, worked out from a pack's files, differs from this one, which was signed.
    #[must_use]
    pub fn differences(&self, found: &Self) -> Vec<Difference> {
        let mut all = Vec::new();
        if self.manifest != found.manifest {
            all.push(Difference::Manifest);
        }
        for (path, digest) in &self.files {
            match found.files.get(path) {
                None => all.push(Difference::Missing(path.clone())),
                Some(other) if other != digest => all.push(Difference::Changed(path.clone())),
                Some(_) => {}
            }
        }
        let added = found.files.keys();
        let added = added.filter(|path| !self.files.contains_key(*path));
        all.extend(added.cloned().map(Difference::Added));
        if all.is_empty() && self != found {
            all.push(Difference::Said);
        }
        all
    }

    /// What a signature's comment says of it.
    #[must_use]
    pub fn comment(&self) -> String {
        format!("windlass pack {} {}", self.name, self.version)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn statement(manifest: &[u8], files: &[(&str, &[u8])]) -> Statement {
        let files = files
            .iter()
            .map(|(path, bytes)| (Utf8Path::new(*path), *bytes));
        let capabilities = Capabilities {
            fact_shell: true,
            ..Capabilities::default()
        };
        Statement::new("acme:demo", "1.2.0", manifest, files, capabilities)
    }

    #[test]
    fn its_text_is_the_same_for_ever() {
        let statement = statement(b"manifest", &[("b.wasm", b"b"), ("a.wasm", b"a")]);
        let expected = concat!(
            r#"{"capabilities":{"fact-shell":true},"files":{"#,
            r#""a.wasm":"sha256:ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb","#,
            r#""b.wasm":"sha256:3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d"},"#,
            r#""manifest":"sha256:05b3abf2579a5eb66403cd78be557fd860633a1fe2103c7642030defe32c657f","#,
            r#""name":"acme:demo","version":"1.2.0","windlass-pack":1}"#,
        );
        assert_eq!(statement.text(), expected);
        assert_eq!(
            Statement::read(statement.text().as_bytes()).unwrap(),
            statement
        );
    }

    #[test]
    fn another_form_is_not_read() {
        let text = statement(b"", &[]).text();
        for changed in [
            text.replace("\"windlass-pack\":1", "\"windlass-pack\":2"),
            text.replace("\"version\"", "\"more\":1,\"version\""),
            text.replace(':', ": "),
            format!("{text}\n"),
        ] {
            assert_eq!(Statement::read(changed.as_bytes()), None, "{changed}");
        }
    }

    #[test]
    fn differences_are_named() {
        let signed = statement(b"manifest", &[("a.wasm", b"a"), ("b.wasm", b"b")]);
        assert_eq!(signed.differences(&signed), []);
        let found = statement(b"Manifest", &[("a.wasm", b"x"), ("c.wasm", b"c")]);
        let all: Vec<String> = signed
            .differences(&found)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            all,
            [
                "pack.toml was changed",
                "a.wasm was changed",
                "b.wasm is missing",
                "c.wasm was added"
            ]
        );
        let mut said = signed.clone();
        said.version = String::from("9.0.0");
        assert_eq!(said.differences(&signed), [Difference::Said]);
    }
}
