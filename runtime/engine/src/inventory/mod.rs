//! Inventory: which hosts there are, their groups, their data, and where each value came from.
//!
//! An inventory file is TOML, YAML or JSON of this form:
//!
//! ```toml
//! [all]                          # data of every host
//! ssh_user = "deploy"
//!
//! [groups.web]
//! hosts = ["web-01", "web-02"]   # names, or `@connector/argument`
//! groups = ["web-eu"]            # groups whose hosts belong to this one too
//! port = 80                      # any other key is data
//!
//! [hosts."web-01"]
//! groups = ["canary"]
//! ssh_hostname = "10.0.0.11"     # data again
//!
//! [config]                       # settings, see `Config`
//! parallel = 20
//! ```
//!
//! Data that is called `hosts`, `groups` or `data` itself stands in a table `data` of its level. `hosts` at the top or
//! in `[all]` may be a list, for hosts without a group. Files `group_data/NAME.{toml,yaml,yml,json}` beside the
//! inventory hold a group's data, `all` included.
//!
//! What wins, highest first: set by the deploy; `--data`; the host; its groups, the last one first; `all`; defaults of
//! the deploy. Within a group: folders of `--group-data`, the last first; the inventory file; `group_data` beside it.
//! Groups are in the order of the file, but a group stands behind the groups that contain it, so it wins over them.

mod document;
mod error;
mod limit;
mod load;
mod model;
mod names;
mod parse;

pub(crate) use document::{Document, Value};
pub use error::InventoryError;
pub use load::{InventoryOptions, parse_data_flag};
pub use model::{HostEntry, Inventory, InventoryBuilder, Origin, Provenance};
pub use names::connector_of;
