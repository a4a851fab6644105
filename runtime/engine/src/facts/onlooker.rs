//! Looking at a host as an operation would that plans there, for who plans outside of a run: cases are recorded so.

use std::sync::Arc;

use crate::arguments::GlobalArguments;
use crate::json::Json;
use crate::local_files::{Readable, local_path_arguments};
use crate::plugins::{Bound, PlanningView, PluginError};
use crate::policy::Chain;
use crate::state::{Host, State};

use super::view::OperationView;

/// A connected host with the global arguments of a call there. What is asked through it is allowed or refused as it
/// would be in a run.
pub struct Onlooker {
    state: State,
    host: Arc<Host>,
    globals: GlobalArguments,
}

impl Onlooker {
    /// `own` are the call's global arguments; the host's data and the settings give the others.
    ///
    /// # Errors
    /// A global argument in the host's data that cannot be read.
    pub fn new(state: &State, host: &Arc<Host>, own: GlobalArguments) -> Result<Self, String> {
        let below = crate::prepare::host_globals(state, host)?;
        Ok(Self {
            state: state.clone(),
            host: host.clone(),
            globals: own.over(&below),
        })
    }

    /// What the last of `operations` sees, which those before it call, the outermost first. `bound` has its arguments
    /// and the identities of its secrets, `overrides` the global arguments that its callers give to it.
    ///
    /// # Errors
    /// What the policy and the packs' grants do not allow.
    pub fn view(
        &self,
        operations: &[String],
        bound: &Bound,
        overrides: &Json,
    ) -> Result<Arc<dyn PlanningView>, PluginError> {
        let (state, host) = (&self.state, &self.host);
        let wrong = |message: String| PluginError::Argument {
            argument: None,
            message,
        };
        let (mut outer, mut chain) = (Chain::default(), Chain::default());
        for name in operations {
            outer = chain;
            chain = state.chain(&outer, name);
        }
        state.allow_overrides(host, &outer, overrides, &self.globals)?;
        let globals = match overrides {
            Json::Null => self.globals.clone(),
            overrides => GlobalArguments::from_json(overrides, state.secrets())
                .map_err(wrong)?
                .over(&self.globals),
        };
        state.allow_operation(host, &chain, &globals)?;
        let mut granted = match operations.last() {
            Some(name) => local_path_arguments(&*state.plugins().operation(name)?, &bound.args),
            None => Vec::new(),
        };
        if let Some(denial) = state.keep_readable(host, &chain, &mut granted) {
            return Err(denial.into());
        }
        let (secrets, readable) = (bound.secrets.clone(), Readable::named(&granted));
        Ok(OperationView::new(
            state, host, globals, secrets, readable, None, chain,
        ))
    }
}
