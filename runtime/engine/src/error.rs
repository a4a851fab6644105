//! The errors that end a run or that forbid a call. A host's own failures are data: see [`crate::events::Failure`].

use thiserror::Error;

/// What the engine answers when it cannot go on.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EngineError {
    /// A call that the current stage does not allow.
    #[error("{what} is not allowed in the {stage} stage\n  {hint}")]
    Stage {
        /// What was called.
        what: String,
        /// The stage the state is in.
        stage: crate::state::Stage,
        /// What to do instead.
        hint: String,
    },
    /// The stage would go backwards.
    #[error("the stage cannot go backwards, from {from} to {to}\n  make a new state for a new run")]
    StageBackwards {
        /// The stage now.
        from: crate::state::Stage,
        /// The stage asked for.
        to: crate::state::Stage,
    },
    /// The state was initialised before.
    #[error("this state is initialised already\n  make a new state for a new run")]
    AlreadyInitialised,
    /// All hosts have failed.
    #[error(
        "no hosts remaining: {}",
        match activated { 1 => String::from("the only one failed"), _ => format!("all {activated} failed") }
    )]
    NoHostsRemaining {
        /// How many hosts were activated.
        activated: usize,
    },
    /// More hosts failed than the failure budget allows.
    #[error("over {budget}% of hosts failed ({percent}%)")]
    TooManyFailed {
        /// The budget, in percent.
        budget: u8,
        /// How many failed, in percent, rounded.
        percent: u8,
    },
    /// Two hosts order the same operations differently.
    #[error("{0}")]
    Cycle(String),
    /// A call in the deploy is wrong: unknown operation, bad argument, conflicting global arguments.
    #[error("{message}")]
    Call {
        /// What is wrong, with the nearest right thing and how to fix it.
        message: String,
        /// Where.
        place: crate::place::Place,
    },
    /// The deploy's code failed; the text has its own place and hint.
    #[error("{0}")]
    Deploy(String),
    /// Inventory could not be read or resolved.
    #[error(transparent)]
    Inventory(#[from] crate::inventory::InventoryError),
    /// A setting was refused.
    #[error(transparent)]
    Config(#[from] crate::config::ConfigError),
    /// A connector refused its data or is unknown.
    #[error(transparent)]
    Connector(#[from] crate::connector::ConnectorError),
    /// A plugin failed outside an operation (fact asked by the program, description).
    #[error(transparent)]
    Plugin(#[from] crate::plugins::PluginError),
    /// A host did not do what a program asked of it directly.
    #[error("{host}: {message}")]
    Remote {
        /// The host.
        host: String,
        /// Why not.
        message: String,
    },
    /// A secret could not be resolved.
    #[error(transparent)]
    Secret(#[from] crate::secrets::SecretError),
    /// The audit cannot be kept.
    #[error(transparent)]
    Audit(#[from] crate::audit::AuditError),
    /// The policy of the machine cannot be relied on.
    #[error("{0}")]
    Policy(String),
    /// The policy does not allow it.
    #[error(transparent)]
    Denied(#[from] crate::policy::Denial),
    /// The run was interrupted by the user.
    #[error("interrupted")]
    Interrupted,
    /// Something local failed: the journal, a file.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// The system's answer.
        source: std::io::Error,
    },
}

impl EngineError {
    /// True where the run ended since hosts failed: none is left, or more than the budget allows.
    #[must_use]
    pub fn ends_on_failed_hosts(&self) -> bool {
        matches!(
            self,
            Self::NoHostsRemaining { .. } | Self::TooManyFailed { .. }
        )
    }
}
