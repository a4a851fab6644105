//! `windlass pack keygen`: a pair of keys in minisign's format.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use windlass::packs::sign::NewKeys;

use crate::context::Context;
use crate::errors::{CliError, Status};
use crate::prompt;

/// Make a pair of keys to sign packs with, as minisign has them
#[derive(Debug, Args)]
pub(crate) struct KeygenArgs {
    /// The secret key's file; the public key's is named as it, with `.pub` at the end
    #[arg(default_value = "windlass.key", value_name = "FILE")]
    file: Utf8PathBuf,
    /// Do not lock the secret key: whoever can read the file can sign
    #[arg(long)]
    no_password: bool,
}

pub(crate) fn run(context: &Context, args: &KeygenArgs) -> Result<Status, CliError> {
    let public = args.file.with_extension("pub");
    for path in [&args.file, &public] {
        if path.exists() {
            return Err(CliError::Usage(format!(
                "there is a file {path} already; nothing was written\n  name another: `windlass pack keygen FILE`"
            )));
        }
    }
    let password = match args.no_password {
        true => None,
        false => Some(new_password()?),
    };
    let keys = NewKeys::generate(password.as_deref())
        .map_err(|error| CliError::Usage(error.to_string()))?;
    write(&args.file, &keys.secret_file, 0o600)?;
    write(&public, &keys.public_file, 0o644)?;
    if context.ui.json {
        context.ui.json_document(&serde_json::json!({
            "secret": args.file, "public": public, "key": keys.public.line(), "id": keys.public.id().to_string(),
        }));
    }
    context.ui.line(&format!(
        "Made the secret key {} and the public key {public}. Who trusts it writes into trust.toml:\n\n  [namespaces.NAMESPACE]\n  keys = [\"NAME\"]\n\n  [keys.NAME]\n  key = \"{}\"",
        args.file,
        keys.public.line(),
    ));
    Ok(Status::Done)
}

/// Asks twice: nobody sees what is typed.
fn new_password() -> Result<String, CliError> {
    let remedy = "add --no-password for a key that is not locked";
    let first = prompt::hidden("password of the new key", remedy)?;
    let second = prompt::hidden("the same again", remedy)?;
    if first != second {
        return Err(CliError::Usage(String::from(
            "the two passwords differ; nothing was written",
        )));
    }
    Ok(first)
}

fn write(path: &Utf8Path, text: &str, mode: u32) -> Result<(), CliError> {
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(CliError::io(format!("writing {path}")))
}
