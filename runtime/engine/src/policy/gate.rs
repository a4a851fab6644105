//! What a connector asks before it opens a connection.

use std::net::IpAddr;
use std::sync::Arc;

use super::guard::{ask, record};
use super::{Asked, Ceiling, Chain, HostNames, Owner, Policy};
use crate::audit::Audit;
use crate::connector::{Gate, Keeper};
use crate::state::{Host, State};

/// The gate of a host: it asks the policy, and remembers by which names the host was reached.
pub(crate) fn gate(state: &State, host: &Arc<Host>) -> Gate {
    match state.policy() {
        Some(policy) => Gate::kept_by(Guarded {
            policy: policy.clone(),
            host: host.clone(),
            audit: state.audit(),
        }),
        None => Gate::default(),
    }
}

struct Guarded {
    policy: Arc<dyn Policy>,
    host: Arc<Host>,
    audit: Option<Arc<Audit>>,
}

impl Keeper for Guarded {
    fn pass(&self, name: &str, address: Option<IpAddr>) -> Result<(), String> {
        let asked = Asked::Reach { name, address };
        let (host, reached) = (&self.host, self.host.reached());
        ask(
            self.policy.as_ref(),
            host,
            &reached,
            &Chain::default(),
            asked,
        )
        .map_err(|denial| {
            record(self.audit.as_deref(), &denial);
            denial.to_string()
        })?;
        host.reached_by(name, address);
        Ok(())
    }

    fn ceiling(&self, owner: &Arc<Owner>) -> Option<Ceiling> {
        let names = HostNames {
            name: self.host.name(),
            reached: &self.host.reached(),
            groups: self.host.groups(),
        };
        let chain = Chain::default().with("", Some(owner.clone()));
        self.policy.ceiling(names, &chain)
    }
}
