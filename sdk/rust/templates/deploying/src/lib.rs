//! A deploy: the message of the day, and a look at it once it has changed.

use serde_json::{Value, json};
use windlass_sdk::deploy::{Deploy, Operation};
use windlass_sdk::{Error, Result, context, shell, target};

struct Message;

windlass_sdk::export_deploy!(Message);

impl Deploy for Message {
    fn run() -> Result<()> {
        let text = context::host("/data/message").unwrap_or(json!("Welcome\n"));
        let message = Operation::new("files.put")
            .called("Message")
            .arg("src", json!({"$content": text}))
            .arg("dest", "/etc/motd")
            .arg("mode", "644")
            .add()?;
        let check = Operation::call("check", Value::Null);
        check.when(&message.changed()?).add()?;
        Ok(())
    }

    /// Runs at execution.
    fn callback(name: &str, _: Value) -> Result<Value> {
        match name {
            // How long the message is.
            "check" => Ok(json!(
                target::run(shell!("cat /etc/motd"))?
                    .success()?
                    .stdout
                    .len()
            )),
            other => Err(Error::invalid_value(format!(
                "there is no function `{other}`"
            ))),
        }
    }
}
