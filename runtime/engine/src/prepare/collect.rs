//! Deploys are evaluated for each host, which adds operations.

use std::sync::Arc;

use tokio::task::JoinSet;

use crate::deploy::{DeploySource, HostContext, Turn};
use crate::error::EngineError;
use crate::state::{Stage, State};

use super::plan_all;

/// Evaluates deploys, one after another, for every active host, and plans what they added.
///
/// # Errors
/// The first error of a deploy's code, in inventory order; [`EngineError::Cycle`]; a used-up failure budget.
pub async fn prepare(state: &State, deploys: &[Arc<dyn DeploySource>]) -> Result<(), EngineError> {
    state.set_stage(Stage::Prepare)?;
    for deploy in deploys {
        collect(state, deploy).await?;
    }
    state.op_order()?;
    plan_all(state).await
}

/// Evaluates one deploy for every active host.
async fn collect(state: &State, deploy: &Arc<dyn DeploySource>) -> Result<(), EngineError> {
    let mut running = JoinSet::new();
    let threads = Arc::new(tokio::sync::Semaphore::new(EVALUATIONS));
    let turns = Turn::all();
    for host in state.active_hosts() {
        let (state, deploy) = (state.clone(), deploy.clone());
        let (threads, turns) = (threads.clone(), turns.clone());
        running.spawn(async move {
            let _permit = threads.acquire_owned().await;
            let turn = Arc::new(Turn::take(turns).await);
            let index = host.index();
            let context = HostContext::evaluating(state, host, turn.clone());
            let run = tokio::task::spawn_blocking(move || deploy.run(&context)).await;
            turn.end();
            let result = run.unwrap_or_else(|error| {
                Err(EngineError::Deploy(format!(
                    "evaluating the deploy: {error}"
                )))
            });
            (index, result)
        });
    }
    let mut errors = Vec::new();
    while let Some(done) = running.join_next().await {
        if let Ok((index, Err(error))) = done {
            errors.push((index, error));
        }
    }
    errors.sort_by_key(|(index, _)| *index);
    errors
        .into_iter()
        .next()
        .map_or(Ok(()), |(_, error)| Err(error))
}

/// How many hosts' deploys are evaluated at once. Each may wait for a fact, so more than have their turns.
const EVALUATIONS: usize = 64;
