//! Inventories and connectors that want more of the controller than they were granted, or too much of everything.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::symlink;

use windlass_tests::{Windlass, guest, or_skip};

struct Attacker(Windlass);

/// Writes the pack `mine` of those who try: an inventory and a connector, with these capabilities.
pub(super) fn write_attackers(windlass: &Windlass, capabilities: &str) {
    for name in ["lister", "relay"] {
        let path = windlass.write(format!("mine/{name}.wasm"), "");
        fs::copy(guest(name), path).unwrap();
    }
    let http = if capabilities.contains("http = ") {
        ""
    } else {
        "http = [\"https://api.example.org\"]"
    };
    let read = if capabilities.contains("read = ") {
        ""
    } else {
        "read = [\"/var/tmp/windlass-none\"]"
    };
    windlass.write(
        "mine/pack.toml",
        format!(
            "[pack]\nname = \"acme:mine\"\nversion = \"1.0.0\"\nlicence = \"MIT\"\nsummary = \"An attacker\"\n\n\
             [[component]]\npath = \"lister.wasm\"\nrole = \"listing\"\nexports = [\"@lister\"]\n\n\
             [[component]]\npath = \"relay.wasm\"\nrole = \"connecting\"\nexports = [\"@relay\"]\n\n\
             [limits]\nrunning = \"1s\"\nmemory = \"32MiB\"\noutput = \"1MiB\"\n\n\
             [capabilities]\nprograms = [{{ name = \"sh\", options = [\"-c\"] }}]\n{http}\n{read}\n{capabilities}\n"
        ),
    );
}

impl Attacker {
    fn granted(capabilities: &str) -> Self {
        let windlass = Windlass::new();
        write_attackers(&windlass, capabilities);
        Self(windlass)
    }

    /// What is said to an inventory that must come to nothing.
    fn lists(&self, argument: &str) -> String {
        let given = format!("@lister/{argument}");
        let out = self.0.run(["--pack", "mine", "inventory", &given]);
        assert_ne!(out.code, Some(0), "{out}");
        out.to_string()
    }

    /// What is said to a command that must not run.
    fn connects(&self, argument: &str) -> String {
        let given = format!("@relay/{argument}");
        let out = self
            .0
            .run(["--pack", "mine", "exec", &given, "--", "echo ran"]);
        assert_ne!(out.code, Some(0), "{out}");
        out.to_string()
    }
}

#[track_caller]
fn says(said: &str, parts: &[&str]) {
    for part in parts {
        assert!(said.contains(part), "{part} is missing in:\n{said}");
    }
}

#[test]
fn guests_that_take_too_much_are_ended_with_the_limit() {
    let attacker = Attacker::granted("");
    says(
        &attacker.lists("spin"),
        &["the plugin failed: it ran for more than"],
    );
    says(
        &attacker.lists("grow"),
        &["the plugin failed: it needs more than", "MiB of memory"],
    );
    // The guest's own stack ends where its memory does; the host's is counted.
    says(
        &attacker.lists("recurse"),
        &["the plugin failed: wasm trap: out of bounds memory access"],
    );
    says(
        &attacker.lists("stack"),
        &["the plugin failed: its calls are nested too deeply"],
    );
    says(
        &attacker.lists("log"),
        &["the plugin failed: it wrote more than 1000 lines"],
    );
    says(
        &attacker.lists("many"),
        &["the plugin failed: it needs more than 32 MiB of memory"],
    );
    says(
        &attacker.lists("large"),
        &["the plugin failed: it gave more at once than the limit `output` allows"],
    );
    says(
        &attacker.lists("trap"),
        &["the plugin failed: ", "unreachable"],
    );
    says(
        &attacker.connects("spin"),
        &["the plugin failed: it ran for more than"],
    );
}

#[test]
fn programs_that_were_not_granted_do_not_start() {
    let attacker = Attacker::granted("");
    let wanted = "the pack acme:mine 1.0.0 wants to start `cat`, which it was not granted";
    let line = "under [capabilities] with programs = [{ name = \"cat\" }]";
    says(&attacker.lists("program/cat+/etc/passwd"), &[wanted, line]);
    says(&attacker.connects("other/cat"), &[wanted, line]);
    // A path is another program than the one of that name.
    says(
        &attacker.lists("program//bin/sh+-c+id"),
        &["wants to start `/bin/sh`"],
    );
}

#[test]
fn arguments_and_variables_cannot_turn_a_program() {
    let attacker = Attacker::granted("");
    says(
        &attacker.connects("inject"),
        &["the option `-x` of sh is not among those it may use (-c)"],
    );
    says(
        &attacker.lists("program/sh+--rcfile=/tmp/x"),
        &["the option `--rcfile=/tmp/x` of sh"],
    );
    says(
        &attacker.lists("env/LD_PRELOAD"),
        &[
            "wants to set the variable LD_PRELOAD for `sh`",
            "env = [\"LD_PRELOAD\"]",
        ],
    );
}

#[test]
fn a_flood_of_a_program_is_cut() {
    let attacker = Attacker::granted("");
    says(
        &attacker.lists("program/sh+-c+yes"),
        &["`sh` gave more than", "bytes and was ended"],
    );
}

#[test]
fn paths_do_not_lead_out_of_a_granted_folder() {
    let outside = Windlass::new();
    let root = outside.dir().canonicalize().unwrap();
    outside.write("inside/list", "web-7\n");
    let secret = outside.write("secret", "s3cret");
    symlink(&secret, root.join("inside/link")).unwrap();
    let inside = root.join("inside").display().to_string();
    let attacker = Attacker::granted(&format!("read = [\"{inside}\"]"));
    let given = format!("@lister/file/{inside}/list");
    let out = attacker.0.run(["--pack", "mine", "inventory", &given]);
    assert!(out.succeeds().says("web-7"));
    for path in [
        format!("{inside}/../secret"),
        format!("{inside}/link"),
        secret.display().to_string(),
        String::from("/etc/passwd"),
    ] {
        let said = attacker.lists(&format!("file/{path}"));
        says(
            &said,
            &[
                &format!("wants to read `{path}`, which it was not granted"),
                "neither `..` nor a link leads out",
            ],
        );
        assert!(!said.contains("s3cret"), "{said}");
    }
}

#[test]
fn addresses_that_were_not_granted_are_not_called() {
    let attacker = Attacker::granted("");
    for url in [
        "http://127.0.0.1:1/x",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]:1/",
        "http://2130706433/",
        "http://api.example.org/",
        "https://api.example.org:8443/",
    ] {
        let said = attacker.lists(&format!("http/{url}"));
        says(
            &said,
            &[
                "wants to call http",
                "which it was not granted",
                "http = [\"http",
            ],
        );
    }
    let said = attacker.lists("http/https://me:pw@api.example.org/");
    says(&said, &["a name and a password stand in a web address"]);
    let said = attacker.lists("http/file:///etc/passwd");
    says(&said, &["is no web address"]);
}

#[test]
fn a_name_does_not_lead_to_this_machine() {
    let granted = "http = [\"http://api.example.test:7\", \"http://meta.example.test:7\"]";
    let mut attacker = Attacker::granted(granted);
    attacker.0 = or_skip!(attacker.0.under_policy(""));
    attacker.0.set_names(
        "127.0.0.1 localhost\n127.0.0.1 api.example.test\n169.254.169.254 meta.example.test\n",
    );
    for (name, what) in [
        ("api", "127.0.0.1, this machine itself"),
        ("meta", "169.254.169.254, a cloud's metadata service"),
    ] {
        let said = attacker.lists(&format!("http/http://{name}.example.test:7/"));
        says(
            &said,
            &[
                &format!("{name}.example.test:7 is not called: its name stands for {what}"),
                "where that is meant, the grant names the address itself",
            ],
        );
    }
}

#[test]
fn a_redirect_is_checked_like_the_first_request() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).unwrap();
            let to = "http://169.254.169.254/latest/meta-data/iam/";
            let answer = format!(
                "HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            );
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    let attacker = Attacker::granted(&format!("http = [\"http://{address}\"]"));
    let said = attacker.lists(&format!("http/http://{address}/"));
    says(
        &said,
        &[&format!(
            "wants to call http://169.254.169.254, where http://{address} redirects to"
        )],
    );
}

#[test]
fn what_a_component_may_not_import_it_does_not_get() {
    let windlass = Windlass::new();
    windlass.write("deploy.star", "");
    let acting = guest("acting").display().to_string();
    let out = windlass.run(["--pack", &acting, "plan", "@local", "deploy.star"]);
    assert_ne!(out.code, Some(0), "{out}");
    says(
        &out.to_string(),
        &[
            "is refused: it imports `windlass:plugin/target@",
            "a component with operations or facts may import facts, context, local-files, secrets, log, types of the contract, and \
             nothing that acts",
        ],
    );
}

#[test]
fn a_list_does_not_reach_the_controller_or_secrets() {
    let attacker = Attacker::granted("");
    says(
        &attacker.lists("names/@local"),
        &["it lists `@local`, which a component may not"],
    );
    says(
        &attacker.lists("data/_sudo=true"),
        &["wants to set the global argument _sudo", "privilege = true"],
    );
    says(
        &attacker.lists("data/ssh_proxy_command=sh"),
        &["ssh_proxy_command, which concerns the controller"],
    );
    says(
        &attacker.lists(r#"data/ssh_password={"$secret":"db"}"#),
        &["has a key that begins with `$`"],
    );
}

#[test]
fn a_connector_sees_no_bytes_that_it_was_not_granted() {
    let attacker = Attacker::granted("");
    says(
        &attacker.connects("echo"),
        &[
            "wants to see the traffic of its connections",
            "traffic = true",
        ],
    );
}
