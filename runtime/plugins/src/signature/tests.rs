//! Binding and checking: what is right, and what is said where it is not.
#![allow(clippy::unwrap_used)]
use windlass_engine::json::json;

use super::*;

fn parameter(name: &str, kind: ParameterKind, schema: Json, default: Option<Json>) -> Parameter {
    Parameter {
        name: name.to_owned(),
        kind,
        schema,
        default,
        doc: String::new(),
        secret: name == "password" || name == "contents",
        more: Json::Null,
    }
}

fn signature() -> Signature {
    use ParameterKind::{Either, Keyword};
    let optional = Some(Json::Null);
    let parameters = [
        parameter(
            "path",
            Either,
            json!({"type": "string", "minLength": 1}),
            None,
        ),
        parameter(
            "mode",
            Either,
            json!({"type": ["string", "integer", "null"]}),
            optional.clone(),
        ),
        parameter(
            "packages",
            Keyword,
            json!({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
            optional.clone(),
        ),
        parameter(
            "present",
            Keyword,
            json!({"type": "boolean"}),
            Some(json!(true)),
        ),
        parameter(
            "state",
            Keyword,
            json!({"enum": ["started", "stopped", null]}),
            optional.clone(),
        ),
        parameter(
            "password",
            Keyword,
            json!({"type": ["string", "null"], "minLength": 8}),
            optional.clone(),
        ),
        parameter(
            "port",
            Keyword,
            json!({"type": "integer", "minimum": 1, "maximum": 65535}),
            optional.clone(),
        ),
        parameter("contents", Keyword, json!({}), optional),
    ];
    Signature::new("demo.do", &parameters).unwrap()
}

fn store() -> SecretStore {
    let store = SecretStore::default();
    store.insert("env:A", String::from("long enough"));
    store.insert("env:B", String::from("another one"));
    store.insert("env:SHORT", String::from("abc"));
    store
}

fn bind(positional: Json, named: Json) -> Result<Bound, PluginError> {
    let positional = positional.as_array().cloned().unwrap();
    let named = named.as_object().cloned().unwrap();
    signature().bind(positional, named, &store())
}

fn message(positional: Json, named: Json) -> String {
    match bind(positional, named) {
        Err(PluginError::Argument { message, .. }) => message,
        other => format!("{other:?}"),
    }
}

#[test]
fn defaults_are_filled_in_and_nulls_dropped() {
    let bound = bind(json!(["/a"]), json!({"mode": null, "packages": ["x"]})).unwrap();
    assert_eq!(
        bound.args,
        json!({"path": "/a", "packages": ["x"], "present": true})
    );
    assert_eq!(bound.secrets, Vec::<String>::new());
    let by_name = bind(
        json!([]),
        json!({"packages": ["x"], "path": {"$path": "/a"}}),
    )
    .unwrap();
    assert_eq!(by_name, bound);
}

#[test]
fn messages_say_what_is_right() {
    for (positional, named, expected) in [
        (json!([]), json!({}), "`path` is missing; it takes text"),
        (
            json!(["/a"]),
            json!({"mdoe": 1}),
            "there is no argument `mdoe`, did you mean `mode`?",
        ),
        (
            json!(["/a"]),
            json!({"mode": [1]}),
            "`mode` takes text or a whole number, not a list",
        ),
        (
            json!(["/a"]),
            json!({"mode": 1.5}),
            "`mode` takes text or a whole number, not a number with a fraction",
        ),
        (
            json!(["/a"]),
            json!({"packages": 3}),
            "`packages` takes text or a list of text, not a number",
        ),
        (
            json!(["/a"]),
            json!({"packages": ["x", 3]}),
            "`packages[1]` takes text, not a number",
        ),
        (
            json!(["/a"]),
            json!({"present": "yes"}),
            "`present` takes true or false, not text",
        ),
        (
            json!(["/a"]),
            json!({"state": "startd"}),
            "`state` takes `started` or `stopped`, not `startd`, did you mean `started`?",
        ),
        (json!(["/a"]), json!({"port": 0}), "`port` is at least 1"),
        (json!([""]), json!({}), "`path` is not empty"),
        (
            json!(["/a", "644", "x"]),
            json!({}),
            "it takes 2 arguments by position (`path`, `mode`), and 3 were given",
        ),
        (
            json!(["/a"]),
            json!({"path": "/b"}),
            "`path` is given twice: by position and by name",
        ),
    ] {
        assert_eq!(message(positional, named), expected);
    }
}

#[test]
fn secrets_are_numbered_in_canonical_order() {
    let named = json!({
        "password": {"$secret": "env:A"},
        "contents": {"$content": [{"$secret": "env:B"}, "text", {"$secret": "env:A"}]},
    });
    let bound = bind(json!(["/a"]), named).unwrap();
    assert_eq!(bound.secrets, ["env:B", "env:A"]);
    assert_eq!(bound.args.get("password"), Some(&json!({"$secret": 1})));
    assert_eq!(
        bound.args.get("contents"),
        Some(&json!({"$content": [{"$secret": 0}, "text", {"$secret": 1}]}))
    );
}

#[test]
fn a_secret_stands_only_where_it_may_and_its_value_is_checked() {
    let secret = |name: &str, identity: &str| json!({name: {"$secret": identity}});
    assert_eq!(
        message(json!(["/a"]), secret("mode", "env:A")),
        "`mode` takes no secret; `password`, `contents` do"
    );
    let short = message(json!(["/a"]), secret("password", "env:SHORT"));
    assert!(short.starts_with("`password`: "), "{short}");
    assert!(!short.contains("abc"), "{short}");
    let missing = message(json!(["/a"]), secret("password", "env:WINDLASS_NOT_SET"));
    assert!(missing.contains("WINDLASS_NOT_SET"), "{missing}");
}

#[test]
fn literals_are_what_the_user_wrote() {
    let literal = json!({"contents": {"$literal": {"$secret": "env:A"}}});
    let bound = bind(json!(["/a"]), literal.clone()).unwrap();
    assert_eq!(bound.args.get("contents"), literal.get("contents"));
    assert_eq!(bound.secrets, Vec::<String>::new());
}

#[test]
fn sets_are_lists_to_a_schema() {
    let bound = bind(json!(["/a"]), json!({"packages": {"$set": ["x"]}})).unwrap();
    assert_eq!(bound.args.get("packages"), Some(&json!({"$set": ["x"]})));
    let wrong = message(json!(["/a"]), json!({"packages": {"$set": [1]}}));
    assert_eq!(wrong, "`packages[0]` takes text, not a number");
}

fn rest() -> Signature {
    let list = json!({"type": "array", "items": {"type": "string"}});
    let parameters = [
        parameter(
            "first",
            ParameterKind::Either,
            json!({"type": "string"}),
            None,
        ),
        parameter("others", ParameterKind::RestList, list, None),
        parameter(
            "data",
            ParameterKind::RestMap,
            json!({"type": "object"}),
            Some(json!({})),
        ),
    ];
    Signature::new("demo.rest", &parameters).unwrap()
}

#[test]
fn what_is_left_is_collected_and_comes_back_the_same() {
    let given = json!({"port": 1, "host": null});
    let bound = rest()
        .bind(
            vec![json!("a"), json!("b"), json!("c")],
            given.as_object().cloned().unwrap(),
            &store(),
        )
        .unwrap();
    assert_eq!(
        bound.args,
        json!({"first": "a", "others": ["b", "c"], "data": {"port": 1, "host": null}})
    );
    let again = rest()
        .bind(
            Vec::new(),
            bound.args.as_object().cloned().unwrap(),
            &store(),
        )
        .unwrap();
    assert_eq!(again, bound);
    let none = rest()
        .bind(vec![json!("a")], JsonMap::new(), &store())
        .unwrap();
    assert_eq!(none.args, json!({"first": "a", "data": {}}));
}

#[test]
fn a_component_that_describes_itself_badly_is_told() {
    let one = |name: &str, schema: Json| parameter(name, ParameterKind::Either, schema, None);
    let twice = [one("a", json!({})), one("a", json!({}))];
    assert_eq!(
        Signature::new("demo.x", &twice).err(),
        Some(String::from("demo.x has two parameters `a`"))
    );
    assert!(Signature::new("demo.x", &[one("a", json!("text"))]).is_err());
    let signature = Signature::new("demo.x", &[one("a", json!({"type": "strnig"}))]).unwrap();
    let error = signature.bind(vec![json!(1)], JsonMap::new(), &store());
    let error = error.unwrap_err().to_string();
    assert!(
        error.starts_with("demo.x: the schema of `a` is invalid"),
        "{error}"
    );
}
