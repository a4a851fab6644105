//! Why components are refused, and how a guest that ended badly is reported.

use thiserror::Error;
use windlass_engine::plugins::PluginError;

use crate::limits::Exceeded;

/// Why plugins could not be loaded.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoadError {
    /// This program has no plugins of its own.
    #[error(
        "this program was built without the standard pack; run `cargo xtask plugins`, then build it again"
    )]
    NoStandardPack,
    /// A folder or file of a pack could not be read.
    #[error("{path}: {message}")]
    Unreadable {
        /// The folder or file.
        path: String,
        /// What the system says.
        message: String,
    },
    /// A deploy was asked for that no pack has.
    #[error("{0}")]
    Deploy(String),
    /// A component is not the one that the lock names.
    #[error(
        "{component} is refused: {path} was changed\n  the lock says sha256:{locked}, the file has sha256:{found}"
    )]
    Changed {
        /// The pack and the component.
        component: String,
        /// Its file.
        path: String,
        /// What its digest must be, in hexadecimal.
        locked: String,
        /// What it is.
        found: String,
    },
    /// A file is no component.
    #[error("{component} is no valid component: {message}")]
    Invalid {
        /// The pack and the component.
        component: String,
        /// Why.
        message: String,
    },
    /// A component imports what its role may not have.
    #[error(
        "{component} is refused: it imports `{import}`\n  a component {kind} may import {allowed} of the contract{acts}"
    )]
    Import {
        /// The pack and the component.
        component: String,
        /// The import.
        import: String,
        /// What kind of component it is: `with operations or facts`.
        kind: String,
        /// What may be imported.
        allowed: String,
        /// What is to be said besides.
        acts: &'static str,
    },
    /// A component exports what this version does not know.
    #[error(
        "{component} is refused: it exports `{export}`, which this version of windlass does not know"
    )]
    Export {
        /// The pack and the component.
        component: String,
        /// The export.
        export: String,
    },
    /// A component exports nothing of the contract, or something of several roles.
    #[error("{component} is refused: {message}")]
    Role {
        /// The pack and the component.
        component: String,
        /// What is wrong.
        message: String,
    },
    /// Two components have one namespace.
    #[error("both {first} and {second} have the namespace `{namespace}`\n  {remedy}")]
    Namespace {
        /// The namespace.
        namespace: String,
        /// One of them.
        first: String,
        /// The other.
        second: String,
        /// What to do.
        remedy: String,
    },
    /// Two components stand behind one `@name`, or one kind of secrets.
    #[error(
        "both {first} and {second} provide `{name}`; load one of them only, or give one another name in its manifest"
    )]
    Provider {
        /// The name, as it is written: `@pods`, `vault:`.
        name: String,
        /// One of them.
        first: String,
        /// The other.
        second: String,
    },
    /// A component describes itself in a way that cannot be used.
    #[error("{component} describes itself badly: {message}")]
    Description {
        /// The pack and the component.
        component: String,
        /// What is wrong.
        message: String,
    },
    /// The runtime for components does not start.
    #[error("components cannot be run on this machine: {0}")]
    Runtime(String),
}

impl LoadError {
    /// Two components, of `pack/file` each, with one namespace.
    pub(crate) fn namespace(namespace: String, first: &str, second: &str) -> Self {
        let pack = |component: &str| component.split('/').next().unwrap_or_default().to_owned();
        let (one, other) = (pack(first), pack(second));
        let standard = one == crate::standard::STANDARD;
        // Only a pack with a name of its own can stand in packs.toml.
        let named = [&other, &one]
            .into_iter()
            .find(|name| name.contains(':') && **name != crate::standard::STANDARD);
        let remedy = match named {
            _ if one == other => String::from(
                "a pack has each namespace once, and `as` in packs.toml is for packs with one namespace",
            ),
            Some(name) => format!(
                "give it another one in packs.toml: \"{name}\" = {{ …, as = \"{}\" }}",
                name.replace([':', '-'], "_")
            ),
            None if standard => String::from("give its operations and facts another one"),
            None => String::from("load one of them only"),
        };
        Self::Namespace {
            namespace,
            first: first.to_owned(),
            second: second.to_owned(),
            remedy,
        }
    }
}

impl From<LoadError> for PluginError {
    fn from(error: LoadError) -> Self {
        Self::Load(error.to_string())
    }
}

/// The report of a guest that trapped or reached a limit: the cause, then its call stack.
pub(crate) fn report(subject: &str, error: &wasmtime::Error) -> String {
    let cause = match error.downcast_ref::<Exceeded>() {
        Some(exceeded) => exceeded.to_string(),
        // Languages whose own check comes later, or that have none.
        None if error.downcast_ref() == Some(&wasmtime::Trap::StackOverflow) => {
            String::from("its calls are nested too deeply: the stack is used up")
        }
        None => in_our_words(error.root_cause().to_string()),
    };
    let mut report = format!("{subject}: the plugin failed: {cause}");
    if let Some(backtrace) = error.downcast_ref::<wasmtime::WasmBacktrace>() {
        for (number, frame) in backtrace.frames().iter().enumerate() {
            let name = match frame.func_name() {
                // Names of Rust and C++ carry more than people read.
                Some(name) => format!("{:#}", rustc_demangle::demangle(name)),
                None => format!("function {}", frame.func_index()),
            };
            let place = frame.module_offset().unwrap_or_default();
            report.push_str(&format!("\n  {number}: {name} (at {place:#x})"));
        }
    }
    report
}

/// The runtime has no type for what a guest passes too much of.
fn in_our_words(cause: String) -> String {
    match cause.contains("fuel allocated for hostcalls") {
        true => String::from("it gave more at once than the limit `output` allows"),
        false => cause,
    }
}
