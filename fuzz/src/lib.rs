//! What is fuzzed: files that somebody else wrote, and commands made of text that somebody else chose. Each target
//! takes any bytes; it may refuse them, and must do nothing else that is wrong.

use std::path::Path;

use camino::Utf8Path;
use windlass_engine::arguments::{GlobalArguments, ShellExecutable};
use windlass_engine::audit;
use windlass_engine::command::{compose, quote};
use windlass_packs::cases::parse_cases;
use windlass_packs::lock::{Asks, Lock};
use windlass_packs::manifest::Manifest;
use windlass_packs::policy::PolicyFile;
use windlass_packs::sign::{Digest, PublicKey, Signature, Statement};
use windlass_packs::sources::Bundle;
use windlass_packs::trust::TrustFile;

/// A target: its name, which its folder of inputs has too, and what it does.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 10] = [
    ("manifest", manifest),
    ("lock", lock),
    ("asks", asks),
    ("trust", trust),
    ("policy", policy),
    ("cases", cases),
    ("command", command),
    ("signature", signature),
    ("bundle", bundle),
    ("audit", audit),
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

/// A signature, a key, and the statement that is signed: a text of any kind of them. A statement that is read is written
/// as what reads the same.
pub fn signature(data: &[u8]) {
    if let Some(statement) = Statement::read(data) {
        let written = statement.text();
        let again = Statement::read(written.as_bytes());
        assert_eq!(again.map(|again| again.text()), Some(written));
    }
    let Some(text) = text(data) else { return };
    let key = PublicKey::parse(text);
    if let Ok(key) = &key {
        let again = PublicKey::parse(&key.line());
        assert_eq!(again.map(|again| again.line()).ok(), Some(key.line()));
    }
    if let (Ok(signature), Ok(key)) = (Signature::parse(text), PublicKey::parse(KEY)) {
        // Nobody has signed this.
        assert!(key.check(data, &signature).is_err());
    }
}

/// The key of the kept signature, whose other half was thrown away.
const KEY: &str = "RWTT5x9zdqR3FftqqIChBUmVLMX0vlgLRK76y73DkVGFEwsmRaAFRACt";

/// A bundle of packs. What is read is written as what reads the same.
pub fn bundle(data: &[u8]) {
    let Ok(bundle) = Bundle::read(data, "packs.bundle") else {
        return;
    };
    let mut written = Vec::new();
    if let Err(error) = bundle.write(&mut written) {
        panic!("a bundle in memory cannot be written: {error}");
    }
    match Bundle::read(written.as_slice(), "packs.bundle") {
        Ok(again) => assert_eq!(
            (again.project, again.packs.len()),
            (bundle.project, bundle.packs.len())
        ),
        Err(error) => panic!("what was written is not read: {error}"),
    }
}

/// A ledger, and behind an empty line the heads beside it.
pub fn ledger_and_heads(text: &str) -> (&str, &str) {
    match text.find("\n\n") {
        Some(at) => text.split_at(at + 1),
        None => (text, ""),
    }
}

/// A ledger of the audit, with heads.
pub fn audit(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let (ledger, heads) = ledger_and_heads(text);
    let report = audit::verify(ledger, None, Some(heads));
    let again = audit::verify(ledger, None, Some(heads));
    assert_eq!(report.problems.len(), again.problems.len());
}
