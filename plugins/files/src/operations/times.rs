//! The times of an uploaded file.

use windlass_plugin_common::dates::Instant;
use windlass_plugin_common::requests::Date;
use windlass_plugin_common::stat::{Stat, look};
use windlass_sdk::argument::wrong_type;
use windlass_sdk::prelude::*;
use windlass_sdk::reexport::serde_json::{Map, Value as Json};

use super::source::LocalSource;
use crate::facts::File;

/// What a file's access or modification time should be.
#[derive(Clone, Debug, PartialEq)]
pub enum TimeSpec {
    /// As it is.
    AsItIs,
    /// That of the uploaded file on the controller.
    OfSource,
    /// A point in time; without an offset it is read in the target's time zone.
    At(Instant),
    /// That of another file on the target.
    OfFile(RemotePath),
}

impl Argument for TimeSpec {
    fn schema() -> Json {
        let mut schema = Map::new();
        let kinds = ["boolean", "number", "string", "object"].map(Json::from);
        schema.insert("type".to_owned(), Json::Array(kinds.to_vec()));
        Json::Object(schema)
    }

    fn decode(value: Json) -> Result<Self> {
        match &value {
            Json::Bool(false) => Ok(Self::AsItIs),
            Json::Bool(true) => Ok(Self::OfSource),
            Json::Number(number) => {
                let seconds = number.as_f64().filter(|seconds| seconds.abs() < 9.0e12);
                let seconds =
                    seconds.ok_or_else(|| Error::invalid_value(format!("{number} is no time")))?;
                #[allow(clippy::cast_possible_truncation, reason = "checked against the range")]
                Ok(Self::At(Instant::from_micros(
                    (seconds * 1e6).round() as i64
                )))
            }
            Json::String(text) if text.is_empty() => Ok(Self::AsItIs),
            Json::String(text) => Ok(match Instant::parse(text) {
                Some(at) => Self::At(at),
                None => Self::OfFile(RemotePath::new(text.as_str())),
            }),
            Json::Object(_) => Instant::from_json(&value)
                .map(Self::At)
                .ok_or_else(|| Error::invalid_value("expected a date and time in ISO 8601")),
            other => Err(wrong_type("a time, true or false", other)),
        }
    }

    fn encode(&self) -> Json {
        match self {
            Self::AsItIs => Json::from(false),
            Self::OfSource => Json::from(true),
            Self::At(at) => Json::from(at.to_iso()),
            Self::OfFile(path) => path.encode(),
        }
    }
}

/// Which of a file's times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    /// When it was last read.
    Access,
    /// When its content last changed.
    Modification,
}

impl Which {
    /// Its name among what is known of a file.
    pub(crate) fn part(self) -> &'static str {
        match self {
            Self::Access => "atime",
            Self::Modification => "mtime",
        }
    }

    fn option(self) -> &'static str {
        match self {
            Self::Access => "-a",
            Self::Modification => "-m",
        }
    }

    fn of(self, stat: &Stat) -> Option<Instant> {
        match self {
            Self::Access => stat.atime,
            Self::Modification => stat.mtime,
        }
    }
}

/// The times that are wanted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Times {
    /// Access time.
    pub(crate) atime: Option<TimeSpec>,
    /// Modification time.
    pub(crate) mtime: Option<TimeSpec>,
}

impl Times {
    /// Those that are wanted, modification first: setting it would undo an access time set before.
    fn wanted(&self) -> impl Iterator<Item = (Which, &TimeSpec)> {
        [
            (Which::Modification, &self.mtime),
            (Which::Access, &self.atime),
        ]
        .into_iter()
        .filter_map(|(which, spec)| Some((which, spec.as_ref()?)))
        .filter(|(_, spec)| **spec != TimeSpec::AsItIs)
    }

    /// The parts of what is known of a file that matter.
    pub(crate) fn parts(&self) -> Vec<&'static str> {
        self.wanted().map(|(which, _)| which.part()).collect()
    }

    /// Sets those that differ from what is known; all of them when nothing is known.
    pub(crate) fn set(
        &self,
        plan: &mut Plan,
        path: &RemotePath,
        source: &LocalSource,
        now: Option<&Stat>,
    ) -> Result<()> {
        for (which, spec) in self.wanted() {
            let Some(wanted) = resolve(which, spec, source)? else {
                continue;
            };
            // File systems and `stat` tell whole seconds.
            if now
                .and_then(|stat| which.of(stat))
                .is_some_and(|now| now.seconds() == wanted.seconds())
            {
                continue;
            }
            let (option, stamp) = (which.option(), format!("{}Z", wanted.to_iso()));
            let told = Instant::from_seconds(wanted.seconds()).to_iso();
            let fact = File { path: path.clone() };
            let step = plan.run(shell!("touch {option:raw} -d {stamp} {path}"));
            step.predict(Prediction::value(&fact, told).at(format!("/{}", which.part())));
            step.predict(Prediction::unknown(&fact).at("/ctime"));
        }
        Ok(())
    }
}

fn resolve(which: Which, spec: &TimeSpec, source: &LocalSource) -> Result<Option<Instant>> {
    match spec {
        TimeSpec::AsItIs => Ok(None),
        TimeSpec::At(at) if at.offset().is_some() => Ok(Some(*at)),
        TimeSpec::At(at) => {
            let date = windlass_sdk::request::get(&Date {})?;
            Ok(Some(at.or_offset(date.offset().unwrap_or(0))))
        }
        TimeSpec::OfSource => match source {
            LocalSource::File(path) => {
                let (atime, mtime) = local_files::times(&path.0)?;
                Ok(Some(Instant::from_micros(if which == Which::Access {
                    atime
                } else {
                    mtime
                })))
            }
            LocalSource::Content(_) => {
                let message = "content has no time of its own; give a time, or the path of a file";
                Err(Error::invalid_value(message).at(which.part()))
            }
        },
        TimeSpec::OfFile(reference) => {
            let found = look(
                &File {
                    path: reference.clone(),
                },
                &[which.part()],
            )?;
            let at = found.here().and_then(|stat| which.of(stat));
            let missing = || {
                let message =
                    format!("`{reference}` is no time in ISO 8601, and no file on the target");
                Error::invalid_value(message).at(which.part())
            };
            at.map(Some).ok_or_else(missing)
        }
    }
}
