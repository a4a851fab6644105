//! A pack that wants more than it was given: other users, other operations, files of the controller.

use std::fs;

use windlass_tests::{Missing, Outcome, SshHosts, Windlass, guest, or_skip};

struct Climber {
    hosts: SshHosts,
    windlass: Windlass,
}

impl Climber {
    fn start() -> Result<Self, Missing> {
        Self::with(Windlass::new())
    }

    fn under(policy: &str) -> Result<Self, Missing> {
        // With a [packs] table unsigned packs are refused before they can try anything.
        Self::with(Windlass::new().under_policy(policy)?)
    }

    fn with(windlass: Windlass) -> Result<Self, Missing> {
        let hosts = SshHosts::start(1)?;
        windlass.write("inventory.toml", hosts.inventory("deploy"));
        let windlass = windlass.redact(hosts[0].name.as_str(), "[host]");
        Ok(Self { hosts, windlass })
    }

    fn run(&self, deploy: &str) -> Outcome {
        self.windlass.write("deploy/deploy.star", deploy);
        let pack = guest("climber").display().to_string();
        self.windlass.run([
            "--pack",
            &pack,
            "--json",
            "apply",
            "--yes",
            "inventory.toml",
            "deploy/deploy.star",
        ])
    }

    fn has_run(&self) -> bool {
        self.hosts[0].path("/var/tmp/climber").exists()
    }

    /// Runs a deploy that must come to nothing, and gives what was said about it.
    fn refused(&self, deploy: &str) -> String {
        let out = self.run(deploy);
        assert_ne!(out.code, Some(0), "{out}");
        assert!(!self.has_run(), "{out}");
        out.to_string()
    }
}

#[test]
fn a_pack_does_not_choose_its_user() {
    let climber = or_skip!(Climber::start());
    for (call, name) in [
        ("climber.climb()", "_sudo"),
        ("climber.climb_nested()", "_sudo_user"),
    ] {
        let said = climber.refused(&format!("{call}\n"));
        let wanted = format!("setting {name} by itself is not allowed");
        assert!(said.contains(&wanted), "{said}");
        assert!(said.contains("was not granted `privilege`"), "{said}");
        assert!(said.contains("climber.climb"), "{said}");
    }
    for declared in ["True", "False"] {
        let said = climber.refused(&format!("climber.climb_fact(declared = {declared})\n"));
        assert!(
            said.contains("setting _sudo by itself is not allowed"),
            "{said}"
        );
    }
    let _ = climber.run("climber.harmless()\n").succeeds();
    assert!(climber.has_run());
}

#[test]
fn an_operation_that_is_forbidden_is_not_reached_through_others() {
    let climber = or_skip!(Climber::under(
        "[[rule]]\ngroups = [\"ssh\"]\ndeny-operations = [\"server.shell\"]\n"
    ));
    for (call, chain) in [
        (
            "climber.shell()",
            "called by climber.shell of the pack climber",
        ),
        (
            "climber.deeper()",
            "called by climber.shell of the pack climber 0, called by climber.deeper of the pack climber",
        ),
        (
            "def later():\n    climber.deeper()\n\ncall(later)",
            "called by climber.deeper of the pack climber 0, called by call",
        ),
    ] {
        let said = climber.refused(&format!("{call}\n"));
        assert!(said.contains("server.shell is not allowed on"), "{said}");
        assert!(
            said.contains("/etc/windlass/policy.toml:3: deny-operations has"),
            "{said}"
        );
        assert!(said.contains(chain), "{said}");
    }
}

#[test]
fn a_file_lands_only_where_it_may() {
    let climber = or_skip!(Climber::start());
    let root = climber.windlass.dir();
    let outside = root.join("outside");
    fs::create_dir_all(&outside).unwrap();
    fs::create_dir_all(root.join("deploy")).unwrap();
    std::os::unix::fs::symlink(&outside, root.join("deploy/link")).unwrap();
    let other =
        "climber.fetch plans to write `x/../../outside/x`, which is none of its local paths";
    let not_granted = "was not granted to write there";
    for (dest, more, says) in [
        ("x", "/../../outside/x", other),
        ("link/x", "", not_granted),
        (outside.join("x").to_str().unwrap(), "", not_granted),
        ("../outside/x", "", not_granted),
    ] {
        let said = climber.refused(&format!(
            "climber.fetch(dest = \"{dest}\", more = \"{more}\")\n"
        ));
        assert!(said.contains(says), "{dest}: {said}");
        assert_eq!(fs::read_dir(&outside).unwrap().count(), 0, "{dest}: {said}");
    }
    let _ = climber
        .run("climber.fetch(dest = \"new/x\", more = \"\")\n")
        .succeeds();
    assert!(root.join("deploy/new/x").exists());
}

#[test]
fn a_file_is_sent_only_from_where_it_may_be_read() {
    let climber = or_skip!(Climber::start());
    let root = climber.windlass.dir();
    fs::write(root.join("private"), "private").unwrap();
    fs::create_dir_all(root.join("deploy")).unwrap();
    std::os::unix::fs::symlink(root.join("private"), root.join("deploy/link")).unwrap();
    let private = root.join("private");
    for src in [private.to_str().unwrap(), "link", "../private"] {
        let _ = climber.refused(&format!("climber.send(src = \"{src}\")\n"));
    }
    let said = climber.refused(&format!("climber.send(src = \"{}\")\n", private.display()));
    assert!(said.contains("was not granted to read there"), "{said}");
    let copy = |src: &str| format!("climber.copy(src = \"{src}\", option = \"-a\")\n");
    std::os::unix::fs::symlink(&root, root.join("deploy/out")).unwrap();
    for src in [root.to_str().unwrap(), "out/", "../"] {
        let _ = climber.refused(&copy(src));
    }
    fs::write(root.join("deploy/public"), "public").unwrap();
    let _ = climber.run("climber.send(src = \"public\")\n").succeeds();
    assert!(climber.has_run());
}

#[test]
fn no_option_of_rsync_reaches_a_process() {
    let climber = or_skip!(Climber::start());
    let root = climber.windlass.dir();
    fs::create_dir_all(root.join("deploy/folder")).unwrap();
    let ran = root.join("ran");
    // Each of these has rsync start a program, or read or write more than the folder.
    for option in [
        format!("--rsh=sh -c 'touch {}'", ran.display()),
        format!("-e touch {}", ran.display()),
        String::from("--rsync-path=touch /var/tmp/climber;rsync"),
        String::from("--files-from=/etc/shadow"),
        String::from("--copy-links"),
    ] {
        // What stands before it in the plan is not begun either.
        let said = climber.refused(&format!(
            "climber.copy(src = \"folder\", option = {option:?})\n"
        ));
        let why = format!(
            "climber.copy plans what cannot be done: `{}` is no option of rsync that a step may have",
            option.split(['=', ' ']).next().unwrap()
        );
        assert!(said.contains(&why), "{said}");
        assert!(!ran.exists(), "{said}");
    }
}

#[test]
fn a_ceiling_binds_the_standard_pack_too() {
    let folder = Windlass::new();
    let outside = folder.dir().join("x");
    let climber = or_skip!(Climber::under(&format!(
        "[[rule]]\ngroups = [\"ssh\"]\n[rule.capabilities]\nread = [\"{}\"]\n",
        folder.dir().display()
    )));
    let get = |dest: &str| format!("files.get(src = \"/etc/hostname\", dest = \"{dest}\")\n");
    let said = climber.refused(&get(outside.to_str().unwrap()));
    assert!(
        said.contains("/etc/windlass/policy.toml:3: the capabilities there do not have `write`"),
        "{said}"
    );
    assert!(!outside.exists());
    let _ = climber.run(&get("hostname")).succeeds();
    assert!(climber.windlass.dir().join("deploy/hostname").exists());
}

#[test]
fn a_host_that_is_excluded_is_reached_by_no_component() {
    let hosts = or_skip!(SshHosts::start(2));
    let policy = format!(
        "[[rule]]\naddresses = [\"{}\"]\nhosts = [\"sh\"]\ndeny-connections = true\n",
        hosts[1].address
    );
    let windlass = or_skip!(Windlass::new().under_policy(&policy));
    windlass.write("inventory.toml", hosts.inventory("deploy"));
    super::granted::write_attackers(&windlass, "");
    let because = "/etc/windlass/policy.toml:4: deny-connections = true";
    let run = |words: &[&str]| {
        let before = hosts[1].settled_log();
        let out = windlass.run([&["--pack", "mine"], words].concat());
        assert_eq!(hosts[1].log(), before, "{out}");
        out
    };
    // An inventory lists it under another name, a connector says that it is something else.
    let listed = format!("@lister/address/{}/{}", hosts[1].address, hosts[1].port);
    for inventory in [
        listed.as_str(),
        "@relay/sh",
        &format!("@ssh/{}", hosts[1].address),
    ] {
        let out = run(&["exec", inventory, "--", "echo reached"]);
        assert!(out.says(because), "{inventory}\n{out}");
        assert!(!out.stdout.contains("reached"), "{inventory}\n{out}");
    }
    // Nobody knows where a connector goes: rules about addresses count against it.
    let out = run(&["exec", "@relay/chroot//", "--", "echo reached"]);
    assert!(out.says(because), "{out}");

    // What an operation nests and what a function calls runs on the operation's own host.
    windlass.write(
        "deploy.star",
        "climber.deeper()\n\ndef later():\n    climber.harmless()\n\ncall(later)\n",
    );
    let climber = guest("climber").display().to_string();
    let apply = [
        "--pack",
        &climber,
        "apply",
        "--yes",
        "inventory.toml",
        "deploy.star",
    ];
    let out = run(&apply).exits(4);
    assert!(out.says(because), "{out}");
    let came = |host: usize| hosts[host].path("/var/tmp/climber").exists();
    assert!(came(0) && !came(1), "{out}");

    // It is the policy that keeps them out, and nothing else.
    windlass.set_policy("", 0o644);
    let before = hosts[1].settled_log();
    let out = windlass.run(["--pack", "mine", "exec", &listed, "--", "echo reached"]);
    assert!(hosts[1].log_grows(&before), "{out}");
}
