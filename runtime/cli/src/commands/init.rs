//! `windlass init`: files to start from.

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;

use crate::context::Context;
use crate::errors::{CliError, Status};

/// Make an inventory, a deploy, a folder for templates and a .gitignore, ready to run on this machine
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The folder, which is made if it is missing
    #[arg(default_value = ".")]
    folder: Utf8PathBuf,
}

/// The files; the example of the quickstart is what a new deploy starts from.
const FILES: [(&str, &str); 4] = [
    (
        "inventory.toml",
        include_str!("../../../../examples/quickstart/inventory.toml"),
    ),
    (
        "deploy.star",
        include_str!("../../../../examples/quickstart/deploy.star"),
    ),
    (
        "templates/index.html.j2",
        include_str!("../../../../examples/quickstart/templates/index.html.j2"),
    ),
    (
        ".gitignore",
        "# What the deploy makes on this machine, and what must not be shared.\n/site/\n*.key\n.env\n",
    ),
];

pub(crate) fn run(context: &Context, args: &InitArgs) -> Result<Status, CliError> {
    let folder = &args.folder;
    let present: Vec<&str> = FILES
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| folder.join(name).exists())
        .collect();
    if !present.is_empty() {
        return Err(CliError::Usage(format!(
            "there is {} in {} already; nothing was written\n  give another folder: `windlass init FOLDER`",
            present.join(", "),
            shown(folder),
        )));
    }
    for (name, text) in FILES {
        let path = folder.join(name);
        let parent = path.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent).map_err(CliError::io(format!("making {parent}")))?;
        std::fs::write(&path, text).map_err(CliError::io(format!("writing {path}")))?;
    }
    let names: Vec<&str> = FILES.iter().map(|(name, _)| *name).collect();
    if context.ui.json {
        context
            .ui
            .json_document(&serde_json::json!({"folder": folder, "files": names}));
    }
    let go = if folder == Utf8Path::new(".") {
        String::new()
    } else {
        format!("  cd {folder}\n")
    };
    context.ui.line(&format!(
        "Made {} in {}. Next:\n\n{go}  windlass plan inventory.toml deploy.star\n  windlass apply inventory.toml deploy.star",
        names.join(", "),
        shown(folder),
    ));
    Ok(Status::Done)
}

fn shown(folder: &Utf8Path) -> &str {
    if folder == "." {
        "this folder"
    } else {
        folder.as_str()
    }
}
