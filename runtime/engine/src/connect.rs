//! Connecting and disconnecting hosts.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::connector::{ConnectorError, Target};
use crate::error::EngineError;
use crate::events::Event;
use crate::remote::Remote;
use crate::state::{Host, Stage, State};

/// Connects every host within the limit. Hosts that cannot be connected take no further part.
///
/// # Errors
/// A used-up failure budget.
pub async fn connect_all(state: &State) -> Result<(), EngineError> {
    state.set_stage(Stage::Connect)?;
    state.hear_remarks();
    let mut running = JoinSet::new();
    for host in state
        .hosts()
        .iter()
        .filter(|host| state.is_host_in_limit(host))
    {
        state.activate_host(host);
        let (state, host) = (state.clone(), host.clone());
        running.spawn(async move {
            let _window = state.window().acquire().await;
            let result = connect(&state, &host).await;
            (host, result)
        });
    }
    let mut failed = Vec::new();
    while let Some(done) = running.join_next().await {
        if let Ok((host, Err(error))) = done {
            failed.push((host, error.to_string()));
        }
    }
    failed.sort_by_key(|(host, _)| host.index());
    state.fail_hosts(&failed)
}

/// Connects one host, telling observers. A connected host is left as it is.
///
/// # Errors
/// Why not.
pub async fn connect(state: &State, host: &Arc<Host>) -> Result<(), EngineError> {
    if host.connected() {
        return Ok(());
    }
    state.hear_remarks();
    let name = host.name().to_owned();
    state.emit(Event::HostBeforeConnect { host: name.clone() });
    match open(state, host).await {
        Ok(()) => {
            state.emit(Event::HostConnect { host: name });
            Ok(())
        }
        Err(error) => {
            let shown = state.secrets().mask(&error.to_string());
            state.emit(Event::HostConnectError {
                host: name,
                error: shown,
            });
            Err(error)
        }
    }
}

pub(crate) async fn open(state: &State, host: &Arc<Host>) -> Result<(), EngineError> {
    let connector = state
        .connectors()
        .connector(&state.inventory().connector_of(host.name()))?;
    state.allow_connect(host, connector.name())?;
    let mut data = host.data();
    for key in connector.data_keys().into_iter().filter(|key| key.secret) {
        if let Some(value) = data.get_mut(&key.name) {
            match (
                value
                    .get("$secret")
                    .and_then(|identity| identity.as_str())
                    .map(str::to_owned),
                value.as_str(),
            ) {
                (Some(identity), _) => *value = state.secrets().reveal_to_target(&identity)?.into(),
                (None, Some(plain)) => {
                    state.secrets().insert_plain(&key.name, plain.to_owned());
                }
                (None, None) => {}
            }
        }
    }
    let limit = Duration::from_secs_f64(state.config().connect_timeout);
    let target = Target {
        name: host.name().to_owned(),
        data,
        connect_timeout: limit,
        gate: crate::policy::gate(state, host),
    };
    let connecting = connector.connect(target);
    let session = if connector.keeps_time() {
        connecting.await?
    } else {
        let in_time = tokio::time::timeout(limit, connecting).await;
        in_time.unwrap_or_else(|_| Err(no_answer(connector.name(), host.name(), limit)))?
    };
    let remote = Remote::new(
        host.name(),
        session,
        state.secrets().clone(),
        state.config().temp_folder(),
    );
    let remote = match state.config().batch {
        true => remote,
        false => remote.without_shells(),
    };
    let remote = match state.audit() {
        Some(audit) => remote.audited(audit),
        None => remote,
    };
    host.set_remote(Some(Arc::new(remote)));
    let server = tokio::spawn(crate::facts::serve(state.clone(), host.clone()));
    host.set_server(Some(server.abort_handle()));
    Ok(())
}

fn no_answer(connector: &str, host: &str, limit: Duration) -> ConnectorError {
    ConnectorError::Connect(format!(
        "the connector `@{connector}` did not reach {host} within {} s\n  check the host's data, or raise the setting \
         connect_timeout",
        limit.as_secs_f64()
    ))
}

/// Disconnects one host; nothing happens when it is not connected.
pub async fn disconnect(state: &State, host: &Arc<Host>) {
    if let Some(remote) = host.set_remote(None) {
        remote.close().await;
        host.set_server(None);
        host.facts.forget();
        state.emit(Event::HostDisconnect {
            host: host.name().to_owned(),
        });
    }
}

/// Disconnects all hosts and ends the run.
///
/// # Errors
/// None that a run can meet: the stage only goes forward here.
pub async fn disconnect_all(state: &State) -> Result<(), EngineError> {
    state.set_stage(Stage::Disconnect)?;
    let mut running = JoinSet::new();
    for host in state.hosts().iter().filter(|host| host.connected()) {
        let (state, host) = (state.clone(), host.clone());
        running.spawn(async move { disconnect(&state, &host).await });
    }
    while running.join_next().await.is_some() {}
    Ok(())
}
