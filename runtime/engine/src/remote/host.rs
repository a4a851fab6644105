//! A connected host.

use std::sync::{Arc, OnceLock};

use tokio::sync::watch;

use super::shell::Shells;
use crate::arguments::GlobalArguments;
use crate::audit::Audit;
use crate::connector::Session;
use crate::contract::Shell;
use crate::secrets::SecretStore;

/// A connected host: a session with what the engine needs around it. Cheap to clone; clones share the session.
#[derive(Clone)]
pub struct Remote {
    pub(super) core: Arc<Core>,
}

/// What clones share.
pub(super) struct Core {
    pub(super) host: String,
    pub(super) session: Arc<dyn Session>,
    pub(super) secrets: SecretStore,
    pub(super) temp_folder: String,
    /// True once the run was interrupted.
    pub(super) cancelled: watch::Sender<bool>,
    pub(super) shells: Shells,
    /// Where what is done is recorded before and after.
    pub(super) audit: OnceLock<Arc<Audit>>,
}

impl Remote {
    /// A host over a session. Secrets are read from the store; `temp_folder` holds private files where the arguments
    /// name no other.
    #[must_use]
    pub fn new(
        host: &str,
        session: Arc<dyn Session>,
        secrets: SecretStore,
        temp_folder: String,
    ) -> Self {
        let cancelled = watch::Sender::new(false);
        Self {
            core: Arc::new(Core {
                host: host.to_owned(),
                session,
                secrets,
                temp_folder,
                cancelled,
                shells: Shells::new(true),
                audit: OnceLock::new(),
            }),
        }
    }

    /// The same with a channel for each command, instead of shells that stay open (`--no-batch`).
    #[must_use]
    pub fn without_shells(self) -> Self {
        self.core.shells.close();
        self
    }

    /// The same with everything that is done recorded before and after; what cannot be recorded is not done.
    #[must_use]
    pub fn audited(self, audit: Arc<Audit>) -> Self {
        let _ = self.core.audit.set(audit);
        self
    }

    /// The host's name.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.core.host
    }

    /// True when the host has a POSIX shell. Scripted hosts have none: they get command lines without wrapping,
    /// `cat > PATH` for files that are put and `cat PATH` for files that are fetched.
    #[must_use]
    pub fn has_shell(&self) -> bool {
        self.core.session.has_shell()
    }

    /// Ends all that is running, as an interrupted run must, and refuses what comes later. Returns at once; the calls
    /// that wait for commands return [`super::RemoteError::Interrupted`] when these are ended.
    pub fn cancel(&self) {
        self.core.cancelled.send_replace(true);
    }

    /// What tells one start of the host from the next: the kernel's boot, and when its first process began, since
    /// containers share a kernel. None where the host does not tell, or does not answer.
    pub async fn boot_id(&self) -> Option<String> {
        const TELL: &str = "cat /proc/sys/kernel/random/boot_id 2>/dev/null || sysctl -n kern.boottime; \
             { read -r s </proc/1/stat; } 2>/dev/null && { set -- ${s##*) }; echo \"${20}\"; }; true";
        if !self.has_shell() {
            return None;
        }
        let arguments = GlobalArguments {
            timeout: Some(10.0),
            ..GlobalArguments::default()
        };
        let told = self
            .run(&Shell::raw(TELL), &arguments, &[], &mut |_, _| {})
            .await
            .ok()?;
        let told = told.output.stdout_lines().join(" ");
        (!told.is_empty()).then_some(told)
    }

    /// Ends the connection.
    pub async fn close(&self) {
        self.core.shells.close();
        self.core.session.close().await;
    }
}
