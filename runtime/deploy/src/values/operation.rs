//! Operations, and the results that calls of them give.

use std::fmt;
use std::sync::Arc;

use allocative::Allocative;
use starlark::any::ProvidesStaticType;
use starlark::environment::{Methods, MethodsBuilder};
use starlark::eval::{Arguments, Evaluator};
use starlark::values::{
    Heap, NoSerialize, StarlarkPagablePanic, StarlarkValue, Value, ValueLike, starlark_value,
};
use starlark::{methods_static, starlark_module, starlark_simple_value};
use windlass_engine::condition::Condition as Known;
use windlass_engine::deploy::{OperationCall, OperationRef};
use windlass_engine::error::EngineError;
use windlass_engine::json::{Json, JsonMap};
use windlass_engine::state::{OperationId, OperationReport};

use crate::convert::from_json;
use crate::current::{Current, place};
use crate::later::Kept;
use crate::messages::{mistake, output_before_execution};

use super::arguments::positional_json;
use super::{Condition, Globals};

/// An operation of a pack.
#[derive(Clone, Debug, ProvidesStaticType, NoSerialize, Allocative, StarlarkPagablePanic)]
pub(crate) struct Operation {
    name: String,
}
starlark_simple_value!(Operation);

impl Operation {
    pub(crate) fn new(name: String) -> Self {
        Self { name }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

#[starlark_value(type = "operation")]
impl<'v> StarlarkValue<'v> for Operation {
    fn invoke(
        &self,
        _me: Value<'v>,
        args: &Arguments<'v, '_>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        let (host, _) = Current::host(&format!("the operation `{}` is called", self.name))?;
        let place = place(eval);
        let named = args.names_map()?;
        let named = named
            .iter()
            .map(|(key, value)| (key.as_str().to_owned(), *value));
        let split = Globals::split(named, true, host.secrets(), &place, eval)?;
        let call = OperationCall {
            operation: OperationRef::Plugin(self.name.clone()),
            name: split.name.clone(),
            positional: positional_json(args.positions(eval.heap())?)?,
            named: split.own_json()?,
            globals: split.globals,
            place,
        };
        let result = add(call, &self.name)?;
        Ok(eval.heap().alloc(result))
    }
}

/// Adds an operation, or runs it at once at execution.
fn add(call: OperationCall, name: &str) -> starlark::Result<OperationResult> {
    let (host, executing) = Current::host(&format!("the operation `{name}` is called"))?;
    let wrong = |error: EngineError| mistake(error.to_string());
    let name = name.to_owned();
    if executing {
        let report = host.run_now(call).map_err(wrong)?;
        if let Some(error) = report
            .error()
            .filter(|_| !report.succeeded && !report.ignored)
        {
            return Err(mistake(format!(
                "the nested operation `{name}` failed: {error}"
            )));
        }
        return Ok(OperationResult {
            name,
            id: None,
            report: Some(Arc::new(report)),
        });
    }
    Ok(OperationResult {
        name,
        id: Some(host.add(call).map_err(wrong)?),
        report: None,
    })
}

/// Adds a function that runs at execution.
pub(crate) fn add_function<'v>(
    function: Value<'v>,
    positional: &[Value<'v>],
    named: Vec<(String, Value<'v>)>,
    eval: &mut Evaluator<'v, '_, '_>,
) -> starlark::Result<Value<'v>> {
    let (host, executing) = Current::host("`call` is used")?;
    if function.get_type() != "function" {
        return Err(mistake(format!(
            "`call` takes a function and its arguments, not a value of type {}\n  write call(function, argument), and not call(function(argument))",
            function.get_type()
        )));
    }
    let place = place(eval);
    let split = Globals::split(named, true, host.secrets(), &place, eval)?;
    let own: Vec<(&str, Value)> = split
        .own
        .iter()
        .map(|(key, value)| (key.as_str(), *value))
        .collect();
    if executing {
        return eval.eval_function(function, positional, &own);
    }
    let shown = function.to_str();
    let name = match shown
        .rsplit_once('.')
        .map_or(shown.as_str(), |(_, name)| name)
    {
        "lambda" => "call(lambda)".to_owned(),
        name => format!("call({name})"),
    };
    let named = eval.heap().alloc(starlark::values::dict::AllocDict(own));
    let kept = Kept::keep(
        function,
        positional,
        named,
        name.clone(),
        place.frames.clone(),
        eval,
    )?;
    let call = OperationCall {
        operation: OperationRef::Function(Arc::new(kept)),
        name: split.name,
        positional: Vec::new(),
        named: JsonMap::new(),
        globals: split.globals,
        place,
    };
    Ok(eval.heap().alloc(add(call, &name)?))
}

/// What a call of an operation gives.
#[derive(Clone, Debug, ProvidesStaticType, NoSerialize, Allocative, StarlarkPagablePanic)]
pub(crate) struct OperationResult {
    name: String,
    #[allocative(skip)]
    id: Option<OperationId>,
    #[allocative(skip)]
    report: Option<Arc<OperationReport>>,
}
starlark_simple_value!(OperationResult);

impl OperationResult {
    /// A condition on it; True or False for one that ran already.
    fn condition(&self, attribute: &str) -> Known {
        let done = |holds: fn(&OperationReport) -> bool| {
            Known::Constant(self.report.as_deref().is_some_and(holds))
        };
        let Some(id) = self.id else {
            return match attribute {
                "did_change" => done(|report| report.changed),
                "did_not_change" => done(|report| report.succeeded && !report.changed),
                "did_succeed" => done(|report| report.succeeded),
                _ => done(|report| report.failure.is_some()),
            };
        };
        match attribute {
            "did_change" => Known::Changed(id),
            "did_not_change" => Known::Unchanged(id),
            "did_succeed" => Known::Succeeded(id),
            _ => Known::Failed(id),
        }
    }

    /// The condition that it changed something.
    pub(crate) fn changed(&self) -> Known {
        self.condition("did_change")
    }

    fn condition_value<'v>(&self, attribute: &str, shown: &str, heap: Heap<'v>) -> Value<'v> {
        let text = format!("{}.{shown}", self.name);
        heap.alloc(Condition::new(self.condition(attribute), text))
    }

    /// A part of what became of it, at execution.
    fn part<'v>(
        &self,
        what: &str,
        heap: Heap<'v>,
        part: impl FnOnce(&OperationReport) -> Json,
    ) -> starlark::Result<Value<'v>> {
        if let Some(report) = &self.report {
            return Ok(from_json(part(report), heap));
        }
        let (host, executing) = Current::host(&format!("`.{what}` is used"))?;
        if !executing {
            return Err(mistake(output_before_execution(what)));
        }
        let report = self.id.and_then(|id| host.report(id)).ok_or_else(|| {
            mistake(format!(
                "`{}` has not had its turn on {}\n  call the function after it",
                self.name,
                host.name()
            ))
        })?;
        Ok(from_json(part(&report), heap))
    }
}

impl fmt::Display for OperationResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "result of {}", self.name)
    }
}

methods_static!(RESULT_METHODS = result_methods);

#[starlark_value(type = "result")]
impl<'v> StarlarkValue<'v> for OperationResult {
    fn get_methods() -> Option<&'static Methods> {
        Some(RESULT_METHODS.methods())
    }
}

fn this(value: Value<'_>) -> starlark::Result<&OperationResult> {
    value
        .downcast_ref::<OperationResult>()
        .ok_or_else(|| mistake("this is no result of an operation"))
}

#[starlark_module]
fn result_methods(builder: &mut MethodsBuilder) {
    #[starlark(attribute)]
    fn changed<'v>(this: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        Ok(self::this(this)?.condition_value("did_change", "changed", heap))
    }

    #[starlark(attribute)]
    fn did_change<'v>(this: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        Ok(self::this(this)?.condition_value("did_change", "did_change", heap))
    }

    #[starlark(attribute)]
    fn did_not_change<'v>(this: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        Ok(self::this(this)?.condition_value("did_not_change", "did_not_change", heap))
    }

    #[starlark(attribute)]
    fn did_succeed<'v>(this: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        Ok(self::this(this)?.condition_value("did_succeed", "did_succeed", heap))
    }

    #[starlark(attribute)]
    fn did_error<'v>(this: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        Ok(self::this(this)?.condition_value("did_error", "did_error", heap))
    }

    #[starlark(attribute)]
    fn will_change<'v>(this: Value<'v>) -> starlark::Result<Value<'v>> {
        let name = &self::this(this)?.name;
        Err(mistake(format!(
            "what `{name}` will change is planned after the deploy was read\n  \
             to depend on it write _if = result.did_change"
        )))
    }

    #[starlark(attribute)]
    fn stdout<'v>(this: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        self::this(this)?.part("stdout", heap, |report| report.stdout.clone().into())
    }

    #[starlark(attribute)]
    fn stderr<'v>(this: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        self::this(this)?.part("stderr", heap, |report| report.stderr.clone().into())
    }

    #[starlark(attribute)]
    fn stdout_lines<'v>(this: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        self::this(this)?.part("stdout_lines", heap, |report| {
            report.stdout_lines.clone().into()
        })
    }

    #[starlark(attribute)]
    fn stderr_lines<'v>(this: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        self::this(this)?.part("stderr_lines", heap, |report| {
            report.stderr_lines.clone().into()
        })
    }

    #[starlark(attribute)]
    fn answers<'v>(this: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        self::this(this)?.part("answers", heap, |report| report.answers.clone().into())
    }

    #[starlark(attribute)]
    fn id(this: Value<'_>) -> starlark::Result<String> {
        let result = self::this(this)?;
        result.id.map(|id| id.to_string()).ok_or_else(|| {
            mistake(format!(
                "`{}` ran at once, inside another operation: only what the deploy adds has an id",
                result.name
            ))
        })
    }

    #[starlark(attribute)]
    fn retry_attempts<'v>(this: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        self::this(this)?.part("retry_attempts", heap, |report| report.retries.into())
    }

    #[starlark(attribute)]
    fn error<'v>(this: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        self::this(this)?.part("error", heap, |report| {
            report.error().map_or(Json::Null, Json::from)
        })
    }
}
