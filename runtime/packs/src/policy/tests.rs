//! What is denied, by which line, and what a policy's mistakes look like.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use windlass_engine::policy::{Asked, Chain, Decision, HostNames, Owner, Policy, Question};

use super::{PackClaim, PolicyFile};

const POLICY: &str = r#"[packs]
allowed = ["windlass:*", "acme:*"]
denied = ["acme:old"]

[[rule]]
groups = ["prod"]
hosts = ["prod-*"]
addresses = ["10.1.0.0/16"]
deny-operations = ["server.shell", "server.script"]
allow-users = ["www-data"]

[[rule]]
packs = ["acme:*"]
allow-operations = ["web.*", "files.*"]
deny-facts = ["server.Command"]
deny-privilege = true

[rule.capabilities]
read = ["/etc/web"]
privilege = true

[[rule]]
groups = ["prod"]

[rule.capabilities]
read = ["/etc"]

[[rule]]
groups = ["vault"]
addresses = ["10.9.0.0/16"]
deny-connections = true

[[rule]]
deny-connectors = ["local"]
"#;

fn policy() -> PolicyFile {
    PolicyFile::parse(POLICY, "policy.toml").unwrap()
}

fn owner(name: &str) -> Option<Arc<Owner>> {
    Some(Arc::new(Owner {
        name: name.to_owned(),
        version: String::from("1.0.0"),
        granted: None,
    }))
}

#[derive(Default)]
struct Ask {
    name: &'static str,
    groups: Vec<String>,
    reached: Vec<String>,
    chain: Chain,
}

impl Ask {
    fn on(name: &'static str) -> Self {
        Self {
            name,
            ..Self::default()
        }
    }

    fn group(mut self, group: &str) -> Self {
        self.groups.push(group.to_owned());
        self
    }

    fn reached(mut self, by: &[&str]) -> Self {
        self.reached = by.iter().map(|&name| name.to_owned()).collect();
        self
    }

    fn by(mut self, name: &str, pack: &str) -> Self {
        self.chain = self.chain.with(name, owner(pack));
        self
    }

    fn host(&self) -> HostNames<'_> {
        HostNames {
            name: self.name,
            reached: &self.reached,
            groups: &self.groups,
        }
    }

    /// The line that decides, negative where it denies, and 0 where none does.
    fn line(&self, asked: Asked<'_>) -> i64 {
        let question = Question {
            host: self.host(),
            chain: &self.chain,
            asked,
        };
        match policy().decide(&question) {
            Decision::Allowed(basis) => i64::try_from(basis.line).unwrap(),
            Decision::Denied { basis, remedy } => {
                assert!(!remedy.is_empty() && basis.file == "policy.toml");
                -i64::try_from(basis.line).unwrap()
            }
        }
    }
}

const SHELL: Asked<'_> = Asked::Operation("server.shell");

#[test]
fn a_host_is_meant_by_name_group_or_address() {
    assert_eq!(Ask::on("web").line(SHELL), 0);
    assert_eq!(Ask::on("prod-1").line(SHELL), -9);
    assert_eq!(Ask::on("web").group("prod").line(SHELL), -9);
    assert_eq!(Ask::on("web").reached(&["PROD-1."]).line(SHELL), -9);
    assert_eq!(Ask::on("web").reached(&["w", "10.1.2.3"]).line(SHELL), -9);
    assert_eq!(Ask::on("web").reached(&["w", "10.2.2.3"]).line(SHELL), 0);
    // Behind a jump host nobody knows the address.
    assert_eq!(Ask::on("web").reached(&["w"]).line(SHELL), -9);
    assert_eq!(Ask::on("prod-1").line(Asked::Operation("files.put")), 0);
}

#[test]
fn a_pack_is_bound_through_the_operations_of_others_too() {
    let standard = Ask::on("web").by("files.put", "windlass:standard");
    assert_eq!(standard.line(Asked::Operation("files.put")), 0);
    let own = Ask::on("web").by("web.site", "acme:web");
    assert_eq!(own.line(Asked::Operation("web.site")), 14);
    let nested = own.by("apt.packages", "windlass:standard");
    assert_eq!(nested.line(Asked::Operation("apt.packages")), -14);
    let fact = Ask::on("web")
        .by("web.site", "acme:web")
        .by("server.Command", "windlass:standard");
    assert_eq!(fact.line(Asked::Fact("server.Command")), -15);
    assert_eq!(fact.line(Asked::Fact("server.LinuxName")), 0);
}

#[test]
fn privilege_is_denied_by_pack_and_by_user() {
    let as_user = |user| Asked::Privilege { way: "sudo", user };
    assert_eq!(Ask::on("web").line(as_user("root")), 0);
    assert_eq!(
        Ask::on("web")
            .by("web.site", "acme:web")
            .line(as_user("root")),
        -16
    );
    assert_eq!(Ask::on("prod-1").line(as_user("root")), -10);
    assert_eq!(Ask::on("prod-1").line(as_user("www-data")), 10);
}

#[test]
fn what_is_excluded_is_not_connected_to() {
    let ssh = Asked::Connect("ssh");
    assert_eq!(Ask::on("web").line(ssh), 0);
    assert_eq!(Ask::on("keys").group("vault").line(ssh), -31);
    assert_eq!(Ask::on("@local").line(Asked::Connect("local")), -34);
    let reach = |address: Option<&str>| {
        let address = address.map(|text| text.parse().unwrap());
        Ask::on("innocent").line(Asked::Reach {
            name: "innocent.example.org",
            address,
        })
    };
    assert_eq!(reach(Some("10.9.8.7")), -31);
    assert_eq!(reach(Some("::ffff:10.9.8.7")), -31);
    assert_eq!(reach(Some("10.8.8.7")), 0);
    // What cannot be known counts against who asks.
    assert_eq!(reach(None), -31);
}

#[test]
fn ceilings_of_all_rules_count_together() {
    let policy = policy();
    let ceiling = |ask: &Ask| {
        let found = policy.ceiling(ask.host(), &ask.chain)?;
        let lines: Vec<usize> = found.basis.iter().map(|basis| basis.line).collect();
        Some((found.capabilities.sentences(), lines))
    };
    assert_eq!(ceiling(&Ask::on("web")), None);
    let pack = Ask::on("web").by("web.site", "acme:web");
    let (most, lines) = ceiling(&pack).unwrap();
    assert_eq!(most, ["raise privilege by itself", "read /etc/web"]);
    assert_eq!(lines, [18]);
    let (most, lines) = ceiling(&pack.group("prod")).unwrap();
    assert_eq!(
        (most, lines),
        (vec![String::from("read /etc/web")], vec![18, 25])
    );
}

#[test]
fn packs_are_allowed_by_name_and_signature() {
    let deny = |text: &str, name: &str, signers: &[&str]| {
        let policy = PolicyFile::parse(text, "policy.toml").unwrap();
        let signers: Vec<String> = signers.iter().map(|&key| key.to_owned()).collect();
        let claim = PackClaim {
            name,
            signers: &signers,
        };
        policy.allow_pack(claim).err().map(|error| error.basis.line)
    };
    assert_eq!(deny(POLICY, "acme:web", &["k"]), None);
    assert_eq!(deny(POLICY, "acme:old", &["k"]), Some(3));
    assert_eq!(deny(POLICY, "evil:web", &["k"]), Some(2));
    assert_eq!(deny(POLICY, "acme:web", &[]), Some(1));
    assert_eq!(deny("[packs]\nunsigned = true", "acme:web", &[]), None);
    assert_eq!(deny("", "acme:web", &[]), None);
    let key = crate::sign::NewKeys::generate(None).unwrap().public;
    let text = format!("[packs]\nsigners = [\"{}\"]", key.line());
    assert_eq!(deny(&text, "acme:web", &[&key.line()]), None);
    assert_eq!(deny(&text, "acme:web", &["RWother"]), Some(2));
}

#[test]
fn all_mistakes_are_said_at_once() {
    let text = r#"[packs]
allow = ["acme:*"]
denied = ["acme"]
signers = ["RWnonsense"]

[[rule]]
hosts = ["prod-["]
addresses = ["10.1.2.3/16"]
deny-operations = ["exec", "sever"]
deny-facts = ["Command"]
deny-connectors = ["@local"]

[[rule]]
groups = ["prod"]

[[rule]]
packs = ["acme:*"]
deny-connections = true

[rule.capabilities]
reed = ["/etc"]

[audit]
required = "yes"
"#;
    let error = PolicyFile::parse(text, "policy.toml").unwrap_err();
    insta::assert_snapshot!(error, @r#"
    policy.toml:2:1: [packs] has no `allow`, did you mean `allowed`?
      2 | allow = ["acme:*"]
        | ^^^^^
    policy.toml:3:11: `acme` means no pack; packs are called namespace:name, as `acme:*` for all of a namespace
      3 | denied = ["acme"]
        |           ^^^^^^
    policy.toml:4:12: `RWnonsense` is no public key of minisign; one begins with `RW` and is the second line of the `.pub` file: base64 conversion failed - was an actual public key given?
      4 | signers = ["RWnonsense"]
        |            ^^^^^^^^^^^^
    policy.toml:7:10: `prod-[` is no pattern: unclosed character class; missing ']'
      7 | hosts = ["prod-["]
        |          ^^^^^^^^
    policy.toml:8:14: `10.1.2.3/16` has bits beyond the network; that network is `10.1.0.0/16`
      8 | addresses = ["10.1.2.3/16"]
        |              ^^^^^^^^^^^^^
    policy.toml:9:20: `exec` means no operation; operations are called namespace.operation; what it does is denied as `server.shell`
      9 | deny-operations = ["exec", "sever"]
        |                    ^^^^^^
    policy.toml:9:28: `sever` means no operation; operations are called namespace.operation, as `sever.*` for all of a namespace
      9 | deny-operations = ["exec", "sever"]
        |                            ^^^^^^^
    policy.toml:10:15: `Command` means no fact; facts are called namespace.Fact, as `Command.*` for all of a namespace
      10 | deny-facts = ["Command"]
         |               ^^^^^^^^^
    policy.toml:11:20: `@local` is written without `@` here: `local`
      11 | deny-connectors = ["@local"]
         |                    ^^^^^^^^
    policy.toml:13:1: the rule says nothing; it takes what to deny or to allow, as `deny-operations` or `deny-privilege`
      13 | [[rule]]
         | ^^^^^^^^
    policy.toml:16:1: `packs` does not go with `deny-connections`, `deny-connectors` and `allow-connectors`: a host is connected to for the whole run
      16 | [[rule]]
         | ^^^^^^^^
    policy.toml:21:1: [rule.capabilities] has no `reed`, did you mean `read`?
      21 | reed = ["/etc"]
         | ^^^^
    policy.toml:24:12: `required` of [audit] takes true or false, not a text
      24 | required = "yes"
         |            ^^^^^
    "#);
}

#[test]
fn an_empty_list_allows_nothing() {
    let policy = PolicyFile::parse("[[rule]]\nallow-operations = []\n", "p").unwrap();
    let chain = Chain::default();
    let question = Question {
        host: HostNames::default(),
        chain: &chain,
        asked: SHELL,
    };
    let Decision::Denied { basis, .. } = policy.decide(&question) else {
        unreachable!("an empty list allows nothing");
    };
    assert_eq!(
        basis.to_string(),
        "p:1: allow-operations does not have \"server.shell\""
    );
}

#[test]
fn it_can_be_read_in_sentences() {
    let sentences: Vec<String> = policy()
        .sentences()
        .iter()
        .map(ToString::to_string)
        .collect();
    insta::assert_snapshot!(sentences.join("\n"), @r#"
    policy.toml:1: no unsigned packs
    policy.toml:2: only the packs windlass:*, acme:*
    policy.toml:3: not the packs acme:old
    policy.toml:9: on hosts prod-* or groups prod or addresses 10.1.0.0/16: not the operations server.shell, server.script
    policy.toml:10: on hosts prod-* or groups prod or addresses 10.1.0.0/16: commands as no other users than www-data
    policy.toml:14: on all hosts, for the packs acme:*: only the operations web.*, files.*
    policy.toml:15: on all hosts, for the packs acme:*: not the facts server.Command
    policy.toml:16: on all hosts, for the packs acme:*: no commands as another user
    policy.toml:18: on all hosts, for the packs acme:*: packs may at most: raise privilege by itself; read /etc/web
    policy.toml:25: on groups prod: packs may at most: read /etc
    policy.toml:31: on groups vault or addresses 10.9.0.0/16: no connections
    policy.toml:34: on all hosts: not the connectors local
    "#);
}

#[test]
fn the_documentation_shows_policies() {
    let page = include_str!("../../../../docs/src/policy.md");
    let examples: Vec<&str> = page
        .split("```toml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect();
    assert!(!examples.is_empty());
    for example in examples {
        let policy = PolicyFile::parse(example, "policy.md");
        assert!(policy.is_ok(), "{}", policy.unwrap_err());
    }
}
