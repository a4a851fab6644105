//! Connectors, inventories and observers of packs, through the command line.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;

use windlass_tests::{Outcome, Windlass, guest};

/// A pack of the three guests with these capabilities, besides what they cannot do without.
fn with_pack(capabilities: &str) -> Windlass {
    let windlass = Windlass::new();
    windlass.write(
        "mine/pack.toml",
        format!(
            r#"[pack]
name = "acme:mine"
version = "1.0.0"
licence = "MIT"
summary = "Ways to hosts"

[[component]]
path = "lister.wasm"
role = "listing"
exports = ["@cloud"]

[[component]]
path = "relay.wasm"
role = "connecting"
exports = ["@relay"]

[[component]]
path = "watcher.wasm"
role = "observing"

[capabilities]
programs = [{{ name = "sh", options = ["-c"] }}, {{ name = "chroot" }}]
read = ["/var/tmp/windlass-listed"]
{capabilities}
"#
        ),
    );
    for name in ["lister", "relay", "watcher"] {
        fs::copy(
            guest(name),
            windlass.dir().join(format!("mine/{name}.wasm")),
        )
        .unwrap();
    }
    windlass
}

const NO_HTTP: &str = "http = [\"https://api.example.org\"]";

fn run(windlass: &Windlass, words: &[&str]) -> Outcome {
    windlass.run([&["--pack", "mine"], words].concat())
}

#[test]
fn an_inventory_over_http_gives_hosts_with_groups_and_data() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let length = stream.read(&mut request).unwrap();
        let hosts = r#"[{"name": "db-1", "address": "192.0.2.9", "zone": "north"}]"#;
        let answer = format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{hosts}",
            hosts.len()
        );
        stream.write_all(answer.as_bytes()).unwrap();
        String::from_utf8_lossy(&request[..length]).into_owned()
    });
    let windlass = with_pack(&format!("http = [\"http://{address}\"]"));
    let given = format!("@cloud/http/http://{address}/servers");
    let out = run(&windlass, &["--json", "inventory", &given]).succeeds();
    let shown = out.json();
    assert_eq!(shown["hosts"]["db-1"]["data"]["address"], "192.0.2.9");
    assert_eq!(shown["groups"]["north"][0], "db-1");
    let request = server.join().unwrap().to_ascii_lowercase();
    assert!(request.starts_with("get /servers http/1.1"), "{request}");
    assert!(request.contains("authorization: bearer key"), "{request}");
}

#[test]
fn a_connector_runs_commands_and_moves_files_by_a_granted_program() {
    let windlass = with_pack(NO_HTTP);
    let words = ["exec", "@relay/sh", "--", "echo $GREETING; exit 3"];
    let out = run(&windlass, &words);
    assert!(out.says("hello") && out.code != Some(0), "{out}");
    let dest = windlass.dir().join("put");
    windlass.write("deploy/content", "what is put\n".repeat(20_000));
    windlass.write(
        "deploy/deploy.star",
        format!(
            "files.put(src = \"content\", dest = \"{}\")\n",
            dest.display()
        ),
    );
    let apply = ["apply", "--yes", "@relay/sh", "deploy/deploy.star"];
    let _ = run(&windlass, &apply).succeeds();
    assert_eq!(
        fs::read(&dest).unwrap(),
        windlass.read("deploy/content").into_bytes()
    );
    let again = run(&windlass, &apply).succeeds();
    assert!(again.says("Nothing to do"), "{again}");
}

#[test]
fn a_connector_reads_the_data_it_named_and_no_other() {
    let windlass = with_pack(NO_HTTP);
    windlass.write(
        "inventory.toml",
        "[hosts.'@relay/sh']\nrelay_greeting = 'servus'\nother = 'x'\n",
    );
    let out = run(
        &windlass,
        &["exec", "inventory.toml", "--", "echo $GREETING"],
    );
    assert!(out.succeeds().says("servus"));
    windlass.write(
        "inventory.toml",
        "[hosts.'@relay/sh']\nrelay_greeting = 7\n",
    );
    let out = run(&windlass, &["exec", "inventory.toml", "--", "true"]);
    assert!(out.says("`relay_greeting` takes text"), "{out}");
}

#[test]
fn a_connector_may_move_the_bytes_itself_where_that_is_granted() {
    let windlass = with_pack(&format!("{NO_HTTP}\ntraffic = true"));
    let words = ["--no-batch", "exec", "@relay/echo", "--", "some words"];
    let out = run(&windlass, &words).succeeds();
    assert!(out.stdout.contains("some words"), "{out}");
}

#[test]
fn a_connector_that_cannot_connect_says_why() {
    let windlass = with_pack(NO_HTTP);
    let out = run(&windlass, &["exec", "@relay/nowhere", "--", "true"]);
    assert!(
        out.says("there is no way to nowhere; take another one"),
        "{out}"
    );
    let out = run(&windlass, &["exec", "@relay", "--", "true"]);
    assert!(out.says("write `@relay/HOST`"), "{out}");
    let out = run(&windlass, &["inventory", "@relai/x"]);
    assert!(out.says("did you mean `@relay`?"), "{out}");
}

#[test]
fn an_observer_hears_events_in_order() {
    let windlass = with_pack(NO_HTTP);
    windlass.write(
        "deploy.star",
        "server.shell(name = \"one\", commands = \"true\")\nserver.shell(name = \"two\", commands = \"true\")\n",
    );
    let out = run(&windlass, &["apply", "--yes", "@local", "deploy.star"]).succeeds();
    let text = out.to_string();
    let said: Vec<&str> = text
        .lines()
        .filter_map(|line| line.split_once("warning: ").map(|(_, said)| said.trim()))
        .filter(|said| said.contains("operation-host-"))
        .collect();
    assert_eq!(
        said,
        [
            "acme:mine/watcher.wasm: 1 operation-host-start",
            "acme:mine/watcher.wasm: 2 operation-host-success",
            "acme:mine/watcher.wasm: 3 operation-host-start",
            "acme:mine/watcher.wasm: 4 operation-host-success"
        ],
        "{text}"
    );
}

#[test]
fn an_observer_that_fails_is_a_warning_and_the_run_goes_on() {
    let windlass = with_pack(NO_HTTP);
    for name in ["fail", "spin"] {
        windlass.write(
            "deploy.star",
            format!(
                "server.shell(name = \"{name}\", commands = \"true\")\nserver.shell(name = \"after\", commands = \"touch {name}ed\")\n"
            ),
        );
        let out = run(&windlass, &["apply", "--yes", "@local", "deploy.star"]).succeeds();
        assert!(
            out.says("the observer acme:mine/watcher.wasm: the plugin failed")
                && out.says("it is told nothing more of this run"),
            "{out}"
        );
    }
}

#[test]
fn a_hundred_components_that_nobody_uses_are_not_opened() {
    let windlass = with_pack(NO_HTTP);
    let mut manifest = windlass.read("mine/pack.toml");
    let (head, tail) = manifest.split_once("[capabilities]").unwrap();
    let mut parts = head.to_owned();
    for number in 0..100 {
        let file = format!("relay{number}.wasm");
        fs::copy(guest("relay"), windlass.dir().join("mine").join(&file)).unwrap();
        parts.push_str(&format!(
            "[[component]]\npath = \"{file}\"\nrole = \"connecting\"\nexports = [\"@r{number}\"]\n\n"
        ));
    }
    manifest = format!("{parts}[capabilities]{tail}");
    windlass.write("mine/pack.toml", manifest);
    let out = run(&windlass, &["exec", "@r99/sh", "--", "echo via r99"]);
    assert!(out.succeeds().says("via r99"));
}

/// A command's words, run to a good end.
fn told(windlass: &Windlass, line: &str) -> Outcome {
    let words: Vec<&str> = line.split(' ').collect();
    run(windlass, &words).succeeds()
}

/// The lines of standard error that components are behind.
fn remarks(out: &Outcome) -> Vec<&str> {
    let of_pack = |line: &&str| line.contains("acme:mine/");
    out.stderr.lines().filter(of_pack).collect()
}

#[test]
fn a_connector_s_warnings_are_shown_once_and_more_where_it_is_asked_for() {
    let windlass = with_pack(NO_HTTP);
    let two = "exec @relay/sh/loud1,@relay/sh/loud2 -- true";
    let warning = "warning: acme:mine/relay.wasm: this way is slow (on @relay/sh/loud";
    let out = told(&windlass, two);
    let [shown] = remarks(&out)[..] else {
        panic!("{out}");
    };
    assert!(shown.starts_with(warning), "{out}");
    let out = told(&windlass, &format!("-v {two}"));
    let informed = "[@relay/sh/loud2] acme:mine/relay.wasm: info: connecting @relay/sh/loud2";
    assert!(remarks(&out).contains(&informed), "{out}");
    assert!(!out.says("one step"), "{out}");
    let out = told(&windlass, &format!("-vv {two}"));
    let detail = "[@relay/sh/loud1] acme:mine/relay.wasm: debug: one step";
    assert!(remarks(&out).contains(&detail), "{out}");
    // A way that says nothing shows nothing.
    let out = told(&windlass, "exec @relay/sh/quiet -- true");
    assert!(remarks(&out).is_empty(), "{out}");
}

#[test]
fn an_inventory_s_remarks_are_shown_without_a_run_and_in_one() {
    let windlass = with_pack(NO_HTTP);
    let warning = "warning: acme:mine/lister.wasm: the cloud is [2Jold";
    let out = told(&windlass, "inventory @cloud/remark/@relay/sh/x");
    assert_eq!(remarks(&out), [warning], "{out}");
    let out = told(&windlass, "-vv exec @cloud/remark/@relay/sh/x -- true");
    assert_eq!(
        remarks(&out),
        [
            "acme:mine/lister.wasm: debug: asking the cloud",
            "acme:mine/lister.wasm: info: the cloud has one zone",
            warning,
        ],
        "{out}"
    );
}
