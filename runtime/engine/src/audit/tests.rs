//! What is written, and that every change to it is found.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::os::unix::fs::PermissionsExt as _;

use camino::{Utf8Path, Utf8PathBuf};
use proptest::prelude::*;

use super::*;
use crate::arguments::GlobalArguments;
use crate::connector::{Exit, Stream};
use crate::json::Json;
use crate::secrets::SecretStore;

struct Place {
    _folder: tempfile::TempDir,
    options: AuditOptions,
    heads: Utf8PathBuf,
    secrets: SecretStore,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path()).unwrap().join("audit");
        let heads = path.join("heads");
        let secrets = SecretStore::default();
        secrets.insert("env:CANARY", String::from("canary-4711"));
        Self {
            options: AuditOptions {
                heads: vec![HeadSink::File(heads.clone())],
                ..AuditOptions::below(&path)
            },
            _folder: folder,
            heads,
            secrets,
        }
    }

    fn open(&self) -> std::sync::Arc<Audit> {
        let info = RunInfo {
            command: String::from("apply"),
            ..RunInfo::default()
        };
        Audit::open(&self.options, &self.secrets, &info).unwrap()
    }

    /// A run with two commands, of which the second fails.
    fn run(&self) -> String {
        let audit = self.open();
        let sudo = GlobalArguments {
            sudo: Some(true),
            ..GlobalArguments::default()
        };
        for (text, status) in [("echo canary-4711", 0), ("false", 1)] {
            let account = Account {
                what: "command",
                text,
                arguments: &sudo,
                input: Some(0),
            };
            let mut entry = audit.begin("web", &[account]).unwrap().pop().unwrap();
            entry.count(Stream::Stdout, 12);
            entry.ended(Ok(&Exit::status(status)), None);
        }
        audit.finish(None).unwrap();
        audit.run().to_owned()
    }

    fn text(&self) -> String {
        std::fs::read_to_string(&self.options.file).unwrap()
    }

    fn heads(&self) -> String {
        std::fs::read_to_string(&self.heads).unwrap()
    }

    fn verify(&self, text: &str) -> Report {
        verify(text, None, Some(&self.heads()))
    }
}

fn messages(report: &Report) -> Vec<&str> {
    report
        .problems
        .iter()
        .map(|problem| problem.message.as_str())
        .collect()
}

/// Lines of a text, as a text.
fn joined(lines: &[&str]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_run_is_recorded_whole_masked_and_private() {
    let place = Place::new();
    let name = place.run();
    let text = place.text();
    assert!(!text.contains("canary-4711"), "{text}");
    let records: Vec<Record> = text
        .lines()
        .map(|line| Record::read(line).unwrap())
        .collect();
    let kinds: Vec<&str> = records.iter().map(|record| record.kind.as_str()).collect();
    assert_eq!(
        kinds,
        ["ledger", "run", "begin", "end", "begin", "end", "run-end"]
    );
    assert_eq!(records[2].text("text"), "echo ********");
    assert_eq!(records[2].fields["as"]["_sudo"], true);
    assert_eq!(records[3].fields["of"], 3);
    assert_eq!(records[3].fields["out"], 12);
    assert_eq!(records[6].fields["records"], 6);
    let report = place.verify(&text);
    assert_eq!(messages(&report), [""; 0]);
    let run = &report.runs[0];
    assert_eq!(run.run, name);
    assert_eq!((run.commands, run.failed, run.signed), (2, 1, true));
    assert_eq!(run.hosts, ["web"]);
    assert_eq!(report.heads, Some(2));
    let mode = |path: &Utf8Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&place.options.file), 0o600);
    assert_eq!(mode(&place.options.key), 0o600);
    assert_eq!(mode(place.options.file.parent().unwrap()), 0o700);
}

#[test]
fn a_changed_missing_moved_or_cut_record_is_found() {
    let place = Place::new();
    place.run();
    place.run();
    let text = place.text();
    let lines: Vec<&str> = text.lines().collect();
    let told = |text: &str| messages(&place.verify(text)).join("\n");
    assert_eq!(told(&text), "");

    let changed = text.replacen("\"exit\":1", "\"exit\":0", 1);
    assert!(
        told(&changed)
            .starts_with("the record was changed: its digest is not that of what it says"),
        "{}",
        told(&changed)
    );
    let mut missing = lines.clone();
    missing.remove(3);
    assert!(
        told(&joined(&missing)).starts_with("record 4 is missing before record 5"),
        "{}",
        told(&joined(&missing))
    );
    let mut moved = lines.clone();
    moved.swap(2, 3);
    assert!(
        told(&joined(&moved)).contains("record 3 stands behind record 4: it was moved or repeated"),
        "{}",
        told(&joined(&moved))
    );
    let cut = joined(&lines[..lines.len() - 1]);
    assert!(
        told(&cut).contains("the end was cut off: the second place knows record 13"),
        "{}",
        told(&cut)
    );
    // A whole run that is gone from the end is known from its beginning's head.
    let cut = joined(&lines[..7]);
    assert_eq!(told(&cut).matches("the end was cut off").count(), 2);
    // Without the second place nobody can know.
    assert!(verify(&cut, None, None).is_whole());
}

#[test]
fn a_chain_that_was_made_anew_is_found() {
    let place = Place::new();
    place.run();
    let key = SigningKey::open(&place.options.key).unwrap().public();
    // Whoever can write the file, but has not the key, writes another history.
    let other = Place::new();
    other.run();
    let forged = other.text();
    assert!(verify(&forged, None, None).is_whole());
    let by_key = verify(&forged, Some(&key), None);
    assert!(
        messages(&by_key)[0].ends_with("is not signed by the key that was named"),
        "{by_key:?}"
    );
    let by_heads = verify(&forged, None, Some(&place.heads()));
    assert!(
        messages(&by_heads)[0].starts_with("the second place knows no head of the ledger"),
        "{by_heads:?}"
    );
}

#[test]
fn a_torn_line_is_noted_and_goes_on() {
    let place = Place::new();
    place.run();
    let mut text = place.text();
    text.push_str("{\"kind\":\"begin\",\"host\":\"w");
    std::fs::write(&place.options.file, &text).unwrap();
    place.run();
    let report = place.verify(&place.text());
    assert_eq!(messages(&report), [""; 0]);
    assert!(report.remarks[0].message.starts_with("it was torn"));
    assert_eq!(report.runs.len(), 2);
}

#[test]
fn a_damaged_end_is_not_continued() {
    let place = Place::new();
    place.run();
    let text = place.text().replace("\"records\":6", "\"records\":5");
    std::fs::write(&place.options.file, text).unwrap();
    let info = RunInfo::default();
    let error = Audit::open(&place.options, &place.secrets, &info)
        .err()
        .unwrap();
    assert!(matches!(error, AuditError::Damaged { .. }), "{error}");
}

#[test]
fn two_runs_at_once_share_the_chain() {
    let place = Place::new();
    let (one, two) = (place.open(), place.open());
    for number in 0..20 {
        let audit = if number % 3 == 0 { &one } else { &two };
        audit.approved("answer").unwrap();
    }
    two.finish(None).unwrap();
    one.finish(Some("no hosts remaining")).unwrap();
    let report = place.verify(&place.text());
    assert_eq!(messages(&report), [""; 0]);
    assert_eq!(report.runs[0].outcome, "no hosts remaining");
}

#[test]
fn nothing_begins_once_a_record_was_not_written() {
    let place = Place::new();
    let audit = place.open();
    // What was written is gone: somebody emptied the file.
    std::fs::write(&place.options.file, "").unwrap();
    let account = Account {
        what: "command",
        text: "ls",
        arguments: &GlobalArguments::default(),
        input: None,
    };
    let Err(error) = audit.begin("web", &[account]) else {
        panic!("it was recorded");
    };
    assert!(
        error.to_string().contains("it was cut to 0 bytes"),
        "{error}"
    );
    assert!(audit.approved("answer").is_err());
    assert!(audit.finish(None).is_err());
}

#[test]
fn nothing_begins_before_its_record_is_on_the_disk() {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
    static FAILS: AtomicBool = AtomicBool::new(false);
    static HELD: AtomicUsize = AtomicUsize::new(0);
    let place = Place::new();
    let info = RunInfo::default();
    let audit = Audit::open_on(&place.options, &place.secrets, &info, |file| {
        if FAILS.load(SeqCst) {
            return Err(std::io::Error::other("the disk is gone"));
        }
        // What is held is what had been written when the disk was told to.
        let length = file.metadata()?.len();
        HELD.store(usize::try_from(length).unwrap(), SeqCst);
        file.sync_data()
    });
    let audit = audit.unwrap();
    let globals = GlobalArguments::default();
    let begin = |text: &str| {
        let account = Account {
            what: "command",
            text,
            arguments: &globals,
            input: None,
        };
        audit.begin("web", &[account]).map(drop)
    };
    let held = |text: &str| {
        // The file grows: what is held is asked for first.
        let length = HELD.load(SeqCst);
        place.text()[..length].contains(text)
    };
    assert!(held("\"kind\":\"run\""));
    std::thread::scope(|scope| {
        for host in 0..8 {
            let (begin, held) = (&begin, &held);
            scope.spawn(move || {
                for number in 0..10 {
                    let text = format!("command-{host}-{number};");
                    begin(&text).unwrap();
                    assert!(held(&text), "{text} began before it was held");
                }
            });
        }
    });
    FAILS.store(true, SeqCst);
    let error = begin("ls").unwrap_err();
    assert!(error.to_string().contains("the disk is gone"), "{error}");
    // It may not be there after a loss of power, so nothing goes on.
    FAILS.store(false, SeqCst);
    assert!(begin("ls").is_err());
}

#[test]
fn a_key_that_others_read_is_refused() {
    let place = Place::new();
    place.run();
    let open = std::fs::Permissions::from_mode(0o640);
    std::fs::set_permissions(&place.options.key, open).unwrap();
    let error = SigningKey::open(&place.options.key).err().unwrap();
    assert!(error.to_string().contains("others may read it (mode 0640)"));
}

#[test]
fn a_run_without_an_end_is_a_remark() {
    let place = Place::new();
    let audit = place.open();
    let text = place.text();
    let report = verify(&text, None, None);
    assert!(report.is_whole());
    assert!(report.remarks[0].message.contains("has no end"));
    assert_eq!(report.runs[0].outcome, "no end");
    audit.finish(None).unwrap();
}

proptest! {
    /// Whatever byte becomes another, it is found.
    #[test]
    fn no_byte_can_change(at in 0_usize..10_000, to in any::<u8>()) {
        static PLACE: std::sync::LazyLock<(Place, String)> = std::sync::LazyLock::new(|| {
            let place = Place::new();
            place.run();
            let text = place.text();
            (place, text)
        });
        let (place, text) = &*PLACE;
        let mut bytes = text.clone().into_bytes();
        let at = at % bytes.len();
        prop_assume!(bytes[at] != to);
        bytes[at] = to;
        let changed = String::from_utf8_lossy(&bytes);
        prop_assert!(!place.verify(&changed).is_whole());
    }
}

#[test]
fn what_was_refused_is_recorded_with_its_line() {
    let place = Place::new();
    let audit = place.open();
    audit
        .denied(Some("web"), "server.shell", Some("policy.toml:3"))
        .unwrap();
    let text = place.text();
    let last = Record::read(text.lines().last().unwrap()).unwrap();
    assert_eq!(last.fields["decision"], Json::from("denied"));
    assert_eq!(last.text("line"), "policy.toml:3");
}
