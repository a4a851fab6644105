//! Operations and facts made of closures.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;

use crate::contract::{
    Action, FactInfo, FactRequest, OperationInfo, Origin, Parameter, ParameterKind, Planned,
    Prediction, RawOutput, Shell, Stability, Step,
};
use crate::json::{Json, JsonMap, json};
use crate::plugins::{Bound, PlanningView, PluginError, Plugins};
use crate::secrets::SecretStore;

type Planning = Pin<Box<dyn Future<Output = Result<Planned, PluginError>> + Send>>;
type Plan = Arc<dyn Fn(Json, Arc<dyn PlanningView>) -> Planning + Send + Sync>;
type Source = Arc<dyn Fn(&Json) -> Origin + Send + Sync>;
type Parse = Arc<dyn Fn(&RawOutput) -> Json + Send + Sync>;

/// Plugins made of closures. Arguments are checked for being known and present, not for their types.
#[derive(Default, Clone)]
pub struct FakePlugins {
    operations: BTreeMap<String, (Arc<OperationInfo>, Plan)>,
    facts: BTreeMap<String, (Arc<FactInfo>, Source, Parse)>,
}

fn parameters(names: &[&str]) -> Vec<Parameter> {
    names
        .iter()
        .map(|name| Parameter {
            name: name.trim_end_matches('?').to_owned(),
            kind: ParameterKind::Either,
            schema: json!({}),
            default: name.ends_with('?').then_some(Json::Null),
            doc: String::new(),
            secret: true,
            more: Json::Null,
        })
        .collect()
}

impl FakePlugins {
    /// Adds an operation. A parameter whose name ends in `?` may be left out.
    #[must_use]
    pub fn operation<F>(
        mut self,
        name: &str,
        names: &[&str],
        plan: impl Fn(Json, Arc<dyn PlanningView>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<Planned, PluginError>> + Send + 'static,
    {
        let info = OperationInfo {
            name: name.to_owned(),
            doc: String::new(),
            parameters: parameters(names),
            idempotent: true,
            hidden: false,
            alias_of: None,
            more: Json::Null,
        };
        let plan: Plan = Arc::new(move |args, view| Box::pin(plan(args, view)));
        self.operations
            .insert(name.to_owned(), (Arc::new(info), plan));
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn fact(
        mut self,
        name: &str,
        names: &[&str],
        stability: Stability,
        source: impl Fn(&Json) -> Origin + Send + Sync + 'static,
        parse: impl Fn(&RawOutput) -> Json + Send + Sync + 'static,
    ) -> Self {
        let info = FactInfo {
            name: name.to_owned(),
            doc: String::new(),
            parameters: parameters(names),
            default: Json::Null,
            stability,
            requires: None,
            batch: 1,
            globals: Json::Null,
            more: Json::Null,
        };
        self.facts.insert(
            name.to_owned(),
            (Arc::new(info), Arc::new(source), Arc::new(parse)),
        );
        self
    }

    fn bind(
        name: &str,
        all: &[Parameter],
        positional: Vec<Json>,
        named: JsonMap,
    ) -> Result<Bound, PluginError> {
        let wrong = |argument: &str, message: String| PluginError::Argument {
            argument: Some(argument.to_owned()),
            message,
        };
        let mut args = JsonMap::new();
        for (parameter, value) in all.iter().zip(positional) {
            args.insert(parameter.name.clone(), value);
        }
        for (key, value) in named {
            if !all.iter().any(|parameter| parameter.name == key) {
                return Err(wrong(&key, format!("{name} has no argument `{key}`")));
            }
            args.insert(key, value);
        }
        for parameter in all.iter().filter(|parameter| parameter.default.is_none()) {
            if !args.contains_key(&parameter.name) {
                return Err(wrong(
                    &parameter.name,
                    format!("{name} needs `{}`", parameter.name),
                ));
            }
        }
        let mut secrets = Vec::new();
        for value in args.values_mut() {
            if let Some(identity) = value
                .get("$secret")
                .and_then(Json::as_str)
                .map(str::to_owned)
            {
                *value = json!({"$secret": secrets.len()});
                secrets.push(identity);
            }
        }
        args.retain(|_, value| !value.is_null());
        Ok(Bound {
            args: Json::Object(args),
            secrets,
        })
    }
}

#[async_trait]
impl Plugins for FakePlugins {
    fn operations(&self) -> Vec<Arc<OperationInfo>> {
        self.operations
            .values()
            .map(|(info, _)| info.clone())
            .collect()
    }

    fn facts(&self) -> Vec<Arc<FactInfo>> {
        self.facts.values().map(|(info, ..)| info.clone()).collect()
    }

    fn operation(&self, name: &str) -> Result<Arc<OperationInfo>, PluginError> {
        let found = self.operations.get(name).map(|(info, _)| info.clone());
        found.ok_or_else(|| PluginError::UnknownOperation {
            name: name.to_owned(),
            nearest: None,
        })
    }

    fn fact(&self, name: &str) -> Result<Arc<FactInfo>, PluginError> {
        let found = self.facts.get(name).map(|(info, ..)| info.clone());
        found.ok_or_else(|| PluginError::UnknownFact {
            name: name.to_owned(),
            nearest: None,
        })
    }

    fn bind_operation(
        &self,
        name: &str,
        positional: Vec<Json>,
        named: JsonMap,
        _: &SecretStore,
    ) -> Result<Bound, PluginError> {
        Self::bind(
            name,
            &Plugins::operation(self, name)?.parameters,
            positional,
            named,
        )
    }

    fn bind_fact(
        &self,
        name: &str,
        positional: Vec<Json>,
        named: JsonMap,
        _: &SecretStore,
    ) -> Result<Bound, PluginError> {
        Self::bind(
            name,
            &Plugins::fact(self, name)?.parameters,
            positional,
            named,
        )
    }

    async fn plan(
        &self,
        operation: &str,
        args: &Json,
        view: Arc<dyn PlanningView>,
    ) -> Result<Arc<Planned>, PluginError> {
        let plan = self.operations.get(operation).map(|(_, plan)| plan.clone());
        let plan = plan.ok_or_else(|| PluginError::UnknownOperation {
            name: operation.to_owned(),
            nearest: None,
        })?;
        plan(args.clone(), view).await.map(Arc::new)
    }

    async fn source(
        &self,
        fact: &str,
        args: &[Json],
        _: Arc<dyn PlanningView>,
    ) -> Result<Origin, PluginError> {
        let (_, source, _) = self
            .facts
            .get(fact)
            .ok_or_else(|| PluginError::UnknownFact {
                name: fact.to_owned(),
                nearest: None,
            })?;
        Ok(source(args.first().unwrap_or(&Json::Null)))
    }

    async fn parse(
        &self,
        fact: &str,
        _: &[Json],
        output: RawOutput,
        _: Arc<dyn PlanningView>,
    ) -> Result<Vec<Json>, PluginError> {
        let (_, _, parse) = self
            .facts
            .get(fact)
            .ok_or_else(|| PluginError::UnknownFact {
                name: fact.to_owned(),
                nearest: None,
            })?;
        Ok(vec![parse(&output)])
    }
}

fn text(args: &Json, key: &str) -> String {
    args.get(key)
        .and_then(Json::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// A step that stores a file, with its prediction.
fn store(path: &str, content: &str) -> Step {
    let mut step = Step::new(Action::Shell(Shell::raw(format!("store {path} {content}"))));
    step.predictions.push(Prediction {
        fact: "fake.Content".into(),
        args: json!({ "path": path }).into(),
        partial: false,
        at: String::new(),
        value: Some(Json::from(content).into()),
    });
    step
}

/// What [`super::FakeHosts`] understands as operations and facts: `fake.file(path, content)`, idempotent and with a
/// prediction; `fake.run(command)`, without; `fake.install(path)`, which stores a file, predicts it, and says that it
/// changes more; `fake.pair(path, content)`, which nests two `fake.file`; the facts
/// `fake.Content(path)` and `fake.System()`, the latter immutable.
#[must_use]
pub fn keyed_files() -> FakePlugins {
    FakePlugins::default()
        .fact(
            "fake.Content",
            &["path"],
            Stability::State,
            |args| Origin::Shell(Shell::raw(format!("show {}", text(args, "path")))),
            |raw| if raw.status == 0 { Json::from(String::from_utf8_lossy(&raw.stdout).trim_end()) } else { Json::Null },
        )
        .fact(
            "fake.System",
            &[],
            Stability::Immutable,
            |_| Origin::Shell(Shell::raw("system")),
            |raw| Json::from(String::from_utf8_lossy(&raw.stdout).trim_end()),
        )
        .operation("fake.file", &["path", "content"], |args, view| async move {
            let (path, content) = (text(&args, "path"), text(&args, "content"));
            let request = FactRequest::new("fake.Content", json!({ "path": path }));
            let present = view.facts(vec![request]).await.into_iter().next().transpose()?;
            if present == Some(Json::from(content.as_str())) {
                let notes = vec![format!("{path} is there already")];
                return Ok(Planned { notes, ..Planned::default() });
            }
            Ok(Planned { steps: vec![store(&path, &content)], ..Planned::default() })
        })
        .operation("fake.install", &["path"], |args, _| async move {
            let mut step = store(&text(&args, "path"), "installed");
            step.unpredicted = true;
            Ok(Planned { steps: vec![step], ..Planned::default() })
        })
        .operation("fake.run", &["command"], |args, _| async move {
            let step = Step::new(Action::Shell(Shell::raw(text(&args, "command"))));
            Ok(Planned { steps: vec![step], ..Planned::default() })
        })
        .operation("fake.pair", &["path", "content"], |args, _| async move {
            let nested = |suffix: &str| {
                let args = json!({"path": format!("{}{suffix}", text(&args, "path")), "content": args["content"]});
                Step::new(Action::Nested(crate::contract::Nested {
                    operation: String::from("fake.file"),
                    args,
                    more: Json::Null,
                }))
            };
            Ok(Planned { steps: vec![nested(".a"), nested(".b")], ..Planned::default() })
        })
}
