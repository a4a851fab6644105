//! The engine's own form of the plugin contract: what operations plan and what facts are made from.
//!
//! The names and shapes are those of the WIT package `windlass:plugin@0.1.0`; the component host translates
//! between the two. Nothing here depends on a component runtime, so fakes and built-in operations use the same types.

mod describe;
mod fact;
mod planned;
mod role;

pub use describe::{FactInfo, OperationInfo, Parameter, ParameterKind, Stability};
pub use fact::{Derived, FactRequest, Origin, Probe, RawOutput};
pub use planned::{
    Action, Atom, Call, Content, Diff, Download, HostFunction, Nested, Part, Planned, Prediction,
    Reboot, Rsync, SecretUse, Shell, ShellText, Step, Upload,
};
pub use role::Role;
