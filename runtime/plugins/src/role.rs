//! What a component may be: its role follows from its exports, and its imports from its role.
//!
//! | exports | may import | |
//! | --- | --- | --- |
//! | `operations`, `fact-source` | `facts`, `context`, `local-files`, `secrets`, `log`, `types` | run here |
//! | `actor`, `deploy`, `connector`, `inventory`, `observer` | | known, not run by this version |
//! | anything else | | refused |
//!
//! Allowed: `windlass:plugin/facts@0.1.3`. Refused: `wasi:cli/environment@0.2.0`, `windlass:plugin/target@0.1.0`.

use crate::error::LoadError;

const PACKAGE: &str = "windlass:plugin/";

/// Versions from this on up to the next minor one can be run: patch versions add, and never change.
const VERSION: &str = "0.1.";

const PLANNING_EXPORTS: [&str; 2] = ["operations", "fact-source"];
const PLANNING_IMPORTS: [&str; 6] = ["facts", "context", "local-files", "secrets", "log", "types"];
const OTHER_EXPORTS: [&str; 5] = ["actor", "deploy", "connector", "inventory", "observer"];

/// What components made from other languages export beside their interfaces, for their own start when they are built:
/// QuickJS a function, Python an interface. The host never calls them.
const LANGUAGE_EXPORTS: [&str; 2] = ["init", "exports"];

/// Refuses a component that is not of the planning role alone.
pub(crate) fn check<'a>(
    component: &str,
    imports: impl Iterator<Item = &'a str>,
    exports: impl Iterator<Item = &'a str>,
) -> Result<(), LoadError> {
    let role = |message: String| LoadError::Role {
        component: component.to_owned(),
        message,
    };
    let (mut plans, mut others) = (false, Vec::new());
    for export in exports.filter(|export| !LANGUAGE_EXPORTS.contains(export)) {
        match interface(export) {
            Some(name) if PLANNING_EXPORTS.contains(&name) => plans = true,
            Some(name) if OTHER_EXPORTS.contains(&name) => others.push(name),
            _ => {
                return Err(LoadError::Export {
                    component: component.to_owned(),
                    export: export.to_owned(),
                });
            }
        }
    }
    match (plans, others.as_slice()) {
        (true, []) => {}
        (false, []) => return Err(role(String::from("it exports nothing of the contract"))),
        (false, [name]) => {
            return Err(role(format!(
                "it exports `{name}`, which this version of windlass does not run"
            )));
        }
        (false, several) => {
            return Err(role(format!(
                "it has several roles ({}); a component has one, a pack may hold many",
                several.join(", ")
            )));
        }
        (true, several) => {
            return Err(role(format!(
                "it plans and has another role ({}); a component has one, a pack may hold many",
                several.join(", ")
            )));
        }
    }
    for import in imports {
        if !interface(import).is_some_and(|name| PLANNING_IMPORTS.contains(&name)) {
            return Err(LoadError::Import {
                component: component.to_owned(),
                import: import.to_owned(),
                allowed: PLANNING_IMPORTS.join(", "),
            });
        }
    }
    Ok(())
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

    fn of(imports: &[&str], exports: &[&str]) -> Result<(), String> {
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
            Ok(())
        );
        assert_eq!(of(&[], &["windlass:plugin/fact-source@0.1.0"]), Ok(()));
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
        assert!(error.contains("another role (actor)"), "{error}");
        assert!(of(&[], &[]).unwrap_err().contains("exports nothing"));
        assert!(
            of(&[], &["windlass:plugin/deploy@0.1.0"])
                .unwrap_err()
                .contains("does not run")
        );
        assert!(
            of(&[], &["a:b/c@1.0.0"])
                .unwrap_err()
                .contains("exports `a:b/c@1.0.0`")
        );
    }
}
