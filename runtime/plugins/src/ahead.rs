//! Compiling ahead of time, for the standard pack.

use std::sync::Arc;

use crate::component;
use crate::engine::{Counting, Processor};
use crate::error::LoadError;
use crate::index::Index;
use crate::limits::Limits;
use crate::machine::Machine;

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
    let machine = Machine::new(Processor::Baseline, Counting::No, None)?;
    let code = component::compile(&machine.engine, bytes.clone().into(), name).await?;
    let compiled = component::stored(&machine.engine, &code)
        .map_err(|error| LoadError::Runtime(format!("{error:#}")))?;
    let opened = component::link(&compiled, &machine, name)?;
    let limits = Arc::new(Limits::default());
    let described = opened.describe(&machine.engine, &limits, name);
    let (operations, facts) = described.await?;
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
