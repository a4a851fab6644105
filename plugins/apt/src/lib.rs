//! Packages, sources and keys of Debian and its relatives.

pub mod apt_get;
pub mod facts;
pub mod operations;

use facts::{AptKeys, AptPackages, AptSources, SimulateOperationWillChange};
use operations::deb::{deb, install_file};
use operations::key::key;
use operations::packages::packages;
use operations::repo::{ppa, repo, sources_file};
use operations::update::{dist_upgrade, update, upgrade};

windlass_sdk::export! {
    namespace: "apt",
    operations: [packages, update, upgrade, dist_upgrade, repo, sources_file, ppa, key, deb, install_file],
    facts: [AptSources, AptPackages, AptKeys, SimulateOperationWillChange],
}
