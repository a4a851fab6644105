//! A component of one of these roles: opened at its first call.

use std::sync::Arc;

use tokio::sync::OnceCell;
use wasmtime::component::InstancePre;
use wasmtime::{Engine, Store};
use windlass_engine::contract::Role;
use windlass_engine::policy::Ceiling;

use super::guest::{self, Granted};
use super::rights::Rights;
use crate::component::Component;
use crate::error::LoadError;
use crate::limits::Limits;
use crate::machine::Machines;
use crate::meter;
use crate::role;

/// A component, and what its guests get.
pub(crate) struct Part {
    pub(crate) component: Arc<Component>,
    pub(crate) rights: Arc<Rights>,
    role: Role,
    limits: Arc<Limits>,
    machines: Arc<Machines>,
    opened: Arc<OnceCell<InstancePre<Granted>>>,
}

impl Part {
    pub(crate) fn new(
        component: Arc<Component>,
        role: Role,
        rights: Arc<Rights>,
        limits: Arc<Limits>,
        machines: Arc<Machines>,
    ) -> Arc<Self> {
        Arc::new(Self {
            component,
            rights,
            role,
            limits,
            machines,
            opened: Arc::default(),
        })
    }

    /// The same component, with no more rights than a policy leaves it.
    pub(crate) fn below(self: &Arc<Self>, ceiling: Option<Ceiling>) -> Arc<Self> {
        if ceiling.is_none() {
            return self.clone();
        }
        Arc::new(Self {
            component: self.component.clone(),
            rights: self.rights.below(ceiling),
            role: self.role,
            limits: self.limits.clone(),
            machines: self.machines.clone(),
            opened: self.opened.clone(),
        })
    }

    /// The component, opened now where nobody has yet.
    pub(crate) async fn opened(&self) -> Result<&InstancePre<Granted>, LoadError> {
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
            let linker = guest::linker(&machine.engine).map_err(invalid)?;
            linker.instantiate_pre(&code).map_err(invalid)
        };
        self.opened.get_or_try_init(open).await
    }

    /// A fresh store for a guest.
    pub(crate) fn store(&self) -> Result<Store<Granted>, LoadError> {
        let engine: &Engine = &self.machines.beside(&self.limits)?.engine;
        let guest = Granted::new(&self.component.name, &self.rights, &self.limits);
        Ok(meter::store(guest, engine))
    }
}
