//! `windlass pack dev`: what a pack plans, again at each change of its sources.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use windlass_tests::Windlass;

/// One that runs, and is ended in any case.
struct Dev {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Dev {
    fn start(windlass: &Windlass, more: &[&str]) -> Self {
        let line = ["pack", "dev", "motd"].iter().chain(more);
        let mut child = windlass
            .command(line)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self { child, out }
    }

    /// The lines up to the first that begins so, with it.
    fn until(&mut self, begin: &str) -> String {
        let mut text = String::new();
        loop {
            let from = text.len();
            let read = self.out.read_line(&mut text).unwrap();
            assert_ne!(read, 0, "it ended, and printed until then:\n{text}");
            if text[from..].starts_with(begin) {
                return text;
            }
        }
    }

    /// Ctrl-C, and how it ends then.
    fn end(mut self) -> Option<i32> {
        kill_process(Pid::from_child(&self.child), Signal::INT).unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_change_of_the_source_is_built_and_the_plans_difference_is_shown() {
    let windlass =
        Windlass::new().finding_cargo(concat!(env!("CARGO_TARGET_TMPDIR"), "/packs-dev"));
    let _ = windlass.run(["pack", "new", "acme:motd"]).succeeds();
    let mut dev = Dev::start(&windlass, &[]);
    let first = dev.until("4 of 4");
    insta::assert_snapshot!("first", first);

    // Another mode of the file: one line of the plan.
    let source = windlass.read("motd/src/lib.rs");
    let other = source.replace("Some(0o644)", "Some(0o600)");
    windlass.write("motd/src/lib.rs", &other);
    insta::assert_snapshot!("mode", dev.until("3 of 4"));

    // Words that no plan shows.
    windlass.write(
        "motd/src/lib.rs",
        other.replace("//! A pack", "//! My pack"),
    );
    let same = dev.until("3 of 4");
    assert!(
        same.starts_with("\nchanged: src/lib.rs\nnothing that is planned or read differs\n"),
        "{same}"
    );

    // A new file of the folder counts too.
    let cases = windlass.read("motd/cases/motd.jsonl");
    windlass.write("motd/cases/more.jsonl", cases.replace("\"set/", "\"more/"));
    let more = dev.until("6 of 8");
    assert!(more.starts_with("\nchanged: cases/more.jsonl\n"), "{more}");
    assert!(more.contains("+more/changes: motd.set\n"), "{more}");
    assert_eq!(dev.end(), Some(0));
}

#[test]
fn events_as_json_tell_the_same() {
    let windlass =
        Windlass::new().finding_cargo(concat!(env!("CARGO_TARGET_TMPDIR"), "/packs-dev-json"));
    let _ = windlass.run(["pack", "new", "acme:motd"]).succeeds();
    let mut dev = Dev::start(&windlass, &["--json"]);
    let mut event = || serde_json::from_str::<serde_json::Value>(&dev.until("{")).unwrap();
    let first = event();
    assert_eq!(
        (&first["event"], &first["passed"]),
        (&"planned".into(), &4.into())
    );
    assert_eq!(first["difference"], serde_json::Value::Null);
    // What cannot be built is said, and the next change is seen nevertheless.
    let source = windlass.read("motd/src/lib.rs");
    windlass.write(
        "motd/src/lib.rs",
        source.replace("plan.upload", "plan.uplaod"),
    );
    assert_eq!(event()["files"], serde_json::json!(["src/lib.rs"]));
    let failed = event();
    assert_eq!(failed["event"], "failed", "{failed}");
    let error = failed["error"].as_str().unwrap();
    assert!(error.contains("cargo failed"), "{error}");
    windlass.write(
        "motd/src/lib.rs",
        source.replace("Some(0o644)", "Some(0o600)"),
    );
    assert_eq!(event()["event"], "changed");
    let planned = event();
    assert_eq!(planned["failed"], serde_json::json!(["set/changes"]));
    let difference = planned["difference"].as_str().unwrap();
    assert!(
        difference.contains("-  chmod 644 /etc/motd\n+  chmod 600 /etc/motd\n"),
        "{difference}"
    );
    // Nor does a manifest that says nothing end it.
    windlass.write("motd/pack.toml", "[pack]\n");
    assert_eq!(event()["files"], serde_json::json!(["pack.toml"]));
    let error = event()["error"].as_str().unwrap().to_owned();
    assert!(error.contains("motd/pack.toml:1"), "{error}");
    assert_eq!(dev.end(), Some(0));
}

/// A pack of deploys has nothing to build and no cases; its modules are read at each change.
#[test]
fn a_pack_of_deploys_is_read_again() {
    let windlass = Windlass::new();
    let manifest = "[pack]\nname = \"acme:motd\"\nversion = \"1.0.0\"\nlicence = \"MIT\"\nsummary = \"x\"\n\
                    deploys = [\"site.star\"]\n";
    windlass.write("motd/pack.toml", manifest);
    windlass.write("motd/site.star", "def site():\n    pass\n");
    let mut dev = Dev::start(&windlass, &["--json"]);
    let mut event = || serde_json::from_str::<serde_json::Value>(&dev.until("{")).unwrap();
    assert_eq!(event()["total"], 0);
    windlass.write("motd/site.star", "def site(:\n    pass\n");
    assert_eq!(event()["event"], "changed");
    let error = event()["error"].as_str().unwrap().to_owned();
    assert!(error.contains("@acme:motd//site.star:1:10"), "{error}");
    assert_eq!(dev.end(), Some(0));
}

#[test]
fn a_folder_without_a_pack_is_named() {
    let windlass = Windlass::new();
    let out = windlass.run(["pack", "dev", "nowhere"]).exits(1);
    assert!(out.says("nowhere has no pack.toml"), "{out}");
}
