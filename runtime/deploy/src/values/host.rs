//! `host` and `inventory`.

use std::fmt;

use allocative::Allocative;
use starlark::any::ProvidesStaticType;
use starlark::collections::SmallMap;
use starlark::environment::{Methods, MethodsBuilder};
use starlark::eval::Evaluator;
use starlark::values::structs::AllocStruct;
use starlark::values::tuple::UnpackTuple;
use starlark::values::{
    Heap, NoSerialize, StarlarkPagablePanic, StarlarkValue, Value, ValueLike, starlark_value,
};
use starlark::{methods_static, starlark_module, starlark_simple_value};
use windlass_engine::deploy::FactCall;
use windlass_engine::json::{Json, json};

use crate::convert::{from_json, from_own_json};
use crate::current::{Current, place};
use crate::messages::mistake;
use windlass_engine::nearest::did_you_mean;

use super::arguments::positional_json;
use super::{Data, FactName, Globals};

/// The host that the deploy is evaluated for.
#[derive(Clone, Debug, ProvidesStaticType, NoSerialize, Allocative, StarlarkPagablePanic)]
pub(crate) struct Host;
starlark_simple_value!(Host);

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("host")
    }
}

methods_static!(HOST_METHODS = host_methods);

#[starlark_value(type = "host")]
impl<'v> StarlarkValue<'v> for Host {
    fn get_methods() -> Option<&'static Methods> {
        Some(HOST_METHODS.methods())
    }
}

/// Asks for a fact.
fn ask<'v>(
    fact: Value<'v>,
    positional: Vec<Value<'v>>,
    named: SmallMap<String, Value<'v>>,
    eval: &mut Evaluator<'v, '_, '_>,
) -> starlark::Result<Value<'v>> {
    let name = match (fact.downcast_ref::<FactName>(), fact.unpack_str()) {
        (Some(fact), _) => fact.name().to_owned(),
        (None, Some(name)) => name.to_owned(),
        _ => {
            return Err(mistake(format!(
                "a fact is named as facts.namespace.Fact or \"namespace.Fact\", not by a value of type {}",
                fact.get_type()
            )));
        }
    };
    let (host, _) = Current::host(&format!("the fact `{name}` is asked for"))?;
    let place = place(eval);
    let split = Globals::split(named, false, host.secrets(), &place, eval)?;
    let call = FactCall {
        fact: name,
        positional: positional_json(positional)?,
        named: split.own_json()?,
        globals: split.globals,
        place,
    };
    let value = host
        .fact(call)
        .map_err(|error| mistake(error.to_string()))?;
    Ok(from_json(value, eval.heap()))
}

#[starlark_module]
fn host_methods(builder: &mut MethodsBuilder) {
    #[starlark(attribute)]
    fn name<'v>(this: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        let _ = this;
        let (host, _) = Current::host("`host.name` is used")?;
        Ok(heap.alloc(host.name()))
    }

    #[starlark(attribute)]
    fn groups<'v>(this: Value<'v>) -> starlark::Result<Vec<String>> {
        let _ = this;
        let (host, _) = Current::host("`host.groups` is used")?;
        Ok(host.groups())
    }

    #[starlark(attribute)]
    fn data<'v>(this: Value<'v>) -> starlark::Result<Data> {
        let _ = this;
        Current::host("`host.data` is used")?;
        Ok(Data)
    }

    fn get_fact<'v>(
        #[starlark(this)] _this: Value<'v>,
        #[starlark(require = pos)] fact: Value<'v>,
        #[starlark(args)] args: UnpackTuple<Value<'v>>,
        #[starlark(kwargs)] kwargs: SmallMap<String, Value<'v>>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        ask(fact, args.items, kwargs, eval)
    }

    fn fact<'v>(
        #[starlark(this)] _this: Value<'v>,
        #[starlark(require = pos)] fact: Value<'v>,
        #[starlark(args)] args: UnpackTuple<Value<'v>>,
        #[starlark(kwargs)] kwargs: SmallMap<String, Value<'v>>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        ask(fact, args.items, kwargs, eval)
    }

    fn r#loop<'v>(
        #[starlark(this)] _this: Value<'v>,
        #[starlark(require = pos)] items: Value<'v>,
        heap: Heap<'v>,
    ) -> starlark::Result<Vec<Value<'v>>> {
        Ok(items.iterate(heap)?.collect())
    }
}

/// The inventory.
#[derive(Clone, Debug, ProvidesStaticType, NoSerialize, Allocative, StarlarkPagablePanic)]
pub(crate) struct Inventory;
starlark_simple_value!(Inventory);

impl fmt::Display for Inventory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("inventory")
    }
}

methods_static!(INVENTORY_METHODS = inventory_methods);

#[starlark_value(type = "inventory")]
impl<'v> StarlarkValue<'v> for Inventory {
    fn get_methods() -> Option<&'static Methods> {
        Some(INVENTORY_METHODS.methods())
    }
}

fn part(name: &str) -> starlark::Result<Json> {
    let (host, _) = Current::host("`inventory` is used")?;
    Ok(host
        .inventory()
        .get(name)
        .cloned()
        .unwrap_or_else(|| json!({})))
}

fn entry(of: &str, what: &str, name: &str) -> starlark::Result<Json> {
    let all = part(of)?;
    all.get(name).cloned().ok_or_else(|| {
        let names = all.as_object().into_iter().flat_map(|all| all.keys());
        let near = did_you_mean(name, names.map(String::as_str));
        mistake(format!("the inventory has no {what} `{name}`{near}"))
    })
}

#[starlark_module]
fn inventory_methods(builder: &mut MethodsBuilder) {
    #[starlark(attribute)]
    fn groups<'v>(this: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        let _ = this;
        Ok(from_own_json(part("groups")?, heap))
    }

    #[starlark(attribute)]
    fn hosts<'v>(this: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        let _ = this;
        Ok(from_own_json(part("hosts")?, heap))
    }

    fn get_group<'v>(
        #[starlark(this)] _this: Value<'v>,
        #[starlark(require = pos)] name: &str,
        heap: Heap<'v>,
    ) -> starlark::Result<Value<'v>> {
        Ok(from_own_json(entry("groups", "group", name)?, heap))
    }

    fn get_host<'v>(
        #[starlark(this)] _this: Value<'v>,
        #[starlark(require = pos)] name: &str,
        heap: Heap<'v>,
    ) -> starlark::Result<Value<'v>> {
        let host = entry("hosts", "host", name)?;
        let field = |key: &str| from_own_json(host.get(key).cloned().unwrap_or(Json::Null), heap);
        Ok(heap.alloc(AllocStruct([
            ("name", heap.alloc(name)),
            ("groups", field("groups")),
            ("data", field("data")),
        ])))
    }
}
