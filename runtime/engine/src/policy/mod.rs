//! What may be done on which host, as somebody above the project decides it.
//!
//! A [`Policy`] is asked a [`Question`] wherever something would reach a host, and before it does: a connection, an
//! operation, a fact, the user that a command runs as. It is asked of all ways alike: deploys, functions that run at
//! execution, nested operations, facts that guests ask for, commands that a program runs directly. Without a policy all
//! of it is allowed.
//!
//! What a pack was granted binds it here too, with or without a policy: see [`Owner`].

mod chain;
mod files;
mod gate;
mod guard;
mod question;

pub use chain::{Caller, Chain, Owner};
pub(crate) use gate::gate;
pub use guard::granted;
pub(crate) use guard::{DIRECT_COMMAND, DIRECT_GET, DIRECT_PUT, local_reads};
pub use question::{Asked, Basis, Ceiling, Decision, Denial, HostNames, Policy, Question};
