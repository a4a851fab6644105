//! Shells that stay open: what shares one, what does not, and that nobody can tell the difference by the results.

use std::sync::Arc;

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::json;

use super::session::{Here, arguments, names_in};
use crate::arguments::GlobalArguments;
use crate::connector::Stream;
use crate::contract::{Atom, Content, RawOutput, Shell};
use crate::remote::{
    ChainEvent, CommandResult, Link, Look, PutRequest, PutSource, Remote, RemoteError, Task,
};
use crate::secrets::SecretStore;

fn here() -> (Arc<Here>, Remote) {
    let here = Arc::new(Here::default());
    let secrets = SecretStore::default();
    let remote = Remote::new("here", here.clone(), secrets, String::from("/tmp"));
    (here, remote)
}

fn channels(here: &Here) -> usize {
    here.commands.lock().unwrap().len()
}

fn link(text: &str) -> Link {
    Link {
        task: Task::Run(Shell::raw(text), Vec::new()),
        arguments: GlobalArguments::default(),
    }
}

fn look(name: &str, text: &str) -> Look {
    Look {
        name: name.into(),
        text: text.into(),
        arguments: Arc::default(),
    }
}

async fn printed(remote: &Remote, text: &str) -> String {
    let arguments = GlobalArguments::default();
    let result = remote
        .run(&Shell::raw(text), &arguments, &[], &mut |_, _| {})
        .await
        .unwrap();
    result.output.stdout()
}

#[tokio::test]
async fn commands_one_after_another_share_a_channel_and_nothing_else() {
    let (here, remote) = here();
    assert_eq!(
        printed(&remote, "cd /; x=1; umask 0; export y=2; echo $0").await,
        "sh\n"
    );
    assert_eq!(printed(&remote, "echo $x$y; umask; pwd").await, {
        let plain = here.clone();
        let secrets = SecretStore::default();
        let apart = Remote::new("here", plain, secrets, String::from("/tmp")).without_shells();
        printed(&apart, "echo $x$y; umask; pwd").await
    });
    assert_eq!(channels(&here), 2, "one for the shell, one for the other");
}

#[tokio::test]
async fn commands_at_the_same_time_do_not_wait_for_each_other() {
    let (here, remote) = here();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("go");
    // The first waits for what the second makes.
    let first = format!(
        "while [ ! -e {0} ]; do sleep 0.02; done; echo seen",
        file.display()
    );
    let second = format!("touch {}", file.display());
    let (seen, _) = tokio::join!(printed(&remote, &first), printed(&remote, &second));
    assert_eq!(seen, "seen\n");
    assert_eq!(channels(&here), 2);
}

#[tokio::test]
async fn a_chain_is_one_round_trip_and_stops_at_a_failure() {
    let (here, remote) = here();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file").to_str().unwrap().to_owned();
    let put = Link {
        task: Task::Put(
            PutSource::Bytes(Bytes::from_static(b"\x00content\xff")),
            PutRequest {
                dest: path.clone(),
                mode: Some(0o640),
                ..PutRequest::default()
            },
        ),
        arguments: GlobalArguments::default(),
    };
    let links = vec![
        link("echo one"),
        put,
        link("echo two >&2; exit 3"),
        link("echo never"),
    ];
    let mut events = Vec::new();
    let mut statuses = Vec::new();
    let mut on = |at: usize, event: ChainEvent<'_>| match event {
        ChainEvent::Ended(result) => statuses.push(result.unwrap().exit.status),
        ChainEvent::Began => events.push(format!("{at} began")),
        // A line's end may come by itself.
        ChainEvent::Output(_, b"\n") => {}
        ChainEvent::Output(stream, bytes) => {
            events.push(format!(
                "{at} {stream:?} {}",
                String::from_utf8_lossy(bytes).trim()
            ));
        }
    };
    let ahead = vec![look("size", &format!("wc -c < {path}"))];
    let end = remote.run_chain(links, ahead, &mut on).await;
    assert_eq!(end.ran, 3);
    assert_eq!(statuses, [Some(0), Some(0), Some(3)]);
    assert_eq!(std::fs::read(&path).unwrap(), b"\x00content\xff");
    let said: Vec<&str> = events.iter().map(String::as_str).collect();
    assert_eq!(
        said,
        [
            "0 began",
            "0 Stdout one",
            "1 began",
            "1 Stdout replaced",
            "2 began",
            "2 Stderr two"
        ]
    );
    let (name, answer) = end.looking.unwrap().answers.pop().unwrap();
    let size = answer.await.unwrap().unwrap().unwrap();
    assert_eq!(
        (&*name, size.stdout.trim_ascii()),
        ("size", b"9".as_slice())
    );
    assert_eq!(channels(&here), 1);
}

/// Runs a chain; what each of its steps ended with.
async fn results_of(remote: &Remote, links: Vec<Link>) -> Vec<Result<CommandResult, RemoteError>> {
    let mut results = Vec::new();
    let mut on = |_: usize, event: ChainEvent<'_>| {
        if let ChainEvent::Ended(result) = event {
            results.push(result);
        }
    };
    remote.run_chain(links, Vec::new(), &mut on).await;
    results
}

#[tokio::test]
async fn a_chain_that_cannot_share_a_shell_does_the_same() {
    for (remote, count) in [(here().1.without_shells(), 2), {
        let scripted = Here::scripted().remote(&SecretStore::default());
        (scripted, 3)
    }] {
        let links = vec![link("true"), link("exit 1"), link("true")];
        let end = remote
            .run_chain(links, vec![look("x", "true")], &mut |_, _| {})
            .await;
        assert!(end.looking.is_none());
        // Scripted hosts answer everything with success.
        assert_eq!(end.ran, count);
    }
}

#[tokio::test]
async fn the_limits_of_a_chain_are_those_of_each_step() {
    let (_, remote) = here();
    let limited = |text: &str| Link {
        arguments: GlobalArguments {
            timeout: Some(1.2),
            ..GlobalArguments::default()
        },
        ..link(text)
    };
    // Together they take longer than one may.
    let links = vec![
        limited("sleep 0.8"),
        limited("sleep 0.8"),
        limited("sleep 60"),
        limited("true"),
    ];
    let results = results_of(&remote, links).await;
    assert_eq!(results.len(), 3);
    assert!(results[..2].iter().all(Result::is_ok));
    assert!(matches!(results[2], Err(RemoteError::Timeout { .. })));
    assert_eq!(
        printed(&remote, "echo on").await,
        "on\n",
        "another shell is opened"
    );
}

#[tokio::test]
async fn looks_keep_apart_and_a_shell_that_is_killed_loses_only_what_ran() {
    let (here, remote) = here();
    let looks = [
        look("a", "printf 'no end'"),
        look("b", "echo oops >&2; exit 7"),
        look("c", "echo 'unclosed"),
        look("d", "kill -9 $PPID"),
        look("e", "echo five"),
    ];
    let looking = remote.look(&looks).unwrap();
    let mut answers = Vec::new();
    for (_, answer) in looking.answers {
        answers.push(answer.await.unwrap());
    }
    let raw = |at: usize| -> &RawOutput { answers[at].as_ref().unwrap().as_ref().unwrap() };
    assert_eq!(raw(0).stdout, b"no end");
    assert_eq!(
        (raw(1).status, raw(1).stderr.as_slice()),
        (7, b"oops\n".as_slice())
    );
    assert_ne!(raw(2).status, 0);
    assert!(answers[3].is_none(), "it may look again by itself");
    assert!(answers[4].is_none(), "it did not run");
    assert_eq!(printed(&remote, "echo on").await, "on\n");
    assert_eq!(channels(&here), 2);
}

#[tokio::test]
async fn whoever_commands_run_as_has_a_shell_of_its_own() {
    let secrets = SecretStore::default();
    let here = Arc::new(Here::with_sudo());
    let remote = Remote::new("here", here.clone(), secrets.clone(), String::from("/tmp"));
    let root = arguments(
        &json!({"_sudo": true, "_sudo_password": "right pw"}),
        &secrets,
    );
    let bob = arguments(
        &json!({"_sudo": true, "_sudo_user": "bob", "_sudo_password": "right pw"}),
        &secrets,
    );
    let run = async |arguments: &GlobalArguments| {
        let shell = Shell::raw("echo as");
        let result = remote.run(&shell, arguments, &[], &mut |_, _| {}).await;
        assert_eq!(result.unwrap().output.stdout(), "as\n");
    };
    for _ in 0..3 {
        run(&root).await;
        run(&GlobalArguments::default()).await;
    }
    assert_eq!(channels(&here), 2);
    run(&bob).await;
    run(&bob).await;
    assert_eq!(channels(&here), 3);
    // Bob may be in other groups now: what root ran may have changed that.
    run(&root).await;
    run(&bob).await;
    assert_eq!(channels(&here), 4);
}

#[tokio::test]
async fn a_wrong_password_is_tried_once() {
    let secrets = SecretStore::default();
    let here = Arc::new(Here::with_sudo());
    let remote = Remote::new("here", here.clone(), secrets.clone(), String::from("/tmp"));
    let wrong = arguments(&json!({"_sudo": true, "_sudo_password": "wrong"}), &secrets);
    let shell = Shell::raw("echo no");
    let error = remote
        .run(&shell, &wrong, &[], &mut |_, _| {})
        .await
        .unwrap_err();
    assert!(
        matches!(error, RemoteError::WrongPassword { .. }),
        "{error}"
    );
    assert_eq!(channels(&here), 1);
}

#[tokio::test]
async fn input_and_output_of_any_size_come_through_unchanged() {
    let (here, remote) = here();
    for size in [
        0_usize,
        1,
        4096,
        100_000,
        131_072,
        131_073,
        5_000_000,
        100_000_000,
    ] {
        let bytes: Vec<u8> = (0..size).map(|at| (at * 7 + at / 251) as u8).collect();
        let shell = Shell {
            stdin: Some(Content::Inline(vec![Atom::Bytes(bytes.clone())])),
            ..Shell::raw("cat")
        };
        let arguments = GlobalArguments::default();
        let mut seen = Vec::with_capacity(size);
        let mut sink = |stream: Stream, bytes: &[u8]| {
            assert_eq!(stream, Stream::Stdout);
            seen.extend_from_slice(bytes);
        };
        remote
            .run(&shell, &arguments, &[], &mut sink)
            .await
            .unwrap();
        assert!(seen == bytes, "{size} bytes");
    }
    assert_eq!(
        channels(&here),
        4,
        "a shell, and a channel for each of those that are long"
    );
}

#[tokio::test]
async fn files_are_put_in_the_same_way_with_and_without_a_shell() {
    for (remote, text) in [
        (here().1, "in a shell"),
        (here().1.without_shells(), "apart"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        for (name, mode) in [
            ("a", Some(0o644)),
            ("b", Some(0o755)),
            ("c", None),
            ("d", Some(0o600)),
        ] {
            let dest = folder.path().join(name).to_str().unwrap().to_owned();
            let request = PutRequest {
                dest: dest.clone(),
                mode,
                ..PutRequest::default()
            };
            for content in [b"first\n".as_slice(), b"", b"\xff%s\\n'"] {
                let source = PutSource::Bytes(Bytes::from_static(content));
                let arguments = GlobalArguments::default();
                remote.put(source, &request, &arguments).await.unwrap();
                assert_eq!(std::fs::read(&dest).unwrap(), content, "{text}");
                let found =
                    std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(&dest).unwrap());
                let plain = folder.path().join("plain");
                std::fs::write(&plain, "").unwrap();
                let umask =
                    std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(&plain).unwrap());
                assert_eq!(
                    found & 0o7777,
                    mode.unwrap_or(umask & 0o7777),
                    "{text}: {name}"
                );
                std::fs::remove_file(plain).unwrap();
            }
        }
        assert_eq!(names_in(folder.path()), ["a", "b", "c", "d"], "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn what_commands_give_does_not_tell_how_they_travelled(
        steps in proptest::collection::vec((0_u8..6, any::<u8>(), 0_i32..3), 1..8)
    ) {
        let texts: Vec<String> = steps
            .iter()
            .map(|(kind, byte, status)| match kind {
                0 => format!("printf '\\{byte:03o}\\n\\n'; exit {status}"),
                1 => format!("echo {byte} >&2; exit {status}"),
                2 => format!("x={byte}; printf %s $x; echo $y; exit {status}"),
                3 => String::from("cat; read a || echo end"),
                4 => format!("printf '\\n\\n%s' {byte}; (exit {status})"),
                _ => String::from("true"),
            })
            .collect();
        let run = |remote: Remote| {
            let texts = texts.clone();
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let links = texts.iter().map(|text| link(text)).collect();
                results_of(&remote, links).await.into_iter().map(|result| {
                    let result = result.unwrap();
                    (result.exit, result.output.bytes(Stream::Stdout), result.output.bytes(Stream::Stderr))
                }).collect::<Vec<_>>()
            })
        };
        prop_assert_eq!(run(here().1), run(here().1.without_shells()));
    }
}
