//! The templates of every role but planning: what `windlass pack new --role` makes is built, and does what its README says.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use windlass_engine::contract::Role;
use windlass_tests::compilers::{compiler, path};
use windlass_tests::{Outcome, Windlass, or_skip};

use crate::reach::cloud;

/// The folder of the pack, one after the other: what a crate depends on stays built.
const PACK: &str = "pack";

/// The address that the template of an inventory asks, where its author writes their own.
const ADDRESS: &str = "https://api.example.org";

/// A folder for packs in a language, with programs that stand for those that the templates run.
struct Author {
    windlass: Windlass,
    language: &'static str,
}

impl Author {
    fn of(language: &'static str) -> Self {
        let windlass = Windlass::new();
        let programs = windlass.dir().join("programs");
        for (name, text) in [
            (
                "docker",
                "#!/bin/sh\n[ \"$1 $2 $3 $4\" = \"exec -i -- web\" ] && shift 4 && exec \"$@\"\n",
            ),
            (
                "pass",
                "#!/bin/sh\ncase \"$*\" in\n\
                 'show -- db/root') printf 'sesame-street\\nuser: root\\n' ;;\n\
                 'show -- db/bytes') head -c 100000 /dev/zero | tr '\\0' '\\377' ;;\n\
                 *) exit 1 ;;\nesac\n",
            ),
        ] {
            let program = windlass.write(programs.join(name), text);
            fs::set_permissions(program, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let all = format!("{}:{}", programs.display(), path());
        let windlass = windlass
            .finding_cargo(concat!(env!("CARGO_TARGET_TMPDIR"), "/packs"))
            .env("PATH", all);
        Self { windlass, language }
    }

    /// A new pack of this role.
    fn makes(&self, role: Role) {
        let fresh = [
            "pack",
            "new",
            "labs:web-page",
            "fresh",
            "--lang",
            self.language,
        ];
        let out = self
            .windlass
            .run([&fresh[..], &["--role", role.as_str()]].concat());
        let out = out.succeeds();
        assert!(out.stdout.contains("README.md"), "{out}");
        let (fresh, pack) = (
            self.windlass.dir().join("fresh"),
            self.windlass.dir().join(PACK),
        );
        if pack.exists() {
            // The SDK of a pack before stays: it is the same, and was compiled.
            let _ = fs::remove_dir_all(fresh.join("windlass-sdk"));
            empty(&pack);
            for entry in fs::read_dir(&fresh).unwrap() {
                let entry = entry.unwrap();
                fs::rename(entry.path(), pack.join(entry.file_name())).unwrap();
            }
            fs::remove_dir(fresh).unwrap();
        } else {
            fs::rename(fresh, pack).unwrap();
        }
    }

    fn builds(&self) {
        let built = self.windlass.run(["pack", "build", PACK]).succeeds();
        assert!(
            built.stdout.contains("labs:web-page 0.1.0 is built."),
            "{built}"
        );
    }

    /// Runs a command with the pack.
    fn run(&self, words: &[&str]) -> Outcome {
        self.windlass.run([&["--pack", PACK], words].concat())
    }

    fn apply(&self, deploy: &str) -> Outcome {
        let deploy = deploy.replace("FOLDER", &self.windlass.dir().display().to_string());
        self.windlass.write("deploy.star", deploy);
        self.run(&["apply", "--yes", "@local", "deploy.star"])
    }
}

/// Removes a pack's own files.
fn empty(pack: &Path) {
    for entry in fs::read_dir(pack).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name() == "windlass-sdk" {
            continue;
        }
        match entry.file_type().unwrap().is_dir() {
            true => fs::remove_dir_all(entry.path()).unwrap(),
            false => fs::remove_file(entry.path()).unwrap(),
        }
    }
}

/// Replaces text in the pack's own files.
fn replace(folder: &Path, from: &str, to: &str) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = entry.path();
        if entry.file_type().unwrap().is_dir() {
            if entry.file_name() != "windlass-sdk" {
                replace(&path, from, to);
            }
        } else if let Ok(text) = fs::read_to_string(&path) {
            fs::write(path, text.replace(from, to)).unwrap();
        }
    }
}

/// What the pack of a role does.
type Does = fn(&Author);

/// Each role.
const ALL: [Does; 6] = [acts, deploys, lists, connects, observes, provides];

/// Packs of these roles in a language.
fn templates(language: &'static str, roles: &[Does]) {
    let author = Author::of(language);
    for does in roles {
        does(&author);
    }
}

fn acts(author: &Author) {
    author.makes(Role::Acting);
    author.builds();
    author.windlass.write("there", "");
    let out = author.apply("web_page.wait(command = \"test -e FOLDER/there\", tries = 1)\n");
    let out = out.succeeds();
    assert!(out.says("1 change"), "{out}");
    let out = author.apply("web_page.wait(command = \"test -e FOLDER/gone\", tries = 2)\n");
    let out = out.exits(4);
    assert!(out.says("after 2 tries it still fails: test -e "), "{out}");
}

fn deploys(author: &Author) {
    author.makes(Role::Deploying);
    author.builds();
    let plan = ["plan", "@fake/web-01", "@labs:web-page"];
    let out = author.run(&plan).succeeds();
    assert!(out.says("upload to /etc/motd"), "{out}");
    assert!(out.says("call(check)"), "{out}");
}

fn lists(author: &Author) {
    author.makes(Role::Listing);
    replace(&author.windlass.dir().join(PACK), ADDRESS, &cloud());
    author.builds();
    let list = ["inventory", "--json", "@web_page/north"];
    let out = author.run(&list).succeeds();
    assert!(out.says("cloud-1") && out.says("192.0.2.1"), "{out}");
}

fn connects(author: &Author) {
    author.makes(Role::Connecting);
    author.builds();
    let greet = [
        "exec",
        "@web_page/web",
        "--",
        "cat > file; echo from $((6 * 7))",
    ];
    let out = author.run(&greet).succeeds();
    assert!(out.stdout.contains("from 42"), "{out}");
}

fn observes(author: &Author) {
    author.makes(Role::Observing);
    author.builds();
    let deploy = "server.shell(commands = \"true\")\nserver.shell(commands = \"false\")\n";
    let out = author.apply(deploy).exits(4);
    assert!(out.says("1 changed, 1 failed"), "{out}");
}

fn provides(author: &Author) {
    author.makes(Role::Providing);
    author.builds();
    let put = |name: &str| {
        let source = format!("secret(\"web-page:{name}\")");
        author.apply(&format!(
            "files.put(src = {{\"$content\": {source}}}, dest = \"FOLDER/arrived\")\n"
        ))
    };
    let out = put("db/root").succeeds();
    assert!(!out.says("sesame-street"), "{out}");
    assert_eq!(author.windlass.read("arrived"), "sesame-street");
    // As text it is longer than the program's output.
    let out = put("db/bytes").succeeds();
    assert!(!out.says("\u{fffd}"), "{out}");
    assert_eq!(author.windlass.read("arrived"), "\u{fffd}".repeat(100_000));
    let out = put("db/none");
    assert_ne!(out.code, Some(0), "{out}");
    assert!(out.says("the password store has no db/none"), "{out}");
}

#[test]
fn rust_templates() {
    templates("rust", &ALL);
}

// What is made in Python takes long to build: some roles a test.

#[test]
fn python_templates_for_hosts() {
    or_skip!(compiler(&["componentize-py"]));
    templates("python", &ALL[..2]);
}

#[test]
fn python_templates_for_inventories() {
    or_skip!(compiler(&["componentize-py"]));
    templates("python", &ALL[2..4]);
}

#[test]
fn python_templates_for_runs() {
    or_skip!(compiler(&["componentize-py"]));
    templates("python", &ALL[4..]);
}

#[test]
fn javascript_templates() {
    or_skip!(compiler(&["componentize-qjs"]));
    templates("js", &ALL);
}

#[test]
fn c_templates() {
    or_skip!(compiler(&["python-zig", "zig", "clang"]));
    templates("c", &ALL);
}

#[test]
fn what_is_no_role_is_told_with_all_that_are() {
    let new = ["pack", "new", "labs:web-page", "--role", "deploy"];
    let out = Windlass::new().run(new);
    assert_ne!(out.code, Some(0), "{out}");
    assert!(out.says("planning, acting, deploying, connecting"), "{out}");
}
