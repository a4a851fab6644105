//! Who computes: of the evaluations that have begun, as many as there are processors.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// An evaluation's turn to compute. It is given up while the evaluation waits for its host, so that another can go on.
pub(crate) struct Turn {
    turns: Arc<Semaphore>,
    held: Mutex<Option<OwnedSemaphorePermit>>,
}

impl Turn {
    /// As many turns at once as there are processors.
    pub(crate) fn all() -> Arc<Semaphore> {
        let count = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Arc::new(Semaphore::new(count))
    }

    /// Waits for a turn.
    pub(crate) async fn take(turns: Arc<Semaphore>) -> Self {
        let held = turns.clone().acquire_owned().await.ok();
        Self {
            turns,
            held: Mutex::new(held),
        }
    }

    /// Gives it up until some work is done, and waits for another.
    pub(crate) async fn without<T>(&self, work: impl Future<Output = T>) -> T {
        self.hold(None);
        let done = work.await;
        self.hold(self.turns.clone().acquire_owned().await.ok());
        done
    }

    /// The evaluation has ended. Handles of it may live on.
    pub(crate) fn end(&self) {
        self.hold(None);
    }

    fn hold(&self, permit: Option<OwnedSemaphorePermit>) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = permit;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_waits_lets_others_compute() {
        let turns = Arc::new(Semaphore::new(1));
        let first = Turn::take(turns.clone()).await;
        assert_eq!(turns.available_permits(), 0);
        let second = async {
            let _second = Turn::take(turns.clone()).await;
            turns.available_permits()
        };
        assert_eq!(first.without(second).await, 0);
        assert_eq!(turns.available_permits(), 0, "the first has its turn again");
        drop(first);
        assert_eq!(turns.available_permits(), 1);
    }
}
