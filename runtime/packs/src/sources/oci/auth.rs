//! Logging in to a registry: what it asks for, and what the user has for it.
//!
//! Names and passwords come from where `docker login`, `podman login` and `oras login` keep them, read only:
//! `$REGISTRY_AUTH_FILE`, `$DOCKER_CONFIG/config.json`, `~/.docker/config.json`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use zeroize::Zeroizing;

/// What a registry asks for when it says 401.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    /// Name and password with each request.
    Basic,
    /// A token, which is had from `realm` with these questions.
    Bearer {
        realm: String,
        questions: Vec<(String, String)>,
    },
}

impl Challenge {
    /// Reads a `WWW-Authenticate` header (RFC 9110, section 11.6.1, and the distribution specification's token
    /// authentication).
    pub(super) fn parse(header: &str) -> Option<Self> {
        let (scheme, rest) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
        if scheme.eq_ignore_ascii_case("basic") {
            return Some(Self::Basic);
        }
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let mut realm = None;
        let mut questions = Vec::new();
        for (name, value) in parameters(rest) {
            match name.as_str() {
                "realm" => realm = Some(value),
                "service" | "scope" => questions.push((name, value)),
                _ => {}
            }
        }
        Some(Self::Bearer {
            realm: realm?,
            questions,
        })
    }
}

/// `name="value"` with commas between; commas within quotes are part of the value.
fn parameters(mut rest: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.trim_matches([' ', ',']).to_ascii_lowercase();
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => after.split_once(',').unwrap_or((after, "")),
        };
        all.push((name, value.to_owned()));
        rest = after;
    }
    all
}

/// A name and a password, as `name:password` in base64.
pub(super) type Basic = Zeroizing<String>;

#[derive(Deserialize)]
struct ConfigFile {
    #[serde(default)]
    auths: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    auth: Option<String>,
}

/// What the user has for a registry; none when nobody logged in.
pub(super) fn stored(registry: &str) -> Option<Basic> {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let files = [
        variable("REGISTRY_AUTH_FILE"),
        variable("DOCKER_CONFIG").map(|folder| folder.join("config.json")),
        variable("HOME").map(|home| home.join(".docker/config.json")),
    ];
    let texts = files
        .into_iter()
        .flatten()
        .filter_map(|path| std::fs::read_to_string(path).ok());
    texts.into_iter().find_map(|text| in_file(&text, registry))
}

fn in_file(text: &str, registry: &str) -> Option<Basic> {
    let config: ConfigFile = serde_json::from_str(text).ok()?;
    let entry = config.auths.into_iter().find(|(name, _)| {
        let name = name
            .trim_start_matches("https://")
            .trim_start_matches("http://");
        name.split('/').next() == Some(registry)
    });
    let auth = entry?.1.auth?;
    let read = STANDARD.decode(auth.trim()).ok()?;
    // What is no name and password would be refused with a worse message.
    read.contains(&b':').then(|| Zeroizing::new(auth))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_are_read() {
        let header = r#"Bearer realm="https://auth.example.org/token",service="r",scope="repository:a/b:pull,push""#;
        assert_eq!(
            Challenge::parse(header),
            Some(Challenge::Bearer {
                realm: String::from("https://auth.example.org/token"),
                questions: vec![
                    (String::from("service"), String::from("r")),
                    (
                        String::from("scope"),
                        String::from("repository:a/b:pull,push")
                    ),
                ],
            })
        );
        assert_eq!(
            Challenge::parse("Basic realm=\"x\""),
            Some(Challenge::Basic)
        );
        for other in ["", "Bearer", "Digest realm=\"x\"", "Bearer realm"] {
            assert_eq!(Challenge::parse(other), None, "{other}");
        }
    }

    #[test]
    fn passwords_are_those_of_the_registry() {
        let auth = STANDARD.encode("ann:secret");
        let text =
            format!(r#"{{"auths":{{"https://r.example.org/v2/":{{"auth":"{auth}"}},"b":{{}}}}}}"#);
        assert_eq!(
            in_file(&text, "r.example.org").map(|found| found.to_string()),
            Some(auth)
        );
        assert!(in_file(&text, "example.org").is_none());
        assert!(in_file(&text, "b").is_none());
        assert!(in_file("no json", "b").is_none());
    }
}
