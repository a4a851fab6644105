//! Which fact is asked, with which arguments, as whom and where.

use std::sync::Arc;

use crate::arguments::GlobalArguments;
use crate::contract::FactRequest;
use crate::json::{Json, JsonMap, canonical};
use crate::plugins::{ErrorKind, GuestError, PluginError};
use crate::state::State;

/// A question in its canonical form: what the cache is keyed by.
#[derive(Clone)]
pub(crate) struct FactKey {
    pub(crate) fact: String,
    pub(crate) args: Json,
    pub(super) globals: Arc<GlobalArguments>,
    /// The global arguments in one word.
    pub(super) context: Arc<str>,
    pub(super) secrets: Vec<String>,
    /// All of that in one word.
    pub(crate) text: Arc<str>,
    pub(super) chain: Vec<Arc<str>>,
}

/// As whom and where facts are asked, worked out once for all that are asked there.
pub(crate) struct Context {
    pub(super) globals: Arc<GlobalArguments>,
    pub(super) text: Arc<str>,
}

impl Context {
    pub(crate) fn of(globals: &GlobalArguments) -> Self {
        let globals = globals.execution_context();
        let text = canonical(&Json::Object(globals.to_json())).into();
        Self {
            globals: Arc::new(globals),
            text,
        }
    }

    fn share(&self) -> Self {
        Self {
            globals: self.globals.clone(),
            text: self.text.clone(),
        }
    }

    /// With global arguments of one's own on top.
    fn under(&self, own: &Json, state: &State) -> Result<Self, String> {
        match own {
            Json::Null => Ok(self.share()),
            Json::Object(none) if none.is_empty() => Ok(self.share()),
            own => {
                let own = GlobalArguments::from_json(own, state.secrets())?;
                Ok(Self::of(&own.over(&self.globals)))
            }
        }
    }
}

impl FactKey {
    /// The key of a guest's request.
    pub(crate) fn of_request(
        state: &State,
        request: &FactRequest,
        context: &Context,
    ) -> Result<Self, GuestError> {
        let missing = |message: String| GuestError::new(ErrorKind::MissingFact, message);
        let named = request.args.as_object().cloned().unwrap_or_default();
        let context = context.under(&request.globals, state).map_err(missing)?;
        Self::bind(state, &request.fact, Vec::new(), named, &context)
            .map_err(|error| missing(error.to_string()))
    }

    pub(super) fn bind(
        state: &State,
        fact: &str,
        positional: Vec<Json>,
        named: JsonMap,
        context: &Context,
    ) -> Result<Self, PluginError> {
        let bound = state
            .plugins()
            .bind_fact(fact, positional, named, state.secrets())?;
        let info = state.plugins().fact(fact)?;
        let argument = |message: String| PluginError::Argument {
            argument: None,
            message: format!("{fact}: {message}"),
        };
        let context = context.under(&info.globals, state).map_err(argument)?;
        let text = format!(
            "{fact}\0{}\0{}\0{}",
            canonical(&bound.args),
            bound.secrets.join("\0"),
            context.text
        );
        Ok(Self {
            fact: fact.to_owned(),
            args: bound.args,
            globals: context.globals,
            context: context.text,
            secrets: bound.secrets,
            text: text.into(),
            chain: Vec::new(),
        })
    }
}

impl FactKey {
    pub(super) fn chain_text(&self) -> String {
        let names = self
            .chain
            .iter()
            .map(|text| text.split('\0').next().unwrap_or_default());
        names.collect::<Vec<_>>().join(" → ")
    }
}
