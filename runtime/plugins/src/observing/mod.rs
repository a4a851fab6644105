//! Observers that are components: told of each event as JSON, in order. What they do cannot change a run: one that
//! fails is told nothing more, with a warning.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use windlass_engine::events::{Event, Observer};
use windlass_engine::state::{Stage, State};

use crate::bindings::exports_of_roles::observer;
use crate::error::{LoadError, report};
use crate::exports::Exports;
use crate::granted::{Granted, Lines, Part};
use crate::meter;

/// Events that wait while the component is busy. A run is held up only when there are more.
const WAITING: usize = 4096;

/// What its thread is told.
enum Told {
    Event(String),
    /// Somebody waits until all before it was heard.
    Wait(SyncSender<()>),
}

/// A component that watches a run.
pub(crate) struct Watcher {
    /// The pack and the component: its remarks stand under this name.
    name: String,
    lines: Lines,
    to: Mutex<Option<SyncSender<Told>>>,
    /// Why it hears nothing any more, until that was told.
    ended: Arc<Mutex<Option<String>>>,
}

impl Watcher {
    /// Starts its thread; the component is opened at the first event.
    pub(crate) fn start(part: Arc<Part>) -> Result<Self, LoadError> {
        let (to, told) = sync_channel::<Told>(WAITING);
        let ended = Arc::new(Mutex::new(None));
        let failed = ended.clone();
        let lines = Lines::default();
        let (name, said) = (part.component.name.clone(), lines.clone());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| LoadError::Runtime(error.to_string()))?;
        thread::Builder::new()
            .name(String::from("observer"))
            .spawn(move || {
                let mut live = None;
                while let Ok(told) = told.recv() {
                    let event = match told {
                        Told::Event(event) => event,
                        Told::Wait(done) => {
                            // Whoever waits may have gone.
                            let _ = done.send(());
                            continue;
                        }
                    };
                    if let Err(message) = runtime.block_on(hear(&part, &mut live, &said, &event)) {
                        let text = format!(
                            "the observer {message}\n  it is told nothing more of this run"
                        );
                        *failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(text);
                        return;
                    }
                }
            })
            .map_err(|error| LoadError::Runtime(error.to_string()))?;
        Ok(Self {
            name,
            lines,
            to: Mutex::new(Some(to)),
            ended,
        })
    }
}

/// A guest that is kept from event to event.
struct Live {
    store: wasmtime::Store<Granted>,
    guest: observer::Guest,
}

async fn hear(
    part: &Part,
    live: &mut Option<Live>,
    lines: &Lines,
    event: &String,
) -> Result<(), String> {
    let name = &part.component.name;
    let trapped = |error: wasmtime::Error| report(name, &error);
    let loaded = |error: LoadError| error.to_string();
    let live = match live {
        Some(live) => live,
        None => {
            let opened = part.opened().await.map_err(loaded)?;
            let mut store = part.store().map_err(loaded)?;
            store.data_mut().keep_lines(lines);
            let guest = observer::Guest::start(opened, &mut store)
                .await
                .map_err(trapped)?;
            live.insert(Live { store, guest })
        }
    };
    meter::next_call(&mut live.store);
    let heard = live.guest.call_on_event(&mut live.store, event).await;
    heard.map_err(|error| trapped(meter::explained(&mut live.store, error)))
}

impl Watcher {
    /// Passes an event on, and waits until it was heard where the run, or the whole program, may end behind it.
    fn tell(&self, event: &Event) {
        let to = self.to.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(to) = to.as_ref() else { return };
        let Ok(text) = serde_json::to_string(event) else {
            return;
        };
        // A thread that has ended says why in `ended`.
        let sent = to.send(Told::Event(text));
        let last = matches!(
            event,
            Event::RunEnd { .. }
                | Event::Stage {
                    stage: Stage::Disconnect
                }
        );
        if sent.is_ok() && last {
            let (done, wait) = sync_channel(1);
            if to.send(Told::Wait(done)).is_ok() {
                // An error is its thread's end.
                let _ = wait.recv();
            }
        }
    }

    /// Shows what it remarked, and why it hears nothing any more.
    fn show(&self, state: &State) {
        let lines = std::mem::take(&mut *self.lines.lock().unwrap_or_else(PoisonError::into_inner));
        for (level, message) in lines {
            state.emit(Event::Log {
                host: None,
                component: Some(self.name.clone()),
                level,
                message,
            });
        }
        let ended = self
            .ended
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(message) = ended else { return };
        *self.to.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let stage = state.increment_warning_counter();
        state.emit(Event::Warning {
            stage,
            host: None,
            message,
            place: None,
        });
    }
}

impl Observer for Watcher {
    fn on_event(&self, state: &State, event: &Event) {
        // Its own remarks are no news to it, and would make more of them.
        if matches!(event, Event::Log { component: Some(by), .. } if *by == self.name) {
            return;
        }
        self.tell(event);
        self.show(state);
    }
}
