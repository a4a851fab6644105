//! Host keys that are not known yet, and the person who may know them.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use russh::keys::known_hosts::{known_host_keys_path, learn_known_hosts_path};
use russh::keys::ssh_key::{HashAlg, PublicKey};
use windlass_engine::connector::ConnectorError;

/// A host key that known_hosts does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownKey {
    /// Where it was shown: `web-01`, or `[web-01]:2222`.
    pub place: String,
    /// Its kind: `ssh-ed25519`.
    pub kind: String,
    /// Its fingerprint, as `ssh-keygen -l` prints it: `SHA256:…`.
    pub fingerprint: String,
    /// The file that it would be added to.
    pub file: PathBuf,
}

/// Asks a person whether a host key is the host's own.
pub trait AskHostKey: Send + Sync {
    /// True when the key is to be trusted, from now on. The thread that calls may be blocked meanwhile. One question
    /// is open at a time.
    fn is_trusted(&self, key: &UnknownKey) -> bool;
}

/// A key that was refused because it is not known.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    pub(super) hostname: String,
    pub(super) port: u16,
    pub(super) place: String,
    pub(super) key: PublicKey,
    pub(super) file: PathBuf,
}

/// Where an attempt leaves the key for which it was refused. Its clones are the same place.
#[derive(Clone, Debug, Default)]
pub(super) struct Slot(Arc<Mutex<Option<Refused>>>);

impl Slot {
    pub(super) fn put(&self, refused: Refused) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(refused);
    }

    pub(super) fn take(&self) -> Option<Refused> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Who is asked, if anybody is there.
#[derive(Clone, Default)]
pub(super) struct Asking {
    person: Option<Arc<dyn AskHostKey>>,
    /// Held while a question is open.
    open: Arc<tokio::sync::Mutex<()>>,
}

impl Asking {
    pub(super) fn of(person: Arc<dyn AskHostKey>) -> Self {
        Self {
            person: Some(person),
            open: Arc::default(),
        }
    }

    /// Asks about the key for which an attempt was refused, if that is why; true when it is known now.
    pub(super) async fn ask(&self, slot: &Slot) -> Result<bool, ConnectorError> {
        let (Some(refused), Some(person)) = (slot.take(), &self.person) else {
            return Ok(false);
        };
        let _open = self.open.lock().await;
        refused.ask(person.clone()).await
    }
}

impl Refused {
    /// Asks, and adds the key where the answer is yes; true when it is known now.
    async fn ask(self, person: Arc<dyn AskHostKey>) -> Result<bool, ConnectorError> {
        let asked = tokio::task::spawn_blocking(move || {
            let known = known_host_keys_path(&self.hostname, self.port, &self.file);
            if known.is_ok_and(|known| {
                known
                    .iter()
                    .any(|(_, held)| held.key_data() == self.key.key_data())
            }) {
                return Ok(true);
            }
            let question = UnknownKey {
                place: self.place.clone(),
                kind: self.key.algorithm().to_string(),
                fingerprint: self.key.fingerprint(HashAlg::Sha256).to_string(),
                file: self.file.clone(),
            };
            if !person.is_trusted(&question) {
                return Ok(false);
            }
            learn_known_hosts_path(&self.hostname, self.port, &self.key, &self.file)
                .map(|()| true)
                .map_err(|error| {
                    let (place, file) = (&self.place, self.file.display());
                    ConnectorError::HostKey(format!(
                        "adding the host key of {place} to {file}: {error}"
                    ))
                })
        });
        asked
            .await
            .unwrap_or_else(|error| Err(ConnectorError::HostKey(error.to_string())))
    }
}
