//! What would be locked.

use windlass_engine::contract::Role;
use windlass_engine::nearest::nearest;
use windlass_packs::lock::{
    Ask, Change, ComponentIndex, LockedComponent, LockedPack, Source, asks_file, gap,
};
use windlass_packs::manifest::PackName;
use windlass_packs::semver::{Comparator, Op, Version, VersionReq};
use windlass_packs::sign::Digest;
use windlass_packs::sources::Contents;
use windlass_packs::trust::{Distrust, Vouched, today};

use windlass_plugins::{CodeCache, Host, Pack};

use super::error::ProjectError;
use super::load::component;
use super::read::{Project, waiting};
use crate::pack_files::{self, PackFileError};

/// What shall become of a lock.
#[derive(Clone, Debug)]
pub enum Want {
    /// What fits stays as it is; what is missing is chosen. Packs from folders are looked at again.
    Fitting,
    /// The newest versions that fit, of these packs; of all when none is named.
    Newest(Vec<PackName>),
    /// This very version, also when it is older than the locked one.
    Exactly(PackName, Version),
}

impl Want {
    /// Whether the locked version may stay.
    fn keeps(&self, name: &PackName) -> bool {
        match self {
            Self::Fitting => true,
            Self::Newest(names) => !names.is_empty() && !names.contains(name),
            Self::Exactly(other, _) => other != name,
        }
    }

    fn exactly(&self, name: &PackName) -> Option<&Version> {
        match self {
            Self::Exactly(other, version) if other == name => Some(version),
            _ => None,
        }
    }
}

impl Project {
    /// What would be locked, pack by pack: fetched, vouched for, compared with its manifest, and no older than what is
    /// locked. Nothing is written but the store.
    ///
    /// # Errors
    /// [`ProjectError`]: the first pack that cannot be had or is not trusted.
    pub async fn resolve(&self, want: &Want) -> Result<Vec<Change>, ProjectError> {
        self.refuse_unknown(want)?;
        let mut changes = Vec::new();
        for (name, ask) in &self.asks.packs {
            let from = self.lock.pack(name).cloned();
            let stays = from.as_ref().filter(|pack| {
                want.keeps(name) && gap(name, ask, pack).is_none() && !ask.source.may_be_unsigned()
            });
            let change = Change {
                name: name.clone(),
                to: Some(match stays {
                    Some(pack) => pack.clone(),
                    None => self.chosen(name, ask, want.exactly(name)).await?,
                }),
                from,
            };
            if want.exactly(name).is_none() {
                change.refuse_replay()?;
            }
            changes.push(change);
        }
        self.refuse_one_namespace(&changes).await?;
        for pack in &self.lock.packs {
            if !self.asks.packs.contains_key(&pack.name) {
                changes.push(Change {
                    name: pack.name.clone(),
                    from: Some(pack.clone()),
                    to: None,
                });
            }
        }
        Ok(changes)
    }

    /// Refuses two packs with one namespace, of which each run would say the same. No component is read.
    async fn refuse_one_namespace(&self, changes: &[Change]) -> Result<(), ProjectError> {
        let mut host = Host::builder().cache(CodeCache::Off);
        if let Ok(standard) = windlass_plugins::standard() {
            host = host.load(standard);
        }
        for pack in changes.iter().filter_map(|change| change.to.as_ref()) {
            let parts = pack.components.iter();
            let planning = parts.filter(|part| part.role == Role::Planning);
            let planning = planning.map(|part| component(part, &self.folder));
            let (name, version) = (pack.name.to_string(), pack.version.to_string());
            let pack = Pack::new(name, version, planning.collect()).named(pack.alias.clone());
            host = host.load(pack);
        }
        let loaded = host.build().await;
        loaded
            .map(drop)
            .map_err(|error| PackFileError::from(error).into())
    }

    fn refuse_unknown(&self, want: &Want) -> Result<(), ProjectError> {
        let named = match want {
            Want::Fitting => &[][..],
            Want::Newest(names) => names,
            Want::Exactly(name, _) => std::slice::from_ref(name),
        };
        for name in named {
            if !self.asks.packs.contains_key(name) {
                let known: Vec<String> = self.asks.packs.keys().map(ToString::to_string).collect();
                let near = nearest(&name.to_string(), known.iter().map(String::as_str));
                return Err(ProjectError::Unknown {
                    path: asks_file(&self.folder),
                    name: name.to_string(),
                    nearest: near
                        .map(|near| format!(", did you mean {near}?"))
                        .unwrap_or_default(),
                });
            }
        }
        Ok(())
    }

    /// The newest version of a pack that a source has in a range. Nobody vouches for it yet.
    ///
    /// # Errors
    /// [`ProjectError::Source`].
    pub async fn newest(
        &self,
        name: &PackName,
        source: &Source,
        range: VersionReq,
    ) -> Result<Contents, ProjectError> {
        let (sources, name, source) = (self.sources.clone(), name.clone(), source.clone());
        waiting(move || sources.newest(&name, &source, &range)).await
    }

    /// The version that is chosen, as it would be locked.
    async fn chosen(
        &self,
        name: &PackName,
        ask: &Ask,
        exactly: Option<&Version>,
    ) -> Result<LockedPack, ProjectError> {
        if let Some(version) = exactly.filter(|version| !ask.version.matches(version)) {
            return Err(ProjectError::NotAsked {
                path: asks_file(&self.folder),
                name: name.to_string(),
                asked: ask.version.to_string(),
                version: version.to_string(),
            });
        }
        self.allow_name(name)?;
        let range = exactly.map_or_else(|| ask.version.clone(), only);
        let contents = self.newest(name, &ask.source, range).await?;
        let vouched = self.vouched(&contents, &ask.source)?;
        self.allow(name, vouched.as_ref())?;
        self.allow_asked(name, &contents.manifest.capabilities)?;
        let folder = self.sources.keep(&ask.source, &contents)?;
        let opened = pack_files::open(&folder).await?;
        let mut components = Vec::new();
        for (part, report) in contents
            .manifest
            .components
            .iter()
            .zip(opened.report.components)
        {
            let index = (part.role == Role::Planning).then_some(ComponentIndex {
                operations: report.operations,
                facts: report.facts,
            });
            components.push(LockedComponent {
                path: part.path.clone(),
                digest: Digest::of(contents.file(&part.path).unwrap_or_default()),
                role: part.role,
                index,
            });
        }
        let pack = &contents.manifest.pack;
        Ok(LockedPack {
            name: name.clone(),
            version: pack.version.clone(),
            digest: contents.statement().digest(),
            source: ask.source.clone(),
            alias: ask.alias.clone(),
            trusted: match &vouched {
                Some(vouched) => vouched.to_string(),
                None => String::from("not signed; a folder of this machine"),
            },
            signers: vouched
                .iter()
                .flat_map(|vouched| &vouched.signers)
                .map(ToString::to_string)
                .collect(),
            approved: contents.manifest.capabilities.clone(),
            components,
        })
    }

    /// Who vouches for a pack; nobody need for one from a folder, unless it is revoked.
    pub(super) fn vouched(
        &self,
        contents: &Contents,
        source: &Source,
    ) -> Result<Option<Vouched>, ProjectError> {
        let (found, signatures) = (contents.statement(), contents.signatures());
        match self
            .trust
            .decide(contents.claim(&found, &signatures), today())
        {
            Ok(vouched) => Ok(Some(vouched)),
            Err(why) if source.may_be_unsigned() && !is_revoked(&why) => Ok(None),
            Err(why) => Err(ProjectError::Distrust {
                title: contents.manifest.title(),
                origin: source.to_string(),
                why,
            }),
        }
    }
}

fn is_revoked(why: &Distrust) -> bool {
    matches!(
        why,
        Distrust::RevokedKey { .. } | Distrust::RevokedDigest { .. }
    )
}

/// The range that holds one version.
fn only(version: &Version) -> VersionReq {
    VersionReq {
        comparators: vec![Comparator {
            op: Op::Exact,
            major: version.major,
            minor: Some(version.minor),
            patch: Some(version.patch),
            pre: version.pre.clone(),
        }],
    }
}
