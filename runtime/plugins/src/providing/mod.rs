//! Sources of secrets that are components: `KIND:NAME` is read from one, once a run, in an instance of its own.
//!
//! | what it gives | |
//! | --- | --- |
//! | a value | kept by the run's store of secrets, and told to no component |
//! | an error | its message, without what the component was given (see `granted::heard`), at most 1000 characters |
//! | lines of its log | shown once there is a value, without what it was given; else dropped |
//! | a trap | the functions that were running |

use std::sync::{Arc, PoisonError};

use windlass_engine::plugins::Remark;
use windlass_engine::secrets::{ProvideSecret, SecretStore};

use crate::aside;
use crate::bindings::exports_of_roles::secret_source;
use crate::error::{LoadError, report};
use crate::exports::Exports;
use crate::granted::{Heard, Lines, Part};
use crate::meter;
use crate::translate;

/// The longest value, in bytes.
const LONGEST: usize = 1 << 20;

/// How much of an error is shown, in characters.
const SHOWN: usize = 1000;

/// A component that gives the values of secrets.
pub(crate) struct Source {
    part: Arc<Part>,
}

impl Source {
    pub(crate) fn new(part: Arc<Part>) -> Self {
        Self { part }
    }
}

impl ProvideSecret for Source {
    fn get(&self, name: &str) -> Result<String, String> {
        let (part, asked) = (self.part.clone(), name.to_owned());
        let (lines, heard) = (Lines::default(), Heard::default());
        let (said, given) = (lines.clone(), heard.clone());
        let answered = aside::wait_for(async move { call(&part, &asked, &said, &given).await })?;
        let component = &self.part.component.name;
        let veil = heard.veil();
        let value = answered.map_err(|message| shown(&message, &veil))?;
        if value.len() > LONGEST {
            return Err(format!("{component} gave more than {LONGEST} bytes"));
        }
        veil.insert("value", value.clone());
        for (level, message) in shown_lines(&lines, &veil) {
            self.part.remarks.tell(Remark {
                component: component.clone(),
                host: None,
                level,
                message,
            });
        }
        Ok(value)
    }
}

async fn call(part: &Part, name: &str, lines: &Lines, heard: &Heard) -> Result<String, String> {
    let component = &part.component.name;
    let trapped = |error: wasmtime::Error| report(component, &error);
    let loaded = |error: LoadError| error.to_string();
    let opened = part.opened().await.map_err(loaded)?;
    let mut store = part.store().map_err(loaded)?;
    store.data_mut().keep_lines(lines);
    store.data_mut().keep_heard(heard);
    let guest = secret_source::Guest::start(opened, &mut store)
        .await
        .map_err(trapped)?;
    let answered = guest.call_get(&mut store, name).await;
    let answered = answered.map_err(|error| trapped(meter::explained(&mut store, error)));
    answered?.map_err(|error| format!("{component}: {}", translate::guest_error(error)))
}

/// What is shown of a message.
fn shown(message: &str, veil: &SecretStore) -> String {
    let message = veil.mask(message);
    let plain = message.chars().filter(|c| *c == '\n' || !c.is_control());
    plain.take(SHOWN).collect()
}

/// What is shown of its log.
fn shown_lines(lines: &Lines, veil: &SecretStore) -> Vec<(String, String)> {
    let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
    let lines = lines.drain(..);
    lines
        .map(|(level, message)| (level, shown(&message, veil)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_shown_without_what_it_was_given() {
        let heard = Heard::default();
        heard.add(br#"{"data": {"password": "s3cret", "other": "sibling"}}"#);
        let lines = Lines::default();
        let line = |text: &str| (String::from("warning"), text.to_owned());
        if let Ok(mut lines) = lines.lock() {
            lines.push(line("other is sibling\u{1b}[2J, made of it is made-1"));
        }
        let veil = heard.veil();
        veil.insert("value", String::from("made-1"));
        assert_eq!(
            shown_lines(&lines, &veil),
            [line("other is ********[2J, made of it is ********")]
        );
    }
}
