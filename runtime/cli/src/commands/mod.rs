//! The commands, a file each. The doc comment of a command's arguments is its help.

pub(crate) mod apply;
pub(crate) mod audit;
pub(crate) mod completions;
pub(crate) mod exec;
pub(crate) mod fact;
pub(crate) mod help;
pub(crate) mod init;
pub(crate) mod inventory;
pub(crate) mod list;
pub(crate) mod op;
pub(crate) mod pack;
pub(crate) mod plan;
pub(crate) mod policy;
