//! What is fuzzed: files that somebody else wrote, and commands made of text that somebody else chose. Each target
//! takes any bytes; it may refuse them, and must do nothing else that is wrong.

use std::path::Path;

use camino::Utf8Path;
use windlass_engine::arguments::{GlobalArguments, ShellExecutable};
use windlass_engine::command::{compose, quote};
use windlass_packs::cases::parse_cases;
use windlass_packs::lock::{Asks, Lock};
use windlass_packs::manifest::Manifest;
use windlass_packs::policy::PolicyFile;
use windlass_packs::sign::Digest;
use windlass_packs::trust::TrustFile;

/// A target: its name, which its folder of inputs has too, and what it does.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 7] = [
    ("manifest", manifest),
    ("lock", lock),
    ("asks", asks),
    ("trust", trust),
    ("policy", policy),
    ("cases", cases),
    ("command", command),
];

fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}

/// What is wrong names its file, whatever it is.
fn placed(problems: &impl std::fmt::Display, file: &str) {
    assert!(problems.to_string().contains(file), "{problems}");
}

/// `pack.toml`.
pub fn manifest(data: &[u8]) {
    let Some(text) = text(data) else { return };
    match Manifest::parse(text, "pack.toml") {
        Ok(manifest) => assert!(!manifest.title().is_empty()),
        Err(problems) => placed(&problems, "pack.toml"),
    }
}

/// `packs.lock`, as it is, and as what stands behind the digest of a lock that nobody changed: what is read is written as
/// what reads the same.
pub fn lock(data: &[u8]) {
    let Some(text) = text(data) else { return };
    lock_text(text);
    lock_text(&with_digest(text));
}

/// A lock with this body, and the digest that is right for it.
pub fn with_digest(body: &str) -> String {
    let Ok(empty) = Lock::default().text() else {
        panic!("a lock without packs has no text");
    };
    let head: Vec<&str> = empty.splitn(4, '\n').take(2).collect();
    let before = format!("{}\n", head.join("\n"));
    let digest = Digest::of(format!("{before}{body}").as_bytes());
    format!("{before}digest = \"{digest}\"\n{body}")
}

fn lock_text(text: &str) {
    let path = Utf8Path::new("packs.lock");
    match Lock::parse(text, path) {
        Ok(lock) => {
            let Ok(written) = lock.text() else { return };
            let again = match Lock::parse(&written, path) {
                Ok(again) => again.text().ok(),
                Err(error) => panic!("what was written is not read: {error}\n{written}"),
            };
            assert_eq!(again.as_deref(), Some(written.as_str()));
        }
        Err(error) => placed(&error, "packs.lock"),
    }
}

/// `packs.toml`.
pub fn asks(data: &[u8]) {
    let Some(text) = text(data) else { return };
    if let Err(problems) = Asks::parse(text, "packs.toml") {
        placed(&problems, "packs.toml");
    }
}

/// `trust.toml`.
pub fn trust(data: &[u8]) {
    let Some(text) = text(data) else { return };
    if let Err(problems) = TrustFile::parse(text, "trust.toml") {
        placed(&problems, "trust.toml");
    }
}

/// `policy.toml`: rules that are understood can be said.
pub fn policy(data: &[u8]) {
    let Some(text) = text(data) else { return };
    match PolicyFile::parse(text, "policy.toml") {
        Ok(policy) => drop(policy.sentences()),
        Err(problems) => placed(&problems, "policy.toml"),
    }
}

/// Case files.
pub fn cases(data: &[u8]) {
    let Some(text) = text(data) else { return };
    match parse_cases(Path::new("cases.jsonl"), text) {
        Ok(cases) => assert!(cases.iter().all(|case| !case.subject().is_empty())),
        Err(error) => placed(&error, "cases.jsonl"),
    }
}

/// Commands: the first byte chooses as whom and where, lines are users and folders, the rest is the command. Whatever
/// they hold, a POSIX shell takes them for one word each.
pub fn command(data: &[u8]) {
    let Some((choice, rest)) = data.split_first() else {
        return;
    };
    let Some(rest) = text(rest).filter(|text| !text.contains('\0')) else {
        return;
    };
    let (word, command) = rest.split_once('\n').unwrap_or(("", rest));
    assert_eq!(
        shlex::split(&quote(command)),
        Some(vec![command.to_owned()]),
        "{command:?}"
    );
    let some = |bit: u8| (choice & bit != 0 && !word.is_empty()).then(|| word.to_owned());
    let arguments = GlobalArguments {
        sudo: (choice & 1 != 0).then_some(true),
        sudo_user: some(2),
        chdir: some(4),
        doas: (choice & 8 != 0).then_some(true),
        shell_executable: (choice & 16 != 0).then(|| ShellExecutable::Program("bash".to_owned())),
        ..GlobalArguments::default()
    };
    let line = compose(command, &arguments).command;
    let Some(words) = shlex::split(&line) else {
        panic!("a shell would wait for the end of {line:?}");
    };
    // The command is whole within one word, alone or with the folder that it runs in.
    assert!(
        words.iter().any(|word| word.contains(command)),
        "{command:?} is no word of {line:?}"
    );
    if let Some(user) = &arguments.sudo_user {
        let first = words.iter().position(|word| word == "-u");
        let named = first.and_then(|at| words.get(at + 1));
        assert_eq!(named, Some(user), "{line:?}");
    }
}
