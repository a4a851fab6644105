//! Inventories and connectors in each language, as packs that ask for what they need, through the command line.

use std::io::{Read, Write};
use std::net::TcpListener;

use windlass_engine::capability::{Capabilities, Program};
use windlass_engine::contract::Role;
use windlass_tests::{Missing, Windlass, or_skip};

use crate::components::{Language, build};

const HOSTS: &str = r#"[{"name": "cloud-1", "address": "192.0.2.1"}]"#;

/// A cloud that answers one request with its hosts; gives its address.
pub(crate) fn cloud() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let length = stream.read(&mut request).unwrap();
        let text = String::from_utf8_lossy(&request[..length]).to_ascii_lowercase();
        let status = if text.contains("accept: application/json") {
            "200 OK"
        } else {
            "406 Not Acceptable"
        };
        let length = HOSTS.len();
        let answer = format!(
            "HTTP/1.1 {status}\r\nlink: one\r\nlink: two\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{HOSTS}"
        );
        stream.write_all(answer.as_bytes()).unwrap();
    });
    format!("http://{address}")
}

fn program(name: &str) -> Program {
    Program {
        name: name.to_owned(),
        ..Program::default()
    }
}

fn lists(language: Language) -> Result<(), Missing> {
    let cloud = cloud();
    let capabilities = Capabilities {
        programs: vec![program("printf")],
        http: [cloud.clone()].into(),
        ..Capabilities::default()
    };
    let component = build(language, "lister", Role::Listing, &capabilities)?;
    let windlass = Windlass::new();
    windlass.write("lister/lister.wasm", component);
    let asks = format!("programs = [{{ name = \"printf\" }}]\nhttp = [\"{cloud}\"]\n");
    windlass.write("lister/pack.toml", manifest_of("lister", "listing", &asks));
    let out = windlass.run(["inventory", "--json", "@lister/a+b", "--pack", "lister"]);
    let out = out.succeeds();
    assert!(
        out.says("\"a\"") && out.says("\"b\"") && out.says("listed"),
        "{out}"
    );
    let listed = format!("@lister/{cloud}/servers");
    let out = windlass
        .run(["inventory", "--json", &listed, "--pack", "lister"])
        .succeeds();
    assert!(out.says("cloud-1") && out.says("192.0.2.1"), "{out}");
    assert!(out.says("one, two"), "{out}");
    let out = windlass
        .run(["inventory", "@lister/", "--pack", "lister"])
        .exits(1);
    assert!(out.says("name the hosts, as in @lister/a+b"), "{out}");
    Ok(())
}

fn reaches(language: Language) -> Result<(), Missing> {
    let capabilities = Capabilities {
        programs: vec![program("sh")],
        env: ["GREETING".to_owned()].into(),
        ..Capabilities::default()
    };
    let component = build(language, "relay", Role::Connecting, &capabilities)?;
    let windlass = Windlass::new();
    windlass.write("relay/relay.wasm", component);
    let asks = "programs = [{ name = \"sh\", options = [\"-c\"] }]\nenv = [\"GREETING\"]\n";
    windlass.write("relay/pack.toml", manifest_of("relay", "connecting", asks));
    let greet = [
        "exec",
        "--pack",
        "relay",
        "@relay/x",
        "--",
        "echo $GREETING; cat > file; echo end",
    ];
    let out = windlass.run(greet).succeeds();
    assert!(
        out.stdout.contains("hello") && out.stdout.contains("end"),
        "{out}"
    );
    let put = windlass.dir().join("put");
    let deploy = format!("files.put(src = \"text\", dest = \"{}\")\n", put.display());
    windlass.write("deploy.star", deploy);
    windlass.write("text", "put by @relay\n");
    windlass.write(
        "inventory.toml",
        "[hosts.\"@relay/x\"]\nrelay_greeting = \"good day\"\n",
    );
    let apply = [
        "apply",
        "--yes",
        "--pack",
        "relay",
        "inventory.toml",
        "deploy.star",
    ];
    let _ = windlass.run(apply).succeeds();
    assert_eq!(windlass.read("put"), "put by @relay\n");
    let greeting = [
        "exec",
        "--pack",
        "relay",
        "inventory.toml",
        "--",
        "echo $GREETING",
    ];
    let out = windlass.run(greeting).succeeds();
    assert!(out.stdout.contains("good day"), "{out}");
    let nowhere = ["exec", "--pack", "relay", "@relay/nowhere", "--", "true"];
    let out = windlass.run(nowhere);
    assert_ne!(out.code, Some(0), "{out}");
    assert!(out.says("there is no way to nowhere"), "{out}");
    Ok(())
}

/// `@relay/echo` moves the bytes itself: it gives back its command, then its standard input.
fn moves_bytes(language: Language) -> Result<(), Missing> {
    let capabilities = Capabilities {
        programs: vec![program("sh")],
        env: ["GREETING".to_owned()].into(),
        traffic: true,
        ..Capabilities::default()
    };
    let component = build(language, "relay", Role::Connecting, &capabilities)?;
    let windlass = Windlass::new();
    windlass.write("relay/relay.wasm", component);
    let asks = "programs = [{ name = \"sh\", options = [\"-c\"] }]\nenv = [\"GREETING\"]\ntraffic = true\n";
    windlass.write("relay/pack.toml", manifest_of("relay", "connecting", asks));
    let echo = [
        "--no-batch",
        "exec",
        "--pack",
        "relay",
        "@relay/echo",
        "--",
        "some words",
    ];
    let out = windlass.run(echo).succeeds();
    assert!(out.stdout.contains("some words"), "{out}");
    Ok(())
}

fn manifest_of(name: &str, role: &str, asks: &str) -> String {
    format!(
        "[pack]\nname = \"example:{name}\"\nversion = \"0.1.0\"\nwindlass = \">=0.1\"\nlicence = \"Apache-2.0\"\n\
         summary = \"{name}\"\n\n[[component]]\npath = \"{name}.wasm\"\nrole = \"{role}\"\n\
         exports = [\"@{name}\"]\n\n[capabilities]\n{asks}"
    )
}

#[test]
fn python_lists() {
    or_skip!(lists(Language::Python));
}

#[test]
fn python_reaches() {
    or_skip!(reaches(Language::Python));
}

#[test]
fn javascript_lists() {
    or_skip!(lists(Language::JavaScript));
}

#[test]
fn javascript_reaches() {
    or_skip!(reaches(Language::JavaScript));
}

#[test]
fn c_lists() {
    or_skip!(lists(Language::C));
}

#[test]
fn c_reaches() {
    or_skip!(reaches(Language::C));
}

#[test]
fn rust_moves_bytes() {
    or_skip!(moves_bytes(Language::Rust));
}

#[test]
fn c_moves_bytes() {
    or_skip!(moves_bytes(Language::C));
}

#[test]
fn python_moves_bytes() {
    or_skip!(moves_bytes(Language::Python));
}

#[test]
fn javascript_moves_bytes() {
    or_skip!(moves_bytes(Language::JavaScript));
}
