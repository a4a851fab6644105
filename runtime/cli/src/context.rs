//! What every command is given: the options, the streams and a runtime for those that wait.

use std::sync::Arc;

use windlass::engine::secrets::SecretStore;

use crate::args::Global;
use crate::errors::CliError;
use crate::ui::Ui;

/// The options and the streams.
pub(crate) struct Context {
    pub(crate) global: Global,
    pub(crate) ui: Arc<Ui>,
    /// Passwords that were asked for; the run's own store.
    pub(crate) secrets: SecretStore,
}

impl Context {
    pub(crate) fn new(global: Global) -> Self {
        let ui = Arc::new(Ui::new(global.json));
        Self {
            global,
            ui,
            secrets: SecretStore::default(),
        }
    }

    /// Goes to the folder of `--chdir`.
    pub(crate) fn enter_folder(&self) -> Result<(), CliError> {
        match &self.global.chdir {
            Some(folder) => std::env::set_current_dir(folder)
                .map_err(CliError::io(format!("going to the folder {folder}"))),
            None => Ok(()),
        }
    }

    /// Runs what waits, on a runtime made for it.
    pub(crate) fn wait<T>(
        &self,
        work: impl Future<Output = Result<T, CliError>>,
    ) -> Result<T, CliError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(CliError::io("starting the runtime"))?;
        let result = runtime.block_on(work);
        // What still waits for standard input would keep the runtime from ending.
        runtime.shutdown_background();
        result
    }
}
