//! Facts of other namespaces, as they are asked for and predicted.

use windlass_sdk::prelude::*;

use crate::dates::Instant;
use crate::stat::Found;

fact_request! {
    /// A regular file.
    pub File("files.File") {
        /// Its path.
        path: RemotePath,
    } -> Found;

    /// A folder.
    pub Directory("files.Directory") {
        /// Its path.
        path: RemotePath,
    } -> Found;

    /// A symbolic link.
    pub Link("files.Link") {
        /// Its path.
        path: RemotePath,
    } -> Found;

    /// A socket.
    pub Socket("files.Socket") {
        /// Its path.
        path: RemotePath,
    } -> Found;

    /// A file's SHA-1.
    pub Sha1File("files.Sha1File") {
        /// Its path.
        path: RemotePath,
    } -> Option<String>;

    /// A file's SHA-256.
    pub Sha256File("files.Sha256File") {
        /// Its path.
        path: RemotePath,
    } -> Option<String>;

    /// A file's SHA-384.
    pub Sha384File("files.Sha384File") {
        /// Its path.
        path: RemotePath,
    } -> Option<String>;

    /// A file's MD5.
    pub Md5File("files.Md5File") {
        /// Its path.
        path: RemotePath,
    } -> Option<String>;

    /// A file's lines.
    pub FileContents("files.FileContents") {
        /// Its path.
        path: RemotePath,
    } -> Option<Vec<String>>;

    /// Lines of a file that match; null when there is no file.
    pub FindInFile("files.FindInFile") {
        /// The file's path.
        path: RemotePath,
        /// A basic regular expression, else an extended one.
        pattern: String,
        /// Whether the shell expands variables in the pattern.
        interpolate_variables: bool,
        /// Whether the pattern is an extended regular expression.
        extended_regex: bool,
    } -> Option<Vec<String>>;

    /// Where a program is; null when there is none.
    pub Which("server.Which") {
        /// Its name.
        command: String,
    } -> Option<String>;

    /// The target's date and time.
    pub Date("server.Date") {} -> Instant;

    /// The home folder of a user (empty: of whoever asks).
    pub Home("server.Home") {
        /// The user's name.
        user: String,
    } -> Option<String>;
}
