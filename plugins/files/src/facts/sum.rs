//! Digests of files, by whichever program the target has for them.

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

/// A file's SHA-1 in hexadecimal; null when there is no file.
#[fact]
pub fn Sha1File(
    /// The file's path.
    path: RemotePath,
) -> Source<Option<String>> {
    sum_source(&path, &["sha1sum", "shasum", "sha1"], 40)
}

/// A file's SHA-256 in hexadecimal; null when there is no file.
#[fact]
pub fn Sha256File(
    /// The file's path.
    path: RemotePath,
) -> Source<Option<String>> {
    sum_source(&path, &["sha256sum", "shasum -a 256", "sha256"], 64)
}

/// A file's SHA-384 in hexadecimal; null when there is no file.
#[fact]
pub fn Sha384File(
    /// The file's path.
    path: RemotePath,
) -> Source<Option<String>> {
    sum_source(&path, &["sha384sum", "shasum -a 384", "sha384"], 96)
}

/// A file's MD5 in hexadecimal; null when there is no file.
#[fact]
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
