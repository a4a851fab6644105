//! Deploy modules of packs: loaded by their name, covered by the lock, and held to what their pack may do.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fs;

use windlass_tests::{Outcome, Windlass, or_skip};

const SITE: &str = r#"load("deploys/parts/page.star", "page")

def _all(folder):
    page(folder, "index")
    server.shell(name = "Tell", commands = ["true"])

site = deploy("Site", _all)
"#;

const PAGE: &str = r#"def page(folder, name):
    files.directory(name = "Page of " + name, path = folder + "/" + name)
"#;

const DEPLOY: &str = r#"load("@acme:site//deploys/site.star", "site")

site("www")
"#;

/// Writes the pack `acme:site`, which has deploy modules and nothing else.
fn pack(windlass: &Windlass, capabilities: &str, site: &str) {
    let manifest = format!(
        "[pack]\nname = \"acme:site\"\nversion = \"1.0.0\"\nlicence = \"MIT\"\nsummary = \"Sites\"\n\
         deploys = [\"deploys/**/*.star\"]\n\n[capabilities]\n{capabilities}\n"
    );
    windlass.write("own/pack.toml", manifest);
    windlass.write("own/deploys/site.star", site);
    windlass.write("own/deploys/parts/page.star", PAGE);
    windlass.write("own/other.star", "not = \"named by the manifest\"\n");
}

fn plan(windlass: &Windlass, deploy: &str, more: &[&str]) -> Outcome {
    windlass.write("deploy.star", deploy);
    let line = ["plan", "@local", "deploy.star"];
    windlass.run(line.iter().chain(more))
}

const ADD: [&str; 6] = ["pack", "add", "acme:site", "--path", "own", "--approve"];

#[test]
fn a_deploy_loads_what_a_pack_has_and_places_say_so() {
    let windlass = Windlass::new();
    pack(&windlass, "", SITE);
    let _ = windlass.run(ADD).succeeds();
    let out = plan(&windlass, DEPLOY, &["--locked", "--json"]).succeeds();
    let operations = &out.json()["operations"];
    assert_eq!(operations[0]["name"], "Site | Page of index", "{out}");
    let frames = &operations[0]["place"]["frames"];
    let at = |frame: &serde_json::Value| {
        format!("{}:{}", frame["file"].as_str().unwrap(), frame["line"])
    };
    let frames: Vec<String> = frames.as_array().unwrap().iter().map(at).collect();
    assert_eq!(
        frames,
        [
            "deploy.star:3",
            "@acme:site//deploys/site.star:4",
            "@acme:site//deploys/parts/page.star:2"
        ]
    );
    insta::assert_snapshot!("plan", plan(&windlass, DEPLOY, &[]).succeeds());
    let apply = ["apply", "--yes", "@local", "deploy.star"];
    let _ = windlass.run(apply).succeeds();
    assert!(windlass.dir().join("www/index").is_dir());
    // Whoever names a folder uses it as it is; `include` reads a module where it stands.
    let other = Windlass::new();
    pack(&other, "", "server.shell(commands = [\"true\"])\n");
    let include = "include(\"@acme:site//deploys/site.star\")\n";
    let out = plan(&other, include, &["--pack", "own"]).succeeds();
    assert!(out.says("@acme:site//deploys/site.star:1"), "{out}");
}

#[test]
fn a_signed_pack_s_modules_are_those_that_were_signed() {
    let windlass = Windlass::new();
    pack(&windlass, "", SITE);
    windlass.sign_pack("own", &["ci"]);
    windlass.trust(&["ci"], 1, "");
    let _ = windlass
        .run(["pack", "push", "--layout", "layout", "own"])
        .succeeds();
    let add = ["pack", "add", "acme:site", "--oci-layout", "layout"];
    let _ = windlass.run(add).succeeds();
    let _ = windlass.run(["pack", "vendor"]).succeeds();
    let _ = plan(&windlass, DEPLOY, &["--frozen"]).succeeds();
    let _ = windlass.run(["pack", "bundle", "packs.bundle"]).succeeds();
    let elsewhere = Windlass::new();
    elsewhere.write(
        "packs.bundle",
        fs::read(windlass.dir().join("packs.bundle")).unwrap(),
    );
    let install = ["pack", "install", "packs.bundle", "--approve"];
    let _ = elsewhere.run(install).succeeds();
    let _ = plan(&elsewhere, DEPLOY, &["--frozen"]).succeeds();

    let vendored = fs::read_dir(windlass.dir().join("vendor/packs")).unwrap();
    let folders: Vec<_> = vendored.map(|entry| entry.unwrap().path()).collect();
    let [folder] = &folders[..] else {
        panic!("{folders:?}")
    };
    let module = folder.join("deploys/parts/page.star");
    let text = fs::read_to_string(&module).unwrap();
    fs::write(&module, text.replace("folder + ", "\"/etc\" + ")).unwrap();
    let out = plan(&windlass, DEPLOY, &["--frozen"]).exits(1);
    assert!(
        out.says("`@acme:site//deploys/parts/page.star` is refused: "),
        "{out}"
    );
    assert!(out.says("deploys/parts/page.star was changed\n"), "{out}");
    // A file that nobody signed is no module, wherever it lies.
    fs::write(folder.join("deploys/more.star"), "x = 1\n").unwrap();
    let more = "load(\"@acme:site//deploys/more.star\", \"x\")\n";
    let out = plan(&windlass, more, &["--frozen"]).exits(1);
    assert!(
        out.says("the pack acme:site has no deploy module `deploys/more.star`"),
        "{out}"
    );
}

#[test]
fn mistakes_have_their_place_and_the_nearest_right_thing() {
    let windlass = Windlass::new();
    pack(&windlass, "", SITE);
    let of = |deploy: &str| plan(&windlass, deploy, &["--pack", "own"]).exits(1).stderr;
    insta::assert_snapshot!(
        "mistakes",
        [
            "load(\"@acme:sit//deploys/site.star\", \"site\")\n",
            "load(\"@acme:site//deploys/sites.star\", \"site\")\n",
            "load(\"@acme:site//other.star\", \"not\")\n",
            "load(\"@acme:site/deploys/site.star\", \"site\")\n",
        ]
        .map(of)
        .join("\n")
    );
    let own = [
        "load(\"../outside.star\", \"x\")\n",
        "load(\"/etc/x.star\", \"x\")\n",
        "files.directoy(path = \"x\")\n",
        "def site(_):\n    config.sudo = True\n",
        "def site(_):\n    (a, host.data.ssh_user) = (1, \"root\")\n",
    ];
    let of = |site: &str| {
        pack(&windlass, "", site);
        plan(&windlass, DEPLOY, &["--pack", "own"]).exits(1).stderr
    };
    insta::assert_snapshot!("mistakes_within", own.map(of).join("\n"));
}

/// What is wrong with a module is found where the pack is made, and not where it is used.
#[test]
fn a_pack_with_a_module_that_cannot_be_read_is_refused_whole() {
    let windlass = Windlass::new();
    for (site, says) in [
        ("def site(_:\n", "@acme:site//deploys/site.star:2:1"),
        (
            "def site(_):\n    config.sudo = True\n",
            "@acme:site//deploys/site.star:2:5",
        ),
    ] {
        pack(&windlass, "", site);
        for line in [&ADD[..], &["pack", "inspect", "own"]] {
            let out = windlass.run(line).exits(1);
            assert!(out.says(says), "{out}");
        }
        assert!(!windlass.dir().join("packs.lock").exists());
    }
}

/// A pack's code says no more of a deploy than its operations do.
#[test]
fn a_module_does_not_choose_its_user_nor_its_secrets() {
    let windlass = Windlass::new();
    let denied = "changing as whom commands run by itself is not allowed";
    let shell = "server.shell(commands = [\"true\"]";
    for (module, says) in [
        (
            format!("def site(_):\n    {shell}, _sudo = True)\n"),
            denied,
        ),
        (
            format!(
                "def _all():\n    {shell})\n\ndef site(_):\n    deploy(\"All\", _all)(_su_user = \"root\")\n"
            ),
            denied,
        ),
        (
            String::from("def site(_):\n    host.get_fact(facts.server.Hostname, _sudo = True)\n"),
            denied,
        ),
        (
            format!(
                "def _later():\n    {shell})\n\ndef site(_):\n    call(_later, _sudo = True)\n"
            ),
            denied,
        ),
        (
            format!(
                "def _all(_):\n    {shell})\n\nsite = deploy(\"All\", _all, data_defaults = {{\"_sudo\": True}})\n"
            ),
            "gives `All` the default `_sudo`, a global argument",
        ),
        (
            String::from("site = partial(server.shell, commands = [\"true\"], _sudo = True)\n"),
            "a pack's module has no `partial`",
        ),
        (
            format!("def site(_):\n    {shell}, _env = {{\"X\": secret(\"file:/etc/shadow\")}})\n"),
            "a module of the pack acme:site does not say where secrets are",
        ),
    ] {
        pack(&windlass, "", &module);
        let out = plan(&windlass, DEPLOY, &["--pack", "own"]);
        assert_ne!(out.code, Some(0), "{module}\n{out}");
        assert!(out.says(says), "{module}\n{out}");
    }
    let sudo = format!("def site(_, **more):\n    {shell}, **more)\n");
    pack(&windlass, "", &sudo);
    let own = format!("{shell}, _su_user = \"root\")\n{DEPLOY}");
    let _ = plan(&windlass, &own, &["--pack", "own"]).succeeds();
    pack(
        &windlass,
        "privilege = true",
        &format!("def site(_):\n    {shell}, _su_user = \"root\")\n"),
    );
    let _ = plan(&windlass, DEPLOY, &["--pack", "own"]).succeeds();
    // What runs at execution is held to the same.
    let later = format!(
        "def _later():\n    {shell}, _su_user = \"root\")\n\ndef site(_):\n    call(_later)\n"
    );
    pack(&windlass, "", &later);
    windlass.write("deploy.star", DEPLOY);
    let out = windlass.run(["apply", "--yes", "@local", "deploy.star", "--pack", "own"]);
    assert!(out.exits(4).says(denied));
}

#[test]
fn a_policy_s_rules_about_a_pack_are_about_its_modules() {
    let rule = "[[rule]]\npacks = [\"acme:*\"]\ndeny-operations = [\"server.shell\"]\n";
    let windlass = or_skip!(Windlass::new().under_policy(rule));
    pack(&windlass, "", SITE);
    let out = plan(&windlass, DEPLOY, &["--pack", "own"]).exits(1);
    assert!(
        out.says("/etc/windlass/policy.toml:3: deny-operations has \"server.shell\""),
        "{out}"
    );
    assert!(
        out.says("called by @acme:site//deploys/site.star of the pack acme:site 1.0.0"),
        "{out}"
    );
    let _ = plan(
        &windlass,
        "server.shell(commands = [\"true\"])\n",
        &["--pack", "own"],
    )
    .succeeds();
}
