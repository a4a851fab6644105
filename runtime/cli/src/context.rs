//! What every command is given: the options, the streams and a runtime for those that wait.

use std::io::IsTerminal;
use std::sync::Arc;

use windlass::connectors::{AskHostKey, Registry, Ssh, UnknownKey};
use windlass::engine::plugins::{Plugins, Remark};
use windlass::engine::secrets::{Ask, SecretStore};
use windlass::setup;

use crate::args::Global;
use crate::errors::CliError;
use crate::prompt;
use crate::render::Remarks;
use crate::ui::Ui;

/// The options and the streams.
pub(crate) struct Context {
    pub(crate) global: Global,
    pub(crate) ui: Arc<Ui>,
    /// Passwords that were asked for; the run's own store.
    pub(crate) secrets: SecretStore,
    /// What components remark.
    pub(crate) remarks: Arc<Remarks>,
}

impl Context {
    pub(crate) fn new(global: Global) -> Self {
        let ui = Arc::new(Ui::new(global.json));
        let secrets = SecretStore::default();
        secrets.set_ask(Arc::new(Person { ui: ui.clone() }));
        let remarks = Arc::new(Remarks::new(ui.clone(), global.verbose));
        Self {
            global,
            ui,
            secrets,
            remarks,
        }
    }

    /// Shows what components remark where no run tells of it, and what they remarked until now.
    pub(crate) fn hear(&self, plugins: &dyn Plugins) {
        let (remarks, secrets) = (self.remarks.clone(), self.secrets.clone());
        plugins.listen(Arc::new(move |remark: Remark| {
            let message = secrets.mask(&remark.message);
            remarks.show(&Remark { message, ..remark });
        }));
    }

    /// The built-in connectors; unknown host keys are asked about where somebody is there to answer.
    pub(crate) fn connectors(&self) -> Registry {
        let mut connectors = setup::builtin_connectors();
        if !self.global.yes && !self.global.json && std::io::stdin().is_terminal() {
            let ui = self.ui.clone();
            connectors.register(Arc::new(Ssh::default().asking(Arc::new(Person { ui }))));
        }
        connectors
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

/// Who sits at the terminal, if anybody does.
struct Person {
    ui: Arc<Ui>,
}

impl AskHostKey for Person {
    fn is_trusted(&self, key: &UnknownKey) -> bool {
        let question = format!(
            "the host key of {} is not known: {} {}\nadd it to {} and go on? [y/N] ",
            key.place,
            key.kind,
            key.fingerprint,
            key.file.display()
        );
        match self.ui.alone(|| prompt::answer(&question)) {
            Ok(yes) => yes,
            Err(error) => {
                if matches!(error, CliError::Interrupted) {
                    prompt::pass_on_interrupt();
                }
                false
            }
        }
    }
}

impl Ask for Person {
    fn ask(&self, what: &str) -> Result<String, String> {
        let asked = || prompt::password(what, &what.replace(' ', "_"));
        // Everything else goes on while the person types.
        let typed = tokio::task::block_in_place(|| self.ui.alone(asked));
        typed.map_err(|error| {
            if matches!(error, CliError::Interrupted) {
                prompt::pass_on_interrupt();
            }
            error.to_string()
        })
    }

    fn warn(&self, text: &str) {
        let label = self.ui.error.yellow("warning:");
        self.ui.error_line(&format!("{label} {text}"));
    }
}
