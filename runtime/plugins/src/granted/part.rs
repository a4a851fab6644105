//! A component of one of these roles, with its rights.

use std::sync::Arc;

use wasmtime::Store;
use wasmtime::component::InstancePre;
use windlass_engine::contract::Role;
use windlass_engine::policy::Ceiling;

use super::guest::{self, Granted};
use super::rights::Rights;
use crate::component::Component;
use crate::error::LoadError;
use crate::limits::Limits;
use crate::machine::Machines;
use crate::opening::Opening;
use crate::remarks::Remarks;

/// A component, and what its guests get.
pub(crate) struct Part {
    pub(crate) component: Arc<Component>,
    pub(crate) rights: Arc<Rights>,
    pub(crate) remarks: Arc<Remarks>,
    opening: Arc<Opening<Granted>>,
}

impl Part {
    pub(crate) fn new(
        component: Arc<Component>,
        role: Role,
        rights: Arc<Rights>,
        limits: Arc<Limits>,
        machines: Arc<Machines>,
        remarks: &Arc<Remarks>,
    ) -> Arc<Self> {
        Arc::new(Self {
            component: component.clone(),
            rights,
            remarks: remarks.clone(),
            opening: Opening::new(component, role, limits, machines, guest::linker),
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
            remarks: self.remarks.clone(),
            opening: self.opening.clone(),
        })
    }

    /// The component, opened now where nobody has yet.
    pub(crate) async fn opened(&self) -> Result<&InstancePre<Granted>, LoadError> {
        self.opening.opened().await
    }

    /// A fresh store for a guest.
    pub(crate) fn store(&self) -> Result<Store<Granted>, LoadError> {
        let limits = &self.opening.limits;
        let guest = Granted::new(&self.component.name, &self.rights, limits, &self.remarks);
        self.opening.store(guest)
    }
}
