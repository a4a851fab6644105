//! Connectors by name.

use std::collections::BTreeMap;
use std::sync::Arc;

use windlass_engine::connector::{Connector, ConnectorError};
use windlass_engine::nearest::nearest;
use windlass_engine::state::Connectors;

use crate::fake::Fake;
use crate::local::Local;
use crate::ssh::Ssh;

/// The connector of a host whose name says none.
const DEFAULT: &str = "ssh";

/// The connectors that a run knows, by name.
#[derive(Clone, Default)]
pub struct Registry {
    connectors: BTreeMap<String, Arc<dyn Connector>>,
}

impl Registry {
    /// None at all.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// The built-in ones: `local`, `ssh`, `fake`.
    #[must_use]
    pub fn builtin() -> Self {
        let mut registry = Self::empty();
        registry.register(Arc::new(Local));
        registry.register(Arc::new(Ssh::default()));
        registry.register(Arc::new(Fake::new()));
        registry
    }

    /// Adds a connector under its own name; one of the same name is replaced.
    pub fn register(&mut self, connector: Arc<dyn Connector>) {
        self.connectors
            .insert(connector.name().to_owned(), connector);
    }

    /// Adds what a pack provides. Unlike a connector of the program's own, it replaces none.
    ///
    /// # Errors
    /// [`ConnectorError::Taken`] for a name that is there already.
    pub fn provide(&mut self, connector: Arc<dyn Connector>) -> Result<(), ConnectorError> {
        let name = connector.name().to_owned();
        if self.connectors.contains_key(&name) {
            return Err(ConnectorError::Taken { name });
        }
        self.connectors.insert(name, connector);
        Ok(())
    }

    /// The connector that an inventory entry asks for, and the argument it is given: `@fake/x` is the connector
    /// `fake` with the argument `x`, anything without `@` is a host of the connector `ssh`.
    ///
    /// # Errors
    /// [`ConnectorError::Unknown`] with the nearest name.
    pub fn resolve<'a>(
        &self,
        entry: &'a str,
    ) -> Result<(Arc<dyn Connector>, &'a str), ConnectorError> {
        let (name, argument) = match entry.strip_prefix('@') {
            Some(rest) => rest.split_once('/').unwrap_or((rest, "")),
            None => (DEFAULT, entry),
        };
        Ok((self.connector(name)?, argument))
    }

    fn hint(&self, name: &str) -> String {
        match nearest(name, self.connectors.keys().map(String::as_str)) {
            Some(known) => format!(", did you mean `@{known}`?"),
            None => {
                let known: Vec<String> = self
                    .connectors
                    .keys()
                    .map(|known| format!("`@{known}`"))
                    .collect();
                format!("\n  there are {}", known.join(", "))
            }
        }
    }
}

impl Connectors for Registry {
    fn connector(&self, name: &str) -> Result<Arc<dyn Connector>, ConnectorError> {
        self.connectors
            .get(name)
            .cloned()
            .ok_or_else(|| ConnectorError::Unknown {
                name: name.to_owned(),
                hint: self.hint(name),
            })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn entries_name_their_connector_and_argument() {
        let registry = Registry::builtin();
        for (entry, name, argument) in [
            ("@local", "local", ""),
            ("@fake/web/1", "fake", "web/1"),
            ("web-01", "ssh", "web-01"),
        ] {
            let (connector, given) = registry.resolve(entry).unwrap();
            assert_eq!((connector.name(), given), (name, argument));
        }
    }

    #[test]
    fn a_pack_replaces_no_connector() {
        let mut registry = Registry::builtin();
        let error = registry.provide(Arc::new(Local)).unwrap_err().to_string();
        assert!(error.contains("provides `@local`"), "{error}");
        let mut empty = Registry::empty();
        assert!(empty.provide(Arc::new(Local)).is_ok());
        assert!(empty.connector("local").is_ok());
    }

    #[test]
    fn an_unknown_name_gets_the_nearest() {
        let registry = Registry::builtin();
        let error = registry.resolve("@loca").err().unwrap().to_string();
        assert_eq!(
            error,
            "there is no connector `@loca`, did you mean `@local`?"
        );
        let error = registry.resolve("@qqq/x").err().unwrap().to_string();
        assert_eq!(
            error,
            "there is no connector `@qqq`\n  there are `@fake`, `@local`, `@ssh`"
        );
    }
}
