//! Deploys: a component that adds operations for each host, as a deploy file does.
//!
//! ```
//! use serde_json::{Value, json};
//! use windlass_sdk::deploy::{Deploy, Operation, part};
//! use windlass_sdk::{Error, Result, context, log, target};
//!
//! struct Site;
//!
//! impl Deploy for Site {
//!     fn run() -> Result<()> {
//!         let site = part("Web", json!({"_sudo": true}), || {
//!             Operation::new("apt.packages").arg("packages", json!(["nginx"])).add()?;
//!             for name in ["a", "b"] {
//!                 Operation::new("files.directory").key(name).arg("path", format!("/srv/{name}")).add()?;
//!             }
//!             let port = context::host("/data/port").unwrap_or(json!(80));
//!             Operation::new("files.template")
//!                 .arg("src", "site.conf.j2")
//!                 .arg("dest", "/etc/nginx/conf.d/site.conf")
//!                 .arg("port", port)
//!                 .add()
//!         })?;
//!         Operation::new("server.service")
//!             .arg("service", "nginx")
//!             .arg("reloaded", true)
//!             .when(&site.changed()?)
//!             .add()?;
//!         Operation::call("check", json!({"url": "http://localhost/"})).add()?;
//!         Ok(())
//!     }
//!
//!     fn callback(name: &str, payload: Value) -> Result<Value> {
//!         match name {
//!             "check" => {
//!                 let url = payload["url"].as_str().unwrap_or_default().to_owned();
//!                 let page = target::run(windlass_sdk::shell!("curl -fsS {url}"))?.success()?;
//!                 Ok(json!(page.stdout.len()))
//!             }
//!             other => Err(Error::invalid_value(format!("there is no function `{other}`"))),
//!         }
//!     }
//! }
//!
//! windlass_sdk::export_deploy!(Site);
//! # fn main() {}
//! ```

use std::panic::Location;

use serde_json::{Map, Value as Json, json};

use crate::error::{Error, Result};

/// A deploy; [`export_deploy!`](crate::export_deploy) makes a component of it.
pub trait Deploy {
    /// Adds the operations of the current host. Facts, the host's data and the deploy's files can be looked at; nothing can
    /// be done.
    ///
    /// # Errors
    /// What is wrong: nothing is then run on any host.
    fn run() -> Result<()>;

    /// A function of the deploy that runs at execution: what [`Operation::call`] and [`Operation::retry_until`] name.
    ///
    /// # Errors
    /// Why it could not be done. Default: there are no functions.
    fn callback(name: &str, payload: Json) -> Result<Json> {
        let _ = payload;
        Err(Error::invalid_value(format!(
            "the deploy has no function `{name}`"
        )))
    }
}

/// Where something stands in the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The source file.
    pub file: String,
    /// Its line; 0 where there is none.
    pub line: u32,
    /// What tells apart what shares a line.
    pub key: String,
}

impl Place {
    fn of(location: &Location<'_>) -> Self {
        Self {
            file: location.file().to_owned(),
            line: location.line(),
            key: format!("column {}", location.column()),
        }
    }
}

/// An operation that is to be added. Where it is made, in the source, is its identity over hosts: one that is made in a
/// loop takes a [`key`](Operation::key).
#[derive(Clone, Debug)]
#[must_use = "an operation does nothing unless it is added"]
pub struct Operation {
    name: String,
    /// In the order in which they were given: so the plan shows them.
    args: Vec<(String, Json)>,
    globals: Map<String, Json>,
    places: Vec<Place>,
}

impl Operation {
    /// An operation, `namespace.operation`.
    #[track_caller]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            args: Vec::new(),
            globals: Map::new(),
            places: vec![Place::of(Location::caller())],
        }
    }

    /// A function of the deploy that runs at execution: [`Deploy::callback`].
    #[track_caller]
    pub fn call(function: impl Into<String>, payload: Json) -> Self {
        let callback: String = function.into();
        Self {
            name: "call".to_owned(),
            args: vec![
                ("callback".to_owned(), Json::from(callback)),
                ("payload".to_owned(), payload),
            ],
            globals: Map::new(),
            places: vec![Place::of(Location::caller())],
        }
    }

    /// Gives it an argument.
    pub fn arg(mut self, name: impl Into<String>, value: impl Into<Json>) -> Self {
        let (name, value): (String, Json) = (name.into(), value.into());
        self.args.retain(|(known, _)| *known != name);
        self.args.push((name, value));
        self
    }

    /// Gives it a global argument: `_sudo`.
    pub fn global(mut self, name: impl Into<String>, value: impl Into<Json>) -> Self {
        self.globals.insert(name.into(), value.into());
        self
    }

    /// What it is called. Default: operation and arguments.
    pub fn called(self, name: impl Into<String>) -> Self {
        let name: String = name.into();
        self.global("name", name)
    }

    /// What tells it apart from others that are made in the same place: a loop's value.
    pub fn key(mut self, key: impl AsRef<str>) -> Self {
        if let Some(place) = self.places.last_mut() {
            place.key = format!("{}, {}", place.key, key.as_ref());
        }
        self
    }

    /// Puts a place around it: where the function was called that makes it.
    pub fn inside(mut self, place: Place) -> Self {
        self.places.insert(0, place);
        self
    }

    /// Runs it only where this holds at execution; of several conditions all have to.
    pub fn when(mut self, condition: &Condition) -> Self {
        let all = self.globals.entry("_if").or_insert_with(|| json!([]));
        if let Json::Array(all) = all {
            all.push(Json::from(condition.0.as_str()));
        }
        self
    }

    /// Has a function of the deploy say after each try, while `_retries` are left, whether it was good enough: it gets
    /// `{"attempt", "payload"}` and gives true or false.
    pub fn retry_until(self, function: impl Into<String>, payload: Json) -> Self {
        let callback: String = function.into();
        self.global(
            "_retry_until",
            json!({"callback": callback, "payload": payload}),
        )
    }

    /// Adds it.
    ///
    /// # Errors
    /// An unknown operation, wrong arguments, or what may not be done.
    pub fn add(self) -> Result<Added> {
        let args = ordered(&self.args);
        let globals = Json::Object(self.globals).to_string();
        backend::add(&self.name, &args, &globals, self.places).map(Added)
    }
}

/// An object as JSON, its keys in this order.
fn ordered(members: &[(String, Json)]) -> String {
    let members = members
        .iter()
        .map(|(name, value)| format!("{}:{value}", Json::from(name.as_str())));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

/// An operation that was added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added(String);

impl Added {
    /// Its id, by which its result is found at execution: [`target::result_of`](crate::target::result_of).
    #[must_use]
    pub fn id(&self) -> &str {
        &self.0
    }

    /// It succeeded, and had something to do.
    ///
    /// # Errors
    /// None that are known; the host may refuse.
    pub fn changed(&self) -> Result<Condition> {
        self.condition("changed")
    }

    /// It succeeded, and had nothing to do.
    ///
    /// # Errors
    /// As [`Added::changed`].
    pub fn unchanged(&self) -> Result<Condition> {
        self.condition("unchanged")
    }

    /// It succeeded, with or without change.
    ///
    /// # Errors
    /// As [`Added::changed`].
    pub fn succeeded(&self) -> Result<Condition> {
        self.condition("succeeded")
    }

    /// It failed, and `_ignore_errors` let the host go on.
    ///
    /// # Errors
    /// As [`Added::changed`].
    pub fn failed(&self) -> Result<Condition> {
        self.condition("failed")
    }

    fn condition(&self, kind: &str) -> Result<Condition> {
        backend::condition(kind, vec![self.0.clone()]).map(Condition)
    }
}

/// What is known of operations at execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition(String);

impl Condition {
    /// At least one holds.
    ///
    /// # Errors
    /// As [`Added::changed`].
    pub fn any<'a>(conditions: impl IntoIterator<Item = &'a Condition>) -> Result<Self> {
        Self::combined("any", conditions)
    }

    /// All hold.
    ///
    /// # Errors
    /// As [`Added::changed`].
    pub fn all<'a>(conditions: impl IntoIterator<Item = &'a Condition>) -> Result<Self> {
        Self::combined("all", conditions)
    }

    /// It does not hold.
    ///
    /// # Errors
    /// As [`Added::changed`].
    pub fn negated(&self) -> Result<Self> {
        Self::combined("not", [self])
    }

    fn combined<'a>(kind: &str, of: impl IntoIterator<Item = &'a Condition>) -> Result<Self> {
        let ids = of.into_iter().map(|condition| condition.0.clone());
        backend::condition(kind, ids.collect()).map(Condition)
    }
}

/// A named part of the deploy: its name stands in front of those of its operations, and these global arguments are
/// theirs where they say nothing else.
///
/// # Errors
/// What is wrong with the global arguments, and what the part answers.
#[track_caller]
pub fn part<T>(
    name: impl Into<String>,
    globals: Json,
    body: impl FnOnce() -> Result<T>,
) -> Result<T> {
    let place = Place::of(Location::caller());
    backend::enter(&name.into(), &globals, place)?;
    let result = body();
    backend::leave();
    result
}

/// Makes a component of a [`Deploy`](crate::deploy::Deploy).
#[macro_export]
macro_rules! export_deploy {
    ($deploy:ty) => {
        #[cfg(target_arch = "wasm32")]
        #[allow(unsafe_code)]
        const _: () = {
            use $crate::guest;
            use $crate::guest::bindings::windlass::plugin::types;
            use $crate::roles::bindings::deploying::exports::windlass::plugin::deploy;

            struct Component;

            impl deploy::Guest for Component {
                fn run() -> Result<(), types::Error> {
                    <$deploy as $crate::deploy::Deploy>::run().map_err(guest::error_to)
                }

                fn callback(name: String, payload: String) -> Result<String, types::Error> {
                    let answer = guest::argument_from(&payload).and_then(|payload| {
                        <$deploy as $crate::deploy::Deploy>::callback(&name, payload)
                    });
                    answer.map(|answer| answer.to_string()).map_err(guest::error_to)
                }
            }

            $crate::roles::bindings::deploying::export_deploying!(Component with_types_in $crate::roles::bindings::deploying);
        };
    };
}

#[cfg(not(target_arch = "wasm32"))]
mod backend {
    use super::{Json, Place, Result};
    use crate::roles::no_host;

    pub(super) fn add(_: &str, _: &str, _: &str, _: Vec<Place>) -> Result<String> {
        no_host()
    }

    pub(super) fn condition(_: &str, _: Vec<String>) -> Result<String> {
        no_host()
    }

    pub(super) fn enter(_: &str, _: &Json, _: Place) -> Result<()> {
        no_host()
    }

    pub(super) fn leave() {}
}

#[cfg(target_arch = "wasm32")]
mod backend {
    use super::{Json, Place, Result};
    use crate::guest::error_from;
    use crate::roles::bindings::deploying::windlass::plugin::deploying;

    fn place_to(place: Place) -> deploying::Place {
        deploying::Place {
            file: place.file,
            line: place.line,
            key: place.key,
        }
    }

    pub(super) fn add(
        operation: &str,
        args: &str,
        globals: &str,
        places: Vec<Place>,
    ) -> Result<String> {
        let places: Vec<_> = places.into_iter().map(place_to).collect();
        deploying::add(operation, args, globals, &places).map_err(error_from)
    }

    pub(super) fn condition(kind: &str, operands: Vec<String>) -> Result<String> {
        deploying::condition(kind, &operands).map_err(error_from)
    }

    pub(super) fn enter(name: &str, defaults: &Json, place: Place) -> Result<()> {
        deploying::enter(name, &defaults.to_string(), &[place_to(place)]).map_err(error_from)
    }

    pub(super) fn leave() {
        deploying::leave();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_stands_where_it_is_made() {
        let operation = Operation::new("files.file").key("a");
        let place = &operation.places[0];
        assert_eq!((place.file.as_str(), place.line), (file!(), line!() - 2));
        assert!(place.key.ends_with(", a"), "{place:?}");
    }

    #[test]
    fn arguments_keep_their_order() {
        let operation = Operation::new("files.line");
        let operation = operation
            .arg("path", "a\"b")
            .arg("line", 1)
            .arg("path", "c");
        assert_eq!(ordered(&operation.args), r#"{"line":1,"path":"c"}"#);
        assert_eq!(
            ordered(&[("a\"".to_owned(), Json::Null)]),
            r#"{"a\"":null}"#
        );
    }
}
