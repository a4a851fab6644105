//! Where secrets come from: each source reaches the host, shows nothing, and says what is wrong with it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::os::unix::fs::PermissionsExt as _;

use windlass_tests::{Outcome, Windlass};

const CANARY: &str = "canary-4711-source";

/// Puts a secret into a file of this machine, in the test's own folder.
fn put(windlass: &Windlass, source: &str) -> Outcome {
    let dest = windlass.dir().join("arrived");
    windlass.write(
        "deploy.star",
        format!(
            "files.put(name = \"Key\", src = {{\"$content\": secret({source:?})}}, dest = {:?}, mode = \"600\")\n",
            dest.to_str().unwrap()
        ),
    );
    let out = windlass.run(["apply", "--yes", "-vvv", "--diff", "@local", "deploy.star"]);
    for text in [&out.stdout, &out.stderr] {
        assert!(!text.contains(CANARY), "{out}");
    }
    out
}

#[track_caller]
fn arrives(windlass: &Windlass, source: &str) -> Outcome {
    let out = put(windlass, source).succeeds();
    assert_eq!(windlass.read("arrived"), CANARY, "{source}");
    std::fs::remove_file(windlass.dir().join("arrived")).unwrap();
    out
}

#[test]
fn a_secret_arrives_from_each_source_and_is_shown_nowhere() {
    let windlass = Windlass::new().env("CANARY", CANARY);
    let file = windlass.write("key", format!("{CANARY}\n"));
    let mode = |mode| {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(&file, permissions).unwrap();
    };
    mode(0o600);
    arrives(&windlass, "env:CANARY");
    let out = arrives(&windlass, "file:key");
    assert!(!out.says("warning:"), "{out}");
    mode(0o644);
    let out = arrives(&windlass, "file:key");
    assert!(
        out.says("warning: others can read the secret file key (mode 0644)\n  `chmod 600 key`"),
        "{out}"
    );
    arrives(&windlass, "command:cat key");
    // The journal, and whatever else was written.
    let found = std::process::Command::new("grep")
        .args(["-rlF", "--", CANARY])
        .arg(windlass.dir().parent().unwrap())
        .output()
        .unwrap();
    let found = String::from_utf8_lossy(&found.stdout).into_owned();
    assert_eq!(found.trim(), file.to_str().unwrap());
}

#[test]
fn a_source_that_gives_nothing_says_why_before_anything_is_done() {
    let windlass = Windlass::new();
    // What is wrong stands in front of the place, what to do about it behind.
    for (source, says, hint) in [
        (
            "env:NOT_SET",
            "the environment variable NOT_SET is not set",
            "",
        ),
        ("file:none", "none: No such file or directory", ""),
        (
            "command:sh -c 'echo the vault is locked >&2; exit 3'",
            "sh ended with exit status: 3: the vault is locked",
            "",
        ),
        (
            "prompt:Vault password",
            "there is no terminal to ask for Vault password on",
            "where nobody is there to answer, use env:NAME, file:PATH or command:",
        ),
        (
            "comand:pass show db",
            "`comand:pass show db` is no secret source, did you mean `command`?",
            "sources: env:NAME, file:PATH, command:PROGRAM ARGUMENTS, prompt:QUESTION",
        ),
    ] {
        let out = put(&windlass, source);
        assert_ne!(out.code, Some(0), "{out}");
        assert!(out.says(says) && out.says(hint), "{source}\n{out}");
        assert!(!windlass.dir().join("arrived").exists(), "{out}");
    }
}

#[test]
fn a_command_runs_once_for_all_hosts() {
    let windlass = Windlass::new();
    windlass.write(
        "inventory.toml",
        "[groups]\nall_hosts = [\"@fake/1\", \"@fake/2\", \"@fake/3\"]\n",
    );
    windlass.write(
        "deploy.star",
        "x = secret(\"command:sh -c 'echo asked >> asked; echo hunter22'\")\n",
    );
    let _ = windlass
        .run(["plan", "inventory.toml", "deploy.star"])
        .succeeds();
    assert_eq!(windlass.read("asked"), "asked\n");
}
