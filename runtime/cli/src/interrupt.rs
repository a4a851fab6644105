//! Ctrl-C: the first ends what runs on the hosts in good order, the second leaves at once.

use tokio::sync::watch;
use windlass::engine::error::EngineError;
use windlass::engine::state::State;

use crate::errors::CliError;
use crate::prompt;

/// Tells of Ctrl-C.
#[derive(Clone)]
pub(crate) struct Interrupts {
    count: watch::Receiver<u32>,
}

impl Interrupts {
    /// Listens from here on.
    pub(crate) fn listen() -> Self {
        let (sender, count) = watch::channel(0);
        tokio::spawn(async move {
            while tokio::signal::ctrl_c().await.is_ok() {
                sender.send_modify(|count| *count += 1);
                if *sender.borrow() > 1 {
                    std::process::exit(130);
                }
                eprintln!(
                    "\ninterrupted: ending what runs on the hosts; Ctrl-C again leaves at once"
                );
            }
        });
        Self { count }
    }

    /// True after a Ctrl-C, also one that was typed as an answer and has not come back as a signal yet.
    pub(crate) fn interrupted(&self) -> bool {
        *self.count.borrow() > 0 || prompt::was_interrupted()
    }

    /// Waits for a Ctrl-C.
    pub(crate) async fn wait(&self) {
        let mut count = self.count.clone();
        if count.wait_for(|count| *count > 0).await.is_err() {
            // Where signals cannot be heard none ever comes.
            std::future::pending::<()>().await;
        }
    }

    /// Does work that may be dropped at any moment.
    pub(crate) async fn or_drop<T, E: Into<CliError>>(
        &self,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, CliError> {
        tokio::select! {
            biased;
            () = self.wait() => Err(CliError::Interrupted),
            result = work => match result {
                Err(_) if self.interrupted() => Err(CliError::Interrupted),
                result => result.map_err(Into::into),
            },
        }
    }

    /// Does work on hosts: after a Ctrl-C what runs there is ended, and the work comes to its own end.
    pub(crate) async fn or_end<T>(
        &self,
        state: &State,
        work: impl Future<Output = Result<T, EngineError>>,
    ) -> Result<T, CliError> {
        tokio::pin!(work);
        let result = tokio::select! {
            biased;
            result = &mut work => result,
            () = self.wait() => {
                state.interrupt();
                work.await
            }
        };
        if self.interrupted() {
            return Err(CliError::Interrupted);
        }
        result.map_err(Into::into)
    }
}
