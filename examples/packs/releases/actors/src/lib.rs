//! Activates a release, looks whether it works, and goes back where it does not.

use serde_json::{Value, json};
use windlass_sdk::actor::Actor;
use windlass_sdk::shell::ShellText;
use windlass_sdk::{Error, Result, log, shell, target};

struct Releases;

windlass_sdk::export_actor!(Releases);

// ANCHOR: actor
impl Actor for Releases {
    fn act(name: &str, payload: Value) -> Result<Value> {
        if name != "activate" {
            return Err(Error::invalid_value(format!("there is no actor `{name}`")));
        }
        let text = |key: &str| payload[key].as_str().map(str::to_owned);
        let (folder, release) = (
            text("folder").unwrap_or_default(),
            text("release").unwrap_or_default(),
        );
        switch(&folder, &release)?;
        let Some(check) = text("check") else {
            return Ok(json!({"active": release}));
        };
        let tries = payload["tries"].as_u64().unwrap_or(1).max(1);
        for attempt in 1..=tries {
            let answer = target::run(ShellText::new().raw(&check))?;
            if answer.status == Some(0) {
                return Ok(json!({"active": release, "tries": attempt}));
            }
            if attempt < tries {
                target::run(shell!("sleep 1"))?;
            }
        }
        match text("before") {
            Some(before) => {
                switch(&folder, &before)?;
                log::warning(&format!(
                    "{release} does not work: {before} is active again"
                ));
                Err(Error::operation(format!(
                    "`{check}` failed {tries} times with {release}; {before} is active again"
                )))
            }
            None => Err(Error::operation(format!(
                "`{check}` failed {tries} times with {release}, and there was no release before"
            ))),
        }
    }
}
// ANCHOR_END: actor

/// Has `current` lead to a release from one moment to the next.
fn switch(folder: &str, release: &str) -> Result<()> {
    let fresh = format!("{folder}/.current");
    target::run(shell!(
        "cd {folder} && test -d {release} && ln -sfn {release} .current && mv -T {fresh} current"
    ))?
    .success()?;
    Ok(())
}
