//! What the machine's policy says of a project's packs, before anything of them is run.

use windlass_engine::capability::Capabilities;
use windlass_packs::manifest::PackName;
use windlass_packs::policy::PackClaim;
use windlass_packs::trust::Vouched;

use super::error::ProjectError;
use super::read::Project;

impl Project {
    /// Refuses a pack of a name that no run may use, whoever signed it: before it is fetched.
    ///
    /// # Errors
    /// [`ProjectError::Denied`].
    pub fn allow_name(&self, name: &PackName) -> Result<(), ProjectError> {
        match &self.policy {
            Some(policy) => Ok(policy.allow_pack_name(&name.to_string())?),
            None => Ok(()),
        }
    }

    /// Refuses a pack that asks for what it may have on no host.
    ///
    /// # Errors
    /// [`ProjectError::Denied`].
    pub fn allow_asked(&self, name: &PackName, asks: &Capabilities) -> Result<(), ProjectError> {
        match &self.policy {
            Some(policy) => Ok(policy.allow_capabilities(&name.to_string(), asks)?),
            None => Ok(()),
        }
    }

    /// Refuses a pack that no run may use, with these signers or without.
    pub(super) fn allow(
        &self,
        name: &PackName,
        vouched: Option<&Vouched>,
    ) -> Result<(), ProjectError> {
        let signers: Vec<String> = vouched
            .iter()
            .flat_map(|vouched| self.trust.keys(vouched))
            .collect();
        let name = name.to_string();
        let claim = PackClaim {
            name: &name,
            signers: &signers,
        };
        match &self.policy {
            Some(policy) => Ok(policy.allow_pack(claim)?),
            None => Ok(()),
        }
    }
}
