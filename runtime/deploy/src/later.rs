//! Functions of deploy files that run at execution.

use std::sync::Arc;

use async_trait::async_trait;
use starlark::environment::Module;
use starlark::eval::Evaluator;
use starlark::values::Value;
use starlark::values::dict::DictRef;
use starlark::values::tuple::{AllocTuple, TupleRef};
use windlass_engine::arguments::{Attempt, RetryUntil};
use windlass_engine::contract::HostFunction;
use windlass_engine::deploy::HostContext;
use windlass_engine::json::Json;
use windlass_engine::place::Frame;

use crate::convert::{from_own_json, to_json};
use crate::current::{Current, Later, Purpose};
use crate::messages::mistake;
use crate::program::{Program, limit};

/// A function and its arguments, kept until execution.
pub(crate) struct Kept {
    pub(crate) program: Arc<Program>,
    pub(crate) later: Arc<Later>,
    /// What it is called in the module that keeps it.
    pub(crate) key: String,
    /// What it is called in messages.
    pub(crate) name: String,
    /// Where it was added.
    pub(crate) outer: Vec<Frame>,
}

impl Kept {
    /// Keeps a function and its arguments in the module that is being evaluated.
    pub(crate) fn keep<'v>(
        function: Value<'v>,
        positional: &[Value<'v>],
        named: Value<'v>,
        name: String,
        outer: Vec<Frame>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Self> {
        let current = Current::get()?;
        let key = current.later.next();
        let heap = eval.heap();
        let arguments = heap.alloc(AllocTuple(positional.iter().copied()));
        let kept = heap.alloc(AllocTuple([function, arguments, named]));
        eval.module().set(&key, kept);
        Ok(Self {
            program: current.program,
            later: current.later,
            key,
            name,
            outer,
        })
    }

    /// Calls it. `more` is given after its own arguments.
    fn run<T>(
        &self,
        purpose: Purpose,
        more: Option<Json>,
        then: impl FnOnce(Value<'_>) -> Result<T, String>,
    ) -> Result<T, String> {
        let frozen = self.later.module.get().ok_or_else(|| {
            String::from("the deploy that has this function was not evaluated to its end")
        })?;
        let later = Arc::new(Later::default());
        let _entered = Current {
            purpose,
            program: self.program.clone(),
            outer: self.outer.clone(),
            later,
        }
        .enter();
        let render = |error: &starlark::Error| self.program.render(error);
        Module::with_temp_heap(|module| {
            let (kept, _) = frozen
                .get_any_visibility(&self.key)
                .map_err(|error| error.to_string())?;
            let kept = module.heap().access_owned_frozen_value(&kept);
            let mut eval = Evaluator::new(&module);
            limit(&mut eval).map_err(|error| render(&error))?;
            let (function, mut positional, named) = parts(kept).map_err(|error| render(&error))?;
            positional.extend(more.map(|value| from_own_json(value, eval.heap())));
            let named: Vec<(&str, Value)> =
                named.iter().map(|(key, value)| (*key, *value)).collect();
            let value = eval
                .eval_function(function, &positional, &named)
                .map_err(|error| render(&error))?;
            then(value)
        })
    }
}

type Parts<'v> = (Value<'v>, Vec<Value<'v>>, Vec<(&'v str, Value<'v>)>);

fn parts(kept: Value<'_>) -> starlark::Result<Parts<'_>> {
    let broken = || mistake("the function that runs at execution was not kept");
    let tuple = TupleRef::from_value(kept).ok_or_else(broken)?;
    let [function, positional, named] = tuple.content() else {
        return Err(broken());
    };
    let positional = TupleRef::from_value(*positional).ok_or_else(broken)?;
    let named = DictRef::from_value(*named).ok_or_else(broken)?;
    let named = named
        .iter()
        .filter_map(|(key, value)| Some((key.unpack_str()?, value)))
        .collect();
    Ok((*function, positional.content().to_vec(), named))
}

#[async_trait]
impl HostFunction for Kept {
    fn name(&self) -> &str {
        &self.name
    }

    async fn call(&self, host: HostContext) -> Result<Json, String> {
        let kept = Self {
            program: self.program.clone(),
            later: self.later.clone(),
            key: self.key.clone(),
            name: self.name.clone(),
            outer: self.outer.clone(),
        };
        tokio::task::spawn_blocking(move || {
            kept.run(Purpose::Executing(host), None, |value| {
                // What is no data says nothing to anybody else.
                Ok(to_json(value).unwrap_or(Json::Null))
            })
        })
        .await
        .unwrap_or_else(|error| Err(format!("running `{}`: {error}", self.name)))
    }
}

impl RetryUntil for Kept {
    fn is_done(&self, attempt: &Attempt) -> Result<bool, String> {
        let attempt = serde_json::to_value(attempt).map_err(|error| error.to_string())?;
        self.run(Purpose::Deciding, Some(attempt), |value| {
            value.unpack_bool().ok_or_else(|| {
                format!(
                    "`_retry_until` gives True or False, and `{}` gave {}",
                    self.name,
                    value.to_repr()
                )
            })
        })
    }
}
