//! One operation is planned, with those that it nests.

use std::sync::Arc;

use crate::arguments::GlobalArguments;
use crate::contract::{Action, Planned, Stability, Step};
use crate::deploy::OperationRef;
use crate::facts::{FactKey, OperationView, Overlay};
use crate::local_files::{Readable, local_path_arguments};
use crate::plugins::{Bound, ErrorKind, GuestError, PluginError};
use crate::policy::Chain;
use crate::state::{Certainty, Host, HostOperation, Plan, State};

use super::{Outer, bind_nested, predict};

/// A plan with what it was made from.
pub(crate) struct PlanOutcome {
    pub(crate) plan: Result<Plan, PluginError>,
    pub(super) read: Vec<FactKey>,
    pub(super) reads_state: bool,
    reads_volatile: bool,
    pub(super) nests: bool,
}

impl Default for PlanOutcome {
    fn default() -> Self {
        Self {
            plan: Ok(Plan::default()),
            read: Vec::new(),
            reads_state: false,
            reads_volatile: false,
            nests: false,
        }
    }
}

/// Plans an operation, nested operations included, on top of an overlay.
pub(crate) async fn plan(
    state: &State,
    host: &Arc<Host>,
    operation: &HostOperation,
    overlay: Option<Arc<Overlay>>,
) -> PlanOutcome {
    let mut outcome = PlanOutcome::default();
    let globals = operation.global_arguments.clone();
    let chain = state.chain_of_held(host, operation);
    let result = match &operation.operation {
        OperationRef::Plugin(name) => {
            let call = PlanCall {
                name,
                bound: &operation.bound,
                globals: &globals,
                chain,
                depth: 0,
            };
            plan_call(state, host, call, overlay, &mut outcome).await
        }
        OperationRef::Function(function) => Ok(Plan {
            operation: function.name().to_owned(),
            planned: Arc::new(Planned {
                steps: vec![Step::new(Action::Function(function.clone()))],
                ..Planned::default()
            }),
            ..Plan::default()
        }),
        OperationRef::Steps(steps, name) => {
            let planned = Planned {
                steps: steps.clone(),
                ..Planned::default()
            };
            let allowed = state.allow_plan(host, &chain, &planned, &globals);
            allowed.map_err(PluginError::from).map(|()| Plan {
                operation: name.clone(),
                planned: Arc::new(planned),
                ..Plan::default()
            })
        }
    };
    outcome.plan = result.map(|plan| Plan {
        generation: host.generation(),
        reads: texts(&outcome.read),
        volatile: outcome.reads_volatile,
        ..plan
    });
    outcome
}

pub(super) fn texts(facts: &[FactKey]) -> Vec<Arc<str>> {
    facts.iter().map(|key| key.text.clone()).collect()
}

/// Plans one operation on what stands now, leaving its nested operations to their turn.
pub(crate) async fn plan_flat(
    state: &State,
    host: &Arc<Host>,
    operation: &HostOperation,
    chain: Chain,
) -> Result<Arc<Planned>, PluginError> {
    let mut outcome = PlanOutcome::default();
    let call = PlanCall {
        name: operation.operation.name(),
        bound: &operation.bound,
        globals: &operation.global_arguments,
        chain,
        depth: 0,
    };
    Ok(plan_one(state, host, &call, None, &mut outcome).await?.0)
}

struct PlanCall<'a> {
    name: &'a str,
    bound: &'a Bound,
    globals: &'a GlobalArguments,
    /// Who called it, itself last.
    chain: Chain,
    depth: usize,
}

type Planning<'a> = std::pin::Pin<Box<dyn Future<Output = Result<Plan, PluginError>> + Send + 'a>>;

fn plan_call<'a>(
    state: &'a State,
    host: &'a Arc<Host>,
    call: PlanCall<'a>,
    overlay: Option<Arc<Overlay>>,
    outcome: &'a mut PlanOutcome,
) -> Planning<'a> {
    Box::pin(async move {
        let (planned, predicted) = plan_one(state, host, &call, overlay.clone(), outcome).await?;
        let mut plan = Plan {
            planned,
            operation: call.name.to_owned(),
            predicted,
            ..Plan::default()
        };
        let mut above = Overlay::over(overlay);
        let planned = plan.planned.clone();
        let is_nested = |step: &Step| matches!(step.action, Action::Nested(_));
        // What stands behind the last nested operation is seen by nobody here.
        let seen = planned.steps.iter().rposition(is_nested);
        let seen = seen.map_or(0, |last| last + 1);
        for step in planned.steps.iter().take(seen) {
            if let Action::Nested(nested) = &step.action {
                outcome.nests = true;
                let outer = Outer {
                    globals: call.globals,
                    bound: call.bound,
                    chain: &call.chain,
                    depth: call.depth,
                };
                let inner = bind_nested(state, host, nested, &step.globals, &outer)?;
                let inner = PlanCall {
                    name: &nested.operation,
                    bound: &inner.bound,
                    globals: &inner.globals,
                    chain: inner.chain.clone(),
                    depth: call.depth + 1,
                };
                match plan_call(state, host, inner, Some(Arc::new(above.clone())), outcome).await {
                    Ok(inner) => {
                        predict(&inner, call.name, false, &mut above);
                        plan.nested.push(inner);
                    }
                    Err(PluginError::Guest(error)) if error.kind == ErrorKind::UnknownYet => {
                        plan.nested.push(Plan {
                            operation: nested.operation.clone(),
                            certainty: Certainty::AtExecution(error.message),
                            ..Plan::default()
                        });
                    }
                    Err(error) => return Err(error),
                }
            }
            above.add(&step.predictions);
        }
        Ok(plan)
    })
}

/// One guest call.
async fn plan_one(
    state: &State,
    host: &Arc<Host>,
    call: &PlanCall<'_>,
    overlay: Option<Arc<Overlay>>,
    outcome: &mut PlanOutcome,
) -> Result<(Arc<Planned>, bool), PluginError> {
    // Facts that it asks for are fetched without a turn of their own, so those who wait here cannot block them.
    let _turn = state.planning().acquire().await;
    let info = state.plugins().operation(call.name)?;
    let mut granted = local_path_arguments(&info, &call.bound.args);
    let refused = state.keep_readable(host, &call.chain, &mut granted);
    let secrets = call.bound.secrets.clone();
    let (globals, chain) = (call.globals.clone(), call.chain.clone());
    let readable = Readable::named(&granted);
    let view = OperationView::new(state, host, globals, secrets, readable, overlay, chain);
    let result = state
        .plugins()
        .plan(call.name, &call.bound.args, view.clone())
        .await;
    for key in view.take_read() {
        if let Ok(info) = state.plugins().fact(&key.fact) {
            outcome.reads_state |= info.stability != Stability::Immutable;
            outcome.reads_volatile |= info.stability == Stability::Volatile;
        }
        outcome.read.push(key);
    }
    let planned = match (result, refused) {
        // It was shown less than its arguments name: that is why.
        (Err(PluginError::Guest(error)), Some(denial)) if error.kind == ErrorKind::Denied => {
            return Err(denial.into());
        }
        (result, _) => result?,
    };
    for step in &planned.steps {
        crate::secrets::no_secret_in(&step.globals)?;
        // Before anything of it runs, not in the middle.
        if let Some(why) = step.action.not_run() {
            let message = format!("{} plans what cannot be done: {why}", call.name);
            return Err(GuestError::new(ErrorKind::Operation, message).into());
        }
    }
    state.allow_plan(host, &call.chain, &planned, call.globals)?;
    Ok((planned, view.predicted()))
}
