//! When two command lines are the same to a POSIX shell.
//!
//! Both are split into words and operators. A word is compared by its characters; one that the shell would act on
//! (`$`, a backquote, a wildcard) is another character than the same one quoted, and `$` within double quotes is a third.

use super::names::common;

/// True when two command lines are equal, or differ in nothing but equivalent quoting and the blanks between words.
pub(super) fn same(expected: &str, found: &str) -> bool {
    let (expected, found) = (common(expected), common(found));
    expected == found || matches!((split(&expected), split(&found)), (Some(a), Some(b)) if a == b)
}

#[derive(Debug, PartialEq, Eq)]
enum Token {
    Word(Vec<Character>),
    Operator(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Character {
    /// Stands for itself.
    Plain(char),
    /// The shell acts on it.
    Bare(char),
    /// The shell acts on it, and does not split what comes of it.
    Quoted(char),
}

/// Splits a command line; none where a quote is left open.
fn split(line: &str) -> Option<Vec<Token>> {
    let mut splitter = Splitter {
        rest: line.chars().peekable(),
        tokens: Vec::new(),
        word: None,
    };
    splitter.run()?;
    Some(splitter.tokens)
}

struct Splitter<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    tokens: Vec<Token>,
    word: Option<Vec<Character>>,
}

impl Splitter<'_> {
    fn run(&mut self) -> Option<()> {
        while let Some(c) = self.rest.next() {
            match c {
                ' ' | '\t' => self.end_word(),
                '\\' => match self.rest.next()? {
                    '\n' => {}
                    c => self.push(Character::Plain(c)),
                },
                '\'' => self.single()?,
                '"' => self.double()?,
                '\n' | ';' | '&' | '|' | '<' | '>' | '(' | ')' => self.operator(c),
                '$' | '`' | '*' | '?' | '[' | '{' | '}' | '!' => self.push(Character::Bare(c)),
                '~' | '#' if self.word.is_none() => self.push(Character::Bare(c)),
                c => self.push(Character::Plain(c)),
            }
        }
        self.end_word();
        Some(())
    }

    fn push(&mut self, c: Character) {
        self.word.get_or_insert_default().push(c);
    }

    fn end_word(&mut self) {
        if let Some(word) = self.word.take() {
            self.tokens.push(Token::Word(word));
        }
    }

    /// An operator: as many of the same character as make one. A number before `<` or `>` belongs to it.
    fn operator(&mut self, first: char) {
        let mut operator = String::new();
        if matches!(first, '<' | '>') {
            let number = self.word.take_if(|word| {
                word.iter()
                    .all(|c| matches!(c, Character::Plain('0'..='9')))
            });
            operator.extend(number.into_iter().flatten().map(|c| match c {
                Character::Plain(c) | Character::Bare(c) | Character::Quoted(c) => c,
            }));
        }
        self.end_word();
        operator.push(first);
        let may_double = matches!(first, '&' | '|' | '<' | '>' | ';');
        if may_double && self.rest.next_if_eq(&first).is_some() {
            operator.push(first);
        }
        if matches!(first, '<' | '>') {
            operator.extend(self.rest.next_if_eq(&'&'));
        }
        self.tokens.push(Token::Operator(operator));
    }

    fn single(&mut self) -> Option<()> {
        self.word.get_or_insert_default();
        loop {
            match self.rest.next()? {
                '\'' => return Some(()),
                c => self.push(Character::Plain(c)),
            }
        }
    }

    fn double(&mut self) -> Option<()> {
        self.word.get_or_insert_default();
        loop {
            match self.rest.next()? {
                '"' => return Some(()),
                '\\' => match self.rest.next()? {
                    '\n' => {}
                    c @ ('$' | '`' | '"' | '\\') => self.push(Character::Plain(c)),
                    c => {
                        self.push(Character::Plain('\\'));
                        self.push(Character::Plain(c));
                    }
                },
                '$' => {
                    self.push(Character::Quoted('$'));
                    if self.rest.peek() == Some(&'(') {
                        self.substitution()?;
                    }
                }
                '`' => self.push(Character::Quoted('`')),
                c => self.push(Character::Plain(c)),
            }
        }
    }

    /// What stands in `$(…)` within double quotes, taken as it is written: it has quotes of its own.
    fn substitution(&mut self) -> Option<()> {
        let mut depth = 0;
        loop {
            let c = self.rest.next()?;
            self.push(Character::Quoted(c));
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Some(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoting_that_means_the_same_is_the_same() {
        assert!(same("echo 'a b'", "echo  a\\ b"));
        assert!(same("echo \"it's\"", r#"echo 'it'"'"'s'"#));
        assert!(same("a && 'b'", "a&&b"));
        assert!(same("x 2>/dev/null", "x 2> /dev/null"));
    }

    #[test]
    fn what_the_shell_acts_on_is_not_what_it_does_not() {
        assert!(!same("echo $HOME", "echo '$HOME'"));
        assert!(!same("echo $HOME", "echo \"$HOME\""));
        assert!(!same("ls *", "ls '*'"));
        assert!(!same("a; b", "a && b"));
        assert!(!same("echo a; b", "echo 'a; b'"));
        assert!(!same("cd ~/x", "cd '~/x'"));
        assert!(!same("x 2 > a", "x 2> a"));
        assert!(!same("echo ''", "echo"));
    }

    #[test]
    fn the_tools_own_names_are_one() {
        assert!(same(
            "echo '# BEGIN PYINFRA BLOCK'",
            "echo '# BEGIN WINDLASS BLOCK'"
        ));
    }

    #[test]
    fn an_open_quote_is_only_equal_to_itself() {
        assert!(same("echo 'a", "echo 'a"));
        assert!(!same("echo 'a", "echo  'a"));
    }
}
