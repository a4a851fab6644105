//! `windlass policy`: what the policy of this machine says, and which line decides.

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::sync::Arc;
use windlass::engine::arguments::GlobalArguments;
use windlass::engine::command::privileges;
use windlass::engine::nearest::nearest;
use windlass::engine::policy::{
    Asked, Basis, Chain, Decision, HostNames, Owner, Policy as _, Question,
};
use windlass::packs::policy::{PATH, PackClaim, Pattern, PolicyFile};
use windlass::setup;

use crate::context::Context;
use crate::errors::{CliError, Status};
use crate::options::run_options;
use crate::packs;
use crate::render::count;

/// Show what the policy of this machine says, and which line of it decides
#[derive(Debug, Args)]
pub(crate) struct PolicyArgs {
    #[command(subcommand)]
    command: PolicyCommand,
}

#[derive(Debug, Subcommand)]
enum PolicyCommand {
    Check(CheckArgs),
    Explain(ExplainArgs),
}

/// Look whether the policy can be relied on, and say what it says
#[derive(Debug, Args)]
struct CheckArgs {
    /// A draft, instead of the policy that is in force
    draft: Option<Utf8PathBuf>,
}

/// Say which line allows or denies something; with `--sudo`, `--su-user` and the like also those; `--pack` names packs
#[derive(Debug, Args)]
struct ExplainArgs {
    /// The host, by its name in the inventory
    #[arg(long, value_name = "HOST")]
    host: String,
    /// A group of the host; may be repeated
    #[arg(long, value_name = "GROUP")]
    group: Vec<String>,
    /// An inventory that has the host, for its groups
    #[arg(long, value_name = "INVENTORY")]
    inventory: Option<String>,
    /// A name or an address that the host is reached by; may be repeated
    #[arg(long, value_name = "NAME")]
    reached: Vec<String>,
    /// The connector that the host is connected with
    #[arg(long, value_name = "NAME")]
    connector: Option<String>,
    /// The operation, such as `server.shell`
    #[arg(long, value_name = "NAME")]
    operation: Option<String>,
    /// The fact, such as `server.Command`
    #[arg(long, value_name = "NAME")]
    fact: Option<String>,
    /// A draft, instead of the policy that is in force
    #[arg(long, value_name = "FILE")]
    draft: Option<Utf8PathBuf>,
}

pub(crate) async fn run(context: &Context, args: &PolicyArgs) -> Result<Status, CliError> {
    match &args.command {
        PolicyCommand::Check(args) => check(context, args).await,
        PolicyCommand::Explain(args) => explain(context, args).await,
    }
}

/// The policy in force, or a draft of one.
fn policy(draft: Option<&Utf8Path>) -> Result<Option<Arc<PolicyFile>>, CliError> {
    let Some(path) = draft else {
        return Ok(setup::system_policy()?);
    };
    let text =
        std::fs::read_to_string(path).map_err(CliError::io(format!("reading the draft {path}")))?;
    let read = PolicyFile::parse(&text, path.as_str());
    Ok(Some(Arc::new(read.map_err(|problems| {
        CliError::Usage(problems.to_string())
    })?)))
}

fn none(context: &Context) {
    if context.ui.json {
        context
            .ui
            .json_line(&json!({"event": "policy", "file": null}));
    }
    context.ui.line(&format!(
        "there is no policy: {PATH} does not exist, and everything is allowed"
    ));
}

async fn check(context: &Context, args: &CheckArgs) -> Result<Status, CliError> {
    let ui = &context.ui;
    let Some(policy) = policy(args.draft.as_deref())? else {
        none(context);
        return Ok(Status::Done);
    };
    let sentences = policy.sentences();
    if ui.json {
        let says: Vec<Value> = sentences.iter().map(in_json).collect();
        let in_force = args.draft.is_none();
        ui.json_line(
            &json!({"event": "policy", "file": policy.path, "in-force": in_force, "says": says}),
        );
    }
    ui.line(&match &args.draft {
        None => format!("{} is in force; only root can change it", policy.path),
        Some(draft) => format!("{draft} could be a policy; who may change it was not looked at"),
    });
    for basis in &sentences {
        ui.line(&format!("  line {}: {}", basis.line, basis.text));
    }
    let plugins = packs::plugins(context, Utf8Path::new(".")).await?;
    let operations: Vec<String> = plugins
        .operations()
        .iter()
        .map(|info| info.name.clone())
        .chain([String::from("call")])
        .collect();
    let facts: Vec<String> = plugins
        .facts()
        .iter()
        .map(|info| info.name.clone())
        .collect();
    let (of_operations, of_facts) = policy.patterns();
    let strange = [
        ("operation", strange(&of_operations, &operations)),
        ("fact", strange(&of_facts, &facts)),
    ];
    let label = ui.error.yellow("warning:");
    for (what, patterns) in &strange {
        for (pattern, hint) in patterns {
            ui.error_line(&format!(
                "{label} {}:{}: \"{}\" means no {what} of the packs that are loaded{hint}",
                policy.path, pattern.line, pattern.text
            ));
        }
    }
    ui.line(&count(sentences.len(), "statement"));
    Ok(Status::Done)
}

/// The patterns that mean none of the names, each with the nearest as a sentence's end.
fn strange<'a>(patterns: &[&'a Pattern], names: &[String]) -> Vec<(&'a Pattern, String)> {
    let unknown = patterns
        .iter()
        .filter(|pattern| !names.iter().any(|name| pattern.means(name)));
    let hint = |pattern: &Pattern| {
        nearest(&pattern.text, names.iter().map(String::as_str))
            .map_or_else(String::new, |near| format!(", did you mean \"{near}\"?"))
    };
    unknown.map(|pattern| (*pattern, hint(pattern))).collect()
}

async fn explain(context: &Context, args: &ExplainArgs) -> Result<Status, CliError> {
    let Some(policy) = policy(args.draft.as_deref())? else {
        none(context);
        return Ok(Status::Done);
    };
    let groups = groups(context, args).await?;
    let host = HostNames {
        name: &args.host,
        reached: &args.reached,
        groups: &groups,
    };
    let wanted = args.operation.as_ref().or(args.fact.as_ref());
    let mut chain = Chain::default();
    for pack in &context.global.packs {
        let owner = Owner {
            name: pack.to_string(),
            ..Owner::default()
        };
        chain = chain.with(wanted.cloned().unwrap_or_default(), Some(Arc::new(owner)));
    }
    let connector = args.connector.clone().unwrap_or_else(|| {
        let prefixed = args.host.strip_prefix('@');
        let name = prefixed.map(|rest| rest.split('/').next().unwrap_or(rest));
        name.unwrap_or("ssh").to_owned()
    });
    let mut asked = vec![Asked::Connect(&connector)];
    asked.extend(args.reached.iter().map(|name| Asked::Reach {
        name,
        address: name.parse().ok(),
    }));
    asked.extend(args.operation.as_deref().map(Asked::Operation));
    asked.extend(args.fact.as_deref().map(Asked::Fact));
    let globals = privilege(context);
    let privileges = privileges(&globals);
    asked.extend(
        privileges
            .iter()
            .map(|&(way, user)| Asked::Privilege { way, user }),
    );
    let mut denied = packs_denied(context, &policy);
    for asked in asked {
        let question = Question {
            host,
            chain: &chain,
            asked,
        };
        match policy.decide(&question) {
            Decision::Allowed(basis) => show(context, &asked.to_string(), &basis, None),
            Decision::Denied { basis, remedy } => {
                denied = true;
                show(context, &asked.to_string(), &basis, Some(&remedy));
            }
        }
    }
    if let Some(ceiling) = policy.ceiling(host, &chain) {
        let most = ceiling.capabilities.sentences();
        let most = if most.is_empty() {
            String::from("nothing beyond planning")
        } else {
            most.join("; ")
        };
        for basis in &ceiling.basis {
            let text = format!("{}:{}", basis.file, basis.line);
            context
                .ui
                .line(&format!("at most   {most}\n          {text}"));
            if context.ui.json {
                let value = json!({"event": "ceiling", "capabilities": ceiling.capabilities, "file": basis.file, "line": basis.line});
                context.ui.json_line(&value);
            }
        }
    }
    Ok(if denied { Status::Wrong } else { Status::Done })
}

/// Shows whether the packs may be used, where they are signed as they have to be. True when one may not.
fn packs_denied(context: &Context, policy: &PolicyFile) -> bool {
    let keys = policy
        .packs
        .iter()
        .flat_map(|packs| packs.signers.iter().flatten());
    let mut signers: Vec<String> = keys.map(|key| key.value.line()).collect();
    if signers.is_empty() {
        signers.push(String::from("a trusted key"));
    }
    let mut denied = false;
    for pack in &context.global.packs {
        let claim = PackClaim {
            name: pack.as_str(),
            signers: &signers,
        };
        if let Err(error) = policy.allow_pack(claim) {
            denied = true;
            let what = format!("the pack {pack}");
            show(context, &what, &error.basis, Some(&error.remedy));
        }
    }
    denied
}

fn show(context: &Context, what: &str, basis: &Basis, remedy: Option<&str>) {
    let ui = &context.ui;
    if ui.json {
        let mut value = in_json(basis);
        if let Some(map) = value.as_object_mut() {
            map.insert(String::from("event"), json!("decision"));
            map.insert(String::from("asked"), json!(what));
            map.insert(String::from("allowed"), json!(remedy.is_none()));
            map.insert(String::from("remedy"), json!(remedy));
        }
        ui.json_line(&value);
    }
    let verdict = match remedy {
        None => ui.out.green("allowed"),
        Some(_) => ui.out.red("denied "),
    };
    ui.line(&format!("{verdict}   {what}\n          {basis}"));
    if let Some(remedy) = remedy {
        ui.line(&format!("          {remedy}"));
    }
}

fn in_json(basis: &Basis) -> Value {
    let line = (!basis.file.is_empty()).then_some(basis.line);
    json!({"file": basis.file, "line": line, "text": basis.text})
}

/// As whom commands would run, by the command line.
fn privilege(context: &Context) -> GlobalArguments {
    let global = &context.global;
    GlobalArguments {
        sudo: global.sudo.then_some(true),
        sudo_user: global.sudo_user.clone(),
        su_user: global.su_user.clone(),
        doas: global.doas.then_some(true),
        doas_user: global.doas_user.clone(),
        dzdo: global.dzdo.then_some(true),
        dzdo_user: global.dzdo_user.clone(),
        ..GlobalArguments::default()
    }
}

/// The groups of the host: those that are named, and those of the inventory.
async fn groups(context: &Context, args: &ExplainArgs) -> Result<Vec<String>, CliError> {
    let mut groups = args.group.clone();
    if let Some(inventory) = &args.inventory {
        let options = run_options(context, inventory, ".".into())?;
        let inventory = setup::load_inventory(&options, &context.connectors()).await?;
        let host = inventory
            .get_host(&args.host)
            .map_err(windlass::Error::from)?;
        groups.extend(host.groups.clone());
    }
    Ok(groups)
}
