//! Waiting until the sources of a pack change.

use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use indexmap::IndexSet;
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;
use windlass::packs::build::Sources;

use crate::errors::CliError;

/// How long nothing may happen before files are looked at: editors and tools write in several steps.
const QUIET: Duration = Duration::from_millis(100);

/// Watches the folders of a pack's sources, and no others: what compilers write is far more.
pub(crate) struct Watch {
    folder: Utf8PathBuf,
    watcher: RecommendedWatcher,
    watched: IndexSet<Utf8PathBuf>,
    events: mpsc::UnboundedReceiver<()>,
}

impl Watch {
    /// Watches nothing yet: [`Watch::sources`] begins.
    pub(crate) fn new(folder: &Utf8Path) -> Result<Self, CliError> {
        let (sender, events) = mpsc::unbounded_channel();
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            // An error may hide a change. Whoever stopped listening wants no more events.
            if event.is_ok_and(|event| event.kind.is_access()) {
                return;
            }
            let _ = sender.send(());
        });
        Ok(Self {
            folder: folder.to_owned(),
            watcher: watcher.map_err(failed(folder))?,
            watched: IndexSet::new(),
            events,
        })
    }

    /// The sources as they are now. Whatever changes from here on is heard of.
    pub(crate) fn sources(&mut self, outputs: &[Utf8PathBuf]) -> Result<Sources, CliError> {
        loop {
            let sources = Sources::read(&self.folder, outputs).map_err(CliError::usage)?;
            let now: IndexSet<Utf8PathBuf> = sources.folders().iter().cloned().collect();
            // Of a folder that went away the system forgets its watch by itself.
            self.watched.retain(|folder| now.contains(folder));
            let new: Vec<_> = now.difference(&self.watched).cloned().collect();
            if new.is_empty() {
                return Ok(sources);
            }
            for folder in new {
                let path = self.folder.join(&folder);
                self.watcher
                    .watch(path.as_std_path(), RecursiveMode::NonRecursive)
                    .map_err(failed(&path))?;
                self.watched.insert(folder);
            }
        }
    }

    /// Waits until sources are others than they were; gives their names and what they are now.
    pub(crate) async fn changed(
        &mut self,
        before: &Sources,
        outputs: &[Utf8PathBuf],
    ) -> Result<(Vec<String>, Sources), CliError> {
        loop {
            if self.events.recv().await.is_none() {
                // The watcher lives as long as `self`.
                std::future::pending::<()>().await;
            }
            while tokio::time::timeout(QUIET, self.events.recv())
                .await
                .is_ok()
            {}
            let now = self.sources(outputs)?;
            let changed: Vec<String> = now
                .changed_since(before)
                .into_iter()
                .map(ToString::to_string)
                .collect();
            if !changed.is_empty() {
                return Ok((changed, now));
            }
        }
    }
}

fn failed(folder: &Utf8Path) -> impl FnOnce(notify::Error) -> CliError {
    move |error| CliError::Usage(format!("watching {folder}: {error}"))
}
