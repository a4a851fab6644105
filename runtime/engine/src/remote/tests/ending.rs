//! Commands that may not go on leave nothing running.

use std::time::Duration;

use serde_json::json;

use super::session::{Here, arguments, processes_with, unique_sleep};
use crate::arguments::GlobalArguments;
use crate::contract::Shell;
use crate::remote::{Remote, RemoteError};
use crate::secrets::SecretStore;

/// Children in the background, in sessions of their own, orphaned, and deaf to SIGTERM.
fn crowd(sleep: &str) -> Shell {
    Shell::raw(format!(
        "setsid {sleep} & (setsid sh -c '{sleep}; true' & wait) & ({sleep} &)
         sh -c 'trap \"\" TERM; {sleep} & while :; do sleep 0.1; done' 5 '{sleep}' & echo begun; {sleep}; true"
    ))
}

async fn until(what: impl Fn() -> bool) {
    for _ in 0..400 {
        if what() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("it did not happen within 10 s");
}

#[tokio::test]
async fn a_timeout_ends_everything_and_keeps_what_was_printed() {
    let sleep = unique_sleep();
    let remote = Here::default().remote(&SecretStore::default());
    let given = GlobalArguments {
        timeout: Some(0.6),
        ..GlobalArguments::default()
    };
    let error = remote
        .run(&crowd(&sleep), &given, &[], &mut |_, _| {})
        .await
        .unwrap_err();
    assert_eq!(processes_with(&sleep), Vec::<String>::new());
    assert_eq!(error.output().stdout(), "begun\n");
    let text = error.to_string();
    let first =
        format!("`setsid {sleep} & (setsid sh -c '{sleep}; true' & wait) & ({sleep} &) …` did not");
    assert!(text.starts_with(&first), "{text}");
    assert!(
        text.ends_with("did not end within 0.6 s; its processes were ended"),
        "{text}"
    );
    let again = remote
        .run(&Shell::raw("echo still here"), &given, &[], &mut |_, _| {})
        .await
        .unwrap();
    assert_eq!(again.output.stdout(), "still here\n");
}

#[tokio::test]
async fn a_timeout_reaches_through_sudo() {
    let sleep = unique_sleep();
    let secrets = SecretStore::default();
    let remote = Here::with_sudo().remote(&secrets);
    let given =
        json!({"_sudo": true, "_sudo_password": "right pw", "_timeout": 0.8, "_env": {"A": "1"}});
    let given = arguments(&given, &secrets);
    let error = remote
        .run(&crowd(&sleep), &given, &[], &mut |_, _| {})
        .await
        .unwrap_err();
    assert!(matches!(error, RemoteError::Timeout { .. }), "{error}");
    assert_eq!(processes_with(&sleep), Vec::<String>::new());
}

#[tokio::test]
async fn a_command_without_a_shell_is_ended_too() {
    let remote = Here::default().remote(&SecretStore::default());
    let given = GlobalArguments {
        timeout: Some(0.3),
        shell_executable: Some(crate::arguments::ShellExecutable::None),
        ..GlobalArguments::default()
    };
    let sleep = unique_sleep();
    let error = remote
        .run(
            &Shell::raw(format!("{sleep}; true")),
            &given,
            &[],
            &mut |_, _| {},
        )
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("its processes were ended"),
        "{error}"
    );
    assert_eq!(processes_with(&sleep), Vec::<String>::new());
}

async fn running(remote: &Remote, sleep: &str) -> tokio::task::JoinHandle<Result<(), RemoteError>> {
    let (remote, shell, text) = (remote.clone(), crowd(sleep), sleep.to_owned());
    let task = tokio::spawn(async move {
        remote
            .run(&shell, &GlobalArguments::default(), &[], &mut |_, _| {})
            .await
            .map(|_| ())
    });
    until(|| processes_with(&text).len() >= 6).await;
    task
}

#[tokio::test]
async fn a_future_that_is_dropped_ends_its_command() {
    let sleep = unique_sleep();
    let remote = Here::default().remote(&SecretStore::default());
    running(&remote, &sleep).await.abort();
    until(|| processes_with(&sleep).is_empty()).await;
}

#[tokio::test]
async fn an_interrupted_run_ends_all_and_begins_nothing() {
    let sleep = unique_sleep();
    let remote = Here::default().remote(&SecretStore::default());
    let task = running(&remote, &sleep).await;
    remote.cancel();
    let error = task.await.unwrap().unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("was interrupted; its processes were ended"),
        "{error}"
    );
    assert_eq!(processes_with(&sleep), Vec::<String>::new());
    let error = remote
        .run(
            &Shell::raw("echo"),
            &GlobalArguments::default(),
            &[],
            &mut |_, _| {},
        )
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "`echo` was interrupted before it began");
}

#[tokio::test]
async fn private_files_go_whatever_happens() {
    let folder = tempfile::tempdir().unwrap();
    let secrets = SecretStore::default();
    let remote = Here::default().remote(&secrets);
    let given = json!({"_timeout": 0.3, "_temp_dir": folder.path().to_str().unwrap()});
    let files = vec![(
        String::from("F"),
        crate::contract::Content::Inline(Vec::new()),
    )];
    let shell = Shell {
        files,
        ..Shell::raw("test -e $F && echo there; sleep 1000")
    };
    let error = remote
        .run(&shell, &arguments(&given, &secrets), &[], &mut |_, _| {})
        .await
        .unwrap_err();
    assert_eq!(error.output().stdout(), "there\n");
    assert!(super::session::names_in(folder.path()).is_empty());
}
