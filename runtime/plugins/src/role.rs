//! What a component may be: its role follows from its exports, and its imports from its role.
//!
//! | exports | may import, besides `types` |
//! | --- | --- |
//! | `operations`, `fact-source` | `facts`, `context`, `local-files`, `secrets`, `log` |
//! | `actor` | the same, and `target` |
//! | `deploy` | `deploying`, `target`, `facts`, `context`, `local-files`, `log` |
//! | `connector` | `process`, `http`, `io`, `log` |
//! | `inventory` | `process`, `http`, `local-files`, `log` |
//! | `observer` | `log` |
//! | `secret-source` | `process`, `http`, `local-files`, `log` |
//! | anything else | refused |
//!
//! Allowed: `windlass:plugin/facts@0.1.3`. Refused: `wasi:cli/environment@0.2.0`, `windlass:plugin/target@0.1.0` in a
//! component with operations.

use wasmtime::Engine;
use wasmtime::component::Component as Code;
use windlass_engine::contract::Role;

use crate::error::LoadError;

const PACKAGE: &str = "windlass:plugin/";

/// Versions from this on up to the next minor one can be run: patch versions add, and never change.
const VERSION: &str = "0.1.";

/// What a component of a role may import.
fn imports(role: Role) -> &'static [&'static str] {
    match role {
        Role::Planning => &["facts", "context", "local-files", "secrets", "log", "types"],
        Role::Acting => &[
            "target",
            "facts",
            "context",
            "local-files",
            "secrets",
            "log",
            "types",
        ],
        Role::Deploying => &[
            "deploying",
            "target",
            "facts",
            "context",
            "local-files",
            "log",
            "types",
        ],
        Role::Connecting => &["process", "http", "io", "log", "types"],
        Role::Listing | Role::Providing => &["process", "http", "local-files", "log", "types"],
        Role::Observing => &["log", "types"],
    }
}

/// What components made from other languages export beside their interfaces, for their own start when they are built:
/// QuickJS a function, Python an interface. The host never calls them.
const LANGUAGE_EXPORTS: [&str; 2] = ["init", "exports"];

/// The role of a component; refuses one without, with several, or with imports that its role may not have.
pub(crate) fn check<'a>(
    component: &str,
    imported: impl Iterator<Item = &'a str>,
    exports: impl Iterator<Item = &'a str>,
) -> Result<Role, LoadError> {
    let refused = |message: String| LoadError::Role {
        component: component.to_owned(),
        message,
    };
    let mut roles: Vec<Role> = Vec::new();
    for export in exports.filter(|export| !LANGUAGE_EXPORTS.contains(export)) {
        let role = interface(export).and_then(|name| {
            let mut all = Role::ALL.into_iter();
            all.find(|role| role.exports().contains(&name))
        });
        match role {
            Some(role) if roles.contains(&role) => {}
            Some(role) => roles.push(role),
            None => {
                return Err(LoadError::Export {
                    component: component.to_owned(),
                    export: export.to_owned(),
                });
            }
        }
    }
    let role = match roles.as_slice() {
        [role] => *role,
        [] => {
            return Err(refused(String::from("it exports nothing of the contract")));
        }
        several => {
            let names: Vec<&str> = several.iter().map(|role| role.as_str()).collect();
            return Err(refused(format!(
                "it has several roles ({}); a component has one, a pack may hold many",
                names.join(", ")
            )));
        }
    };
    let allowed = imports(role);
    for import in imported {
        if !interface(import).is_some_and(|name| allowed.contains(&name)) {
            return Err(LoadError::Import {
                component: component.to_owned(),
                import: import.to_owned(),
                kind: match role {
                    Role::Planning => String::from("with operations or facts"),
                    role => format!("for {role}"),
                },
                allowed: allowed.join(", "),
                acts: match role {
                    Role::Planning => ", and nothing that acts",
                    _ => "",
                },
            });
        }
    }
    Ok(role)
}

/// The role of a compiled component.
pub(crate) fn of(code: &Code, engine: &Engine, name: &str) -> Result<Role, LoadError> {
    let kind = code.component_type();
    check(
        name,
        kind.imports(engine).map(|(name, _)| name),
        kind.exports(engine).map(|(name, _)| name),
    )
}

/// The name of an interface of this contract, in a version that can be run.
fn interface(name: &str) -> Option<&str> {
    let (interface, version) = name.strip_prefix(PACKAGE)?.split_once('@')?;
    version.starts_with(VERSION).then_some(interface)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn of(imports: &[&str], exports: &[&str]) -> Result<Role, String> {
        check(
            "demo/x.wasm",
            imports.iter().copied(),
            exports.iter().copied(),
        )
        .map_err(|error| error.to_string())
    }

    const OPERATIONS: &str = "windlass:plugin/operations@0.1.0";

    #[test]
    fn planning_components_import_the_planning_world() {
        assert_eq!(
            of(
                &["windlass:plugin/facts@0.1.4"],
                &[OPERATIONS, "init", "exports"]
            ),
            Ok(Role::Planning)
        );
        assert_eq!(
            of(&[], &["windlass:plugin/fact-source@0.1.0"]),
            Ok(Role::Planning)
        );
    }

    #[test]
    fn whatever_acts_is_refused_by_name() {
        for import in [
            "windlass:plugin/target@0.1.0",
            "windlass:plugin/process@0.1.0",
            "windlass:plugin/facts@0.2.0",
            "wasi:cli/environment@0.2.0",
        ] {
            let error = of(&[import], &[OPERATIONS]).unwrap_err();
            assert!(error.contains(&format!("imports `{import}`")), "{error}");
        }
    }

    #[test]
    fn a_component_has_one_role() {
        let error = of(&[], &[OPERATIONS, "windlass:plugin/actor@0.1.0"]).unwrap_err();
        assert!(
            error.contains("several roles (planning, acting)"),
            "{error}"
        );
        assert!(of(&[], &[]).unwrap_err().contains("exports nothing"));
        assert!(
            of(&[], &["a:b/c@1.0.0"])
                .unwrap_err()
                .contains("exports `a:b/c@1.0.0`")
        );
    }

    #[test]
    fn each_role_has_its_own_imports() {
        let process = ["windlass:plugin/process@0.1.0"];
        let connector = ["windlass:plugin/connector@0.1.0"];
        assert_eq!(of(&process, &connector), Ok(Role::Connecting));
        let error = of(&process, &["windlass:plugin/observer@0.1.0"]).unwrap_err();
        assert!(
            error.contains("a component for observing may import log, types of the contract"),
            "{error}"
        );
        let files = ["windlass:plugin/local-files@0.1.0"];
        assert!(of(&files, &connector).is_err());
    }
}
