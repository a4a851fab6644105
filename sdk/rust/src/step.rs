//! What a plan is made of: steps with what they do and what they change.

use serde_json::Value as Json;

use crate::content::{Atom, Content};
use crate::predict::Prediction;
use crate::shell::{Shell, ShellText};

/// A file to put on the target. It appears whole, and with its owner and mode.
#[derive(Clone, Debug, PartialEq)]
pub struct Upload {
    /// Its content.
    pub source: Content,
    /// Where it goes.
    pub dest: String,
    /// Mode bits (0o644 is 420); none: those of the file it replaces.
    pub mode: Option<u32>,
    /// Its owner; none: that of the file it replaces.
    pub user: Option<String>,
    /// Its group; none: that of the file it replaces.
    pub group: Option<String>,
}

impl Upload {
    /// An upload that leaves owner and mode alone.
    #[must_use]
    pub fn new(source: Content, dest: impl Into<String>) -> Self {
        Self {
            source,
            dest: dest.into(),
            mode: None,
            user: None,
            group: None,
        }
    }
}

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Run a command.
    Shell(Shell),
    /// Put a file.
    Upload(Upload),
    /// Fetch a file.
    Download {
        /// Where it is on the target.
        src: String,
        /// Where it goes on the controller.
        dest: String,
        /// Whether the folders above `dest` are made.
        create_folder: bool,
    },
    /// Copy a folder to the target with rsync.
    Rsync {
        /// The folder on the controller; with `/` at its end, what is in it.
        src: String,
        /// The folder on the target.
        dest: String,
        /// Options that shape the copy of this folder (`--delete`, `--exclude=*.pyc`); others are refused when it is
        /// planned.
        options: Vec<String>,
    },
    /// Call an acting component.
    Call {
        /// Its name.
        actor: String,
        /// What it is given.
        payload: Json,
    },
    /// Reboot and wait.
    Reboot {
        /// The command that reboots.
        text: ShellText,
        /// Time before the first try to connect again, in milliseconds.
        delay_ms: u32,
        /// Time between tries, in milliseconds.
        interval_ms: u32,
        /// Time after which it has failed, in milliseconds.
        timeout_ms: u32,
    },
    /// Another operation, planned by the host when its turn comes.
    Nested {
        /// `namespace.operation`.
        operation: String,
        /// Its arguments by parameter name.
        args: Json,
    },
}

/// One step of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What it does.
    pub action: Action,
    /// Global arguments that differ from the operation's, by public name; an object.
    pub globals: Json,
    /// What it changes.
    pub predictions: Vec<Prediction>,
    /// Whether it changes more than that.
    pub unpredicted: bool,
}

impl Step {
    /// A step without overrides and predictions.
    #[must_use]
    pub fn new(action: Action) -> Self {
        Self {
            action,
            globals: Json::Object(serde_json::Map::new()),
            predictions: Vec::new(),
            unpredicted: false,
        }
    }

    /// Says what a fact will answer once this step has run; the last of several holds.
    pub fn predict(&mut self, prediction: impl Into<Prediction>) -> &mut Self {
        self.predictions.push(prediction.into());
        self
    }

    /// Says what facts will answer once this step has run.
    pub fn predict_all(&mut self, predictions: impl IntoIterator<Item = Prediction>) -> &mut Self {
        self.predictions.extend(predictions);
        self
    }

    /// Says that this step changes more than it predicts, as installing a package does. What is planned behind it is
    /// marked as assumed. Not needed where nothing is predicted.
    pub fn changes_more(&mut self) -> &mut Self {
        self.unpredicted = true;
        self
    }

    /// Sets a global argument for this step alone (`_sudo`).
    pub fn global(&mut self, name: impl Into<String>, value: impl Into<Json>) -> &mut Self {
        if let Json::Object(globals) = &mut self.globals {
            globals.insert(name.into(), value.into());
        }
        self
    }
}

/// A difference that a command will make. The host makes those of uploads.
#[derive(Clone, Debug, PartialEq)]
pub struct Diff {
    /// What it is of: a path.
    pub subject: String,
    /// Before.
    pub before: Vec<Atom>,
    /// After.
    pub after: Vec<Atom>,
}

impl Diff {
    /// A difference of text.
    #[must_use]
    pub fn text(
        subject: impl Into<String>,
        before: impl Into<String>,
        after: impl Into<String>,
    ) -> Self {
        Self {
            subject: subject.into(),
            before: vec![Atom::Text(before.into())],
            after: vec![Atom::Text(after.into())],
        }
    }
}
