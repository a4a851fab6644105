//! One component: opened when it is first needed, called in a fresh store each time.

use std::sync::Arc;

use tokio::sync::OnceCell;
use wasmtime::component::{Component as Code, Instance, InstancePre, Linker};
use wasmtime::{Engine, Store};
use windlass_engine::contract::{FactInfo, OperationInfo};

use crate::bindings::exports::windlass::plugin::{fact_source, operations};
use crate::bindings::windlass::plugin::types as wit;
use crate::error::{LoadError, report};
use crate::guest::Guest;
use crate::limits::Limits;
use crate::role;
use crate::translate::{self, Refused};

/// A component that is ready to be instantiated, with what it exports.
#[derive(Clone)]
pub(crate) struct Opened {
    pre: InstancePre<Guest>,
    operations: Option<Arc<operations::GuestIndices>>,
    facts: Option<Arc<fact_source::GuestIndices>>,
}

/// A component, and the way to its code.
pub(crate) struct Component {
    /// The pack's name and version.
    pub(crate) pack: String,
    /// The pack and the component, for messages.
    pub(crate) name: String,
    /// SHA-256 of the component, in hexadecimal.
    pub(crate) digest: String,
    code: Compiled,
    opened: OnceCell<Opened>,
}

/// Where code comes from.
pub(crate) enum Compiled {
    /// Compiled in this process.
    Here(Code),
    /// Serialised code of this very program, or of its own cache. When another version wrote it after all, the
    /// component is compiled again.
    Stored {
        code: std::borrow::Cow<'static, [u8]>,
        component: std::borrow::Cow<'static, [u8]>,
    },
}

impl Component {
    pub(crate) fn new(pack: String, name: String, digest: String, code: Compiled) -> Self {
        Self {
            pack,
            name,
            digest,
            code,
            opened: OnceCell::new(),
        }
    }

    /// Its code, made ready at the first call.
    pub(crate) async fn open(
        &self,
        engine: &Engine,
        linker: &Linker<Guest>,
    ) -> Result<&Opened, LoadError> {
        self.opened
            .get_or_try_init(|| async {
                let code = match &self.code {
                    Compiled::Here(code) => code.clone(),
                    Compiled::Stored { code, component } => match stored(engine, code) {
                        Ok(code) => code,
                        Err(error) => {
                            tracing::warn!(component = %self.name, %error, "compiled again");
                            compile(engine, component.clone(), &self.name).await?
                        }
                    },
                };
                link(&code, linker, &self.name)
            })
            .await
    }
}

/// Reads code that this program, or its cache, holds.
#[allow(unsafe_code)]
fn stored(engine: &Engine, code: &[u8]) -> wasmtime::Result<Code> {
    // SAFETY: serialised code is native code and must come from wasmtime itself, unchanged. This function gets two
    // kinds: what was embedded into this program when it was built, and entries of the code cache, which lie in a
    // folder that only the effective user can write and are checked by their digest. Packs never bring any.
    unsafe { Code::deserialize(engine, code) }
}

/// Compiles a component, on a thread that may take its time.
pub(crate) async fn compile(
    engine: &Engine,
    bytes: std::borrow::Cow<'static, [u8]>,
    name: &str,
) -> Result<Code, LoadError> {
    let engine = engine.clone();
    let invalid = |message: String| LoadError::Invalid {
        component: name.to_owned(),
        message,
    };
    // The compiler's own words for a text file are a page of numbers.
    if !bytes.starts_with(b"\0asm") {
        return Err(invalid(String::from(
            "it is no WebAssembly file at all; those begin with the bytes `\\0asm`",
        )));
    }
    tokio::task::spawn_blocking(move || Code::from_binary(&engine, &bytes))
        .await
        .map_err(|error| invalid(error.to_string()))?
        .map_err(|error| invalid(format!("{error:#}")))
}

/// Refuses components of another role.
pub(crate) fn check(engine: &Engine, code: &Code, name: &str) -> Result<(), LoadError> {
    let kind = code.component_type();
    role::check(
        name,
        kind.imports(engine).map(|(name, _)| name),
        kind.exports(engine).map(|(name, _)| name),
    )
}

/// Joins a component's imports to the host's functions.
pub(crate) fn link(code: &Code, linker: &Linker<Guest>, name: &str) -> Result<Opened, LoadError> {
    let pre = linker
        .instantiate_pre(code)
        .map_err(|error| LoadError::Invalid {
            component: name.to_owned(),
            message: format!("{error:#}"),
        })?;
    Ok(Opened {
        operations: operations::GuestIndices::new(&pre).ok().map(Arc::new),
        facts: fact_source::GuestIndices::new(&pre).ok().map(Arc::new),
        pre,
    })
}

/// What a guest answers, or its own error.
pub(crate) type Answered<T> = wasmtime::Result<Result<T, wit::Error>>;

impl Opened {
    async fn instance(&self, store: &mut Store<Guest>) -> wasmtime::Result<Instance> {
        self.pre.instantiate_async(store).await
    }

    fn missing(interface: &str) -> wasmtime::Error {
        wasmtime::Error::msg(format!("the component does not export `{interface}`"))
    }

    pub(crate) async fn plan(
        &self,
        store: &mut Store<Guest>,
        operation: &str,
        args: &str,
    ) -> Answered<wit::Planned> {
        let indices = self.operations.as_ref();
        let indices = indices.ok_or_else(|| Self::missing("operations"))?;
        let instance = self.instance(store).await?;
        let guest = indices.load(&mut *store, &instance)?;
        guest.call_plan(store, operation, &args.to_owned()).await
    }

    pub(crate) async fn source(
        &self,
        store: &mut Store<Guest>,
        fact: &str,
        args: &[String],
    ) -> Answered<fact_source::Origin> {
        let guest = self.facts(store).await?;
        guest.call_source(store, fact, args).await
    }

    pub(crate) async fn parse(
        &self,
        store: &mut Store<Guest>,
        fact: &str,
        args: &[String],
        output: &fact_source::Raw,
    ) -> Answered<Vec<String>> {
        let guest = self.facts(store).await?;
        guest.call_parse(store, fact, args, output).await
    }

    async fn facts(&self, store: &mut Store<Guest>) -> wasmtime::Result<fact_source::Guest> {
        let indices = self.facts.as_ref();
        let indices = indices.ok_or_else(|| Self::missing("fact-source"))?;
        let instance = self.instance(store).await?;
        indices.load(&mut *store, &instance)
    }

    /// Asks the component what it has. `name` is for messages.
    pub(crate) async fn describe(
        &self,
        engine: &Engine,
        limits: &Arc<Limits>,
        name: &str,
    ) -> Result<(Vec<OperationInfo>, Vec<FactInfo>), LoadError> {
        let failed = |message: String| LoadError::Description {
            component: name.to_owned(),
            message,
        };
        let trapped = |error: wasmtime::Error| failed(report("describe", &error));
        let refused = |error: Refused| failed(error.to_string());
        let (mut operations, mut facts) = (Vec::new(), Vec::new());
        if let Some(indices) = &self.operations {
            let mut store = Guest::new(None, limits, Default::default()).into_store(engine);
            let instance = self.instance(&mut store).await.map_err(trapped)?;
            let guest = indices.load(&mut store, &instance).map_err(trapped)?;
            for info in guest.call_describe(&mut store).await.map_err(trapped)? {
                operations.push(translate::operation_info(info).map_err(refused)?);
            }
        }
        if self.facts.is_some() {
            let mut store = Guest::new(None, limits, Default::default()).into_store(engine);
            let guest = self.facts(&mut store).await.map_err(trapped)?;
            for info in guest.call_describe(&mut store).await.map_err(trapped)? {
                facts.push(translate::fact_info(info).map_err(refused)?);
            }
        }
        Ok((operations, facts))
    }
}
