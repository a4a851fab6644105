//! Loading packs into a host.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use windlass_engine::audit::PackInfo;
use windlass_engine::contract::Role;
use windlass_engine::deploy::PackModule;
use windlass_engine::policy::{Chain, HostNames, Owner, Policy};

use crate::alias::Alias;
use crate::cache::CodeCache;
use crate::component::{self, Compiled, Component};
use crate::error::LoadError;
use crate::granted::{Part, Rights};
use crate::host::{Entry, Host, Loaded};
use crate::index::{self, Index};
use crate::kept::{Kept, LateCache, Origin};
use crate::limits::Limits;
use crate::machine::Machines;
use crate::opening::Opening;
use crate::pack::{Pack, PackComponent};
use crate::performing::{self, Performers};
use crate::providers::Providers;
use crate::remarks::Remarks;
use crate::role;
use crate::signature::Signature;

/// Collects packs, then makes a [`Host`] of them.
#[derive(Debug, Default)]
#[must_use]
pub struct HostBuilder {
    packs: Vec<Pack>,
    limits: Limits,
    cache: CodeCache,
    replays: Option<PathBuf>,
    policy: Option<Arc<dyn Policy>>,
}

impl HostBuilder {
    /// Adds a pack.
    pub fn load(mut self, pack: Pack) -> Self {
        self.packs.push(pack);
        self
    }

    /// What packs may have at most, wherever they get something of the controller. Default: what they were granted.
    pub fn policy(mut self, policy: Option<Arc<dyn Policy>>) -> Self {
        self.policy = policy;
        self
    }

    /// What guest calls may use. Default: [`Limits::default`].
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Where compiled code is kept between runs. Default: the user's cache folder.
    pub fn cache(mut self, cache: CodeCache) -> Self {
        self.cache = cache;
        self
    }

    /// Where calls of guests that failed are kept, to be seen again with [`Host::replay`]. Default: nowhere.
    pub fn replays(mut self, folder: PathBuf) -> Self {
        self.replays = Some(folder);
        self
    }

    /// Loads the packs. Components that are embedded in this program or in the cache are opened at their first call;
    /// others are compiled now, and asked what they have. Needs a tokio runtime.
    ///
    /// # Errors
    /// [`LoadError`] with the pack and the component.
    pub async fn build(self) -> Result<Arc<Host>, LoadError> {
        let limits = Arc::new(self.limits);
        let loader = Loader {
            machines: Arc::new(Machines::new(&limits)),
            limits,
            cache: LateCache::new(self.cache.clone()),
            counting: LateCache::new(self.cache),
        };
        let mut namespaces: BTreeMap<String, Arc<Component>> = BTreeMap::new();
        let mut found = Loaded::default();
        let remarks = Arc::new(Remarks::default());
        let mut providers = Providers::default();
        let mut performers = Performers::default();
        for pack in self.packs {
            let mut digests = Vec::new();
            let owner = Arc::new(Owner {
                name: pack.name.clone(),
                version: pack.version.clone(),
                granted: pack.granted,
            });
            for module in pack.modules {
                found.modules.push(Arc::new(PackModule {
                    owner: owner.clone(),
                    path: module.path,
                    file: module.file,
                    digest: module.digest,
                }));
            }
            let origin = owner.to_string();
            let ceiling = self.policy.as_ref().and_then(|policy| {
                let chain = Chain::default().with("", Some(owner.clone()));
                policy.ceiling(HostNames::default(), &chain)
            });
            let limits = match &pack.limits {
                Some(own) => Arc::new(loader.limits.least(own)),
                None => loader.limits.clone(),
            };
            let rights = Rights::new(&owner, limits.transfer);
            let mut renamed = None;
            for part in pack.components {
                let (exports, file) = (part.exports.clone(), part.name.clone());
                let loaded = loader.load(&pack.name, &origin, part, &limits).await?;
                let (component, index) = loaded;
                digests.push(component.digest.clone());
                if let Role::Acting | Role::Deploying = index.role {
                    let (limits, machines) = (limits.clone(), loader.machines.clone());
                    let linker = performing::linker;
                    let opening = Opening::new(component, index.role, limits, machines, linker);
                    match index.role {
                        Role::Acting => performers.add_actor(&owner, opening)?,
                        _ => performers.add_deploy(&owner, opening, file, pack.folder.clone()),
                    }
                    continue;
                }
                if index.role != Role::Planning {
                    let (limits, machines) = (limits.clone(), loader.machines.clone());
                    let rights = rights.clone();
                    let part = Part::new(component, index.role, rights, limits, machines, &remarks);
                    // A connector's depend on the host besides.
                    let part = part.below(ceiling.clone());
                    providers.add(index.role, part, &exports)?;
                    continue;
                }
                let bad = |message: String| LoadError::Description {
                    component: component.name.clone(),
                    message,
                };
                let own = index.namespace().map_err(bad)?;
                let namespace = pack.alias.clone().unwrap_or_else(|| own.clone());
                if let Some(first) = namespaces.insert(namespace.clone(), component.clone()) {
                    return Err(LoadError::namespace(
                        namespace,
                        &first.name,
                        &component.name,
                    ));
                }
                let alias = Alias::new(&own, &namespace).map(Arc::new);
                if let Some(alias) = &alias {
                    // It was made for this pack just now.
                    let _ = component.alias.set(alias.clone());
                    renamed = Some(alias.clone());
                }
                found.owners.insert(namespace, owner.clone());
                for mut info in index.operations {
                    if let Some(alias) = &alias {
                        alias.operation(&mut info);
                    }
                    let signature = Signature::new(&info.name, &info.parameters).map_err(bad)?;
                    let entry = Entry {
                        component: component.clone(),
                        signature,
                        info: Arc::new(info),
                    };
                    insert(&mut found.operations, entry.info.name.clone(), entry).map_err(bad)?;
                }
                for mut info in index.facts {
                    if let Some(alias) = &alias {
                        alias.fact(&mut info);
                    }
                    let signature = Signature::new(&info.name, &info.parameters).map_err(bad)?;
                    let entry = Entry {
                        component: component.clone(),
                        signature,
                        info: Arc::new(info),
                    };
                    insert(&mut found.facts, entry.info.name.clone(), entry).map_err(bad)?;
                }
            }
            if let Some(alias) = &renamed {
                performers.rename(&owner, alias);
            }
            found.packs.push(PackInfo {
                name: pack.name,
                version: pack.version,
                digest: joined(digests),
                unsigned: pack.unsigned,
            });
        }
        let warning = loader.cache.warning().or_else(|| loader.counting.warning());
        found.warnings = warning.into_iter().collect();
        let mut host = Host::new(loader.machines, loader.limits, found, providers, performers);
        host.keep_replays(self.replays);
        host.keep_remarks(remarks);
        Ok(Arc::new(host))
    }
}

/// One digest for those of a pack's components, in whatever order they come.
fn joined(mut digests: Vec<String>) -> String {
    digests.sort();
    hex::encode(Sha256::digest(digests.join("\n")))
}

fn insert<T>(entries: &mut BTreeMap<String, T>, name: String, entry: T) -> Result<(), String> {
    match entries.insert(name.clone(), entry) {
        Some(_) => Err(format!("it has `{name}` twice")),
        None => Ok(()),
    }
}

struct Loader {
    machines: Arc<Machines>,
    limits: Arc<Limits>,
    /// Opened for the first component that needs it: with the standard pack alone none does.
    cache: Arc<LateCache>,
    /// The same folder, for code that counts its fuel.
    counting: Arc<LateCache>,
}

impl Loader {
    async fn load(
        &self,
        pack: &str,
        origin: &str,
        part: PackComponent,
        limits: &Arc<Limits>,
    ) -> Result<(Arc<Component>, Index), LoadError> {
        let name = format!("{pack}/{}", part.name);
        let component = |digest: &str, code: Cow<'static, [u8]>, component: Cow<'static, [u8]>| {
            let code = Compiled { code, component };
            let (origin, digest) = (origin.to_owned(), digest.to_owned());
            let component = Component::new(origin, name.clone(), digest, code);
            Arc::new(component.within(limits.clone()))
        };
        let cache = match limits.fuel {
            None => self.cache.clone(),
            Some(_) => self.counting.clone(),
        };
        let later = |bytes: Origin, index: &Index| {
            let kept = Kept {
                origin: bytes,
                index: index.clone(),
                cache: cache.clone(),
            };
            let component = Component::kept(origin.to_owned(), name.clone(), kept);
            Arc::new(component.within(limits.clone()))
        };
        if let Some((path, index)) = part.kept {
            return Ok((later(Origin::File(path), &index), index));
        }
        if let Some((code, index)) = part.compiled {
            let component = match limits.fuel {
                None => component(&index.component, Cow::Borrowed(code), part.bytes),
                // What is embedded does not count.
                Some(_) => later(Origin::Embedded(part.bytes), &index),
            };
            return Ok((component, index));
        }
        let digest = index::digest(&part.bytes);
        let compiler = self.machines.compiler(limits)?;
        let cache = cache.open(compiler);
        if let Some(entry) = cache.get(&digest) {
            let code = Cow::Owned(entry.code);
            return Ok((component(&digest, code, part.bytes), entry.index));
        }
        let code = component::compile(compiler, part.bytes.clone(), &name).await?;
        let component = component(&digest, Cow::Owned(code), part.bytes);
        let machine = self.machines.beside(limits)?;
        let role = role::of(
            &component.loaded(&machine.engine).await?,
            &machine.engine,
            &name,
        )?;
        if role != Role::Planning {
            let index = Index::locked(&digest, Vec::new(), Vec::new()).of_role(role);
            if let Some(made) = component.code_read() {
                let whole = Index::new(&made.component, &made.code, Vec::new(), Vec::new());
                cache.put(&whole.of_role(role), &made.code);
            }
            return Ok((component, index));
        }
        // Beside the places: whatever it is, it is opened there, and what is wrong with it told.
        let seat = component.beside(&self.machines).await?;
        let described = seat.opened.describe(seat.engine, limits, &name);
        let (operations, facts) = described.await?;
        drop(seat);
        let (bytes, made) = match component.code_read() {
            Some(made) => (&made.component, &made.code),
            None => return Err(LoadError::Runtime(format!("{name} has no code"))),
        };
        let index = Index::new(bytes, made, operations, facts);
        cache.put(&index, made);
        Ok((component, index))
    }
}
