//! The way of a pack: signed, pushed, locked, run, updated, bundled.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use windlass_tests::{Missing, OciRegistry, Outcome, REGISTRY_LOGIN, Windlass, guest, or_skip};

const DEPLOY: &str = "echo.say(text = \"hi\")\n";

fn push(windlass: &Windlass, to: &[&str], version: &str, more: &str) -> Outcome {
    windlass.write_pack("pack", version, more);
    windlass.sign_pack("pack", &["release"]);
    let mut line = vec!["pack", "push"];
    line.extend(to);
    line.push("pack");
    windlass.run(line).succeeds()
}

const LAYOUT: [&str; 2] = ["--layout", "layout"];

fn trusting() -> Windlass {
    let windlass = Windlass::new();
    windlass.trust(&["release"], 1, "");
    windlass.write("deploy.star", DEPLOY);
    windlass
}

fn plan(windlass: &Windlass, more: &[&str]) -> Outcome {
    let mut line = vec!["plan", "@local", "deploy.star"];
    line.extend(more);
    windlass.run(line)
}

#[test]
fn minisign_checks_what_we_sign() {
    let windlass = Windlass::new();
    let found = Command::new("minisign").arg("-v").output();
    or_skip!(found.map_err(|_| Missing::new("minisign", "cargo xtask deps --yes")));
    let pack = windlass.write_pack("pack", "1.0.0", "");
    windlass.sign_pack("pack", &["release", "ci"]);
    let statement = pack.join("signatures/statement.json");
    let check = |key: &str, signature: &str| {
        Command::new("minisign")
            .arg("-V")
            .arg("-m")
            .arg(&statement)
            .arg("-x")
            .arg(signature)
            .args(["-P", &windlass.key(key)])
            .output()
            .unwrap()
    };
    let mut good = 0;
    for entry in fs::read_dir(pack.join("signatures")).unwrap() {
        let path = entry.unwrap().path().to_string_lossy().into_owned();
        if path.ends_with(".minisig") {
            let answers = ["release", "ci"].map(|key| check(key, &path));
            let accepted: Vec<_> = answers.iter().filter(|one| one.status.success()).collect();
            let [answer] = accepted[..] else {
                panic!("{answers:?}")
            };
            let text = String::from_utf8_lossy(&answer.stdout);
            assert!(
                text.contains("Trusted comment: windlass pack acme:echo 1.0.0"),
                "{text}"
            );
            good += 1;
        }
    }
    assert_eq!(good, 2);
}

#[test]
fn a_locked_pack_runs_and_is_not_looked_for_again() {
    let windlass = trusting();
    push(&windlass, &LAYOUT, "1.0.0", "");
    let line = ["pack", "add", "acme:echo", "--oci-layout", "layout"];
    let out = windlass.run(line).succeeds();
    assert!(
        out.says("acme:echo 1.0.0 added; signed by release ("),
        "{out}"
    );
    let asks = windlass.read("packs.toml");
    assert_eq!(
        asks,
        "[packs]\n\"acme:echo\" = { version = \"^1.0.0\", oci-layout = \"layout\" }\n"
    );
    // The store has it now: neither layout nor network is needed.
    fs::remove_dir_all(windlass.dir().join("layout")).unwrap();
    let out = plan(&windlass, &["--frozen"]).succeeds();
    assert!(out.says("hi") && !out.says("not signed"), "{out}");
    let out = windlass.run(["operations", "echo."]).succeeds();
    assert!(out.stdout.starts_with("echo."), "{out}");
    // Starting reads no component: where there is none, only the call of one fails.
    let _ = windlass.run(["pack", "vendor"]).succeeds();
    let component = windlass
        .dir()
        .join("vendor/packs/acme-echo-1.0.0/echo.wasm");
    fs::remove_file(&component).unwrap();
    let _ = windlass.run(["operations", "echo."]).succeeds();
    let out = plan(&windlass, &[]).exits(4);
    assert!(out.says("echo.wasm: No such file"), "{out}");
    fs::remove_dir_all(windlass.dir().join("vendor")).unwrap();
    // A newer one is there and fits, and nothing changes by itself.
    push(&windlass, &LAYOUT, "1.1.0", "");
    let out = windlass.run(["pack", "lock"]).succeeds();
    assert!(out.says("acme:echo 1.0.0 as it was"), "{out}");
    let _ = windlass.run(["pack", "update", "--locked"]).exits(1);
    let out = windlass.run(["pack", "update"]).succeeds();
    assert!(
        out.says("acme:echo 1.0.0 -> 1.1.0; signed by release"),
        "{out}"
    );
    let _ = windlass.run(["pack", "update", "--locked"]).succeeds();
}

#[test]
fn an_update_that_asks_for_more_needs_a_yes_of_its_own() {
    let windlass = trusting();
    push(&windlass, &LAYOUT, "1.0.0", "");
    let line = ["pack", "add", "acme:echo", "--oci-layout", "layout"];
    let _ = windlass.run(line).succeeds();
    let before = windlass.read("packs.lock");
    let more = "[capabilities]\nread = [\"/etc/ssl\"]\nfact-shell = true\n";
    push(&windlass, &LAYOUT, "1.1.0", more);
    for line in [vec!["pack", "update"], vec!["pack", "update", "--yes"]] {
        let out = windlass.run(line).exits(1);
        assert!(
            out.stdout
                .contains("\n  + read /etc/ssl\n  + run shell commands in facts"),
            "{out}"
        );
        let text =
            "somebody must approve that acme:echo would read /etc/ssl, run shell commands in facts";
        assert!(out.stderr.contains(text), "{out}");
        assert_eq!(windlass.read("packs.lock"), before);
    }
    let _ = windlass.run(["pack", "update", "--approve"]).succeeds();
    let lock = windlass.read("packs.lock");
    assert!(lock.contains("read = [\"/etc/ssl\"]"), "{lock}");
    // What was approved once is not asked about again.
    push(&windlass, &LAYOUT, "1.2.0", more);
    let _ = windlass.run(["pack", "update"]).succeeds();
}

#[test]
fn the_yes_is_asked_for_at_a_terminal() {
    let windlass = trusting();
    let more = "[capabilities]\nread = [\"/etc/ssl\"]\n";
    push(&windlass, &LAYOUT, "1.0.0", more);
    let line = [
        "pack",
        "add",
        "acme:echo",
        "--yes",
        "--oci-layout",
        "layout",
    ];
    for answer in ["n\n", "\n"] {
        let mut terminal = windlass.at_terminal(line);
        terminal.sees("+ read /etc/ssl");
        terminal.sees("Approve that acme:echo would read /etc/ssl? [y/N] ");
        terminal.types(answer);
        let (code, shown) = terminal.ends();
        assert_eq!(code, 0, "{shown}");
        assert!(shown.contains("nothing was changed"), "{shown}");
        assert!(!windlass.dir().join("packs.toml").exists());
    }
    let mut terminal = windlass.at_terminal(line);
    terminal.sees("[y/N] ").types("y\n");
    assert_eq!(terminal.ends().0, 0);
    let _ = plan(&windlass, &["--frozen"]).succeeds();
}

#[test]
fn passwords_of_keys_are_asked_for_and_not_shown() {
    let windlass = Windlass::new();
    windlass.write_pack("pack", "1.0.0", "");
    let mut terminal = windlass.at_terminal(["pack", "keygen", "own.key"]);
    terminal
        .sees("password of the new key: ")
        .types("correct horse\n");
    terminal.sees("the same again: ").types("correct horse\n");
    let (code, shown) = terminal.ends();
    assert_eq!(code, 0, "{shown}");
    assert!(!shown.contains("correct"), "{shown}");
    let line = ["pack", "sign", "pack", "--key", "own.key"];
    let out = windlass.run(line).exits(1);
    assert!(out.says("--password-file"), "{out}");
    for (password, status) in [("wrong\n", 1), ("correct horse\n", 0)] {
        let mut terminal = windlass.at_terminal(line);
        terminal.sees("password of own.key: ").types(password);
        let (code, shown) = terminal.ends();
        assert_eq!(code, status, "{shown}");
    }
    windlass.write("password", "correct horse\n");
    let line = [
        "pack",
        "sign",
        "pack",
        "--key",
        "own.key",
        "--password-file",
        "password",
    ];
    let _ = windlass.run(line).succeeds();
    let _ = windlass.run(["pack", "keygen", "own.key"]).exits(1);
}

#[test]
fn an_unsigned_folder_is_marked_in_every_plan() {
    let windlass = Windlass::new();
    windlass.write("deploy.star", DEPLOY);
    windlass.write_pack("own", "0.1.0", "");
    let out = plan(&windlass, &["--pack", "own"]).succeeds();
    assert!(out.stdout.contains("Not signed: acme:echo 0.1.0"), "{out}");
    let line = ["pack", "add", "acme:echo", "--path", "own"];
    let out = windlass.run(line).succeeds();
    assert!(out.says("not signed; a folder of this machine"), "{out}");
    for more in [&[][..], &["--locked"], &["--json"]] {
        let out = plan(&windlass, more).succeeds();
        assert!(
            out.stderr
                .contains("the pack acme:echo 0.1.0 in own is not signed"),
            "{out}"
        );
        assert!(out.stdout.contains("acme:echo 0.1.0"), "{out}");
    }
    windlass.write_pack("own", "0.1.0", "[limits]\nmemory = \"32MiB\"\n");
    let out = plan(&windlass, &[]).succeeds();
    assert!(
        out.stderr.contains("was changed since it was locked"),
        "{out}"
    );
    let out = plan(&windlass, &["--locked"]).exits(1);
    assert!(
        out.says("was changed since it was locked, and --locked is given"),
        "{out}"
    );
    let _ = windlass.run(["pack", "lock"]).succeeds();
    let _ = plan(&windlass, &["--locked"]).succeeds();
    let out = plan(&windlass, &["--locked", "--pack", "own"]).exits(1);
    assert!(out.says("--pack own is in no lock"), "{out}");
}

/// Writes a pack with the inventory `@lister` that asks to read folders.
fn write_lister(windlass: &Windlass, version: &str, read: &[String]) {
    windlass.write(
        "own/pack.toml",
        format!(
            "[pack]\nname = \"acme:list\"\nversion = \"{version}\"\nlicence = \"MIT\"\nsummary = \"x\"\n\
             [[component]]\npath = \"lister.wasm\"\nrole = \"listing\"\nexports = [\"@lister\"]\n\
             [capabilities]\nread = {read:?}\nhttp = [\"https://api.example.org\"]\n\
             [[capabilities.programs]]\nname = \"cat\"\n"
        ),
    );
    fs::copy(guest("lister"), windlass.dir().join("own/lister.wasm")).unwrap();
}

#[test]
fn a_pack_gets_what_it_asks_for_as_far_as_the_lock_approved_it() {
    let windlass = trusting();
    windlass.write("data/hosts", "web-1\nweb-2\n");
    windlass.write("more/hosts", "db-1\n");
    let folder = |name: &str| windlass.dir().join(name).display().to_string();
    write_lister(&windlass, "1.0.0", &[folder("data")]);
    let line = ["pack", "add", "acme:list", "--approve", "--path", "own"];
    let _ = windlass.run(line).succeeds();
    let list =
        |name: &str| windlass.run(["inventory", &format!("@lister/file/{}/hosts", folder(name))]);
    let out = list("data").succeeds();
    assert!(out.stdout.contains("web-2"), "{out}");
    // What the manifest asks for later is not in the lock, and so is not granted.
    write_lister(&windlass, "1.0.0", &[folder("data"), folder("more")]);
    let out = list("more").exits(1);
    assert!(out.says("which it was not granted"), "{out}");
    let _ = list("data").succeeds();
    let _ = windlass.run(["pack", "lock"]).exits(1);
    let _ = windlass.run(["pack", "lock", "--approve"]).succeeds();
    let _ = list("more").succeeds();
    // And what it does not ask for any more is not granted either, whatever the lock says.
    write_lister(&windlass, "1.0.0", &[folder("more")]);
    let out = list("data").exits(1);
    assert!(out.says("which it was not granted"), "{out}");
}

#[test]
fn a_locked_inventory_is_read_when_it_is_asked() {
    let windlass = trusting();
    write_lister(&windlass, "1.0.0", &[]);
    windlass.sign_pack("own", &["release"]);
    let _ = windlass
        .run(["pack", "push", "--layout", "layout", "own"])
        .succeeds();
    let line = [
        "pack",
        "add",
        "acme:list",
        "--approve",
        "--oci-layout",
        "layout",
    ];
    let _ = windlass.run(line).succeeds();
    let _ = windlass.run(["pack", "vendor"]).succeeds();
    let list = || windlass.run(["inventory", "@lister/names/a+b", "--frozen"]);
    let out = list().succeeds();
    assert!(out.stdout.contains("all: a, b"), "{out}");
    let component = windlass
        .dir()
        .join("vendor/packs/acme-list-1.0.0/lister.wasm");
    let mut bytes = fs::read(&component).unwrap();
    bytes.push(0);
    fs::write(component, bytes).unwrap();
    let out = list().exits(1);
    assert!(
        out.says("acme:list/lister.wasm is refused") && out.says("was changed"),
        "{out}"
    );
    let _ = windlass.run(["operations", "files.put"]).succeeds();
}

#[test]
fn a_pack_s_own_limits_hold() {
    let windlass = Windlass::new();
    let names = [
        "trap",
        "spin",
        "grow",
        "recurse",
        "flood_log",
        "flood_questions",
        "flood_plan",
        "spin_after_asking",
        "Broken",
    ];
    let names = names.map(|name| format!("hostile.{name}"));
    windlass.write(
        "own/pack.toml",
        format!(
            "[pack]\nname = \"acme:bad\"\nversion = \"1.0.0\"\nlicence = \"MIT\"\nsummary = \"x\"\n\
             [[component]]\npath = \"hostile.wasm\"\nrole = \"planning\"\nexports = {names:?}\n\
             [limits]\nmemory = \"16MiB\"\nlog-lines = 3\nfuel = 500000000\n"
        ),
    );
    fs::copy(guest("hostile"), windlass.dir().join("own/hostile.wasm")).unwrap();
    let line = ["pack", "add", "acme:bad", "--path", "own"];
    let _ = windlass.run(line).succeeds();
    for (name, text) in [
        ("grow", "it needs more than 16 MiB of memory"),
        ("flood_log", "it wrote more than 3 lines"),
        ("spin", "it used up its fuel of 500000000"),
    ] {
        windlass.write("deploy.star", format!("hostile.{name}()\n"));
        let out = plan(&windlass, &[]).exits(4);
        assert!(out.says(text), "{out}");
        let out = plan(&windlass, &["--pack", "own"]);
        assert!(out.says("have the namespace `hostile`"), "{out}");
    }
}

#[test]
fn a_lock_that_is_not_what_is_asked_for_is_refused() {
    let windlass = trusting();
    let out = windlass.run(["pack", "update", "acme:echo"]).exits(1);
    assert!(out.says("asks for no pack acme:echo"), "{out}");
    push(&windlass, &LAYOUT, "1.0.0", "");
    windlass.write(
        "packs.toml",
        "[packs]\n\"acme:echo\" = { oci-layout = \"layout\" }\n",
    );
    let out = plan(&windlass, &[]).exits(1);
    assert!(
        out.says("acme:echo is not locked") && out.says("windlass pack lock"),
        "{out}"
    );
    let _ = windlass.run(["pack", "lock"]).succeeds();
    let _ = plan(&windlass, &[]).succeeds();
    windlass.write(
        "packs.toml",
        "[packs]\n\"acme:echo\" = { version = \"2\", oci-layout = \"layout\" }\n",
    );
    let out = plan(&windlass, &[]).exits(1);
    assert!(out.says("asked for as ^2 and locked as 1.0.0"), "{out}");
    windlass.write(
        "packs.toml",
        "[packs]\n\"acme:echo\" = { oci-layot = \"layout\" }\n",
    );
    let out = plan(&windlass, &[]).exits(1);
    assert!(out.says("did you mean `oci-layout`?"), "{out}");
}

#[test]
fn a_real_registry_keeps_and_gives_packs() {
    let registry = or_skip!(OciRegistry::start());
    let windlass = trusting();
    let repository = registry.repository("acme/echo");
    let out = push(&windlass, &[&repository], "1.0.0", "");
    assert!(
        out.says(&format!("{repository}:1.0.0, {repository}:1.0.0.pack")),
        "{out}"
    );
    // The same again is the same.
    push(&windlass, &[&repository], "1.0.0", "");
    let line = ["pack", "add", "acme:echo", "--oci", &repository];
    let _ = windlass.run(line).succeeds();
    let _ = plan(&windlass, &["--locked"]).succeeds();
    push(&windlass, &[&repository], "1.1.0", "");
    push(&windlass, &[&repository], "2.0.0", "");
    let out = windlass.run(["pack", "update"]).succeeds();
    assert!(out.says("acme:echo 1.0.0 -> 1.1.0"), "{out}");
    let out = windlass.run(["pack", "update", "--offline"]).exits(1);
    assert!(out.says("--offline forbids it"), "{out}");
    // Another machine with the lock alone fetches the very same.
    let other = trusting();
    for name in ["packs.toml", "packs.lock", "trust.toml"] {
        other.write(name, windlass.read(name));
    }
    let _ = plan(&other, &["--frozen"]).exits(1);
    let _ = plan(&other, &["--locked"]).succeeds();
    let _ = plan(&other, &["--frozen"]).succeeds();
    let out = windlass.run([
        "pack",
        "add",
        "acme:no",
        "--oci",
        &registry.repository("acme/no"),
    ]);
    assert!(out.exits(1).says("the registry has no such repository"));
}

#[test]
fn a_registry_that_wants_a_password_gets_the_one_of_docker_login() {
    let registry = or_skip!(OciRegistry::start_closed());
    let windlass = trusting();
    windlass.write_pack("pack", "1.0.0", "");
    windlass.sign_pack("pack", &["release"]);
    let repository = registry.repository("acme/echo");
    let line = ["pack", "push", &repository, "pack"];
    let out = windlass.run(line).exits(1);
    let hint = format!("`oras login {}`", registry.host());
    assert!(
        out.says("asks for a name and a password") && out.says(&hint),
        "{out}"
    );
    let login = |password: &str| {
        let auth = STANDARD.encode(format!("{}:{password}", REGISTRY_LOGIN.0));
        let text = format!(
            r#"{{"auths":{{"{}":{{"auth":"{auth}"}}}}}}"#,
            registry.host()
        );
        windlass.write("../home/.docker/config.json", text);
    };
    login("wrong");
    let out = windlass.run(line).exits(1);
    assert!(
        out.says("none that it takes") && !out.says("wrong"),
        "{out}"
    );
    login(REGISTRY_LOGIN.1);
    let _ = windlass.run(line).succeeds();
    let line = ["pack", "add", "acme:echo", "--oci", &repository];
    let _ = windlass.run(line).succeeds();
}

#[test]
fn a_password_may_be_kept_by_a_credential_helper() {
    use std::os::unix::fs::PermissionsExt as _;
    let registry = or_skip!(OciRegistry::start_closed());
    let windlass = trusting();
    let path = format!(
        "{}:{}",
        windlass.dir().join("bin").display(),
        std::env::var("PATH").unwrap()
    );
    let windlass = windlass.env("PATH", path);
    windlass.write_pack("pack", "1.0.0", "");
    windlass.sign_pack("pack", &["release"]);
    windlass.write(
        "../home/.docker/config.json",
        r#"{"credsStore": "of-the-test"}"#,
    );
    let repository = registry.repository("acme/echo");
    let line = ["pack", "push", &repository, "pack"];
    let out = windlass.run(line).exits(1);
    assert!(
        out.says(".docker/config.json: the credential helper that it names cannot be started"),
        "{out}"
    );
    let (name, password) = REGISTRY_LOGIN;
    let helper = windlass.write(
        "bin/docker-credential-of-the-test",
        format!(
            "#!/bin/sh\n[ \"$1 $(cat)\" = \"get {}\" ] || {{ echo credentials not found in the test; exit 1; }}\n\
             echo '{{\"Username\": \"{name}\", \"Secret\": \"{password}\"}}'\n",
            registry.host()
        ),
    );
    std::fs::set_permissions(&helper, std::fs::Permissions::from_mode(0o755)).unwrap();
    let out = windlass.run(line).succeeds();
    assert!(!out.says(password), "{out}");
}

/// The component's own tag is the standard artifact: one layer, which is the component, and its configuration.
#[test]
fn other_tools_find_the_standard_artifact() {
    let windlass = trusting();
    let pack = windlass.write_pack("pack", "1.0.0", "");
    push(&windlass, &LAYOUT, "1.0.0", "");
    let json = |path: &str| -> serde_json::Value {
        serde_json::from_str(&windlass.read(format!("layout/{path}"))).unwrap()
    };
    let index = json("index.json");
    let blob = |descriptor: &serde_json::Value| {
        let digest = descriptor["digest"].as_str().unwrap();
        format!("blobs/sha256/{}", digest.trim_start_matches("sha256:"))
    };
    let own = index["manifests"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["annotations"]["org.opencontainers.image.ref.name"] == "1.0.0");
    let manifest = json(&blob(own.unwrap()));
    assert_eq!(
        manifest["config"]["mediaType"],
        "application/vnd.wasm.config.v0+json"
    );
    let [layer] = &manifest["layers"].as_array().unwrap()[..] else {
        panic!("{manifest}")
    };
    assert_eq!(layer["mediaType"], "application/wasm");
    let bytes = fs::read(windlass.dir().join("layout").join(blob(layer))).unwrap();
    assert_eq!(bytes, fs::read(pack.join("echo.wasm")).unwrap());
    let config = json(&blob(&manifest["config"]));
    assert_eq!(config["architecture"], "wasm");
    assert_eq!(config["layerDigests"][0], layer["digest"]);
    let exports = config["component"]["exports"].to_string();
    assert!(
        exports.contains("windlass:plugin/operations@0.1."),
        "{config}"
    );
}

#[test]
fn a_bundle_installs_and_runs_without_a_network() {
    let windlass = trusting();
    let more = "[capabilities]\nread = [\"/etc/ssl\"]\n";
    push(&windlass, &LAYOUT, "1.0.0", more);
    let line = [
        "pack",
        "add",
        "acme:echo",
        "--approve",
        "--oci-layout",
        "layout",
    ];
    let _ = windlass.run(line).succeeds();
    let _ = windlass.run(["pack", "bundle", "one.bundle"]).succeeds();
    let _ = windlass.run(["pack", "bundle", "two.bundle"]).succeeds();
    let bundle = fs::read(windlass.dir().join("one.bundle")).unwrap();
    assert_eq!(bundle, fs::read(windlass.dir().join("two.bundle")).unwrap());

    let elsewhere = Windlass::new();
    elsewhere.write("packs.bundle", &bundle);
    elsewhere.write("deploy.star", DEPLOY);
    or_skip!(without_network(&elsewhere, &["--version"]));
    let run = |line: &[&str]| without_network(&elsewhere, line).unwrap();
    let out = run(&["pack", "install", "packs.bundle", "--yes"]).exits(1);
    assert!(
        out.says("packs of `acme` are trusted when 1 of release ("),
        "{out}"
    );
    assert!(
        out.says("acme:echo may read /etc/ssl; nothing was written"),
        "{out}"
    );
    assert!(!elsewhere.dir().join("packs.lock").exists());
    let out = run(&["pack", "install", "packs.bundle", "--approve"]).succeeds();
    assert!(out.says("Installed acme:echo 1.0.0."), "{out}");
    let out = run(&["plan", "@local", "deploy.star", "--frozen"]).succeeds();
    assert!(out.says("hi"), "{out}");
    let out = run(&["pack", "install", "packs.bundle", "--approve"]).exits(1);
    assert!(out.says("already; nothing was written"), "{out}");
}

/// Runs a command in a network namespace with no interface that is up.
fn without_network(windlass: &Windlass, line: &[&str]) -> Result<Outcome, Missing> {
    let own = windlass.command(line);
    let mut command = Command::new("unshare");
    command.args(["--net", "--"]).arg(own.get_program());
    command.args(own.get_args()).env_clear();
    for (name, value) in own.get_envs() {
        command.envs(value.map(|value| (name, value)));
    }
    command.current_dir(windlass.dir()).stdin(Stdio::null());
    let missing = || Missing::new("network namespaces", "run the tests as root");
    let output = command.output().map_err(|_| missing())?;
    let outcome = windlass.outcome(&output);
    if outcome.says("unshare failed") {
        return Err(missing());
    }
    Ok(outcome)
}

#[test]
fn a_damaged_bundle_is_refused() {
    let windlass = trusting();
    push(&windlass, &LAYOUT, "1.0.0", "");
    let line = ["pack", "add", "acme:echo", "--oci-layout", "layout"];
    let _ = windlass.run(line).succeeds();
    let _ = windlass.run(["pack", "bundle", "one.bundle"]).succeeds();
    let bundle = fs::read(windlass.dir().join("one.bundle")).unwrap();
    let wasm = bundle.windows(4).position(|four| four == b"\0asm").unwrap();
    let lock = bundle
        .windows(9)
        .position(|nine| nine == b"signed by")
        .unwrap();
    for (at, text) in [
        (wasm + 200, "echo.wasm was changed"),
        (lock, "was changed since it was written"),
    ] {
        let elsewhere = Windlass::new();
        let mut changed = bundle.clone();
        changed[at] ^= 1;
        elsewhere.write("packs.bundle", changed);
        let out = elsewhere.run(["pack", "install", "packs.bundle", "--approve"]);
        let out = out.exits(1);
        assert!(out.says(text), "{out}");
        assert!(!elsewhere.dir().join("packs.lock").exists());
    }
}
