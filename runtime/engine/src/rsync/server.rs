//! The rsync of the host, which speaks with the one of this machine.

use tokio::io::AsyncWriteExt as _;
use tokio::sync::mpsc;

use super::pipes::Ends;
use super::{DEST, HOST};
use crate::arguments::GlobalArguments;
use crate::command::{CommandOutput, quote};
use crate::connector::Exit;
use crate::contract::{Rsync, Shell};
use crate::remote::{CommandResult, Remote, RemoteError};

/// Runs what rsync wants to be run, once it does: how that ended, and what it printed besides.
pub(super) async fn serve(
    remote: &Remote,
    mut ends: Ends,
    rsync: &Rsync,
    arguments: &GlobalArguments,
) -> Result<(Exit, CommandOutput), RemoteError> {
    let failed = |error: std::io::Error| RemoteError::Local {
        what: String::from("speaking with rsync"),
        message: error.to_string(),
    };
    let words = ends.words().await.map_err(failed)?;
    let text = command(&words, &rsync.dest).ok_or_else(|| {
        failed(std::io::Error::other(format!(
            "it wants to run `{}`",
            words.join(" ")
        )))
    })?;
    let Ends {
        up,
        mut down,
        status,
        ..
    } = ends;
    let (sender, mut answers) = mpsc::unbounded_channel::<Vec<u8>>();
    let shown = format!("rsync to {}", rsync.dest);
    let running = async {
        let ended = remote
            .converse(text, shown, Box::new(up), &sender, arguments)
            .await;
        drop(sender);
        ended
    };
    let answering = async {
        while let Some(piece) = answers.recv().await {
            // A client that is gone reads nothing more; how it ended says why.
            if down.write_all(&piece).await.is_err() {
                answers.close();
            }
        }
    };
    let (ended, ()) = tokio::join!(running, answering);
    let code = match &ended {
        Ok((exit, _)) => exit.status.unwrap_or(255),
        Err(_) => 255,
    };
    std::fs::write(status, code.to_string()).map_err(failed)?;
    ended
}

/// The command line of the host's rsync: the words with the real folder in the place of its name.
fn command(words: &[String], dest: &str) -> Option<String> {
    let [program, server, options @ .., dot, last] = words else {
        return None;
    };
    if (program.as_str(), server.as_str()) != ("rsync", "--server")
        || (dot.as_str(), last.as_str()) != (".", DEST)
    {
        return None;
    }
    let mut line = String::from("rsync --server");
    for word in options.iter().chain([dot]) {
        line.push(' ');
        line.push_str(&quote(word));
    }
    line.push(' ');
    line.push_str(&folder(dest));
    Some(line)
}

/// A folder of the host as a word of its shell: `~/` at its beginning is the home of whoever the command runs as.
fn folder(dest: &str) -> String {
    match dest.strip_prefix("~/") {
        Some(below) => format!("~/{}", quote(below)),
        None if dest.starts_with('-') => quote(&format!("./{dest}")),
        None => quote(dest),
    }
}

/// A scripted host knows commands by their text.
pub(super) async fn scripted(
    remote: &Remote,
    rsync: &Rsync,
    arguments: &GlobalArguments,
) -> Result<CommandResult, RemoteError> {
    let words = rsync.options.iter().map(|option| quote(option));
    let words: Vec<String> = words
        .chain([quote(&rsync.src), format!("{HOST}:{}", quote(&rsync.dest))])
        .collect();
    let shell = Shell::raw(format!("rsync {}", words.join(" ")));
    remote.run(&shell, arguments, &[], &mut |_, _| {}).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn the_folder_is_one_word_and_stands_where_its_name_did() {
        let said = words("rsync --server -logDtpre.iLsfxCIvu --usermap=*:x . dest");
        let line = |dest| command(&said, dest).unwrap();
        let before = "rsync --server -logDtpre.iLsfxCIvu '--usermap=*:x' . ";
        assert_eq!(line("/srv/a b"), format!("{before}'/srv/a b'"));
        assert_eq!(line("~/$(x)"), format!("{before}~/'$(x)'"));
        assert_eq!(line("-x"), format!("{before}./-x"));
    }

    #[test]
    fn nothing_else_than_a_server_is_run() {
        for other in [
            "sh -c x . dest",
            "rsync --daemon . dest",
            "rsync --server . other",
            "rsync",
            "",
        ] {
            assert_eq!(command(&words(other), "/srv"), None, "{other}");
        }
    }
}
