//! Files of the repository that stand in this program.

/// A file: its path below the folder that it is written to, and its content.
pub(crate) type File = (&'static str, &'static str);

/// Embeds files of a folder, which is named from the repository's root.
macro_rules! files {
    ($folder:literal: [$($path:literal),* $(,)?]) => {
        &[$((
            $path,
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../", $folder, "/", $path)),
        )),*]
    };
}

pub(crate) use files;
