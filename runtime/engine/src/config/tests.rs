//! Settings by key, from files, and what they imply.

#![allow(clippy::unwrap_used)]
use super::*;
use serde_json::json;

fn set(key: &str, value: Json) -> Result<Config, String> {
    let mut config = Config::default();
    config.set(key, &value).map_err(|error| error.to_string())?;
    Ok(config)
}

#[test]
fn keys_in_capitals_and_with_an_underscore_mean_the_same() {
    for key in ["SUDO", "sudo", "_sudo"] {
        assert_eq!(
            set(key, json!(true)).unwrap().global_arguments().sudo,
            Some(true)
        );
    }
    assert_eq!(
        set("FAIL_PERCENT", json!(20)).unwrap().fail_percent,
        Some(20)
    );
    assert_eq!(
        set("TIMEOUT", json!(2.5))
            .unwrap()
            .global_arguments()
            .timeout,
        Some(2.5)
    );
}

#[test]
fn every_key_is_settable_and_comes_back() {
    let candidates = [
        json!(true),
        json!(">=0.0.1"),
        json!(3),
        json!({"A": "b"}),
        json!([0]),
        json!(["A"]),
        json!(["file:/var/log/heads"]),
    ];
    for key in Config::keys() {
        let mut config = Config::default();
        let value = candidates
            .iter()
            .find(|value| config.set(key, value).is_ok());
        assert!(value.is_some(), "{key}");
        assert!(
            config.get(key).is_some_and(|value| !value.is_null()),
            "{key}"
        );
    }
}

#[test]
fn errors_say_what_is_right() {
    let error = |key: &str, value: Json| set(key, value).unwrap_err();
    assert_eq!(
        error("PARALEL", json!(1)),
        "there is no setting `PARALEL`, did you mean `parallel`?"
    );
    assert_eq!(
        error("fail_percent", json!(101)),
        "the setting `fail_percent` takes a percentage from 0 to 100, or nothing, not 101"
    );
    assert_eq!(
        error("SUDO", json!("yes")),
        "the setting `SUDO` takes true or false, not text"
    );
    assert_eq!(
        error("require_version", json!(">= 99")),
        format!(
            "this deploy requires windlass >= 99, and this is {}\n  install a version that fits, or change \
             `require_version`",
            env!("CARGO_PKG_VERSION")
        )
    );
    assert_eq!(
        error("require_version", json!("~=1")),
        "the setting `require_version` takes versions, as `>=0.1, <0.3`, not `~=1`"
    );
}

#[test]
fn a_file_is_read_with_or_without_its_table() {
    for text in [
        "[config]\nSUDO = true\nenv = {A = \"1\"}\n",
        "sudo = true\nenv = {A = 1}\n",
    ] {
        let mut config = Config::default();
        config.set_from_text("config.toml", text).unwrap();
        let arguments = config.global_arguments();
        assert_eq!(arguments.sudo, Some(true));
        assert_eq!(
            arguments.env.unwrap().get("A").map(String::as_str),
            Some("1")
        );
    }
    let error = Config::default()
        .set_from_text("config.toml", "retry = \"x\"\n")
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "config.toml:1:9: the setting `retry` takes a whole number, not text\n  |\n1 | retry = \"x\"\n  |         ^^^"
    );
}

#[test]
fn settings_imply_arguments_and_give_way_to_them() {
    let mut config = Config::default();
    assert!(config.global_arguments().to_json().is_empty());
    for (key, value) in [
        ("retry", json!(2)),
        ("shell", json!("bash")),
        ("env", json!({"A": "1"})),
        ("inherit_env", json!(["PATH", "WINDLASS_SURELY_NOT_SET"])),
        ("retries", json!(4)),
    ] {
        config.set(key, &value).unwrap();
    }
    let arguments = config.global_arguments();
    assert_eq!(
        (arguments.retries, arguments.retry_delay),
        (Some(4), Some(5.0))
    );
    assert_eq!(
        arguments.shell(),
        ShellExecutable::Program(String::from("bash"))
    );
    let env = arguments.env.unwrap();
    assert_eq!(
        env.keys().map(String::as_str).collect::<Vec<_>>(),
        ["PATH", "A"]
    );
}

#[test]
fn parallelism_is_the_least_of_its_bounds() {
    assert_eq!(automatic_parallelism(2, 1000, Some(1024)), 40);
    assert_eq!(automatic_parallelism(2, 3, Some(1024)), 3);
    assert_eq!(automatic_parallelism(16, 1000, Some(256)), 82);
    assert_eq!(automatic_parallelism(2, 0, Some(5)), 1);
    assert_eq!(set("parallel", json!(7)).unwrap().parallelism(3), 7);
}

#[test]
fn passwords_move_into_the_store_of_the_run() {
    let mut config = Config::default();
    config.set("sudo_password", &json!("hunter22")).unwrap();
    let store = SecretStore::default();
    config.move_secrets(&store).unwrap();
    assert_eq!(store.mask("hunter22"), "********");
    let identity = config.global_arguments().sudo_password.unwrap().0;
    assert_eq!(store.reveal_to_target(&identity).unwrap(), "hunter22");
    assert!(!format!("{config:?}").contains("hunter22"));
}
