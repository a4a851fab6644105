//! What stands at a path on the target: reading it from `stat` and `ls`, and asking for the parts that matter.

use std::collections::HashMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;
use windlass_sdk::prelude::*;

use crate::dates::Instant;

/// A kind of thing that a path can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Directory,
    /// A symbolic link.
    Link,
    /// A socket.
    Socket,
}

impl Kind {
    /// The first letter of a listing's mode.
    fn letter(self) -> char {
        match self {
            Self::File => '-',
            Self::Directory => 'd',
            Self::Link => 'l',
            Self::Socket => 's',
        }
    }
}

/// What is known of a path. Parts that were not asked for, or that the target did not tell, are none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Stat {
    /// Its owner.
    pub user: Option<String>,
    /// Its group.
    pub group: Option<String>,
    /// Its mode, in octal digits.
    pub mode: Option<u32>,
    /// When it was last read, in UTC.
    pub atime: Option<Instant>,
    /// When its content last changed, in UTC.
    pub mtime: Option<Instant>,
    /// When it last changed, in UTC.
    pub ctime: Option<Instant>,
    /// Its size in bytes.
    pub size: Option<u64>,
    /// Where a link points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_target: Option<String>,
}

/// What a path is: what was asked for (with what is known of it), something else, or nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// It is there.
    Here(Box<Stat>),
    /// Something of another kind is there. In JSON: false.
    Other,
    /// Nothing is there. In JSON: null.
    Nothing,
}

impl Found {
    /// What is known of it, if it is there.
    #[must_use]
    pub fn here(&self) -> Option<&Stat> {
        match self {
            Self::Here(stat) => Some(stat),
            _ => None,
        }
    }

    /// True when it is there.
    #[must_use]
    pub fn is_here(&self) -> bool {
        self.here().is_some()
    }

    fn from_json(value: Json) -> Result<Self, serde_json::Error> {
        match value {
            Json::Null => Ok(Self::Nothing),
            Json::Bool(false) => Ok(Self::Other),
            Json::Object(_) => serde_json::from_value(value).map(|stat| Self::Here(Box::new(stat))),
            _ => Ok(Self::Here(Box::default())),
        }
    }
}

impl Serialize for Found {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Here(stat) => stat.serialize(serializer),
            Self::Other => serializer.serialize_bool(false),
            Self::Nothing => serializer.serialize_none(),
        }
    }
}

impl<'de> Deserialize<'de> for Found {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_json(Json::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// Asks what a path is, and for these parts of what is known of it (`user`, `mode`, …). No parts: only whether it is
/// there, which no prediction of its other parts stands in the way of.
///
/// # Errors
/// The host's.
pub fn look<F: Fact<Value = Found>>(fact: &F, parts: &[&str]) -> Result<Found> {
    // A pointer that names nothing asks only what kind of value it is.
    let pointers: Vec<String> = match parts {
        [] => vec!["/exists".to_owned()],
        parts => parts.iter().map(|part| format!("/{part}")).collect(),
    };
    let pointers: Vec<&str> = pointers.iter().map(String::as_str).collect();
    let value = match get_parts(fact, &pointers)? {
        Parts::Whole(value) => value,
        Parts::Of(parts) => Json::Object(
            parts
                .into_iter()
                .map(|(pointer, part)| (pointer.trim_start_matches('/').to_owned(), part))
                .collect(),
        ),
    };
    Found::from_json(value).map_err(|error| {
        Error::new(
            ErrorKind::MissingFact,
            format!("{} answered oddly: {error}", F::name()),
        )
    })
}

/// The command whose output [`read`] reads: GNU and busybox `stat`, BSD `stat`, else `ls`. Nothing for what is missing.
#[must_use]
pub fn command(path: &RemotePath) -> ShellText {
    shell!(
        "! (test -e {path} || test -L {path} ) || ( stat -c 'user=%U group=%G mode=%A atime=%X mtime=%Y ctime=%Z \
         size=%s %N' {path} 2> /dev/null || stat -f 'user=%Su group=%Sg mode=%Sp atime=%a mtime=%m ctime=%c size=%z \
         %N%SY' {path} || ls -ld {path} )"
    )
}

/// What stands between a path and what is known of it, in the output of [`command_for_all`].
const BETWEEN: &str = "/ user=";

/// The longest paths that share one command, in bytes together.
const TOGETHER: usize = 32 * 1024;

/// One command for several paths, read by [`read_all`]: GNU or busybox `stat`.
///
/// # Errors
/// For paths that its output would not tell apart: those that the shell expands, and those of several lines.
pub fn command_for_all(paths: &[&RemotePath]) -> Result<ShellText> {
    let tests = paths.iter().enumerate().map(|(position, path)| {
        let or = if position == 0 { "" } else { " || " };
        shell!("{or:raw}test -e {path} || test -L {path}")
    });
    let tests = tests.fold(ShellText::new(), ShellText::text);
    let words = words_for_all(paths)?;
    Ok(shell!(
        "! ( {tests:text} ) || stat -c '%n{BETWEEN:raw}%U group=%G mode=%A atime=%X mtime=%Y ctime=%Z size=%s %N' \
         -- {words:text} 2> /dev/null"
    ))
}

/// Paths as the words of a command whose output names them.
///
/// # Errors
/// For paths that the output would not tell apart.
pub fn words_for_all(paths: &[&RemotePath]) -> Result<ShellText> {
    let is_odd = |path: &&&RemotePath| {
        let text = path.as_str();
        text.starts_with('~') || text.contains(['\n', '\r', '\\']) || text.contains(BETWEEN)
    };
    if let Some(odd) = paths.iter().find(is_odd) {
        return Err(Error::invalid_value(format!(
            "{odd} has to be asked for by itself"
        )));
    }
    if paths.iter().map(|path| path.as_str().len()).sum::<usize>() > TOGETHER {
        return Err(Error::invalid_value("too many long paths for one command"));
    }
    let words = paths.iter().enumerate().map(|(position, path)| {
        let space = if position == 0 { "" } else { " " };
        shell!("{space:raw}{path}")
    });
    Ok(words.fold(ShellText::new(), ShellText::text))
}

/// Reads the output of [`command_for_all`], in the order of the paths.
///
/// # Errors
/// When there is no such `stat`.
pub fn read_all(output: &Output, paths: &[RemotePath], kind: Kind) -> Result<Vec<Found>> {
    let text = output.text();
    let lines: HashMap<&str, &str> = text
        .lines()
        .filter_map(|line| line.split_once(BETWEEN))
        .collect();
    if lines.len() != text.lines().count() || (output.status != 0 && lines.is_empty()) {
        return Err(Error::operation("there is no stat with GNU's options"));
    }
    let found = paths.iter().map(|path| match lines.get(path.as_str()) {
        Some(line) => read(&format!("user={line}"), kind),
        None => Found::Nothing,
    });
    Ok(found.collect())
}

/// Reads the output of [`command`] for a path that should be of a kind.
#[must_use]
pub fn read(output: &str, kind: Kind) -> Found {
    let line = output.lines().map(str::trim).find(|line| !line.is_empty());
    let Some((letter, mut stat)) = line.and_then(|line| read_stat(line).or_else(|| read_ls(line)))
    else {
        return Found::Nothing;
    };
    if letter != kind.letter() {
        return Found::Other;
    }
    if kind != Kind::Link {
        stat.link_target = None;
    }
    Found::Here(Box::new(stat))
}

/// `user=U group=G mode=M atime=S mtime=S ctime=S size=N 'path' -> 'target'`, where U and G may hold spaces.
fn read_stat(line: &str) -> Option<(char, Stat)> {
    let rest = line.strip_prefix("user=")?;
    let (user, rest) = rest.split_once(" group=")?;
    let (group, rest) = rest.split_once(" mode=")?;
    let (mode, rest) = rest.split_once(" atime=")?;
    let (atime, rest) = rest.split_once(" mtime=")?;
    let (mtime, rest) = rest.split_once(" ctime=")?;
    let (ctime, rest) = rest.split_once(" size=")?;
    let (size, names) = rest.split_once(' ')?;
    let time = |text: &str| {
        text.split('.')
            .next()?
            .parse()
            .ok()
            .map(Instant::from_seconds)
    };
    let letter = mode.chars().next()?;
    let stat = Stat {
        user: Some(user.to_owned()),
        group: Some(group.to_owned()),
        mode: read_mode(mode),
        atime: time(atime),
        mtime: time(mtime),
        ctime: time(ctime),
        size: size.parse().ok(),
        link_target: read_target(names),
    };
    Some((letter, stat))
}

/// `-rw-r--r-- 1 root root 127 Jan  1 1970 /etc/hosts`, also with the day before the month and a time for the year.
fn read_ls(line: &str) -> Option<(char, Stat)> {
    let mut words = line.split_whitespace();
    let mode = words.next()?;
    let letter = mode.chars().next()?;
    if mode.len() < 10 || !"-dlscbpD".contains(letter) {
        return None;
    }
    words.next()?.parse::<u64>().ok()?;
    let (user, group) = (words.next()?, words.next()?);
    let size = words.next()?.parse().ok()?;
    let (first, second, last) = (words.next()?, words.next()?, words.next()?);
    let name = line.split_once(" -> ").map(|(_, target)| target.to_owned());
    let stat = Stat {
        user: Some(user.to_owned()),
        group: Some(group.to_owned()),
        mode: read_mode(mode),
        mtime: read_ls_time(first, second, last),
        size: Some(size),
        link_target: name.filter(|_| letter == 'l'),
        ..Stat::default()
    };
    Some((letter, stat))
}

fn read_ls_time(first: &str, second: &str, last: &str) -> Option<Instant> {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let month_of = |word: &str| {
        let word = word.to_ascii_lowercase();
        (1i64..)
            .zip(MONTHS)
            .find(|(_, month)| *month == word)
            .map(|(number, _)| number)
    };
    let (month, day) = match month_of(first) {
        Some(month) => (month, second),
        None => (month_of(second)?, first),
    };
    let day = day.parse().ok()?;
    match last.split_once(':') {
        Some((hour, minute)) => {
            let year = Instant::year_of_run()?;
            Instant::from_parts(
                year,
                month,
                day,
                hour.parse().ok()?,
                minute.parse().ok()?,
                0,
            )
        }
        None => Instant::from_parts(last.parse().ok()?, month, day, 0, 0, 0),
    }
}

/// The octal digits of `drwxr-sr-t`, as a number.
fn read_mode(text: &str) -> Option<u32> {
    let letters: Vec<char> = text.chars().skip(1).take(9).collect();
    let mut bits = 0u32;
    for (place, triple) in letters.chunks_exact(3).enumerate() {
        let [read, write, execute] = triple else {
            return None;
        };
        let shift = 6 - 3 * u32::try_from(place).ok()?;
        bits |= (u32::from(*read == 'r') * 4 + u32::from(*write == 'w') * 2) << shift;
        bits |= u32::from("xst".contains(*execute)) << shift;
        if "sStT".contains(*execute) {
            bits |= 0o4000 >> place;
        }
    }
    (letters.len() == 9).then(|| Mode::from_bits(bits).digits())
}

/// Where a link points, from what `stat` prints of its names: quoted for a shell by GNU and uutils, in `this' way by
/// old GNU, not at all by busybox and BSD.
fn read_target(names: &str) -> Option<String> {
    if let Some((_, rest)) = unquote(names)
        && let Some(target) = rest.strip_prefix(" -> ")
    {
        return unquote(target).map(|(target, _)| target);
    }
    match names.split_once("' -> `") {
        Some((_, target)) => Some(target.trim_end_matches('\'').to_owned()),
        None => names
            .split_once(" -> ")
            .map(|(_, target)| target.to_owned()),
    }
}

/// One word in a shell's quotes and what stands after it: `'it'\''s'`, `"it's"`, `$'a\nb'`. None for other text.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut word = String::new();
    let mut rest = text;
    loop {
        if let Some(quoted) = rest.strip_prefix('\'') {
            let (inside, after) = quoted.split_once('\'')?;
            word.push_str(inside);
            rest = after;
        } else if let Some(quoted) = rest.strip_prefix('"') {
            let (inside, after) = quoted.split_once('"')?;
            word.push_str(inside);
            rest = after;
        } else if let Some(quoted) = rest.strip_prefix("$'") {
            let (inside, after) = quoted.split_once('\'')?;
            word.push_str(
                &inside
                    .replace("\\n", "\n")
                    .replace("\\t", "\t")
                    .replace("\\\\", "\\"),
            );
            rest = after;
        } else if let Some(after) = rest.strip_prefix("\\'") {
            word.push('\'');
            rest = after;
        } else {
            return (rest.len() < text.len()).then_some((word, rest));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn modes_have_their_special_bits() {
        assert_eq!(read_mode("drwxr-xr-x"), Some(755));
        assert_eq!(read_mode("-rwsr-Sr--"), Some(6744));
        assert_eq!(read_mode("-rw-r--r-T"), Some(1644));
        assert_eq!(read_mode("-rw"), None);
    }

    #[test]
    fn a_group_may_hold_spaces() {
        let line = "user=bob group=domain users mode=-rw-r--r-- atime=0 mtime=1594804767 ctime=0 size=8 'a b'";
        let found = read(line, Kind::File);
        let stat = found.here().unwrap();
        assert_eq!(stat.group.as_deref(), Some("domain users"));
        assert_eq!(stat.mtime.unwrap().to_iso(), "2020-07-15T09:19:27");
        assert_eq!(read(line, Kind::Directory), Found::Other);
    }

    #[test]
    fn links_tell_where_they_point() {
        for names in ["'/a' -> 'b'", "`/a' -> `b'", "\"/a\" -> \"b\"", "/a -> b"] {
            assert_eq!(read_target(names).as_deref(), Some("b"), "{names}");
        }
        let quoted = r"'/a b' -> '/it'\''s/f $x'";
        assert_eq!(read_target(quoted).as_deref(), Some("/it's/f $x"));
    }

    #[test]
    fn paths_that_are_asked_for_together_have_a_line_each() {
        let output = |status: i32, text: &str| Output {
            status,
            stdout: text.as_bytes().to_vec(),
            ..Output::default()
        };
        let paths: Vec<RemotePath> = ["/a", "/b c", "/gone"].map(RemotePath::from).to_vec();
        let line = |path: &str, mode: &str| {
            format!(
                "{path}/ user=bob group=x mode={mode} atime=0 mtime=0 ctime=0 size=8 '{path}'\n"
            )
        };
        let text = [line("/b c", "-rw-r--r--"), line("/a", "drwxr-xr-x")].concat();
        let found = read_all(&output(1, &text), &paths, Kind::File).unwrap();
        assert_eq!(found[0], Found::Other);
        assert_eq!(found[1].here().unwrap().mode, Some(644));
        assert_eq!(found[2], Found::Nothing);
        assert_eq!(
            read_all(&output(0, ""), &paths, Kind::File).unwrap().len(),
            3
        );
        assert!(read_all(&output(1, ""), &paths, Kind::File).is_err());
        assert!(read_all(&output(1, "stat: what?\n"), &paths, Kind::File).is_err());
        for odd in ["~/x", "/a\nb", "/a/ user=b"] {
            let odd = RemotePath::from(odd);
            assert!(command_for_all(&[&odd, &odd]).is_err(), "{odd}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_nothing() {
        assert_eq!(read("not-gonna-match", Kind::File), Found::Nothing);
        assert_eq!(read("", Kind::File), Found::Nothing);
    }
}
