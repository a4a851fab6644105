//! What a pack says of its operations and facts.

use windlass_engine::contract::{FactInfo, OperationInfo, Parameter, ParameterKind, Stability};

use super::refused::{Refused, json, newer};
use crate::bindings::exports::windlass::plugin::{fact_source, operations};
use crate::bindings::windlass::plugin::types as wit;

pub(crate) fn operation_info(info: operations::OperationInfo) -> Result<OperationInfo, Refused> {
    Ok(OperationInfo {
        name: info.name,
        doc: info.doc,
        parameters: parameters(info.parameters)?,
        idempotent: info.idempotent,
        hidden: info.hidden,
        alias_of: info.alias_of,
        more: json("`more` of an operation", &info.more)?,
    })
}

pub(crate) fn fact_info(info: fact_source::FactInfo) -> Result<FactInfo, Refused> {
    Ok(FactInfo {
        name: info.name,
        doc: info.doc,
        parameters: parameters(info.parameters)?,
        default: json("the default of a fact", &info.default)?,
        stability: match info.stability.as_str() {
            "immutable" => Stability::Immutable,
            "state" => Stability::State,
            "volatile" => Stability::Volatile,
            other => return Err(newer("the stability", other)),
        },
        requires: info.requires,
        batch: info.batch,
        globals: json("the global arguments of a fact", &info.globals)?,
        more: json("`more` of a fact", &info.more)?,
    })
}

fn parameters(parameters: Vec<wit::Parameter>) -> Result<Vec<Parameter>, Refused> {
    parameters.into_iter().map(parameter).collect()
}

fn parameter(parameter: wit::Parameter) -> Result<Parameter, Refused> {
    let default = parameter
        .default
        .map(|text| json("the default of a parameter", &text));
    Ok(Parameter {
        name: parameter.name,
        kind: match parameter.kind.as_str() {
            "either" => ParameterKind::Either,
            "keyword" => ParameterKind::Keyword,
            "rest-list" => ParameterKind::RestList,
            "rest-map" => ParameterKind::RestMap,
            other => return Err(newer("the kind of parameter", other)),
        },
        schema: json("the schema of a parameter", &parameter.schema)?,
        default: default.transpose()?,
        doc: parameter.doc,
        secret: parameter.secret,
        more: json("`more` of a parameter", &parameter.more)?,
    })
}
