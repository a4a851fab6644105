//! Secrets that a pack's component reads from a vault: each reaches the host, and stands nowhere else.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use windlass_tests::{Vault, Windlass};

fn project(vault: &Vault) -> Windlass {
    let windlass = Windlass::new();
    vault.known_to(&windlass, "keeper", "");
    windlass
}

fn put(windlass: &Windlass, source: &str, name: &str) -> String {
    let dest = windlass.dir().join(name);
    format!("files.put(src = {{\"$content\": secret({source:?})}}, dest = {dest:?})\n")
}

#[test]
fn a_secret_of_a_pack_arrives_and_is_shown_nowhere() {
    let vault = Vault::start();
    let windlass = project(&vault);
    let source = "keeper:db/root#password";
    let deploy = put(&windlass, source, "one") + &put(&windlass, source, "two");
    windlass.write("deploy.star", deploy);
    let words = ["--pack", "keeper", "-vvv", "--diff", "apply", "--yes"];
    let line = [&words[..], &["@local", "deploy.star"]].concat();
    let out = windlass.run(line).succeeds();
    for name in ["one", "two"] {
        assert_eq!(windlass.read(name), Vault::VALUE);
        std::fs::remove_file(windlass.dir().join(name)).unwrap();
    }
    // Once a run, whatever number of operations and hosts need it.
    assert_eq!(vault.requests(), ["/v1/db/root"]);
    let token = windlass.home().join(".config/keeper/token");
    for hidden in Vault::HIDDEN {
        assert!(!out.stdout.contains(hidden), "{out}");
        assert!(!out.stderr.contains(hidden), "{out}");
        // The journal, the audit, compiled code, whatever else was written.
        let found = std::process::Command::new("grep")
            .args(["-rlF", "--", hidden])
            .arg(windlass.root())
            .output()
            .unwrap();
        let found = String::from_utf8_lossy(&found.stdout).into_owned();
        let own = match hidden == Vault::TOKEN {
            true => token.to_str().unwrap(),
            false => "",
        };
        assert_eq!(found.trim(), own, "{hidden}");
    }
}

#[test]
fn an_inventory_names_secrets_of_a_pack() {
    let vault = Vault::start();
    let windlass = project(&vault);
    windlass.write(
        "inventory.toml",
        "[hosts.\"@local\".data]\nkey = { \"$secret\" = \"keeper:db/root#password\" }\n",
    );
    let dest = windlass.dir().join("arrived");
    windlass.write(
        "deploy.star",
        format!("files.put(src = {{\"$content\": host.data.key}}, dest = {dest:?})\n"),
    );
    let line = [
        "--pack",
        "keeper",
        "apply",
        "--yes",
        "inventory.toml",
        "deploy.star",
    ];
    let out = windlass.run(line).succeeds();
    assert_eq!(windlass.read("arrived"), Vault::VALUE);
    assert!(!out.says(Vault::VALUE), "{out}");
}

#[test]
fn what_is_wrong_is_said_with_the_secret_s_name() {
    let vault = Vault::start();
    let windlass = project(&vault);
    for (source, says) in [
        (
            "keeper:db/root#passwrd",
            "secret `keeper:db/root#passwrd`: acme:keeper/keeper.wasm: db/root has no `passwrd`",
        ),
        // What the vault says about its own errors is no secret.
        (
            "keeper:none",
            "secret `keeper:none`: acme:keeper/keeper.wasm: the answer has status 404: {\"errors\": [\"no such path\"]}",
        ),
        (
            "keper:db/root",
            "`keper:db/root` is no secret source, did you mean `keeper`?",
        ),
        ("keper:db/root", "prompt:QUESTION, keeper:NAME"),
    ] {
        windlass.write("deploy.star", put(&windlass, source, "arrived"));
        let out = windlass.run(["--pack", "keeper", "plan", "@local", "deploy.star"]);
        assert_ne!(out.code, Some(0), "{out}");
        assert!(out.says(says), "{says}\n{out}");
        for hidden in Vault::HIDDEN {
            assert!(!out.says(hidden), "{out}");
        }
    }
}

#[test]
fn a_kind_has_one_source_and_none_of_windlass_s_own() {
    let vault = Vault::start();
    let windlass = project(&vault);
    vault.known_to(&windlass, "other", "");
    windlass.write("deploy.star", "");
    let packs = ["--pack", "keeper", "--pack", "other"];
    let out = windlass.run([&packs[..], &["plan", "@local", "deploy.star"]].concat());
    assert_ne!(out.code, Some(0), "{out}");
    let both = "both acme:keeper/keeper.wasm and acme:other/keeper.wasm provide `keeper:`";
    assert!(out.says(both), "{out}");

    for (kind, says) in [
        ("file:", "`file:` is Windlass's own"),
        ("given:", "`given:` is Windlass's own"),
        (
            "Vault:",
            "`Vault:` is no kind of secret; those are lower-case letters",
        ),
        (
            "@vault",
            "`@vault` is no kind of secret; those end in a colon, as `vault:`",
        ),
    ] {
        let text = windlass.read("keeper/pack.toml");
        windlass.write(
            "bad/pack.toml",
            text.replace("\"keeper:\"", &format!("{kind:?}")),
        );
        let out = windlass.run(["--pack", "bad", "plan", "@local", "deploy.star"]);
        assert_ne!(out.code, Some(0), "{out}");
        assert!(out.says(says), "{says}\n{out}");
    }
}
