//! The contract's `target`: the host that a guest acts on. While it adds operations every function is refused.

use std::sync::Arc;

use windlass_engine::acting::Target;
use windlass_engine::json::{Json, canonical};
use windlass_engine::plugins::{ErrorKind, GuestError};

use super::guest::{Answer, Performer, Work, not_now};
use crate::bindings::roles::windlass::plugin::target;
use crate::bindings::windlass::plugin::types;
use crate::meter::Metered;
use crate::translate::{self, Refused};

impl Performer {
    fn target(&self) -> Result<Arc<dyn Target>, GuestError> {
        match &self.work {
            Work::Acting(target) => Ok(target.clone()),
            Work::Adding(_) => Err(not_now(
                "the host can be acted on at execution only\n  add an operation, or `call` for a function of the deploy that runs then",
            )),
            Work::Deciding => Err(not_now(
                "whether a try was good enough is decided by looking, not by acting",
            )),
        }
    }
}

fn refused(refused: Refused) -> GuestError {
    GuestError::new(ErrorKind::InvalidValue, refused.to_string())
}

fn globals(text: &str) -> Result<Json, GuestError> {
    translate::json("global arguments", text).map_err(refused)
}

impl target::Host for Performer {
    async fn run(&mut self, command: types::Shell, given: String) -> Answer<target::Output> {
        let target = self.target();
        let most = self.meter().limits().transfer;
        self.at_host(async move {
            let command = translate::shell(command).map_err(refused)?;
            let ran = target?.run(command, globals(&given)?).await?;
            let size = ran.stdout.len().saturating_add(ran.stderr.len());
            if size > most {
                return Err(GuestError::new(
                    ErrorKind::Operation,
                    format!("the command printed {size} bytes, and the component may be given {most}\n  have the command print less, or raise `output` under [limits]"),
                ));
            }
            Ok(target::Output {
                exit: types::Exit {
                    status: ran.exit.status,
                    signal: ran.exit.signal,
                },
                stdout: ran.stdout,
                stderr: ran.stderr,
                more: String::from("{}"),
            })
        })
        .await
    }

    async fn put(&mut self, upload: types::Upload, given: String) -> Answer<()> {
        let target = self.target();
        self.at_host(async move {
            let upload = translate::upload(upload).map_err(refused)?;
            target?.put(upload, globals(&given)?).await
        })
        .await
    }

    async fn get(&mut self, download: types::Download, given: String) -> Answer<()> {
        let target = self.target();
        self.at_host(async move {
            let download = translate::download(download).map_err(refused)?;
            target?.get(download, globals(&given)?).await
        })
        .await
    }

    async fn operation(&mut self, mut nested: types::Nested, given: String) -> Answer<String> {
        let target = self.target();
        nested.operation = self.named(nested.operation);
        self.at_host(async move {
            let nested = translate::nested(nested).map_err(refused)?;
            let answer = target?.operation(nested, globals(&given)?).await?;
            Ok(canonical(&answer))
        })
        .await
    }

    async fn result_of(
        &mut self,
        operation: String,
        pointer: String,
    ) -> wasmtime::Result<Option<String>> {
        self.meter().count_call()?;
        // The contract gives no error here: while planning nothing has a result.
        let target = self.target().ok();
        let found = target.and_then(|target| target.result_of(&operation, &pointer));
        Ok(found.as_ref().map(canonical))
    }
}
