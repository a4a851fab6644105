//! Digests of files, by whichever program the target has for them.

use std::collections::HashMap;

use windlass_plugin_common::stat;
use windlass_sdk::prelude::*;

/// Tries programs in turn; a file that is missing gives nothing.
fn sum_source(path: &RemotePath, programs: &[&str], digits: usize) -> Source<Option<String>> {
    let tries = programs
        .iter()
        .enumerate()
        .fold(ShellText::new(), |text, (position, program)| {
            let or = if position == 0 { "" } else { " || " };
            text.text(shell!("{or:raw}{program:raw} {path} 2> /dev/null"))
        });
    Source::shell(
        shell!("test -e {path} && ( {tries:text} ) || true"),
        move |output| Ok(read(&output.text(), digits)),
    )
}

/// The digests of several files, by the first program alone.
fn sums_together(
    paths: Vec<RemotePath>,
    program: &'static str,
    digits: usize,
) -> Result<Source<Vec<Option<String>>>> {
    let all: Vec<&RemotePath> = paths.iter().collect();
    let words = stat::words_for_all(&all)?;
    let tests = all.iter().enumerate().map(|(position, path)| {
        let or = if position == 0 { "" } else { " || " };
        shell!("{or:raw}test -e {path}")
    });
    let tests = tests.fold(ShellText::new(), ShellText::text);
    let command = shell!("! ( {tests:text} ) || {program:raw} -- {words:text} 2> /dev/null");
    Ok(Source::shell(command, move |output| {
        read_all(output, &paths, digits)
    }))
}

/// Reads `DIGEST  PATH` lines, in the order of the paths.
fn read_all(output: &Output, paths: &[RemotePath], digits: usize) -> Result<Vec<Option<String>>> {
    let text = output.text();
    let sums: HashMap<&str, &str> = text
        .lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(sum, path)| (path, sum))
        .collect();
    if sums.len() != text.lines().count()
        || sums.values().any(|sum| sum.len() != digits)
        || (output.status != 0 && sums.is_empty())
    {
        return Err(Error::operation(
            "the program for sums takes no several files",
        ));
    }
    let sums = paths
        .iter()
        .map(|path| sums.get(path.as_str()).map(|sum| (*sum).to_owned()));
    Ok(sums.collect())
}

/// Reads `DIGEST  PATH` and `SHA1 (PATH) = DIGEST`. GNU puts a backslash first when it escaped the path.
fn read(output: &str, digits: usize) -> Option<String> {
    let line = output
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty())?;
    let is_digest =
        |word: &&str| word.len() == digits && word.chars().all(|c| c.is_ascii_hexdigit());
    let first = line.trim_start_matches('\\').split_whitespace().next();
    let last = line.rsplit(" = ").next();
    first
        .filter(is_digest)
        .or(last.filter(is_digest))
        .map(str::to_ascii_lowercase)
}

macro_rules! together {
    ($function:ident, $fact:ident, $program:literal, $digits:literal) => {
        fn $function(asked: Vec<$fact>) -> Result<Source<Vec<Option<String>>>> {
            let paths = asked.into_iter().map(|asked| asked.path).collect();
            sums_together(paths, $program, $digits)
        }
    };
}

together!(sha1_together, Sha1File, "sha1sum", 40);
together!(sha256_together, Sha256File, "sha256sum", 64);
together!(sha384_together, Sha384File, "sha384sum", 96);
together!(md5_together, Md5File, "md5sum", 32);

/// A file's SHA-1 in hexadecimal; null when there is no file.
#[fact(batch = 32, together = sha1_together)]
pub fn Sha1File(
    /// The file's path.
    path: RemotePath,
) -> Source<Option<String>> {
    sum_source(&path, &["sha1sum", "shasum", "sha1"], 40)
}

/// A file's SHA-256 in hexadecimal; null when there is no file.
#[fact(batch = 32, together = sha256_together)]
pub fn Sha256File(
    /// The file's path.
    path: RemotePath,
) -> Source<Option<String>> {
    sum_source(&path, &["sha256sum", "shasum -a 256", "sha256"], 64)
}

/// A file's SHA-384 in hexadecimal; null when there is no file.
#[fact(batch = 32, together = sha384_together)]
pub fn Sha384File(
    /// The file's path.
    path: RemotePath,
) -> Source<Option<String>> {
    sum_source(&path, &["sha384sum", "shasum -a 384", "sha384"], 96)
}

/// A file's MD5 in hexadecimal; null when there is no file.
#[fact(batch = 32, together = md5_together)]
pub fn Md5File(
    /// The file's path.
    path: RemotePath,
) -> Source<Option<String>> {
    sum_source(&path, &["md5sum", "md5"], 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_are_asked_for_together_have_a_line_each() {
        let output = |status: i32, text: String| Output {
            status,
            stdout: text.into_bytes(),
            ..Output::default()
        };
        let paths: Vec<RemotePath> = ["/a", "/gone", "/b  c"].map(RemotePath::from).to_vec();
        let (one, two) = ("1".repeat(32), "2".repeat(32));
        let text = format!("{one}  /b  c\n{two}  /a\n");
        let sums = read_all(&output(1, text), &paths, 32);
        assert_eq!(sums, Ok(vec![Some(two), None, Some(one)]));
        let none = read_all(&output(0, String::new()), &paths, 32);
        assert_eq!(none, Ok(vec![None; 3]));
        assert!(read_all(&output(127, String::new()), &paths, 32).is_err());
        assert!(read_all(&output(0, String::from("MD5 (/a) = 1\n")), &paths, 32).is_err());
    }

    #[test]
    fn both_forms_are_read_and_nothing_else() {
        let digest = "85746ef87ddabd9fdf4836c5835e34a030d2a141";
        assert_eq!(read(&format!("{digest}  a b"), 40).as_deref(), Some(digest));
        assert_eq!(
            read(&format!("\\{digest}  a\\nb"), 40).as_deref(),
            Some(digest)
        );
        assert_eq!(
            read(&format!("SHA1 (a = b) = {digest}"), 40).as_deref(),
            Some(digest)
        );
        assert_eq!(read("sha1sum: cannot open", 40), None);
        assert_eq!(read("", 40), None);
    }
}
