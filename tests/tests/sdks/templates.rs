//! What authors copy to begin with: it builds, and its cases pass.

use std::fs;
use std::path::Path;

use windlass_engine::capability::Capabilities;
use windlass_engine::contract::Role;
use windlass_packs::languages::LanguageError;
use windlass_packs::manifest::Language;
use windlass_tests::{Missing, Windlass, or_skip};

use crate::components::{compiled, root};

/// Compiles a file that plans.
fn build(language: Language, entry: &Path) -> Result<Result<Vec<u8>, LanguageError>, Missing> {
    compiled(language, entry, Role::Planning, &Capabilities::default())
}

fn passes_its_cases(language: Language, component: &[u8]) {
    let windlass = Windlass::new();
    windlass.write("motd.wasm", component);
    let cases = root().join(format!(
        "sdk/{}/template/cases/motd.jsonl",
        language.as_str()
    ));
    windlass.write("motd.jsonl", fs::read(cases).unwrap());
    let out = windlass.run([
        "pack",
        "test",
        "motd.wasm",
        "--json",
        "--cases",
        "motd.jsonl",
    ]);
    let out = out.succeeds();
    let summary = out.json_lines().pop().unwrap();
    assert_eq!(
        (&summary["total"], &summary["passed"]),
        (&4.into(), &4.into()),
        "{out}"
    );
}

#[test]
fn python() {
    let entry = root().join("sdk/python/template/src/motd.py");
    let component = or_skip!(build(Language::Python, &entry)).unwrap();
    passes_its_cases(Language::Python, &component);
}

#[test]
fn javascript() {
    let entry = root().join("sdk/js/template/src/motd.js");
    let component = or_skip!(build(Language::Js, &entry)).unwrap();
    passes_its_cases(Language::Js, &component);
}

#[test]
fn c() {
    let entry = root().join("sdk/c/template/src/motd.c");
    let component = or_skip!(build(Language::C, &entry)).unwrap();
    passes_its_cases(Language::C, &component);
}

/// The template is TypeScript too, and what the parameters say is what `plan` is given.
#[test]
fn typescript() {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(root().join("sdk/js/template/src/motd.js")).unwrap();
    let entry = folder.path().join("motd.ts");
    fs::write(&entry, &text).unwrap();
    let component = or_skip!(build(Language::Js, &entry)).unwrap();
    passes_its_cases(Language::Js, &component);
    fs::write(&entry, text.replace("=== text", "=== text.length.missing")).unwrap();
    let error = or_skip!(build(Language::Js, &entry))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("motd.ts") && error.contains("missing"),
        "{error}"
    );
}

#[test]
fn a_mistake_is_told_when_the_pack_is_built() {
    let folder = tempfile::tempdir().unwrap();
    let mistake = |name: &str, language, text: &str| {
        let entry = folder.path().join(name);
        fs::write(&entry, text).unwrap();
        build(language, &entry).map(|made| made.unwrap_err().to_string())
    };
    let untyped = "from windlass import Pack\npack = Pack('x')\n@pack.operation()\ndef do(plan, what): pass\n";
    let error = or_skip!(mistake("untyped.py", Language::Python, untyped));
    assert!(
        error.contains("parameter `what` of `do` has no type"),
        "{error}"
    );
    let indescribable = "from windlass import Pack\npack = Pack('x')\n@pack.operation()\n\
        def do(plan, *, what: str = object()): pass\n";
    let error = or_skip!(mistake("indescribable.py", Language::Python, indescribable));
    assert!(error.contains("of type object is no JSON"), "{error}");
    let indescribable = "import { defineOperation, definePack, any } from 'windlass';\n\
        const what = any().default(10n);\n\
        const doing = defineOperation({ parameters: { what }, plan() {} });\n\
        export const { operations, factSource } = definePack({ namespace: 'x', operations: { doing } });\n";
    let error = or_skip!(mistake("indescribable.js", Language::Js, indescribable));
    assert!(error.to_lowercase().contains("bigint"), "{error}");
    let undeclared =
        "#include <windlass.h>\nconst wl_pack windlass_pack = {\"x\", wl_missing(), 0};\n";
    let error = or_skip!(mistake("undeclared.c", Language::C, undeclared));
    assert!(
        error.contains("undeclared.c") && error.contains("wl_missing"),
        "{error}"
    );
    let missing = "import { defineEverything } from 'windlass';\nexport const operations = defineEverything();\n";
    let error = or_skip!(mistake("missing.js", Language::Js, missing));
    assert!(error.contains("defineEverything"), "{error}");
}
