//! Putting content in place: what `files.put` and `files.template` share.

use windlass_plugin_common::files::{Known, becomes, changes, content_becomes};
use windlass_plugin_common::owner::Reach;
use windlass_plugin_common::stat::{Found, Kind, look};
use windlass_sdk::prelude::*;

use super::source::LocalSource;
use super::sums::equals_remote;
use super::times::Times;
use super::way::{make_parent, mode_differs, owner_differs, parts_for, set_mode, set_owner};
use crate::facts::{Directory, File};

/// What is wanted.
#[derive(Debug)]
pub(crate) struct Transfer {
    pub(crate) source: LocalSource,
    pub(crate) dest: RemotePath,
    pub(crate) user: Option<String>,
    pub(crate) group: Option<String>,
    pub(crate) mode: Option<Mode>,
    pub(crate) create_remote_dir: bool,
    pub(crate) force: bool,
    pub(crate) times: Times,
}

impl Transfer {
    /// Plans it.
    pub(crate) fn plan(mut self, plan: &mut Plan) -> Result<()> {
        let (user, group) = (self.user.clone(), self.group.clone());
        let (user, group) = (user.as_deref(), group.as_deref());
        let mut parts = parts_for(user, group, self.mode);
        parts.extend(self.times.parts());

        let mut found = look(
            &File {
                path: self.dest.clone(),
            },
            &parts,
        )?;
        if !found.is_here()
            && look(
                &Directory {
                    path: self.dest.clone(),
                },
                &[],
            )?
            .is_here()
        {
            self.dest = self.within_folder()?;
            found = look(
                &File {
                    path: self.dest.clone(),
                },
                &parts,
            )?;
        }
        if self.create_remote_dir {
            make_parent(plan, &self.dest, user, group)?;
        }

        let there = found.here().filter(|_| !self.force);
        let source_there = self.source.is_there()?;
        let Some(stat) = there else {
            return self.upload(plan, &found, source_there);
        };
        if !source_there || !equals_remote(&self.source, &self.dest)? {
            return self.upload(plan, &found, source_there);
        }

        let before = plan.steps.len();
        if let Some(mode) = self.mode.filter(|mode| mode_differs(stat.mode, *mode)) {
            set_mode(plan, &self.dest, Kind::File, mode, Reach::Itself);
        }
        if owner_differs(stat, user, group) {
            set_owner(plan, &self.dest, Kind::File, user, group, Reach::Itself);
        }
        self.times.set(plan, &self.dest, &self.source, Some(stat))?;
        if plan.steps.len() == before {
            plan.note(format!("file {} is already uploaded", self.dest));
        }
        Ok(())
    }

    /// The path in the folder that was named as the destination.
    fn within_folder(&self) -> Result<RemotePath> {
        match &self.source {
            LocalSource::File(path) => Ok(self.dest.join(path.file_name())),
            LocalSource::Content(_) => {
                let message = format!(
                    "{} is a folder: name the file in it that the content goes to",
                    self.dest
                );
                Err(Error::operation(message).at("dest"))
            }
        }
    }

    fn upload(&self, plan: &mut Plan, found: &Found, source_there: bool) -> Result<()> {
        let (user, group) = (self.user.as_deref(), self.group.as_deref());
        let sha1 = if source_there {
            self.source.sha1()?
        } else {
            None
        };
        let step = plan.upload(Upload {
            source: self.source.content(),
            dest: self.dest.to_string(),
            mode: self.mode.map(Mode::bits),
            user: self.user.clone(),
            group: self.group.clone(),
        });
        match found.here() {
            Some(_) => step.predict_all(changes(&self.dest, Kind::File, user, group, self.mode)),
            None => step.predict_all(becomes(
                &self.dest,
                Kind::File,
                &Known::new(user, group, self.mode),
            )),
        };
        step.predict_all(content_becomes(&self.dest, sha1.as_deref()));
        self.times.set(plan, &self.dest, &self.source, None)
    }
}
