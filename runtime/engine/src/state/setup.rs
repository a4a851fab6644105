//! What a state is made of.

use std::sync::Arc;

use camino::Utf8PathBuf;

use crate::config::Config;
use crate::connector::{Connector, ConnectorError};
use crate::inventory::Inventory;
use crate::local_files::{LocalFiles, Readable};
use crate::plugins::Plugins;
use crate::policy::Policy;
use crate::secrets::SecretStore;

/// The connectors of a run, by name.
pub trait Connectors: Send + Sync {
    /// The connector of that name.
    ///
    /// # Errors
    /// [`ConnectorError::Unknown`] with the nearest name.
    fn connector(&self, name: &str) -> Result<Arc<dyn Connector>, ConnectorError>;
}

/// Makes the view of the controller's files for one call: the deploy's folder (without links in it, where it exists), and
/// the paths the call names.
pub type LocalFilesFactory =
    Arc<dyn Fn(&camino::Utf8Path, &Readable) -> Arc<dyn LocalFiles> + Send + Sync>;

/// What a state is made of.
pub struct Setup {
    /// The hosts.
    pub inventory: Inventory,
    /// Settings.
    pub config: Config,
    /// The plugins.
    pub plugins: Arc<dyn Plugins>,
    /// The connectors.
    pub connectors: Arc<dyn Connectors>,
    /// Makes views of local files.
    pub local_files: LocalFilesFactory,
    /// The secrets.
    pub secrets: SecretStore,
    /// The folder that relative local paths start from.
    pub folder: Utf8PathBuf,
    /// Only these hosts take part, by name; none means all.
    pub limit: Option<Vec<String>>,
    /// Who decides what may be done. None: everything may.
    pub policy: Option<Arc<dyn Policy>>,
}
