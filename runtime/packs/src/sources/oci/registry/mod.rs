//! A repository of a registry, by the OCI distribution specification 1.1.
//!
//! | | allowed | refused |
//! | --- | --- | --- |
//! | `https` | every registry | a redirect from `https` to `http` |
//! | `http` | a registry on loopback: `localhost:5000`, `127.0.0.1:5000`, `[::1]:5000` | every other |
//!
//! What comes back is believed in nothing: each blob is checked by its digest, and a pack by its signatures.

mod address;
mod answers;
mod client;
mod login;
mod repository;
mod requests;

pub(crate) use requests::Registry;
