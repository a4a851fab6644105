//! The types of the SDK for JavaScript: what the guests of the suite do with it is what they say.

use std::fs;
use std::process::Command;

use serde_json::json;
use windlass_tests::{Missing, or_skip};

use crate::components::{conformance, root, tools};

/// What the compiler of TypeScript has against a module, or all modules of the guests.
fn wrong(module: Option<&str>) -> Result<String, Missing> {
    let tsc = tools().join("node_modules/.bin/tsc");
    if !tsc.is_file() {
        return Err(Missing::new("tsc", "cargo xtask deps --yes"));
    }
    let folder = tempfile::tempdir().unwrap();
    let files = match module {
        Some(text) => {
            let path = folder.path().join("module.ts");
            fs::write(&path, text).unwrap();
            vec![path]
        }
        None => {
            let guests = fs::read_dir(conformance().join("js")).unwrap();
            let guests = guests.map(|guest| guest.unwrap().path());
            // What these do wrong is meant.
            guests
                .filter(|guest| !guest.ends_with("system.js") && !guest.ends_with("faults.js"))
                .collect()
        }
    };
    let types = root().join("sdk/js/src");
    let config = json!({
        "compilerOptions": {
            "target": "es2023",
            "lib": ["es2023"],
            "types": [],
            "module": "esnext",
            "moduleResolution": "bundler",
            "strict": true,
            // Parameters of functions have no types in JavaScript.
            "noImplicitAny": false,
            "allowJs": true,
            "checkJs": true,
            "noEmit": true,
            "paths": {"windlass": [types.join("index.d.ts")], "windlass/*": [types.join("*.d.ts")]},
        },
        "files": files,
    });
    let path = folder.path().join("tsconfig.json");
    fs::write(&path, config.to_string()).unwrap();
    let output = Command::new(tsc).arg("--project").arg(path).output();
    Ok(String::from_utf8(output.unwrap().stdout).unwrap())
}

#[test]
fn the_guests_keep_to_them() {
    assert_eq!(or_skip!(wrong(None)), "");
}

#[test]
fn the_examples_of_the_docs_keep_to_them() {
    let text = fs::read_to_string(root().join("docs/src/sdks/javascript.md")).unwrap();
    let examples = text.split("```javascript\n").skip(1);
    let examples = examples.map(|rest| rest.split("```").next().unwrap());
    let own: Vec<&str> = examples
        .filter(|text| !text.contains("{{#include"))
        .collect();
    assert!(own.len() >= 2, "{own:?}");
    for example in own {
        assert_eq!(or_skip!(wrong(Some(example))), "", "{example}");
    }
}

#[test]
fn they_find_mistakes() {
    for (line, says) in [
        (r#"add("a.b", {}, { sudo: true })"#, "'sudo' does not exist"),
        (r#"add("a.b", {}, { _if: add("a.b") })"#, "'Condition"),
        (r#"if (add("a.b").changed == true) call("f")"#, "no overlap"),
        (
            r#"part("a", {}, () => 1).changed"#,
            "'changed' does not exist",
        ),
    ] {
        let module = format!("import {{ add, call, part }} from \"windlass/deploy\";\n{line};\n");
        let found = or_skip!(wrong(Some(&module)));
        assert!(found.contains(says), "{line}: {found}");
    }
}
