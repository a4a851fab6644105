//! One `[[rule]]`: what it is about, and what it denies.

use std::net::IpAddr;

use windlass_engine::capability::Capabilities;
use windlass_engine::policy::{Asked, Question};

use super::{Network, Pattern};
use crate::strict::Found;

/// Hosts by names, groups and addresses; one of them is enough.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// By name: of the inventory, or one that it is reached by.
    pub hosts: Vec<Pattern>,
    /// By group of the inventory.
    pub groups: Vec<Pattern>,
    /// By address.
    pub addresses: Vec<Network>,
}

/// Names that are denied or allowed.
#[derive(Clone, Debug, Default)]
pub struct List {
    /// None of these.
    pub denied: Vec<Pattern>,
    /// Only these, if it is said.
    pub allowed: Option<Vec<Pattern>>,
}

/// One rule.
#[derive(Clone, Debug, Default)]
pub struct Rule {
    /// The line where it begins.
    pub line: usize,
    /// The hosts that it is about. Empty: all.
    pub selected: Selection,
    /// The hosts that it is not about, all the same.
    pub except: Selection,
    /// Only what these packs want, by themselves or through the operations of others. Empty: whoever wants it.
    pub packs: Vec<Pattern>,
    /// Whether hosts may not be connected to.
    pub deny_connections: Option<Found<bool>>,
    /// Connectors, without `@`.
    pub connectors: List,
    /// Operations.
    pub operations: List,
    /// Facts.
    pub facts: List,
    /// Whether commands may not run as another user.
    pub deny_privilege: Option<Found<bool>>,
    /// The only users that commands may run as, besides the one who logged in, if it is said.
    pub allow_users: Option<Vec<Pattern>>,
    /// The most that packs may have, if it is said, and the line of the table.
    pub capabilities: Option<(Capabilities, usize)>,
}

/// Whether a selection means a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Means {
    Yes,
    No,
    /// The host's address decides, and nobody here can know it.
    Unknown,
    /// The host's address decides, and is asked about before a connection is opened.
    Later,
}

impl Selection {
    /// True when nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hosts.is_empty() && self.groups.is_empty() && self.addresses.is_empty()
    }

    fn means(&self, question: &Question<'_>) -> Means {
        let host = question.host;
        let mut names: Vec<&str> = vec![host.name];
        names.extend(host.reached.iter().map(String::as_str));
        let mut addresses: Vec<IpAddr> = host
            .reached
            .iter()
            .filter_map(|name| name.parse().ok())
            .collect();
        if let Asked::Reach { name, address } = question.asked {
            // Where it was before says nothing about where it is now.
            names.truncate(1);
            names.push(name);
            addresses = address.into_iter().collect();
        }
        let named = names
            .iter()
            .filter(|name| !name.is_empty())
            .any(|name| self.hosts.iter().any(|pattern| pattern.means_host(name)));
        let grouped = host
            .groups
            .iter()
            .any(|group| self.groups.iter().any(|pattern| pattern.means(group)));
        let in_network = addresses
            .iter()
            .any(|address| self.addresses.iter().any(|network| network.has(*address)));
        if named || grouped || in_network {
            return Means::Yes;
        }
        let over_network =
            matches!(question.asked, Asked::Reach { .. }) || !host.reached.is_empty();
        if self.addresses.is_empty() || !addresses.is_empty() {
            Means::No
        } else if matches!(question.asked, Asked::Connect(_)) {
            Means::Later
        } else if over_network {
            Means::Unknown
        } else {
            Means::No
        }
    }
}

/// What a rule says to a question.
pub(super) enum Says {
    Nothing,
    /// It lists what is asked as allowed, at this line.
    Allows(usize, String),
    Denies {
        line: usize,
        text: String,
        remedy: String,
    },
}

impl Rule {
    /// Whether it is about what is asked. What cannot be known counts against who asks.
    pub(super) fn is_about(&self, question: &Question<'_>) -> bool {
        let selected = if self.selected.is_empty() {
            // Without a host, only rules about all hosts count.
            Means::Yes
        } else {
            self.selected.means(question)
        };
        let except = if self.except.is_empty() {
            Means::No
        } else {
            self.except.means(question)
        };
        let about = matches!(selected, Means::Yes | Means::Unknown)
            && matches!(except, Means::No | Means::Unknown);
        about && self.is_about_packs(question)
    }

    /// Whether it is about what this pack does on every host.
    pub(super) fn is_about_all_hosts(&self, pack: &str) -> bool {
        let all = self.selected.is_empty() && self.except.is_empty();
        all && (self.packs.is_empty() || self.packs.iter().any(|pattern| pattern.means(pack)))
    }

    fn is_about_packs(&self, question: &Question<'_>) -> bool {
        self.packs.is_empty()
            || question
                .chain
                .packs()
                .iter()
                .any(|pack| self.packs.iter().any(|pattern| pattern.means(&pack.name)))
    }

    pub(super) fn says(&self, asked: Asked<'_>) -> Says {
        match asked {
            Asked::Connect(connector) => match &self.deny_connections {
                Some(found) if found.value => no_connections(found.line),
                _ => self.connectors.says("connectors", connector),
            },
            Asked::Reach { .. } => match &self.deny_connections {
                Some(found) if found.value => no_connections(found.line),
                _ => Says::Nothing,
            },
            Asked::Operation(name) => self.operations.says("operations", name),
            Asked::Fact(name) => self.facts.says("facts", name),
            Asked::Privilege { user, .. } => self.says_of_user(user),
        }
    }

    fn says_of_user(&self, user: &str) -> Says {
        if let Some(found) = self.deny_privilege.as_ref().filter(|found| found.value) {
            return Says::Denies {
                line: found.line,
                text: String::from("deny-privilege = true"),
                remedy: String::from("do it as the user who logs in"),
            };
        }
        match &self.allow_users {
            Some(users) => only(self.line, "allow-users", users, user),
            None => Says::Nothing,
        }
    }
}

fn no_connections(line: usize) -> Says {
    Says::Denies {
        line,
        text: String::from("deny-connections = true"),
        remedy: String::from("leave the host out, with --exclude or in the inventory"),
    }
}

impl List {
    /// True when nothing is said.
    pub(super) fn is_empty(&self) -> bool {
        self.denied.is_empty() && self.allowed.is_none()
    }

    fn says(&self, what: &str, name: &str) -> Says {
        if let Some(pattern) = self.denied.iter().find(|pattern| pattern.means(name)) {
            return Says::Denies {
                line: pattern.line,
                text: format!("deny-{what} has \"{}\"", pattern.text),
                remedy: format!("without \"{}\" that line would allow it", pattern.text),
            };
        }
        match &self.allowed {
            Some(allowed) => {
                let line = allowed.first().map_or(0, |pattern| pattern.line);
                only(line, &format!("allow-{what}"), allowed, name)
            }
            None => Says::Nothing,
        }
    }
}

fn only(line: usize, key: &str, allowed: &[Pattern], name: &str) -> Says {
    match allowed.iter().find(|pattern| pattern.means(name)) {
        Some(pattern) => Says::Allows(pattern.line, format!("{key} has \"{}\"", pattern.text)),
        None => Says::Denies {
            line: allowed.first().map_or(line, |pattern| pattern.line),
            text: format!("{key} does not have \"{name}\""),
            remedy: format!("\"{name}\" in that line would allow it"),
        },
    }
}
