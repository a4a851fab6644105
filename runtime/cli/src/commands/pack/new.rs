//! `windlass pack new`.

use camino::Utf8PathBuf;
use clap::Args;
use serde_json::json;
use windlass::engine::contract::Role;
use windlass::packs::manifest::{Language, PackName};
use windlass::packs::templates;

use crate::context::Context;
use crate::errors::{CliError, Status};

/// Make a pack to start from: manifest, source, cases, README
#[derive(Debug, Args)]
pub(crate) struct NewArgs {
    /// The pack's name: namespace:name, as `acme:kubernetes`
    name: PackName,
    /// The language: rust, python, js or c
    #[arg(long, default_value = "rust", value_parser = language)]
    lang: Language,
    /// What it is for: planning, acting, deploying, connecting, listing, observing or providing
    #[arg(long, default_value = "planning", value_parser = role)]
    role: Role,
    /// The folder, which is made if it is missing [default: the name behind the colon]
    folder: Option<Utf8PathBuf>,
}

fn language(text: &str) -> Result<Language, String> {
    Language::of(text).ok_or_else(|| {
        let names = Language::ALL.map(Language::as_str);
        format!("there are {}", names.join(", "))
    })
}

fn role(text: &str) -> Result<Role, String> {
    let mut all = Role::ALL.into_iter();
    all.find(|role| role.as_str() == text).ok_or_else(|| {
        let names = Role::ALL.map(Role::as_str);
        format!("there are {}", names.join(", "))
    })
}

pub(crate) fn run(context: &Context, args: &NewArgs) -> Result<Status, CliError> {
    let folder = args.folder.clone();
    let folder = folder.unwrap_or_else(|| args.name.name().into());
    let files =
        templates::write(&folder, args.lang, args.role, &args.name).map_err(CliError::usage)?;
    if context.ui.json {
        context
            .ui
            .json_document(&json!({"folder": folder, "files": files}));
    }
    let names: Vec<&str> = files.iter().map(|path| path.as_str()).collect();
    let next = match args.role {
        Role::Planning => "windlass pack test",
        _ => "less README.md",
    };
    context.ui.line(&format!(
        "Made {} in {folder}. Next:\n\n  cd {folder}\n  windlass pack build\n  {next}",
        names.join(", "),
    ));
    Ok(Status::Done)
}
