//! Restarting a host, and waiting until it is there again.

use std::time::Duration;

use crate::arguments::GlobalArguments;
use crate::command::render;
use crate::connector::Stream;
use crate::contract::{Reboot, Shell};
use crate::remote::{Remote, RemoteError};

use super::steps::{Runner, StepError};

impl Runner<'_> {
    pub(super) async fn reboot(
        &mut self,
        remote: &Remote,
        reboot: &Reboot,
        globals: &GlobalArguments,
    ) -> Result<(), StepError> {
        let text = render(&reboot.text).map_err(StepError::message)?;
        let before = remote.boot_id().await;
        self.go_down(remote, text, globals).await?;
        crate::connect::disconnect(self.state, self.host).await;
        tokio::time::sleep(Duration::from_millis(reboot.delay_ms.into())).await;
        let deadline =
            tokio::time::Instant::now() + Duration::from_millis(reboot.timeout_ms.into());
        loop {
            let why = match crate::connect::open(self.state, self.host).await {
                Ok(()) => {
                    let now = match self.host.remote() {
                        Ok(remote) => remote.boot_id().await,
                        Err(_) => None,
                    };
                    if before.is_none() || (now.is_some() && now != before) {
                        return Ok(());
                    }
                    crate::connect::disconnect(self.state, self.host).await;
                    String::from("it still answers without having restarted")
                }
                Err(error) => error.to_string(),
            };
            if tokio::time::Instant::now() >= deadline {
                return Err(StepError::message(format!(
                    "the host did not come back within {} s of its reboot: {why}",
                    reboot.timeout_ms / 1000
                )));
            }
            tokio::time::sleep(Duration::from_millis(reboot.interval_ms.max(100).into())).await;
        }
    }

    /// Runs the command that takes the host down. The connection may go away under it, with or without a word, and
    /// the command may be ended like everything else; only a refusal is an error.
    async fn go_down(
        &self,
        remote: &Remote,
        text: String,
        globals: &GlobalArguments,
    ) -> Result<(), StepError> {
        const WITHOUT_A_WORD: Duration = Duration::from_secs(20);
        let shell = Shell::raw(text);
        let mut ignore = |_: Stream, _: &[u8]| {};
        let running = remote.run(&shell, globals, &[], &mut ignore);
        match tokio::time::timeout(WITHOUT_A_WORD, running).await {
            Ok(Ok(result)) => match result.exit.status {
                Some(status) if status < 128 && !globals.is_success(status) => Err(StepError {
                    exit: Some(result.exit.clone()),
                    output: result.output,
                    ..StepError::message(super::host::exit_message(&result.exit))
                }),
                _ => Ok(()),
            },
            Err(_) | Ok(Err(RemoteError::Lost { .. } | RemoteError::Timeout { .. })) => Ok(()),
            Ok(Err(error)) => Err(StepError::message(error.to_string())),
        }
    }
}
