//! Packs that are vouched for, and each way in which they are not.
#![allow(clippy::unwrap_used)]
use std::collections::BTreeMap;

use camino::Utf8Path;
use jiff::civil::date;
use windlass_engine::capability::Capabilities;

use super::*;
use crate::sign::{NewKeys, SecretKey};
use crate::trust::TrustedKey;

/// A signer with a name.
struct Pair {
    name: &'static str,
    secret: SecretKey,
}

fn pair(name: &'static str) -> Pair {
    let keys = NewKeys::generate(None).unwrap();
    let secret = SecretKey::parse(&keys.secret_file, None).unwrap();
    Pair { name, secret }
}

impl Pair {
    fn signs(&self, text: &str) -> (String, String) {
        let signature = self.secret.sign(text.as_bytes(), "test").unwrap();
        (format!("{}.minisig", self.name), signature.to_string())
    }

    fn revoked(&self) -> Revoked {
        Revoked {
            what: RevokedThing::Key(self.secret.public().unwrap().id()),
            reason: Some(String::from("laptop stolen")),
        }
    }
}

fn statement(component: &[u8]) -> Statement {
    let files = [(Utf8Path::new("demo.wasm"), component)];
    Statement::new("acme:demo", "1.0.0", b"m", files, Capabilities::default())
}

fn trust(pairs: &[&Pair], threshold: usize) -> Trust {
    let keys = pairs.iter().map(|pair| {
        let key = pair.secret.public().unwrap();
        (pair.name.to_owned(), TrustedKey { key, expires: None })
    });
    let signers = Signers {
        keys: pairs.iter().map(|pair| pair.name.to_owned()).collect(),
        threshold,
    };
    let file = TrustFile {
        path: "trust.toml".into(),
        keys: keys.collect(),
        namespaces: BTreeMap::from([(String::from("acme"), signers)]),
        revoked: Vec::new(),
    };
    Trust {
        files: vec![file],
        project: "trust.toml".into(),
    }
}

fn decide(
    trust: &Trust,
    found: &Statement,
    text: &str,
    signatures: &[(String, String)],
) -> Result<Vouched, String> {
    let claim = Claim {
        found,
        signed: Some(text.as_bytes()),
        signatures,
    };
    let decided = trust.decide(claim, date(2026, 11, 21));
    // The keys differ from run to run.
    decided.map_err(|error| hide_keys(&error.to_string()))
}

fn hide_keys(text: &str) -> String {
    let mut words = Vec::new();
    for word in text.split(' ') {
        let inner: String = word.chars().filter(char::is_ascii_alphanumeric).collect();
        let key = inner.len() == 16 && u64::from_str_radix(&inner, 16).is_ok();
        words.push(if key {
            word.replace(&inner, "KEY")
        } else {
            word.to_owned()
        });
    }
    words.join(" ")
}

fn first_line(result: Result<Vouched, String>) -> String {
    result.unwrap_err().lines().next().unwrap().to_owned()
}

#[test]
fn who_is_named_vouches() {
    let (release, found) = (pair("release"), statement(b"code"));
    let text = found.text();
    let vouched = decide(
        &trust(&[&release], 1),
        &found,
        &text,
        &[release.signs(&text)],
    );
    let vouched = hide_keys(&vouched.unwrap().to_string());
    assert_eq!(vouched, "signed by release (KEY); trust.toml asks for 1");
}

#[test]
fn nobody_vouches_for_what_is_not_signed() {
    let (release, found) = (pair("release"), statement(b"code"));
    let answer = decide(&trust(&[&release], 1), &found, &found.text(), &[]);
    assert_eq!(first_line(answer), "it is not signed");
}

#[test]
fn strangers_do_not_count() {
    let (release, other, found) = (pair("release"), pair("other"), statement(b"code"));
    let text = found.text();
    let answer = decide(&trust(&[&release], 1), &found, &text, &[other.signs(&text)]);
    assert_eq!(
        first_line(answer),
        "it is signed by KEY, which trust.toml does not name for `acme`; it names release"
    );
    let answer = decide(&Trust::default(), &found, &text, &[other.signs(&text)]);
    assert_eq!(
        first_line(answer),
        "no trust.toml says who may sign for the namespace `acme`; it is signed by KEY"
    );
}

#[test]
fn what_was_changed_is_named() {
    let (release, found) = (pair("release"), statement(b"code"));
    let (text, trust) = (found.text(), trust(&[&release], 1));
    let answer = decide(&trust, &statement(b"Code"), &text, &[release.signs(&text)]);
    assert_eq!(
        first_line(answer),
        "it is not what release (KEY) signed: demo.wasm was changed"
    );
    let other = text.replace("1.0.0", "1.0.1");
    let answer = decide(&trust, &found, &other, &[release.signs(&text)]);
    assert!(
        first_line(answer).starts_with("the signature release.minisig is not of what was signed")
    );
    let mut signed = release.signs(&text);
    signed.1 = signed
        .1
        .replace("trusted comment: test", "trusted comment: best");
    let answer = decide(&trust, &found, &text, &[signed]);
    assert!(first_line(answer).starts_with("the signature release.minisig is not of"));
}

#[test]
fn one_of_two_is_too_few_and_one_key_counts_once() {
    let (release, ci, found) = (pair("release"), pair("ci"), statement(b"code"));
    let text = found.text();
    let trust = trust(&[&release, &ci], 2);
    let twice = [release.signs(&text), release.signs(&text)];
    assert_eq!(
        first_line(decide(&trust, &found, &text, &twice)),
        "1 of 2 signers that trust.toml asks for signed it: release (KEY); missing is one of ci"
    );
    let both = [release.signs(&text), ci.signs(&text)];
    assert_eq!(
        decide(&trust, &found, &text, &both).unwrap().signers.len(),
        2
    );
}

#[test]
fn a_key_under_two_names_is_one_signer() {
    let (release, found) = (pair("release"), statement(b"code"));
    let text = found.text();
    let mut trust = trust(&[&release], 2);
    let file = &mut trust.files[0];
    let same = file.keys["release"].clone();
    file.keys.insert(String::from("again"), same);
    let signers = file.namespaces.get_mut("acme").unwrap();
    signers.keys.insert(0, String::from("again"));
    let twice = [release.signs(&text), release.signs(&text)];
    assert!(first_line(decide(&trust, &found, &text, &twice)).starts_with("1 of 2 signers"));
}

#[test]
fn expired_keys_do_not_count_from_the_day_after() {
    let (release, found) = (pair("release"), statement(b"code"));
    let text = found.text();
    let mut trust = trust(&[&release], 1);
    let signatures = [release.signs(&text)];
    let mut expires = |day| {
        trust.files[0].keys.get_mut("release").unwrap().expires = Some(day);
        decide(&trust, &found, &text, &signatures)
    };
    assert!(expires(date(2026, 11, 21)).is_ok());
    assert_eq!(
        first_line(expires(date(2026, 11, 20))),
        "the key release (KEY) expired on 2026-11-20, says trust.toml"
    );
}

#[test]
fn revocations_of_every_file_count() {
    let (release, found) = (pair("release"), statement(b"code"));
    let text = found.text();
    let signatures = [release.signs(&text)];
    let with = |revoked: Revoked| {
        let mut trust = trust(&[&release], 1);
        trust.files.push(TrustFile {
            path: "project/trust.toml".into(),
            revoked: vec![revoked],
            ..TrustFile::default()
        });
        first_line(decide(&trust, &found, &text, &signatures))
    };
    assert_eq!(
        with(release.revoked()),
        "the key release (KEY) is revoked by project/trust.toml: laptop stolen"
    );
    let digest = |digest| Revoked {
        what: RevokedThing::Digest(digest),
        reason: None,
    };
    assert_eq!(
        with(digest(found.digest())),
        "it is revoked by project/trust.toml"
    );
    assert_eq!(
        with(digest(Digest::of(b"code"))),
        "its demo.wasm is revoked by project/trust.toml"
    );
}

#[test]
fn the_first_file_that_names_a_namespace_decides() {
    let (release, other, found) = (pair("release"), pair("other"), statement(b"code"));
    let text = found.text();
    let mut both = trust(&[&release], 1);
    both.files.extend(trust(&[&other], 1).files);
    let answer = decide(&both, &found, &text, &[other.signs(&text)]);
    assert!(first_line(answer).contains("it names release"));
}
