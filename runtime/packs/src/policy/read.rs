//! From text to policy.

use windlass_engine::nearest::nearest;

use super::{Audit, List, Network, Packs, Pattern, PolicyFile, Rule, Selection};
use crate::manifest::{read_capabilities, read_limits};
use crate::sign::PublicKey;
use crate::strict::{self, Fields, Found, Problems};

/// Reads a policy's text.
pub(super) fn parse(text: &str, file: &str) -> Result<PolicyFile, Problems> {
    strict::read(file, text, |root| {
        let packs = root.table("packs", |table| Some(packs(table)));
        let rules = root.tables("rule", |table| Some(rule(table)));
        let limits = root.table("limits", read_limits);
        let audit = root.table("audit", |table| {
            Some(Audit {
                required: table.flag("required"),
            })
        });
        Some(PolicyFile {
            path: file.to_owned(),
            packs,
            rules,
            limits: limits.unwrap_or_default(),
            audit,
        })
    })
}

fn packs(table: &mut Fields<'_>) -> Packs {
    Packs {
        line: table.line(),
        allowed: only(table, "allowed", pack),
        denied: all(table, "denied", pack),
        signers: table.has("signers").then(|| {
            let texts = table.texts("signers");
            let keys = texts.into_iter().filter_map(|found| key(table, found));
            keys.collect()
        }),
        unsigned: table.flag("unsigned"),
        require_locked: table.flag("require-locked"),
    }
}

fn key(table: &Fields<'_>, found: Found<String>) -> Option<Found<PublicKey>> {
    match PublicKey::parse(&found.value) {
        Ok(key) => Some(found.map(|_| key)),
        Err(error) => {
            table.wrong(&found, error.to_string());
            None
        }
    }
}

fn rule(table: &mut Fields<'_>) -> Rule {
    let rule = Rule {
        line: table.line(),
        selected: Selection {
            hosts: all(table, "hosts", Pattern::of_host),
            groups: all(table, "groups", Pattern::new),
            addresses: all(table, "addresses", Network::new),
        },
        except: Selection {
            hosts: all(table, "except-hosts", Pattern::of_host),
            groups: all(table, "except-groups", Pattern::new),
            addresses: all(table, "except-addresses", Network::new),
        },
        packs: all(table, "packs", pack),
        deny_connections: table.flag("deny-connections"),
        connectors: List {
            denied: all(table, "deny-connectors", connector),
            allowed: only(table, "allow-connectors", connector),
        },
        operations: List {
            denied: all(table, "deny-operations", operation),
            allowed: only(table, "allow-operations", operation),
        },
        facts: List {
            denied: all(table, "deny-facts", fact),
            allowed: only(table, "allow-facts", fact),
        },
        deny_privilege: table.flag("deny-privilege"),
        allow_users: only(table, "allow-users", Pattern::new),
        capabilities: table.table("capabilities", |inner| {
            let line = inner.line();
            read_capabilities(inner).map(|capabilities| (capabilities, line))
        }),
    };
    sense(table, &rule);
    rule
}

/// The keys of a rule that deny or allow something.
const SAYS: [&str; 10] = [
    "deny-connections",
    "deny-connectors",
    "allow-connectors",
    "deny-operations",
    "allow-operations",
    "deny-facts",
    "allow-facts",
    "deny-privilege",
    "allow-users",
    "capabilities",
];

/// Refuses what cannot be meant.
fn sense(table: &mut Fields<'_>, rule: &Rule) {
    for (key, named) in [
        (
            "hosts",
            [&rule.selected, &rule.except].map(|selection| selection.hosts.len()),
        ),
        (
            "groups",
            [&rule.selected, &rule.except].map(|selection| selection.groups.len()),
        ),
    ] {
        if named.iter().all(|count| *count > 0) {
            table.wrong_whole(format!(
                "the rule has both `{key}` and `except-{key}`; make two rules of it, or write the pattern that is meant"
            ));
        }
    }
    let connecting = rule.deny_connections.is_some() || !rule.connectors.is_empty();
    if connecting && !rule.packs.is_empty() {
        table.wrong_whole(
            "`packs` does not go with `deny-connections`, `deny-connectors` and `allow-connectors`: a host is connected to for the whole run",
        );
    }
    let says = SAYS.iter().any(|key| table.has(key));
    if !says {
        table.wrong_whole(
            "the rule says nothing; it takes what to deny or to allow, as `deny-operations` or `deny-privilege`",
        );
    }
}

/// Each text of a list, read; empty where the list is not there.
fn all<T>(
    table: &mut Fields<'_>,
    name: &'static str,
    read: impl Fn(&str, usize) -> Result<T, String>,
) -> Vec<T> {
    let mut found = Vec::new();
    for text in table.texts(name) {
        match read(&text.value, text.line) {
            Ok(value) => found.push(value),
            Err(message) => table.wrong(&text, message),
        }
    }
    found
}

/// [`all`], where a list that is not there is another thing than an empty one.
fn only<T>(
    table: &mut Fields<'_>,
    name: &'static str,
    read: impl Fn(&str, usize) -> Result<T, String>,
) -> Option<Vec<T>> {
    table.has(name).then(|| all(table, name, read))
}

/// `acme:*`: without a colon it would mean no pack at all.
fn pack(text: &str, line: usize) -> Result<Pattern, String> {
    if text == "*" || text.contains(':') {
        return Pattern::new(text, line);
    }
    Err(format!(
        "`{text}` means no pack; packs are called namespace:name, as `{text}:*` for all of a namespace"
    ))
}

fn connector(text: &str, line: usize) -> Result<Pattern, String> {
    match text.strip_prefix('@') {
        Some(bare) => Err(format!("`{text}` is written without `@` here: `{bare}`")),
        None => Pattern::new(text, line),
    }
}

/// `server.*`: without a point it would mean no operation, apart from `call`.
fn operation(text: &str, line: usize) -> Result<Pattern, String> {
    const DIRECT: [(&str, &str); 4] = [
        ("exec", "server.shell"),
        ("shell", "server.shell"),
        ("put", "files.put"),
        ("get", "files.get"),
    ];
    if text == "*" || text == "call" || text.contains('.') {
        return Pattern::new(text, line);
    }
    let known = DIRECT.iter().find(|(name, _)| *name == text);
    let hint = match (known, nearest(text, ["call"])) {
        (Some((_, name)), _) => format!("; what it does is denied as `{name}`"),
        (None, Some(near)) => format!(", did you mean `{near}`?"),
        (None, None) => format!(", as `{text}.*` for all of a namespace"),
    };
    Err(format!(
        "`{text}` means no operation; operations are called namespace.operation{hint}"
    ))
}

fn fact(text: &str, line: usize) -> Result<Pattern, String> {
    if text == "*" || text.contains('.') {
        return Pattern::new(text, line);
    }
    Err(format!(
        "`{text}` means no fact; facts are called namespace.Fact, as `{text}.*` for all of a namespace"
    ))
}
