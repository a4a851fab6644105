//! Guests that leave while they wait: their memory is for those that run. They begin anew when the answer is there.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use thiserror::Error;
use tokio::sync::Semaphore;

use super::Guest;
use crate::limits::Exceeded;
use crate::question::{Answer, Question};

/// An answer that is not there yet.
type Asking = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// A question with the answer that a guest left for.
pub(super) struct Awaited {
    question: Arc<Question>,
    asking: Asking,
}

/// How often a guest leaves in one call: each time what it did before is done again.
pub(super) const LEAVES: u32 = 4;

/// Ends a guest that has to wait while enough others do.
#[derive(Debug, Error)]
#[error("it left to wait for an answer")]
struct Left;

impl Guest {
    /// Lets it leave where it would have to wait and there is no permit to stay.
    pub(crate) fn may_leave(&mut self, patience: &Arc<Semaphore>) {
        self.patience = Some(patience.clone());
    }

    /// A guest in its place that has done nothing yet, to which what it knows is known.
    pub(crate) fn anew(mut self) -> Self {
        let known = std::mem::take(&mut self.known);
        Self {
            patience: self.patience.take(),
            left: self.left,
            shown: self.shown,
            component: self.component.take(),
            ..Self::new(self.view.take(), self.meter.limits(), known)
        }
    }

    /// A guest in its place when it has left to wait, with the answer; none when it ended otherwise.
    pub(crate) async fn again(mut self) -> Option<Self> {
        let Awaited { question, asking } = self.awaited.take()?;
        let answer = asking.await;
        self.known = std::mem::take(&mut self.given).into();
        self.known.push_back((question, answer));
        self.left += 1;
        self.shown = self.shown.max(self.log.len());
        Some(self.anew())
    }

    /// Asks, and waits for the answer: here, or elsewhere where too many do.
    pub(super) async fn wait(&mut self, question: &Arc<Question>) -> wasmtime::Result<Answer> {
        let view = self.view.clone().ok_or(Exceeded::NobodyToAsk)?;
        let asked = question.clone();
        let mut asking: Asking = Box::pin(async move { asked.ask(&view).await });
        let first = poll_fn(|context| Poll::Ready(asking.as_mut().poll(context)));
        if let Poll::Ready(answer) = first.await {
            return Ok(answer);
        }
        let patience = self.patience.as_ref().filter(|_| self.left < LEAVES);
        let Some(patience) = patience else {
            return Ok(asking.await);
        };
        match patience.clone().try_acquire_owned() {
            Ok(_permit) => Ok(asking.await),
            Err(_) => {
                let question = question.clone();
                self.awaited = Some(Awaited { question, asking });
                Err(Left.into())
            }
        }
    }
}
