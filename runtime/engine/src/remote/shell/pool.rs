//! The shells of a host: one for each way to become someone, and when a command gets a channel of its own instead.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};

use tokio::sync::mpsc::UnboundedReceiver;

use super::opened::{Asked, Piece, Shell};
use crate::arguments::GlobalArguments;
use crate::command::has_privilege;
use crate::json::{Json, canonical};
use crate::remote::data::lock;
use crate::remote::exec::{Command, privilege_only};
use crate::remote::host::Core;

/// How many shells a host has at most. Others than these would take channels that transfers need.
const MOST: usize = 4;

/// The shells of one host.
pub(in crate::remote) struct Shells {
    /// False where every command has a channel of its own.
    on: AtomicBool,
    open: Mutex<HashMap<String, Entry>>,
    /// Whoever a shell could not be opened as.
    unusable: Mutex<HashSet<String>>,
    /// How many commands ran that may have changed something, whoever ran them.
    changes: AtomicU64,
    watched: AtomicBool,
}

struct Entry {
    shell: Arc<Shell>,
    /// Changes by others than this shell up to its opening.
    others: u64,
    /// Changes by this shell.
    own: u64,
}

/// A command's place in a shell.
pub(in crate::remote) struct Taken {
    pub(in crate::remote) shell: Arc<Shell>,
    pub(in crate::remote) pieces: UnboundedReceiver<Piece>,
}

/// A way to run commands, by name: commands of the same name may share a shell.
pub(crate) fn shell_of(arguments: &GlobalArguments) -> String {
    if !has_privilege(arguments) {
        return String::new();
    }
    let mut words = privilege_only(arguments).to_json();
    words.shift_remove("_shell_executable");
    canonical(&Json::Object(words))
}

impl Shells {
    pub(in crate::remote) fn new(on: bool) -> Self {
        Self {
            on: AtomicBool::new(on),
            open: Mutex::default(),
            unusable: Mutex::default(),
            changes: AtomicU64::new(0),
            watched: AtomicBool::new(false),
        }
    }

    /// A place for a command in the shell of whoever it runs as. None: it needs a channel of its own.
    pub(in crate::remote) fn take(
        &self,
        core: &Arc<Core>,
        arguments: &GlobalArguments,
        asked: Asked,
        script: impl FnOnce(u64) -> String,
    ) -> Option<Taken> {
        let changes = match asked.looks {
            true => self.changes.load(Ordering::SeqCst),
            false => self.changes.fetch_add(1, Ordering::SeqCst) + 1,
        };
        if !self.on.load(Ordering::SeqCst) {
            return None;
        }
        let key = shell_of(arguments);
        if lock(&self.unusable).contains(&key) {
            return None;
        }
        let mut open = lock(&self.open);
        open.retain(|_, entry| entry.shell.is_open());
        let own = u64::from(!asked.looks);
        if let Some(entry) = open.get_mut(&key) {
            let stale = is_another_user(arguments) && changes - own != entry.others + entry.own;
            if stale && entry.shell.is_idle() {
                // The user's groups may be others by now, which only a new shell gets.
                entry.shell.close();
                open.remove(&key);
            } else if stale || !entry.shell.only_looks() {
                // Nobody waits behind a command, which may take long; a look is short, or whoever asked for
                // it would wait as well.
                return None;
            }
        }
        if !open.contains_key(&key) {
            if open.len() >= MOST {
                let idle = open
                    .iter()
                    .find(|(_, entry)| entry.shell.is_idle())
                    .map(|(key, _)| key.clone())?;
                if let Some(entry) = open.remove(&idle) {
                    entry.shell.close();
                }
            }
            let shell = Shell::open(core, arguments).ok()?;
            self.watch(core);
            let others = changes - own;
            open.insert(
                key.clone(),
                Entry {
                    shell,
                    others,
                    own: 0,
                },
            );
        }
        let entry = open.get_mut(&key)?;
        entry.own += own;
        let pieces = entry.shell.give(script, asked)?;
        Some(Taken {
            shell: entry.shell.clone(),
            pieces,
        })
    }

    /// Counts a command that has a channel of its own: it may change what others may do.
    pub(in crate::remote) fn changed_beside(&self, command: &Command<'_>) {
        if command.interruptible && !command.looks {
            self.changes.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// No shell could be opened as this user: its commands have channels of their own from now on.
    pub(super) fn unusable(&self, arguments: &GlobalArguments) {
        lock(&self.unusable).insert(shell_of(arguments));
    }

    /// Takes no more commands into any shell.
    pub(in crate::remote) fn close(&self) {
        self.on.store(false, Ordering::SeqCst);
        for (_, entry) in lock(&self.open).drain() {
            entry.shell.close();
        }
    }

    /// Where the host refuses channels, shells give theirs back.
    fn watch(&self, core: &Arc<Core>) {
        if self.watched.swap(true, Ordering::SeqCst) {
            return;
        }
        let Some(mut refusals) = core.session.refusals() else {
            return;
        };
        let core: Weak<Core> = Arc::downgrade(core);
        tokio::spawn(async move {
            if refusals.changed().await.is_ok()
                && let Some(core) = core.upgrade()
            {
                tracing::debug!("{} refuses channels: no shells stay open", core.host);
                core.shells.close();
            }
        });
    }
}

impl Drop for Shells {
    fn drop(&mut self) {
        self.close();
    }
}

/// True where commands run as someone who is neither root nor who logged in: only such a user's rights may change with
/// what others do.
fn is_another_user(arguments: &GlobalArguments) -> bool {
    let users = [
        &arguments.su_user,
        &arguments.sudo_user,
        &arguments.doas_user,
        &arguments.dzdo_user,
    ];
    users.into_iter().flatten().any(|user| user != "root")
}
