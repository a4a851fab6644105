//! What uploads hold: local files, and text in which secrets take their place.

use std::io::Read as _;

use bytes::Bytes;

use crate::contract::{Atom, Content, Upload};
use crate::local_files::Readable;
use crate::plugins::Bound;
use crate::remote::{INLINE, PutRequest, PutSource, Task};
use crate::state::State;

use super::bridge::asynchronous;
use super::steps::{StepError, unsupported};

/// What puts the file of an upload.
pub(super) async fn put_task(
    state: &State,
    upload: &Upload,
    bound: &Bound,
) -> Result<Task, StepError> {
    let source = match &upload.source {
        Content::Local(path) => local_source(state, path).await?,
        Content::Inline(atoms) => PutSource::Bytes(join(state, atoms, bound)?),
        Content::Other(name, _) => return Err(unsupported(&format!("content `{name}`"))),
    };
    let request = PutRequest {
        dest: upload.dest.clone(),
        mode: upload.mode,
        user: upload.user.clone(),
        group: upload.group.clone(),
    };
    Ok(Task::Put(source, request))
}

/// A local file: as it is where it is small, so that it travels with the command; else streamed.
async fn local_source(state: &State, path: &str) -> Result<PutSource, StepError> {
    let files = state.local_files(&Readable::named(&[path.to_owned()]));
    let failed = |error: &dyn std::fmt::Display| StepError::message(error.to_string());
    let mut reader = files.open(path).map_err(|error| failed(&error))?;
    let size = files.stat(path).ok().flatten().map(|entry| entry.size);
    if size.is_some_and(|size| size <= INLINE as u64) {
        let reading = tokio::task::spawn_blocking(move || {
            let mut bytes = Vec::new();
            reader.read_to_end(&mut bytes).map(|_| bytes)
        });
        let bytes = reading.await.map_err(|error| failed(&error))?;
        let bytes =
            bytes.map_err(|error| StepError::message(format!("reading {path}: {error}")))?;
        return Ok(PutSource::Bytes(bytes.into()));
    }
    Ok(PutSource::Reader(Box::new(asynchronous(reader)), size))
}

/// Content with the values of its secrets.
fn join(state: &State, atoms: &[Atom], bound: &Bound) -> Result<Bytes, StepError> {
    let mut bytes = Vec::new();
    for atom in atoms {
        match atom {
            Atom::Text(text) => bytes.extend_from_slice(text.as_bytes()),
            Atom::Bytes(raw) => bytes.extend_from_slice(raw),
            Atom::Secret(secret) => {
                let identity = bound.secrets.get(secret.secret as usize).ok_or_else(|| {
                    StepError::message(format!(
                        "content names the secret {}, which the call does not have",
                        secret.secret
                    ))
                })?;
                let value = state.secrets().reveal_encoded(identity, &secret.encodings);
                bytes.extend_from_slice(
                    value
                        .map_err(|error| StepError::message(error.to_string()))?
                        .as_bytes(),
                );
            }
            Atom::Other(name, _) => {
                return Err(unsupported(&format!("a part of content `{name}`")));
            }
        }
    }
    Ok(Bytes::from(bytes))
}
