//! Two packs with one namespace: refused with the line to write, and told apart by it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fs;

use windlass_tests::{Outcome, Windlass, guest};

/// Writes a pack of another name with the guest `echo` in it: the same namespace as `acme:echo`.
fn other(windlass: &Windlass) {
    windlass.write_pack("one", "1.0.0", "[capabilities]\nfact-shell = true\n");
    let manifest = windlass.read("one/pack.toml");
    windlass.write(
        "two/pack.toml",
        manifest.replace("acme:echo", "other:the-echo"),
    );
    fs::copy(guest("echo"), windlass.dir().join("two/echo.wasm")).unwrap();
}

fn add(windlass: &Windlass, name: &str, more: &[&str]) -> Outcome {
    let line = ["pack", "add", name, "--approve"];
    windlass.run(line.iter().chain(more))
}

#[test]
fn two_packs_with_one_namespace_need_a_line_that_names_one() {
    let windlass = Windlass::new();
    other(&windlass);
    let _ = add(&windlass, "acme:echo", &["--path", "one"]).succeeds();
    let locked = windlass.read("packs.lock");
    let out = add(&windlass, "other:the-echo", &["--path", "two"]).exits(1);
    insta::assert_snapshot!("both", out);
    assert_eq!(windlass.read("packs.lock"), locked, "nothing was written");

    let out = add(
        &windlass,
        "other:the-echo",
        &["--path", "two", "--as", "The-Echo"],
    )
    .exits(1);
    assert!(out.says("`The-Echo` is no namespace"), "{out}");
    let _ = add(
        &windlass,
        "other:the-echo",
        &["--path", "two", "--as", "parrot"],
    )
    .succeeds();
    let asks = windlass.read("packs.toml");
    assert!(
        asks.contains("\"other:the-echo\" = { path = \"two\", as = \"parrot\" }"),
        "{asks}"
    );
    assert!(windlass.read("packs.lock").contains("as = \"parrot\""));
    windlass.write(
        "deploy.star",
        "echo.say(text = \"one\")\nparrot.say(text = \"two\")\n",
    );
    let plan = ["plan", "@local", "deploy.star", "--locked"];
    let out = windlass.run(plan).succeeds();
    assert!(out.says("echo.say (text=one) (deploy.star:1)"), "{out}");
    assert!(out.says("parrot.say (text=two) (deploy.star:2)"), "{out}");
    let fact = windlass.run(["fact", "@local", "parrot.Length", "name=HOME", "--json"]);
    let _ = fact.succeeds();
    let list = windlass.run(["operations", "parrot."]).succeeds();
    assert!(list.stdout.starts_with("parrot."), "{list}");

    // Another name in packs.toml is another lock.
    windlass.write("packs.toml", asks.replace("parrot", "cuckoo"));
    let out = windlass.run(plan).exits(1);
    assert!(
        out.says("other:the-echo is asked for as `cuckoo` and locked as `parrot`"),
        "{out}"
    );
    let _ = windlass.run(["pack", "lock"]).succeeds();
    assert!(
        windlass
            .run(plan)
            .exits(1)
            .says("there is no `parrot` here")
    );
    // A folder that was changed since keeps the name.
    windlass.write_pack("one", "1.1.0", "");
    windlass.write(
        "deploy.star",
        "echo.say(text = \"one\")\ncuckoo.say(text = \"two\")\n",
    );
    let _ = windlass.run(["plan", "@local", "deploy.star"]).succeeds();
}

#[test]
fn a_namespace_of_the_standard_pack_is_one_too() {
    let windlass = Windlass::new();
    other(&windlass);
    let out = add(&windlass, "acme:echo", &["--path", "one", "--as", "files"]).exits(1);
    assert!(out.says("have the namespace `files`"), "{out}");
    assert!(out.says("as = \"acme_echo\""), "{out}");
}
