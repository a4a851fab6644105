//! Where packages come from.

use serde_json::json;
use windlass_plugin_common::requests::File;
use windlass_plugin_common::stat::look;
use windlass_sdk::prelude::*;

use crate::facts::AptSources;
use crate::facts::sources::{AptSource, parse_line};

/// The folder of files with sources.
const FOLDER: &str = "/etc/apt/sources.list.d";

/// Add or remove a source of packages, as one line of a list.
#[operation(
    example = r#"apt.repo(src = "deb https://download.docker.com/linux/debian bookworm stable", filename = "docker")"#,
    uses = ["files.line"]
)]
pub fn repo(
    plan: &mut Plan,
    /// The line: `deb URL SUITE COMPONENT…`.
    src: String,
    /// Whether it should be there.
    #[default(true)]
    present: bool,
    /// The file in `/etc/apt/sources.list.d`, without `.list`; `/etc/apt/sources.list` when left out.
    filename: Option<String>,
) -> Result<()> {
    let sources = get(&AptSources {})?;
    let wanted = parse_line(&src);
    let same = |source: &AptSource| wanted.as_ref().is_some_and(|wanted| source.is_same(wanted));
    let is_present = sources.iter().any(same);
    if is_present == present {
        plan.note(format!(
            "apt repo \"{src}\" {}",
            if present { "exists" } else { "does not exist" }
        ));
        return Ok(());
    }
    let path = match filename {
        Some(filename) => format!("{FOLDER}/{filename}.list"),
        None => "/etc/apt/sources.list".to_owned(),
    };
    let mut after: Vec<AptSource> = sources.into_iter().filter(|source| !same(source)).collect();
    if present {
        after.extend(wanted);
    }
    plan.nested(
        "files.line",
        json!({"path": path, "line": src, "present": present, "escape_regex_characters": true}),
    )
    .predict(Prediction::value(
        &AptSources {},
        serde_json::to_value(after).unwrap_or_default(),
    ));
    Ok(())
}

/// Write or remove a file of sources in the deb822 format.
#[operation(
    example = r#"apt.sources_file(filename = "docker", uris = "https://download.docker.com/linux/debian", suites = "bookworm", components = "stable", signed_by = "/etc/apt/keyrings/docker.gpg")"#,
    uses = ["files.put", "files.file"]
)]
pub fn sources_file(
    plan: &mut Plan,
    /// The file's name in `/etc/apt/sources.list.d`, without `.sources`.
    filename: String,
    /// `deb`, `deb-src` or both.
    #[default("deb")]
    types: OneOrMany<String>,
    /// Where the packages are.
    uris: Option<OneOrMany<String>>,
    /// The suites, such as `bookworm` and `bookworm-updates`.
    suites: Option<OneOrMany<String>>,
    /// The components, such as `main`.
    components: Option<OneOrMany<String>>,
    /// Architectures; those of the target when left out.
    architectures: Option<OneOrMany<String>>,
    /// The path of the keyring that signs it.
    signed_by: Option<String>,
    /// Whether it should be there.
    #[default(true)]
    present: bool,
) -> Result<()> {
    let path = format!("{FOLDER}/{}.sources", filename.trim_end_matches(".sources"));
    if !present {
        if look(
            &File {
                path: path.as_str().into(),
            },
            &[],
        )?
        .is_here()
        {
            plan.nested("files.file", json!({"path": path, "present": false}))
                .predict(Prediction::unknown(&AptSources {}));
        } else {
            plan.note(format!("apt sources file \"{path}\" does not exist"));
        }
        return Ok(());
    }
    let fields = [
        ("Types", Some(types)),
        ("URIs", uris),
        ("Suites", suites),
        ("Components", components),
        ("Architectures", architectures),
        ("Signed-By", signed_by.map(|path| OneOrMany(vec![path]))),
    ];
    let mut content = String::new();
    for (name, values) in fields {
        let text = values.unwrap_or_default().join(" ");
        match text.trim() {
            "" if matches!(name, "URIs" | "Suites") => {
                return Err(Error::operation(format!(
                    "a source needs `{}`",
                    name.to_lowercase()
                )));
            }
            "" => {}
            text => content.push_str(&format!("{name}: {text}\n")),
        }
    }
    let mark = crate::facts::sources::stanza(&content);
    let sources = get(&AptSources {})?;
    if mark
        .iter()
        .all(|wanted| sources.iter().any(|source| source.is_same(wanted)))
    {
        plan.note(format!("apt sources of \"{path}\" exist"));
        return Ok(());
    }
    let mut after = sources;
    after.extend(mark);
    plan.nested(
        "files.put",
        json!({"src": {"$content": content}, "dest": path, "mode": "644"}),
    )
    .predict(Prediction::value(
        &AptSources {},
        serde_json::to_value(after).unwrap_or_default(),
    ));
    Ok(())
}

/// Add or remove a personal package archive (Ubuntu only).
#[operation(idempotent = false, example = r#"apt.ppa(src = "ppa:deadsnakes/ppa")"#)]
pub fn ppa(
    plan: &mut Plan,
    /// The archive: `ppa:USER/NAME`.
    src: String,
    /// Whether it should be there.
    #[default(true)]
    present: bool,
) -> Result<()> {
    let command = if present {
        shell!("apt-add-repository -y {src}")
    } else {
        shell!("apt-add-repository -y --remove {src}")
    };
    plan.run(command)
        .predict(Prediction::unknown(&AptSources {}));
    Ok(())
}
