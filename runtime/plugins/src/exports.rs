//! What a component of a role exports, in a fresh instance.

use std::future::Future;

use wasmtime::Store;
use wasmtime::component::InstancePre;

use crate::bindings::exports_of_roles::{
    actor, connector, deploy, inventory, observer, secret_source,
};

/// The exports of one role.
pub(crate) trait Exports: Sized {
    /// Those of a fresh instance in `store`.
    fn start<T: Send + 'static>(
        opened: &InstancePre<T>,
        store: &mut Store<T>,
    ) -> impl Future<Output = wasmtime::Result<Self>> + Send;
}

macro_rules! exports {
    ($($role:ident),+) => { $(
        impl Exports for $role::Guest {
            async fn start<T: Send + 'static>(
                opened: &InstancePre<T>,
                store: &mut Store<T>,
            ) -> wasmtime::Result<Self> {
                let indices = $role::GuestIndices::new(opened)?;
                let instance = opened.instantiate_async(&mut *store).await?;
                indices.load(store, &instance)
            }
        }
    )+ };
}

exports!(actor, connector, deploy, inventory, observer, secret_source);
