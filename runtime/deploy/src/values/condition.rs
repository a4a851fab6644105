//! Conditions: what is known of operations at execution.

use std::fmt;

use allocative::Allocative;
use starlark::any::ProvidesStaticType;
use starlark::eval::{Arguments, Evaluator};
use starlark::starlark_simple_value;
use starlark::values::list::ListRef;
use starlark::values::tuple::TupleRef;
use starlark::values::{
    Heap, NoSerialize, StarlarkPagablePanic, StarlarkValue, Value, ValueLike, starlark_value,
};
use windlass_engine::condition::{Condition as Known, Outcome};
use windlass_engine::deploy::HostContext;

use crate::current::Current;
use crate::messages::{known_at_execution, mistake};
use crate::walk::Reason;

use super::OperationResult;

/// A condition on earlier operations.
#[derive(Clone, Debug, ProvidesStaticType, NoSerialize, Allocative, StarlarkPagablePanic)]
pub(crate) struct Condition {
    #[allocative(skip)]
    known: Known,
    text: String,
}
starlark_simple_value!(Condition);

impl Condition {
    pub(crate) fn new(known: Known, text: impl Into<String>) -> Self {
        Self {
            known,
            text: text.into(),
        }
    }

    pub(crate) fn known(&self) -> &Known {
        &self.known
    }

    /// How it is written.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether it holds now, at execution.
    pub(crate) fn holds(&self, host: &HostContext) -> bool {
        self.known.holds(&|id| {
            host.report(id).map(|report| Outcome {
                succeeded: report.succeeded,
                changed: report.changed,
                failed: report.failure.is_some(),
            })
        })
    }

    /// The conditions of a value: a condition, a list of them, a result (has it changed?), True or False.
    pub(crate) fn all_of(value: Value<'_>) -> Result<Vec<Known>, String> {
        let list = ListRef::from_value(value)
            .map(|list| list.content().to_vec())
            .or_else(|| TupleRef::from_value(value).map(|tuple| tuple.content().to_vec()));
        if let Some(items) = list {
            let each: Result<Vec<Vec<Known>>, String> =
                items.into_iter().map(Self::all_of).collect();
            return Ok(each?.into_iter().flatten().collect());
        }
        if let Some(condition) = value.downcast_ref::<Self>() {
            return Ok(vec![condition.known.clone()]);
        }
        if value.is_none() {
            return Ok(Vec::new());
        }
        if let Some(constant) = value.unpack_bool() {
            return Ok(vec![Known::Constant(constant)]);
        }
        if value.downcast_ref::<OperationResult>().is_some() {
            return Err(String::from(
                "say what about the operation: _if = result.did_change, .did_not_change, .did_succeed or .did_error",
            ));
        }
        Err(format!(
            "`_if` takes conditions on earlier operations, as in _if = result.did_change, and not a value of type {}",
            value.get_type()
        ))
    }

    fn other(&self, value: Value<'_>) -> starlark::Result<(Known, String)> {
        match value.downcast_ref::<Self>() {
            Some(other) => Ok((other.known.clone(), other.text.clone())),
            None => Err(mistake(format!(
                "`{}` joins with other conditions only, and not with a value of type {}",
                self.text,
                value.get_type()
            ))),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[starlark_value(type = "condition")]
impl<'v> StarlarkValue<'v> for Condition {
    fn invoke(
        &self,
        _me: Value<'v>,
        _args: &Arguments<'v, '_>,
        _eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        let (host, executing) = Current::host(&format!("`{}`", self.text))?;
        if executing {
            return Ok(Value::new_bool(self.holds(&host)));
        }
        Err(mistake(known_at_execution(&self.text, Reason::If, None)))
    }

    fn equals(&self, _other: Value<'v>) -> starlark::Result<bool> {
        if Current::is_executing() {
            return Ok(false);
        }
        Err(mistake(known_at_execution(&self.text, Reason::If, None)))
    }

    fn bit_and(&self, other: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        let (known, text) = self.other(other)?;
        let both = Known::All(vec![self.known.clone(), known]);
        Ok(heap.alloc(Self::new(both, format!("({} & {text})", self.text))))
    }

    fn bit_or(&self, other: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        let (known, text) = self.other(other)?;
        let any = Known::Any(vec![self.known.clone(), known]);
        Ok(heap.alloc(Self::new(any, format!("({} | {text})", self.text))))
    }

    fn bit_not(&self, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        let not = Known::Not(Box::new(self.known.clone()));
        Ok(heap.alloc(Self::new(not, format!("~{}", self.text))))
    }
}
