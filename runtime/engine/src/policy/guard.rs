//! Asks, for each way to a host, what that way wants.

use std::sync::Arc;

use super::question::{Asked, Ceiling, Decision, Denial, HostNames, Policy, Question};
use super::{Caller, Chain, Owner};
use crate::arguments::GlobalArguments;
use crate::audit::Audit;
use crate::capability::Capabilities;
use crate::command::privileges;
use crate::contract::{Action, Content, Planned};
use crate::deploy::{OperationRef, module};
use crate::json::Json;
use crate::place::Place;
use crate::state::{Host, HostOperation, OperationId, State};

/// The operation that a command counts as which is run directly.
pub(crate) const DIRECT_COMMAND: &str = "server.shell";

/// The operation that a file counts as which is put directly.
pub(crate) const DIRECT_PUT: &str = "files.put";

/// The operation that a file counts as which is fetched directly.
pub(crate) const DIRECT_GET: &str = "files.get";

/// The operation that a function counts as which runs at execution.
const FUNCTION: &str = "call";

/// Asks one thing.
pub(super) fn ask(
    policy: &dyn Policy,
    host: &Host,
    reached: &[String],
    chain: &Chain,
    asked: Asked<'_>,
) -> Result<(), Denial> {
    let question = Question {
        host: HostNames {
            name: host.name(),
            reached,
            groups: host.groups(),
        },
        chain,
        asked,
    };
    match policy.decide(&question) {
        Decision::Allowed(_) => Ok(()),
        Decision::Denied { basis, remedy } => Err(Denial::of(
            host.name(),
            chain,
            asked.to_string(),
            basis.to_string(),
            remedy,
        )),
    }
}

/// Records a denial. That it cannot be recorded changes nothing: it is refused either way.
pub(super) fn record(audit: Option<&Audit>, denial: &Denial) {
    if let Some(audit) = audit {
        let _ = audit.denied(Some(&denial.host), &denial.wanted, Some(&denial.because));
    }
}

/// What a pack may do at most: what it was granted, within the ceiling. None: all.
#[must_use]
pub fn granted(
    policy: Option<&dyn Policy>,
    host: HostNames<'_>,
    owner: &Arc<Owner>,
) -> Option<Capabilities> {
    let chain = Chain::default().with("", Some(owner.clone()));
    let ceiling = policy.and_then(|policy| policy.ceiling(host, &chain));
    match (&owner.granted, ceiling) {
        (None, None) => None,
        (Some(granted), None) => Some(granted.clone()),
        (None, Some(ceiling)) => Some(ceiling.capabilities),
        (Some(granted), Some(ceiling)) => Some(granted.within(&ceiling.capabilities)),
    }
}

impl State {
    fn ask(&self, host: &Host, chain: &Chain, asked: Asked<'_>) -> Result<(), Denial> {
        match self.policy() {
            Some(policy) => ask(policy.as_ref(), host, &host.reached(), chain, asked)
                .map_err(|denial| self.denied(denial)),
            None => Ok(()),
        }
    }

    /// Records a denial where there is an audit.
    pub(super) fn denied(&self, denial: Denial) -> Denial {
        record(self.audit().as_deref(), &denial);
        denial
    }

    pub(super) fn ceiling(&self, host: &Host, chain: &Chain) -> Option<Ceiling> {
        let reached = host.reached();
        let names = HostNames {
            name: host.name(),
            reached: &reached,
            groups: host.groups(),
        };
        self.policy()?.ceiling(names, chain)
    }

    /// What a pack may do on a host at most: what it was granted, within the policy's ceiling. None: all.
    #[must_use]
    pub fn granted(&self, host: &Host, owner: &Arc<Owner>) -> Option<Capabilities> {
        let reached = host.reached();
        let names = HostNames {
            name: host.name(),
            reached: &reached,
            groups: host.groups(),
        };
        granted(self.policy().map(AsRef::as_ref), names, owner)
    }

    /// A chain and one operation or fact of a pack more.
    pub(crate) fn chain(&self, outer: &Chain, name: &str) -> Chain {
        outer.with(name, self.plugins().owner(name))
    }

    /// The chain of an operation of a host's.
    pub(crate) fn chain_from(&self, host: &Host, id: OperationId) -> Chain {
        match host.operation(id) {
            Some(held) => self.chain_of_held(host, &held),
            None => Chain::default(),
        }
    }

    /// The chain of what stands at a place: of the operation whose function runs there, if one does, and of the packs
    /// whose deploy modules lead there.
    pub(crate) fn chain_at(
        &self,
        host: &Host,
        place: &Place,
        parent: Option<OperationId>,
    ) -> Chain {
        let mut chain = parent.map_or_else(Chain::default, |id| self.chain_from(host, id));
        let mut last = None;
        for frame in &place.frames {
            let pack = module::parts(&frame.file).map(|(pack, _)| pack);
            if let Some(pack) = pack.filter(|_| pack != last) {
                chain = chain.with(frame.file.as_str(), self.module_owner(pack));
            }
            last = pack;
        }
        chain
    }

    fn module_owner(&self, pack: &str) -> Option<Arc<Owner>> {
        let modules = self.plugins().deploy_modules();
        let own = modules.iter().find(|module| module.owner.name == pack)?;
        Some(own.owner.clone())
    }

    /// Whether the code at a place may have `now` after it had `before` given to it. Who commands run as is the deploy's
    /// to say; a pack's deploy module says it only where the pack was granted `privilege`.
    pub(crate) fn allow_module(
        &self,
        host: &Host,
        place: &Place,
        before: &GlobalArguments,
        now: &GlobalArguments,
    ) -> Result<(), Denial> {
        let innermost = place.frames.last();
        let in_module = innermost.is_some_and(|frame| module::parts(&frame.file).is_some());
        if !in_module || privileges(before) == privileges(now) {
            return Ok(());
        }
        let chain = self.chain_at(host, place, None);
        let wanted = String::from("changing as whom commands run by itself");
        self.allow_raise(host, &chain, wanted)
            .map_err(|denial| self.denied(denial))
    }

    /// The chain of an operation of a host's, as it was added.
    pub(crate) fn chain_of_held(&self, host: &Host, held: &HostOperation) -> Chain {
        self.chain_of(
            host,
            &held.operation,
            &held.place,
            held.parent,
            held.by.as_deref(),
        )
    }

    /// The chain of a call: of its place, or of the component that adds it, where one does, and of the call itself.
    pub(crate) fn chain_of(
        &self,
        host: &Host,
        operation: &OperationRef,
        place: &Place,
        parent: Option<OperationId>,
        by: Option<&Caller>,
    ) -> Chain {
        let outer = match (parent, by) {
            // The places that a component gives are its own to choose.
            (None, Some(by)) => Chain::default().with(&by.name, by.owner.clone()),
            _ => self.chain_at(host, place, parent),
        };
        match operation {
            OperationRef::Plugin(name) => self.chain(&outer, name),
            // What a function does, its deploy does.
            OperationRef::Function(_) => outer.with(FUNCTION, by.and_then(|by| by.owner.clone())),
            // Steps of the program's own may hold any command.
            OperationRef::Steps(..) => outer.with(DIRECT_COMMAND, None),
        }
    }

    /// Whether the host may be connected to.
    pub(crate) fn allow_connect(&self, host: &Host, connector: &str) -> Result<(), Denial> {
        self.ask(host, &Chain::default(), Asked::Connect(connector))
    }

    /// Whether the operation at the end of a chain may run, as whom its global arguments say.
    pub(crate) fn allow_operation(
        &self,
        host: &Host,
        chain: &Chain,
        globals: &GlobalArguments,
    ) -> Result<(), Denial> {
        if let Some(caller) = chain.last() {
            self.ask(host, chain, Asked::Operation(&caller.name))?;
            // Another name of an operation is no way around what is said about it.
            let info = self
                .policy()
                .and(self.plugins().operation(&caller.name).ok());
            if let Some(other) = info.and_then(|info| info.alias_of.clone()) {
                self.ask(host, chain, Asked::Operation(&other))?;
            }
        }
        self.allow_privilege(host, chain, globals)
    }

    /// [`State::allow_operation`] for what is no operation, but does what one does.
    pub(crate) fn allow_direct(
        &self,
        host: &Host,
        outer: &Chain,
        name: &str,
        globals: &GlobalArguments,
    ) -> Result<(), Denial> {
        self.allow_operation(host, &outer.with(name, None), globals)
    }

    /// Whether the fact at the end of a chain may be read, as whom its global arguments say.
    pub(crate) fn allow_fact(
        &self,
        host: &Host,
        chain: &Chain,
        globals: &GlobalArguments,
    ) -> Result<(), Denial> {
        if let Some(caller) = chain.last() {
            self.ask(host, chain, Asked::Fact(&caller.name))?;
        }
        self.allow_privilege(host, chain, globals)
    }

    fn allow_privilege(
        &self,
        host: &Host,
        chain: &Chain,
        globals: &GlobalArguments,
    ) -> Result<(), Denial> {
        if self.policy().is_none() {
            return Ok(());
        }
        for (way, user) in privileges(globals) {
            self.ask(host, chain, Asked::Privilege { way, user })?;
        }
        Ok(())
    }

    /// Whether the operation or fact at the end of a chain may give these global arguments to what it does, where
    /// `outer` are its own. Who commands run as is the deploy's to say, unless the pack was granted `privilege`.
    pub(crate) fn allow_overrides(
        &self,
        host: &Host,
        chain: &Chain,
        overrides: &Json,
        outer: &GlobalArguments,
    ) -> Result<(), Denial> {
        if overrides.as_object().is_none_or(serde_json::Map::is_empty) {
            return Ok(());
        }
        let wanted = match GlobalArguments::from_json(overrides, self.secrets()) {
            Ok(own) => own.over(outer),
            // What is wrong with them is said where they are used.
            Err(_) => return Ok(()),
        };
        if privileges(&wanted) != privileges(outer) {
            let names = overrides.as_object().into_iter().flatten();
            let wanted = raising(names.map(|(name, _)| name.as_str()));
            self.allow_raise(host, chain, wanted)
                .map_err(|denial| self.denied(denial))?;
        }
        self.allow_privilege(host, chain, &wanted)
    }

    /// Whether what the operation at the end of a chain planned may be done: as whom, and with which files of the
    /// controller. `globals` are its own.
    pub(crate) fn allow_plan(
        &self,
        host: &Host,
        chain: &Chain,
        planned: &Planned,
        globals: &GlobalArguments,
    ) -> Result<(), Denial> {
        for step in &planned.steps {
            self.allow_overrides(host, chain, &step.globals, globals)?;
            match &step.action {
                Action::Download(download) => self.allow_write(host, chain, &download.dest)?,
                Action::Call(_) => self.allow_acting(host, chain)?,
                action => {
                    for path in local_reads(action) {
                        self.allow_read(host, chain, path)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether what is at the end of a chain may do on the host what no plan shows.
    pub(crate) fn allow_acting(&self, host: &Host, chain: &Chain) -> Result<(), Denial> {
        let wanted = || String::from("acting beyond what plans show");
        let denial = |because: String, remedy: &str| {
            let denial = Denial::of(host.name(), chain, wanted(), because, remedy.to_owned());
            Err(self.denied(denial))
        };
        // Who calls another pack's operation may not do more by it than by itself.
        for owner in chain.packs() {
            if owner.granted.as_ref().is_some_and(|held| !held.act) {
                return denial(
                    format!("the pack {owner} was not granted `act`"),
                    "have `act = true` in the pack's [capabilities] approved",
                );
            }
        }
        match self.ceiling(host, chain) {
            Some(ceiling) if !ceiling.capabilities.act => {
                denial(ceiling.because("act"), "`act = true` there would allow it")
            }
            _ => Ok(()),
        }
    }

    /// Whether a deploy that is a component may say by these global arguments as whom something runs, where `below` are
    /// those that stand without them.
    pub(crate) fn allow_added(
        &self,
        host: &Host,
        by: &Caller,
        globals: &GlobalArguments,
        below: &GlobalArguments,
    ) -> Result<(), Denial> {
        if privileges(&globals.clone().over(below)) == privileges(below) {
            return Ok(());
        }
        let chain = Chain::default().with(&by.name, by.owner.clone());
        let named = globals.to_json();
        let wanted = raising(named.keys().map(String::as_str));
        self.allow_raise(host, &chain, wanted)
            .map_err(|denial| self.denied(denial))
    }

    fn allow_raise(&self, host: &Host, chain: &Chain, wanted: String) -> Result<(), Denial> {
        let Some(owner) = chain.last().and_then(|caller| caller.owner.clone()) else {
            return Ok(());
        };
        if owner.granted.as_ref().is_some_and(|held| !held.privilege) {
            return Err(Denial::of(
                host.name(),
                chain,
                wanted,
                format!("the pack {owner} was not granted `privilege`"),
                String::from(
                    "give the global argument in the deploy, or have `privilege = true` in the pack's [capabilities] approved",
                ),
            ));
        }
        match self.ceiling(host, chain) {
            Some(ceiling) if !ceiling.capabilities.privilege => Err(Denial::of(
                host.name(),
                chain,
                wanted,
                ceiling.because("privilege"),
                String::from("`privilege = true` there would allow it"),
            )),
            _ => Ok(()),
        }
    }
}

/// What is asked where global arguments of these names say as whom something runs.
fn raising<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names
        .filter(|name| GlobalArguments::PRIVILEGE.contains(name))
        .collect();
    format!("setting {} by itself", names.join(", "))
}

/// The files of the controller that a step reads.
pub(crate) fn local_reads(action: &Action) -> Vec<&str> {
    let contents: Vec<&Content> = match action {
        Action::Upload(upload) => vec![&upload.source],
        Action::Shell(shell) => {
            let files = shell.files.iter().map(|(_, content)| content);
            shell.stdin.iter().chain(files).collect()
        }
        Action::Rsync(rsync) => return vec![&rsync.src],
        _ => Vec::new(),
    };
    contents
        .into_iter()
        .filter_map(|content| match content {
            Content::Local(path) => Some(path.as_str()),
            _ => None,
        })
        .collect()
}

impl Ceiling {
    /// Which line keeps a capability from being had.
    pub(super) fn because(&self, capability: &str) -> String {
        let lines: Vec<String> = self
            .basis
            .iter()
            .map(|basis| format!("{}:{}", basis.file, basis.line))
            .collect();
        format!(
            "{}: the capabilities there do not have `{capability}`",
            lines.join(", ")
        )
    }
}
