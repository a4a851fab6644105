//! Logging in to a registry: what it asks for, and what the user has for it.
//!
//! Names and passwords come from where `docker login`, `podman login` and `oras login` keep them, read only:
//! `$REGISTRY_AUTH_FILE`, `$DOCKER_CONFIG/config.json`, `~/.docker/config.json`, and the credential helpers that these name.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use docker_credential::{CredentialRetrievalError, DockerCredential, get_credential_from_reader};
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

/// What the user has for a registry; none when nobody logged in.
///
/// # Errors
/// A message: a file that cannot be read as one of logins, or a credential helper that does not answer.
pub(super) fn stored(registry: &str) -> Result<Option<Basic>, String> {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let files = [
        variable("REGISTRY_AUTH_FILE"),
        variable("DOCKER_CONFIG").map(|folder| folder.join("config.json")),
        variable("HOME").map(|home| home.join(".docker/config.json")),
    ];
    for path in files.into_iter().flatten() {
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        let found = in_file(&text, registry);
        let found = found.map_err(|message| format!("{}: {message}", path.display()))?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

fn in_file(text: &str, registry: &str) -> Result<Option<Basic>, String> {
    use CredentialRetrievalError as Failure;
    match get_credential_from_reader(text.as_bytes(), registry) {
        Ok(DockerCredential::UsernamePassword(name, password)) => {
            let (name, password) = (Zeroizing::new(name), Zeroizing::new(password));
            let both = Zeroizing::new(format!("{}:{}", *name, *password));
            Ok(Some(Zeroizing::new(STANDARD.encode(both.as_bytes()))))
        }
        Ok(DockerCredential::IdentityToken(_)) => Err(format!(
            "an identity token is kept for {registry}, which windlass does not use\n  \
             log in with a name and a password or access token"
        )),
        Err(Failure::NoCredentialConfigured) => Ok(None),
        // What helpers say of a registry that they have nothing for.
        Err(Failure::HelperFailure { stdout, stderr, .. })
            if [&stdout, &stderr]
                .iter()
                .any(|said| said.contains("credentials not found")) =>
        {
            Ok(None)
        }
        Err(Failure::HelperFailure {
            helper,
            stdout,
            stderr,
        }) => {
            let said = if stderr.trim().is_empty() {
                stdout
            } else {
                stderr
            };
            Err(format!(
                "the credential helper {helper} failed: {}",
                said.trim()
            ))
        }
        Err(Failure::HelperCommunicationError) => Err(String::from(
            "the credential helper that it names cannot be started\n  \
             it is a program `docker-credential-NAME`, for `credsStore` or `credHelpers`: install it, or log in again",
        )),
        Err(Failure::MalformedHelperResponse) => Err(String::from(
            "the credential helper that it names gave no name and secret in JSON",
        )),
        Err(error) => Err(format!(
            "what it has for {registry} cannot be read: {error}"
        )),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
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
        let found = in_file(&text, "r.example.org").unwrap();
        assert_eq!(found.map(|found| found.to_string()), Some(auth));
        assert_eq!(in_file(&text, "example.org"), Ok(None));
        assert_eq!(in_file(&text, "b"), Ok(None));
        let token = r#"{"auths":{"b":{"identitytoken":"x"}}}"#;
        let helper = r#"{"credsStore":"windlass-that-is-not-there"}"#;
        for (text, says) in [
            ("no json", "cannot be read"),
            (token, "an identity token is kept for b"),
            (helper, "cannot be started"),
        ] {
            let error = in_file(text, "b").unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }
}
