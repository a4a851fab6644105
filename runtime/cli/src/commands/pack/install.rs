//! `windlass pack install`: a bundle's packs, for this folder.

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use windlass::packs::lock::{LOCK_FILE, Lock};
use windlass::packs::sources::{Bundle, vendored};
use windlass::packs::trust::TrustFile;
use windlass::project::LoadOptions;

use crate::bundle::may;
use crate::context::Context;
use crate::errors::{CliError, Status};
use crate::packs;
use crate::prompt;

/// Unpack a bundle into this folder: packs.toml, packs.lock and the packs; needs no network
#[derive(Debug, Args)]
pub(crate) struct InstallArgs {
    /// The bundle's file
    #[arg(value_name = "FILE")]
    file: Utf8PathBuf,
    /// Trust the keys that the bundle names, and approve what its packs may do, without asking; `--yes` does not
    #[arg(long)]
    approve: bool,
}

const TRUST: &str = "trust.toml";
const POLICY: &str = "policy.toml";

pub(crate) async fn run(context: &Context, args: &InstallArgs) -> Result<Status, CliError> {
    let bundle = Bundle::open(&args.file).map_err(super::source_error)?;
    let lock = bundle.project.get(LOCK_FILE).ok_or_else(|| {
        CliError::Usage(format!(
            "{} has no {LOCK_FILE}; it cannot be installed",
            args.file
        ))
    })?;
    let lock = Lock::parse(lock, &args.file.join(LOCK_FILE))
        .map_err(|error| CliError::Usage(error.to_string()))?;
    refuse_present(&bundle)?;
    refuse_denied(context, &bundle, &lock)?;
    if !is_approved(context, args, &bundle, &lock)? {
        context.ui.error_line("nothing was written");
        return Ok(Status::Done);
    }
    let written = write(context, &bundle, &lock).await;
    if written.is_err() {
        // What was written is ours alone: nothing of it was there before.
        for name in bundle.project.keys() {
            let _ = std::fs::remove_file(name);
        }
    }
    written?;
    let titles: Vec<String> = lock
        .packs
        .iter()
        .map(|pack| format!("{} {}", pack.name, pack.version))
        .collect();
    if context.ui.json {
        context
            .ui
            .json_document(&serde_json::json!({"packs": titles}));
    }
    context
        .ui
        .line(&format!("Installed {}.", titles.join(", ")));
    if bundle.project.contains_key(POLICY) {
        context.ui.line(&format!(
            "The bundle has a policy. It holds once root puts it in its place:\n  install -D -o root -g root -m 0644 {POLICY} /etc/windlass/{POLICY}"
        ));
    }
    Ok(Status::Done)
}

/// Writes its files, and checks what a run would check.
async fn write(context: &Context, bundle: &Bundle, lock: &Lock) -> Result<(), CliError> {
    for (name, text) in &bundle.project {
        std::fs::write(name, text).map_err(CliError::io(format!("writing {name}")))?;
    }
    let project = packs::project(context, ".".into())?;
    for pack in &lock.packs {
        let contents = bundle.pack(&pack.name).map_err(super::source_error)?;
        project.accept(pack, &contents).map_err(CliError::project)?;
        let place = vendored(Utf8Path::new(""), pack);
        contents.replace(&place).map_err(super::source_error)?;
    }
    let options = LoadOptions { locked: true };
    project
        .load(options)
        .await
        .map(drop)
        .map_err(CliError::project)
}

/// What the policy denies is nothing to be asked about.
fn refuse_denied(context: &Context, bundle: &Bundle, lock: &Lock) -> Result<(), CliError> {
    let project = packs::project(context, ".".into())?;
    for pack in &lock.packs {
        project.allow_name(&pack.name).map_err(CliError::project)?;
        let contents = bundle.pack(&pack.name).map_err(super::source_error)?;
        let asks = &contents.manifest.capabilities;
        let allowed = project.allow_asked(&pack.name, asks);
        allowed.map_err(CliError::project)?;
    }
    Ok(())
}

/// Nothing of a project that is there is written over; its own `trust.toml` stays and decides.
fn refuse_present(bundle: &Bundle) -> Result<(), CliError> {
    let present: Vec<&str> = bundle
        .project
        .keys()
        .map(String::as_str)
        .filter(|name| Utf8Path::new(name).exists())
        .collect();
    if present.is_empty() {
        return Ok(());
    }
    Err(CliError::Usage(format!(
        "there is {} in this folder already; nothing was written\n  install into an empty folder, or add its packs to this project: `windlass pack add NAME --bundle FILE`",
        present.join(", ")
    )))
}

/// Whether somebody says yes to the keys and the capabilities that it brings along.
fn is_approved(
    context: &Context,
    args: &InstallArgs,
    bundle: &Bundle,
    lock: &Lock,
) -> Result<bool, CliError> {
    let mut brought = Vec::new();
    if let Some(text) = bundle.project.get(TRUST) {
        let trust = TrustFile::parse(text, args.file.join(TRUST).as_str())
            .map_err(|problems| CliError::Usage(problems.to_string()))?;
        for (namespace, signers) in &trust.namespaces {
            let keys: Vec<String> = signers
                .keys
                .iter()
                .filter_map(|name| Some(format!("{name} ({})", trust.keys.get(name)?.key.id())))
                .collect();
            brought.push(format!(
                "packs of `{namespace}` are trusted when {} of {} signed them",
                signers.threshold,
                keys.join(", ")
            ));
        }
    }
    brought.extend(lock.packs.iter().filter_map(may));
    prompt::approve(context, &brought, args.approve, "nothing was written")
}
