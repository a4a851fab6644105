//! What a pack may reach on the controller, beyond planning: asked for by its manifest, approved in the lock, capped by
//! policy. One vocabulary for all three, in TOML and JSON alike.

use std::collections::BTreeSet;
use std::fmt;

use camino::Utf8Path;
use serde::{Deserialize, Serialize};

/// What a pack asks for, what was approved, or what is allowed. Empty: nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Capabilities {
    /// Programs on the controller that its connectors and inventories may have started.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub programs: Vec<Program>,
    /// Web addresses it may call: `https://api.example.org`, with a port where it is not the scheme's own.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub http: BTreeSet<String>,
    /// Folders of the controller it may read, besides the deploy's own: absolute, or from the home folder with `~/`.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub read: BTreeSet<String>,
    /// Folders of the controller that downloads may land in.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub write: BTreeSet<String>,
    /// Environment variables of the controller that its programs get.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub env: BTreeSet<String>,
    /// Facts that run shell commands on hosts.
    #[serde(skip_serializing_if = "is_false")]
    pub fact_shell: bool,
    /// Facts that run a command that is their argument.
    #[serde(skip_serializing_if = "is_false")]
    pub fact_command: bool,
    /// A connector through which the bytes of commands and files pass.
    #[serde(skip_serializing_if = "is_false")]
    pub traffic: bool,
    /// Actors and functions of deploys, which do on hosts what no plan shows.
    #[serde(skip_serializing_if = "is_false")]
    pub act: bool,
    /// Operations that raise privilege by global arguments of their own.
    #[serde(skip_serializing_if = "is_false")]
    pub privilege: bool,
}

/// A program that may be started, and with what.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Program {
    /// Its name, found in the controller's `PATH` when the run starts, or its absolute path.
    pub name: String,
    /// What its first argument may be. Empty: anything that is no option.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub commands: BTreeSet<String>,
    /// The options it may get before `--`: `-i`, or `--namespace` for both `--namespace x` and `--namespace=x`. An
    /// argument that begins with `-` and is not here is refused.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub options: BTreeSet<String>,
}

fn is_false(value: &bool) -> bool {
    !value
}

impl Capabilities {
    /// One sentence part for each thing in it, sorted: `start kubectl (exec, get) with -i`, `read /etc/kubernetes`.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let mut all: Vec<String> = self.programs.iter().map(ToString::to_string).collect();
        for (verb, set) in [
            ("call", &self.http),
            ("read", &self.read),
            ("download to", &self.write),
            ("pass the variable", &self.env),
        ] {
            all.extend(set.iter().map(|what| format!("{verb} {what}")));
        }
        for (text, on) in [
            ("run shell commands in facts", self.fact_shell),
            ("run commands given to facts", self.fact_command),
            ("see the traffic of its connections", self.traffic),
            ("act on hosts beyond what plans show", self.act),
            ("raise privilege by itself", self.privilege),
        ] {
            all.extend(on.then(|| text.to_owned()));
        }
        all.sort();
        all
    }

    /// What is asked for here and is not in `granted`.
    #[must_use]
    pub fn beyond(&self, granted: &Self) -> Self {
        let missing = |asked: &BTreeSet<String>, held: &BTreeSet<String>| -> BTreeSet<String> {
            asked.difference(held).cloned().collect()
        };
        Self {
            programs: self
                .programs
                .iter()
                .filter(|asked| !granted.programs.iter().any(|held| held.covers(asked)))
                .cloned()
                .collect(),
            http: missing(&self.http, &granted.http),
            read: folders_beyond(&self.read, &granted.read),
            write: folders_beyond(&self.write, &granted.write),
            env: missing(&self.env, &granted.env),
            fact_shell: self.fact_shell && !granted.fact_shell,
            fact_command: self.fact_command && !granted.fact_command,
            traffic: self.traffic && !granted.traffic,
            act: self.act && !granted.act,
            privilege: self.privilege && !granted.privilege,
        }
    }

    /// What is in both; of two folders of which one lies in the other, the inner one, as it is written. `~/` is the home
    /// folder of whoever runs.
    #[must_use]
    pub fn within(&self, ceiling: &Self) -> Self {
        self.within_at(ceiling, &home())
    }

    fn within_at(&self, ceiling: &Self, home: &str) -> Self {
        let both = |asked: &BTreeSet<String>, held: &BTreeSet<String>| -> BTreeSet<String> {
            asked.intersection(held).cloned().collect()
        };
        Self {
            programs: self
                .programs
                .iter()
                .filter_map(|asked| {
                    ceiling
                        .programs
                        .iter()
                        .find(|held| held.name == asked.name)
                        .map(|held| asked.within(held))
                })
                .collect(),
            http: both(&self.http, &ceiling.http),
            read: folders_in_both(&self.read, &ceiling.read, home),
            write: folders_in_both(&self.write, &ceiling.write, home),
            env: both(&self.env, &ceiling.env),
            fact_shell: self.fact_shell && ceiling.fact_shell,
            fact_command: self.fact_command && ceiling.fact_command,
            traffic: self.traffic && ceiling.traffic,
            act: self.act && ceiling.act,
            privilege: self.privilege && ceiling.privilege,
        }
    }

    /// True when nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Program {
    /// True when all that `asked` may do may be done with this.
    fn covers(&self, asked: &Self) -> bool {
        let any = self.commands.is_empty();
        self.name == asked.name
            && (any || (!asked.commands.is_empty() && asked.commands.is_subset(&self.commands)))
            && asked.options.is_subset(&self.options)
    }

    /// What may be done with both, of one name. No command in common: a program that gets none.
    fn within(&self, ceiling: &Self) -> Self {
        let commands = match (self.commands.is_empty(), ceiling.commands.is_empty()) {
            (_, true) => self.commands.clone(),
            (true, false) => ceiling.commands.clone(),
            (false, false) => {
                let both: BTreeSet<String> = self
                    .commands
                    .intersection(&ceiling.commands)
                    .cloned()
                    .collect();
                // An empty set would mean any.
                if both.is_empty() {
                    BTreeSet::from([String::new()])
                } else {
                    both
                }
            }
        };
        Self {
            name: self.name.clone(),
            commands,
            options: self
                .options
                .intersection(&ceiling.options)
                .cloned()
                .collect(),
        }
    }

    /// Why these arguments may not be given to it, if they may not.
    ///
    /// # Errors
    /// The first argument that is not allowed, and what would allow it.
    pub fn allows(&self, arguments: &[String]) -> Result<(), String> {
        let name = &self.name;
        match arguments.first() {
            Some(first) if !self.commands.is_empty() && !self.commands.contains(first) => {
                return Err(format!(
                    "`{first}` is not among the commands of {name} that it may use ({}); `commands` of the program would allow it",
                    list(&self.commands)
                ));
            }
            None if !self.commands.is_empty() => {
                return Err(format!(
                    "{name} may only be used with one of {}",
                    list(&self.commands)
                ));
            }
            _ => {}
        }
        let before_dashes = arguments.iter().take_while(|argument| *argument != "--");
        for argument in before_dashes {
            let option = argument.split('=').next().unwrap_or(argument);
            if argument.starts_with('-')
                && !self.options.contains(argument)
                && !(option.starts_with("--") && self.options.contains(option))
            {
                return Err(format!(
                    "the option `{argument}` of {name} is not among those it may use ({}); `options` of the program would allow it",
                    list(&self.options)
                ));
            }
        }
        Ok(())
    }
}

/// True for a folder and what lies below it, by their names alone.
fn lies_in(folder: &str, outer: &str) -> bool {
    Utf8Path::new(folder).starts_with(outer) && !folder.split('/').any(|part| part == "..")
}

fn folders_beyond(asked: &BTreeSet<String>, held: &BTreeSet<String>) -> BTreeSet<String> {
    let covered = |folder: &str| held.iter().any(|outer| lies_in(folder, outer));
    asked
        .iter()
        .filter(|folder| !covered(folder))
        .cloned()
        .collect()
}

/// The home folder of whoever runs; empty where none is known.
#[must_use]
pub fn home() -> String {
    std::env::var("HOME").unwrap_or_default()
}

/// A folder with its path from the root. None for one of a home folder that is not known.
#[must_use]
pub fn rooted(folder: &str, home: &str) -> Option<String> {
    match folder.strip_prefix("~/") {
        Some(_) if !home.starts_with('/') => None,
        Some(below) => Some(format!("{home}/{below}")),
        None => Some(folder.to_owned()),
    }
}

fn folders_in_both(
    one: &BTreeSet<String>,
    other: &BTreeSet<String>,
    home: &str,
) -> BTreeSet<String> {
    // One is written with `~/`, the other from the root.
    let lies = |folder: &str, outer: &str| {
        let from_root = rooted(folder, home).zip(rooted(outer, home));
        lies_in(folder, outer) || from_root.is_some_and(|(folder, outer)| lies_in(&folder, &outer))
    };
    let inner = |of: &BTreeSet<String>, within: &BTreeSet<String>| -> Vec<String> {
        let covered = |folder: &&String| within.iter().any(|outer| lies(folder, outer));
        of.iter().filter(covered).cloned().collect()
    };
    let found = inner(one, other).into_iter().chain(inner(other, one));
    found.collect()
}

fn list(set: &BTreeSet<String>) -> String {
    if set.is_empty() {
        return String::from("none");
    }
    set.iter().cloned().collect::<Vec<_>>().join(", ")
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "start {}", self.name)?;
        if !self.commands.is_empty() {
            write!(f, " ({})", list(&self.commands))?;
        }
        if !self.options.is_empty() {
            write!(f, " with {}", list(&self.options))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn of(text: &str) -> Capabilities {
        toml::from_str(text).unwrap()
    }

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    const KUBECTL: &str = "programs = [{ name = 'kubectl', commands = ['exec', 'get'], options = ['-i', '--namespace'] }]";

    #[test]
    fn what_goes_beyond_is_what_is_not_granted() {
        let asked = of(&format!(
            "{KUBECTL}\nread = ['/etc', '/srv']\nfact-shell = true"
        ));
        let granted = of(&format!("{KUBECTL}\nread = ['/etc']"));
        let beyond = asked.beyond(&granted);
        assert_eq!(
            beyond.sentences(),
            ["read /srv", "run shell commands in facts"]
        );
        assert!(asked.beyond(&asked).is_empty());
        let narrow = of("programs = [{ name = 'kubectl', commands = ['get'] }]");
        assert!(narrow.beyond(&granted).is_empty());
        assert!(!granted.beyond(&narrow).is_empty());
    }

    #[test]
    fn what_is_effective_is_in_both() {
        let narrow =
            of("programs = [{ name = 'kubectl', commands = ['get', 'top'] }]\nread = ['/etc']");
        let both = of(KUBECTL).within(&narrow);
        assert_eq!(both.sentences(), ["start kubectl (get)"]);
        let apart = of("programs = [{ name = 'kubectl', commands = ['top'] }]");
        let none = of(KUBECTL).within(&apart);
        assert!(none.programs[0].allows(&words("top")).is_err());
        assert!(none.programs[0].allows(&words("get")).is_err());
    }

    #[test]
    fn a_folder_covers_what_lies_below_it() {
        let asked = of("read = ['/etc/web', '/srv', '~/.kube/x', '/var/../etc']");
        let held = of("read = ['/etc', '/srv/www', '~/.kube', '/etcetera', '/var']");
        let both: Vec<String> = asked.within(&held).read.into_iter().collect();
        assert_eq!(both, ["/etc/web", "/srv/www", "~/.kube/x"]);
        let beyond: Vec<String> = asked.beyond(&held).read.into_iter().collect();
        assert_eq!(beyond, ["/srv", "/var/../etc"]);
    }

    #[test]
    fn the_home_folder_lies_where_it_lies() {
        let both = |asked: &str, held: &str, home: &str| -> Vec<String> {
            let of = |folder: &str| of(&format!("read = ['{folder}']\nwrite = ['{folder}']"));
            let both = of(asked).within_at(&of(held), home);
            assert_eq!(both.read, both.write);
            both.read.into_iter().collect()
        };
        for (asked, held, both_have) in [
            ("~/.kube", "/", Some("~/.kube")),
            ("~/.kube", "/home/me", Some("~/.kube")),
            ("~/.kube", "/home/me/.kube/x", Some("/home/me/.kube/x")),
            ("/home/me/.kube", "~/", Some("/home/me/.kube")),
            ("~/.kube", "/home/you", None),
            ("~/.kube", "/home/me/.kubernetes", None),
            ("~/../you", "/home", None),
        ] {
            let found = both(asked, held, "/home/me");
            assert_eq!(
                found.first().map(String::as_str),
                both_have,
                "{asked} in {held}"
            );
        }
        // Where no home folder is known, it lies nowhere; nor does one that goes up.
        assert!(both("~/.kube", "/", "").is_empty());
        assert!(both("~/.kube", "/home", "/home/../etc").is_empty());
    }

    #[test]
    fn arguments_are_checked_up_to_the_dashes() {
        let kubectl = of(KUBECTL).programs.remove(0);
        assert_eq!(
            kubectl.allows(&words("exec -i --namespace=a pod -- sh -c x")),
            Ok(())
        );
        let error = kubectl
            .allows(&words("exec --kubeconfig=/tmp/x pod"))
            .unwrap_err();
        assert!(
            error.contains("`--kubeconfig=/tmp/x` of kubectl"),
            "{error}"
        );
        let error = kubectl.allows(&words("delete pod")).unwrap_err();
        assert!(error.contains("`delete` is not among"), "{error}");
        assert!(kubectl.allows(&[]).is_err());
    }

    #[test]
    fn an_unknown_capability_is_refused() {
        let error = toml::from_str::<Capabilities>("reed = ['/etc']").unwrap_err();
        assert!(
            error.to_string().contains("unknown field `reed`"),
            "{error}"
        );
    }
}
