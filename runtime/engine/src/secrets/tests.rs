//! Sources, masks and handles.

#![allow(clippy::unwrap_used)]
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::*;
use crate::json::json;

#[test]
fn a_value_is_masked_wherever_it_stands() {
    let store = SecretStore::default();
    store.insert("env:A", String::from("hunter22"));
    store.insert("env:B", String::from("hunter22-long"));
    store.insert("env:C", String::from("ab"));
    assert_eq!(
        store.mask("x hunter22-long y hunter22 ab"),
        "x ******** y ******** ab"
    );
    assert_eq!(
        store.mask_bytes(b"\xffhunter22-long\x00hunter22 ab".to_vec()),
        b"\xff********\x00******** ab"
    );
    assert_eq!(
        store.mask_json(&serde_json::json!({"a": ["hunter22"]})),
        serde_json::json!({"a": [MASK]})
    );
}

#[test]
fn who_knows_a_secret_can_tell_where_it_is() {
    let store = SecretStore::default();
    store.insert("env:A", String::from("hunter22"));
    store.insert("env:B", String::from("hunter33"));
    store.insert("env:C", String::from("hunter22"));
    let tagged =
        store.tag_json(&serde_json::json!({"a": ["hunter22", "x hunter22"], "b": "hunter33"}));
    assert!(!tagged.to_string().contains("hunter"));
    let seen = |known: &[&str]| {
        let known: Vec<String> = known.iter().map(|name| (*name).to_owned()).collect();
        store.untag_json(tagged.clone(), &known)
    };
    assert_eq!(
        seen(&[]),
        serde_json::json!({"a": [MASK, "x ********"], "b": MASK})
    );
    let own = serde_json::json!({"a": [{"$secret": 1}, "x ********"], "b": {"$secret": 0}});
    assert_eq!(seen(&["env:B", "env:C"]), own);
}

#[test]
fn encodings_apply_in_order() {
    let store = SecretStore::default();
    store.insert("x", String::from("it's"));
    let encoded = |names: &[&str]| {
        store
            .reveal_encoded(
                "x",
                &names
                    .iter()
                    .map(|name| (*name).to_owned())
                    .collect::<Vec<_>>(),
            )
            .unwrap()
    };
    assert_eq!(encoded(&["sql-string"]), "it''s");
    assert_eq!(encoded(&["url"]), "it%27s");
    assert_eq!(encoded(&["base64", "json"]), "\"aXQncw==\"");
    assert!(store.reveal_encoded("x", &[String::from("rot13")]).is_err());
}

#[test]
fn a_missing_source_says_which() {
    let error = SecretStore::default()
        .load("env:WINDLASS_SURELY_NOT_SET")
        .unwrap_err();
    assert!(
        error.to_string().contains("WINDLASS_SURELY_NOT_SET"),
        "{error}"
    );
}

#[test]
fn a_person_is_asked_once_whatever_the_answer() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    struct Person(Result<String, String>, AtomicUsize);
    impl Ask for Person {
        fn ask(&self, what: &str) -> Result<String, String> {
            assert_eq!(what, "sudo password");
            self.1.fetch_add(1, Ordering::SeqCst);
            self.0.clone()
        }
    }
    for answer in [Ok(String::from("hunter22")), Err(String::from("no"))] {
        let store = SecretStore::default();
        let person = Arc::new(Person(answer.clone(), AtomicUsize::new(0)));
        store.set_ask(person.clone());
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let given = store.reveal_to_target(ASKED_SUDO);
                    assert_eq!(given.ok(), answer.clone().ok());
                });
            }
        });
        assert_eq!(person.1.load(Ordering::SeqCst), 1);
    }
    let nobody = SecretStore::default().load(ASKED_SUDO).unwrap_err();
    assert!(nobody.to_string().contains("nobody to ask"), "{nobody}");
}

#[test]
fn a_plain_value_keeps_one_identity() {
    let store = SecretStore::default();
    let first = store.insert_plain("_sudo_password", String::from("pass1"));
    assert_eq!(
        store.insert_plain("_sudo_password", String::from("pass1")),
        first
    );
    assert_ne!(
        store.insert_plain("_sudo_password", String::from("pass2")),
        first
    );
}

fn message(identity: &str) -> String {
    SecretStore::default()
        .load(identity)
        .unwrap_err()
        .to_string()
}

#[test]
fn an_unknown_source_gets_the_nearest() {
    assert_eq!(
        message("fiel:/x"),
        "`fiel:/x` is no secret source, did you mean `file`?\n  sources: env:NAME, file:PATH, command:PROGRAM ARGUMENTS, prompt:QUESTION"
    );
    assert!(message("DB_PASSWORD").starts_with("`DB_PASSWORD` is no secret source\n"));
}

#[test]
fn a_command_prints_it() {
    let store = SecretStore::default();
    let read = |identity: &str| store.reveal_to_target(identity).unwrap();
    // Words are split, and nothing is expanded.
    assert_eq!(read("command:printf '%s|' 'a b' $HOME"), "a b|$HOME|");
    assert_eq!(read("command:printf 'two\\n\\n'"), "two\n");
    for (line, says) in [
        ("command:", "there is no program to run"),
        ("command:echo 'x", "the command has an open quote"),
        (
            "command:/nonexistent/pass show db",
            "/nonexistent/pass: No such file",
        ),
        (
            "command:sh -c 'echo first >&2; echo locked >&2; exit 7'",
            "sh ended with exit status: 7: locked",
        ),
        ("command:printf '\\377'", "printf printed no UTF-8"),
        (
            "command:head -c 2000000 /dev/zero",
            "printed more than 1048576 bytes",
        ),
    ] {
        let message = message(line);
        assert!(message.contains(says), "{message}");
    }
}

#[test]
fn a_command_that_does_not_end_is_ended_with_what_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().join("mark");
    let line = format!("sh -c 'sleep 2 && touch {} & wait'", mark.display());
    let error = super::command::run_within(&line, Duration::from_millis(200)).unwrap_err();
    assert_eq!(error, "sh did not end in time");
    std::thread::sleep(Duration::from_millis(2500));
    assert!(!mark.exists());
}

struct Desk {
    asked: AtomicUsize,
    warned: std::sync::Mutex<Vec<String>>,
}

impl Desk {
    fn at(store: &SecretStore) -> Arc<Self> {
        let desk = Arc::new(Self {
            asked: AtomicUsize::new(0),
            warned: std::sync::Mutex::default(),
        });
        store.set_ask(desk.clone());
        desk
    }
}

impl Ask for Desk {
    fn ask(&self, what: &str) -> Result<String, String> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        match what {
            "Vault password" => Ok(String::from("opened")),
            _ => Err(String::from("there is no terminal\n  do this")),
        }
    }

    fn warn(&self, text: &str) {
        self.warned.lock().unwrap().push(text.to_owned());
    }
}

#[test]
fn a_person_is_asked_the_question_of_a_prompt() {
    let store = SecretStore::default();
    let desk = Desk::at(&store);
    for _ in 0..2 {
        let value = store.reveal_to_target("prompt:Vault password").unwrap();
        assert_eq!(value, "opened");
    }
    assert_eq!(desk.asked.load(Ordering::SeqCst), 1);
    let error = store.load("prompt:Other").unwrap_err().to_string();
    assert_eq!(
        error,
        "secret `prompt:Other`: there is no terminal\n  where nobody is there to answer, use env:NAME, file:PATH or command:…"
    );
    assert!(store.load("prompt:").is_err());
}

#[test]
fn a_file_that_others_can_read_is_warned_of_once() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    std::fs::write(&path, "hunter22\n").unwrap();
    for (mode, warnings) in [(0o600, 0), (0o640, 1), (0o604, 1)] {
        let store = SecretStore::default();
        let desk = Desk::at(&store);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let identity = format!("file:{}", path.display());
        for _ in 0..2 {
            assert_eq!(store.reveal_to_target(&identity).unwrap(), "hunter22");
        }
        let warned = desk.warned.lock().unwrap();
        assert_eq!(warned.len(), warnings, "{warned:?}");
    }
}

#[test]
fn a_source_of_ones_own_is_asked_once_and_stands_in_messages() {
    struct Vault(AtomicUsize);
    impl ProvideSecret for Vault {
        fn get(&self, name: &str) -> Result<String, String> {
            self.0.fetch_add(1, Ordering::SeqCst);
            match name {
                "db/password" => Ok(String::from("hunter22")),
                _ => Err(format!("there is no `{name}`")),
            }
        }
    }
    let store = SecretStore::default();
    let vault = Arc::new(Vault(AtomicUsize::new(0)));
    store.add_source("vault", vault.clone());
    for _ in 0..2 {
        let value = store.reveal_to_target("vault:db/password").unwrap();
        assert_eq!(value, "hunter22");
        assert!(store.load("vault:other").is_err());
    }
    assert_eq!(vault.0.load(Ordering::SeqCst), 2);
    let error = store.load("valt:x").unwrap_err().to_string();
    assert!(
        error.contains("did you mean `vault`?") && error.ends_with("vault:NAME"),
        "{error}"
    );
}

#[test]
fn components_pass_on_their_own_secrets_by_number_and_no_others() {
    let known = [String::from("env:A"), String::from("env:B")];
    let given = json!({"a": [{"$secret": 1}], "b": {"$literal": {"$secret": "env:C"}}});
    assert_eq!(
        owned(given, &known).unwrap(),
        json!({"a": [{"$secret": "env:B"}], "b": {"$literal": {"$secret": "env:C"}}})
    );
    for foreign in [
        json!({"$secret": 2}),
        json!({"$secret": "env:A"}),
        json!([{"x": {"$secret": "file:/etc/shadow"}}]),
        json!({"$secret": null}),
        json!({"$secret": -1}),
        json!({"$secret": 0, "and": "more"}),
    ] {
        let error = owned(foreign.clone(), &known).unwrap_err();
        assert_eq!(error.kind, crate::plugins::ErrorKind::Secret, "{foreign}");
        assert!(no_secret_in(&foreign).is_err(), "{foreign}");
    }
    assert_eq!(no_secret_in(&json!({"$literal": {"$secret": 0}})), Ok(()));
}

#[test]
fn what_a_host_says_is_no_secret() {
    let store = SecretStore::default();
    store.insert("env:A", String::from("hunter22"));
    let said = json!({"a": {"$secret": "env:A"}, "b": "hunter22"});
    let tagged = store.tag_json(&quoted(said));
    assert_eq!(
        store.untag_json(tagged, &[String::from("env:A")]),
        json!({"a": {"$literal": {"$secret": "env:A"}}, "b": {"$secret": 0}})
    );
}
