//! Somebody who has a component run where only what is locked may run.

use std::fs;

use windlass_tests::{Outcome, Windlass, guest, or_skip};

const MANIFEST: &str = "[pack]\nname = \"acme:site\"\nversion = \"1.0.0\"\nlicence = \"MIT\"\nsummary = \"A site\"\n\n\
                        [[component]]\npath = \"site.wasm\"\nrole = \"deploying\"\n\n[capabilities]\nact = true\n";

/// A pack's folder `site`, whose one component is a deploy.
fn with_site(windlass: Windlass) -> Windlass {
    windlass.write("site/pack.toml", MANIFEST);
    fs::copy(guest("site"), windlass.dir().join("site/site.wasm")).unwrap();
    windlass
}

fn run(windlass: &Windlass, deploy: &str, more: &[&str]) -> Outcome {
    let folder = format!("folder={}", windlass.dir().join("made").display());
    let words = [
        "--data",
        &folder,
        "--data",
        "what=site",
        "--data",
        "greeting=x",
        "--yes",
    ];
    windlass.run([&words, more, &["@local", deploy]].concat())
}

#[test]
fn a_deploy_that_is_in_no_lock_does_not_run_with_locked() {
    let windlass = with_site(Windlass::new());
    let _ = run(&windlass, "site/site.wasm", &["plan"]).succeeds();
    for option in ["--locked", "--frozen"] {
        for command in ["plan", "apply"] {
            let out = run(&windlass, "site/site.wasm", &[option, command]).exits(1);
            assert!(
                out.says("the deploy site/site.wasm is a component that is in no lock, and --locked is given"),
                "{out}"
            );
        }
    }
    assert!(!windlass.dir().join("made").exists());
    // What the message says to do.
    let add = "pack add acme:site --path site --approve";
    let _ = windlass.run(add.split(' ')).succeeds();
    let _ = run(&windlass, "@acme:site", &["--locked", "apply"]).succeeds();
    assert_eq!(windlass.read("made/site/a"), "for a\n");
}

#[test]
fn a_policy_that_wants_locked_runs_has_no_deploy_that_is_in_no_lock() {
    let windlass = with_site(or_skip!(
        Windlass::new().under_policy("[packs]\nrequire-locked = true\nunsigned = true\n")
    ));
    let out = run(&windlass, "site/site.wasm", &["apply"]).exits(1);
    assert!(out.says("deploys that are components in files"), "{out}");
    let out = run(&windlass, "site/site.wasm", &["--locked", "apply"]).exits(1);
    assert!(out.says("is a component that is in no lock"), "{out}");
    assert!(!windlass.dir().join("made").exists());
}
