//! Facts: requests, where values come from, what came back.

use windlass_engine::contract::{Derived, FactRequest, Origin, Probe, RawOutput};
use windlass_engine::json::{Json, canonical};

use super::planned::shell;
use super::refused::{Refused, json, newer};
use crate::bindings::exports::windlass::plugin::fact_source;
use crate::bindings::windlass::plugin::facts;

pub(crate) fn request(request: facts::Request) -> Result<FactRequest, Refused> {
    Ok(FactRequest {
        fact: request.fact,
        args: json("the arguments of a fact", &request.args)?,
        select: request.select,
        globals: json("the global arguments of a fact", &request.globals)?,
    })
}

pub(crate) fn origin(origin: fact_source::Origin) -> Result<Origin, Refused> {
    Ok(match origin {
        fact_source::Origin::Probe(probe) => Origin::Probe(Probe {
            kind: probe.kind,
            args: json("the arguments of a probe", &probe.args)?,
        }),
        fact_source::Origin::Shell(command) => Origin::Shell(shell(command)?),
        fact_source::Origin::Derived(facts) => Origin::Derived(
            facts
                .into_iter()
                .map(|derived| {
                    Ok(Derived {
                        fact: derived.fact,
                        args: json("the arguments of a fact", &derived.args)?,
                        select: derived.select,
                    })
                })
                .collect::<Result<_, Refused>>()?,
        ),
        fact_source::Origin::Other((name, _)) => return Err(newer("an origin of the kind", &name)),
    })
}

pub(crate) fn raw(output: RawOutput) -> fact_source::Raw {
    fact_source::Raw {
        status: output.status,
        stdout: output.stdout,
        stderr: output.stderr,
        values: output.values.iter().map(canonical).collect(),
        more: String::from("{}"),
    }
}

/// What `parse` gave: a value for each of `wanted` argument sets.
pub(crate) fn values(values: &[String], wanted: usize) -> Result<Vec<Json>, Refused> {
    if values.len() != wanted {
        return Err(Refused::Shape {
            what: "what `parse` gave",
            message: format!("{} values for {wanted} requests", values.len()),
        });
    }
    let values = values.iter();
    values.map(|value| json("a fact's value", value)).collect()
}
