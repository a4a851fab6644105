//! `files.template`.

use windlass_sdk::prelude::*;
use windlass_sdk::reexport::serde_json::Value as Json;

use super::source::LocalSource;
use super::times::Times;
use super::transfer::Transfer;
use crate::render::{Options, render};

/// Render a Jinja template and upload the result, with owner and mode.
///
/// The template sees what is given as further arguments, `host` (`host.name`, `host.groups`, `host.data.KEY`) and
/// `inventory`. What is undefined is an error. `include`, `import` and `extends` find templates by their path from the
/// template's own folder. A secret among the arguments stands in the result alone: no other filter than `tojson`,
/// `urlencode`, `b64encode` and `quote` can be used on it.
#[operation(
    example = r#"files.template(name = "Site", src = "templates/site.conf.j2", dest = "/etc/nginx/conf.d/site.conf", port = host.data.port, _sudo = True)"#
)]
pub fn template(
    plan: &mut Plan,
    /// The template on the controller, relative to the deploy's folder; or content.
    src: LocalSource,
    /// Where the result goes on the target.
    dest: RemotePath,
    /// Its owner.
    user: Option<String>,
    /// Its group.
    group: Option<String>,
    /// Its mode: `644` or `"644"`.
    mode: Option<Mode>,
    /// Whether the folder it goes into is made where it is missing, with the same owner.
    #[default(true)]
    create_remote_dir: bool,
    /// Options of Jinja: `trim_blocks`, `lstrip_blocks`, `keep_trailing_newline`.
    jinja_env_kwargs: Option<Options>,
    /// What the template sees, by name.
    data: RestMap<SecretData>,
) -> Result<()> {
    let values = data
        .0
        .into_iter()
        .map(|(name, value)| (name, value.0))
        .collect();
    let content = render(&src, values, &jinja_env_kwargs.unwrap_or_default())?;
    let source = LocalSource::Content(content);
    let times = Times::default();
    Transfer {
        source,
        dest,
        user,
        group,
        mode,
        create_remote_dir,
        force: false,
        times,
    }
    .plan(plan)
}

/// Any value, with secrets in it or not.
#[derive(Clone, Debug, PartialEq)]
pub struct SecretData(pub Json);

impl Argument for SecretData {
    const SECRET: bool = true;

    fn schema() -> Json {
        Json::schema()
    }

    fn decode(value: Json) -> Result<Self> {
        Ok(Self(value))
    }

    fn encode(&self) -> Json {
        self.0.clone()
    }
}
