//! Compiling ahead of time, for the standard pack.

use std::sync::Arc;

use crate::component;
use crate::engine::{Processor, engine};
use crate::error::LoadError;
use crate::guest;
use crate::index::Index;
use crate::limits::Limits;

/// A component's code for every processor of this target, and its index as JSON.
#[derive(Clone, Debug)]
pub struct AheadOfTime {
    /// The namespace of its operations and facts.
    pub namespace: String,
    /// Serialised code.
    pub code: Vec<u8>,
    /// What it describes, as JSON.
    pub index: String,
}

/// Compiles a component and asks it what it has. `name` is for messages.
///
/// # Errors
/// What loading it answers: it is no component, has another role, or describes itself badly.
pub async fn compile_ahead(name: &str, bytes: Vec<u8>) -> Result<AheadOfTime, LoadError> {
    let engine = engine(Processor::Baseline)?;
    let runtime = |error: wasmtime::Error| LoadError::Runtime(format!("{error:#}"));
    let linker = guest::linker(&engine).map_err(runtime)?;
    let compiled = component::compile(&engine, bytes.clone().into(), name).await?;
    component::check(&engine, &compiled, name)?;
    let opened = component::link(&compiled, &linker, name)?;
    let limits = Arc::new(Limits::default());
    let (operations, facts) = opened.describe(&engine, &limits, name).await?;
    let code = compiled.serialize().map_err(runtime)?;
    let index = Index::new(&bytes, &code, operations, facts);
    let namespace = index
        .namespace()
        .map_err(|message| LoadError::Description {
            component: name.to_owned(),
            message,
        })?;
    Ok(AheadOfTime {
        namespace,
        code,
        index: index.text(),
    })
}
