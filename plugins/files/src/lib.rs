//! Files, folders and links on the target.

pub mod facts;
pub mod operations;

use facts::{
    Block, Directory, File, FileContents, FindDirectories, FindFiles, FindInFile, FindLinks, Flags, Link, Md5File,
    Sha1File, Sha256File, Sha384File, Socket,
};

windlass_sdk::export! {
    namespace: "files",
    operations: [],
    facts: [
        File, Link, Directory, Socket, Sha1File, Sha256File, Sha384File, Md5File, FindInFile, FindFiles, FindLinks,
        FindDirectories, Flags, Block, FileContents,
    ],
}
