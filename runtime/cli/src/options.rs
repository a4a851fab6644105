//! From options to what a run is made from.

use camino::Utf8PathBuf;
use serde_json::json;
use windlass::engine::inventory::{InventoryOptions, parse_data_flag};
use windlass::engine::json::Json;
use windlass::setup::RunOptions;

use crate::context::Context;
use crate::errors::CliError;
use crate::prompt;

/// Makes a run's options for an inventory; asks for the passwords that the command line says to ask for.
pub(crate) fn run_options(
    context: &Context,
    inventory: &str,
    folder: Utf8PathBuf,
) -> Result<RunOptions, CliError> {
    let global = &context.global;
    let mut data = Vec::new();
    for given in &global.data {
        data.push(
            parse_data_flag(given).map_err(|error| CliError::Usage(format!("--data {error}")))?,
        );
    }
    data.extend(ssh_data(context)?);
    Ok(RunOptions {
        inventory: inventory.to_owned(),
        inventory_options: InventoryOptions {
            group_data: global.group_data.clone(),
            data,
        },
        limit: global.limit.clone(),
        exclude: global.exclude.clone(),
        config_files: global.config.clone(),
        settings: settings(context)?,
        folder,
        secrets: context.secrets.clone(),
    })
}

/// The `--ssh-…` options as data of all hosts.
fn ssh_data(context: &Context) -> Result<Vec<(String, Json)>, CliError> {
    let global = &context.global;
    let mut data: Vec<(String, Json)> = Vec::new();
    let mut add = |key: &str, value: Option<Json>| {
        data.extend(value.map(|value| (key.to_owned(), value)));
    };
    add("ssh_user", global.ssh_user.clone().map(Json::from));
    add("ssh_port", global.ssh_port.map(Json::from));
    add("ssh_key", global.ssh_key.clone().map(Json::from));
    if global.ssh_password {
        add(
            "ssh_password",
            Some(ask(context, "SSH password", "ssh_password")?),
        );
    }
    if global.ssh_key_password {
        let asked = ask(context, "passphrase of the SSH key", "ssh_key_password")?;
        add("ssh_key_password", Some(asked));
    }
    Ok(data)
}

/// The options that are settings.
fn settings(context: &Context) -> Result<Vec<(String, Json)>, CliError> {
    let global = &context.global;
    let mut settings: Vec<(String, Json)> = Vec::new();
    let texts = [
        ("sudo_user", &global.sudo_user),
        ("su_user", &global.su_user),
        ("su_shell", &global.su_shell),
        ("doas_user", &global.doas_user),
        ("dzdo_user", &global.dzdo_user),
        ("shell", &global.shell_executable),
    ];
    for (key, value) in texts {
        settings.extend(value.clone().map(|value| (key.to_owned(), value.into())));
    }
    let flags = [
        ("sudo", global.sudo),
        ("use_sudo_login", global.use_sudo_login),
        ("preserve_sudo_env", global.preserve_sudo_env),
        ("use_su_login", global.use_su_login),
        ("preserve_su_env", global.preserve_su_env),
        ("doas", global.doas),
        ("dzdo", global.dzdo),
        ("diff", global.diff),
        ("allow_drift", global.allow_drift),
    ];
    for (key, _) in flags.into_iter().filter(|(_, on)| *on) {
        settings.push((key.to_owned(), Json::Bool(true)));
    }
    if global.no_batch {
        settings.push((String::from("batch"), Json::Bool(false)));
    }
    let numbers = [
        ("parallel", global.parallel.map(Json::from)),
        ("fail_percent", global.fail_percent.map(Json::from)),
        ("retry", global.retry.map(Json::from)),
        ("retry_delay", global.retry_delay.map(Json::from)),
    ];
    for (key, value) in numbers {
        settings.extend(value.map(|value| (key.to_owned(), value)));
    }
    if global.ask_sudo_password {
        let asked = ask(context, "sudo password", "sudo_password")?;
        settings.push((String::from("sudo_password"), asked));
    }
    if global.ask_su_password {
        let asked = ask(context, "su password", "su_password")?;
        settings.push((String::from("su_password"), asked));
    }
    Ok(settings)
}

/// Asks for a password and gives the secret that stands for it.
fn ask(context: &Context, what: &str, setting: &str) -> Result<Json, CliError> {
    let typed = prompt::password(what, setting)?;
    Ok(json!({"$secret": context.secrets.insert_plain(setting, typed)}))
}
