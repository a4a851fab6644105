//! Observers: told of what happens in a run, which they cannot change.

use serde_json::Value as Json;

/// Watches runs; [`export_observer!`](crate::export_observer) makes a component of it. One instance hears all events of
/// a run, in order.
pub trait Observer {
    /// Something happened: `{"event": "operation-host-success", "host": …}`.
    fn on_event(event: Json);
}

/// Makes a component of an [`Observer`](crate::observer::Observer).
#[macro_export]
macro_rules! export_observer {
    ($observer:ty) => {
        #[cfg(target_arch = "wasm32")]
        #[allow(unsafe_code)]
        const _: () = {
            use $crate::roles::bindings::observing::exports::windlass::plugin::observer;

            struct Component;

            impl observer::Guest for Component {
                fn on_event(event: String) {
                    let event = $crate::guest::json_from(&event);
                    <$observer as $crate::observer::Observer>::on_event(event);
                }
            }

            $crate::roles::bindings::observing::export_observing!(Component with_types_in $crate::roles::bindings::observing);
        };
    };
}
