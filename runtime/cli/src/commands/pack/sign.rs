//! `windlass pack sign`: a signature over what a pack is.

use camino::Utf8PathBuf;
use clap::Args;
use windlass::packs::sign::{SecretKey, SignError};
use windlass::packs::sources::{Contents, SIGNATURES, STATEMENT};

use crate::context::Context;
use crate::errors::{CliError, Status};
use crate::prompt;

/// Sign a pack; several may sign it, one after the other
#[derive(Debug, Args)]
pub(crate) struct SignArgs {
    /// The pack's folder
    #[arg(default_value = ".")]
    folder: Utf8PathBuf,
    /// The secret key's file, of `windlass pack keygen` or minisign
    #[arg(long, value_name = "FILE")]
    key: Utf8PathBuf,
    /// A file with the password of the key [default: it is asked for]
    #[arg(long, value_name = "FILE")]
    password_file: Option<Utf8PathBuf>,
}

pub(crate) fn run(context: &Context, args: &SignArgs) -> Result<Status, CliError> {
    let mut contents = Contents::from_folder(&args.folder).map_err(super::source_error)?;
    let key = open(args)?;
    let statement = contents.statement();
    let signature = key
        .sign(statement.text().as_bytes(), &statement.comment())
        .map_err(|error| CliError::Usage(error.to_string()))?;
    contents.add_signature(&signature);
    contents
        .write_signatures(&args.folder)
        .map_err(super::source_error)?;
    let (title, id) = (contents.manifest.title(), signature.key());
    let count = contents.signatures().len();
    if context.ui.json {
        context.ui.json_document(&serde_json::json!({
            "pack": statement.name, "version": statement.version, "digest": statement.digest(),
            "key": id.to_string(), "signatures": count,
        }));
    }
    let below = args.folder.join(SIGNATURES);
    context.ui.line(&format!(
        "Signed {title} ({}) with the key {id}; it has {count} {}.\nminisign checks it too: minisign -V -m {} -x {} -P PUBLIC_KEY",
        statement.digest(),
        if count == 1 { "signature" } else { "signatures" },
        below.join(STATEMENT),
        below.join(format!("{id}.minisig")),
    ));
    Ok(Status::Done)
}

/// Reads the secret key; asks for its password where it has one.
fn open(args: &SignArgs) -> Result<SecretKey, CliError> {
    let read = |path: &Utf8PathBuf| {
        std::fs::read_to_string(path).map_err(CliError::io(format!("reading {path}")))
    };
    let text = read(&args.key)?;
    let password = match &args.password_file {
        Some(path) => Some(read(path)?.trim_end_matches(['\r', '\n']).to_owned()),
        None => None,
    };
    let opened = match SecretKey::parse(&text, password.as_deref()) {
        Err(SignError::Locked) => {
            let what = format!("password of {}", args.key);
            let typed = prompt::hidden(&what, "name a file that holds it with --password-file")?;
            SecretKey::parse(&text, Some(&typed))
        }
        opened => opened,
    };
    opened.map_err(|error| CliError::Usage(format!("{}: {error}", args.key)))
}
