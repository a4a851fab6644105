//! Fetching a file from a host.

use tokio::io::AsyncWriteExt as _;

use crate::arguments::GlobalArguments;
use crate::contract::Download;
use crate::json::Json;
use crate::plugins::Bound;
use crate::remote::Remote;

use super::steps::{Runner, StepError};

impl Runner<'_> {
    /// Fetches a file into a fresh file beside the destination, which it then replaces.
    pub(super) async fn download(
        &mut self,
        remote: &Remote,
        download: &Download,
        globals: &GlobalArguments,
        bound: &Bound,
    ) -> Result<(), StepError> {
        let dest = self.state.folder().join(&download.dest);
        let named = bound
            .args
            .as_object()
            .into_iter()
            .flat_map(|args| args.values())
            .any(|value| {
                value.as_str().is_some_and(|path| {
                    download.dest == path || download.dest.starts_with(&format!("{path}/"))
                })
            });
        if !named {
            return Err(StepError::message(format!(
                "{} is not named in the operation's arguments, so nothing may be written there",
                download.dest
            )));
        }
        let local = |what: &str, error: std::io::Error| {
            StepError::message(format!("{what} {dest}: {error}"))
        };
        let folder = dest.parent().map_or_else(
            || camino::Utf8PathBuf::from("."),
            camino::Utf8Path::to_path_buf,
        );
        if download.more.get("create_folder").and_then(Json::as_bool) == Some(true) {
            std::fs::create_dir_all(&folder)
                .map_err(|error| local("making the folder of", error))?;
        }
        let fresh = tempfile::NamedTempFile::new_in(&folder)
            .map_err(|error| local("writing beside", error))?;
        let handle = fresh
            .reopen()
            .map_err(|error| local("writing beside", error))?;
        let mut file = tokio::fs::File::from_std(handle);
        remote
            .get(&download.src, &mut file, globals)
            .await
            .map_err(|error| StepError {
                output: error.output(),
                ..StepError::message(error.to_string())
            })?;
        file.flush()
            .await
            .map_err(|error| local("writing", error))?;
        fresh
            .persist(&dest)
            .map_err(|error| local("replacing", error.error))?;
        Ok(())
    }
}
