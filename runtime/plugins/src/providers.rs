//! What packs provide besides operations and facts, gathered while they are loaded: by `@name`, or one after another.

use std::collections::BTreeMap;
use std::sync::Arc;

use windlass_engine::connector::Connector;
use windlass_engine::contract::Role;
use windlass_engine::events::Observer;

use crate::connecting::Provider;
use crate::error::LoadError;
use crate::granted::Part;
use crate::observing::Watcher;

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
}

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
                for name in names(exports, &part.component.name) {
                    self.name(role, &part, name)?;
                }
            }
            Role::Planning | Role::Acting | Role::Deploying => {
                return Err(LoadError::Role {
                    component: part.component.name.clone(),
                    message: format!(
                        "it is for {role}, which this version of windlass does not run"
                    ),
                });
            }
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
                name,
                first: others
                    .next()
                    .map_or_else(String::new, |other| other.component.name.clone()),
                second: component.name.clone(),
            });
        }
        *way = Some(part.clone());
        Ok(())
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

/// The `@name`s of a component, without `@`: those of the manifest, else its file's name.
fn names(exports: &[String], component: &str) -> Vec<String> {
    let named: Vec<String> = exports
        .iter()
        .filter_map(|export| export.strip_prefix('@').map(str::to_owned))
        .collect();
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
        let exports = ["@pods".to_owned(), "@nodes".to_owned()];
        assert_eq!(names(&exports, "acme:k/k.wasm"), ["pods", "nodes"]);
        assert_eq!(names(&[], "acme:k/sub/k.wasm"), ["k"]);
    }
}
