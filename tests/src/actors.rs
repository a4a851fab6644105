//! A pack whose operations have actors do things.

use crate::{Windlass, guest};

/// The manifest of the pack `acme:mine`: the guest `caller`, and `actor.wasm`.
pub const MANIFEST: &str = r#"[pack]
name = "acme:mine"
version = "1.0.0"
licence = "MIT"
summary = "Acts"

[[component]]
path = "caller.wasm"
role = "planning"
exports = ["caller.act", "caller.through"]

[[component]]
path = "actor.wasm"
role = "acting"

[capabilities]
act = true
"#;

/// Writes the pack into the folder `mine`, with this component as its actors.
///
/// # Panics
/// When files cannot be read or written.
pub fn write(windlass: &Windlass, actor: Vec<u8>) {
    windlass.write("mine/pack.toml", MANIFEST);
    windlass.write("mine/actor.wasm", actor);
    let caller = std::fs::read(guest("caller")).expect("a component in a folder of ours");
    windlass.write("mine/caller.wasm", caller);
}
