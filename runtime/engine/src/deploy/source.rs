//! Where deploys come from.

use std::sync::Arc;

use camino::Utf8PathBuf;

use crate::error::EngineError;
use crate::plugins::Plugins;

use super::HostContext;

/// A deploy: code that is evaluated once for each host and adds operations.
pub trait DeploySource: Send + Sync {
    /// What it is called, usually its file.
    fn name(&self) -> String;

    /// The folder that its relative paths start from.
    fn folder(&self) -> Utf8PathBuf;

    /// Checks what can be known before connecting: names, arguments, types.
    ///
    /// # Errors
    /// The first mistake, with its place.
    fn check(&self, _plugins: &dyn Plugins) -> Result<(), EngineError> {
        Ok(())
    }

    /// Evaluates it for a host. Called on a thread that may block, for many hosts at once.
    ///
    /// # Errors
    /// What is wrong in the deploy.
    fn run(&self, host: &HostContext) -> Result<(), EngineError>;
}

/// A deploy that is a function of the embedding program.
pub struct DeployFunction<F> {
    name: String,
    folder: Utf8PathBuf,
    function: F,
}

impl<F> DeployFunction<F>
where
    F: Fn(&HostContext) -> Result<(), EngineError> + Send + Sync + 'static,
{
    /// Makes a deploy of a function.
    pub fn shared(
        name: impl Into<String>,
        folder: impl Into<Utf8PathBuf>,
        function: F,
    ) -> Arc<dyn DeploySource> {
        Arc::new(Self {
            name: name.into(),
            folder: folder.into(),
            function,
        })
    }
}

impl<F> DeploySource for DeployFunction<F>
where
    F: Fn(&HostContext) -> Result<(), EngineError> + Send + Sync,
{
    fn name(&self) -> String {
        self.name.clone()
    }

    fn folder(&self) -> Utf8PathBuf {
        self.folder.clone()
    }

    fn run(&self, host: &HostContext) -> Result<(), EngineError> {
        (self.function)(host)
    }
}
