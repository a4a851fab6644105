//! Operations: every kind of step, what they look at, and every way to fail.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use windlass_sdk::EntryKind;
use windlass_sdk::argument::kind_of;
use windlass_sdk::prelude::*;
use windlass_sdk::request::FactRequest;
use windlass_sdk::step::Action;

use crate::facts::{Kernel, Kind, Settings, Sum};

/// Write the settings of a file.
///
/// The file then has these settings and no other lines.
#[operation(example = r#"example.settings("/etc/app.conf", {"port": "80"})"#)]
pub fn settings(
    plan: &mut Plan,
    /// The file.
    path: RemotePath,
    /// Its settings.
    values: BTreeMap<String, String>,
    /// Its permission bits.
    #[default("644")]
    mode: Mode,
    /// Its owner.
    user: Option<String>,
    /// Its group.
    group: Option<String>,
) -> Result<()> {
    let fact = Settings { path: path.clone() };
    if get(&fact)? == values {
        plan.note(format!("{path} has these settings already"));
        return Ok(());
    }
    let line = |(name, value): (&String, &String)| format!("{name} = {value}\n");
    let text: String = values.iter().map(line).collect();
    let mut upload = Upload::new(Content::text(text), path.as_str());
    upload.mode = Some(mode.bits());
    upload.user = user;
    upload.group = group;
    plan.upload(upload)
        .predict(Prediction::value(&fact, json!(values)));
    Ok(())
}

/// Set or remove one setting of a file.
#[operation]
pub fn setting(
    plan: &mut Plan,
    path: RemotePath,
    name: String,
    value: Option<String>,
    #[default(false)] backup: bool,
) -> Result<()> {
    let at = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
    let fact = Settings { path: path.clone() };
    let answer = FactRequest::of(&fact).select([at.as_str()]).ask()?;
    let before = answer.get(&at).and_then(Json::as_str);
    if before == value.as_deref() {
        let is = value.filter(|value| !value.is_empty());
        let is = is.unwrap_or("not set".to_owned());
        plan.note(format!("{name} is {is} already"));
        return Ok(());
    }
    if backup {
        let copy = context::temp_path("backup");
        plan.run(shell!("cp -p {path} {copy}"))
            .predict(Prediction::unknown(&Kind { path: path.clone() }));
    }
    let line = value.as_ref().map(|value| format!("{name} = {value}"));
    let line = line.unwrap_or_default();
    plan.run(shell!("set-line {path} {name} {line}"))
        .predict(Prediction::value(&fact, value).at(at));
    let before = format!("{name} = {}\n", before.unwrap_or_default());
    plan.diff(Diff::text(path.as_str(), before, format!("{line}\n")));
    Ok(())
}

/// Make an account.
#[operation(uses = ["example.settings"])]
pub fn account(
    plan: &mut Plan,
    name: String,
    password: SecretOr<String>,
    #[default([])] groups: Vec<String>,
    #[keyword] shells: Option<OneOrMany<String>>,
) -> Result<()> {
    let text = |text: &str| Atom::Text(text.to_owned());
    if let SecretOr::Secret(secret) = password
        && secrets::is_empty(secret)?
    {
        return Err(Error::invalid_value("a password cannot be empty").at("password"));
    }
    let both = [text(&name), password.as_is()];
    if secrets::matches(&both, "sha256", &"0".repeat(64))? {
        return Err(Error::operation("that is unlikely"));
    }
    let input = vec![text(&name), text(":"), password.as_is(), text("\n")];
    let token = password.atom(&[Encoding::Base64, Encoding::Url], str::to_owned);
    let key = vec![Atom::Bytes(vec![0xff]), password.as_is()];
    let command = Shell::new(shell!("chpasswd -e"))
        .stdin(Content::Inline(input))
        .env("TOKEN", vec![token])
        .file("KEY", Content::Inline(key));
    plan.run(command);
    for group in groups {
        plan.run(shell!("addgroup {name} {group}"))
            .global("_sudo", true)
            .global("_env", json!({"GROUP": group}));
    }
    let args = json!({"path": "/etc/accounts", "values": {name.as_str(): "present"}});
    plan.nested("example.settings", args);
    if let Some(OneOrMany(shells)) = shells {
        plan.run(shell!("usermod --shell={shells:words} {name}"));
    }
    Ok(())
}

/// Copy a file.
#[operation(idempotent = false)]
pub fn copy(plan: &mut Plan, src: LocalPath, dest: RemotePath) -> Result<()> {
    if local_files::stat(&src.0)?.is_none() {
        return Err(Error::invalid_value(format!("{src} is not there")).at("src"));
    }
    let digest = local_files::digest(&src.0, "sha256")?;
    let size = local_files::read(&src.0)?.len();
    let sum = Sum { path: dest.clone() };
    let (there, kernel) = get_together((&sum, &Kernel {}))?;
    let name = kernel.get("name").and_then(Json::as_str);
    log::info(&format!(
        "{src} has {size} bytes, for {}",
        name.unwrap_or_default()
    ));
    if there.as_ref() == Some(&digest) {
        plan.note("the file is the same");
        return Ok(());
    }
    let setting = json!({"path": dest.as_str()});
    plan.upload(Upload::new(Content::Local(src.0), dest.as_str()))
        .predict(Prediction::value(&sum, digest))
        .changes_more()
        .predict(Prediction::unknown_where("example.Kind", json!({})))
        .predict(Prediction::value_where(
            "example.Setting",
            setting,
            Json::Null,
        ));
    Ok(())
}

/// Make a folder for what lies in one on the controller.
#[operation(uses = ["files.directory"])]
pub fn tree(
    plan: &mut Plan,
    folder: LocalPath,
    dest: RemotePath,
    #[default("755")] mode: Mode,
) -> Result<()> {
    for (below, entry) in local_files::walk(&folder.0)? {
        let what = match entry.kind {
            EntryKind::File => format!("a file of {} bytes", entry.size),
            _ => "a folder".to_owned(),
        };
        plan.note(format!("{below} is {what}"));
    }
    let (_, modified) = local_files::times(&folder.0)?;
    if modified > 0 {
        plan.note("it has a time");
    }
    plan.nested(
        "files.directory",
        json!({"path": dest.as_str(), "mode": mode.encode()}),
    );
    Ok(())
}

/// A step of each other kind.
#[operation(idempotent = false)]
pub fn various(plan: &mut Plan, folder: LocalPath, copy: LocalPath) -> Result<()> {
    plan.step(Action::Download {
        src: "/etc/app.conf".to_owned(),
        dest: copy.0,
        create_folder: true,
    });
    plan.step(Action::Rsync {
        src: folder.0,
        dest: "/srv/site".to_owned(),
        options: vec!["--delete".to_owned()],
    });
    plan.step(Action::Call {
        actor: "example.notify".to_owned(),
        payload: json!({"list": [1, 2.5, null, true, "ä\n\""]}),
    });
    plan.step(Action::Reboot {
        text: shell!("reboot"),
        delay_ms: 1000,
        interval_ms: 500,
        timeout_ms: 60000,
    });
    let text = |value: Option<Json>| value.and_then(|value| value.as_str().map(str::to_owned));
    let host = text(context::host("/name")).unwrap_or_default();
    let web = context::inventory("/groups/web").unwrap_or_default();
    let web = web.as_array().cloned().unwrap_or_default();
    let web: Vec<String> = web
        .into_iter()
        .filter_map(|host| text(Some(host)))
        .collect();
    let user = text(context::global("_sudo_user")).unwrap_or_default();
    let time = context::timestamp();
    plan.run(shell!("echo {host} {web:words} {user} {time}"));
    log::debug("debug");
    log::warning("warning");
    Ok(())
}

/// Write words.
#[operation(name = "sub.echo", idempotent = false)]
pub fn echo(plan: &mut Plan, words: RestList<String>, named: RestMap<Json>) -> Result<()> {
    plan.run(shell!("echo {:words}", words.0));
    plan.step(Action::Call {
        actor: "echo".to_owned(),
        payload: json!(named.0),
    });
    Ok(())
}

/// Only for others.
#[operation(hidden, alias_of = "example.setting")]
pub fn hidden(
    plan: &mut Plan,
    #[default(3)] number: i64,
    #[default(0.5)] share: f64,
    #[default([])] paths: Vec<RemotePath>,
) -> Result<()> {
    plan.run(shell!(
        "hidden {number} {} {paths:words}",
        share.to_string()
    ));
    Ok(())
}

/// How to fail.
#[derive(Clone, Copy)]
pub enum How {
    /// As a mistake in the pack does.
    Raise,
    /// As an operation does that cannot be done.
    Operation,
    /// By what is known at execution only.
    Unknown,
    /// The same, caught.
    UnknownCaught,
}

const WAYS: [(&str, How); 4] = [
    ("raise", How::Raise),
    ("operation", How::Operation),
    ("unknown", How::Unknown),
    ("unknown-caught", How::UnknownCaught),
];

impl Argument for How {
    fn schema() -> Json {
        json!({"enum": WAYS.map(|(name, _)| name)})
    }

    fn decode(value: Json) -> Result<Self> {
        let named = WAYS.iter().find(|(name, _)| value == *name);
        let wrong = || Error::invalid_value(format!("{} is no way to fail", kind_of(&value)));
        named.map(|(_, how)| *how).ok_or_else(wrong)
    }

    fn encode(&self) -> Json {
        Json::from(WAYS[*self as usize].0)
    }
}

/// Fail in one of several ways.
#[operation]
pub fn fail(plan: &mut Plan, how: How) -> Result<()> {
    let unknown = Kind {
        path: "/unknown".into(),
    };
    match how {
        How::Raise => Err(Error::operation("something went wrong")),
        How::Operation => Err(Error::operation("it cannot be done").at("how")),
        How::Unknown => get(&unknown).map(|_| ()),
        How::UnknownCaught => match get(&unknown) {
            Err(error) if error.kind == ErrorKind::UnknownYet => {
                plan.run(shell!("decide later"));
                Ok(())
            }
            other => other.map(|_| ()),
        },
    }
}
