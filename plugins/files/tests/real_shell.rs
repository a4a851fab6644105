//! The commands do what the predictions say: operations planned against a real shell, run in a fresh folder, and
//! planned again.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value as Json, json};
use windlass_plugin_files::NAMESPACE;
use windlass_sdk::content::{Content, plain_bytes};
use windlass_sdk::fact::{Origin, Output};
use windlass_sdk::request::FactRequest;
use windlass_sdk::step::Action;
use windlass_sdk::testing::TestHost;
use windlass_sdk::{Error, Plan};

/// A fresh folder that is removed again.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("windlass-files-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path.canonicalize().unwrap())
    }

    fn path(&self, below: &str) -> String {
        self.0.join(below).to_str().unwrap().to_owned()
    }

    fn read(&self, below: &str) -> String {
        fs::read_to_string(self.0.join(below)).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn shell(command: &str) -> Output {
    let output = Command::new("sh")
        .arg("-c")
        .arg(command)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let status = output.status.code().unwrap_or(-1);
    Output {
        status,
        stdout: output.stdout,
        stderr: output.stderr,
        values: Vec::new(),
    }
}

/// Answers the facts of this namespace by their own commands.
fn answer(request: &FactRequest) -> Result<Json, Error> {
    let args = || vec![request.args.clone()];
    match NAMESPACE.source(&request.fact, args())? {
        Origin::Shell(command) => {
            let output = shell(&command.text.render());
            Ok(NAMESPACE.parse(&request.fact, args(), &output)?.remove(0))
        }
        other => Err(Error::operation(format!("{other:?} is no command"))),
    }
}

fn host() -> TestHost {
    TestHost::new()
        .answer_with(answer)
        .global("_timestamp", "20260101T000000Z")
}

fn execute(plan: &Plan) {
    for step in &plan.steps {
        match &step.action {
            Action::Shell(command) => {
                let text = command.text.render();
                let output = shell(&text);
                assert_eq!(
                    output.status,
                    0,
                    "{text}: {}",
                    String::from_utf8_lossy(&output.stderr)
                );
            }
            Action::Upload(upload) => {
                let Content::Inline(atoms) = &upload.source else {
                    panic!("only content is uploaded here")
                };
                let mut file = fs::File::create(&upload.dest).unwrap();
                file.write_all(&plain_bytes(atoms).unwrap()).unwrap();
                let mode = upload.mode.unwrap_or(0o644);
                fs::set_permissions(&upload.dest, fs::Permissions::from_mode(mode)).unwrap();
            }
            other => panic!("{other:?} is not run here"),
        }
    }
}

/// Plans, checks that the dry run finds nothing more to do where it can tell, runs, and plans again: nothing is left.
fn apply(operation: &str, args: &Json) -> Plan {
    let mut dry = host();
    let plan = dry.run(|| NAMESPACE.plan(operation, args.clone())).unwrap();
    assert!(!plan.is_empty(), "{operation} {args} has nothing to do");
    dry.apply(&plan);
    let predicted = dry.run(|| NAMESPACE.plan(operation, args.clone()));
    execute(&plan);
    let after = host()
        .run(|| NAMESPACE.plan(operation, args.clone()))
        .unwrap();
    assert!(
        after.is_empty(),
        "{operation} {args} again does {:?}",
        after.steps
    );
    if let Ok(predicted) = predicted {
        assert!(
            predicted.is_empty(),
            "{operation} {args} is predicted to do {:?}",
            predicted.steps
        );
    }
    plan
}

fn mode(path: impl AsRef<Path>) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn folders_files_and_links() {
    let folder = Folder::new("kinds");
    let (dir, file, link) = (
        folder.path("a b/it's"),
        folder.path("a b/it's/f $x"),
        folder.path("link"),
    );
    apply("files.directory", &json!({"path": dir, "mode": "2750"}));
    assert_eq!(mode(&dir), 0o2750);
    apply("files.file", &json!({"path": file, "mode": 600}));
    assert_eq!(mode(&file), 0o600);
    apply("files.link", &json!({"path": link, "target": "a b/it's"}));
    apply("files.link", &json!({"path": link, "target": file}));
    assert_eq!(fs::read_link(&link).unwrap(), Path::new(&file));
    apply("files.link", &json!({"path": link, "present": false}));
    apply("files.file", &json!({"path": file, "present": false}));
    apply("files.directory", &json!({"path": dir, "present": false}));
}

#[test]
fn what_is_in_the_way_is_kept_under_another_name() {
    let folder = Folder::new("force");
    let path = folder.path("x");
    fs::write(&path, "old").unwrap();
    let refused = host().run(|| NAMESPACE.plan("files.directory", json!({"path": path})));
    assert!(refused.unwrap_err().message.contains("force=True"));
    apply("files.directory", &json!({"path": path, "force": true}));
    assert_eq!(folder.read("x.20260101T000000Z"), "old");
}

#[test]
fn uploads_with_times() {
    let folder = Folder::new("put");
    let dest = folder.path("new/motd");
    let args = json!({"src": {"$content": "hello\n"}, "dest": dest, "mode": 640, "mtime": "2020-05-01T00:01:00Z"});
    apply("files.put", &args);
    assert_eq!(folder.read("new/motd"), "hello\n");
    assert_eq!(mode(&dest), 0o640);
    apply(
        "files.put",
        &json!({"src": {"$content": "other\n"}, "dest": dest}),
    );
    assert_eq!(folder.read("new/motd"), "other\n");
}

#[test]
fn lines() {
    let folder = Folder::new("line");
    let path = folder.path("conf");
    fs::write(&path, "#Port 22\nRoot yes\nHost a/b\n").unwrap();
    apply(
        "files.line",
        &json!({"path": path, "line": "it's new & \"quoted\""}),
    );
    apply(
        "files.line",
        &json!({"path": path, "line": "^#?Port", "replace": "Port 2222", "extended_regex": true}),
    );
    apply(
        "files.line",
        &json!({"path": path, "line": "Host a/b", "replace": "Host c/d"}),
    );
    apply(
        "files.line",
        &json!({"path": path, "line": "^Root", "present": false, "backup": true}),
    );
    assert_eq!(
        folder.read("conf"),
        "Port 2222\nHost c/d\nit's new & \"quoted\"\n"
    );
    assert!(folder.read("conf.20260101T000000Z").contains("Root yes"));
}

#[test]
fn a_line_after_a_missing_newline_and_in_a_missing_file() {
    let folder = Folder::new("newline");
    fs::write(folder.path("f"), "a").unwrap();
    apply(
        "files.line",
        &json!({"path": folder.path("f"), "line": "b", "ensure_newline": true}),
    );
    assert_eq!(folder.read("f"), "a\nb\n");
    apply(
        "files.line",
        &json!({"path": folder.path("g"), "line": "c"}),
    );
    assert_eq!(folder.read("g"), "c\n");
}

#[test]
fn replacements() {
    let folder = Folder::new("replace");
    let path = folder.path("f");
    fs::write(&path, "a old old\nb\n").unwrap();
    apply(
        "files.replace",
        &json!({"path": path, "text": "old", "replace": "n/w", "flags": ["g"]}),
    );
    assert_eq!(folder.read("f"), "a n/w n/w\nb\n");
}

#[test]
fn blocks() {
    let folder = Folder::new("block");
    let path = folder.path("hosts");
    apply(
        "files.block",
        &json!({"path": path, "content": "10.0.0.1 a\n10.0.0.2 $b `c`"}),
    );
    let marked = "# BEGIN WINDLASS BLOCK\n10.0.0.1 a\n10.0.0.2 $b `c`\n# END WINDLASS BLOCK\n";
    assert_eq!(folder.read("hosts"), marked);
    apply(
        "files.block",
        &json!({"path": path, "content": ["x\\n'y'"]}),
    );
    assert_eq!(
        folder.read("hosts"),
        "# BEGIN WINDLASS BLOCK\nx\\n'y'\n# END WINDLASS BLOCK\n"
    );
    apply("files.block", &json!({"path": path, "present": false}));
    assert_eq!(folder.read("hosts"), "");
}

#[test]
fn blocks_at_a_line_and_at_the_edges() {
    let folder = Folder::new("edges");
    let path = folder.path("f");
    let block = |mark: &str, more: Json| {
        let mut args =
            json!({"path": path, "content": [mark], "marker": format!("# {{mark}} {mark}")});
        args.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        apply("files.block", &args);
    };
    fs::write(&path, "one\ntwo\n").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o604)).unwrap();
    block("A", json!({"line": "two", "before": true}));
    block("B", json!({"line": "one", "after": true}));
    block("S", json!({"before": true}));
    block("E", json!({}));
    let lines = folder
        .read("f")
        .replace("# BEGIN ", "<")
        .replace("# END ", ">")
        .replace('\n', " ");
    assert_eq!(lines, "<S S >S one <B B >B <A A >A two <E E >E ");
    assert_eq!(mode(&path), 0o604);
}

#[test]
fn blocks_that_pyinfra_wrote_are_found() {
    let folder = Folder::new("pyinfra");
    let path = folder.path("f");
    fs::write(
        &path,
        "a\n# BEGIN PYINFRA BLOCK\nold\n# END PYINFRA BLOCK\nb\n",
    )
    .unwrap();
    apply("files.block", &json!({"path": path, "content": "new"}));
    assert_eq!(
        folder.read("f"),
        "a\n# BEGIN PYINFRA BLOCK\nnew\n# END PYINFRA BLOCK\nb\n"
    );
}

#[test]
fn copies_and_moves() {
    let folder = Folder::new("copy");
    fs::create_dir(folder.path("to")).unwrap();
    fs::write(folder.path("a"), "a").unwrap();
    apply(
        "files.copy",
        &json!({"src": folder.path("a"), "dest": folder.path("to")}),
    );
    assert_eq!(folder.read("to/a"), "a");
    fs::write(folder.path("b"), "b").unwrap();
    let args = json!({"src": folder.path("b"), "dest": folder.path("to")});
    let plan = host().run(|| NAMESPACE.plan("files.move", args)).unwrap();
    execute(&plan);
    assert_eq!(folder.read("to/b"), "b");
    assert!(!Path::new(&folder.path("b")).exists());
}
