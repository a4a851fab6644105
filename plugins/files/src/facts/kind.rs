//! What stands at a path: a file, a folder, a link, a socket.

use windlass_plugin_common::stat::{self, Found, Kind};
use windlass_sdk::prelude::*;

fn stat_source(path: &RemotePath, kind: Kind) -> Source<Found> {
    Source::shell(stat::command(path), move |output| {
        Ok(stat::read(&output.text(), kind))
    })
}

/// The same for several paths.
fn stat_together(paths: Vec<RemotePath>, kind: Kind) -> Result<Source<Vec<Found>>> {
    let command = stat::command_for_all(&paths.iter().collect::<Vec<_>>())?;
    Ok(Source::shell(command, move |output| {
        stat::read_all(output, &paths, kind)
    }))
}

macro_rules! together {
    ($function:ident, $fact:ident) => {
        fn $function(asked: Vec<$fact>) -> Result<Source<Vec<Found>>> {
            stat_together(
                asked.into_iter().map(|asked| asked.path).collect(),
                Kind::$fact,
            )
        }
    };
}

together!(files, File);
together!(directories, Directory);
together!(links, Link);
together!(sockets, Socket);

/// What is known of a regular file: owner, group, mode (its octal digits), times (UTC) and size.
///
/// Null when nothing stands there, false when it is something else. Links are not followed.
#[fact(batch = 64, together = files, example = r#"files.File path=/etc/hosts"#)]
pub fn File(
    /// Its path; `~/` at the start is the home of whoever asks.
    path: RemotePath,
) -> Source<Found> {
    stat_source(&path, Kind::File)
}

/// What is known of a folder: owner, group, mode (its octal digits), times (UTC) and size.
///
/// Null when nothing stands there, false when it is something else. Links are not followed.
#[fact(batch = 64, together = directories, example = r#"files.Directory path=/etc"#)]
pub fn Directory(
    /// Its path; `~/` at the start is the home of whoever asks.
    path: RemotePath,
) -> Source<Found> {
    stat_source(&path, Kind::Directory)
}

/// What is known of a symbolic link: where it points (`link_target`), owner, group, mode, times (UTC) and size.
///
/// Null when nothing stands there, false when it is something else.
#[fact(batch = 64, together = links, example = r#"files.Link path=/etc/localtime"#)]
pub fn Link(
    /// Its path; `~/` at the start is the home of whoever asks.
    path: RemotePath,
) -> Source<Found> {
    stat_source(&path, Kind::Link)
}

/// What is known of a socket: owner, group, mode (its octal digits), times (UTC) and size.
///
/// Null when nothing stands there, false when it is something else.
#[fact(batch = 64, together = sockets, example = r#"files.Socket path=/run/docker.sock"#)]
pub fn Socket(
    /// Its path; `~/` at the start is the home of whoever asks.
    path: RemotePath,
) -> Source<Found> {
    stat_source(&path, Kind::Socket)
}
