//! The options of rsync that a step may have: what shapes the copy of the one folder. Those that start programs, that
//! name other files of this machine, that follow links out of the folder, or that change it, are not among them.

use crate::contract::Rsync;
use crate::nearest::did_you_mean;

/// Single letters, which may stand together.
const LETTERS: &str = "aAcdDEgHhiIJlmoOpqrStuvWxXz";

/// Options without a value.
const PLAIN: &[&str] = &[
    "acls",
    "archive",
    "backup",
    "checksum",
    "compress",
    "delay-updates",
    "delete",
    "delete-after",
    "delete-before",
    "delete-delay",
    "delete-during",
    "delete-excluded",
    "dirs",
    "executability",
    "existing",
    "force",
    "group",
    "hard-links",
    "human-readable",
    "ignore-existing",
    "ignore-times",
    "inplace",
    "itemize-changes",
    "links",
    "no-compress",
    "no-group",
    "no-links",
    "no-owner",
    "no-perms",
    "no-recursive",
    "no-times",
    "no-whole-file",
    "numeric-ids",
    "omit-dir-times",
    "omit-link-times",
    "one-file-system",
    "owner",
    "partial",
    "perms",
    "prune-empty-dirs",
    "quiet",
    "recursive",
    "safe-links",
    "size-only",
    "sparse",
    "stats",
    "times",
    "update",
    "verbose",
    "whole-file",
    "xattrs",
];

/// Options with a value, which stands behind `=`.
const VALUED: &[&str] = &[
    "backup-dir",
    "bwlimit",
    "chmod",
    "chown",
    "compress-level",
    "exclude",
    "groupmap",
    "include",
    "max-delete",
    "max-size",
    "min-size",
    "modify-window",
    "skip-compress",
    "suffix",
    "timeout",
    "usermap",
];

/// Why a step's options are not taken, and what to write instead.
pub(crate) fn refused(rsync: &Rsync) -> Option<String> {
    rsync.options.iter().find_map(|option| why_not(option))
}

fn why_not(option: &str) -> Option<String> {
    if option.contains('\0') {
        return Some(format!("{option:?} has a NUL, which no option has"));
    }
    let Some(long) = option.strip_prefix("--") else {
        return letters(option);
    };
    let (name, value) = match long.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (long, None),
    };
    match value {
        None if PLAIN.contains(&name) => None,
        Some(_) if VALUED.contains(&name) => None,
        None if VALUED.contains(&name) => Some(format!(
            "the option `{option}` of rsync has no value\n  write it behind `=` in the same text: `--{name}=…`"
        )),
        Some(_) if PLAIN.contains(&name) => Some(format!(
            "the option `{option}` of rsync takes no value\n  write `--{name}`"
        )),
        _ => {
            let known = PLAIN.iter().chain(VALUED).copied();
            Some(unknown(&format!("--{name}"), &did_you_mean(name, known)))
        }
    }
}

fn letters(option: &str) -> Option<String> {
    match option.strip_prefix('-') {
        None | Some("") => Some(format!(
            "`{option}` is no option of rsync\n  the value of an option stands behind `=` in the same text: `--exclude=*.pyc`"
        )),
        Some(given) => {
            let wrong = given.chars().find(|letter| !LETTERS.contains(*letter))?;
            Some(unknown(&format!("-{wrong}"), ""))
        }
    }
}

fn unknown(option: &str, hint: &str) -> String {
    format!(
        "`{option}` is no option of rsync that a step may have{hint}\n  it may have what shapes the copy of its folder, as `--archive`, `--delete`, `--exclude=…`, and nothing that starts programs, names other files of this machine or follows links"
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn said(option: &str) -> String {
        why_not(option).unwrap_or_default()
    }

    #[test]
    fn what_shapes_the_copy_is_taken() {
        for option in [
            "-a",
            "-axvz",
            "--archive",
            "--delete",
            "--exclude=*.pyc",
            "--exclude=",
            "--chmod=Dg+s,ug+w",
        ] {
            assert_eq!(why_not(option), None, "{option}");
        }
    }

    #[test]
    fn nothing_starts_a_program_or_reads_another_file() {
        for option in [
            "-e",
            "-esh",
            "-ae sh",
            "-M--x",
            "-f. /etc/shadow",
            "-F",
            "-C",
            "-L",
            "-k",
            "-T/x",
            "-b=x",
            "-n",
            "-R",
            "-s",
            "--rsh=sh",
            "--rsync-path=sh",
            "--remote-option=--x",
            "--files-from=/etc/shadow",
            "--exclude-from=/etc/shadow",
            "--include-from=/etc/shadow",
            "--filter=merge /etc/shadow",
            "--password-file=/etc/shadow",
            "--log-file=/tmp/x",
            "--write-batch=/tmp/x",
            "--only-write-batch=/tmp/x",
            "--read-batch=/tmp/x",
            "--copy-links",
            "--copy-unsafe-links",
            "--copy-dirlinks",
            "--remove-source-files",
            "--daemon",
            "--config=/tmp/x",
            "--server",
            "--sender",
            "--dry-run",
            "--old-args",
            "--protect-args",
            "--archi",
            "--",
            "-",
            "",
            "folder",
            "*.pyc",
            "--exclude",
            "--archive=yes",
            "--delete\0",
        ] {
            assert!(why_not(option).is_some(), "{option}");
        }
    }

    #[test]
    fn what_is_refused_says_what_to_write() {
        assert!(said("--archiv").contains("did you mean `archive`?"));
        assert!(said("--exclude").contains("write it behind `=`"));
        assert!(said("-ae").starts_with("`-e` is no option of rsync that a step may have"));
        assert!(said("*.pyc").contains("`--exclude=*.pyc`"));
    }
}
