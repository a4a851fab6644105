//! Components that are read or compiled at their first call. Those of locked packs: what they have stands in the lock,
//! so that starting reads none of them, and a file's digest is checked when it is read. And those of the standard pack,
//! where they need other code than what is embedded.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use wasmtime::Engine;

use crate::cache::{Cache, CodeCache};
use crate::component::{self, Compiled};
use crate::error::LoadError;
use crate::index::{self, Index};

/// The cache of compiled code, opened for the first component that needs it.
pub(crate) struct LateCache {
    place: CodeCache,
    opened: OnceLock<(Cache, Option<String>)>,
}

impl LateCache {
    pub(crate) fn new(place: CodeCache) -> Arc<Self> {
        Arc::new(Self {
            place,
            opened: OnceLock::new(),
        })
    }

    pub(crate) fn open(&self, engine: &Engine) -> &Cache {
        let open = || {
            let (cache, warning) = Cache::open(&self.place, engine);
            if let Some(warning) = &warning {
                tracing::warn!("{warning}");
            }
            (cache, warning)
        };
        &self.opened.get_or_init(open).0
    }

    /// Why nothing is kept, where that is so and somebody asked.
    pub(crate) fn warning(&self) -> Option<String> {
        self.opened.get()?.1.clone()
    }
}

/// Where a component's bytes are.
pub(crate) enum Origin {
    /// In a file, which may have been changed.
    File(PathBuf),
    /// In this program.
    Embedded(Cow<'static, [u8]>),
}

/// A component that nobody has read, or compiled, yet.
pub(crate) struct Kept {
    pub(crate) origin: Origin,
    /// What is known of it; there is no code yet.
    pub(crate) index: Index,
    pub(crate) cache: Arc<LateCache>,
}

impl Kept {
    /// Its code: from the cache, else compiled from its file. `name` is for messages.
    pub(crate) async fn read(&self, engine: &Engine, name: &str) -> Result<Compiled, LoadError> {
        let bytes = self.bytes(name).await?;
        let digest = &self.index.component;
        let cache = self.cache.open(engine);
        if let Some(entry) = cache.get(digest) {
            return Ok(Compiled {
                code: Cow::Owned(entry.code),
                component: bytes,
            });
        }
        let code = component::compile(engine, bytes.clone(), name).await?;
        let (operations, facts) = (self.index.operations.clone(), self.index.facts.clone());
        let index = Index::new(&bytes, &code, operations, facts).of_role(self.index.role);
        cache.put(&index, &code);
        Ok(Compiled {
            code: Cow::Owned(code),
            component: bytes,
        })
    }
    /// Its bytes, with the digest that they must have.
    async fn bytes(&self, name: &str) -> Result<Cow<'static, [u8]>, LoadError> {
        let path = match &self.origin {
            Origin::Embedded(bytes) => return Ok(bytes.clone()),
            Origin::File(path) => path,
        };
        let bytes = tokio::fs::read(path)
            .await
            .map_err(|error| LoadError::Unreadable {
                path: path.display().to_string(),
                message: error.to_string(),
            })?;
        let found = index::digest(&bytes);
        if found == self.index.component {
            return Ok(Cow::Owned(bytes));
        }
        Err(LoadError::Changed {
            component: name.to_owned(),
            path: path.display().to_string(),
            locked: self.index.component.clone(),
            found,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use windlass_engine::json::json;
    use windlass_engine::plugins::Plugins;

    use crate::testing::{Answers, guests};
    use crate::{CodeCache, Host, Pack, PackComponent};

    /// A host with the guest `echo` as a lock would give it, its file first made by `change`.
    async fn kept(change: impl FnOnce(&mut Vec<u8>)) -> (tempfile::TempDir, std::sync::Arc<Host>) {
        let folder = tempfile::tempdir().unwrap();
        let pack = guests(&["echo"]);
        let part = &pack.components[0];
        let digest = crate::index::digest(&part.bytes);
        let mut bytes = part.bytes.to_vec();
        change(&mut bytes);
        let path = folder.path().join("echo.wasm");
        std::fs::write(&path, bytes).unwrap();
        let whole = Host::builder().cache(CodeCache::Off).load(pack.clone());
        let whole = whole.build().await.unwrap();
        let operations = whole.operations();
        let operations = operations.iter().map(|info| (**info).clone());
        let part = PackComponent::locked("echo.wasm", path, &digest, operations.collect(), vec![]);
        let pack = Pack::new("acme:echo", "1.0.0", vec![part]);
        let host = Host::builder().cache(CodeCache::Off).load(pack);
        (folder, host.build().await.unwrap())
    }

    async fn say(host: &Host) -> Result<(), String> {
        let view = Answers::default().fact("echo.Word", json!("hi"));
        let args = json!({"text": "hi"});
        let planned = host.plan("echo.say", &args, view.view()).await;
        planned.map(drop).map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn starting_reads_no_component_and_the_first_call_does() {
        let (folder, host) = kept(|_| ()).await;
        assert!(host.operation("echo.say").is_ok());
        assert_eq!(host.stats().guest_calls, 0);
        assert_eq!(say(&host).await, Ok(()));
        drop(folder);
        let (folder, host) = kept(|_| ()).await;
        drop(folder);
        assert!(say(&host).await.unwrap_err().contains("echo.wasm"));
    }

    #[tokio::test]
    async fn a_component_that_is_not_the_locked_one_does_not_run() {
        let (_folder, host) = kept(|bytes| bytes.push(0)).await;
        let error = say(&host).await.unwrap_err();
        assert!(
            error.contains("acme:echo/echo.wasm is refused") && error.contains("the lock says"),
            "{error}"
        );
    }
}
