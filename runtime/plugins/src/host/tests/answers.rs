//! What guests answer: plans, facts, errors, and what is remembered of them.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use windlass_engine::contract::{Action, Origin, Part, RawOutput};
use windlass_engine::json::json;
use windlass_engine::local_files::Readable;
use windlass_engine::plugins::{ErrorKind, PluginError, Plugins};

use super::{end_of, say, saying};
use crate::testing::{Answers, host};

#[tokio::test]
async fn an_operation_is_planned() {
    let host = host(&["echo"]).await;
    let view = Arc::new(saying("nothing", "ann"));
    let planned = say(&host, "it's", view.clone()).await;
    let [step] = planned.steps.as_slice() else {
        panic!("{planned:?}")
    };
    let Action::Shell(shell) = &step.action else {
        panic!("{step:?}")
    };
    let words: Vec<&Part> = shell
        .text
        .iter()
        .filter(|part| matches!(part, Part::Word(_)))
        .collect();
    assert_eq!(
        words,
        [
            &Part::Word(String::from("ann")),
            &Part::Word(String::from("it's"))
        ]
    );
    let [prediction] = step.predictions.as_slice() else {
        panic!("{step:?}")
    };
    assert_eq!(&*prediction.fact, "echo.Word");
    assert_eq!(*prediction.args, json!({"name": "said"}));
    assert_eq!(prediction.value.as_deref(), Some(&json!("it's")));
    let planned = say(&host, "it's", saying("it's", "ann").view()).await;
    assert!(planned.steps.is_empty());
    assert_eq!(planned.notes, ["it is said already"]);
    let log = view.log.lock().unwrap();
    assert_eq!(*log, [(String::from("info"), String::from("saying it's"))]);
}

#[tokio::test]
async fn facts_have_a_source_and_a_parser() {
    let host = host(&["echo"]).await;
    let args = [json!({"name": "a b"})];
    let view = || Answers::default().view();
    let Origin::Shell(shell) = host.source("echo.Word", &args, view()).await.unwrap() else {
        panic!("no command")
    };
    assert!(shell.text.contains(&Part::Word(String::from("a b"))));
    let output = RawOutput {
        stdout: b"hello".to_vec(),
        ..RawOutput::default()
    };
    let parsed = host.parse("echo.Word", &args, output, view()).await;
    assert_eq!(parsed.unwrap(), [json!("hello")]);
    let Origin::Derived(facts) = host.source("echo.Length", &args, view()).await.unwrap() else {
        panic!("not derived")
    };
    assert_eq!(facts.first().unwrap().fact, "echo.Word");
    let output = RawOutput {
        values: vec![json!("four")],
        ..RawOutput::default()
    };
    let parsed = host.parse("echo.Length", &args, output, view()).await;
    assert_eq!(parsed.unwrap(), [json!(4)]);
}

#[tokio::test]
async fn two_hundred_hosts_in_one_state_cost_one_call() {
    let host = host(&["echo"]).await;
    let first = say(&host, "x", saying("y", "ann").view()).await;
    for _ in 1..200 {
        let view = Arc::new(saying("y", "ann"));
        let planned = say(&host, "x", view.clone()).await;
        assert!(Arc::ptr_eq(&first, &planned));
        assert_eq!(view.log.lock().unwrap().len(), 1);
        assert_eq!(view.asked.load(Ordering::Relaxed), 2);
    }
    let stats = host.stats();
    assert_eq!((stats.guest_calls, stats.remembered), (1, 199));
    assert!(stats.memo_bytes > 0);
    // Another answer is another plan; what it has in common is asked once.
    let view = Arc::new(saying("y", "bob"));
    assert!(!Arc::ptr_eq(&first, &say(&host, "x", view.clone()).await));
    assert_eq!(view.asked.load(Ordering::Relaxed), 2);
    assert_eq!(host.stats().guest_calls, 2);
    host.run_ended();
    assert_eq!(host.stats().memo_bytes, 0);
    say(&host, "x", saying("y", "ann").view()).await;
    assert_eq!(host.stats().guest_calls, 3);
}

#[tokio::test]
async fn a_guest_s_error_is_an_answer() {
    let host = host(&["echo"]).await;
    let args = json!({"text": "x", "fail": true});
    for _ in 0..2 {
        let result = host.plan("echo.say", &args, Answers::default().view());
        let Err(PluginError::Guest(error)) = result.await else {
            panic!("no error")
        };
        assert_eq!(error.kind, ErrorKind::InvalidValue);
        assert_eq!(error.message, "it was to fail");
        assert_eq!(error.at.as_deref(), Some("fail"));
    }
    assert_eq!(host.stats().guest_calls, 1);
    let args = json!({"text": "x"});
    let missing = host.plan("echo.say", &args, Answers::default().view());
    let Err(PluginError::Guest(error)) = missing.await else {
        panic!("no error")
    };
    assert_eq!(error.kind, ErrorKind::MissingFact);
}

#[tokio::test]
async fn local_files_are_read_where_they_were_granted() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a"), "content").unwrap();
    let host = host(&["echo"]).await;
    let path = camino::Utf8Path::from_path(folder.path()).unwrap();
    let args = json!({"src": "a", "dest": "/a"});
    let info = host.operation("echo.upload").unwrap();
    let granted = crate::local_path_arguments(&info, &args);
    let view = Answers::default().files(crate::local_files(path, &Readable::named(&granted)));
    let planned = host.plan("echo.upload", &args, view.view()).await.unwrap();
    assert_eq!(planned.notes, [crate::index::digest(b"content")]);
    let view = Answers::default().files(crate::local_files(path, &Readable::default()));
    let Err(PluginError::Guest(error)) = host.plan("echo.upload", &args, view.view()).await else {
        panic!("it was read")
    };
    assert_eq!(error.kind, ErrorKind::Denied);
    // A file that changed is another answer.
    std::fs::write(folder.path().join("a"), "changed").unwrap();
    let view = Answers::default().files(crate::local_files(path, &Readable::named(&granted)));
    let planned = host.plan("echo.upload", &args, view.view()).await.unwrap();
    assert_eq!(planned.notes, [crate::index::digest(b"changed")]);
}

#[tokio::test]
async fn what_a_later_version_says_is_refused_by_name() {
    let host = host(&["newer"]).await;
    for (operation, cause) in [
        (
            "step",
            "a step of the kind `teleport` needs a newer windlass",
        ),
        ("field", "the step's `priority` needs a newer windlass"),
        ("json", "the arguments of a nested operation is no JSON"),
    ] {
        let (_, report) = end_of(&host, &format!("newer.{operation}")).await;
        assert!(report.contains(cause), "{report}");
    }
}
