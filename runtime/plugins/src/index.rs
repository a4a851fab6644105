//! The index of a component: what its `describe` answered, kept beside its code so that starting runs no guest.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use windlass_engine::contract::{FactInfo, OperationInfo, Role};

/// The form of what is stored; another number is not read.
const FORMAT: u32 = 2;

/// What is known of a component without running it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Index {
    format: u32,
    /// SHA-256 of the component, in hexadecimal.
    pub(crate) component: String,
    /// SHA-256 of the code it was compiled to, in hexadecimal.
    pub(crate) code: String,
    /// What it is for.
    #[serde(default = "planning")]
    pub(crate) role: Role,
    /// Its operations, in the order it names them.
    pub(crate) operations: Vec<OperationInfo>,
    /// Its facts, in the order it names them.
    pub(crate) facts: Vec<FactInfo>,
}

impl Index {
    pub(crate) fn new(
        component: &[u8],
        code: &[u8],
        operations: Vec<OperationInfo>,
        facts: Vec<FactInfo>,
    ) -> Self {
        Self {
            format: FORMAT,
            component: digest(component),
            code: digest(code),
            role: Role::Planning,
            operations,
            facts,
        }
    }

    /// An index without code: what a lock says of a component.
    pub(crate) fn locked(
        component: &str,
        operations: Vec<OperationInfo>,
        facts: Vec<FactInfo>,
    ) -> Self {
        Self {
            format: FORMAT,
            component: component.to_owned(),
            code: String::new(),
            role: Role::Planning,
            operations,
            facts,
        }
    }

    /// The index, of a component of this role.
    pub(crate) fn of_role(self, role: Role) -> Self {
        Self { role, ..self }
    }

    /// Reads an index; none when it has another form.
    pub(crate) fn read(text: &[u8]) -> Option<Self> {
        let index: Self = serde_json::from_slice(text).ok()?;
        (index.format == FORMAT).then_some(index)
    }

    /// Its text.
    pub(crate) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The part before the point that all its names share.
    pub(crate) fn namespace(&self) -> Result<String, String> {
        let mut names = self
            .operations
            .iter()
            .map(|info| &info.name)
            .chain(self.facts.iter().map(|info| &info.name));
        let Some(first) = names.next() else {
            return Err(String::from("it has neither operations nor facts"));
        };
        let part = |name: &str| {
            name.split_once('.')
                .filter(|(namespace, rest)| !namespace.is_empty() && !rest.is_empty())
                .map(|(namespace, _)| namespace.to_owned())
                .ok_or_else(|| format!("`{name}` has no namespace; names are `namespace.name`"))
        };
        let namespace = part(first)?;
        for name in names {
            if part(name)? != namespace {
                return Err(format!(
                    "`{first}` and `{name}` have two namespaces; a component has one"
                ));
            }
        }
        Ok(namespace)
    }
}

fn planning() -> Role {
    Role::Planning
}

/// SHA-256 in hexadecimal.
pub(crate) fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
