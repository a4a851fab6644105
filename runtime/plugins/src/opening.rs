//! A component of a role besides planning: its code is read, checked and linked at its first call.

use std::sync::Arc;

use tokio::sync::OnceCell;
use wasmtime::component::{InstancePre, Linker};
use wasmtime::{Engine, Store};
use windlass_engine::contract::Role;

use crate::component::Component;
use crate::error::LoadError;
use crate::limits::Limits;
use crate::machine::Machines;
use crate::meter::{self, Metered};
use crate::role;

/// A component whose guests have the state `T`.
pub(crate) struct Opening<T: 'static> {
    pub(crate) component: Arc<Component>,
    pub(crate) limits: Arc<Limits>,
    role: Role,
    machines: Arc<Machines>,
    linker: fn(&Engine) -> wasmtime::Result<Linker<T>>,
    opened: OnceCell<InstancePre<T>>,
}

impl<T: Metered> Opening<T> {
    /// A component that nobody has called yet. `linker` has what its role may import.
    pub(crate) fn new(
        component: Arc<Component>,
        role: Role,
        limits: Arc<Limits>,
        machines: Arc<Machines>,
        linker: fn(&Engine) -> wasmtime::Result<Linker<T>>,
    ) -> Arc<Self> {
        Arc::new(Self {
            component,
            limits,
            role,
            machines,
            linker,
            opened: OnceCell::new(),
        })
    }

    /// The component, opened now where nobody has yet.
    pub(crate) async fn opened(&self) -> Result<&InstancePre<T>, LoadError> {
        let open = || async {
            let name = &self.component.name;
            let machine = self.machines.beside(&self.limits)?;
            let code = self.component.loaded(&machine.engine).await?;
            let found = role::of(&code, &machine.engine, name)?;
            if found != self.role {
                return Err(LoadError::Role {
                    component: name.clone(),
                    message: format!("it is for {found}, and its pack says {}", self.role),
                });
            }
            let invalid = |error: wasmtime::Error| LoadError::Invalid {
                component: name.clone(),
                message: format!("{error:#}"),
            };
            let linker = (self.linker)(&machine.engine).map_err(invalid)?;
            linker.instantiate_pre(&code).map_err(invalid)
        };
        self.opened.get_or_try_init(open).await
    }

    /// A fresh store for a guest.
    pub(crate) fn store(&self, guest: T) -> Result<Store<T>, LoadError> {
        Ok(meter::store(
            guest,
            &self.machines.beside(&self.limits)?.engine,
        ))
    }
}
