//! The fuzz targets, in seconds and without anything to install: the inputs that are kept, and as many more made of
//! them. `cargo xtask soak` gives them minutes, `cargo +nightly fuzz run TARGET` a coverage to follow.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

#[allow(unreachable_pub)]
#[path = "../../fuzz/src/lib.rs"]
mod harness;

/// How many inputs are made for each target where no time is given.
const INPUTS: usize = 3000;

/// Numbers that look random and are the same each time they begin with the same seed.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap()
    }

    fn below(&mut self, limit: usize) -> usize {
        self.next() % limit.max(1)
    }
}

/// An input made of others: parts are left out, repeated, exchanged, joined, and bytes become others.
fn made(numbers: &mut Numbers, corpus: &[Vec<u8>]) -> Vec<u8> {
    const BYTES: &[u8] = b"\"'\\\n\0[]{}=.,:#$`;&|<>()!*~ \t-/0a\xff\xe2\x80\xae";
    let mut input = corpus[numbers.below(corpus.len())].clone();
    for _ in 0..1 + numbers.below(6) {
        let at = numbers.below(input.len());
        let end = (at + numbers.below(24)).min(input.len());
        match numbers.below(7) {
            0 => drop(input.drain(at..end)),
            1 => {
                let part = input[at..end].to_vec();
                let to = numbers.below(input.len());
                input.splice(to..to, part);
            }
            2 => {
                let other = &corpus[numbers.below(corpus.len())];
                let from = numbers.below(other.len());
                let to = (from + numbers.below(60)).min(other.len());
                input.splice(at..end, other[from..to].iter().copied());
            }
            3 => input.insert(at, BYTES[numbers.below(BYTES.len())]),
            4 if !input.is_empty() => input[at] = BYTES[numbers.below(BYTES.len())],
            5 if !input.is_empty() => input[at] ^= 1 << numbers.below(8),
            _ => input.truncate(input.len() - numbers.below(input.len() / 4 + 1)),
        }
    }
    input
}

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fuzz/corpus")
        .join(target);
    let mut paths: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let corpus: Vec<Vec<u8>> = paths
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect();
    assert!(!corpus.is_empty(), "{target} has no inputs");
    corpus
}

fn try_one(name: &str, target: fn(&[u8]), input: &[u8]) {
    if catch_unwind(AssertUnwindSafe(|| target(input))).is_err() {
        let file = std::env::temp_dir().join(format!("windlass-fuzz-{name}"));
        std::fs::write(&file, input).unwrap();
        panic!(
            "{name} fails on {:?}\n  the input is in {}: fix what is wrong, and keep it in fuzz/corpus/{name}",
            String::from_utf8_lossy(input),
            file.display()
        );
    }
}

#[test]
fn whatever_somebody_else_wrote_is_read_or_refused() {
    let seconds = std::env::var("WINDLASS_SOAK_SECONDS").ok();
    let time = seconds.map(|seconds| Duration::from_secs(seconds.parse().unwrap()));
    // The seed is another each time only where there is time to look at what is found.
    let seed = match time {
        Some(_) => u64::from(std::process::id()) << 20 | 1,
        None => 0x9e37_79b9_7f4a_7c15,
    };
    for (name, target) in harness::TARGETS {
        let corpus = corpus(name);
        for input in &corpus {
            try_one(name, target, input);
        }
        let mut numbers = Numbers(seed);
        let began = Instant::now();
        let mut count = 0;
        while time.map_or(count < INPUTS, |time| began.elapsed() < time) {
            try_one(name, target, &made(&mut numbers, &corpus));
            count += 1;
        }
        println!("{name}: {count} inputs");
    }
}

#[test]
fn each_reader_has_an_input_that_it_reads() {
    use windlass_packs::{cases, lock, manifest, policy, sign, sources, trust};
    let kept = |path: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus");
        std::fs::read_to_string(folder.join(path)).unwrap()
    };
    manifest::Manifest::parse(&kept("manifest/whole.toml"), "x").unwrap();
    lock::Lock::parse(&harness::with_digest(&kept("lock/body.toml")), "x".into()).unwrap();
    lock::Asks::parse(&kept("asks/sources.toml"), "x").unwrap();
    trust::TrustFile::parse(&kept("trust/whole.toml"), "x").unwrap();
    policy::PolicyFile::parse(&kept("policy/whole.toml"), "x").unwrap();
    cases::parse_cases(Path::new("x"), &kept("cases/some.jsonl")).unwrap();
    sign::Signature::parse(&kept("signature/some.minisig")).unwrap();
    sign::PublicKey::parse(&kept("signature/key.pub")).unwrap();
    sign::Statement::read(kept("signature/statement.json").as_bytes()).unwrap();
    let bundle = kept("bundle/one-pack.tar");
    let bundle = sources::Bundle::read(bundle.as_bytes(), "x").unwrap();
    assert_eq!(bundle.packs.len(), 1);
    let audit = kept("audit/two-runs.jsonl");
    let (ledger, heads) = harness::ledger_and_heads(&audit);
    let report = windlass_engine::audit::verify(ledger, None, Some(heads));
    assert!(report.is_whole() && report.runs.len() == 2, "{report:?}");
}
