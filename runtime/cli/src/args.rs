//! The command line's shape. Doc comments here are the help that users read.

use camino::Utf8PathBuf;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use windlass::engine::execute::Strategy;

use crate::commands;

/// Deploys to many hosts at once, over SSH and other connectors: shows what would change, then changes it.
#[derive(Debug, Parser)]
#[command(
    name = "windlass",
    version,
    disable_help_subcommand = true,
    max_term_width = 100
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What can be done; a module each below `commands`.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Plan(commands::plan::PlanArgs),
    Apply(commands::apply::ApplyArgs),
    Exec(commands::exec::ExecArgs),
    Fact(commands::fact::FactArgs),
    Op(commands::op::OpArgs),
    Inventory(commands::inventory::InventoryArgs),
    Operations(commands::list::OperationsArgs),
    Facts(commands::list::FactsArgs),
    Help(commands::help::HelpArgs),
    Init(commands::init::InitArgs),
    Pack(commands::pack::PackArgs),
    Policy(commands::policy::PolicyArgs),
    Audit(commands::audit::AuditArgs),
    Completions(commands::completions::CompletionsArgs),
}

/// How operations and hosts take turns.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum StrategyName {
    /// One operation at a time, all its hosts in parallel, then the next
    Barrier,
    /// Operations without a path between them overlap
    Dag,
    /// Each host goes through its operations by itself
    Free,
    /// All operations of a host, then the next host
    Serial,
}

/// Options of every command.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Global {
    /// Only these hosts: names, groups or patterns like `web-*`; may be repeated
    #[arg(
        long,
        global = true,
        value_name = "HOSTS",
        help_heading = "Hosts and data"
    )]
    pub(crate) limit: Vec<String>,
    /// Not these hosts: names, groups or patterns; may be repeated
    #[arg(
        long,
        global = true,
        value_name = "HOSTS",
        help_heading = "Hosts and data"
    )]
    pub(crate) exclude: Vec<String>,
    /// Data of all hosts, over what the inventory says; may be repeated
    #[arg(
        long,
        global = true,
        value_name = "KEY=VALUE",
        help_heading = "Hosts and data"
    )]
    pub(crate) data: Vec<String>,
    /// A folder with more data of groups; may be repeated, later ones win
    #[arg(
        long,
        global = true,
        value_name = "FOLDER",
        help_heading = "Hosts and data"
    )]
    pub(crate) group_data: Vec<Utf8PathBuf>,
    /// A file with settings, over those of the inventory; may be repeated
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        help_heading = "Hosts and data"
    )]
    pub(crate) config: Vec<Utf8PathBuf>,
    /// Go to this folder first
    #[arg(
        long,
        global = true,
        value_name = "FOLDER",
        help_heading = "Hosts and data"
    )]
    pub(crate) chdir: Option<Utf8PathBuf>,

    /// How many hosts work at once [default: by processors and open files]
    #[arg(long, global = true, value_name = "COUNT", help_heading = "Running")]
    pub(crate) parallel: Option<u32>,
    /// How operations and hosts take turns [default: barrier]
    #[arg(
        long,
        global = true,
        hide_possible_values = false,
        help_heading = "Running"
    )]
    pub(crate) strategy: Option<StrategyName>,
    /// All operations of a host, then the next host: `--strategy serial`
    #[arg(long, global = true, conflicts_with_all = ["strategy", "no_wait"], help_heading = "Running")]
    pub(crate) serial: bool,
    /// Hosts do not wait for each other: `--strategy free`
    #[arg(
        long,
        global = true,
        conflicts_with = "strategy",
        help_heading = "Running"
    )]
    pub(crate) no_wait: bool,
    /// A channel for each command, instead of shells that stay open: slower, for finding out what went wrong
    #[arg(long, global = true, help_heading = "Running")]
    pub(crate) no_batch: bool,
    /// Do what is right for a host as it is when an operation's turn comes, also where that differs from the plan
    #[arg(long, global = true, help_heading = "Running")]
    pub(crate) allow_drift: bool,
    /// Stop when more than this share of the hosts failed [default: when all failed]
    #[arg(long, global = true, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100), help_heading = "Running")]
    pub(crate) fail_percent: Option<u8>,
    /// How often failing operations are tried again [default: 0]
    #[arg(long, global = true, value_name = "COUNT", help_heading = "Running")]
    pub(crate) retry: Option<u32>,
    /// Seconds between tries [default: 5]
    #[arg(long, global = true, value_name = "SECONDS", help_heading = "Running")]
    pub(crate) retry_delay: Option<f64>,
    /// A component, or a folder of components, besides the standard pack; nobody vouches for it; may be repeated
    #[arg(
        long = "pack",
        global = true,
        value_name = "PATH",
        hide_short_help = true,
        help_heading = "Running"
    )]
    pub(crate) packs: Vec<Utf8PathBuf>,
    /// Packs are exactly those of packs.lock: folders that were changed since, and --pack, are refused
    #[arg(long, global = true, hide_short_help = true, help_heading = "Packs")]
    pub(crate) locked: bool,
    /// Fetch nothing over a network
    #[arg(long, global = true, hide_short_help = true, help_heading = "Packs")]
    pub(crate) offline: bool,
    /// Both --locked and --offline
    #[arg(long, global = true, hide_short_help = true, help_heading = "Packs")]
    pub(crate) frozen: bool,
    /// Do not ask before changing anything
    #[arg(long, short, global = true, help_heading = "Running")]
    pub(crate) yes: bool,

    /// Run commands with sudo
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        help_heading = "Privilege"
    )]
    pub(crate) sudo: bool,
    /// The user that sudo changes to
    #[arg(
        long,
        global = true,
        value_name = "USER",
        hide_short_help = true,
        help_heading = "Privilege"
    )]
    pub(crate) sudo_user: Option<String>,
    /// Use a login shell with sudo
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        help_heading = "Privilege"
    )]
    pub(crate) use_sudo_login: bool,
    /// Keep the environment with sudo
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        help_heading = "Privilege"
    )]
    pub(crate) preserve_sudo_env: bool,
    /// Ask for sudo's password before connecting
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        help_heading = "Privilege"
    )]
    pub(crate) ask_sudo_password: bool,
    /// Run commands as this user with su
    #[arg(
        long,
        global = true,
        value_name = "USER",
        hide_short_help = true,
        help_heading = "Privilege"
    )]
    pub(crate) su_user: Option<String>,
    /// Use a login shell with su
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        help_heading = "Privilege"
    )]
    pub(crate) use_su_login: bool,
    /// Keep the environment with su
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        help_heading = "Privilege"
    )]
    pub(crate) preserve_su_env: bool,
    /// The shell that su starts
    #[arg(
        long,
        global = true,
        value_name = "SHELL",
        hide_short_help = true,
        help_heading = "Privilege"
    )]
    pub(crate) su_shell: Option<String>,
    /// Ask for su's password before connecting
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        help_heading = "Privilege"
    )]
    pub(crate) ask_su_password: bool,
    /// Run commands with doas
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        help_heading = "Privilege"
    )]
    pub(crate) doas: bool,
    /// The user that doas changes to
    #[arg(
        long,
        global = true,
        value_name = "USER",
        hide_short_help = true,
        help_heading = "Privilege"
    )]
    pub(crate) doas_user: Option<String>,
    /// Run commands with dzdo
    #[arg(
        long,
        global = true,
        hide_short_help = true,
        help_heading = "Privilege"
    )]
    pub(crate) dzdo: bool,
    /// The user that dzdo changes to
    #[arg(
        long,
        global = true,
        value_name = "USER",
        hide_short_help = true,
        help_heading = "Privilege"
    )]
    pub(crate) dzdo_user: Option<String>,
    /// The shell that runs commands [default: sh]
    #[arg(
        long,
        global = true,
        value_name = "SHELL",
        hide_short_help = true,
        help_heading = "Privilege"
    )]
    pub(crate) shell_executable: Option<String>,

    /// The user to log in as
    #[arg(
        long,
        global = true,
        value_name = "USER",
        hide_short_help = true,
        help_heading = "SSH"
    )]
    pub(crate) ssh_user: Option<String>,
    /// The port to connect to
    #[arg(
        long,
        global = true,
        value_name = "PORT",
        hide_short_help = true,
        help_heading = "SSH"
    )]
    pub(crate) ssh_port: Option<u16>,
    /// The private key to log in with
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        hide_short_help = true,
        help_heading = "SSH"
    )]
    pub(crate) ssh_key: Option<String>,
    /// Ask for the passphrase of the private key
    #[arg(long, global = true, hide_short_help = true, help_heading = "SSH")]
    pub(crate) ssh_key_password: bool,
    /// Ask for the password to log in with
    #[arg(long, global = true, hide_short_help = true, help_heading = "SSH")]
    pub(crate) ssh_password: bool,

    /// Show differences of files also where they are left out by default
    #[arg(
        long,
        global = true,
        conflicts_with = "no_diff",
        help_heading = "Output"
    )]
    pub(crate) diff: bool,
    /// Show no differences of files
    #[arg(long, global = true, help_heading = "Output")]
    pub(crate) no_diff: bool,
    /// Only JSON on standard output
    #[arg(long, global = true, help_heading = "Output")]
    pub(crate) json: bool,
    /// Show more: -v facts and what has nothing to do, -vv commands too, -vvv their output too
    #[arg(long, short, global = true, action = ArgAction::Count, help_heading = "Output")]
    pub(crate) verbose: u8,
    /// Show each fact as it is read
    #[arg(long, global = true, hide_short_help = true, help_heading = "Output")]
    pub(crate) debug_facts: bool,
    /// Show each operation with its place, arguments and global arguments
    #[arg(long, global = true, hide_short_help = true, help_heading = "Output")]
    pub(crate) debug_operations: bool,
}

impl Global {
    /// Packs are exactly those of the lock.
    pub(crate) fn is_locked(&self) -> bool {
        self.locked || self.frozen
    }

    /// Nothing is fetched over a network.
    pub(crate) fn is_offline(&self) -> bool {
        self.offline || self.frozen
    }

    /// How operations and hosts take turns.
    pub(crate) fn strategy(&self) -> Strategy {
        match self.strategy {
            _ if self.serial => Strategy::Serial,
            _ if self.no_wait => Strategy::Free,
            Some(StrategyName::Serial) => Strategy::Serial,
            Some(StrategyName::Free) => Strategy::Free,
            Some(StrategyName::Dag) => Strategy::Dag,
            Some(StrategyName::Barrier) | None => Strategy::Barrier,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }
}
