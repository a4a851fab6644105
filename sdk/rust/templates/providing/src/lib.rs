//! A source of secrets: the password store.

use windlass_sdk::process::Command;
use windlass_sdk::secret_source::SecretSource;
use windlass_sdk::{Error, Result};

struct Store;

windlass_sdk::export_secret_source!(Store);

impl SecretSource for Store {
    fn get(name: &str) -> Result<String> {
        let output = Command::new("pass").args(["show", "--", name]).run()?;
        if output.status != Some(0) {
            let message = format!("the password store has no {name}");
            return Err(Error::operation(message));
        }
        // Its first line, as `pass` has it.
        let text = String::from_utf8_lossy(&output.stdout);
        Ok(text.lines().next().unwrap_or_default().to_owned())
    }
}
