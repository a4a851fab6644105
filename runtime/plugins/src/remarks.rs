//! Remarks of components that work for no operation of a host: they list hosts, connect, or give secrets. Those that
//! plan, act or add say theirs through what they look at.
//!
//! Whoever runs them may begin to listen after the first remark: hosts are listed before there is a run. Until then
//! remarks are kept, the first [`KEPT`] of them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use windlass_engine::plugins::{Remark, Remarked};

/// How many remarks wait for somebody who listens.
const KEPT: usize = 1000;

#[derive(Default)]
struct Inner {
    to: Option<Arc<Remarked>>,
    kept: Vec<Remark>,
}

/// Where remarks go.
#[derive(Default)]
pub(crate) struct Remarks(Mutex<Inner>);

impl Remarks {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has remarks told there from now on, and those that were kept at once.
    pub(crate) fn listen(&self, to: Arc<Remarked>) {
        let kept = {
            let mut inner = self.inner();
            inner.to = Some(to.clone());
            std::mem::take(&mut inner.kept)
        };
        kept.into_iter().for_each(|remark| to(remark));
    }

    /// Passes a remark on.
    pub(crate) fn tell(&self, remark: Remark) {
        let to = {
            let mut inner = self.inner();
            match inner.to.clone() {
                Some(to) => to,
                None if inner.kept.len() < KEPT => return inner.kept.push(remark),
                None => return,
            }
        };
        to(remark);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_was_said_before_somebody_listened_is_told_first() {
        let remarks = Remarks::default();
        let say = |message: &str| {
            remarks.tell(Remark {
                component: String::from("acme:x/x.wasm"),
                host: None,
                level: String::from("info"),
                message: message.to_owned(),
            });
        };
        say("before");
        let heard: Arc<Mutex<Vec<String>>> = Arc::default();
        let to = heard.clone();
        remarks.listen(Arc::new(move |remark: Remark| {
            to.lock().unwrap().push(remark.message);
        }));
        say("after");
        assert_eq!(*heard.lock().unwrap(), ["before", "after"]);
        let many = Remarks::default();
        for _ in 0..=KEPT {
            many.tell(Remark::default());
        }
        assert_eq!(many.inner().kept.len(), KEPT);
    }
}
