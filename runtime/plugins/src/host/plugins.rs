//! What the engine asks of a host: [`Plugins`].

use std::sync::Arc;

use async_trait::async_trait;
use windlass_engine::acting::Target;
use windlass_engine::audit::PackInfo;
use windlass_engine::connector::Connector;
use windlass_engine::contract::{
    Call as EngineCall, FactInfo, OperationInfo, Origin, Planned, RawOutput,
};
use windlass_engine::deploy::PackModule;
use windlass_engine::events::Observer;
use windlass_engine::json::{Json, JsonMap, canonical};
use windlass_engine::local_files::local_path_arguments;
use windlass_engine::plugins::{Bound, PlanningView, PluginError, Plugins, Remarked};
use windlass_engine::policy::Owner;
use windlass_engine::secrets::SecretStore;

use super::call::Call;
use super::table::Host;
use crate::controller;
use crate::memo::Value;
use crate::providers::{Sources, watch};
use crate::translate;

fn texts(args: &[Json]) -> Vec<String> {
    args.iter().map(canonical).collect()
}

#[async_trait]
impl Plugins for Host {
    fn operations(&self) -> Vec<Arc<OperationInfo>> {
        let entries = self.operations.values();
        entries.map(|entry| entry.info.clone()).collect()
    }

    fn facts(&self) -> Vec<Arc<FactInfo>> {
        let entries = self.facts.values();
        entries.map(|entry| entry.info.clone()).collect()
    }

    fn operation(&self, name: &str) -> Result<Arc<OperationInfo>, PluginError> {
        Ok(self.operation_entry(name)?.info.clone())
    }

    fn fact(&self, name: &str) -> Result<Arc<FactInfo>, PluginError> {
        Ok(self.fact_entry(name)?.info.clone())
    }

    fn bind_operation(
        &self,
        name: &str,
        positional: Vec<Json>,
        named: JsonMap,
        secrets: &SecretStore,
    ) -> Result<Bound, PluginError> {
        let entry = self.operation_entry(name)?;
        entry.signature.bind(positional, named, secrets)
    }

    fn bind_fact(
        &self,
        name: &str,
        positional: Vec<Json>,
        named: JsonMap,
        secrets: &SecretStore,
    ) -> Result<Bound, PluginError> {
        let entry = self.fact_entry(name)?;
        entry.signature.bind(positional, named, secrets)
    }

    async fn plan(
        &self,
        operation: &str,
        args: &Json,
        view: Arc<dyn PlanningView>,
    ) -> Result<Arc<Planned>, PluginError> {
        let entry = self.operation_entry(operation)?;
        let call = Call::Plan {
            args: canonical(args),
        };
        let called = self.call(&entry.component, operation, call, view.clone());
        match called.await? {
            Value::Planned(planned) => {
                let granted = local_path_arguments(&entry.info, args);
                controller::check(operation, &planned, &granted, view.local_files().as_ref())?;
                Ok(planned)
            }
            _ => Err(PluginError::Load(String::from("a plan of another kind"))),
        }
    }

    async fn source(
        &self,
        fact: &str,
        args: &[Json],
        view: Arc<dyn PlanningView>,
    ) -> Result<Origin, PluginError> {
        let component = &self.fact_entry(fact)?.component;
        let call = Call::Source { args: texts(args) };
        match self.call(component, fact, call, view).await? {
            Value::Origin(origin) => Ok((*origin).clone()),
            _ => Err(PluginError::Load(String::from("an origin of another kind"))),
        }
    }

    async fn parse(
        &self,
        fact: &str,
        args: &[Json],
        output: RawOutput,
        view: Arc<dyn PlanningView>,
    ) -> Result<Vec<Json>, PluginError> {
        let component = &self.fact_entry(fact)?.component;
        let output = translate::raw(output);
        let call = Call::Parse {
            args: texts(args),
            output: &output,
        };
        match self.call(component, fact, call, view).await? {
            Value::Values(values) => Ok((*values).clone()),
            _ => Err(PluginError::Load(String::from("values of another kind"))),
        }
    }

    async fn act(
        &self,
        operation: &str,
        call: &EngineCall,
        target: Arc<dyn Target>,
    ) -> Result<Json, PluginError> {
        let owner = self.owner(operation);
        let actor = owner
            .as_ref()
            .and_then(|owner| self.performers.actor(owner));
        match actor {
            Some(actor) => actor.act(call, target).await,
            None => Err(PluginError::Load(format!(
                "{operation} calls it, and its pack has no component for acting"
            ))),
        }
    }

    fn owner(&self, name: &str) -> Option<Arc<Owner>> {
        let (namespace, _) = name.split_once('.')?;
        self.owners.get(namespace).cloned()
    }

    fn deploy_modules(&self) -> Vec<Arc<PackModule>> {
        self.modules.clone()
    }

    fn packs(&self) -> Vec<PackInfo> {
        self.packs.clone()
    }

    fn connectors(&self) -> Vec<Arc<dyn Connector>> {
        self.connectors.clone()
    }

    fn observers(&self) -> Result<Vec<Arc<dyn Observer>>, PluginError> {
        let started = self.observers.iter().map(watch);
        Ok(started.collect::<Result<_, _>>()?)
    }

    fn secret_sources(&self) -> Sources {
        self.sources.clone()
    }

    fn listen(&self, to: Arc<Remarked>) {
        self.remarks.listen(to);
    }

    fn run_ended(&self) {
        self.memo.clear();
    }
}
