//! Fake hosts answer by their script.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use windlass_engine::connector::{Gate, Stream};
use windlass_engine::json::{Json, JsonMap};

use super::*;

#[derive(Default)]
struct Output(Vec<u8>, Vec<u8>);

impl OutputSink for Output {
    fn write(&mut self, stream: Stream, bytes: &[u8]) {
        match stream {
            Stream::Stdout => self.0.extend_from_slice(bytes),
            Stream::Stderr => self.1.extend_from_slice(bytes),
        }
    }
}

fn target(data: Json) -> Target {
    let data: JsonMap = data.as_object().unwrap().clone();
    Target {
        name: "@fake/a".to_owned(),
        data,
        connect_timeout: Duration::from_secs(1),
        gate: Gate::default(),
    }
}

async fn session(data: Json) -> Arc<dyn Session> {
    Fake::new().connect(target(data)).await.unwrap()
}

async fn run(session: &Arc<dyn Session>, command: &str) -> (Exit, String, String) {
    let mut output = Output::default();
    let exit = session
        .exec(ExecRequest::new(command), &mut output)
        .await
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (exit, text(output.0), text(output.1))
}

#[tokio::test]
async fn answers_are_found_exactly_then_by_pattern() {
    let session = session(json!({"fake_responses": {
        "uname -s": "Linux\n",
        "glob:cat */os-release": "ID=debian\n",
        "regex:^id -u \\w+$": {"stdout": "", "stderr": "id: no such user\n", "status": 1},
        "boom": {"signal": "KILL"},
    }}))
    .await;
    assert_eq!(run(&session, "uname -s").await.1, "Linux\n");
    assert_eq!(run(&session, "sh -c 'uname -s'").await.1, "Linux\n");
    assert_eq!(run(&session, "cat /etc/os-release").await.1, "ID=debian\n");
    let (exit, _, stderr) = run(&session, "sh -c 'id -u bob'").await;
    assert_eq!(
        (exit, stderr.as_str()),
        (Exit::status(1), "id: no such user\n")
    );
    assert_eq!(
        run(&session, "boom").await.0.signal.as_deref(),
        Some("KILL")
    );
    assert_eq!(
        run(&session, "anything else").await,
        (Exit::status(0), String::new(), String::new())
    );
    assert!(!session.has_shell());
}

#[tokio::test]
async fn calls_are_recorded_with_their_input() {
    let log = FakeLog::new();
    let fake = Fake::with_log(log.clone());
    let session = fake.connect(target(json!({}))).await.unwrap();
    let request = ExecRequest {
        command: "cat".to_owned(),
        stdin: Stdin::Reader(Box::new(&b"in\0put"[..])),
        pty: true,
    };
    session.exec(request, &mut Output::default()).await.unwrap();
    assert_eq!(
        log.calls(),
        [FakeCall {
            host: "@fake/a".to_owned(),
            command: "cat".to_owned(),
            stdin: Bytes::from_static(b"in\0put"),
            pty: true,
        }]
    );
    assert_eq!(log.commands("@fake/a"), ["cat"]);
    assert!(log.commands("@fake/b").is_empty());
}

#[tokio::test]
async fn a_dropped_connection_stays_lost() {
    let session = session(json!({"fake_responses": {
        "half": {"stdout": "abcd", "misbehave": "drop"},
    }}))
    .await;
    let mut output = Output::default();
    let error = session
        .exec(ExecRequest::new("half"), &mut output)
        .await
        .unwrap_err();
    assert!(matches!(error, ConnectorError::Lost(_)), "{error}");
    assert_eq!(output.0, b"ab");
    let again = session
        .exec(ExecRequest::new("true"), &mut output)
        .await
        .unwrap_err();
    assert!(matches!(again, ConnectorError::Lost(_)), "{again}");
}

#[tokio::test]
async fn hosts_hang_lie_trickle_and_write_binary() {
    let hanging = session(json!({"fake_misbehave": "hang"})).await;
    let mut output = Output::default();
    let never = tokio::time::timeout(
        Duration::from_millis(50),
        hanging.exec(ExecRequest::new("true"), &mut output),
    );
    assert!(never.await.is_err());

    let lying = session(json!({"fake_misbehave": "lie", "fake_responses": {"x": "1"}})).await;
    let (exit, stdout, _) = run(&lying, "x").await;
    assert_eq!(exit, Exit::status(0));
    assert!(stdout != "1" && !stdout.is_empty());

    let slow =
        session(json!({"fake_responses": {"x": {"stdout": "abc", "misbehave": "slow"}}})).await;
    assert_eq!(run(&slow, "x").await.1, "abc");

    let binary = session(json!({"fake_misbehave": "binary"})).await;
    let mut output = Output::default();
    binary
        .exec(ExecRequest::new("x"), &mut output)
        .await
        .unwrap();
    assert_eq!(output.0.len(), 256);
    assert_eq!(output.0, output.1);
}

#[tokio::test]
async fn mistakes_in_the_script_are_explained() {
    let mut messages = Vec::new();
    for data in [
        json!({"fake_responses": []}),
        json!({"fake_responses": {"a": 1}}),
        json!({"fake_responses": {"a": {"stdin": "x"}}}),
        json!({"fake_misbehave": "explode"}),
        json!({"fake_delay": "long"}),
        json!({"fake_misbehave": "refuse"}),
    ] {
        messages.push(
            Fake::new()
                .connect(target(data))
                .await
                .err()
                .unwrap()
                .to_string(),
        );
    }
    assert_eq!(
        messages,
        [
            "fake_responses: must be a map of commands, not a list",
            "fake_responses[\"a\"]: must be text or an object, not a number",
            "fake_responses[\"a\"]: has no `stdin`\n  there are stdout, stderr, status, signal, delay, misbehave",
            "fake_misbehave: must be one of hang, lie, drop, slow, binary, refuse, not `explode`",
            "fake_delay: must be a number of seconds, 0 or more, not \"long\"",
            "@fake/a refuses connections, as its fake_misbehave says",
        ]
    );
}
