//! Inventories that are computed: a Starlark file that gives hosts and groups.

use camino::Utf8Path;
use starlark::environment::Module;
use starlark::eval::Evaluator;
use starlark::values::Value;
use starlark::values::list::ListRef;
use starlark::values::tuple::TupleRef;
use windlass_engine::error::EngineError;
use windlass_engine::json::{Json, JsonMap, json};

use crate::convert::to_json;
use crate::environment::language;
use crate::program::limit;
use crate::render::render_error;
use crate::source::SourceFile;

/// Names that are no groups.
const TABLES: [&str; 4] = ["all", "hosts", "groups", "config"];

/// Evaluates an inventory file and gives it in the form of inventories in JSON: `all`, `groups`, `hosts`, `config`.
///
/// The file sets these names, or names of groups: a list is a group's hosts, a pair of a list and an object is a
/// group's hosts and data. A host is a name, or a pair of a name and its data. Names that begin with `_`, functions
/// and other values are the file's own.
///
/// # Errors
/// [`EngineError::Io`] when it cannot be read; [`EngineError::Deploy`] with the place of what is wrong.
pub fn inventory_from_star(path: impl AsRef<Utf8Path>) -> Result<Json, EngineError> {
    let path = path.as_ref();
    let text = std::fs::read_to_string(path).map_err(|source| EngineError::Io {
        what: format!("reading the inventory {path}"),
        source,
    })?;
    let name = path.file_name().unwrap_or(path.as_str());
    evaluate(name, text).map_err(EngineError::Deploy)
}

fn evaluate(name: &str, text: String) -> Result<Json, String> {
    let file = SourceFile::parse(name, text)?;
    let mut builder = language();
    guards(&mut builder);
    let globals = builder.build();
    let render = |error: &starlark::Error| render_error(error, &|span| file.snippet(span.span));
    Module::with_temp_heap(|module| {
        let mut eval = Evaluator::new(&module);
        limit(&mut eval).map_err(|error| render(&error))?;
        eval.eval_module(file.module(), &globals)
            .map_err(|error| render(&error))?;
        drop(eval);
        let mut found = Found::default();
        for variable in module.names() {
            let variable = variable.as_str();
            if let Some(value) = module.get(variable).filter(|_| !variable.starts_with('_')) {
                found
                    .take(variable, value)
                    .map_err(|why| format!("{name}: {why}"))?;
            }
        }
        Ok(found.into_json())
    })
}

/// The guards that are written into every file, without a host: nothing here is known at execution only.
#[starlark::starlark_module]
fn guards(builder: &mut starlark::environment::GlobalsBuilder) {
    fn __truth<'v>(#[starlark(require = pos)] value: Value<'v>) -> starlark::Result<Value<'v>> {
        Ok(value)
    }

    fn __not<'v>(#[starlark(require = pos)] value: Value<'v>) -> starlark::Result<Value<'v>> {
        Ok(value)
    }

    fn __and<'v>(#[starlark(require = pos)] value: Value<'v>) -> starlark::Result<Value<'v>> {
        Ok(value)
    }

    fn __or<'v>(#[starlark(require = pos)] value: Value<'v>) -> starlark::Result<Value<'v>> {
        Ok(value)
    }
}

/// What the file gave.
#[derive(Default)]
struct Found {
    tables: JsonMap,
    groups: JsonMap,
    hosts: JsonMap,
}

impl Found {
    fn take(&mut self, name: &str, value: Value<'_>) -> Result<(), String> {
        let wrong = |why: String| format!("`{name}`: {why}");
        let is_list = ListRef::from_value(value).is_some() || TupleRef::from_value(value).is_some();
        if !TABLES.contains(&name) {
            if is_list {
                let json = to_json(value).map_err(wrong)?;
                let group = self.group(&json).map_err(wrong)?;
                self.groups.insert(name.to_owned(), Json::Object(group));
            }
            return Ok(());
        }
        let json = to_json(value).map_err(wrong)?;
        match (name, json) {
            ("hosts", Json::Array(hosts)) => {
                let names = self.hosts_of(&hosts).map_err(wrong)?;
                for host in names {
                    self.hosts.entry(host).or_insert_with(|| json!({}));
                }
            }
            ("hosts", Json::Object(hosts)) => {
                for (host, data) in hosts {
                    self.host(host, data).map_err(wrong)?;
                }
            }
            ("groups", Json::Object(groups)) => {
                for (group, value) in groups {
                    let table = match value {
                        Json::Object(mut table) => {
                            if let Some(Json::Array(hosts)) = table.get("hosts").cloned() {
                                let names = self.hosts_of(&hosts).map_err(wrong)?;
                                table.insert(String::from("hosts"), json!(names));
                            }
                            table
                        }
                        other => self.group(&other).map_err(wrong)?,
                    };
                    self.groups.insert(group, Json::Object(table));
                }
            }
            ("all" | "config", json @ Json::Object(_)) => {
                self.tables.insert(name.to_owned(), json);
            }
            _ => {
                return Err(wrong(String::from(
                    "this is an object, or for hosts a list",
                )));
            }
        }
        Ok(())
    }

    /// A group of a list of hosts, or of such a list and data.
    fn group(&mut self, value: &Json) -> Result<JsonMap, String> {
        const TAKES: &str = "a group is a list of hosts, or a pair of such a list and its data";
        let items = value.as_array().ok_or(TAKES)?;
        let (hosts, data) = match items.as_slice() {
            [Json::Array(hosts), Json::Object(data)] => (hosts.clone(), data.clone()),
            _ => (items.clone(), JsonMap::new()),
        };
        let mut table = JsonMap::new();
        table.insert(String::from("hosts"), json!(self.hosts_of(&hosts)?));
        table.extend(data);
        Ok(table)
    }

    /// The names of hosts; their data is noted.
    fn hosts_of(&mut self, hosts: &[Json]) -> Result<Vec<String>, String> {
        let mut names = Vec::with_capacity(hosts.len());
        for host in hosts {
            match host {
                Json::String(name) => names.push(name.clone()),
                Json::Array(pair) => match pair.as_slice() {
                    [Json::String(name), data @ Json::Object(_)] => {
                        self.host(name.clone(), data.clone())?;
                        names.push(name.clone());
                    }
                    _ => {
                        return Err(format!(
                            "a host is a name, or a pair of a name and its data, not {host}"
                        ));
                    }
                },
                _ => {
                    return Err(format!(
                        "a host is a name, or a pair of a name and its data, not {host}"
                    ));
                }
            }
        }
        Ok(names)
    }

    fn host(&mut self, name: String, data: Json) -> Result<(), String> {
        let Json::Object(data) = data else {
            return Err(format!("the data of {name} is an object"));
        };
        let entry = self.hosts.entry(name).or_insert_with(|| json!({}));
        if let Json::Object(entry) = entry {
            entry.extend(data);
        }
        Ok(())
    }

    fn into_json(self) -> Json {
        let mut all = self.tables;
        all.insert(String::from("groups"), Json::Object(self.groups));
        all.insert(String::from("hosts"), Json::Object(self.hosts));
        Json::Object(all)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn inventory(text: &str) -> Result<Json, String> {
        evaluate("inventory.star", text.to_owned())
    }

    #[test]
    fn lists_are_groups_and_pairs_carry_data() {
        let json = inventory(
            "web_servers = [\"web-%02d\" % n for n in [1, 2]] if False else [\"web-0\" + str(n) for n in range(1, 3)]\n\
             db = ([(\"db-01\", {\"port\": 5433})], {\"role\": \"primary\"})\n\
             all = {\"ssh_user\": \"deploy\"}\n_private = [\"x\"]\ncount = 3\n",
        )
        .unwrap();
        assert_eq!(
            json,
            json!({
                "all": {"ssh_user": "deploy"},
                "groups": {
                    "web_servers": {"hosts": ["web-01", "web-02"]},
                    "db": {"hosts": ["db-01"], "role": "primary"},
                },
                "hosts": {"db-01": {"port": 5433}},
            })
        );
    }

    #[test]
    fn tables_are_those_of_inventories() {
        let json = inventory(
            "hosts = {\"a\": {\"groups\": [\"x\"]}}\ngroups = {\"y\": {\"hosts\": [\"b\"], \"port\": 1}, \"z\": [\"c\"]}\n",
        )
        .unwrap();
        assert_eq!(
            json,
            json!({
                "groups": {"y": {"hosts": ["b"], "port": 1}, "z": {"hosts": ["c"]}},
                "hosts": {"a": {"groups": ["x"]}},
            })
        );
    }

    #[test]
    fn mistakes_say_where() {
        assert_eq!(
            inventory("web = [1]\n").unwrap_err(),
            "inventory.star: `web`: a host is a name, or a pair of a name and its data, not 1"
        );
        assert!(
            inventory("web = [\n")
                .unwrap_err()
                .contains("--> inventory.star:")
        );
        assert!(
            inventory("web = wbe\n")
                .unwrap_err()
                .contains("--> inventory.star:1:7")
        );
    }
}
