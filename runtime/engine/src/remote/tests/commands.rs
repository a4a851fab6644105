//! Commands: what they read, print and see; secrets and privilege.

use serde_json::{Value, json};

use super::session::{Here, arguments, names_in, processes_with};
use crate::arguments::GlobalArguments;
use crate::connector::Stream;
use crate::contract::{Atom, Content, SecretUse, Shell};
use crate::remote::{CommandResult, Remote, RemoteError};
use crate::secrets::SecretStore;

async fn run(remote: &Remote, text: &str, given: Value) -> Result<CommandResult, RemoteError> {
    let arguments = arguments(&given, &remote.core.secrets);
    remote
        .run(&Shell::raw(text), &arguments, &[], &mut |_, _| {})
        .await
}

fn remote(here: Here) -> Remote {
    here.remote(&SecretStore::default())
}

#[tokio::test]
async fn a_command_gives_its_status_and_its_output_as_it_came() {
    let remote = remote(Here::default());
    let mut seen = Vec::new();
    let mut sink = |stream: Stream, bytes: &[u8]| seen.push((stream, bytes.to_vec()));
    let shell = Shell::raw("printf 'a\\377\\n'; echo oops >&2; exit 3");
    let result = remote
        .run(&shell, &GlobalArguments::default(), &[], &mut sink)
        .await
        .unwrap();
    assert_eq!(result.exit.status, Some(3));
    assert_eq!(result.output.bytes(Stream::Stdout), b"a\xff\n");
    assert_eq!(result.output.stderr(), "oops\n");
    let streamed: Vec<u8> = seen
        .iter()
        .filter(|(stream, _)| *stream == Stream::Stdout)
        .flat_map(|(_, bytes)| bytes.clone())
        .collect();
    assert_eq!(streamed, b"a\xff\n");
}

#[tokio::test]
async fn arguments_reach_the_command() {
    let remote = remote(Here::default());
    let result = run(
        &remote,
        "pwd; echo $A; cat",
        json!({"_chdir": "/", "_env": {"A": "it's"}, "_stdin": ["x", "y"]}),
    );
    assert_eq!(result.await.unwrap().output.stdout(), "/\nit's\nx\ny\n");
    for shell in ["bash", "sh"] {
        let result = run(
            &remote,
            "echo ${BASH_VERSION:+bash}",
            json!({"_shell_executable": shell}),
        )
        .await
        .unwrap();
        assert_eq!(
            result.output.stdout().trim(),
            if shell == "bash" { "bash" } else { "" }
        );
    }
    let result = run(
        &remote,
        "echo a; echo b",
        json!({"_shell_executable": null}),
    )
    .await
    .unwrap();
    assert_eq!(
        (
            result.output.stdout().as_str(),
            result.output.stderr().as_str()
        ),
        ("a\nb\n", "")
    );
    let result = run(&remote, "x", json!({"_shell_executable": "/not/there"}))
        .await
        .unwrap();
    assert_eq!(result.exit.status, Some(127));
    assert!(
        !result.output.stderr().contains("windlass-"),
        "{}",
        result.output.stderr()
    );
}

#[tokio::test]
async fn bytes_of_any_kind_and_size_go_through() {
    let remote = remote(Here::default());
    for size in [0, 1, 65_537, 10_000_000] {
        let bytes: Vec<u8> = (0..size)
            .map(|index: usize| (index * 7 + index / 251) as u8)
            .collect();
        let shell = Shell {
            stdin: Some(Content::Inline(vec![Atom::Bytes(bytes.clone())])),
            ..Shell::raw("cat")
        };
        let result = remote
            .run(&shell, &GlobalArguments::default(), &[], &mut |_, _| {})
            .await
            .unwrap();
        assert!(result.output.bytes(Stream::Stdout) == bytes, "{size}");
        assert!(!result.truncated);
    }
}

#[tokio::test]
async fn what_is_too_much_is_cut_and_said() {
    let remote = remote(Here::default());
    let mut streamed = 0;
    let shell = Shell::raw("head -c 70000000 /dev/zero");
    let mut sink = |_: Stream, bytes: &[u8]| streamed += bytes.len();
    let result = remote
        .run(&shell, &GlobalArguments::default(), &[], &mut sink)
        .await
        .unwrap();
    assert_eq!(
        (result.output.len(), result.truncated, streamed),
        (64 << 20, true, 70_000_000)
    );
}

#[tokio::test]
async fn secrets_arrive_and_stand_on_no_command_line() {
    let secrets = SecretStore::default();
    secrets.insert("canary", String::from("canary'\n $x-1f3a9c"));
    secrets.insert("sudo", String::from("right pw"));
    let remote = Here::with_sudo().remote(&secrets);
    let secret = || {
        Atom::Secret(SecretUse {
            secret: 0,
            encodings: Vec::new(),
        })
    };
    let folder = tempfile::tempdir().unwrap();
    let shell = Shell {
        stdin: Some(Content::Inline(vec![
            Atom::Text(String::from("in:")),
            secret(),
        ])),
        env: vec![
            (String::from("PW"), vec![secret()]),
            (String::from("OPEN"), vec![Atom::Text(String::from("open"))]),
        ],
        files: vec![
            (
                String::from("CONF"),
                Content::Inline(vec![Atom::Bytes(vec![0, 255]), secret()]),
            ),
            (String::from("OTHER"), Content::Inline(Vec::new())),
        ],
        ..Shell::raw(
            "cat \"$CONF\"; printf '|%s|%s|' \"$PW\" \"$OPEN\"; cat; echo; wc -c < \"$OTHER\"
             stat -c %a \"$CONF\" \"$(dirname \"$CONF\")\"; echo ready; sleep 0.5",
        )
    };
    let given = json!({"_sudo": true, "_sudo_password": {"$secret": "sudo"}, "_temp_dir": folder.path().to_str().unwrap()});
    let given = arguments(&given, &secrets);
    let mut seen = None;
    let mut output = Vec::new();
    let mut sink = |stream: Stream, bytes: &[u8]| {
        if stream == Stream::Stdout {
            output.extend_from_slice(bytes);
        }
        if output.ends_with(b"ready\n") {
            let lines = ["canary", "right pw"]
                .iter()
                .flat_map(|text| processes_with(text))
                .collect::<Vec<_>>();
            seen = Some(lines);
        }
    };
    let identities = [String::from("canary")];
    let result = remote
        .run(&shell, &given, &identities, &mut sink)
        .await
        .unwrap();
    assert_eq!(
        seen,
        Some(Vec::new()),
        "command lines with a secret, looked at while it ran"
    );
    let canary = "canary'\n $x-1f3a9c";
    let expected = format!("\0?{canary}|{canary}|open|in:{canary}\n0\n600\n700\nready\n");
    assert_eq!(
        String::from_utf8_lossy(&result.output.bytes(Stream::Stdout)).replace('\u{fffd}', "?"),
        expected
    );
    assert_eq!(result.output.stderr(), "");
    assert!(names_in(folder.path()).is_empty(), "private files are gone");
}

#[tokio::test]
async fn privilege_that_is_refused_is_an_error_with_the_fix() {
    let secrets = SecretStore::default();
    let remote = Here::with_sudo().remote(&secrets);
    let error = run(&remote, "id", json!({"_sudo": true}))
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "here refused sudo: sudo: a password is required\n  give the password (--ask-sudo-password, `_sudo_password`), or \
         allow the user NOPASSWD in sudoers"
    );
    let error = run(
        &remote,
        "id",
        json!({"_sudo": true, "_sudo_password": "wrong pw"}),
    )
    .await
    .unwrap_err();
    assert!(
        matches!(&error, RemoteError::WrongPassword { program, .. } if program == "sudo"),
        "{error}"
    );
    assert!(
        error
            .to_string()
            .starts_with("wrong sudo password for root on here\n"),
        "{error}"
    );
    let right = json!({"_sudo": true, "_sudo_password": "right pw"});
    let result = run(&remote, "echo sudo: no >&2; exit 1", right).await;
    assert!(result.is_err(), "looks like a refusal, and is told as one");
    let result = run(
        &remote,
        "echo no >&2; exit 1",
        json!({"_sudo": true, "_sudo_password": "right pw"}),
    )
    .await
    .unwrap();
    assert_eq!(
        (result.exit.status, result.output.stderr().as_str()),
        (Some(1), "no\n")
    );
    let error = run(&remote, "id", json!({"_doas": true}))
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("here refused doas: doas is not there"),
        "{error}"
    );
    let error = run(
        &remote,
        "id",
        json!({"_sudo": true, "_sudo_password": "a\nb"}),
    )
    .await
    .unwrap_err();
    assert!(error.to_string().contains("line break"), "{error}");
}

#[tokio::test]
async fn a_terminal_shows_no_password() {
    let secrets = SecretStore::default();
    let remote = Here::with_sudo().remote(&secrets);
    let given = json!({"_sudo": true, "_sudo_password": "right pw", "_get_pty": true});
    let result = run(&remote, "test -t 0 && test -t 1 && echo terminal", given)
        .await
        .unwrap();
    assert_eq!(result.output.stdout_lines(), ["terminal"]);
}

#[tokio::test]
async fn scripted_hosts_see_the_line_alone() {
    let secrets = SecretStore::default();
    let here = std::sync::Arc::new(Here::scripted());
    let remote = Remote::new("here", here.clone(), secrets.clone(), String::from("/tmp"));
    run(
        &remote,
        "id",
        json!({"_sudo": true, "_sudo_password": "right pw"}),
    )
    .await
    .unwrap();
    secrets.insert("canary", String::from("canary"));
    let secret = vec![Atom::Secret(SecretUse {
        secret: 0,
        encodings: Vec::new(),
    })];
    let shell = Shell {
        env: vec![(String::from("A"), secret.clone())],
        files: vec![(String::from("F"), Content::Inline(secret))],
        ..Shell::raw("env")
    };
    let identities = [String::from("canary")];
    remote
        .run(
            &shell,
            &GlobalArguments::default(),
            &identities,
            &mut |_, _| {},
        )
        .await
        .unwrap();
    let request = crate::remote::PutRequest {
        dest: String::from("/a b"),
        ..Default::default()
    };
    let source = crate::remote::PutSource::Bytes("x".into());
    remote
        .put(source, &request, &GlobalArguments::default())
        .await
        .unwrap();
    remote
        .get("/etc/x", &mut Vec::new(), &GlobalArguments::default())
        .await
        .unwrap();
    assert_eq!(
        *here.commands.lock().unwrap(),
        [
            "sudo -H -n sh -c id",
            "sh -c env",
            r#"sh -c 'cat > '"'"'/a b'"'"''"#,
            "sh -c 'cat /etc/x'"
        ]
    );
}

#[tokio::test]
async fn a_host_that_has_not_restarted_says_the_same() {
    let remote = remote(Here::default());
    let first = remote.boot_id().await.unwrap();
    assert!(
        first.split(' ').count() >= 2 && first.ends_with(|c: char| c.is_ascii_digit()),
        "{first}"
    );
    assert_eq!(remote.boot_id().await, Some(first));
}

/// Goes away in the middle of a command.
struct Gone;

#[async_trait::async_trait]
impl crate::connector::Session for Gone {
    async fn exec(
        &self,
        _: crate::connector::ExecRequest,
        output: &mut dyn crate::connector::OutputSink,
    ) -> Result<crate::connector::Exit, crate::connector::ConnectorError> {
        output.write(Stream::Stdout, b"so far");
        Err(crate::connector::ConnectorError::Lost(String::from(
            "reset by peer",
        )))
    }

    async fn close(&self) {}
}

#[tokio::test]
async fn a_lost_connection_is_an_error_with_what_was_printed() {
    let remote = Remote::new(
        "web-01",
        std::sync::Arc::new(Gone),
        SecretStore::default(),
        String::from("/tmp"),
    );
    let error = run(&remote, "id", json!({})).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the connection to web-01 was lost: reset by peer"
    );
    assert_eq!(error.output().stdout(), "so far");
}
