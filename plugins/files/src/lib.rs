//! Files, folders and links on the target.

pub mod facts;
pub mod operations;
pub mod render;

use facts::{
    Block, Directory, File, FileContents, FindDirectories, FindFiles, FindInFile, FindLinks, Flags,
    Link, Md5File, Sha1File, Sha256File, Sha384File, Socket,
};

use operations::{
    block::block, copy::copy, copy::r#move, directory::directory, download::download, file::file,
    get::get, line::line, link::link, put::put, replace::replace, rsync::rsync, template::template,
};

windlass_sdk::export! {
    namespace: "files",
    operations: [file, directory, link, put, get, template, line, replace, block, copy, r#move, download, rsync],
    facts: [
        File, Link, Directory, Socket, Sha1File, Sha256File, Sha384File, Md5File, FindInFile, FindFiles, FindLinks,
        FindDirectories, Flags, Block, FileContents,
    ],
}
