//! A policy in sentences, for those who read it.

use windlass_engine::policy::Basis;

use super::{List, Network, Pattern, PolicyFile, Rule, Selection};
use crate::strict::Found;

impl PolicyFile {
    /// What it says, a sentence a line of the file, in the file's order.
    #[must_use]
    pub fn sentences(&self) -> Vec<Basis> {
        let mut all = Vec::new();
        if let Some(packs) = &self.packs {
            let mut say = |line: usize, text: String| all.push(self.basis(line, text));
            if let Some(allowed) = &packs.allowed {
                let line = allowed.first().map_or(packs.line, |first| first.line);
                say(line, format!("only the packs {}", names(allowed)));
            }
            if let Some(first) = packs.denied.first() {
                say(
                    first.line,
                    format!("not the packs {}", names(&packs.denied)),
                );
            }
            if let Some(keys) = &packs.signers {
                let line = keys.first().map_or(packs.line, |first| first.line);
                let keys: Vec<String> = keys.iter().map(|key| key.value.id().to_string()).collect();
                say(
                    line,
                    format!("only packs that the keys {} signed", keys.join(", ")),
                );
            }
            match &packs.unsigned {
                Some(found) if found.value => say(found.line, String::from("also unsigned packs")),
                Some(found) => say(found.line, String::from("no unsigned packs")),
                None => say(packs.line, String::from("no unsigned packs")),
            }
            if let Some(line) = holds(&packs.require_locked) {
                say(line, String::from("only runs with --locked"));
            }
        }
        for rule in &self.rules {
            let about = rule.about();
            for (line, text) in rule.statements() {
                all.push(self.basis(line, format!("{about}: {text}")));
            }
        }
        all.sort_by_key(|basis| basis.line);
        all.extend(self.requires_audit().map(|basis| Basis {
            text: String::from("no run without its audit"),
            ..basis
        }));
        all
    }

    /// The patterns of operations, and those of facts: for who wants to know which mean nothing.
    #[must_use]
    pub fn patterns(&self) -> (Vec<&Pattern>, Vec<&Pattern>) {
        let of = |list: fn(&Rule) -> &List| {
            let lists = self.rules.iter().map(list);
            lists
                .flat_map(|list| list.denied.iter().chain(list.allowed.iter().flatten()))
                .collect()
        };
        (of(|rule| &rule.operations), of(|rule| &rule.facts))
    }
}

impl Rule {
    fn about(&self) -> String {
        let mut text = match self.selected.words().as_str() {
            "" => String::from("on all hosts"),
            words => format!("on {words}"),
        };
        match self.except.words().as_str() {
            "" => {}
            words => text.push_str(&format!(" except {words}")),
        }
        if !self.packs.is_empty() {
            text.push_str(&format!(", for the packs {}", names(&self.packs)));
        }
        text
    }

    fn statements(&self) -> Vec<(usize, String)> {
        let mut all = Vec::new();
        if let Some(line) = holds(&self.deny_connections) {
            all.push((line, String::from("no connections")));
        }
        for (what, list) in [
            ("connectors", &self.connectors),
            ("operations", &self.operations),
            ("facts", &self.facts),
        ] {
            if let Some(first) = list.denied.first() {
                all.push((
                    first.line,
                    format!("not the {what} {}", names(&list.denied)),
                ));
            }
            if let Some(allowed) = &list.allowed {
                let line = allowed.first().map_or(self.line, |first| first.line);
                all.push((line, format!("only the {what} {}", names(allowed))));
            }
        }
        if let Some(line) = holds(&self.deny_privilege) {
            all.push((line, String::from("no commands as another user")));
        }
        if let Some(users) = &self.allow_users {
            let line = users.first().map_or(self.line, |first| first.line);
            all.push((
                line,
                format!("commands as no other users than {}", names(users)),
            ));
        }
        if let Some((capabilities, line)) = &self.capabilities {
            let text = match capabilities.sentences().join("; ").as_str() {
                "" => String::from("packs may do nothing beyond planning"),
                most => format!("packs may at most: {most}"),
            };
            all.push((*line, text));
        }
        all
    }
}

impl Selection {
    fn words(&self) -> String {
        let mut parts = Vec::new();
        if !self.hosts.is_empty() {
            parts.push(format!("hosts {}", names(&self.hosts)));
        }
        if !self.groups.is_empty() {
            parts.push(format!("groups {}", names(&self.groups)));
        }
        if !self.addresses.is_empty() {
            let texts = self
                .addresses
                .iter()
                .map(|network: &Network| network.text.as_str());
            parts.push(format!(
                "addresses {}",
                texts.collect::<Vec<_>>().join(", ")
            ));
        }
        parts.join(" or ")
    }
}

fn names(patterns: &[Pattern]) -> String {
    if patterns.is_empty() {
        return String::from("(none)");
    }
    let texts: Vec<&str> = patterns
        .iter()
        .map(|pattern| pattern.text.as_str())
        .collect();
    texts.join(", ")
}

fn holds(flag: &Option<Found<bool>>) -> Option<usize> {
    flag.as_ref()
        .filter(|found| found.value)
        .map(|found| found.line)
}
