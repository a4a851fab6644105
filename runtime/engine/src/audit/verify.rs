//! Looks for what was changed, left out, moved or cut off.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::Serialize;

use super::account::has_failed;
use super::heads::Head;
use super::key::PublicKey;
use super::record::{NOTHING, Record, digest_of};
use crate::json::Json;

/// Something that is not as the audit wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The line of the file, from 1; none for what is not there.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
}

/// A run of the audit.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RunReport {
    /// Its name.
    pub run: String,
    /// When it began.
    pub time: String,
    /// Its command.
    pub command: String,
    /// Who ran it, and where.
    pub who: String,
    /// The digest of what it executed; empty where it executed no plan.
    pub plan: String,
    /// The hosts it worked on, in the order in which they came.
    pub hosts: Vec<String>,
    /// How many commands and transfers it began.
    pub commands: u64,
    /// How many of them failed.
    pub failed: u64,
    /// How many records it has.
    pub records: u64,
    /// How it ended: `ended`, an error's text, or `no end`.
    pub outcome: String,
    /// True when its end is signed by a known key.
    pub signed: bool,
}

/// What a file of records is worth.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// What the file is known by.
    pub ledger: String,
    /// How many records it has.
    pub records: u64,
    /// How many heads of this file the second place knows; none where there is no second place to ask.
    pub heads: Option<usize>,
    /// The keys that signed the ends of runs, in order.
    pub keys: Vec<String>,
    /// The runs, in order.
    pub runs: Vec<RunReport>,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// What is odd without being wrong: runs that have no end, lines that a crash tore.
    pub remarks: Vec<Problem>,
}

impl Report {
    /// True when nothing is wrong.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.problems.is_empty()
    }

    fn wrong(&mut self, line: usize, message: String) {
        self.problems.push(Problem {
            line: Some(line),
            message,
        });
    }
}

/// Checks the text of a file of records. `key`: the only key whose signatures count; none: the key that a run names in
/// its first record. `heads`: the lines of the second place, whatever else is among them.
#[must_use]
pub fn verify(text: &str, key: Option<&PublicKey>, heads: Option<&str>) -> Report {
    let mut check = Check {
        key,
        report: Report::default(),
        hashes: BTreeMap::new(),
        runs: IndexMap::new(),
        expected: 1,
        prev: NOTHING.to_owned(),
        torn: None,
    };
    let mut end = 0;
    for (at, line) in text.split('\n').enumerate() {
        end += line.len() + 1;
        let is_last = end > text.len();
        if is_last && line.is_empty() {
            break;
        }
        check.line(at + 1, line, is_last);
    }
    check.finish(heads)
}

struct Check<'a> {
    key: Option<&'a PublicKey>,
    report: Report,
    hashes: BTreeMap<u64, String>,
    runs: IndexMap<String, (RunReport, Option<PublicKey>)>,
    expected: u64,
    prev: String,
    /// A line that is no record, and what is wrong with it: right where the next record knows of it.
    torn: Option<(usize, String, String)>,
}

impl Check<'_> {
    fn line(&mut self, number: usize, line: &str, unended: bool) {
        let record = match Record::read(line) {
            Ok(record) if !unended => record,
            read => {
                self.settle_torn(None);
                let why = match read {
                    Ok(_) => String::from("its end is missing"),
                    Err(why) => why,
                };
                self.torn = Some((number, digest_of(line.as_bytes()), why));
                return;
            }
        };
        self.settle_torn(Some(&record));
        self.chain(number, &record);
        self.hashes.insert(record.seq, record.hash.clone());
        self.report.records += 1;
        self.run(number, &record);
        self.expected = record.seq.saturating_add(1);
        self.prev.clone_from(&record.hash);
    }

    /// A line that was no record is a remark where the record behind it knows of it, and a problem elsewhere.
    fn settle_torn(&mut self, next: Option<&Record>) {
        let Some((line, digest, why)) = self.torn.take() else {
            return;
        };
        let known =
            next.is_some_and(|record| record.kind == "torn" && record.text("digest") == digest);
        match known {
            true => self.report.remarks.push(Problem {
                line: Some(line),
                message: String::from(
                    "it was torn when its writer was stopped; the next record says so",
                ),
            }),
            false => {
                self.report
                    .wrong(line, format!("the record was changed: {why}"));
                // What follows is judged by itself, not by a record that cannot be read.
                if let Some(next) = next {
                    self.expected = next.seq;
                    self.prev.clone_from(&next.prev);
                }
            }
        }
    }

    fn chain(&mut self, number: usize, record: &Record) {
        let (seq, expected) = (record.seq, self.expected);
        let message = if seq == expected && record.prev == self.prev {
            return;
        } else if seq > expected {
            match seq - expected {
                1 => format!("record {expected} is missing before record {seq}"),
                _ => format!(
                    "the records {expected} to {} are missing before record {seq}",
                    seq - 1
                ),
            }
        } else if seq < expected {
            format!(
                "record {seq} stands behind record {}: it was moved or repeated",
                expected - 1
            )
        } else {
            format!("record {seq} does not follow from the one before it: one of them was replaced")
        };
        self.report.wrong(number, message);
    }

    fn run(&mut self, number: usize, record: &Record) {
        let named = |key: &str| record.text(key).to_owned();
        match record.kind.as_str() {
            "ledger" => self.report.ledger = named("ledger"),
            "run" => {
                let who = record.fields.get("who");
                let who = |key: &str| {
                    who.and_then(|who| who.get(key)?.as_str())
                        .unwrap_or_default()
                };
                let run = RunReport {
                    run: record.run.clone(),
                    time: named("time"),
                    command: named("command"),
                    who: format!("{}@{}", who("user"), who("machine")),
                    ..RunReport::default()
                };
                let key = PublicKey::from_text(record.text("key"));
                self.runs.insert(record.run.clone(), (run, key));
            }
            _ => {}
        }
        let Some((run, key)) = self.runs.get_mut(&record.run) else {
            if !record.run.is_empty() {
                let message = format!("record {} is of a run that did not begin", record.seq);
                self.report.wrong(number, message);
            }
            return;
        };
        run.records += 1;
        let host = record.text("host");
        if !host.is_empty() && !run.hosts.iter().any(|known| known == host) {
            run.hosts.push(host.to_owned());
        }
        match record.kind.as_str() {
            "plan" => run.plan = named("digest"),
            "begin" => run.commands += 1,
            "end" => {
                run.failed += u64::from(has_failed(&record.fields));
            }
            "run-end" => {
                run.outcome = match record.fields.get("error") {
                    Some(Json::String(error)) => error.clone(),
                    _ => String::from("ended"),
                };
                let known = self.key.or(key.as_ref());
                run.signed = known.is_some_and(|key| record.is_signed_by(key));
                if let Some(key) = known.map(PublicKey::to_text).filter(|_| run.signed)
                    && !self.report.keys.contains(&key)
                {
                    self.report.keys.push(key);
                }
                let counted = record.fields.get("records").and_then(Json::as_u64);
                let mut wrong = Vec::new();
                if !run.signed {
                    wrong.push(format!(
                        "the end of run {} is not signed by {}",
                        run.run,
                        match self.key {
                            Some(_) => "the key that was named",
                            None => "the run's key",
                        }
                    ));
                }
                if counted != Some(run.records) {
                    wrong.push(format!(
                        "run {} counted {} records and has {}",
                        run.run,
                        counted.unwrap_or_default(),
                        run.records
                    ));
                }
                for message in wrong {
                    self.report.wrong(number, message);
                }
            }
            _ => {}
        }
    }

    fn finish(mut self, heads: Option<&str>) -> Report {
        self.settle_torn(None);
        if let Some(heads) = heads {
            self.heads(heads);
        }
        let mut report = self.report;
        for (mut run, _) in self.runs.into_values() {
            if run.outcome.is_empty() {
                run.outcome = String::from("no end");
                report.remarks.push(Problem {
                    line: None,
                    message: format!(
                        "run {} of {} has no end: it still runs, was killed, or was cut off",
                        run.run, run.time
                    ),
                });
            }
            report.runs.push(run);
        }
        report
    }

    fn heads(&mut self, text: &str) {
        let ledger = self.report.ledger.clone();
        let heads: Vec<Head> = text
            .lines()
            .filter_map(Head::read)
            .filter(|head| head.ledger == ledger)
            .collect();
        self.report.heads = Some(heads.len());
        let mut wrong = |message: String| {
            self.report.problems.push(Problem {
                line: None,
                message,
            });
        };
        if heads.is_empty() {
            wrong(format!(
                "the second place knows no head of the ledger `{ledger}`: the file was begun anew, or its heads went \
                 elsewhere"
            ));
        }
        let last = self.hashes.keys().next_back().copied().unwrap_or_default();
        for head in heads {
            match self.hashes.get(&head.seq) {
                Some(hash) if *hash == head.hash => {}
                Some(_) => wrong(format!(
                    "record {} is not the one that the second place knows from run {}",
                    head.seq, head.run
                )),
                None if head.seq > last => wrong(format!(
                    "the end was cut off: the second place knows record {} of run {}, and the file ends with {last}",
                    head.seq, head.run
                )),
                None => wrong(format!(
                    "record {} of run {}, which the second place knows, is not here",
                    head.seq, head.run
                )),
            }
        }
    }
}
