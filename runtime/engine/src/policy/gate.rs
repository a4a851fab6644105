//! What a connector asks before it opens a connection.

use std::net::IpAddr;
use std::sync::Arc;

use super::guard::{ask, record};
use super::{Asked, Chain};
use crate::connector::Gate;
use crate::state::{Host, State};

/// The gate of a host: it asks the policy, and remembers by which names the host was reached.
pub(crate) fn gate(state: &State, host: &Arc<Host>) -> Gate {
    let Some(policy) = state.policy().cloned() else {
        return Gate::default();
    };
    let (host, audit) = (host.clone(), state.audit());
    Gate::new(move |name: &str, address: Option<IpAddr>| {
        let asked = Asked::Reach { name, address };
        let reached = host.reached();
        ask(policy.as_ref(), &host, &reached, &Chain::default(), asked).map_err(|denial| {
            record(audit.as_deref(), &denial);
            denial.to_string()
        })?;
        host.reached_by(name, address);
        Ok(())
    })
}
