//! What was granted to a pack, and how a refusal reads.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::{env, fs};

use windlass_engine::capability::{Capabilities, Program};
use windlass_engine::local_files::LocalFiles;
use windlass_engine::plugins::{ErrorKind, GuestError};
use windlass_engine::policy::{Ceiling, Owner};

use super::files;
use super::http::Client;

/// What a pack was granted.
pub(crate) struct Rights {
    /// The pack, with what it was granted.
    owner: Arc<Owner>,
    /// Of that, what counts here.
    granted: Capabilities,
    /// The lines of a policy that took away from it; none where none does.
    ceiling: Option<String>,
    /// The folders that a policy lets be read; none where none says.
    readable: Option<BTreeSet<String>>,
    /// Where each granted program is, found when the pack was loaded; none where it is not there.
    programs: BTreeMap<String, Option<PathBuf>>,
    /// Variables that its programs get.
    env: Vec<(String, OsString)>,
    files: OnceLock<Arc<dyn LocalFiles>>,
    client: Arc<Client>,
    /// Bytes that programs and web addresses may give in one answer.
    output: usize,
}

/// A program that may be started.
pub(crate) struct Allowed<'a> {
    pub(crate) path: &'a Path,
    pub(crate) program: &'a Program,
}

impl Rights {
    pub(crate) fn new(owner: &Arc<Owner>, output: usize) -> Arc<Self> {
        let granted = owner.granted.clone().unwrap_or_default();
        Self::of(owner, granted, None, None, output)
    }

    /// Of these rights, those that a policy leaves.
    pub(crate) fn below(self: &Arc<Self>, ceiling: Option<Ceiling>) -> Arc<Self> {
        let Some(ceiling) = ceiling else {
            return self.clone();
        };
        let lines = ceiling.basis.iter();
        let lines: Vec<String> = lines
            .map(|basis| format!("{}:{}", basis.file, basis.line))
            .collect();
        let granted = self.granted.within(&ceiling.capabilities);
        let readable = Some(ceiling.capabilities.read);
        let lines = Some(lines.join(", "));
        Self::of(&self.owner, granted, lines, readable, self.output)
    }

    fn of(
        owner: &Arc<Owner>,
        granted: Capabilities,
        ceiling: Option<String>,
        readable: Option<BTreeSet<String>>,
        output: usize,
    ) -> Arc<Self> {
        let programs = granted.programs.iter();
        let programs = programs.map(|program| (program.name.clone(), find(&program.name)));
        let env = granted.env.iter();
        let env = env.filter_map(|name| Some((name.clone(), env::var_os(name)?)));
        Arc::new(Self {
            programs: programs.collect(),
            env: env.collect(),
            files: OnceLock::new(),
            client: Arc::new(Client::new(&granted.http)),
            output,
            owner: owner.clone(),
            granted,
            ceiling,
            readable,
        })
    }

    /// The pack.
    pub(crate) fn owner(&self) -> &Arc<Owner> {
        &self.owner
    }

    /// A refusal, with the line of the manifest that would ask for it, and those of a policy that would have to have it
    /// too.
    pub(crate) fn refused(&self, wants: &str, line: &str) -> GuestError {
        let too = match &self.ceiling {
            Some(lines) => format!("; {lines} would have to have it too"),
            None => String::new(),
        };
        GuestError::new(
            ErrorKind::Denied,
            format!(
                "the pack {} wants to {wants}, which it was not granted\n  its pack.toml would ask for it under \
                 [capabilities] with {line}{too}",
                self.owner
            ),
        )
    }

    /// The program of this name, where it was granted and is there.
    pub(crate) fn program(&self, name: &str) -> Result<Allowed<'_>, GuestError> {
        let granted = &self.granted.programs;
        let Some(program) = granted.iter().find(|program| program.name == name) else {
            let line = format!("programs = [{{ name = {name:?} }}]");
            return Err(self.refused(&format!("start `{name}`"), &line));
        };
        match self.programs.get(name) {
            Some(Some(path)) => Ok(Allowed { path, program }),
            _ => Err(GuestError::new(
                ErrorKind::Io,
                format!(
                    "the pack {} needs the program `{name}`, which is not on this machine\n  install it, or put its \
                     folder into PATH",
                    self.owner
                ),
            )),
        }
    }

    /// The environment of its programs: what was granted, and nothing else.
    pub(crate) fn env(&self) -> &[(String, OsString)] {
        &self.env
    }

    /// True for a variable that its programs may have.
    pub(crate) fn has_env(&self, name: &str) -> bool {
        self.granted.env.contains(name)
    }

    /// True when the bytes of its connections may pass through it.
    pub(crate) fn sees_traffic(&self) -> bool {
        self.granted.traffic
    }

    /// True when what it gives may raise privilege.
    pub(crate) fn raises_privilege(&self) -> bool {
        self.granted.privilege
    }

    /// The granted folders.
    pub(crate) fn files(&self) -> &Arc<dyn LocalFiles> {
        self.files
            .get_or_init(|| files::below(&self.granted.read, self.readable.as_ref()))
    }

    /// Its web client.
    pub(crate) fn client(&self) -> &Arc<Client> {
        &self.client
    }

    /// Bytes that programs and web addresses may give in one answer.
    pub(crate) fn output(&self) -> usize {
        self.output
    }
}

/// Where a program is: an absolute path as it is, a name in the folders of `PATH` that are absolute.
fn find(name: &str) -> Option<PathBuf> {
    let is_program = |path: &PathBuf| {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(path)
            .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
    };
    if name.starts_with('/') {
        return Some(PathBuf::from(name)).filter(is_program);
    }
    if name.contains('/') {
        return None;
    }
    let folders = env::var_os("PATH")?;
    let mut paths = env::split_paths(&folders)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(name));
    paths.find(is_program)
}

/// Rights of a pack that was granted these, for tests.
#[cfg(test)]
pub(crate) fn granted(capabilities: Capabilities, output: usize) -> Arc<Rights> {
    let owner = Owner {
        name: String::from("acme:x"),
        version: String::from("1.0.0"),
        granted: Some(capabilities),
    };
    Rights::new(&Arc::new(owner), output)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use windlass_engine::policy::Basis;

    fn rights(granted: &str) -> Arc<Rights> {
        super::granted(serde_json::from_str(granted).unwrap(), 1 << 20)
    }

    #[test]
    fn a_refusal_names_the_pack_what_it_wanted_and_the_line() {
        let error = rights("{}").program("kubectl").err().unwrap();
        assert_eq!(error.kind, ErrorKind::Denied);
        assert_eq!(
            error.message,
            "the pack acme:x 1.0.0 wants to start `kubectl`, which it was not granted\n  its pack.toml would ask for \
             it under [capabilities] with programs = [{ name = \"kubectl\" }]"
        );
    }

    #[test]
    fn what_a_policy_takes_away_is_not_granted() {
        let all = rights(r#"{"programs": [{"name": "sh"}], "traffic": true}"#);
        assert!(all.below(None).sees_traffic());
        let ceiling = Ceiling {
            capabilities: serde_json::from_str(r#"{"programs": [{"name": "sh"}]}"#).unwrap(),
            basis: vec![Basis {
                file: String::from("policy.toml"),
                line: 4,
                text: String::new(),
            }],
        };
        let left = all.below(Some(ceiling));
        assert!(left.program("sh").is_ok() && !left.sees_traffic());
        let error = left.refused("see its traffic", "traffic = true");
        let end = "with traffic = true; policy.toml:4 would have to have it too";
        assert!(error.message.ends_with(end), "{error}");
    }

    #[test]
    fn a_granted_program_is_found_once_by_its_absolute_path() {
        let rights = rights(r#"{"programs": [{"name": "sh"}, {"name": "no-such-program"}]}"#);
        assert!(rights.program("sh").unwrap().path.is_absolute());
        let error = rights.program("no-such-program").err().unwrap();
        assert_eq!(error.kind, ErrorKind::Io);
        assert!(error.message.contains("not on this machine"), "{error}");
    }
}
