//! The end of a command that may not go on: nothing that it started keeps running.

use std::pin::Pin;
use std::sync::Arc;

use super::exec::{CLEAN_UP, Command, privilege_only};
use super::host::Core;
use super::marks::Process;
use crate::arguments::GlobalArguments;
use crate::command::has_privilege;
use crate::connector::{Stdin, Stream};

const SCRIPT: &str = include_str!("end.sh");

impl Core {
    /// Ends a command's processes, first as whom it runs, then as who logged in. Says what is known afterwards, as a
    /// sentence's end.
    ///
    /// Boxed by hand, since what ends a command is itself a command.
    pub(super) fn end(
        self: &Arc<Self>,
        process: Option<Process>,
        arguments: &GlobalArguments,
    ) -> Pin<Box<dyn Future<Output = String> + Send>> {
        let core = self.clone();
        let privileged = has_privilege(arguments).then(|| privilege_only(arguments));
        Box::pin(async move {
            let Some(process) = process else {
                return String::from("; it had not begun, or does not say which process it is");
            };
            let mut left = Ok(String::from("all"));
            if let Some(arguments) = &privileged {
                left = core.end_as(&process, arguments).await;
            }
            if left.as_ref().map_or(true, |left| !left.is_empty()) {
                left = core.end_as(&process, &GlobalArguments::default()).await;
            }
            match left {
                Ok(left) if left.is_empty() => String::from("; its processes were ended"),
                Ok(left) => format!("; these of its processes could not be ended: {left}"),
                Err(why) => format!("; its processes could not be ended: {why}"),
            }
        })
    }

    async fn end_as(
        self: &Arc<Self>,
        process: &Process,
        arguments: &GlobalArguments,
    ) -> Result<String, String> {
        // Digits only, whatever the host said.
        let start: String = process.start.chars().filter(char::is_ascii_digit).collect();
        let command = Command {
            text: format!("p={} s={start}\n{SCRIPT}", process.pid),
            routine: None,
            shown: String::from("ending processes"),
            arguments,
            head: Vec::new(),
            stdin: Stdin::Empty,
            pty: false,
            interruptible: false,
            looks: false,
            plain: false,
        };
        let mut left = Vec::new();
        let mut sink = |stream: Stream, bytes: &[u8]| {
            if stream == Stream::Stdout {
                left.extend_from_slice(bytes);
            }
        };
        match tokio::time::timeout(CLEAN_UP, self.exec(command, &mut sink)).await {
            Ok(Ok(exit)) if exit.status == Some(0) => {
                Ok(String::from_utf8_lossy(&left).trim().to_owned())
            }
            Ok(Ok(exit)) => Err(format!(
                "the host answered with status {}",
                exit.status.unwrap_or(-1)
            )),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err(format!(
                "the host did not answer within {} s",
                CLEAN_UP.as_secs()
            )),
        }
    }
}
