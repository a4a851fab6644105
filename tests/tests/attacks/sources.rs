//! Sources of secrets that give away what they were given, want more than they were granted, or take too much.

use windlass_tests::{Outcome, Vault, Windlass, or_skip};

/// Reads a secret of the keeper's, which must not show anything of the vault's.
fn get(windlass: &Windlass, name: &str) -> Outcome {
    let dest = windlass.dir().join("arrived");
    let source = format!("keeper:{name}");
    windlass.write(
        "deploy.star",
        format!("files.put(src = {{\"$content\": secret({source:?})}}, dest = {dest:?})\n"),
    );
    let words = ["--pack", "keeper", "-vvv", "apply", "--yes"];
    let out = windlass.run([&words[..], &["@local", "deploy.star"]].concat());
    for hidden in Vault::HIDDEN {
        for text in [&out.stdout, &out.stderr] {
            assert!(!text.contains(hidden), "{out}");
        }
    }
    out
}

#[track_caller]
fn refused(windlass: &Windlass, name: &str, parts: &[&str]) {
    let out = get(windlass, name);
    assert_ne!(out.code, Some(0), "{out}");
    let named = format!("secret `keeper:{name}`: ");
    for part in parts.iter().chain([&named.as_str()]) {
        assert!(out.says(part), "no `{part}` in\n{out}");
    }
    assert!(!windlass.dir().join("arrived").exists(), "{out}");
}

fn project() -> (Vault, Windlass) {
    let vault = Vault::start();
    let windlass = Windlass::new();
    vault.known_to(&windlass, "keeper", "");
    (vault, windlass)
}

#[test]
fn a_source_does_not_say_what_it_was_given() {
    let (_vault, windlass) = project();
    let _ = get(&windlass, "!log/db/root#password").succeeds();
    std::fs::remove_file(windlass.dir().join("arrived")).unwrap();
    refused(
        &windlass,
        "!fail/db/root#password",
        &[
            "acme:keeper/keeper.wasm: what to do with {\"data\":{\"other\":\"********\",\"password\":\"********\"}}?",
            "with ********",
        ],
    );
    refused(
        &windlass,
        "!trap/db/root#password",
        &[
            "acme:keeper/keeper.wasm: the plugin failed: wasm trap: wasm `unreachable` instruction executed",
        ],
    );
}

#[test]
fn a_source_that_takes_too_much_is_ended() {
    let (_vault, windlass) = project();
    refused(
        &windlass,
        "!spin",
        &["the plugin failed: it ran for more than 1s without an answer"],
    );
    refused(
        &windlass,
        "!large",
        &["the plugin failed: it gave more at once than the limit `output` allows"],
    );
}

#[test]
fn a_source_has_what_it_was_granted_and_no_more() {
    let (_vault, windlass) = project();
    refused(
        &windlass,
        "!http/http://169.254.169.254/latest/meta-data/",
        &[
            "the pack acme:keeper 1.0.0 wants to call http://169.254.169.254, which it was not granted",
        ],
    );
    refused(
        &windlass,
        "!program/id",
        &["the option `-c` of sh is not among those it may use"],
    );
}

#[test]
fn a_policy_takes_from_a_source_what_it_takes_from_all() {
    let (_vault, windlass) = project();
    let windlass =
        or_skip!(windlass.under_policy("[[rule]]\n[rule.capabilities]\nread = [\"~/.config\"]\n"));
    refused(
        &windlass,
        "db/root#password",
        &[
            "the pack acme:keeper 1.0.0 wants to call http://127.0.0.1:",
            "/etc/windlass/policy.toml:2 would have to have it too",
        ],
    );
    windlass.set_policy("", 0o644);
    let _ = get(&windlass, "db/root#password").succeeds();
}

/// `read = ["~/.config/keeper"]` of the pack, under ceilings that are written otherwise; and through a link.
#[test]
fn a_ceiling_holds_however_a_folder_is_named() {
    let (vault, windlass) = project();
    let config = windlass.home().join(".config");
    let allows = |folder: &str| {
        format!(
            "[[rule]]\n[rule.capabilities]\nhttp = [{:?}]\nread = [{folder:?}]\nwrite = [{:?}]\n",
            vault.address(),
            windlass.dir()
        )
    };
    let (config, keeper) = (config.to_str().unwrap(), config.join("keeper"));
    let (all, inside) = (allows("/"), allows(config));
    let elsewhere = allows(&format!("{config}-elsewhere"));
    let windlass = or_skip!(windlass.under_policy(&elsewhere));
    let wants = "wants to read `~/.config/keeper/address`";
    refused(&windlass, "db/root#password", &[wants]);
    for policy in [all, inside.clone()] {
        windlass.set_policy(&policy, 0o644);
        let _ = get(&windlass, "db/root#password").succeeds();
        std::fs::remove_file(windlass.dir().join("arrived")).unwrap();
    }
    // What was granted is a link now, and leads out of the ceiling.
    windlass.set_policy(&inside, 0o644);
    let other = windlass.home().join("other");
    std::fs::rename(&keeper, &other).unwrap();
    std::os::unix::fs::symlink(&other, &keeper).unwrap();
    refused(
        &windlass,
        "db/root#password",
        &[
            wants,
            "neither `..` nor a link leads out of a granted folder",
        ],
    );
}
