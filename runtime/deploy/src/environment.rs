//! The names that every deploy file has.

use std::sync::Arc;

use starlark::collections::SmallMap;
use starlark::environment::{FrozenModule, Globals, GlobalsBuilder, LibraryExtension, Module};
use starlark::eval::Evaluator;
use starlark::starlark_module;
use starlark::syntax::AstModule;
use starlark::values::dict::DictRef;
use starlark::values::list::ListRef;
use starlark::values::none::NoneType;
use starlark::values::tuple::UnpackTuple;
use starlark::values::{Value, ValueLike};
use windlass_engine::condition::Condition as Known;
use windlass_engine::contract::Stability;
use windlass_engine::events::Event;
use windlass_engine::json::{Json, JsonMap};
use windlass_engine::plugins::Plugins;

use crate::convert::to_json;
use crate::current::{self, Current, Purpose};
use crate::messages::{changing_fact, known_at_execution, mistake};
use crate::modules;
use crate::source::dialect;
use crate::values::{
    Condition, Config, Globals as Split, Host, Inventory, Names, Namespace, OperationResult,
    Secret, add_function,
};
use crate::walk::Reason;

/// The file name of the part that is written in Starlark.
pub(crate) const PRELUDE_NAME: &str = "<windlass>";

/// Deploy functions: a name in front of operations, defaults under host data, global arguments for all.
const PRELUDE: &str = r#"
def deploy(name, function, data_defaults = {}, **defaults):
    if type(name) != "string":
        fail("deploy takes a name first: deploy(\"Web server\", function)")
    if type(function) != "function":
        fail("deploy takes a function second: deploy(\"" + name + "\", function)")
    __defaults(name, dict(data_defaults, **defaults))
    def run(*args, **kwargs):
        own = __enter(name, dict(data_defaults, **defaults), kwargs)
        result = function(*args, **own)
        __leave()
        return result
    return run
"#;

/// The names of all deploy files of a run.
pub(crate) struct Environment {
    pub(crate) globals: Globals,
    pub(crate) prelude: FrozenModule,
    /// Every name there is, those of the language included.
    pub(crate) names: Vec<String>,
}

impl Environment {
    /// The environment with these plugins.
    pub(crate) fn new(plugins: &dyn Plugins) -> starlark::Result<Self> {
        let names = Arc::new(Names::of(plugins));
        let mut builder = language();
        for namespace in names.namespaces() {
            builder.set(namespace, Namespace::operations(&names, namespace));
        }
        builder.set("operations", Namespace::operations(&names, ""));
        builder.set("facts", Namespace::facts(&names));
        builder.set("host", Host);
        builder.set("inventory", Inventory);
        builder.set("config", Config);
        functions(&mut builder);
        let globals = builder.build();
        let ast = AstModule::parse(PRELUDE_NAME, PRELUDE.to_owned(), &dialect())?;
        let prelude = Module::with_temp_heap(|module| {
            Evaluator::new(&module).eval_module(ast, &globals)?;
            module
                .freeze()
                .map_err(|error| mistake(format!("{error:?}")))
        })?;
        let all = globals
            .names()
            .map(|name| name.as_str().to_owned())
            .chain(prelude.names().map(|name| name.as_str().to_owned()))
            .collect();
        Ok(Self {
            globals,
            prelude,
            names: all,
        })
    }
}

/// Starlark with structures, sets and JSON.
pub(crate) fn language() -> GlobalsBuilder {
    GlobalsBuilder::extended_by(&[
        LibraryExtension::StructType,
        LibraryExtension::Map,
        LibraryExtension::Filter,
        LibraryExtension::Partial,
        LibraryExtension::Print,
        LibraryExtension::Json,
        LibraryExtension::SetType,
    ])
}

/// The value whose truth is asked for; conditions are refused, or decided at execution.
fn truth<'v>(
    value: Value<'v>,
    reason: Reason,
    eval: &mut Evaluator<'v, '_, '_>,
) -> starlark::Result<Value<'v>> {
    let condition = value.downcast_ref::<Condition>();
    let result = value.downcast_ref::<OperationResult>();
    if condition.is_none() && result.is_none() {
        return Ok(value);
    }
    if Current::is_executing() {
        let Some(condition) = condition else {
            return Ok(value);
        };
        let (host, _) = Current::host("a condition is used")?;
        return Ok(Value::new_bool(condition.holds(&host)));
    }
    let written = eval.call_stack_top_location().and_then(|span| {
        let file = Current::get().ok()?.program.file_of(span.filename())?;
        Some(file.written_text(span.span).to_owned())
    });
    let text = match (written, condition, result.is_some()) {
        (Some(text), _, true) => format!("{text}.did_change"),
        (Some(text), ..) => text,
        (None, Some(condition), _) => condition.text().to_owned(),
        (None, None, _) => String::from("the result of an operation"),
    };
    Err(mistake(known_at_execution(&text, reason, None)))
}

/// The conditions of `any_changed` and `all_changed`.
fn changed(items: &[Value<'_>]) -> starlark::Result<Vec<Known>> {
    let mut all = Vec::new();
    for item in items {
        if let Some(list) = ListRef::from_value(*item) {
            all.extend(changed(list.content())?);
        } else if let Some(result) = item.downcast_ref::<OperationResult>() {
            all.push(result.changed());
        } else if let Some(condition) = item.downcast_ref::<Condition>() {
            all.push(condition.known().clone());
        } else {
            return Err(mistake(format!(
                "this takes results of operations, as in any_changed(site, config), not a value of type {}",
                item.get_type()
            )));
        }
    }
    Ok(all)
}

#[starlark_module]
fn functions(builder: &mut GlobalsBuilder) {
    fn secret<'v>(
        #[starlark(require = pos)] source: &str,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Secret> {
        if let Some(pack) = modules::pack_at(&current::place(eval)) {
            return Err(mistake(format!(
                "a module of the pack {pack} does not say where secrets are\n  take the secret as an argument of a function, and have the deploy give it"
            )));
        }
        if let Ok(Current {
            purpose: Purpose::Preparing(host) | Purpose::Executing(host),
            ..
        }) = Current::get()
        {
            let loaded = host.secrets().load(source);
            loaded.map_err(|error| mistake(error.to_string()))?;
        }
        Ok(Secret::new(source.to_owned()))
    }

    fn any_changed<'v>(
        #[starlark(args)] operations: UnpackTuple<Value<'v>>,
    ) -> starlark::Result<Condition> {
        Ok(Condition::new(
            Known::Any(changed(&operations.items)?),
            "any_changed(…)",
        ))
    }

    fn all_changed<'v>(
        #[starlark(args)] operations: UnpackTuple<Value<'v>>,
    ) -> starlark::Result<Condition> {
        Ok(Condition::new(
            Known::All(changed(&operations.items)?),
            "all_changed(…)",
        ))
    }

    fn call<'v>(
        #[starlark(require = pos)] function: Value<'v>,
        #[starlark(args)] args: UnpackTuple<Value<'v>>,
        #[starlark(kwargs)] kwargs: SmallMap<String, Value<'v>>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        add_function(function, &args.items, kwargs.into_iter().collect(), eval)
    }

    fn include<'v>(
        #[starlark(require = pos)] path: &str,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<NoneType> {
        let (_, executing) = Current::host("`include` is used")?;
        if executing {
            return Err(mistake(
                "`include` adds operations, and nothing is added at execution\n  include the file in the deploy itself",
            ));
        }
        let current = Current::get()?;
        let outer = current::place(eval).frames;
        current
            .program
            .clone()
            .include(path, Current { outer, ..current })?;
        Ok(NoneType)
    }

    fn __defaults<'v>(
        name: &str,
        defaults: DictRef<'v>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<NoneType> {
        let Some(pack) = modules::pack_at(&current::place(eval)).map(str::to_owned) else {
            return Ok(NoneType);
        };
        let mut keys = defaults.iter().filter_map(|(key, _)| key.unpack_str());
        match keys.find(|key| key.starts_with('_')) {
            Some(key) => Err(mistake(format!(
                "a module of the pack {pack} gives `{name}` the default `{key}`, a global argument\n  give it to the calls of operations, or have the deploy give it"
            ))),
            None => Ok(NoneType),
        }
    }

    fn __enter<'v>(
        name: &str,
        defaults: Value<'v>,
        named: DictRef<'v>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<SmallMap<String, Value<'v>>> {
        let (host, _) = Current::host(&format!("the deploy function `{name}` is called"))?;
        let place = current::place(eval);
        let named = named
            .iter()
            .filter_map(|(key, value)| Some((key.unpack_str()?.to_owned(), value)));
        let (globals, own): (Vec<_>, Vec<_>) = named.partition(|(key, _)| key.starts_with('_'));
        let split = Split::split(globals, true, host.secrets(), &place, eval)?;
        let defaults = match to_json(defaults) {
            Ok(Json::Object(defaults)) => defaults,
            Ok(_) => JsonMap::new(),
            Err(why) => return Err(mistake(format!("defaults of `{name}`: {why}"))),
        };
        host.enter_at(name.to_owned(), defaults, split.globals, &place)
            .map_err(|error| mistake(error.to_string()))?;
        Ok(own.into_iter().collect())
    }

    fn __leave() -> starlark::Result<NoneType> {
        let (host, _) = Current::host("a deploy function ends")?;
        host.leave();
        Ok(NoneType)
    }

    fn __truth<'v>(
        #[starlark(require = pos)] value: Value<'v>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        truth(value, Reason::If, eval)
    }

    fn __not<'v>(
        #[starlark(require = pos)] value: Value<'v>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        truth(value, Reason::Not, eval)
    }

    fn __and<'v>(
        #[starlark(require = pos)] value: Value<'v>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        truth(value, Reason::And, eval)
    }

    fn __or<'v>(
        #[starlark(require = pos)] value: Value<'v>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        truth(value, Reason::Or, eval)
    }

    fn __fact_test<'v>(
        #[starlark(require = pos)] fact: &str,
        #[starlark(require = pos)] value: Value<'v>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        let current = Current::get()?;
        let Purpose::Preparing(host) = &current.purpose else {
            return Ok(value);
        };
        let known = host.plugins().fact(fact);
        if known.is_ok_and(|info| info.stability == Stability::Immutable) {
            return Ok(value);
        }
        let place = current::place(eval);
        if let Some(span) = eval.call_stack_top_location()
            && current.program.warns_first(&place)
        {
            let shown = current.program.snippet(&span).message(&changing_fact(fact));
            // Whichever host comes first is chance, and the warning is about the file.
            let stage = host.state().increment_warning_counter();
            host.state().emit(Event::Warning {
                stage,
                host: None,
                message: shown,
                place: Some(place),
            });
        }
        Ok(value)
    }

    fn __loop<'v>(
        #[starlark(require = pos)] number: u32,
        #[starlark(require = pos)] items: Value<'v>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        if let Some(span) = eval.call_stack_top_location() {
            current::loop_begins(span.filename().to_owned(), number);
        }
        Ok(items)
    }

    fn __loop_step<'v>(
        #[starlark(require = pos)] number: u32,
        #[starlark(require = pos)] value: Option<Value<'v>>,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        if let Some(span) = eval.call_stack_top_location() {
            current::loop_steps(span.filename().to_owned(), number);
        }
        Ok(value.unwrap_or_else(Value::new_none))
    }
}
