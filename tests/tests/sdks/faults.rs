//! What comes of a pack's own mistakes: an error that says what and where, never the end of the component, and never a
//! plan that is silently another one.

use serde_json::{Value as Json, json};
use windlass_engine::contract::RawOutput;
use windlass_engine::plugins::{GuestError, PluginError, Plugins};
use windlass_tests::{Missing, or_skip};

use crate::components::Language;
use crate::system::System;

struct Faults(System);

impl Faults {
    fn in_language(language: Language) -> Result<Self, Missing> {
        System::of(language, "faults").map(Self)
    }

    /// What is planned, and what was logged.
    fn plan(&self, operation: &str, args: &Json) -> (Result<Json, PluginError>, Vec<String>) {
        let System(host, runtime) = &self.0;
        let view = System::view();
        let operation = format!("faults.{operation}");
        let planned = runtime.block_on(host.plan(&operation, args, view.clone()));
        let planned = planned.map(|planned| serde_json::to_value(planned.as_ref()).unwrap());
        let logged = view.seen().1.into_iter().map(|(_, message)| message);
        (planned, logged.collect())
    }

    /// A way to fail gives an error of the pack with these words.
    fn fails(&self, args: &Json, says: &str) -> GuestError {
        match self.plan("fail", args).0 {
            Err(PluginError::Guest(error)) => {
                assert!(error.message.contains(says), "{args}: {}", error.message);
                error
            }
            other => panic!("{args}: {other:?}"),
        }
    }

    /// The lines that a fact reads, and the error of one that asks nothing.
    fn lines(&self) -> (Json, String) {
        let System(host, runtime) = &self.0;
        let output = RawOutput {
            status: 0,
            stdout: b"a\r\n\nb\r".to_vec(),
            stderr: Vec::new(),
            values: Vec::new(),
        };
        let args = [json!({"silent": false})];
        let lines = host.parse("faults.Lines", &args, output, System::view());
        let silent = [json!({"silent": true})];
        let source = host.source("faults.Lines", &silent, System::view());
        let error = match runtime.block_on(source) {
            Err(PluginError::Guest(error)) => error.message,
            other => panic!("{other:?}"),
        };
        (runtime.block_on(lines).unwrap()[0].clone(), error)
    }
}

/// What `fine` plans, and that it says so of a number that is no float.
fn fine(faults: &Faults, number: i64) -> Vec<String> {
    let (planned, logged) = faults.plan("fine", &json!({"number": number}));
    let planned = planned.unwrap();
    let args = json!({"mode": "644", "groups": {"$set": ["a"]}, "key": {"$bytes": "AP8="}});
    let action = |step: usize| &planned["steps"][step]["action"];
    assert_eq!(action(0)["nested"]["args"], args);
    assert_eq!(planned["notes"], json!(["5"]));
    let words = json!([
        {"raw": "echo "},
        {"word": number.to_string()},
        {"raw": " "},
        {"word": "1000000000000000000000"},
    ]);
    assert_eq!(action(1)["shell"]["text"], words);
    logged
}

#[test]
fn python() {
    let faults = or_skip!(Faults::in_language(Language::Python));
    let logged = fine(&faults, 9_007_199_254_740_993);
    assert_eq!(logged, ["5", "half ?", "one 2 three", "four"]);
    for (how, says) in [
        (
            "unspeakable",
            "Unspeakable: its message cannot be read, for RuntimeError (faults.py, line ",
        ),
        ("own", "its name"),
        ("cause", "the cause"),
        ("more", "more"),
        ("half", "half ?"),
        ("half-content", "content has '\\udc80' in it"),
        (
            "half-json",
            "step 1 of the plan cannot be told to the host: JSON has",
        ),
        ("mode", "as in Mode(0o644), not of '644' (faults.py, line "),
        (
            "owner",
            "step 1 of the plan cannot be told to the host: a file's owner is text, not int",
        ),
        ("number", "not JSON compliant: nan"),
        ("encoded", "an encoded secret is a piece of content"),
        (
            "inputs",
            "the command has its inputs: give stdin to `shell`",
        ),
        (
            "question",
            "a fact is asked by calling it, as in `get(Text())`",
        ),
        ("time", "a time in milliseconds is a whole number, not 1.5"),
        ("pointer", "what is looked up is text, not int"),
        ("word", "is nan, which is no argument of a command"),
    ] {
        faults.fails(&json!({"how": how}), says);
    }
    let (lines, error) = faults.lines();
    assert_eq!(lines, json!(["a", "", "b\r"]));
    assert!(error.contains("faults.Lines asks nothing"), "{error}");
}

#[test]
fn javascript() {
    let faults = or_skip!(Faults::in_language(Language::JavaScript));
    let logged = fine(&faults, 9_007_199_254_740_991);
    assert_eq!(logged, ["5", "half \u{fffd}", "one 2 three", "Error: four"]);
    for (how, says) in [
        (
            "unspeakable",
            "what was thrown cannot be made text (faults.js:",
        ),
        ("nothing", "what was thrown cannot be made text"),
        ("more", "more"),
        ("half", "half \u{fffd}"),
        ("half-content", "content has half of a character in it"),
        ("half-json", "text in JSON has half of a character in it"),
        (
            "mode",
            "as in new Mode(0o644), is a whole number from 0 to 4294967295, not \"644\" (faults.js:",
        ),
        ("owner", "a file's owner is text, not 5 (faults.js:"),
        ("number", "NaN is no JSON (faults.js:"),
        ("function", "a function is no JSON, as `a` is one"),
        ("encoded", "an encoded secret is a piece of content"),
        ("inputs", "a command in a command line has no inputs"),
        ("line", "a command line is written shell`…`"),
        (
            "question",
            "a fact is asked by calling it, as in `get(Text())`",
        ),
        ("prediction", "a fact is asked by calling it"),
        (
            "time",
            "delayMs is a whole number from 0 to 4294967295, not 1.5",
        ),
        ("pointer", "a pointer is text, not 5"),
        ("word", "NaN is no argument of a command"),
        (
            "promise",
            "what faults.fail does, its `plan`, gives a promise",
        ),
    ] {
        faults.fails(&json!({"how": how}), says);
    }
    let (lines, error) = faults.lines();
    assert_eq!(lines, json!(["a", "", "b\r"]));
    assert!(error.contains("faults.Lines asks nothing"), "{error}");
    let large = json!({"number": 9_007_199_254_740_993_i64});
    match faults.plan("fine", &large).0 {
        Err(PluginError::Guest(error)) => {
            assert_eq!(error.at.as_deref(), Some("number"));
            assert!(error.message.contains("beyond 2^53"), "{}", error.message);
        }
        other => panic!("{other:?}"),
    }
}

/// What `fine` notes of a value.
fn noted(faults: &Faults, value: Json) -> Vec<Json> {
    let (planned, logged) = faults.plan("fine", &json!({"value": value}));
    assert_eq!(logged, ["half \u{fffd}"]);
    let mut notes = planned.unwrap()["notes"].as_array().unwrap().clone();
    assert_eq!(notes.pop(), Some(json!("half \u{fffd}")));
    notes
}

#[test]
fn c() {
    let faults = or_skip!(Faults::in_language(Language::C));
    for (value, whole) in [
        (json!(-7), "-7"),
        (json!(i64::MIN), "-9223372036854775808"),
        (json!(u64::MAX), "-1"),
        (json!(3.0), "3"),
        (json!(2.5), "-1"),
        (json!(1e21), "-1"),
        (json!("3"), "-1"),
    ] {
        assert_eq!(noted(&faults, value.clone())[1], json!(whole), "{value}");
    }
    let large = 9_007_199_254_740_993_i64;
    for (one, other, same) in [
        (json!(large), json!(large - 1), "others"),
        (json!(large), json!(large), "the same"),
        (json!(0.5), json!(5e-1), "the same"),
        (json!({"a": 1, "b": 2}), json!({"b": 2, "a": 1}), "the same"),
    ] {
        assert_eq!(
            noted(&faults, json!({"one": one, "other": other}))[2],
            json!(same),
            "{one} {other}"
        );
    }
    for (text, read) in [
        ("[-0.5e+3, 0, 12]", "[-0.5e+3,0,12]"),
        (r#"{"a": "\ud83d\ude00\u00e4"}"#, r#"{"a":"😀ä"}"#),
        ("-", "no JSON"),
        ("01", "no JSON"),
        ("1.", "no JSON"),
        ("1.2.3", "no JSON"),
        ("1e", "no JSON"),
        ("+1", "no JSON"),
        ("[1,]", "no JSON"),
        ("\"\u{1}\"", "no JSON"),
        (r#""\udc00""#, "no JSON"),
        (r#""\ud800x""#, "no JSON"),
        (r#""\u+1f0""#, "no JSON"),
    ] {
        assert_eq!(noted(&faults, json!(text))[3], json!(read), "{text}");
    }
    let numbers = faults.plan("fine", &json!({"value": [1, 2.5, "a b"]})).0;
    assert_eq!(
        numbers.unwrap()["steps"][0]["action"]["shell"]["text"],
        json!([{"raw": "echo "}, {"word": "1"}, {"raw": " "}, {"word": "2.5"}, {"raw": " "}, {"word": "a b"}])
    );
    let whole = faults.plan("fine", &json!({"value": "a\0b"})).0.unwrap();
    assert_eq!(
        whole["steps"][1]["action"]["upload"]["source"],
        json!({"inline": [{"text": "a\0b"}]})
    );
    let secret = json!({"$secret": 0});
    for (how, value, says) in [
        ("half", json!(null), "half \u{fffd}"),
        ("word", secret.clone(), "NULL is no argument of a command"),
        ("word", json!(null), "NULL is no argument of a command"),
        (
            "words",
            json!([secret]),
            "command lines are seen by every user of the target",
        ),
        (
            "words",
            json!([true]),
            "a boolean is no argument of a command",
        ),
        ("format", json!(null), "wl_shell has no % "),
        (
            "content",
            json!(5),
            "content is made of text, bytes and secrets, not of a number",
        ),
        (
            "text",
            secret.clone(),
            "what may be a secret is added by wl_add_value",
        ),
        (
            "stdin",
            json!(null),
            "content is made of text, bytes and secrets, not of NULL",
        ),
        ("null", json!(null), "content that is NULL"),
        ("path", json!("/a\0b"), "a path cannot hold a zero byte"),
        ("path", json!(""), "a path cannot be empty"),
        ("zero", json!("a\0b"), "text with a zero byte in it"),
        (
            "mode",
            json!(493),
            "493 is no mode: each digit is from 0 to 7; if it is the number of 0o755, write 755",
        ),
        (
            "mode",
            json!([644]),
            "expected a mode such as 644 or \"0644\", found a list",
        ),
        (
            "secret",
            json!("plain"),
            "only a secret's number can be asked about",
        ),
    ] {
        faults.fails(&json!({"how": how, "value": value}), says);
    }
    let missing = faults.fails(&json!({}), "missing: it has no default");
    assert_eq!(missing.at.as_deref(), Some("how"));
}
