//! What stands at a path: a file, a folder, a link, a socket.

use windlass_plugin_common::stat::{self, Found, Kind};
use windlass_sdk::prelude::*;

fn stat_source(path: &RemotePath, kind: Kind) -> Source<Found> {
    Source::shell(stat::command(path), move |output| {
        Ok(stat::read(&output.text(), kind))
    })
}

/// What is known of a regular file: owner, group, mode (its octal digits), times (UTC) and size.
///
/// Null when nothing stands there, false when it is something else. Links are not followed.
#[fact(example = r#"files.File path=/etc/hosts"#)]
pub fn File(
    /// Its path; `~/` at the start is the home of whoever asks.
    path: RemotePath,
) -> Source<Found> {
    stat_source(&path, Kind::File)
}

/// What is known of a folder: owner, group, mode (its octal digits), times (UTC) and size.
///
/// Null when nothing stands there, false when it is something else. Links are not followed.
#[fact(example = r#"files.Directory path=/etc"#)]
pub fn Directory(
    /// Its path; `~/` at the start is the home of whoever asks.
    path: RemotePath,
) -> Source<Found> {
    stat_source(&path, Kind::Directory)
}

/// What is known of a symbolic link: where it points (`link_target`), owner, group, mode, times (UTC) and size.
///
/// Null when nothing stands there, false when it is something else.
#[fact(example = r#"files.Link path=/etc/localtime"#)]
pub fn Link(
    /// Its path; `~/` at the start is the home of whoever asks.
    path: RemotePath,
) -> Source<Found> {
    stat_source(&path, Kind::Link)
}

/// What is known of a socket: owner, group, mode (its octal digits), times (UTC) and size.
///
/// Null when nothing stands there, false when it is something else.
#[fact(example = r#"files.Socket path=/run/docker.sock"#)]
pub fn Socket(
    /// Its path; `~/` at the start is the home of whoever asks.
    path: RemotePath,
) -> Source<Found> {
    stat_source(&path, Kind::Socket)
}
