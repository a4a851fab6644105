//! Users, groups, services, packages, the host name, commands, and facts of the system.

pub mod facts;
pub mod operations;

use facts::{
    Arch, AuthorizedKeys, Command, Date, EtcHosts, Groups, HasGui, Home, Hostname, Kernel,
    KernelModules, KernelVersion, Last, Lastb, LinuxDistribution, LinuxGui, LinuxName, LoadAverage,
    Locales, LsbRelease, MacosVersion, Mounts, Os, OsRelease, OsVersion, Path, Port, Ports,
    Processes, RebootRequired, SecurityLimits, Selinux, Sysctl, Timezone, TmpDir, Uptime, User,
    Users, Which,
};

use operations::group::group;
use operations::hostname::hostname;
use operations::keys::user_authorized_keys;
use operations::packages::packages;
use operations::service::service;
use operations::shell::{script, shell};
use operations::user::user;

windlass_sdk::export! {
    namespace: "server",
    operations: [shell, script, user, user_authorized_keys, group, service, packages, hostname],
    facts: [
        User, Home, Path, TmpDir, Hostname, Kernel, KernelVersion, Uptime, Os, OsVersion, Arch, Command, Timezone, Which,
        Date, MacosVersion, Mounts, Port, Ports, KernelModules, LsbRelease, OsRelease, Sysctl, Groups, Users,
        AuthorizedKeys, LinuxDistribution, LinuxName, Selinux, LinuxGui, HasGui, Locales, SecurityLimits, RebootRequired,
        Processes, EtcHosts, Last, LoadAverage, Lastb,
    ],
}
