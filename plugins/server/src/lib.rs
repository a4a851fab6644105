//! Users, groups, services, packages, host name, commands and facts of the system.
