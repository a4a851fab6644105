//! `host.data` and `config`: values by name that can be read and set.

use std::fmt;

use allocative::Allocative;
use starlark::any::ProvidesStaticType;
use starlark::environment::{Methods, MethodsBuilder};
use starlark::values::{
    Heap, NoSerialize, StarlarkPagablePanic, StarlarkValue, Value, starlark_value,
};
use starlark::{methods_static, starlark_module};
use windlass_engine::json::Json;

use crate::convert::{from_own_json, to_json};
use crate::current::Current;
use crate::messages::mistake;
use windlass_engine::nearest::did_you_mean;

use starlark::starlark_simple_value;

/// `host.data`.
#[derive(Clone, Debug, ProvidesStaticType, NoSerialize, Allocative, StarlarkPagablePanic)]
pub(crate) struct Data;
starlark_simple_value!(Data);

impl fmt::Display for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("host.data")
    }
}

methods_static!(DATA_METHODS = data_methods);

/// A value of the host's data.
fn read(key: &str) -> Option<Json> {
    let (host, _) = Current::host("`host.data` is used").ok()?;
    host.data_value(key)
}

fn keys() -> Vec<String> {
    Current::host("`host.data` is used")
        .map(|(host, _)| host.data().keys().cloned().collect())
        .unwrap_or_default()
}

#[starlark_value(type = "host.data")]
impl<'v> StarlarkValue<'v> for Data {
    fn get_methods() -> Option<&'static Methods> {
        Some(DATA_METHODS.methods())
    }

    fn get_attr(&self, attribute: &str, heap: Heap<'v>) -> Option<Value<'v>> {
        Some(from_own_json(read(attribute)?, heap))
    }

    fn dir_attr(&self) -> Vec<String> {
        keys()
    }

    fn set_attr(&self, attribute: &str, new_value: Value<'v>) -> starlark::Result<()> {
        let (host, _) = Current::host("`host.data` is set")?;
        let json =
            to_json(new_value).map_err(|why| mistake(format!("host.data.{attribute}: {why}")))?;
        host.set_data(attribute, json);
        Ok(())
    }

    fn at(&self, index: Value<'v>, heap: Heap<'v>) -> starlark::Result<Value<'v>> {
        let key = index
            .unpack_str()
            .ok_or_else(|| mistake("keys of host.data are text"))?;
        let value = read(key).ok_or_else(|| {
            let keys = keys();
            let near = did_you_mean(key, keys.iter().map(String::as_str));
            mistake(format!("host.data has no `{key}`{near}"))
        })?;
        Ok(from_own_json(value, heap))
    }

    fn is_in(&self, other: Value<'v>) -> starlark::Result<bool> {
        Ok(other.unpack_str().and_then(read).is_some())
    }
}

#[starlark_module]
fn data_methods(builder: &mut MethodsBuilder) {
    fn get<'v>(
        #[starlark(this)] _this: Value<'v>,
        #[starlark(require = pos)] key: &str,
        #[starlark(require = pos)] default: Option<Value<'v>>,
        heap: Heap<'v>,
    ) -> starlark::Result<Value<'v>> {
        let (host, _) = Current::host("`host.data` is used")?;
        Ok(match host.data_value(key) {
            Some(value) => from_own_json(value, heap),
            None => default.unwrap_or_else(Value::new_none),
        })
    }

    fn keys<'v>(#[starlark(this)] _this: Value<'v>) -> starlark::Result<Vec<String>> {
        Ok(self::keys())
    }
}

/// `config`.
#[derive(Clone, Debug, ProvidesStaticType, NoSerialize, Allocative, StarlarkPagablePanic)]
pub(crate) struct Config;
starlark_simple_value!(Config);

impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("config")
    }
}

#[starlark_value(type = "config")]
impl<'v> StarlarkValue<'v> for Config {
    fn get_attr(&self, attribute: &str, heap: Heap<'v>) -> Option<Value<'v>> {
        let (host, _) = Current::host("`config` is used").ok()?;
        let lower = attribute.to_lowercase();
        let value = host.config(attribute).or_else(|| host.config(&lower))?;
        Some(from_own_json(value, heap))
    }

    fn set_attr(&self, attribute: &str, new_value: Value<'v>) -> starlark::Result<()> {
        let (host, _) = Current::host("`config` is set")?;
        let json =
            to_json(new_value).map_err(|why| mistake(format!("config.{attribute}: {why}")))?;
        host.set_config(&attribute.to_lowercase(), json)
            .map_err(|error| mistake(error.to_string()))
    }
}
