//! Text that a shell can run by itself, without a child for it.
//!
//! Commands that look are lists of tests and programs, with parentheses around some. Each pair of parentheses is a child
//! of the shell, which costs the host more than the test in it. Where nothing in the text could change the shell,
//! braces do the same.

/// Words after which the shell would not be what it was, or whose syntax has parentheses of its own.
const WORDS: &[&str] = &[
    "alias", "bg", "break", "case", "cd", "continue", "declare", "esac", "eval", "exec", "exit",
    "export", "fg", "function", "getopts", "hash", "let", "local", "popd", "pushd", "read",
    "readonly", "return", "select", "set", "shift", "shopt", "source", "suspend", "times", "trap",
    "typeset", "ulimit", "umask", "unalias", "unset", "wait",
];

/// The text with braces for parentheses; none where a child of the shell must run it.
pub(super) fn in_braces(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len() + 16);
    let mut chars = text.chars().peekable();
    // What stands before: the last character that is no space, and the word that is being read.
    let (mut last, mut word) = (';', String::new());
    let mut depth = 0_u32;
    while let Some(c) = chars.next() {
        let plain = match c {
            '\'' => {
                out.push(c);
                loop {
                    let inner = chars.next()?;
                    out.push(inner);
                    if inner == '\'' {
                        break;
                    }
                }
                last = c;
                word.push(c);
                continue;
            }
            '"' => {
                out.push(c);
                loop {
                    let inner = chars.next()?;
                    out.push(inner);
                    match inner {
                        '"' => break,
                        '\\' => out.push(chars.next()?),
                        '`' => return None,
                        '$' if chars.peek() == Some(&'(') => return None,
                        _ => {}
                    }
                }
                last = c;
                word.push(c);
                continue;
            }
            '\\' => {
                out.push(c);
                out.push(chars.next()?);
                last = c;
                word.push(c);
                continue;
            }
            '`' | '#' | '\n' | '{' | '}' => return None,
            '$' if chars.peek() == Some(&'(') => return None,
            '<' if chars.peek() == Some(&'<') => return None,
            '&' => match (last, chars.peek()) {
                // `&&` and `>&` are no background.
                (_, Some('&')) => {
                    out.push_str("&&");
                    chars.next();
                    end_word(&mut word)?;
                    last = '&';
                    continue;
                }
                ('>', _) => c,
                _ => return None,
            },
            '(' => {
                if !matches!(last, ';' | '&' | '|' | '!' | '(') || chars.peek() == Some(&'(') {
                    return None;
                }
                end_word(&mut word)?;
                depth += 1;
                out.push_str("{ ");
                last = c;
                continue;
            }
            ')' => {
                end_word(&mut word)?;
                depth = depth.checked_sub(1)?;
                if last == '(' {
                    return None;
                }
                out.push_str(if last == ';' { " }" } else { "; }" });
                last = c;
                continue;
            }
            c => c,
        };
        if plain.is_whitespace() || matches!(plain, ';' | '|' | '<' | '>') {
            end_word(&mut word)?;
        } else {
            word.push(plain);
        }
        if !plain.is_whitespace() {
            last = plain;
        }
        out.push(plain);
    }
    end_word(&mut word)?;
    (depth == 0).then_some(out)
}

/// Ends a word; none for one that may change the shell.
fn end_word(word: &mut String) -> Option<()> {
    let ended = std::mem::take(word);
    if ended == "." || WORDS.contains(&ended.as_str()) {
        return None;
    }
    match ended.split_once('=') {
        Some((name, _)) if is_name(name) => None,
        _ => Some(()),
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::process::Command;

    #[test]
    fn parentheses_become_braces_where_that_is_the_same() {
        let file = "! (test -e '/a b' || test -L '/a b' ) || ( stat -c 'x=%U (%a)' '/a b' 2> /dev/null || ls -ld \"/a b\" )";
        assert_eq!(
            in_braces(file).unwrap(),
            "! { test -e '/a b' || test -L '/a b' ; } || {  stat -c 'x=%U (%a)' '/a b' 2> /dev/null || ls -ld \"/a b\" ; }"
        );
        assert_eq!(in_braces("(a; ) 2>&1 | b").unwrap(), "{ a;  } 2>&1 | b");
    }

    #[test]
    fn what_could_change_the_shell_stays_in_a_child() {
        for text in [
            "cd /x && ls",
            "x=1; echo $x",
            "(exit 3)",
            "ls &",
            "f() { ls; }",
            "f () ls",
            "echo $(ls)",
            "echo `ls`",
            "case x in x) ls ;; esac",
            "cat <<E\nE",
            "((1 + 2))",
            "echo \"$(ls)\"",
            "ls )",
            "( ls",
            "'unclosed",
            ". /etc/profile",
            "exec ls",
            "()",
            "umask 0",
            "a\nb",
            "echo # x",
        ] {
            assert_eq!(in_braces(text), None, "{text}");
        }
    }

    #[test]
    fn both_forms_print_the_same() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a b"), "x").unwrap();
        for text in [
            "! (test -e 'a b' || test -L 'a b' ) || ( stat -c '%s %n' 'a b' 2> /dev/null || ls -ld 'a b' )",
            "! (test -e none || test -L none ) || ( stat -c '%s' none || echo no )",
            "(false || (echo deep; ( false ) )) || echo after",
            "( echo one; echo two ) | grep t && ( false || echo 'it''s' )",
            "test -e 'a b' && ( sha1sum 'a b' 2> /dev/null || shasum 'a b' ) || true",
            "( ls nothing 2>&1 >/dev/null | wc -l ) 2>/dev/null",
            "(true) && (false)",
        ] {
            let run = |text: &str| {
                let output = Command::new("sh")
                    .args(["-c", text])
                    .current_dir(folder.path())
                    .output()
                    .unwrap();
                (output.status.code(), output.stdout, output.stderr)
            };
            assert_eq!(run(&in_braces(text).unwrap()), run(text), "{text}");
        }
    }
}
