//! One component: opened when it is first needed, called in a fresh store each time.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use tokio::sync::{OnceCell, SemaphorePermit};
use wasmtime::component::{Component as Code, Instance, InstancePre};
use wasmtime::{Engine, Store};
use windlass_engine::contract::{FactInfo, OperationInfo, Role};

use crate::alias::Alias;
use crate::bindings::exports::windlass::plugin::{fact_source, operations};
use crate::bindings::windlass::plugin::types as wit;
use crate::error::{LoadError, report};
use crate::guest::Guest;
use crate::kept::Kept;
use crate::limits::Limits;
use crate::machine::{Machine, Machines};
use crate::meter;
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
    /// What one call of it may use.
    pub(crate) limits: Arc<Limits>,
    /// The namespace that it has here, where that is another than its own.
    pub(crate) alias: OnceLock<Arc<Alias>>,
    code: OnceCell<Compiled>,
    /// Where the code comes from when nobody gave it; none when it is there.
    kept: Option<Kept>,
    /// For places that are kept ready; none when it does not fit them.
    ready: OnceCell<Option<Opened>>,
    plain: OnceCell<Opened>,
}

/// A component with the code that it was compiled to: serialised, of this very program or its own cache. When another
/// version wrote it after all, the component is compiled again.
pub(crate) struct Compiled {
    pub(crate) code: Cow<'static, [u8]>,
    pub(crate) component: Cow<'static, [u8]>,
}

/// Where a guest of a component can run.
pub(crate) struct Seat<'a> {
    pub(crate) opened: &'a Opened,
    pub(crate) engine: &'a Engine,
    /// Frees the place, which must not happen before the guest is gone.
    _place: Option<SemaphorePermit<'a>>,
}

impl Component {
    pub(crate) fn new(pack: String, name: String, digest: String, code: Compiled) -> Self {
        Self {
            pack,
            name,
            digest,
            limits: Arc::default(),
            alias: OnceLock::new(),
            code: OnceCell::new_with(Some(code)),
            kept: None,
            ready: OnceCell::new(),
            plain: OnceCell::new(),
        }
    }

    /// A component that is read at its first call.
    pub(crate) fn kept(pack: String, name: String, kept: Kept) -> Self {
        Self {
            pack,
            name,
            digest: kept.index.component.clone(),
            limits: Arc::default(),
            alias: OnceLock::new(),
            code: OnceCell::new(),
            kept: Some(kept),
            ready: OnceCell::new(),
            plain: OnceCell::new(),
        }
    }

    /// The same component, held to these limits.
    pub(crate) fn within(mut self, limits: Arc<Limits>) -> Self {
        self.limits = limits;
        self
    }

    /// Its bytes and its code, read now where nobody has yet.
    async fn code(&self, engine: &Engine) -> Result<&Compiled, LoadError> {
        let read = || async {
            match &self.kept {
                Some(kept) => kept.read(engine, &self.name).await,
                None => Err(LoadError::Runtime(format!("{} has no code", self.name))),
            }
        };
        self.code.get_or_try_init(read).await
    }

    /// Its bytes and its code, where they were read.
    pub(crate) fn code_read(&self) -> Option<&Compiled> {
        self.code.get()
    }

    /// Its code for this engine, compiled again where another version compiled it.
    pub(crate) async fn loaded(&self, engine: &Engine) -> Result<Code, LoadError> {
        let compiled = self.code(engine).await?;
        match stored(engine, &compiled.code) {
            Ok(code) => Ok(code),
            Err(error) => {
                tracing::warn!(component = %self.name, %error, "compiled again");
                let component = compiled.component.clone();
                let code = compile(engine, component, &self.name).await?;
                stored(engine, &code).map_err(invalid(&self.name))
            }
        }
    }

    /// A place for one of its guests that is kept ready; none while all are taken, or when it does not fit. Its code
    /// is made ready at the first call.
    pub(crate) async fn place<'a>(&'a self, machines: &'a Machines) -> Option<Seat<'a>> {
        let machine = machines.with_places(&self.limits)?;
        // What is wrong with it besides its size is found out by the other machine.
        let open = || async {
            let compiled = self.code(&machine.engine).await.ok()?;
            let code = stored(&machine.engine, &compiled.code).ok()?;
            link(&code, machine, &self.name).ok()
        };
        let opened = self.ready.get_or_init(open).await.as_ref()?;
        Some(Seat {
            opened,
            engine: &machine.engine,
            // Not before the code is there: all others that wait for it would find no place.
            _place: Some(machines.place(&self.limits)?),
        })
    }

    /// A seat for one of its guests in memory of its own.
    pub(crate) async fn beside<'a>(
        &'a self,
        machines: &'a Machines,
    ) -> Result<Seat<'a>, LoadError> {
        let machine = machines.beside(&self.limits)?;
        let open = || async {
            let code = self.loaded(&machine.engine).await?;
            link(&code, machine, &self.name)
        };
        Ok(Seat {
            opened: self.plain.get_or_try_init(open).await?,
            engine: &machine.engine,
            _place: None,
        })
    }
}

/// Reads code that this program, or its cache, holds.
#[allow(unsafe_code)]
pub(crate) fn stored(engine: &Engine, code: &[u8]) -> wasmtime::Result<Code> {
    // SAFETY: serialised code is native code and must come from wasmtime itself, unchanged. This function gets three
    // kinds: what was embedded into this program when it was built, what this process compiled, and entries of the
    // code cache, which lie in a folder that only the effective user can write and are checked by their digest. Packs
    // never bring any.
    unsafe { Code::deserialize(engine, code) }
}

fn invalid(name: &str) -> impl Fn(wasmtime::Error) -> LoadError {
    move |error| LoadError::Invalid {
        component: name.to_owned(),
        message: format!("{error:#}"),
    }
}

/// Compiles a component, on a thread that may take its time. Gives serialised code.
pub(crate) async fn compile(
    engine: &Engine,
    bytes: Cow<'static, [u8]>,
    name: &str,
) -> Result<Vec<u8>, LoadError> {
    let engine = engine.clone();
    // The compiler's own words for a text file are a page of numbers.
    if !bytes.starts_with(b"\0asm") {
        return Err(invalid(name)(wasmtime::Error::msg(
            "it is no WebAssembly file at all; those begin with the bytes `\\0asm`",
        )));
    }
    tokio::task::spawn_blocking(move || engine.precompile_component(&bytes))
        .await
        .map_err(|error| invalid(name)(wasmtime::Error::msg(error.to_string())))?
        .map_err(invalid(name))
}

/// Joins a component's imports to the host's functions. Components of another role are refused.
pub(crate) fn link(code: &Code, machine: &Machine, name: &str) -> Result<Opened, LoadError> {
    let role = role::of(code, &machine.engine, name)?;
    if role != Role::Planning {
        return Err(LoadError::Role {
            component: name.to_owned(),
            message: format!("it is for {role}, and its pack says planning"),
        });
    }
    let pre = machine
        .linker
        .instantiate_pre(code)
        .map_err(invalid(name))?;
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
        let store = || Guest::new(None, limits, Default::default()).into_store(engine);
        let trapped = |mut store: Store<Guest>, error: wasmtime::Error| {
            failed(report("describe", &meter::explained(&mut store, error)))
        };
        let refused = |error: Refused| failed(error.to_string());
        let (mut operations, mut facts) = (Vec::new(), Vec::new());
        if let Some(indices) = &self.operations {
            let mut store = store();
            let described = async {
                let instance = self.instance(&mut store).await?;
                let guest = indices.load(&mut store, &instance)?;
                guest.call_describe(&mut store).await
            };
            let described = described.await.map_err(|error| trapped(store, error));
            for info in described? {
                operations.push(translate::operation_info(info).map_err(refused)?);
            }
        }
        if self.facts.is_some() {
            let mut store = store();
            let described = async {
                let guest = self.facts(&mut store).await?;
                guest.call_describe(&mut store).await
            };
            let described = described.await.map_err(|error| trapped(store, error));
            for info in described? {
                facts.push(translate::fact_info(info).map_err(refused)?);
            }
        }
        Ok((operations, facts))
    }
}
