//! Which fact is asked, with which arguments, as whom and where.

use std::sync::Arc;

use crate::arguments::GlobalArguments;
use crate::contract::FactRequest;
use crate::deploy::FactCall;
use crate::json::{Json, JsonMap, canonical};
use crate::plugins::{ErrorKind, GuestError, PluginError};
use crate::policy::{Chain, Denial};
use crate::secrets::{no_secret_in, owned};
use crate::state::{Host, State};

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
    /// Who asks, this fact last.
    pub(super) asker: Chain,
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
                no_secret_in(own).map_err(|error| error.message)?;
                let own = GlobalArguments::from_json(own, state.secrets())?;
                Ok(Self::of(&own.over(&self.globals)))
            }
        }
    }
}

impl FactKey {
    /// The key of a guest's request. `secrets` are those that the guest's own call was given.
    pub(crate) fn of_request(
        state: &State,
        host: &Host,
        request: &FactRequest,
        secrets: &[String],
        context: &Context,
        outer: &Chain,
    ) -> Result<Self, GuestError> {
        let missing = |message: String| GuestError::new(ErrorKind::MissingFact, message);
        let args = owned(request.args.clone(), secrets)?;
        let named = args.as_object().cloned().unwrap_or_default();
        let denied = |error: Denial| GuestError::new(ErrorKind::Denied, error.to_string());
        state
            .allow_overrides(host, outer, &request.globals, &context.globals)
            .map_err(denied)?;
        let context = context.under(&request.globals, state).map_err(missing)?;
        let call = FactCall {
            named,
            ..FactCall::new(&request.fact, JsonMap::new())
        };
        Self::bind(state, host, &call, &context, outer).map_err(|error| match error {
            PluginError::Denied(error) => denied(error),
            other => missing(other.to_string()),
        })
    }

    pub(super) fn bind(
        state: &State,
        host: &Host,
        call: &FactCall,
        context: &Context,
        outer: &Chain,
    ) -> Result<Self, PluginError> {
        let fact = call.fact.as_str();
        let bound = state.plugins().bind_fact(
            fact,
            call.positional.clone(),
            call.named.clone(),
            state.secrets(),
        )?;
        let info = state.plugins().fact(fact)?;
        let argument = |message: String| PluginError::Argument {
            argument: None,
            message: format!("{fact}: {message}"),
        };
        let asker = state.chain(outer, fact);
        state.allow_overrides(host, &asker, &info.globals, &context.globals)?;
        let context = context.under(&info.globals, state).map_err(argument)?;
        state.allow_fact(host, &asker, &context.globals)?;
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
            asker,
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
