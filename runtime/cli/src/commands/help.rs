//! `windlass help`: of the program, of a command, of an operation or fact.

use clap::{Args, CommandFactory};
use serde_json::json;
use windlass::engine::contract::{FactInfo, OperationInfo, Parameter, Stability};
use windlass::engine::error::EngineError;
use windlass::engine::json::Json;
use windlass::engine::plugins::Plugins;
use windlass::packs::docs::{call, takes};

use crate::args::Cli;
use crate::context::Context;
use crate::errors::{CliError, Status};
use crate::packs;
use crate::render::indent;

/// Show help of a command, of an operation as `files.put`, or of a fact as `files.File`
#[derive(Debug, Args)]
pub(crate) struct HelpArgs {
    /// The command, operation or fact
    name: Option<String>,
}

pub(crate) fn run(context: &Context, args: &HelpArgs) -> Result<Status, CliError> {
    let mut command = Cli::command();
    command.build();
    let Some(name) = &args.name else {
        context
            .ui
            .line(command.render_long_help().to_string().trim_end());
        return Ok(Status::Done);
    };
    if let Some(found) = command.find_subcommand_mut(name) {
        context
            .ui
            .line(found.render_long_help().to_string().trim_end());
        return Ok(Status::Done);
    }
    let plugins = context.wait(packs::plugins(context, ".".into()))?;
    let page = page(plugins.as_ref(), name)?;
    if context.ui.json {
        context.ui.json_document(&page.json);
    } else {
        context.ui.line(page.text(context).trim_end());
    }
    Ok(Status::Done)
}

/// What there is to say of an operation or fact.
struct Page {
    name: String,
    doc: String,
    parameters: Vec<Parameter>,
    remarks: Vec<String>,
    examples: Vec<String>,
    json: Json,
}

/// Finds an operation, or a fact where the part behind the dot begins with a capital letter.
fn page(plugins: &dyn Plugins, name: &str) -> Result<Page, CliError> {
    let is_fact = name
        .split('.')
        .next_back()
        .is_some_and(|last| last.starts_with(|c: char| c.is_ascii_uppercase()));
    if is_fact {
        let info = plugins.fact(name).map_err(EngineError::from)?;
        Ok(of_fact(&info))
    } else {
        let info = plugins.operation(name).map_err(|error| {
            let error = EngineError::from(error);
            CliError::Usage(format!(
                "{error}\n  `windlass operations` and `windlass facts` list what there is"
            ))
        })?;
        Ok(of_operation(&info))
    }
}

fn of_operation(info: &OperationInfo) -> Page {
    let mut remarks = Vec::new();
    if let Some(other) = &info.alias_of {
        remarks.push(format!("Another name of {other}."));
    }
    if !info.idempotent {
        remarks.push(String::from("Changes something each time it runs."));
    }
    Page {
        name: info.name.clone(),
        doc: info.doc.clone(),
        parameters: info.parameters.clone(),
        remarks,
        examples: examples(&info.more),
        json: json!(info),
    }
}

fn of_fact(info: &FactInfo) -> Page {
    let mut remarks = Vec::new();
    match info.stability {
        Stability::Immutable => remarks.push(String::from("Stays the same during a run.")),
        Stability::State => {}
        Stability::Volatile => remarks.push(String::from("Changes by itself.")),
    }
    if let Some(program) = &info.requires {
        remarks.push(format!(
            "Needs the program {program} on the host; without it the value is {}.",
            info.default
        ));
    }
    Page {
        name: info.name.clone(),
        doc: info.doc.clone(),
        parameters: info.parameters.clone(),
        remarks,
        examples: examples(&info.more),
        json: json!(info),
    }
}

fn examples(more: &Json) -> Vec<String> {
    let list = more.get("examples").and_then(Json::as_array);
    list.into_iter()
        .flatten()
        .filter_map(|example| example.as_str().map(str::to_owned))
        .collect()
}

impl Page {
    fn text(&self, context: &Context) -> String {
        let style = context.ui.out;
        let mut sections = vec![format!(
            "{}\n\n{}",
            style.bold(&call(&self.name, &self.parameters)),
            indent(self.doc.trim(), 2)
        )];
        if !self.parameters.is_empty() {
            let all: Vec<String> = self.parameters.iter().map(parameter).collect();
            sections.push(format!("{}\n{}", style.bold("Parameters"), all.join("\n")));
        }
        if !self.remarks.is_empty() {
            sections.push(self.remarks.join("\n"));
        }
        if !self.examples.is_empty() {
            let all: Vec<String> = self.examples.iter().map(|text| indent(text, 2)).collect();
            let head = if all.len() == 1 {
                "Example"
            } else {
                "Examples"
            };
            sections.push(format!("{}\n{}", style.bold(head), all.join("\n\n")));
        }
        sections.join("\n\n")
    }
}

fn parameter(parameter: &Parameter) -> String {
    let mut text = format!("  {}: {}", parameter.name, takes(parameter));
    let doc = parameter.doc.trim();
    if !doc.is_empty() {
        text.push('\n');
        text += &indent(doc, 6);
    }
    text
}
