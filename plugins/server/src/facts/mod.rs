//! What a target says of its system.

mod accounts;
mod commands;
mod distribution;
mod kernel;
mod login;
mod network;
mod processes;
mod settings;

pub use accounts::{AuthorizedKeys, Groups, Home, User, Users};
pub use commands::{Command, Date, Path, Timezone, TmpDir, Which};
pub use distribution::{LinuxDistribution, LinuxName, LsbRelease, OsRelease};
pub use kernel::{
    Arch, Hostname, Kernel, KernelModules, KernelVersion, MacosVersion, Mounts, Os, OsVersion,
    Uptime,
};
pub use login::{Last, Lastb};
pub use network::{Port, Ports};
pub use processes::{LoadAverage, Processes};
pub use settings::{
    EtcHosts, HasGui, LinuxGui, Locales, RebootRequired, SecurityLimits, Selinux, Sysctl,
};

use windlass_sdk::prelude::*;

/// A command, and how each line of its output is read: which depends on the system.
type Lines<T> = (ShellText, fn(&str) -> Option<T>);

/// A fact whose value is all that its command says.
fn text(command: ShellText) -> Source<Option<String>> {
    Source::shell(command, |output| {
        let text = output.lines().join("\n").trim().to_owned();
        Ok(Some(text).filter(|text| !text.is_empty()))
    })
}
