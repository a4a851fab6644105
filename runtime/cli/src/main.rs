//! `windlass`, the command line.
//!
//! It parses, asks, shows and gives the exit code; what is done is done by the crate `windlass`.

mod args;
mod audit;
mod bundle;
mod commands;
mod context;
mod errors;
mod interrupt;
mod old_forms;
mod options;
mod packs;
mod prompt;
mod render;
mod run;
mod ui;
mod values;
mod watch;

use clap::Parser;

use crate::args::{Cli, Command};
use crate::context::Context;
use crate::errors::{CliError, Status};

fn main() {
    let given: Vec<String> = std::env::args_os()
        .map(|text| text.to_string_lossy().into_owned())
        .collect();
    let code = match old_forms::answer(&given) {
        Some(answer) => {
            eprintln!("error: {answer}");
            errors::USAGE
        }
        None => match Cli::try_parse() {
            Ok(cli) => call(cli),
            Err(error) => {
                // Nothing can be done about a standard output that is closed.
                let _ = error.print();
                if error.use_stderr() { errors::USAGE } else { 0 }
            }
        },
    };
    // A thread may still wait for standard input: the process ends here whatever it waits for.
    std::process::exit(code);
}

/// Runs a command and gives its exit code.
fn call(cli: Cli) -> i32 {
    let context = Context::new(cli.global);
    match dispatch(&context, cli.command) {
        Ok(status) => status.code(),
        Err(error) => {
            error.show(&context.ui);
            error.code()
        }
    }
}

fn dispatch(context: &Context, command: Command) -> Result<Status, CliError> {
    context.enter_folder()?;
    match command {
        Command::Init(args) => commands::init::run(context, &args),
        Command::Completions(args) => commands::completions::run(&args),
        Command::Help(args) => commands::help::run(context, &args),
        Command::Operations(args) => commands::list::operations(context, &args),
        Command::Facts(args) => commands::list::facts(context, &args),
        Command::Inventory(args) => context.wait(commands::inventory::run(context, &args)),
        Command::Plan(args) => context.wait(commands::plan::run(context, &args)),
        Command::Apply(args) => context.wait(commands::apply::run(context, &args)),
        Command::Exec(args) => context.wait(commands::exec::run(context, &args)),
        Command::Fact(args) => context.wait(commands::fact::run(context, &args)),
        Command::Op(args) => context.wait(commands::op::run(context, &args)),
        Command::Policy(args) => context.wait(commands::policy::run(context, &args)),
        Command::Audit(args) => commands::audit::run(context, &args),
        Command::Pack(args) => context.wait(commands::pack::run(context, &args)),
    }
}
