//! Which hosts take part: those in the limit that were reached and have not failed.

use std::collections::HashSet;
use std::sync::Arc;

use crate::error::EngineError;
use crate::events::Event;

use super::{Host, State};

impl State {
    /// Only these hosts take part from here on, by name; none means all.
    ///
    /// # Errors
    /// An unknown name, with the nearest.
    pub fn set_limit_hosts(&self, limit: Option<Vec<String>>) -> Result<(), EngineError> {
        for name in limit.iter().flatten() {
            self.host(name)?;
        }
        self.core().limit = limit;
        Ok(())
    }

    /// The hosts that take part, if limited.
    #[must_use]
    pub fn limit_hosts(&self) -> Option<Vec<String>> {
        self.core().limit.clone()
    }

    /// True when the host is not excluded by the limit.
    #[must_use]
    pub fn is_host_in_limit(&self, host: &Host) -> bool {
        self.core()
            .limit
            .as_ref()
            .is_none_or(|limit| limit.iter().any(|name| name == host.name()))
    }

    /// The host takes part.
    pub fn activate_host(&self, host: &Host) {
        let mut core = self.core();
        core.activated.insert(host.index());
        core.active.insert(host.index());
    }

    /// These hosts take no further part, each with a reason.
    ///
    /// # Errors
    /// [`EngineError::NoHostsRemaining`] or [`EngineError::TooManyFailed`] when the failure budget is used up.
    pub fn fail_hosts(&self, hosts: &[(Arc<Host>, String)]) -> Result<(), EngineError> {
        if hosts.is_empty() {
            return Ok(());
        }
        let (active, activated) = {
            let mut core = self.core();
            for (host, why) in hosts {
                core.failed
                    .entry(host.index())
                    .or_insert_with(|| why.clone());
                core.active.remove(&host.index());
            }
            (core.active.len(), core.activated.len().max(hosts.len()))
        };
        for (host, error) in hosts {
            self.emit(Event::HostFailed {
                host: host.name().to_owned(),
                error: error.clone(),
            });
        }
        if active == 0 {
            return Err(EngineError::NoHostsRemaining { activated });
        }
        if let Some(budget) = self.config().fail_percent {
            let failed = 100.0 * (activated - active.min(activated)) as f64 / activated as f64;
            if failed > f64::from(budget) {
                return Err(EngineError::TooManyFailed {
                    budget,
                    percent: failed.round() as u8,
                });
            }
        }
        Ok(())
    }

    /// The hosts that take part now, in inventory order.
    #[must_use]
    pub fn active_hosts(&self) -> Vec<Arc<Host>> {
        let core = self.core();
        let limit: Option<HashSet<&str>> = core
            .limit
            .as_ref()
            .map(|limit| limit.iter().map(String::as_str).collect());
        let in_limit = |host: &Host| {
            limit
                .as_ref()
                .is_none_or(|limit| limit.contains(host.name()))
        };
        self.hosts()
            .iter()
            .filter(|host| core.active.contains(&host.index()) && in_limit(host))
            .cloned()
            .collect()
    }

    /// True while the host takes part.
    #[must_use]
    pub fn is_active(&self, host: &Host) -> bool {
        self.core().active.contains(&host.index())
    }

    /// The hosts that ever took part, in inventory order.
    #[must_use]
    pub fn activated_hosts(&self) -> Vec<Arc<Host>> {
        let core = self.core();
        self.hosts()
            .iter()
            .filter(|host| core.activated.contains(&host.index()))
            .cloned()
            .collect()
    }

    /// The hosts that failed, with why, in the order in which they failed.
    #[must_use]
    pub fn failed_hosts(&self) -> Vec<(Arc<Host>, String)> {
        let core = self.core();
        core.failed
            .iter()
            .filter_map(|(index, why)| Some((self.hosts().get(*index)?.clone(), why.clone())))
            .collect()
    }

    /// True where hosts failed, and all of them only since they were no longer as they were planned for.
    #[must_use]
    pub fn only_drifted(&self) -> bool {
        let failed = self.failed_hosts();
        !failed.is_empty() && failed.iter().all(|(host, _)| host.has_drifted())
    }
}
