//! The standard pack, embedded in this program when it was built after `cargo xtask plugins`.

use std::borrow::Cow;

use crate::error::LoadError;
use crate::index::Index;
use crate::pack::{Pack, PackComponent};

/// The name of the standard pack.
pub(crate) const STANDARD: &str = "windlass:standard";

/// A component that was embedded, with code and index where these were made from the same bytes.
struct Embedded {
    name: &'static str,
    bytes: &'static [u8],
    compiled: Option<(&'static [u8], &'static str)>,
}

/// What the build script found in the target folder.
static EMBEDDED: &[Embedded] = include!(concat!(env!("OUT_DIR"), "/standard.rs"));

/// The standard pack. Its code is embedded too, so that nothing is compiled and no guest runs at start.
///
/// # Errors
/// [`LoadError::NoStandardPack`] when this program was built without it.
pub fn standard() -> Result<Pack, LoadError> {
    if EMBEDDED.is_empty() {
        return Err(LoadError::NoStandardPack);
    }
    let components = EMBEDDED.iter().map(|embedded| PackComponent {
        name: embedded.name.to_owned(),
        bytes: Cow::Borrowed(embedded.bytes),
        compiled: embedded
            .compiled
            .and_then(|(code, index)| Some((code, Index::read(index.as_bytes())?))),
        kept: None,
        exports: Vec::new(),
    });
    Ok(Pack {
        granted: None,
        ..Pack::new(STANDARD, env!("CARGO_PKG_VERSION"), components.collect())
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use windlass_engine::contract::Origin;
    use windlass_engine::json::json;
    use windlass_engine::plugins::Plugins;
    use windlass_engine::secrets::SecretStore;

    use super::*;
    use crate::testing::Answers;
    use crate::{CodeCache, Host};

    #[tokio::test]
    async fn it_starts_without_compiling_or_running_anything() {
        let pack = standard().unwrap_or_else(|error| panic!("{error}"));
        for component in &pack.components {
            let compiled = component.compiled.is_some();
            assert!(compiled, "{}: run `cargo xtask plugins`", component.name);
        }
        // A cache that cannot be opened gives a warning; it is not even looked for.
        let nowhere = CodeCache::Folder("/proc/nowhere".into());
        let host = Host::builder().cache(nowhere).load(pack).build().await;
        let host = host.unwrap();
        assert!(host.warnings().is_empty());
        assert!(host.operation("files.directory").is_ok());
        assert_eq!(host.stats().guest_calls, 0);
    }

    #[tokio::test]
    async fn its_schemas_are_right_and_take_its_defaults() {
        let builder = Host::builder().cache(CodeCache::Off);
        let host = builder.load(standard().unwrap()).build().await.unwrap();
        let operations = host.operations();
        let operations = operations.iter().map(|info| (&info.name, &info.parameters));
        let facts = host.facts();
        let facts = facts.iter().map(|info| (&info.name, &info.parameters));
        let mut wrong = Vec::new();
        for (name, parameters) in operations.chain(facts) {
            for parameter in parameters {
                let at = format!("{name}, `{}`", parameter.name);
                match jsonschema::validator_for(&parameter.schema) {
                    Err(error) => wrong.push(format!("{at}: {error}")),
                    Ok(schema) => {
                        let default = parameter.default.as_ref();
                        if let Some(default) = default.filter(|default| !default.is_null())
                            && !schema.is_valid(default)
                        {
                            wrong.push(format!("{at}: its default {default} is refused"));
                        }
                    }
                }
            }
        }
        assert_eq!(wrong, Vec::<String>::new());
    }

    #[tokio::test]
    async fn its_code_runs() {
        let builder = Host::builder().cache(CodeCache::Off);
        let host = builder.load(standard().unwrap()).build().await.unwrap();
        let named = json!({"path": "/etc/motd"});
        let named = named.as_object().cloned().unwrap();
        let bound = host.bind_fact("files.File", Vec::new(), named, &SecretStore::default());
        let args = [bound.unwrap().args];
        let view = Answers::default().view();
        let origin = host.source("files.File", &args, view).await.unwrap();
        let Origin::Shell(shell) = origin else {
            panic!("{origin:?}")
        };
        let text = format!("{:?}", shell.text);
        assert!(
            text.contains("stat") && text.contains("/etc/motd"),
            "{text}"
        );
    }
}
