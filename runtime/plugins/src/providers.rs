//! What packs provide besides operations and facts, gathered while they are loaded: by `@name`, by kind (`vault:`), or
//! one after another.

use std::collections::BTreeMap;
use std::sync::Arc;

use windlass_engine::connector::Connector;
use windlass_engine::contract::Role;
use windlass_engine::events::Observer;
use windlass_engine::secrets::{ProvideSecret, check_kind};

use crate::connecting::Provider;
use crate::error::LoadError;
use crate::granted::Part;
use crate::observing::Watcher;
use crate::providing::Source;

/// What stands behind an `@name`.
#[derive(Default)]
struct Ways {
    /// The pack's name and version.
    pack: String,
    connecting: Option<Arc<Part>>,
    listing: Option<Arc<Part>>,
}

/// What packs provide.
#[derive(Default)]
pub(crate) struct Providers {
    named: BTreeMap<String, Ways>,
    observers: Vec<Arc<Part>>,
    /// Sources of secrets, by kind.
    sources: BTreeMap<String, Arc<Part>>,
}

/// Sources of secrets, each with its kind.
pub(crate) type Sources = Vec<(String, Arc<dyn ProvideSecret>)>;

impl Providers {
    /// Adds a component of a role besides planning. `exports` are what its manifest says that it provides.
    pub(crate) fn add(
        &mut self,
        role: Role,
        part: Arc<Part>,
        exports: &[String],
    ) -> Result<(), LoadError> {
        match role {
            Role::Observing => self.observers.push(part),
            Role::Connecting | Role::Listing => {
                let named = exports.iter().filter_map(|name| name.strip_prefix('@'));
                for name in names(named, &part.component.name) {
                    self.name(role, &part, name)?;
                }
            }
            Role::Providing => {
                let named = exports.iter().filter_map(|name| name.strip_suffix(':'));
                for kind in names(named, &part.component.name) {
                    self.source(&part, kind)?;
                }
            }
            // These are no part of what is provided by name.
            Role::Planning | Role::Acting | Role::Deploying => {}
        }
        Ok(())
    }

    fn name(&mut self, role: Role, part: &Arc<Part>, name: String) -> Result<(), LoadError> {
        let component = &part.component;
        let ways = self.named.entry(name.clone()).or_insert_with(|| Ways {
            pack: component.pack.clone(),
            ..Ways::default()
        });
        let way = match role {
            Role::Connecting => &mut ways.connecting,
            _ => &mut ways.listing,
        };
        // One pack may list the hosts that it connects to; another one's may not stand in between.
        if way.is_some() || ways.pack != component.pack {
            let mut others = ways.connecting.iter().chain(&ways.listing);
            return Err(LoadError::Provider {
                name: format!("@{name}"),
                first: others
                    .next()
                    .map_or_else(String::new, |other| other.component.name.clone()),
                second: component.name.clone(),
            });
        }
        *way = Some(part.clone());
        Ok(())
    }

    fn source(&mut self, part: &Arc<Part>, kind: String) -> Result<(), LoadError> {
        let component = &part.component.name;
        check_kind(&kind).map_err(|message| LoadError::Description {
            component: component.clone(),
            message,
        })?;
        if let Some(other) = self.sources.get(&kind) {
            return Err(LoadError::Provider {
                name: format!("{kind}:"),
                first: other.component.name.clone(),
                second: component.clone(),
            });
        }
        self.sources.insert(kind, part.clone());
        Ok(())
    }

    /// The sources of secrets.
    pub(crate) fn sources(&mut self) -> Sources {
        let sources = std::mem::take(&mut self.sources).into_iter();
        sources
            .map(|(kind, part)| (kind, Arc::new(Source::new(part)) as Arc<dyn ProvideSecret>))
            .collect()
    }

    /// The connectors, by name.
    pub(crate) fn connectors(&mut self) -> Vec<Arc<dyn Connector>> {
        let named = std::mem::take(&mut self.named).into_iter();
        named
            .map(|(name, ways)| {
                let provider = Provider::new(name, ways.connecting, ways.listing);
                Arc::new(provider) as Arc<dyn Connector>
            })
            .collect()
    }

    /// The components that watch.
    pub(crate) fn observers(self) -> Vec<Arc<Part>> {
        self.observers
    }
}

/// Starts an observer.
pub(crate) fn watch(part: &Arc<Part>) -> Result<Arc<dyn Observer>, LoadError> {
    Ok(Arc::new(Watcher::start(part.clone())?))
}

/// What a component provides: what its manifest says, else its file's name.
fn names<'a>(named: impl Iterator<Item = &'a str>, component: &str) -> Vec<String> {
    let named: Vec<String> = named.map(str::to_owned).collect();
    if !named.is_empty() {
        return named;
    }
    let file = component.rsplit('/').next().unwrap_or(component);
    vec![file.strip_suffix(".wasm").unwrap_or(file).to_owned()]
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn names_are_the_manifests_else_the_files() {
        let exports = ["pods", "nodes"];
        let named = names(exports.into_iter(), "acme:k/k.wasm");
        assert_eq!(named, ["pods", "nodes"]);
        let none = std::iter::empty();
        assert_eq!(names(none, "acme:k/sub/k.wasm"), ["k"]);
    }
}
