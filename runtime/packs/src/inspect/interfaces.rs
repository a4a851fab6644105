//! What a component imports and exports, read from its bytes.

use thiserror::Error;
use wasmparser::{Encoding, Parser, Payload};
use windlass_engine::contract::Role;

/// The contract's package, as it stands in names of interfaces.
const PACKAGE: &str = "windlass:plugin/";

/// What components made from other languages export beside their interfaces, for their own start when they are built:
/// QuickJS a function, Python an interface. Nobody calls them.
const LANGUAGE_EXPORTS: [&str; 2] = ["init", "exports"];

/// Why a file is no component with a role.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum InterfaceError {
    /// No WebAssembly at all.
    #[error("it is no WebAssembly file; those begin with the bytes `\\0asm`")]
    NoWasm,
    /// A core module.
    #[error(
        "it is a core module, not a component; `windlass pack build` makes components, and so does `wasm-tools component new`"
    )]
    Module,
    /// A component that cannot be read.
    #[error("it cannot be read as a component: {0}")]
    Malformed(String),
    /// It exports nothing of the contract.
    #[error("it exports nothing of the contract `windlass:plugin`{0}")]
    NoRole(String),
    /// It has several roles.
    #[error("it has several roles ({0}); a component has one, a pack may hold many")]
    SeveralRoles(String),
}

/// The names of what a component imports and exports, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interfaces {
    /// What it imports: `windlass:plugin/facts@0.1.0`.
    pub imports: Vec<String>,
    /// What it exports: `windlass:plugin/operations@0.1.0`.
    pub exports: Vec<String>,
}

impl Interfaces {
    /// Reads them from a component's bytes.
    ///
    /// # Errors
    /// [`InterfaceError`]: no WebAssembly, a core module, or malformed.
    pub fn of(bytes: &[u8]) -> Result<Self, InterfaceError> {
        if !bytes.starts_with(b"\0asm") {
            return Err(InterfaceError::NoWasm);
        }
        let malformed =
            |error: wasmparser::BinaryReaderError| InterfaceError::Malformed(error.to_string());
        let mut found = Self::default();
        let mut depth = 0_usize;
        for payload in Parser::new(0).parse_all(bytes) {
            match payload.map_err(malformed)? {
                Payload::Version {
                    encoding: Encoding::Module,
                    ..
                } if depth == 0 => return Err(InterfaceError::Module),
                Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::ComponentImportSection(section) if depth == 0 => {
                    for import in section {
                        found
                            .imports
                            .push(import.map_err(malformed)?.name.name.to_owned());
                    }
                }
                Payload::ComponentExportSection(section) if depth == 0 => {
                    for export in section {
                        let name = export.map_err(malformed)?.name.name;
                        if !LANGUAGE_EXPORTS.contains(&name) {
                            found.exports.push(name.to_owned());
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(found)
    }

    /// What the component is for.
    ///
    /// # Errors
    /// [`InterfaceError::NoRole`] or [`InterfaceError::SeveralRoles`].
    pub fn role(&self) -> Result<Role, InterfaceError> {
        let exports = |role: &Role| {
            let names = role.exports();
            self.exports
                .iter()
                .any(|export| names.contains(&contract_name(export).unwrap_or_default()))
        };
        let roles: Vec<Role> = Role::ALL.into_iter().filter(exports).collect();
        match roles.as_slice() {
            [role] => Ok(*role),
            [] => {
                let others = self.exports.join(", ");
                let text = if others.is_empty() {
                    String::from(", and nothing else")
                } else {
                    format!("; it exports {others}")
                };
                Err(InterfaceError::NoRole(text))
            }
            several => {
                let names: Vec<&str> = several.iter().map(|role| role.as_str()).collect();
                Err(InterfaceError::SeveralRoles(names.join(", ")))
            }
        }
    }

    /// True when it imports this interface of the contract, in any version.
    #[must_use]
    pub fn imports(&self, interface: &str) -> bool {
        let mut names = self.imports.iter().map(|import| contract_name(import));
        names.any(|name| name == Some(interface))
    }

    /// What it imports that is not of the contract: `wasi:clocks/wall-clock@0.2.0`.
    #[must_use]
    pub fn foreign(&self) -> Vec<&str> {
        let foreign = |import: &&String| contract_name(import).is_none();
        self.imports
            .iter()
            .filter(foreign)
            .map(String::as_str)
            .collect()
    }
}

/// An interface's name in the contract, whatever its version: `facts` of `windlass:plugin/facts@0.1.0`.
fn contract_name(name: &str) -> Option<&str> {
    let rest = name.strip_prefix(PACKAGE)?;
    Some(rest.split('@').next().unwrap_or(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(imports: &[&str], exports: &[&str]) -> Interfaces {
        let owned = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        Interfaces {
            imports: owned(imports),
            exports: owned(exports),
        }
    }

    #[test]
    fn what_is_no_component_is_told_apart() {
        assert_eq!(Interfaces::of(b"text"), Err(InterfaceError::NoWasm));
        assert_eq!(
            Interfaces::of(b"\0asm\x01\0\0\0"),
            Err(InterfaceError::Module)
        );
        let cut = Interfaces::of(b"\0asm\x0d\0\x01\0\x07\x7f");
        assert!(matches!(cut, Err(InterfaceError::Malformed(_))), "{cut:?}");
        assert_eq!(
            Interfaces::of(b"\0asm\x0d\0\x01\0"),
            Ok(Interfaces::default())
        );
    }

    #[test]
    fn the_role_follows_from_the_exports() {
        let planning = of(
            &[],
            &[
                "windlass:plugin/operations@0.1.0",
                "windlass:plugin/fact-source@0.1.7",
            ],
        );
        assert_eq!(planning.role(), Ok(Role::Planning));
        assert_eq!(
            of(&[], &["windlass:plugin/inventory@0.1.0"]).role(),
            Ok(Role::Listing)
        );
        let both = of(
            &[],
            &[
                "windlass:plugin/operations@0.1.0",
                "windlass:plugin/connector@0.1.0",
            ],
        );
        assert_eq!(
            both.role(),
            Err(InterfaceError::SeveralRoles(String::from(
                "planning, connecting"
            )))
        );
        let none = of(&[], &["wasi:cli/run@0.2.0"]).role();
        assert!(
            none.is_err_and(|error| error.to_string().ends_with("it exports wasi:cli/run@0.2.0"))
        );
    }

    #[test]
    fn what_is_not_of_the_contract_is_foreign() {
        let all = of(
            &["windlass:plugin/facts@0.1.0", "wasi:random/random@0.2.0"],
            &[],
        );
        assert_eq!(all.foreign(), ["wasi:random/random@0.2.0"]);
        assert!(all.imports("facts") && !all.imports("log"));
    }
}
