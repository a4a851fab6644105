//! The contract's `deploying`: how a component adds operations for its host. At execution every function is refused.
//!
//! | `add` gets | |
//! | --- | --- |
//! | `globals` | global arguments by public name; besides `name`, what the operation is called; `_if`, ids of conditions; `_retry_until`, `{"callback", "payload"}` |
//! | the operation `call` | `{"callback", "payload"}`: a function of the deploy that runs at execution |
//! | `places` | file and line, or a key where there is no line; the component itself stands around them |
//! | secrets | those that stand in the host's data, as they stand there; no others |

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use windlass_engine::arguments::GlobalArguments;
use windlass_engine::condition::Condition;
use windlass_engine::deploy::{HostContext, OperationCall, OperationRef};
use windlass_engine::error::EngineError;
use windlass_engine::json::{Json, JsonMap};
use windlass_engine::nearest::did_you_mean;
use windlass_engine::place::{Frame, Place};
use windlass_engine::plugins::{ErrorKind, GuestError, PluginError};
use windlass_engine::secrets::{passed_on, secrets_in};
use windlass_engine::state::OperationId;

use super::deploy::{Callback, Program, Until};
use super::guest::{Answer, Performer, Work, not_now};
use crate::bindings::roles::windlass::plugin::deploying;
use crate::translate;

/// How deep places may be.
const FRAMES: usize = 64;

/// The operation that stands for a function of the deploy.
const CALL: &str = "call";

/// What begins the id of a condition.
const CONDITION: &str = "if-";

/// What a component adds for one host.
pub(super) struct Adding {
    program: Arc<Program>,
    host: HostContext,
    added: HashSet<OperationId>,
    conditions: Vec<Condition>,
    /// The parts that it entered and has not left.
    entered: Vec<String>,
    /// The secrets that the host's data names.
    secrets: BTreeSet<String>,
}

fn invalid(message: impl Into<String>) -> GuestError {
    GuestError::new(ErrorKind::InvalidValue, message)
}

fn object(what: &'static str, text: &str) -> Result<JsonMap, GuestError> {
    let value = translate::json(what, text).map_err(|refused| invalid(refused.to_string()))?;
    match value {
        Json::Null => Ok(JsonMap::new()),
        Json::Object(map) => Ok(map),
        _ => Err(invalid(format!("{what} are an object by name"))),
    }
}

/// A function of the deploy, with what it is given.
fn callback(what: &str, mut map: JsonMap) -> Result<(String, Json), GuestError> {
    let function = map.remove("callback");
    let payload = map.remove("payload").unwrap_or(Json::Null);
    match (function, map.keys().next()) {
        (Some(Json::String(function)), None) => Ok((function, payload)),
        (_, other) => {
            let other = other
                .map(|key| format!(", not `{key}`"))
                .unwrap_or_default();
            Err(invalid(format!(
                "`{what}` takes {{\"callback\": the name of a function of the deploy, \"payload\": what it is given}}{other}"
            )))
        }
    }
}

impl Adding {
    pub(super) fn new(program: Arc<Program>, host: HostContext) -> Self {
        let secrets = secrets_in(&Json::Object(host.data_for_guests()));
        Self {
            program,
            host,
            added: HashSet::new(),
            conditions: Vec::new(),
            entered: Vec::new(),
            secrets,
        }
    }

    /// Leaves all that was entered, and gives what was entered last.
    pub(super) fn leave_all(&mut self) -> Option<String> {
        let last = self.entered.last().cloned();
        while self.entered.pop().is_some() {
            self.host.leave();
        }
        last
    }

    fn add(
        &mut self,
        operation: &str,
        args: &str,
        globals: &str,
        places: Vec<deploying::Place>,
    ) -> Result<String, GuestError> {
        let place = self.place(places)?;
        let at = place.short();
        self.add_at(operation, args, globals, place)
            .map_err(|error| GuestError {
                at: Some(at),
                ..error
            })
    }

    fn add_at(
        &mut self,
        operation: &str,
        args: &str,
        globals: &str,
        place: Place,
    ) -> Result<String, GuestError> {
        let named = object("the arguments of an operation", args)?;
        let (name, globals) = self.globals(object("global arguments", globals)?)?;
        named
            .values()
            .try_for_each(|value| passed_on(value, &self.secrets))?;
        let (operation, named) = match operation {
            CALL => {
                let (function, payload) = callback(CALL, named)?;
                let function = Callback {
                    program: self.program.clone(),
                    shown: format!("{CALL}({function})"),
                    function,
                    payload,
                };
                (OperationRef::Function(Arc::new(function)), JsonMap::new())
            }
            operation => {
                let info = self.host.plugins().operation(operation);
                if info.map_err(|error| unknown(&error))?.hidden {
                    return Err(invalid(format!(
                        "`{operation}` is for other operations to use, not for deploys"
                    )));
                }
                (OperationRef::Plugin(operation.to_owned()), named)
            }
        };
        let call = OperationCall {
            operation,
            name,
            positional: Vec::new(),
            named,
            globals,
            place,
        };
        let id = self.host.add(call).map_err(refused)?;
        self.added.insert(id);
        Ok(id.to_string())
    }

    /// The name of an operation, and its global arguments.
    fn globals(&self, mut given: JsonMap) -> Result<(Option<String>, GlobalArguments), GuestError> {
        let name = match given.remove("name") {
            None | Some(Json::Null) => None,
            Some(Json::String(name)) => Some(name),
            Some(_) => return Err(invalid("`name` takes text")),
        };
        let conditions = match given.remove("_if") {
            None | Some(Json::Null) => Vec::new(),
            Some(Json::Array(ids)) => ids,
            Some(id) => vec![id],
        };
        let until = match given.remove("_retry_until") {
            None | Some(Json::Null) => None,
            Some(Json::Object(map)) => Some(callback("_retry_until", map)?),
            Some(_) => {
                return Err(callback("_retry_until", JsonMap::new())
                    .err()
                    .unwrap_or_else(|| invalid("`_retry_until` names a function of the deploy")));
            }
        };
        given
            .values()
            .try_for_each(|value| passed_on(value, &self.secrets))?;
        let mut globals = GlobalArguments::from_json(&Json::Object(given), self.host.secrets())
            .map_err(invalid)?;
        for id in &conditions {
            let id = id
                .as_str()
                .ok_or_else(|| invalid("`_if` takes ids of conditions"))?;
            globals.condition.push(self.condition(id)?);
        }
        globals.retry_until = until.map(|(function, payload)| {
            let until = Until {
                program: self.program.clone(),
                host: self.host.clone(),
                function,
                payload,
            };
            Arc::new(until) as Arc<_>
        });
        Ok((name, globals))
    }

    /// The condition of an id.
    fn condition(&self, id: &str) -> Result<Condition, GuestError> {
        let number = id
            .strip_prefix(CONDITION)
            .and_then(|number| number.parse::<usize>().ok());
        match number.and_then(|number| self.conditions.get(number)) {
            Some(condition) => Ok(condition.clone()),
            None if self.operation(id).is_ok() => Err(invalid(format!(
                "`{id}` is an operation: say what about it, as in condition(\"changed\", [id])"
            ))),
            None => Err(invalid(format!("there is no condition `{id}` here"))),
        }
    }

    /// The operation of an id, which this deploy added to this host.
    fn operation(&self, id: &str) -> Result<OperationId, GuestError> {
        let known = u64::from_str_radix(id, 16).ok().map(OperationId);
        known.filter(|id| self.added.contains(id)).ok_or_else(|| {
            invalid(format!(
                "this deploy added no operation `{id}` to this host"
            ))
        })
    }

    fn combine(&mut self, kind: &str, operands: &[String]) -> Result<String, GuestError> {
        const KINDS: [&str; 7] = [
            "changed",
            "unchanged",
            "succeeded",
            "failed",
            "any",
            "all",
            "not",
        ];
        let one = || match operands {
            [one] => Ok(one.as_str()),
            _ => Err(invalid(format!(
                "`{kind}` takes one operand, not {}",
                operands.len()
            ))),
        };
        let all = || {
            operands
                .iter()
                .map(|id| self.condition(id))
                .collect::<Result<Vec<_>, _>>()
        };
        let condition = match kind {
            "changed" => Condition::Changed(self.operation(one()?)?),
            "unchanged" => Condition::Unchanged(self.operation(one()?)?),
            "succeeded" => Condition::Succeeded(self.operation(one()?)?),
            "failed" => Condition::Failed(self.operation(one()?)?),
            "any" => Condition::Any(all()?),
            "all" => Condition::All(all()?),
            "not" => Condition::Not(Box::new(self.condition(one()?)?)),
            other => {
                let near = did_you_mean(other, KINDS);
                return Err(invalid(format!(
                    "there is no condition of the kind `{other}`{near}"
                )));
            }
        };
        self.conditions.push(condition);
        Ok(format!("{CONDITION}{}", self.conditions.len() - 1))
    }

    fn enter(&mut self, name: String, defaults: &str) -> Result<(), GuestError> {
        let defaults = object("global arguments", defaults)?;
        defaults
            .values()
            .try_for_each(|value| passed_on(value, &self.secrets))?;
        let globals = GlobalArguments::from_json(&Json::Object(defaults), self.host.secrets())
            .map_err(invalid)?;
        self.entered.push(name.clone());
        self.host.enter(name, JsonMap::new(), globals);
        Ok(())
    }

    /// Where something stands: the component, and in it what the guest says.
    fn place(&self, places: Vec<deploying::Place>) -> Result<Place, GuestError> {
        if places.is_empty() || places.len() > FRAMES {
            return Err(invalid(format!(
                "an operation has from 1 to {FRAMES} places, the innermost last, and this one has {}",
                places.len()
            )));
        }
        let mut frames = vec![Frame {
            file: self.program.name.clone(),
            line: 0,
            key: String::new(),
        }];
        for place in places {
            let named = !place.file.is_empty() && !place.file.starts_with('@');
            if !named || (place.line == 0 && place.key.is_empty()) {
                return Err(invalid(
                    "a place has a file, which is none of another pack, and a line or a key that tells it apart from others",
                ));
            }
            frames.push(Frame {
                file: place.file,
                line: place.line,
                key: place.key,
            });
        }
        Ok(Place {
            frames,
            source: None,
        })
    }
}

fn unknown(error: &PluginError) -> GuestError {
    invalid(error.to_string())
}

fn refused(error: EngineError) -> GuestError {
    let kind = match error {
        EngineError::Stage { .. } | EngineError::Denied(_) => ErrorKind::Denied,
        _ => ErrorKind::InvalidValue,
    };
    GuestError::new(kind, error.to_string())
}

impl Performer {
    fn adding(&mut self) -> Result<&mut Adding, GuestError> {
        match &mut self.work {
            Work::Adding(adding) => Ok(adding),
            _ => Err(not_now(
                "nothing is added to the deploy at execution\n  `operation` of the target runs one at once",
            )),
        }
    }

    /// Looks as what was entered last does.
    fn look_again(&mut self) -> Result<(), GuestError> {
        let view = self.adding()?.host.view().map_err(invalid)?;
        self.look_through(view);
        Ok(())
    }
}

impl deploying::Host for Performer {
    async fn add(
        &mut self,
        operation: String,
        args: String,
        globals: String,
        places: Vec<deploying::Place>,
    ) -> Answer<String> {
        let operation = self.named(operation);
        let added = self
            .adding()
            .and_then(|adding| adding.add(&operation, &args, &globals, places));
        self.at_host(async { added }).await
    }

    async fn condition(&mut self, kind: String, operands: Vec<String>) -> Answer<String> {
        let made = self
            .adding()
            .and_then(|adding| adding.combine(&kind, &operands));
        self.at_host(async { made }).await
    }

    async fn enter(
        &mut self,
        name: String,
        defaults: String,
        places: Vec<deploying::Place>,
    ) -> Answer<()> {
        let entered = self
            .adding()
            .and_then(|adding| {
                adding.place(places)?;
                adding.enter(name, &defaults)
            })
            .and_then(|()| self.look_again());
        self.at_host(async { entered }).await
    }

    async fn leave(&mut self) -> wasmtime::Result<()> {
        let left = self.adding().map(|adding| {
            let inside = adding.entered.pop().is_some();
            if inside {
                adding.host.leave();
            }
            inside
        });
        match left {
            Ok(true) => self.look_again()?,
            Ok(false) => {
                return Err(wasmtime::Error::msg(
                    "it left a part that it had not entered",
                ));
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }
}
