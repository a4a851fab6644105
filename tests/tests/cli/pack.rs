//! `windlass pack`, and `--pack`

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use windlass_tests::{Windlass, guest};

const PASSES: &str = r#"{"id": "passes", "op": "server.shell", "params": {"commands": ["echo hi"]}, "expect": {"commands": [{"type": "shell", "raw": "echo hi"}]}}"#;
const FAILS: &str = r#"{"id": "fails", "op": "server.shell", "params": {"commands": ["echo hi"]}, "expect": {"commands": [{"type": "shell", "raw": "echo ho"}]}}"#;

#[test]
fn cases_pass_or_say_why_not() {
    let windlass = Windlass::new();
    windlass.write("good.jsonl", PASSES);
    windlass.write("bad.jsonl", format!("{PASSES}\n{FAILS}\n"));
    let _ = windlass
        .run(["pack", "test", "--cases", "good.jsonl"])
        .succeeds();
    let out = windlass.run(["pack", "test", "--json", "--cases", "bad.jsonl"]);
    let lines = out.exits(1).json_lines();
    assert_eq!(lines[0]["passed"], true);
    assert_eq!(lines[1]["id"], "fails");
    assert_eq!(lines[1]["passed"], false);
    assert_eq!(
        (&lines[2]["total"], &lines[2]["passed"]),
        (&2.into(), &1.into())
    );
}

#[test]
fn a_missing_file_is_named() {
    let windlass = Windlass::new();
    let out = windlass.run(["pack", "test", "--cases", "none.jsonl"]);
    let out = out.exits(1);
    assert!(out.says("none.jsonl"), "{out}");
}

#[test]
fn a_pack_that_the_command_line_names_is_used_and_called_unsigned() {
    let windlass = Windlass::new();
    fs::create_dir(windlass.dir().join("mine")).unwrap();
    fs::copy(guest("echo"), windlass.dir().join("mine/echo.wasm")).unwrap();
    for path in ["mine", "mine/echo.wasm"] {
        let out = windlass.run(["operations", "echo.", "--pack", path]);
        let out = out.succeeds();
        assert!(out.stdout.starts_with("echo."), "{out}");
        let warning = format!("warning: the pack {path} is not signed");
        assert!(out.stderr.contains(&warning), "{out}");
    }
    insta::assert_snapshot!(
        "missing_pack",
        windlass.run(["operations", "--pack", "none.wasm"]).exits(1)
    );
    windlass.write("text.wasm", "no component");
    insta::assert_snapshot!(
        "no_component",
        windlass.run(["operations", "--pack", "text.wasm"]).exits(1)
    );
}

#[test]
fn a_component_that_could_act_is_refused_with_the_name_of_the_import() {
    let windlass = Windlass::new();
    fs::copy(guest("acting"), windlass.dir().join("acting.wasm")).unwrap();
    windlass.write("deploy.star", "");
    let out = windlass.run(["plan", "@local", "deploy.star", "--pack", "acting.wasm"]);
    insta::assert_snapshot!("acting", out.exits(1));
}

/// Whoever can write compiled code can make it do anything, without a sandbox.
#[test]
fn compiled_code_that_others_can_write_is_not_used() {
    let windlass = Windlass::new();
    fs::copy(guest("echo"), windlass.dir().join("echo.wasm")).unwrap();
    let line = ["operations", "echo.", "--pack", "echo.wasm"];
    let cache = windlass.cache().join("windlass");
    let entries = || -> Vec<_> {
        let files = fs::read_dir(&cache).unwrap();
        let paths = files.map(|file| file.unwrap().path());
        let code = |path: &PathBuf| path.extension().is_some_and(|end| end == "code");
        paths.filter(code).collect()
    };
    let _ = windlass.run(line).succeeds();
    let [code] = &entries()[..] else {
        panic!("{:?}", entries())
    };
    // Were the folder used, this would be found wrong and written anew.
    fs::write(code, "no code").unwrap();
    fs::set_permissions(&cache, Permissions::from_mode(0o777)).unwrap();
    let out = windlass.run(line).succeeds();
    assert!(out.stdout.starts_with("echo."), "{out}");
    insta::assert_snapshot!("open_cache", out);
    assert_eq!(fs::read(code).unwrap(), b"no code");
    assert_eq!(entries().len(), 1);
}

#[test]
fn a_size_of_the_cache_that_is_none_is_warned_of() {
    let windlass = Windlass::new().env("WINDLASS_CACHE_SIZE", "lots");
    fs::copy(guest("echo"), windlass.dir().join("echo.wasm")).unwrap();
    let line = ["operations", "echo.", "--pack", "echo.wasm"];
    insta::assert_snapshot!("cache_size", windlass.run(line).succeeds());
}
