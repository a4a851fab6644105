//! The book's first pack, as its reader makes it: every command of the page runs as it stands, in each language.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;

use windlass_tests::compilers::{compiler, path};
use windlass_tests::{OciRegistry, Windlass, or_skip};

/// Printed before each block of commands, so that what it says can be told from the rest.
const MARK: &str = "=== block";

/// The language and the registry that the page writes, where a reader writes their own.
const LANGUAGE: &str = " rust";
const REGISTRY: &str = "127.0.0.1:5000";

/// A block of commands, and what the page says they print; `…` stands for anything.
#[derive(Debug)]
struct Step {
    commands: String,
    prints: Vec<String>,
}

fn page() -> Vec<Step> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/src/first-pack.md");
    let text = fs::read_to_string(path).unwrap();
    let mut steps: Vec<Step> = Vec::new();
    for block in text.split("\n```").skip(1).step_by(2) {
        let (kind, body) = block.split_once('\n').unwrap();
        match kind {
            "sh" => steps.push(Step {
                commands: body.to_owned(),
                prints: Vec::new(),
            }),
            "text" => {
                let step = steps
                    .last_mut()
                    .expect("commands stand before what they print");
                step.prints.extend(body.lines().map(str::to_owned));
            }
            other => panic!("the page has a block of the kind `{other}`, which is not tested"),
        }
    }
    steps
}

/// Whether the line has the parts between the `…` of the page's line, in their order.
fn fits(line: &str, wanted: &str) -> bool {
    if !wanted.contains('…') {
        return line == wanted;
    }
    let mut rest = line;
    let parts: Vec<&str> = wanted.split('…').collect();
    for (at, part) in parts.iter().enumerate() {
        let Some(found) = rest.find(part) else {
            return false;
        };
        if at == 0 && found > 0 {
            return false;
        }
        rest = &rest[found + part.len()..];
    }
    parts.last().is_some_and(|last| line.ends_with(last))
}

/// Which of the lines that a step should print is missing; they come in the page's order.
fn missing<'a>(step: &'a Step, printed: &str) -> Option<&'a str> {
    let mut lines = printed.lines();
    let wanted = step.prints.iter().map(String::as_str);
    wanted
        .filter(|wanted| !wanted.is_empty())
        .find(|wanted| !lines.any(|line| fits(line, wanted)))
}

/// Follows the page in one shell, in an empty folder.
fn travels(language: &str, registry: &OciRegistry) {
    let steps = page();
    let own = |text: &str| {
        text.replace(LANGUAGE, &format!(" {language}"))
            .replace(REGISTRY, &registry.host())
    };
    let mut script =
        String::from("set -eu\nexec 2>&1\nprogram=$1\nwindlass() { \"$program\" \"$@\"; }\n");
    for step in &steps {
        script.push_str(&format!("echo '{MARK}'\n{}\n", own(&step.commands)));
    }
    let windlass = Windlass::new();
    let file = windlass.root().join("page.sh");
    fs::write(&file, script).unwrap();
    let windlass = windlass
        .finding_cargo(concat!(env!("CARGO_TARGET_TMPDIR"), "/packs"))
        .env("PATH", path())
        .started_by(["sh", file.to_str().unwrap()]);
    let out = windlass.run([""; 0]).succeeds();
    let printed: Vec<&str> = out.stdout.split(MARK).skip(1).collect();
    assert_eq!(printed.len(), steps.len(), "{out}");
    for (step, printed) in steps.iter().zip(printed) {
        let step = Step {
            commands: own(&step.commands),
            prints: step.prints.iter().map(|line| own(line)).collect(),
        };
        if let Some(line) = missing(&step, printed) {
            panic!(
                "the page says `{line}`, and\n{}prints{printed}",
                step.commands
            );
        }
    }
    // The project has what the page says, and nothing of the machine was changed.
    let lock = windlass.read("site/packs.lock");
    assert!(lock.contains("acme:motd"), "{lock}");
    assert!(windlass.dir().join("motd/motd.wasm").is_file());
}

#[test]
fn rust() {
    let registry = or_skip!(OciRegistry::start());
    travels("rust", &registry);
}

#[test]
fn python() {
    let registry = or_skip!(OciRegistry::start());
    or_skip!(compiler(&["componentize-py"]));
    travels("python", &registry);
}

#[test]
fn javascript() {
    let registry = or_skip!(OciRegistry::start());
    or_skip!(compiler(&["componentize-qjs"]));
    travels("js", &registry);
}

#[test]
fn c() {
    let registry = or_skip!(OciRegistry::start());
    or_skip!(compiler(&["python-zig", "zig", "clang"]));
    travels("c", &registry);
}

/// A page that the test no longer reads would pass as well.
#[test]
fn the_page_is_read() {
    let steps = page();
    let all: Vec<&str> = steps.iter().map(|step| step.commands.as_str()).collect();
    let all = all.join("\n");
    for command in [
        "new acme:motd --lang rust",
        "build",
        "test",
        "keygen",
        "sign",
        "push",
        "add",
    ] {
        assert!(all.contains(&format!("windlass pack {command}")), "{all}");
    }
    assert!(all.contains(" --locked\n"), "{all}");
    let printed = "[@fake/web-01] changed: Greeting\nDone: 1 host, 1 change\n";
    let last = steps.last().unwrap();
    assert_eq!(missing(last, printed), None);
    assert_eq!(
        missing(last, "Done: 1 host, 1 change\n"),
        Some("[@fake/web-01] changed: Greeting")
    );
    assert!(
        fits("motd.wasm: 46 KB", "motd.wasm: … KB")
            && !fits("a motd.wasm: 4 KB", "motd.wasm: … KB")
    );
}
