//! `windlass pack record`: what a host answered becomes a case.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Value, json};
use windlass_tests::{SshHosts, Windlass, guest, or_skip};

/// A folder `own` with the pack `acme:echo`, which lists its recorded cases.
fn echo() -> Windlass {
    let windlass = Windlass::new();
    windlass.write_pack("own", "1.0.0", "[capabilities]\nfact-shell = true\n");
    let manifest = windlass.read("own/pack.toml");
    let listing = "summary = \"Says things\"\ncases = [\"cases/*.jsonl\"]";
    windlass.write(
        "own/pack.toml",
        manifest.replace("summary = \"Says things\"", listing),
    );
    windlass
}

fn record<'a>(inventory: &'a str, operation: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut line = vec!["pack", "record", inventory, operation, "--in", "own"];
    line.extend(more);
    line
}

fn cases(windlass: &Windlass) -> Vec<Value> {
    let text = windlass.read("own/cases/recorded.jsonl");
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn what_the_host_answered_is_a_case_that_needs_no_host() {
    let windlass = echo();
    let out = windlass.run(record(
        "@local",
        "echo.say",
        &["text=hello", "_env={\"A\": \"b\"}"],
    ));
    insta::assert_snapshot!("say", out.succeeds());
    // The fact `echo.Word` was answered by this machine.
    let expected = json!({
        "id": "echo.say/recorded", "op": "echo.say", "params": {"text": "hello"},
        "facts": [{"fact": "echo.Word", "args": {"name": "said"}, "value": "said"}],
        "expect": {"commands": [{"type": "shell", "raw": "echo '' hello"}]},
    });
    assert_eq!(cases(&windlass), [expected]);

    // A second one stands beside it: nothing to do, and why.
    let out = windlass
        .run(record("@local", "echo.say", &["said"]))
        .succeeds();
    assert!(
        out.says("Recorded echo.say/recorded-2 with 1 fact"),
        "{out}"
    );
    assert_eq!(
        cases(&windlass)[1]["expect"],
        json!({"commands": [], "noop": "it is said already", "noop_checked": true})
    );
    // An error of the operation is what its case expects.
    let failing = windlass.run(record(
        "@local",
        "echo.say",
        &["x", "fail=true", "--id", "fails"],
    ));
    assert!(failing.succeeds().says("the operation fails there"));
    assert_eq!(
        cases(&windlass)[2]["expect"],
        json!({"error": {"kinds": ["invalid-value"], "message": "it was to fail"}})
    );
    let tested = windlass.run(["pack", "test", "own"]).succeeds();
    assert!(tested.says("3 of 3 cases passed"), "{tested}");

    // What is recorded is compared: another answer is another plan.
    let text = windlass.read("own/cases/recorded.jsonl");
    windlass.write(
        "own/cases/recorded.jsonl",
        text.replacen("\"value\":\"said\"", "\"value\":\"hello\"", 1),
    );
    let tested = windlass.run(["pack", "test", "own"]).exits(1);
    assert!(tested.says("echo.say/recorded"), "{tested}");
}

#[test]
fn files_and_what_surrounds_the_call_are_recorded_too() {
    let windlass = echo();
    windlass.write("files/a.txt", "from the controller\n");
    let call = ["src=files/a.txt", "dest=/srv/a.txt", "--id", "file"];
    let _ = windlass
        .run(record("@fake/web-1", "echo.upload", &call))
        .succeeds();
    let file = &cases(&windlass)[0];
    assert_eq!(
        file["local_fs"],
        json!([{"path": "files/a.txt", "kind": "file", "content": "from the controller\n"}])
    );
    assert_eq!(
        file["expect"]["commands"],
        json!([{"type": "upload", "local_path": "/files/a.txt", "dest": "/srv/a.txt"}])
    );
    // A global argument that the operation asks for.
    let say = ["hello", "_sudo_user=bob", "--id", "user"];
    let _ = windlass
        .run(record("@fake/web-1", "echo.say", &say))
        .succeeds();
    assert_eq!(
        cases(&windlass)[1]["env"],
        json!({"globals": {"_sudo_user": "bob"}})
    );
    let tested = windlass.run(["pack", "test", "own"]).succeeds();
    assert!(tested.says("2 of 2 cases passed"), "{tested}");

    windlass.write("files/b.bin", b"\xff\xfe");
    let call = ["src=files/b.bin", "dest=/srv/b"];
    let out = windlass
        .run(record("@fake/web-1", "echo.upload", &call))
        .exits(1);
    assert!(
        out.says("files/b.bin is no text, which a case cannot hold"),
        "{out}"
    );
}

/// Operations of the standard pack, nested ones among them, on a real host over SSH.
#[test]
fn a_pack_that_uses_others_is_recorded_over_ssh() {
    let hosts = or_skip!(SshHosts::start(2));
    let windlass = echo();
    windlass.write("inventory.toml", hosts.inventory("root"));
    let several = windlass
        .run(record("inventory.toml", "echo.say", &["x"]))
        .exits(1);
    assert!(
        several.says("there are 2 hosts, and a case is of one"),
        "{several}"
    );
    let name = several.stderr.split("--limit ").last().unwrap();
    let name = name.trim_end().trim_end_matches('`').to_owned();
    let say = ["hello", "--limit", name.as_str()];
    let _ = windlass
        .run(record("inventory.toml", "echo.say", &say))
        .succeeds();
    assert_eq!(cases(&windlass)[0]["facts"][0]["value"], "said");
}

/// The call is given one, the host has it, the inventory and a file hold it; and an operation of the standard pack is
/// used.
#[test]
fn no_secret_is_written() {
    const VALUE: &str = "hunter2-and-more";
    let windlass = Windlass::new().env("TOKEN", VALUE);
    windlass.write("own/pack.toml", THIEF);
    std::fs::copy(guest("thief"), windlass.dir().join("own/thief.wasm")).unwrap();
    windlass.write("token", VALUE);
    let host = format!("data = {{ token = \"{VALUE}\", port = 80, note = \"it is {VALUE}!\" }}");
    windlass.write("inventory.toml", format!("[hosts.\"@local\"]\n{host}\n"));
    let key = "key={\"$secret\": \"env:TOKEN\"}";
    let dest = format!("dest={}/token", windlass.dir().display());
    for (operation, arguments) in [
        ("thief.put", [key, dest.as_str()].as_slice()),
        ("thief.data", &["_su_password=hunter2-and-more"]),
        ("thief.tell", &[key]),
    ] {
        let out = windlass.run(record("inventory.toml", operation, arguments));
        let out = out.succeeds();
        assert!(!out.says(VALUE), "{out}");
    }
    // What the host refuses to answer no case can hold.
    let refused = windlass.run(record("inventory.toml", "thief.wander", &[key]));
    let refused = refused.exits(1);
    assert!(refused.says("`what` takes no secret"), "{refused}");
    assert!(!refused.says(VALUE), "{refused}");
    let text = windlass.read("own/cases/recorded.jsonl");
    assert!(!text.contains(VALUE), "{text}");
    let [put, data, _] = &cases(&windlass)[..] else {
        panic!("{text}");
    };
    // The operation that it uses was planned in its place, on the facts of this machine.
    assert_eq!(
        put["params"]["key"],
        json!({"$secret": "recorded-secret-1"})
    );
    assert_eq!(put["expect"]["commands"][0]["content"], "recorded-secret-1");
    assert_eq!(put["facts"][0]["fact"], "files.File");
    let host = &data["env"]["host"];
    assert_eq!(host["data"]["note"], "it is ********!", "{data}");
    assert_eq!(host["data"]["port"], 80);
    let hosts = &data["env"]["inventory"]["hosts"];
    assert_eq!(hosts["@local"]["data"], host["data"]);
    let tested = windlass.run(["pack", "test", "own"]).succeeds();
    assert!(tested.says("3 of 3 cases passed"), "{tested}");
}

const THIEF: &str = r#"[pack]
name = "acme:thief"
version = "1.0.0"
licence = "MIT"
summary = "After secrets"
cases = ["cases/*.jsonl"]

[[component]]
path = "thief.wasm"
role = "planning"
exports = ["thief.tell", "thief.put", "thief.look", "thief.guess", "thief.nested", "thief.number", "thief.password", "thief.fact", "thief.data", "thief.wander", "thief.trap", "thief.Reversed", "thief.Echo"]
uses = ["files.put"]

[capabilities]
fact-shell = true
"#;

#[test]
fn what_cannot_be_recorded_says_why_and_writes_nothing() {
    let windlass = echo();
    for (line, code, why) in [
        (
            record("@local", "echo.sya", &[]),
            1,
            "there is no operation `echo.sya`, did you mean `echo.say`?",
        ),
        (
            record("@local", "echo.say", &["txet=x"]),
            1,
            "`windlass help echo.say` shows its arguments",
        ),
        (
            record("@fake/a,@fake/b", "echo.say", &["x"]),
            1,
            "there are 2 hosts, and a case is of one",
        ),
        (
            record("127.0.0.1", "echo.say", &["x", "--ssh-port", "1"]),
            4,
            "connecting 127.0.0.1",
        ),
        (
            vec!["pack", "record", "@local", "echo.say", "x"],
            1,
            ". has no pack.toml",
        ),
        (
            record("@local", "echo.say", &["x", "--locked"]),
            1,
            "--locked",
        ),
    ] {
        let out = windlass.run(&line).exits(code);
        assert!(out.says(why), "{line:?}: {out}");
    }
    assert!(!windlass.dir().join("own/cases").exists());
    let _ = windlass
        .run(record("@local", "echo.say", &["x", "--id", "one"]))
        .succeeds();
    let again = windlass
        .run(record("@local", "echo.say", &["x", "--id", "one"]))
        .exits(1);
    assert!(again.says("has a case `one` already"), "{again}");
    // A file that the manifest does not list is no case of the pack's.
    let elsewhere = ["x", "--out", "elsewhere.jsonl"];
    let out = windlass
        .run(record("@local", "echo.say", &elsewhere))
        .succeeds();
    assert!(out.says("does not have elsewhere.jsonl"), "{out}");
}
