//! What a plan may touch on the controller.
//!
//! | step | what of it | allowed |
//! | --- | --- | --- |
//! | upload, rsync, command | the local file it reads | what the call may read while planning: see `local` |
//! | download | the local file it writes | a `local-path` argument of the call, or a path below one |
//!
//! Allowed: an upload of `site.j2` in a call with `src = "site.j2"`. Refused with kind `denied`: an upload of
//! `/etc/shadow` in that call; a download to `out/../x` in a call with `dest = "out"`.

use camino::Utf8Path;
use windlass_engine::contract::{Action, Content, Planned};
use windlass_engine::local_files::LocalFiles;
use windlass_engine::plugins::{ErrorKind, GuestError};

use crate::local::normal;

/// Refuses a plan that reads or writes what its call may not. `granted`: the call's local paths.
pub(crate) fn check(
    operation: &str,
    planned: &Planned,
    granted: &[String],
    files: &dyn LocalFiles,
) -> Result<(), GuestError> {
    for step in &planned.steps {
        let mut reads: Vec<&str> = Vec::new();
        match &step.action {
            Action::Upload(upload) => reads.extend(local(&upload.source)),
            Action::Rsync(rsync) => reads.push(&rsync.src),
            Action::Shell(shell) => {
                reads.extend(shell.stdin.as_ref().and_then(local));
                reads.extend(shell.files.iter().filter_map(|(_, content)| local(content)));
            }
            Action::Download(download) if !is_named(&download.dest, granted) => {
                return Err(denied(format!(
                    "{operation} plans to write `{}`, which is none of its local paths",
                    download.dest
                )));
            }
            _ => {}
        }
        for path in reads.into_iter().filter(|path| !is_named(path, granted)) {
            // Whether the file is there is found out when it is read; here the answer is only whether it may be.
            if let Err(error) = files.stat(path)
                && error.kind == ErrorKind::Denied
            {
                return Err(denied(format!("{operation} plans to send: {error}")));
            }
        }
    }
    Ok(())
}

fn denied(message: String) -> GuestError {
    GuestError::new(ErrorKind::Denied, message)
}

fn local(content: &Content) -> Option<&str> {
    match content {
        Content::Local(path) => Some(path),
        _ => None,
    }
}

/// True for a path of the call's, and for what lies below one without going up. A path that leads out of the
/// deploy's folder is refused where it is opened.
fn is_named(path: &str, granted: &[String]) -> bool {
    let direct = granted.iter().any(|granted| granted == path);
    direct
        || normal(Utf8Path::new(path)).is_some_and(|path| {
            granted
                .iter()
                .filter_map(|granted| normal(Utf8Path::new(granted)))
                .any(|granted| path.starts_with(granted))
        })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use windlass_engine::contract::{Download, Shell, Step, Upload};
    use windlass_engine::json::Json;
    use windlass_engine::local_files::Readable;

    use super::*;
    use crate::local::local_files;

    fn upload(path: &str) -> Action {
        Action::Upload(Upload {
            source: Content::Local(path.to_owned()),
            dest: String::from("/x"),
            mode: None,
            user: None,
            group: None,
            more: Json::Null,
        })
    }

    fn download(dest: &str) -> Action {
        Action::Download(Download {
            src: String::from("/x"),
            dest: dest.to_owned(),
            more: Json::Null,
        })
    }

    fn stdin(path: &str) -> Action {
        Action::Shell(Shell {
            stdin: Some(Content::Local(path.to_owned())),
            ..Shell::raw("cat")
        })
    }

    fn of(action: Action, granted: &str) -> Result<(), String> {
        let folder = tempfile::tempdir().unwrap();
        let granted = [granted.to_owned()];
        let readable = Readable::named(&granted);
        let files = local_files(Utf8Path::from_path(folder.path()).unwrap(), &readable);
        let planned = Planned {
            steps: vec![Step::new(action)],
            ..Planned::default()
        };
        check("demo.do", &planned, &granted, files.as_ref()).map_err(|error| error.message)
    }

    #[test]
    fn what_the_call_names_is_sent() {
        assert_eq!(of(upload("a/b"), "a/b"), Ok(()));
        assert_eq!(of(upload("a/b/c"), "a"), Ok(()));
        assert_eq!(of(upload("a/other"), "a/b"), Ok(()));
        assert_eq!(of(upload("/srv/x/y"), "/srv/x"), Ok(()));
    }

    #[test]
    fn nothing_else_is_sent() {
        for action in [
            upload("/etc/shadow"),
            upload("../x"),
            upload("b/c"),
            upload("a/../../x"),
            stdin("/etc/shadow"),
        ] {
            let message = of(action, "a/b").unwrap_err();
            assert!(message.starts_with("demo.do plans to send: "), "{message}");
        }
    }

    #[test]
    fn downloads_land_where_the_call_says() {
        assert_eq!(of(download("out"), "out"), Ok(()));
        assert_eq!(of(download("out/host/file"), "out"), Ok(()));
        assert_eq!(of(download("../out"), "../out"), Ok(()));
        for dest in ["out/../x", "other", "outer", "/etc/passwd", "../out/x"] {
            assert_eq!(
                of(download(dest), "out"),
                Err(format!(
                    "demo.do plans to write `{dest}`, which is none of its local paths"
                ))
            );
        }
    }
}
