//! The deploy: the folder of a program, its releases and which of them is active, as the host's data says.

use serde_json::{Value, json};
use windlass_sdk::deploy::{Deploy, Operation};
use windlass_sdk::{Error, Result, context};

struct Site;

windlass_sdk::export_deploy!(Site);

// ANCHOR: deploy
impl Deploy for Site {
    fn run() -> Result<()> {
        let data = |key: &str| context::host(&format!("/data/{key}"));
        let Some(Value::String(folder)) = data("app_folder") else {
            return Err(Error::invalid_value(
                "the data `app_folder` names the folder of the releases",
            ));
        };
        for release in data("app_releases")
            .iter()
            .filter_map(Value::as_array)
            .flatten()
        {
            let name = release.as_str().unwrap_or_default();
            Operation::new("files.directory")
                .called(format!("Release {name}"))
                .key(name)
                .arg("path", format!("{folder}/{name}"))
                .add()?;
        }
        let active = Operation::new("releases.activate")
            .called("Activate")
            .arg("folder", folder)
            .arg("release", data("app_release").unwrap_or(Value::Null))
            .arg("check", data("app_check").unwrap_or(Value::Null))
            .arg("tries", data("app_tries").unwrap_or(json!(5)))
            .add()?;
        if let Some(command) = data("app_reload") {
            Operation::new("server.shell")
                .called("Reload")
                .arg("commands", json!([command]))
                .when(&active.changed()?)
                .add()?;
        }
        Ok(())
    }
}
// ANCHOR_END: deploy
