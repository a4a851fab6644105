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
    let call = call(context, &run, args)?;
    // What is wrong with the arguments is known before anything connects.
    let (positional, named) = (call.positional.clone(), call.named.clone());
    run.state
        .plugins()
        .bind_operation(&args.operation, positional, named, run.state.secrets())
        .map_err(|error| match error {
            PluginError::Argument { .. } => {
                let operation = &args.operation;
                CliError::Usage(format!(
                    "{operation}: {error}\n  `windlass help {operation}` shows its arguments"
                ))
            }
            other => EngineError::from(other).into(),
        })?;
    let deploy: Arc<dyn DeploySource> = DeployFunction::shared("command line", ".", move |host| {
        host.add(call.clone()).map(|_| ())
    });
    let result = run.apply(&[deploy]).await;
    run.end_summed_up(result).await
}

/// The call that the words mean.
fn call(context: &Context, run: &Run<'_>, args: &OpArgs) -> Result<OperationCall, CliError> {
    let info = run
        .state
        .plugins()
        .operation(&args.operation)
        .map_err(EngineError::from)?;
    let mut read = Arguments::read(&args.arguments, &info.parameters);
    let name = read
        .global
        .shift_remove("name")
        .and_then(|name| name.as_str().map(str::to_owned));
    let globals = GlobalArguments::from_json(&Json::Object(read.global), &context.secrets)
        .map_err(CliError::Usage)?;
    Ok(OperationCall {
        operation: OperationRef::Plugin(args.operation.clone()),
        name,
        positional: read.positional,
        named: read.named,
        globals,
        place: Place::at("command line", 0),
    })
}
