//! Shell command lines as parts: what is shell text and what is one argument that the host quotes.

use crate::content::{Atom, Content};

/// A piece of a shell command line. A secret cannot stand in one: every user of a target sees its command lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Shell text as it is, spaces included.
    Raw(String),
    /// One argument, or a piece of one, quoted by the host where it needs it.
    Word(String),
}

/// A shell command line. Made by [`shell!`](crate::shell!), or piece by piece.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShellText {
    parts: Vec<Part>,
}

impl ShellText {
    /// An empty command line.
    #[must_use]
    pub const fn new() -> Self {
        Self { parts: Vec::new() }
    }

    /// Adds shell text as it is.
    #[must_use]
    pub fn raw(mut self, text: impl AsRef<str>) -> Self {
        self.push_raw(text.as_ref());
        self
    }

    /// Adds an argument.
    #[must_use]
    pub fn word(mut self, word: impl Words) -> Self {
        word.push_to(&mut self);
        self
    }

    /// Adds arguments with spaces between them.
    #[must_use]
    pub fn words<W: Words>(mut self, words: impl IntoIterator<Item = W>) -> Self {
        for (position, word) in words.into_iter().enumerate() {
            if position > 0 {
                self.push_raw(" ");
            }
            word.push_to(&mut self);
        }
        self
    }

    /// Adds another command line.
    #[must_use]
    pub fn text(mut self, other: impl AsRef<ShellText>) -> Self {
        for part in &other.as_ref().parts {
            match part {
                Part::Raw(text) => self.push_raw(text),
                Part::Word(word) => self.push_word(word),
            }
        }
        self
    }

    /// Adds shell text as it is, in place.
    pub fn push_raw(&mut self, text: &str) {
        match self.parts.last_mut() {
            Some(Part::Raw(before)) => before.push_str(text),
            _ if text.is_empty() => {}
            _ => self.parts.push(Part::Raw(text.to_owned())),
        }
    }

    /// Adds an argument, in place. An empty one stays an argument.
    pub fn push_word(&mut self, word: &str) {
        self.parts.push(Part::Word(word.to_owned()));
    }

    /// Its parts, in order; no two raw ones stand side by side.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Gives up its parts.
    #[must_use]
    pub fn into_parts(self) -> Vec<Part> {
        self.parts
    }

    /// The command line as the host renders it: to give a command as an argument to another shell, and in tests.
    #[must_use]
    pub fn render(&self) -> String {
        self.parts.iter().fold(String::new(), |mut text, part| {
            match part {
                Part::Raw(raw) => text.push_str(raw),
                Part::Word(word) => text.push_str(&quote(word)),
            }
            text
        })
    }
}

impl AsRef<ShellText> for ShellText {
    fn as_ref(&self) -> &ShellText {
        self
    }
}

/// What can stand as an argument in a command line.
pub trait Words {
    /// Adds itself.
    fn push_to(&self, text: &mut ShellText);
}

impl Words for str {
    fn push_to(&self, text: &mut ShellText) {
        text.push_word(self);
    }
}

impl Words for String {
    fn push_to(&self, text: &mut ShellText) {
        text.push_word(self);
    }
}

impl<W: Words + ?Sized> Words for &W {
    fn push_to(&self, text: &mut ShellText) {
        W::push_to(self, text);
    }
}

macro_rules! display_words {
    ($($type:ty),*) => { $(
        impl Words for $type {
            fn push_to(&self, text: &mut ShellText) {
                text.push_word(&self.to_string());
            }
        }
    )* };
}

display_words!(i32, i64, u16, u32, u64, usize);

/// Quotes one word for a POSIX shell, leaving alone what needs no quotes.
///
/// What needs none is what Python's `shlex.quote` leaves alone: letters, digits and `@%+=:,./-_`.
#[must_use]
pub fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "@%+=:,./-_".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    let mut quoted = String::with_capacity(word.len() + 2);
    quoted.push('\'');
    for c in word.chars() {
        if c == '\'' {
            quoted.push_str("'\"'\"'");
        } else {
            quoted.push(c);
        }
    }
    quoted.push('\'');
    quoted
}

/// A command for the target's shell: its line, and what may hold secrets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shell {
    /// The command line.
    pub text: ShellText,
    /// What it reads on its standard input.
    pub stdin: Option<Content>,
    /// Environment of this one process.
    pub env: Vec<(String, Vec<Atom>)>,
    /// Private files: (NAME, content). Their path stands in `$NAME`; they are removed afterwards.
    pub files: Vec<(String, Content)>,
}

impl Shell {
    /// A command without input.
    #[must_use]
    pub fn new(text: ShellText) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }

    /// Gives it standard input.
    #[must_use]
    pub fn stdin(mut self, content: Content) -> Self {
        self.stdin = Some(content);
        self
    }

    /// Gives it an environment variable, which may hold a secret.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: Vec<Atom>) -> Self {
        self.env.push((name.into(), value));
        self
    }

    /// Gives it a private file, whose path stands in `$NAME` while it runs.
    #[must_use]
    pub fn file(mut self, name: impl Into<String>, content: Content) -> Self {
        self.files.push((name.into(), content));
        self
    }
}

impl From<ShellText> for Shell {
    fn from(text: ShellText) -> Self {
        Self::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_needed_and_raw_text_is_not() {
        let text = ShellText::new()
            .raw("chown ")
            .word("a b")
            .raw(" ")
            .words(["it's", "plain"])
            .raw(" && true");
        assert_eq!(text.render(), "chown 'a b' 'it'\"'\"'s' plain && true");
    }

    #[test]
    fn an_empty_word_stays_an_argument() {
        assert_eq!(ShellText::new().raw("echo ").word("").render(), "echo ''");
    }
}
