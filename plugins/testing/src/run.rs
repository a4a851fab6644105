//! Running cases.

use serde_json::Value as Json;
use windlass_sdk::fact::{Origin, Output};
use windlass_sdk::testing::{LocalFile, TestHost};
use windlass_sdk::{Entry, EntryKind, ErrorKind, Namespace, Plan, Result};

use crate::case::{Case, bound};
use crate::command::{Command, expected, planned};
use crate::compare::{same_command, same_shell, same_value};

/// A case that failed, and why.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The case.
    pub id: String,
    /// Why it failed.
    pub why: String,
}

/// Runs cases, and gives those that failed.
#[must_use]
pub fn run_cases(namespace: &Namespace, cases: &[Case]) -> Vec<Failure> {
    let failure = |case: &Case| {
        let why = run_case(namespace, case).err()?;
        Some(Failure {
            id: case.id().to_owned(),
            why,
        })
    };
    cases.iter().filter_map(failure).collect()
}

/// Runs a case.
///
/// # Errors
/// Why it failed.
pub fn run_case(namespace: &Namespace, case: &Case) -> std::result::Result<(), String> {
    if case.is_operation() {
        run_operation(namespace, case)
    } else {
        run_fact(namespace, case)
    }
}

fn run_operation(namespace: &Namespace, case: &Case) -> std::result::Result<(), String> {
    let json = &case.json;
    let cwd = json["env"]["cwd"].as_str().unwrap_or("/");
    let mut host = host_of(json, cwd);
    let planned_now = host.run(|| namespace.plan(case.subject(), bound(&json["params"])));
    if let Some(error) = json["expect"].get("error") {
        return compare_error(planned_now, error);
    }
    let plan = planned_now.map_err(|error| format!("{}: {error}", error.kind.as_str()))?;
    let commands = json["expect"]["commands"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let wanted: Vec<Command> = commands
        .iter()
        .map(|command| expected(command, cwd))
        .collect();
    let found = planned(&plan, cwd);
    let same =
        wanted.len() == found.len() && wanted.iter().zip(&found).all(|(a, b)| same_command(a, b));
    if same {
        Ok(())
    } else {
        Err(format!("expected {wanted:#?}\n   found {found:#?}"))
    }
}

fn compare_error(planned: Result<Plan>, wanted: &Json) -> std::result::Result<(), String> {
    let kinds: Vec<&str> = wanted["kinds"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
        .collect();
    match planned {
        Ok(plan) => Err(format!(
            "expected an error of kind {kinds:?}, found {} steps",
            plan.steps.len()
        )),
        Err(error) if error.kind == ErrorKind::MissingFact => Err(error.to_string()),
        Err(error) if kinds.contains(&error.kind.as_str()) => Ok(()),
        Err(error) => Err(format!(
            "expected an error of kind {kinds:?}, found {}: {error}",
            error.kind.as_str()
        )),
    }
}

fn run_fact(namespace: &Namespace, case: &Case) -> std::result::Result<(), String> {
    let json = &case.json;
    let fail = |error: windlass_sdk::Error| format!("{}: {error}", error.kind.as_str());
    let stamp: String = json["now"]
        .as_str()
        .unwrap_or_default()
        .chars()
        .filter(|c| !"-:".contains(*c))
        .collect();
    let mut host = host_of(json, "/").global("_timestamp", stamp);
    let args = || vec![bound(&json["params"])];
    let origin = host
        .run(|| namespace.source(case.subject(), args()))
        .map_err(fail)?;

    let wanted = json["expect"]["command"]["raw"]
        .as_str()
        .unwrap_or_default();
    match &origin {
        Origin::Shell(shell) if same_shell(&shell.text.render(), wanted) => {}
        Origin::Shell(shell) => {
            return Err(format!(
                "expected {wanted}\n   found {}",
                shell.text.render()
            ));
        }
        other => return Err(format!("expected {wanted}\n   found {other:?}")),
    }
    let name = case.subject();
    let info = namespace
        .describe_facts()
        .into_iter()
        .find(|info| info.name == name);
    let info = info.ok_or_else(|| format!("{name} is not described"))?;
    if info.requires != json["expect"]["requires_command"].as_str() {
        return Err(format!(
            "requires {:?}, expected {}",
            info.requires, json["expect"]["requires_command"]
        ));
    }

    let lines = json["output"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Json::as_str);
    let stdout: String = lines
        .map(|line| format!("{}\n", line.replace("__pyinfra_", "__windlass_")))
        .collect();
    let output = Output {
        stdout: stdout.into_bytes(),
        ..Output::default()
    };
    let values = host
        .run(|| namespace.parse(name, args(), &output))
        .map_err(fail)?;
    let wanted = &json["expect"]["value"];
    match values.first() {
        Some(value) if same_value(value, wanted) => Ok(()),
        found => Err(format!(
            "expected {wanted}\n   found {}",
            found.unwrap_or(&Json::Null)
        )),
    }
}

/// The host that a case describes.
fn host_of(json: &Json, cwd: &str) -> TestHost {
    let text = |key: &str| json["env"][key].as_str().unwrap_or_default().to_owned();
    let mut host = TestHost::new().with_temp_path(text("temp_file"));
    for (global, key) in [("_timestamp", "timestamp"), ("_temp_dir", "temp_dir")] {
        host = host.global(global, text(key));
    }
    for key in ["facts", "host_facts"] {
        for fact in json[key].as_array().into_iter().flatten() {
            let name = fact["fact"].as_str().unwrap_or_default();
            host = host.fact(name, bound(&fact["args"]), fact["value"].clone());
        }
    }
    for file in json["local_fs"].as_array().into_iter().flatten() {
        let path = file["path"].as_str().unwrap_or_default();
        let relative = path
            .strip_prefix(cwd)
            .map(|path| path.trim_start_matches('/'));
        for path in [Some(path), relative].into_iter().flatten() {
            host = host.file(path, local_file(file));
        }
    }
    host
}

fn local_file(file: &Json) -> LocalFile {
    let mut local = LocalFile::new(file["content"].as_str().unwrap_or_default());
    let stat = &file["stat"];
    let mode = stat["mode"]
        .as_str()
        .and_then(|mode| u32::from_str_radix(mode, 8).ok());
    let kind = EntryKind::from_name(file["kind"].as_str().unwrap_or("file"));
    local.entry = Entry {
        kind,
        mode: mode.unwrap_or(0o644),
        ..local.entry
    };
    #[allow(
        clippy::cast_possible_truncation,
        reason = "times of files are far from the range's ends"
    )]
    let micros = |key: &str| (stat[key].as_f64().unwrap_or_default() * 1e6).round() as i64;
    local.times = (micros("atime"), micros("mtime"));
    local
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;
    use windlass_sdk::prelude::*;

    const NAMESPACE: Namespace = Namespace {
        name: "t",
        operations: &[],
        facts: &[],
    };

    #[test]
    fn what_the_namespace_lacks_fails() {
        let case =
            Case::new(json!({"id": "x", "op": "t.none", "params": {}, "expect": {"commands": []}}));
        assert!(
            run_case(&NAMESPACE, &case)
                .unwrap_err()
                .contains("no operation")
        );
    }

    #[test]
    fn a_fact_that_is_not_listed_fails_even_where_an_error_is_expected() {
        let missing = windlass_sdk::Error::new(ErrorKind::MissingFact, "not listed");
        assert!(compare_error(Err(missing), &json!({"kinds": ["operation"]})).is_err());
        assert!(
            compare_error(Err(Error::operation("x")), &json!({"kinds": ["operation"]})).is_ok()
        );
        assert!(compare_error(Ok(Plan::new()), &json!({"kinds": ["operation"]})).is_err());
    }
}
