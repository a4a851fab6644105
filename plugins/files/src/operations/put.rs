//! `files.put`.

use windlass_sdk::argument::wrong_type;
use windlass_sdk::prelude::*;
use windlass_sdk::reexport::serde_json::Value as Json;

use super::source::LocalSource;
use super::times::{TimeSpec, Times};
use super::transfer::Transfer;

/// A mode, or true for that of the uploaded file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutMode {
    /// As it is, or as the target makes it.
    AsItIs,
    /// That of the file on the controller.
    OfSource,
    /// A mode.
    Is(Mode),
}

impl Argument for PutMode {
    fn schema() -> Json {
        let mut schema = Mode::schema();
        if let Some(Json::Array(kinds)) = schema.get_mut("type") {
            kinds.push(Json::from("boolean"));
        }
        schema
    }

    fn decode(value: Json) -> Result<Self> {
        match value {
            Json::Bool(false) => Ok(Self::AsItIs),
            Json::Bool(true) => Ok(Self::OfSource),
            Json::Array(_) | Json::Object(_) => Err(wrong_type("a mode, true or false", &value)),
            mode => Mode::decode(mode).map(Self::Is),
        }
    }

    fn encode(&self) -> Json {
        match self {
            Self::AsItIs => Json::from(false),
            Self::OfSource => Json::from(true),
            Self::Is(mode) => mode.encode(),
        }
    }
}

/// Upload a file, and set its owner, mode and times.
///
/// The file appears whole: it is written beside its destination, gets its owner and mode, and is renamed. What is
/// there already and equal is left alone.
#[operation(
    example = r#"files.put(name = "Message of the day", src = "files/motd", dest = "/etc/motd", mode = "644", _sudo = True)"#,
    example = r#"files.put(src = {"$content": "hello\n"}, dest = "/tmp/hello")"#
)]
pub fn put(
    plan: &mut Plan,
    /// The file on the controller, relative to the deploy's folder; or content.
    src: LocalSource,
    /// Where it goes on the target; a folder that is there takes it under its own name.
    dest: RemotePath,
    /// Its owner.
    user: Option<String>,
    /// Its group.
    group: Option<String>,
    /// Its mode: `644`, `"644"`, or `True` for that of the file on the controller.
    mode: Option<PutMode>,
    /// Whether a relative `src` is relative to the deploy's folder. It always is: nothing else can be read.
    #[default(true)]
    add_deploy_dir: bool,
    /// Whether the folder it goes into is made where it is missing, with the same owner.
    #[default(true)]
    create_remote_dir: bool,
    /// Whether it is uploaded even when it is there and equal.
    #[default(false)]
    force: bool,
    /// Whether `src` may be missing while planning, since something else makes it before this runs.
    #[default(false)]
    assume_exists: bool,
    /// Its access time: a time, `True` for that of the file on the controller, or a file on the target whose time it
    /// takes.
    atime: Option<TimeSpec>,
    /// Its modification time, likewise.
    mtime: Option<TimeSpec>,
) -> Result<()> {
    if let LocalSource::File(path) = &src {
        if !add_deploy_dir && !path.0.starts_with('/') {
            log::warning(
                "files.put: a relative `src` is relative to the deploy's folder, whatever `add_deploy_dir` says",
            );
        }
        if !assume_exists {
            src.must_be_there()?;
        }
    }
    let mode = match mode {
        None | Some(PutMode::AsItIs) => None,
        Some(PutMode::Is(mode)) => Some(mode),
        Some(PutMode::OfSource) => {
            let mode = src.mode()?;
            if mode.is_none() {
                log::warning(
                    "files.put: `mode = True` takes the mode of a file, and there is none",
                );
            }
            mode
        }
    };
    let times = Times { atime, mtime };
    Transfer {
        source: src,
        dest,
        user,
        group,
        mode,
        create_remote_dir,
        force,
        times,
    }
    .plan(plan)
}
