//! Another namespace for the operations and facts of a pack, where the project gives it one.
//!
//! A component goes on calling its own operations and facts by its own namespace. Names are exchanged where they pass:
//! what is called, what it asks for, and what it plans.

use std::borrow::Cow;

use windlass_engine::contract::{
    Action, FactInfo, FactRequest, OperationInfo, Origin, Planned, Prediction,
};

/// A namespace of a component, and the one that it has here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Alias {
    own: String,
    here: String,
}

impl Alias {
    /// None where both are the same.
    pub(crate) fn new(own: &str, here: &str) -> Option<Self> {
        (own != here).then(|| Self {
            own: own.to_owned(),
            here: here.to_owned(),
        })
    }

    /// The name that the component has for what is called so here.
    pub(crate) fn inward<'a>(&self, name: &'a str) -> Cow<'a, str> {
        exchanged(name, &self.here, &self.own)
    }

    fn outward<'a>(&self, name: &'a str) -> Cow<'a, str> {
        exchanged(name, &self.own, &self.here)
    }

    /// Exchanges a name that the component gave for the one that it has here.
    pub(crate) fn rename(&self, name: &mut String) {
        if let Cow::Owned(here) = self.outward(name) {
            *name = here;
        }
    }

    pub(crate) fn operation(&self, info: &mut OperationInfo) {
        self.rename(&mut info.name);
        if let Some(other) = &mut info.alias_of {
            self.rename(other);
        }
    }

    pub(crate) fn fact(&self, info: &mut FactInfo) {
        self.rename(&mut info.name);
    }

    pub(crate) fn request(&self, request: &mut FactRequest) {
        self.rename(&mut request.fact);
    }

    pub(crate) fn planned(&self, planned: &mut Planned) {
        for step in &mut planned.steps {
            if let Action::Nested(nested) = &mut step.action {
                self.rename(&mut nested.operation);
            }
            for Prediction { fact, .. } in &mut step.predictions {
                if let Cow::Owned(here) = self.outward(fact) {
                    *fact = here.into();
                }
            }
        }
    }

    pub(crate) fn origin(&self, origin: &mut Origin) {
        if let Origin::Derived(facts) = origin {
            facts.iter_mut().for_each(|one| self.rename(&mut one.fact));
        }
    }
}

fn exchanged<'a>(name: &'a str, from: &str, to: &str) -> Cow<'a, str> {
    match name.split_once('.') {
        Some((namespace, rest)) if namespace == from => Cow::Owned(format!("{to}.{rest}")),
        _ => Cow::Borrowed(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_its_own_namespace_are_exchanged_and_no_others() {
        assert_eq!(Alias::new("web", "web"), None);
        let alias = Alias {
            own: String::from("web"),
            here: String::from("acme_web"),
        };
        assert_eq!(alias.inward("acme_web.site"), "web.site");
        assert_eq!(alias.outward("web.site"), "acme_web.site");
        for other in ["webs.site", "web", "files.put", "acme_web.site"] {
            assert_eq!(alias.outward(other), other);
        }
    }
}
