//! `windlass op`: one operation, without a deploy file.

use std::sync::Arc;

use clap::Args;
use windlass::deploys::Deploys;
use windlass::engine::arguments::GlobalArguments;
use windlass::engine::deploy::{DeployFunction, DeploySource, OperationCall, OperationRef};
use windlass::engine::error::EngineError;
use windlass::engine::json::Json;
use windlass::engine::place::Place;
use windlass::engine::plugins::PluginError;

use crate::context::Context;
use crate::errors::{CliError, Status};
use crate::prompt;
use crate::run::{Run, Wants};
use crate::values::Arguments;

/// Run one operation: show what it would change, ask, and change it
#[derive(Debug, Args)]
pub(crate) struct OpArgs {
    /// A file, hosts with commas between them, or `@connector/argument`
    inventory: String,
    /// The operation, as `files.directory`
    operation: String,
    /// Its arguments: values, or KEY=VALUE; `_sudo=true` and the like too
    #[arg(value_name = "ARGUMENT")]
    arguments: Vec<String>,
}

pub(crate) async fn run(context: &Context, args: &OpArgs) -> Result<Status, CliError> {
    prompt::can_ask(context.global.yes)?;
    let wants = Wants {
        command: "op",
        record: Some("op"),
        stream: true,
        ..Wants::default()
    };
    let run = Run::begin(context, &args.inventory, &Deploys::none("."), wants).await?;
    let call = checked_call(context, &run, &args.operation, &args.arguments)?;
    let deploy: Arc<dyn DeploySource> = DeployFunction::shared("command line", ".", move |host| {
        host.add(call.clone()).map(|_| ())
    });
    let result = run.apply(&[deploy]).await;
    run.end_summed_up(result).await
}

/// The call that the words mean. What is wrong with the arguments is known before anything connects.
pub(crate) fn checked_call(
    context: &Context,
    run: &Run<'_>,
    operation: &str,
    words: &[String],
) -> Result<OperationCall, CliError> {
    let plugins = run.state.plugins();
    let info = plugins.operation(operation).map_err(EngineError::from)?;
    let mut read = Arguments::read(words, &info.parameters);
    let name = read
        .global
        .shift_remove("name")
        .and_then(|name| name.as_str().map(str::to_owned));
    let globals = GlobalArguments::from_json(&Json::Object(read.global), &context.secrets)
        .map_err(CliError::Usage)?;
    let (positional, named) = (read.positional.clone(), read.named.clone());
    plugins
        .bind_operation(operation, positional, named, run.state.secrets())
        .map_err(|error| match error {
            PluginError::Argument { .. } => CliError::Usage(format!(
                "{operation}: {error}\n  `windlass help {operation}` shows its arguments"
            )),
            other => EngineError::from(other).into(),
        })?;
    Ok(OperationCall {
        operation: OperationRef::Plugin(operation.to_owned()),
        name,
        positional: read.positional,
        named: read.named,
        globals,
        place: Place::at("command line", 0),
    })
}
