//! What guests ask, as data: asked of a view, and compared when a plan is remembered.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use windlass_engine::contract::{Atom, FactRequest};
use windlass_engine::json::canonical;
use windlass_engine::local_files::{Entry, LocalFiles};
use windlass_engine::plugins::{ErrorKind, GuestError, PlanningView};

/// A question of a guest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Question {
    Facts(Vec<FactRequest>),
    Host(String),
    Inventory(String),
    Global(String),
    TempPath(String),
    Stat(String),
    Times(String),
    Digest(String, String),
    Walk(String),
    Read(String, u64, u32),
    Matches(Vec<Atom>, String, String),
    IsEmpty(u32),
}

/// An answer. Values of JSON are kept as the canonical text that the guest gets.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Answer {
    Facts(Vec<Result<String, GuestError>>),
    Json(Option<String>),
    Text(String),
    Stat(Result<Option<Entry>, GuestError>),
    Times(Result<(i64, i64), GuestError>),
    Digest(Result<String, GuestError>),
    Walk(Result<Vec<(String, Entry)>, GuestError>),
    Bytes(Result<Vec<u8>, GuestError>),
    Bool(Result<bool, GuestError>),
}

/// What tells answers apart.
pub(crate) type Fingerprint = [u8; 32];

impl Question {
    /// Asks it.
    pub(crate) async fn ask(&self, view: &Arc<dyn PlanningView>) -> Answer {
        match self {
            Self::Facts(requests) => Answer::Facts(
                view.facts(requests.clone())
                    .await
                    .into_iter()
                    .map(|answer| answer.map(|value| canonical(&value)))
                    .collect(),
            ),
            Self::Host(pointer) => Answer::Json(view.host(pointer).as_ref().map(canonical)),
            Self::Inventory(pointer) => {
                Answer::Json(view.inventory(pointer).as_ref().map(canonical))
            }
            Self::Global(name) => Answer::Json(view.global(name).as_ref().map(canonical)),
            Self::TempPath(key) => Answer::Text(view.temp_path(key)),
            Self::Stat(path) => Answer::Stat(view.local_files().stat(path)),
            Self::Times(path) => Answer::Times(view.local_files().times(path)),
            Self::Digest(path, algorithm) => {
                let (path, algorithm) = (path.clone(), algorithm.clone());
                Answer::Digest(reading(view, move |files| files.digest(&path, &algorithm)).await)
            }
            Self::Walk(path) => {
                let path = path.clone();
                Answer::Walk(reading(view, move |files| files.walk(&path)).await)
            }
            Self::Read(path, offset, limit) => {
                let (path, offset, limit) = (path.clone(), *offset, *limit);
                Answer::Bytes(reading(view, move |files| files.read(&path, offset, limit)).await)
            }
            Self::Matches(content, algorithm, digest) => {
                Answer::Bool(view.matches(content, algorithm, digest))
            }
            Self::IsEmpty(secret) => Answer::Bool(view.is_empty(*secret)),
        }
    }

    /// About how many bytes it takes to keep.
    pub(crate) fn size(&self) -> usize {
        format!("{self:?}").len()
    }
}

/// Reads files on a thread that may wait: a large file must not hold up other hosts.
async fn reading<T: Send + 'static>(
    view: &Arc<dyn PlanningView>,
    read: impl FnOnce(&dyn LocalFiles) -> Result<T, GuestError> + Send + 'static,
) -> Result<T, GuestError> {
    let files = view.local_files();
    tokio::task::spawn_blocking(move || read(files.as_ref()))
        .await
        .unwrap_or_else(|error| Err(GuestError::new(ErrorKind::Io, error.to_string())))
}

impl Answer {
    /// What tells it apart from other answers to the same question.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        let mut hash = Sha256::new();
        match self {
            // The large ones are hashed as they are: their debug form takes longer than what it stands for.
            Self::Bytes(Ok(bytes)) => hash.update(bytes),
            Self::Facts(answers) => {
                for answer in answers {
                    match answer {
                        Ok(text) => {
                            hash.update((text.len() as u64).to_le_bytes());
                            hash.update(text);
                        }
                        // No text is this long.
                        Err(error) => {
                            hash.update(u64::MAX.to_le_bytes());
                            hash.update(format!("{error:?}"));
                        }
                    }
                }
            }
            other => hash.update(format!("{other:?}")),
        }
        hash.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_answers_have_different_fingerprints() {
        let text = |text: &str| Ok(text.to_owned());
        let error = |message: &str| Err(GuestError::new(ErrorKind::Io, message));
        let answers = [
            Answer::Facts(vec![text("ab"), text("c")]),
            Answer::Facts(vec![text("a"), text("bc")]),
            Answer::Facts(vec![text("abc")]),
            Answer::Facts(vec![error("abc")]),
            Answer::Facts(vec![error("abd")]),
            Answer::Json(None),
            Answer::Json(Some(String::from("null"))),
            Answer::Bytes(Ok(b"x".to_vec())),
            Answer::Bytes(error("x").map(|text: String| text.into_bytes())),
            Answer::Bool(Ok(true)),
            Answer::Bool(Ok(false)),
        ];
        for (position, one) in answers.iter().enumerate() {
            for other in answers.iter().skip(position + 1) {
                assert_ne!(one.fingerprint(), other.fingerprint(), "{one:?} {other:?}");
            }
            assert_eq!(one.fingerprint(), one.clone().fingerprint());
        }
    }
}
