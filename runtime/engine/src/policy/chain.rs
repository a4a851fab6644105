//! Who asks: the operations and facts on the way to what is asked, each with its pack.

use std::fmt;
use std::sync::Arc;

use crate::capability::Capabilities;

/// The pack that an operation or a fact is from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owner {
    /// Its name, `namespace:name`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What its manifest asks for and was approved. None: it is not limited, as the standard pack is not.
    pub granted: Option<Capabilities>,
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}

/// An operation or a fact on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// `namespace.operation` or `namespace.Fact`; `call` for a function that runs at execution.
    pub name: String,
    /// Its pack; none for what is no pack's.
    pub owner: Option<Arc<Owner>>,
}

/// The way to what is asked: the outermost call first, what is asked itself last. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Chain(Option<Arc<Link>>);

#[derive(Debug)]
struct Link {
    caller: Caller,
    outer: Chain,
}

impl Chain {
    /// This way and one call more.
    #[must_use]
    pub fn with(&self, name: impl Into<String>, owner: Option<Arc<Owner>>) -> Self {
        let name = name.into();
        Self(Some(Arc::new(Link {
            caller: Caller { name, owner },
            outer: self.clone(),
        })))
    }

    /// What is asked itself.
    #[must_use]
    pub fn last(&self) -> Option<&Caller> {
        self.0.as_ref().map(|link| &link.caller)
    }

    /// From what is asked itself to the outermost call.
    pub fn callers(&self) -> impl Iterator<Item = &Caller> {
        let mut at = self;
        std::iter::from_fn(move || {
            let link = at.0.as_ref()?;
            at = &link.outer;
            Some(&link.caller)
        })
    }

    /// The packs on the way, each once, that of what is asked itself first.
    #[must_use]
    pub fn packs(&self) -> Vec<&Owner> {
        let mut packs: Vec<&Owner> = Vec::new();
        for owner in self.callers().filter_map(|caller| caller.owner.as_deref()) {
            if !packs.contains(&owner) {
                packs.push(owner);
            }
        }
        packs
    }
}

/// `server.shell of the pack windlass:standard 0.1.0, called by web.site of the pack acme:web 1.0.0`.
impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, caller) in self.callers().enumerate() {
            if number > 0 {
                f.write_str(", called by ")?;
            }
            f.write_str(&caller.name)?;
            if let Some(owner) = &caller.owner {
                write!(f, " of the pack {owner}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(name: &str) -> Option<Arc<Owner>> {
        Some(Arc::new(Owner {
            name: name.to_owned(),
            version: String::from("1.0.0"),
            granted: None,
        }))
    }

    #[test]
    fn a_chain_is_said_from_the_inside() {
        let chain = Chain::default()
            .with("web.site", owner("acme:web"))
            .with("web.reload", owner("acme:web"))
            .with("server.shell", owner("windlass:standard"));
        assert_eq!(
            chain.to_string(),
            "server.shell of the pack windlass:standard 1.0.0, called by web.reload of the pack acme:web 1.0.0, called by web.site of the pack acme:web 1.0.0"
        );
        let names: Vec<&str> = chain
            .packs()
            .iter()
            .map(|pack| pack.name.as_str())
            .collect();
        assert_eq!(names, ["windlass:standard", "acme:web"]);
        assert_eq!(
            chain.last().map(|caller| caller.name.as_str()),
            Some("server.shell")
        );
        assert_eq!(Chain::default().to_string(), "");
    }
}
