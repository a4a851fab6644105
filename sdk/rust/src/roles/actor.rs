//! Actors: what operations have done at execution because it cannot be said beforehand.
//!
//! An operation plans `plan.call("migrate", payload)`; at execution the pack's acting component does what is called
//! `migrate`, by [`target`](crate::target). Its pack needs the capability `act`.

use serde_json::Value as Json;

use crate::error::Result;

/// What `call` steps call; [`export_actor!`](crate::export_actor) makes a component of it. A pack has one.
pub trait Actor {
    /// Does what is called `name`. What it gives stands in the operation's result; null: nothing.
    ///
    /// # Errors
    /// Why it could not be done: the operation then fails on this host.
    fn act(name: &str, payload: Json) -> Result<Json>;
}

/// Makes a component of an [`Actor`](crate::actor::Actor).
#[macro_export]
macro_rules! export_actor {
    ($actor:ty) => {
        #[cfg(target_arch = "wasm32")]
        #[allow(unsafe_code)]
        const _: () = {
            use $crate::guest;
            use $crate::guest::bindings::windlass::plugin::types;
            use $crate::roles::bindings::acting::exports::windlass::plugin::actor;

            struct Component;

            impl actor::Guest for Component {
                fn act(name: String, payload: String) -> Result<String, types::Error> {
                    let answer = guest::argument_from(&payload)
                        .and_then(|payload| <$actor as $crate::actor::Actor>::act(&name, payload));
                    answer.map(|answer| answer.to_string()).map_err(guest::error_to)
                }
            }

            $crate::roles::bindings::acting::export_acting!(Component with_types_in $crate::roles::bindings::acting);
        };
    };
}
