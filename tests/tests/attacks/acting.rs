//! Actors and deploys that want to do what they may not: act without a grant or while planning, become somebody else, run
//! forbidden operations, reach files and secrets of the controller, or take too much of everything.

use std::fs;

use windlass_tests::{Missing, Outcome, Windlass, guest, or_skip};

struct Actors(Windlass);

impl Actors {
    fn start() -> Self {
        Self::with(Windlass::new(), "act = true")
    }

    fn under(policy: &str) -> Result<Self, Missing> {
        Ok(Self::with(
            Windlass::new().under_policy(policy)?,
            "act = true",
        ))
    }

    fn with(windlass: Windlass, capabilities: &str) -> Self {
        windlass.write(
            "mine/pack.toml",
            format!(
                "[pack]\nname = \"acme:mine\"\nversion = \"1.0.0\"\nlicence = \"MIT\"\nsummary = \"An attacker\"\n\n\
                 [[component]]\npath = \"caller.wasm\"\nrole = \"planning\"\nexports = [\"caller.act\", \"caller.through\"]\n\n\
                 [[component]]\npath = \"actor.wasm\"\nrole = \"acting\"\n\n\
                 [[component]]\npath = \"site.wasm\"\nrole = \"deploying\"\n\n\
                 [limits]\nrunning = \"1s\"\nmemory = \"32MiB\"\noutput = \"1MiB\"\nhost-calls = 1000\nlog-lines = 100\n\n\
                 [capabilities]\n{capabilities}\n"
            ),
        );
        for name in ["caller", "actor", "site"] {
            let path = windlass.dir().join(format!("mine/{name}.wasm"));
            fs::copy(guest(name), path).unwrap();
        }
        Self(windlass)
    }

    fn path(&self, name: &str) -> String {
        self.0.dir().join(name).display().to_string()
    }

    fn apply(&self, deploy: &str) -> Outcome {
        self.0.write("deploy/deploy.star", deploy);
        self.0.run([
            "--pack",
            "mine",
            "apply",
            "--yes",
            "@local",
            "deploy/deploy.star",
        ])
    }

    /// What is said to an operation whose actor must not come to its end.
    fn refused(&self, actor: &str, payload: &str, more: &str) -> String {
        let deploy = format!("caller.act(actor = \"{actor}\", payload = {payload}{more})\n");
        let out = self.apply(&deploy);
        assert_ne!(out.code, Some(0), "{out}");
        out.to_string()
    }

    /// What is said to the deploy of the pack that must come to nothing, on a host with this data.
    fn deploys(&self, data: &[&str]) -> String {
        let out = self.deploy("@acme:mine", data);
        assert_ne!(out.code, Some(0), "{out}");
        out.to_string()
    }

    fn deploy(&self, deploy: &str, data: &[&str]) -> Outcome {
        let folder = format!("folder={}", self.path(""));
        let mut words = vec!["--pack", "mine", "--data", &folder];
        for data in data {
            words.extend(["--data", data]);
        }
        words.extend(["apply", "--yes", "@local", deploy]);
        self.0.run(words)
    }
}

#[track_caller]
fn says(said: &str, parts: &[&str]) {
    for part in parts {
        assert!(said.contains(part), "{part} is missing in:\n{said}");
    }
}

#[test]
fn a_pack_acts_only_where_it_was_granted() {
    let windlass = Windlass::new();
    windlass.write("deploy/deploy.star", "caller.act(actor = \"several\")\n");
    let pack = guest("caller").display().to_string();
    let run = [
        "--pack",
        &pack,
        "apply",
        "--yes",
        "@local",
        "deploy/deploy.star",
    ];
    let out = windlass.run(run).exits(4);
    says(
        &out.to_string(),
        &[
            "acting beyond what plans show is not allowed on @local",
            "the pack caller 0 was not granted `act`",
            "have `act = true` in the pack's [capabilities] approved",
        ],
    );
}

#[test]
fn a_ceiling_keeps_packs_from_acting() {
    let actors = or_skip!(Actors::under(
        "[[rule]]\n[rule.capabilities]\nread = [\"/srv\"]\n"
    ));
    says(
        &actors.refused("several", "{}", ""),
        &[
            "acting beyond what plans show is not allowed on @local",
            "/etc/windlass/policy.toml:2: the capabilities there do not have `act`",
            "`act = true` there would allow it",
        ],
    );
}

#[test]
fn a_forbidden_operation_is_not_reached_through_an_actor() {
    let actors = or_skip!(Actors::under(
        "[[rule]]\ndeny-operations = [\"files.line\", \"server.shell\", \"files.put\"]\n"
    ));
    let line = format!(
        "{{\"operation\": \"files.line\", \"args\": {{\"path\": \"{}\", \"line\": \"x\"}}}}",
        actors.path("line")
    );
    let put = format!("{{\"dest\": \"{}\"}}", actors.path("put"));
    let touch = format!("{{\"command\": \"touch {}\"}}", actors.path("ran"));
    for (actor, payload, operation) in [
        ("operation", &line, "files.line"),
        ("run", &touch, "server.shell"),
        ("put", &put, "files.put"),
    ] {
        let denied = format!("{operation} is not allowed on @local: /etc/windlass/policy.toml:2");
        let by = "called by caller.act of the pack acme:mine 1.0.0";
        says(&actors.refused(actor, payload, ""), &[&denied, by]);
    }
    for name in ["line", "ran", "put"] {
        assert!(!actors.0.dir().join(name).exists(), "{name}");
    }
}

#[test]
fn an_actor_does_not_choose_its_user() {
    let actors = Actors::start();
    let payloads = [
        (
            "run",
            "{\"command\": \"id\", \"globals\": {\"_sudo_user\": \"nobody\"}}",
        ),
        (
            "put",
            "{\"dest\": \"/x\", \"globals\": {\"_su_user\": \"nobody\"}}",
        ),
        (
            "operation",
            "{\"operation\": \"server.shell\", \"args\": {\"commands\": [\"id\"]}, \"globals\": {\"_sudo\": True}}",
        ),
    ];
    for (actor, payload) in payloads {
        let said = actors.refused(actor, payload, "");
        says(
            &said,
            &["by itself is not allowed", "was not granted `privilege`"],
        );
    }
    let said = actors.refused("steal", "{}", "");
    says(
        &said,
        &["names the secret \"file:/etc/shadow\", which is none of those that its call was given"],
    );
}

#[test]
fn an_actor_touches_files_of_the_controller_that_are_named_only() {
    let actors = Actors::start();
    actors.0.write("deploy/here", "private");
    let target = actors.path("sent");
    for local in ["here", "/etc/hostname", "../mine/pack.toml"] {
        let payload = format!("{{\"local\": \"{local}\", \"dest\": \"{target}\"}}");
        let said = actors.refused("put", &payload, "");
        assert!(!actors.0.dir().join("sent").exists(), "{said}");
    }
    for (dest, file) in [
        ("got", "other"),
        ("/etc/windlass-got", "got"),
        ("got/../../got", "got"),
    ] {
        let payload = format!("{{\"src\": \"/etc/hostname\", \"dest\": \"{dest}\"}}");
        let said = actors.refused("get", &payload, &format!(", file = \"{file}\""));
        assert!(!actors.0.dir().join("deploy/got").exists(), "{said}");
        assert!(!actors.0.dir().join("got").exists(), "{said}");
    }
    let foreign = actors.refused(
        "put",
        &format!("{{\"secret\": True, \"dest\": \"{target}\"}}"),
        "",
    );
    says(&foreign, &["which the call does not have"]);
}

#[test]
fn actors_that_take_too_much_are_ended_with_the_limit() {
    let actors = Actors::start();
    for (actor, payload, limit) in [
        ("spin", "{}", "it ran for more than"),
        ("trap", "{}", "wasm `unreachable` instruction executed"),
        ("flood", "{}", "it needs more than 32 MiB of memory"),
        ("chatter", "{}", "lines or"),
        ("ask", "{}", "it asked the host more than 1000 questions"),
        (
            "run",
            "{\"command\": \"head -c 2000000 /dev/zero\"}",
            "the command printed 2000000 bytes, and the component may be given 1048576",
        ),
    ] {
        let said = actors.refused(actor, payload, "");
        says(&said, &[limit, "caller.act"]);
    }
}

#[test]
fn operations_that_call_each_other_through_actors_end() {
    let said = Actors::start().refused("again", "{}", "");
    says(&said, &["operations nest more than 16 deep at caller.act"]);
}

#[test]
fn a_deploy_does_not_act_while_it_adds() {
    let said = Actors::start().deploys(&["what=act"]);
    says(
        &said,
        &[
            "the host can be acted on at execution only",
            "in the deploy @acme:mine//site.wasm, for @local",
        ],
    );
}

#[test]
fn a_function_of_a_deploy_does_not_add() {
    let said = Actors::start().deploys(&["what=functions", "function=add"]);
    says(&said, &["nothing is added to the deploy at execution"]);
}

#[test]
fn a_deploy_of_a_pack_has_what_its_pack_was_granted() {
    let windlass = Windlass::new();
    fs::write(windlass.dir().join("outside"), "private").unwrap();
    let actors = Actors::with(windlass, "act = true");
    says(
        &actors.deploys(&["what=become"]),
        &[
            "setting _sudo_user by itself is not allowed",
            "the pack acme:mine 1.0.0 was not granted `privilege`",
        ],
    );
    for (what, path) in [
        ("read", "/etc/hostname"),
        ("read", "../outside"),
        ("send", "/etc/hostname"),
    ] {
        let said = actors.deploys(&[&format!("what={what}"), &format!("path={path}")]);
        assert!(!actors.0.dir().join("sent").exists(), "{said}");
    }
    let said = actors.deploys(&["what=send", "path=/etc/hostname"]);
    says(&said, &["was not granted to read there"]);
    let said = actors.deploys(&["what=read", "path=/etc/hostname"]);
    says(
        &said,
        &[
            "`/etc/hostname` may not be read by the deploy @acme:mine//site.wasm: it reads its own folder",
        ],
    );
    let said = actors.deploys(&["what=read", "path=../outside"]);
    says(
        &said,
        &["`../outside` leads out of the folder of the deploy @acme:mine//site.wasm"],
    );
}

#[test]
fn a_deploy_names_no_secret_that_the_inventory_does_not() {
    let actors = Actors::start();
    let said = actors.deploys(&["what=foreign-secret"]);
    says(
        &said,
        &["names the secret \"file:/etc/shadow\", which stands nowhere in the host's data"],
    );
    assert!(!actors.0.dir().join("secret").exists());
}

#[test]
fn deploys_that_take_too_much_are_ended_with_the_limit() {
    let actors = Actors::start();
    for (what, limit) in [
        ("spin", "it ran for more than"),
        ("grow", "it needs more than 32 MiB of memory"),
        ("trap", "wasm `unreachable` instruction executed"),
        ("chatter", "lines or"),
        ("many", "it asked the host more than 1000 questions"),
        ("leave-open", "wasm `unreachable` instruction executed"),
    ] {
        let said = actors.deploys(&[&format!("what={what}")]);
        says(&said, &[limit, "for @local"]);
    }
    let said = actors.deploys(&["what=functions", "function=trap"]);
    says(
        &said,
        &["wasm `unreachable` instruction executed", "call(trap)"],
    );
}

#[test]
fn the_places_of_a_deploy_are_its_own() {
    let actors = Actors::start();
    actors.0.write(
        "inventory.toml",
        format!(
            "[hosts.\"@fake/a\"]\nkind = \"line\"\n[hosts.\"@fake/b\"]\nkind = \"file\"\n[all]\nfolder = \"{}\"\nwhat = \"collide\"\n",
            actors.path("")
        ),
    );
    let run = ["--pack", "mine", "plan", "inventory.toml", "@acme:mine"];
    let said = actors.0.run(run).exits(1).to_string();
    says(
        &said,
        &[
            "stands in the place of",
            "give each a line or a key of its own",
        ],
    );
    for what in ["unplaced", "forge"] {
        says(
            &actors.deploys(&[&format!("what={what}")]),
            &["a place has a file, which is none of another pack, and a line or a key"],
        );
    }
}
