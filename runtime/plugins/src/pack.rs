//! Packs: components under one name and version, from a folder, from memory, or embedded in this program.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use camino::Utf8PathBuf;
use windlass_engine::capability::Capabilities;
use windlass_engine::contract::{FactInfo, OperationInfo, Role};

use crate::error::LoadError;
use crate::index::Index;
use crate::limits::Limits;

/// Components under one name and version.
#[derive(Clone, Debug)]
pub struct Pack {
    /// Its name, for messages.
    pub name: String,
    /// Its version, for messages.
    pub version: String,
    /// Its components.
    pub components: Vec<PackComponent>,
    /// What it may do beyond planning. None: it is not limited, as the standard pack. Default: nothing.
    pub granted: Option<Capabilities>,
    /// Nobody vouches for it, which plans say. Default: false.
    pub unsigned: bool,
    /// The folder that it stands in, from which local paths of its deploys start. Default: the working folder.
    pub folder: Option<Utf8PathBuf>,
    /// What one call of its components may use, where that is less than the host allows. Default: what the host does.
    pub limits: Option<Limits>,
    /// Its deploy modules. Default: none.
    pub modules: Vec<PackFile>,
    /// The namespace that its operations and facts have here. Default: that of their names.
    pub alias: Option<String>,
}

/// A file of a pack that is read when it is needed.
#[derive(Clone, Debug)]
pub struct PackFile {
    /// Its path below the pack's folder, with `/`.
    pub path: String,
    /// Where it is.
    pub file: PathBuf,
    /// The SHA-256 digest that it must have, in hexadecimal. None: nobody locked it.
    pub digest: Option<String>,
}

/// A component of a pack.
#[derive(Clone, Debug)]
pub struct PackComponent {
    pub(crate) name: String,
    pub(crate) bytes: Cow<'static, [u8]>,
    /// Code and index. Only this crate can give them: they are trusted.
    pub(crate) compiled: Option<(&'static [u8], Index)>,
    /// Its file and what it has, for one that is read at its first call.
    pub(crate) kept: Option<(PathBuf, Index)>,
    /// What its manifest says that it provides.
    pub(crate) exports: Vec<String>,
}

impl PackComponent {
    /// A component of these bytes. `name` is for messages: its file's name.
    #[must_use]
    pub fn new(name: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self {
            name: name.into(),
            bytes: Cow::Owned(bytes),
            compiled: None,
            kept: None,
            exports: Vec::new(),
        }
    }

    /// A component of a locked pack: its file is read at its first call, and must then have this SHA-256 digest (in
    /// hexadecimal). `operations` and `facts` are what it described when it was locked.
    #[must_use]
    pub fn locked(
        name: impl Into<String>,
        path: PathBuf,
        digest: &str,
        operations: Vec<OperationInfo>,
        facts: Vec<FactInfo>,
    ) -> Self {
        Self {
            name: name.into(),
            bytes: Cow::Borrowed(&[]),
            compiled: None,
            kept: Some((path, Index::locked(digest, operations, facts))),
            exports: Vec::new(),
        }
    }

    /// The role that a lock says a component has. Default: planning. One that is found to have another is refused.
    #[must_use]
    pub fn of_role(mut self, role: Role) -> Self {
        self.kept = self.kept.map(|(path, index)| (path, index.of_role(role)));
        self
    }

    /// What its manifest says that it provides: `@name` for a connector or an inventory. Default: its file's name.
    #[must_use]
    pub fn providing(mut self, exports: Vec<String>) -> Self {
        self.exports = exports;
        self
    }
}

impl Pack {
    /// A pack of components in memory.
    #[must_use]
    pub fn new(
        name: impl Into<String>,
        version: impl Into<String>,
        components: Vec<PackComponent>,
    ) -> Self {
        Self {
            name: name.into(),
            version: version.into(),
            components,
            granted: Some(Capabilities::default()),
            unsigned: false,
            folder: None,
            limits: None,
            modules: Vec::new(),
            alias: None,
        }
    }

    /// One call of its components may use no more than this, nor than the host allows.
    #[must_use]
    pub fn limited(mut self, limits: Limits) -> Self {
        self.limits = Some(limits);
        self
    }

    /// Its operations and facts have this namespace here.
    #[must_use]
    pub fn named(mut self, alias: Option<String>) -> Self {
        self.alias = alias;
        self
    }

    /// Its deploy modules.
    #[must_use]
    pub fn with_modules(mut self, modules: Vec<PackFile>) -> Self {
        self.modules = modules;
        self
    }

    /// It stands in this folder.
    #[must_use]
    pub fn in_folder(mut self, folder: impl Into<Utf8PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Nobody vouches for it.
    #[must_use]
    pub fn unsigned(mut self) -> Self {
        self.unsigned = true;
        self
    }

    /// What it may do beyond planning: what its manifest asks for, and was approved.
    #[must_use]
    pub fn granting(mut self, capabilities: Capabilities) -> Self {
        self.granted = Some(capabilities);
        self
    }

    /// All `*.wasm` files of a folder, by name. Compiled code beside them is not looked at: it would be run without
    /// a sandbox.
    ///
    /// # Errors
    /// [`LoadError::Unreadable`].
    pub fn from_folder(
        name: impl Into<String>,
        version: impl Into<String>,
        folder: &Path,
    ) -> Result<Self, LoadError> {
        let unreadable = |path: &Path, error: std::io::Error| LoadError::Unreadable {
            path: path.display().to_string(),
            message: error.to_string(),
        };
        let mut paths = Vec::new();
        for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
            let path = entry.map_err(|error| unreadable(folder, error))?.path();
            if path.extension().is_some_and(|found| found == "wasm") {
                paths.push(path);
            }
        }
        paths.sort();
        let mut components = Vec::new();
        for path in paths {
            let bytes = fs::read(&path).map_err(|error| unreadable(&path, error))?;
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            components.push(PackComponent::new(name, bytes));
        }
        Ok(Self::new(name, version, components))
    }
}
