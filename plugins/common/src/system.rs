//! Facts of the system that many namespaces ask for, and how values of the target are named in predictions.

use serde_json::Value as Json;
use windlass_sdk::prelude::*;

fact_request! {
    /// What the kernel calls its system: `Linux`, `FreeBSD`, `OpenBSD`, `Darwin`, …
    pub Os("server.Os") {} -> Option<String>;

    /// What the distribution is called; null where it says nothing.
    pub LinuxName("server.LinuxName") {} -> Option<String>;

    /// Where a program is; empty or null when there is none.
    pub Program("server.Which") {
        /// Its name.
        command: String,
    } -> Json;

    /// Packages that dpkg has installed, with their versions.
    pub DebPackages("deb.DebPackages") {} -> Json;
}

/// Whether the target has a program.
///
/// # Errors
/// The host's.
pub fn has_program(name: &str) -> Result<bool> {
    let found = get(&Program {
        command: name.to_owned(),
    })?;
    Ok(match found {
        Json::Null | Json::Bool(false) => false,
        Json::String(path) => !path.is_empty(),
        _ => true,
    })
}

/// The JSON pointer of a key.
#[must_use]
pub fn pointer(key: &str) -> String {
    format!("/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// The parts of a fact that are objects by these keys: what is there, by key.
///
/// # Errors
/// The host's.
pub fn entries<F: Fact>(
    fact: &F,
    keys: &[&str],
) -> Result<std::collections::BTreeMap<String, Json>> {
    if keys.is_empty() {
        return Ok(std::collections::BTreeMap::new());
    }
    let pointers: Vec<String> = keys.iter().map(|key| pointer(key)).collect();
    let asked: Vec<&str> = pointers.iter().map(String::as_str).collect();
    let parts = get_parts(fact, &asked)?;
    let pairs = keys
        .iter()
        .zip(&asked)
        .map(|(key, pointer)| ((*key).to_owned(), parts.part(pointer).clone()));
    Ok(pairs.filter(|(_, value)| !value.is_null()).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;
    use windlass_sdk::testing::TestHost;

    #[test]
    fn a_program_is_there_when_its_path_is_not_empty() {
        let ask = |value: Json| {
            let mut host = TestHost::new().fact("server.Which", json!({"command": "x"}), value);
            host.run(|| has_program("x")).unwrap()
        };
        assert!(ask(json!("/bin/x")));
        assert!(!ask(json!("")));
        assert!(!ask(json!(null)));
    }

    #[test]
    fn entries_are_asked_for_by_key() {
        let mut host = TestHost::new().fact(
            "deb.DebPackages",
            json!({}),
            json!({"a/b": ["1"], "c": ["2"]}),
        );
        let found = host
            .run(|| entries(&DebPackages {}, &["a/b", "none"]))
            .unwrap();
        assert_eq!(found, [("a/b".to_owned(), json!(["1"]))].into());
        assert_eq!(host.asked()[0].select, ["/a~1b", "/none"]);
    }
}
