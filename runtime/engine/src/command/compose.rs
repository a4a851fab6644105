//! Composition: how privilege, shell, folder and environment are laid around a command.
//!
//! From the outside: doas, dzdo, sudo, su, shell; inside the shell: folder, environment, command. Every value is one
//! quoted word, so nothing in a user's name, a path or a value can become shell text.
//!
//! A password never stands in the line. Where one is needed the line begins with a small `sh` that takes it from the
//! first line of standard input and hands it on in a way of its own, away from the command's data:
//! * sudo: to `sudo -S -v`, a process that only authenticates; the command then runs with `sudo -n`, from the same
//!   shell, since without a terminal sudo remembers a password for one parent process only (sudoers(5),
//!   `timestamp_type`);
//! * su: to su's standard input, while the command reads the data from a descriptor that was kept aside.

use crate::arguments::{GlobalArguments, SecretArgument, ShellExecutable};

use super::quote;

/// The text that announces on standard error how authentication went, where the caller gives none of its own.
pub const MARKER: &str = "windlass";

/// A composed command line, and the passwords it reads first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composed {
    /// The line for the host's login shell.
    pub command: String,
    /// Passwords, each a line at the beginning of standard input, in this order.
    pub passwords: Vec<Password>,
    /// True when the line is one simple command, before which words like `exec` may stand.
    pub simple: bool,
    /// The user whose password su asks for, if it does.
    pub asked: Option<String>,
}

/// A password that a composed line reads.
///
/// When it was accepted the line `MARKER sudo` or `MARKER su` appears on standard error, before anything the command
/// prints; when sudo refused it the line is `MARKER sudo-refused USER`, and the status 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Password {
    /// For sudo.
    Sudo(SecretArgument),
    /// For su.
    Su(SecretArgument),
}

impl Password {
    /// The program that asks.
    #[must_use]
    pub fn program(&self) -> &'static str {
        match self {
            Self::Sudo(_) => "sudo",
            Self::Su(_) => "su",
        }
    }

    /// Which secret it is.
    #[must_use]
    pub fn secret(&self) -> &SecretArgument {
        match self {
            Self::Sudo(secret) | Self::Su(secret) => secret,
        }
    }
}

/// The line that runs `text` as the arguments say.
///
/// A user implies its program: `_doas_user` alone runs with doas, unless `_doas` is false.
///
/// ```
/// # use windlass_engine::{arguments::GlobalArguments, command::compose};
/// let arguments = GlobalArguments { sudo: Some(true), sudo_user: Some("bob".into()), ..Default::default() };
/// assert_eq!(compose("echo hi", &arguments).command, "sudo -H -n -u bob sh -c 'echo hi'");
/// ```
#[must_use]
pub fn compose(text: &str, arguments: &GlobalArguments) -> Composed {
    compose_marked(text, arguments, MARKER)
}

/// [`compose`] with a marker of one's own, which must be one plain word.
#[must_use]
pub fn compose_marked(text: &str, arguments: &GlobalArguments, marker: &str) -> Composed {
    let mut passwords = Vec::new();
    let mut line = Line::of(text, arguments);
    if let Some(user) = &arguments.su_user {
        line.su(user, arguments, marker);
        passwords.extend(arguments.su_password.clone().map(Password::Su));
    }
    if uses(arguments.sudo, &arguments.sudo_user) {
        line.sudo(arguments, marker);
        if let Some(password) = &arguments.sudo_password {
            passwords.insert(0, Password::Sudo(password.clone()));
        }
    }
    if uses(arguments.dzdo, &arguments.dzdo_user) {
        line.program("dzdo -H -n", &arguments.dzdo_user);
    }
    if uses(arguments.doas, &arguments.doas_user) {
        line.program("doas -n", &arguments.doas_user);
    }
    Composed {
        command: line.text,
        passwords,
        simple: line.simple,
        asked: arguments.su_user.clone(),
    }
}

/// The line without privilege: shell, folder and environment only.
#[must_use]
pub fn compose_without_privilege(text: &str, arguments: &GlobalArguments) -> String {
    Line::of(text, arguments).text
}

/// True when the arguments run a command as someone else.
#[must_use]
pub fn has_privilege(arguments: &GlobalArguments) -> bool {
    arguments.su_user.is_some()
        || uses(arguments.sudo, &arguments.sudo_user)
        || uses(arguments.dzdo, &arguments.dzdo_user)
        || uses(arguments.doas, &arguments.doas_user)
}

fn uses(flag: Option<bool>, user: &Option<String>) -> bool {
    flag.unwrap_or(user.is_some())
}

/// A line that grows from the inside out.
struct Line {
    text: String,
    simple: bool,
}

impl Line {
    fn of(text: &str, arguments: &GlobalArguments) -> Self {
        let body = body(text, arguments);
        match arguments.shell() {
            ShellExecutable::Program(shell) => Self {
                text: format!("{} -c {}", quote(&shell), quote(&body)),
                simple: true,
            },
            ShellExecutable::None => Self {
                simple: is_simple(&body),
                text: body,
            },
        }
    }

    /// One simple command that does the same.
    fn into_simple(self) -> String {
        if self.simple {
            self.text
        } else {
            format!("sh -c {}", quote(&self.text))
        }
    }

    fn take_simple(&mut self) -> String {
        std::mem::replace(
            self,
            Self {
                text: String::new(),
                simple: true,
            },
        )
        .into_simple()
    }

    fn program(&mut self, program: &str, user: &Option<String>) {
        let inner = self.take_simple();
        let user = user
            .as_ref()
            .map(|user| format!(" -u {}", quote(user)))
            .unwrap_or_default();
        self.text = format!("{program}{user} {inner}");
    }

    fn sudo(&mut self, arguments: &GlobalArguments, marker: &str) {
        let login = GlobalArguments::is(arguments.use_sudo_login);
        let mut program = String::from("sudo -H -n");
        if login {
            program.push_str(" -i");
            self.text = login_safe(self.take_simple());
        }
        if GlobalArguments::is(arguments.preserve_sudo_env) {
            program.push_str(" -E");
        }
        self.program(&program, &arguments.sudo_user);
        if arguments.sudo_password.is_some() {
            let user = arguments
                .sudo_user
                .as_ref()
                .map(|user| format!(" -u {}", quote(user)))
                .unwrap_or_default();
            let script = format!(
                "{TAKE}say | sudo -S -p '' -v{user} || {{ printf '%s\\n' \"$wl_m sudo-refused $(id -un)\" >&2; exit 1; }}\n\
                 unset wl_w\nprintf '%s\\n' \"$wl_m sudo\" >&2\n\"$@\"\nexit"
            );
            self.text = format!("sh -c {} sh {marker} {}", quote(&script), self.text);
        }
    }

    fn su(&mut self, user: &str, arguments: &GlobalArguments, marker: &str) {
        let mut program = String::from("su");
        if GlobalArguments::is(arguments.use_su_login) {
            program.push_str(" -l");
        }
        if GlobalArguments::is(arguments.preserve_su_env) {
            program.push_str(" -m");
        }
        if let Some(shell) = &arguments.su_shell {
            let found = format!("$(command -v {})", quote(shell));
            let plain = quote(shell) == *shell;
            program.push_str(&if plain {
                format!(" -s {found}")
            } else {
                format!(" -s \"{found}\"")
            });
        }
        let inner = if arguments.su_password.is_some() {
            const GO_ON: &str = "exec <&3 3<&-; printf '%s\\n' \"$1 su\" >&2; shift; exec \"$@\"";
            format!("sh -c {} sh {marker} {}", quote(GO_ON), self.take_simple())
        } else {
            std::mem::take(&mut self.text)
        };
        self.text = format!("{program} {} -c {}", quote(user), quote(&inner));
        self.simple = true;
        if arguments.su_password.is_some() {
            let script = format!("{TAKE}exec 3<&0\nsay 3<&- | \"$@\"\nexit");
            self.text = format!("sh -c {} sh {marker} {}", quote(&script), self.text);
        }
    }
}

/// Takes the marker from the first argument and a password from the first line of standard input, and defines `say`,
/// which prints the password. All are the shell's own commands: a `printf` that is a program would show the password
/// to `ps`, so there a here-document serves. A terminal's echo, which is off meanwhile, is on again afterwards.
const TAKE: &str = "wl_m=$1; shift; unset wl_w\nIFS= read -r wl_w || exit 1\n[ ! -t 0 ] || stty echo\n\
    if [ \"$(command -v printf)\" = printf ]; then say() { printf '%s\\n' \"$wl_w\"; }\n\
    else say() { cat <<E\n$wl_w\nE\n}; fi\n";

/// Folder, environment and command, as the innermost shell reads them.
fn body(text: &str, arguments: &GlobalArguments) -> String {
    let mut before = String::new();
    if let Some(folder) = &arguments.chdir {
        let folder = if folder.starts_with('-') {
            format!("./{folder}")
        } else {
            folder.clone()
        };
        before.push_str(&format!("cd {} && ", quote(&folder)));
    }
    if let Some(env) = arguments.env.as_ref().filter(|env| !env.is_empty()) {
        let words: Vec<String> = env
            .iter()
            .map(|(name, value)| quote(&format!("{name}={value}")))
            .collect();
        before.push_str(&format!("export {} && ", words.join(" ")));
    }
    if !before.is_empty() && ends_a_list(text) {
        format!("{before}{{ {text}\n}}")
    } else {
        format!("{before}{text}")
    }
}

/// True when a failing `cd … &&` in front might not keep all of the text from running.
fn ends_a_list(text: &str) -> bool {
    let text = text.trim_end();
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek().copied().unwrap_or(' ');
        match c {
            ';' | '\n' => return true,
            '|' if next == '|' => return true,
            '&' if next == '&' => {
                rest.next();
            }
            '&' if before != '>' && before != '<' && next != '>' => return true,
            _ => {}
        }
        before = c;
    }
    false
}

/// True when a line is surely one program with its arguments, so that a program which runs it may stand in front.
fn is_simple(line: &str) -> bool {
    const BUILTINS: &[&str] = &[
        ".", ":", "alias", "break", "case", "cd", "command", "continue", "eval", "exec", "exit",
        "export", "for", "if", "read", "return", "set", "shift", "time", "trap", "type", "ulimit",
        "umask", "unset", "until", "wait", "while",
    ];
    let first = line.split_whitespace().next().unwrap_or_default();
    !first.is_empty()
        && !first.contains(['=', '\'', '"'])
        && !BUILTINS.contains(&first)
        && !line.contains([
            '|', '&', ';', '<', '>', '(', ')', '$', '`', '\\', '\n', '*', '?', '[', '#', '~', '{',
            '}', '!',
        ])
        && shlex::split(line).is_some()
}

/// A line that survives `sudo -i`, which escapes each special character for the login shell except `$` (so that the
/// login shell expands it), and a newline in a way that makes the shell drop it (sudo(8), `-i`).
fn login_safe(line: String) -> String {
    if !line.contains(['$', '\n']) {
        return line;
    }
    let mut octal = String::with_capacity(line.len() * 2);
    for byte in line.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b' ' | b'/' | b'.' | b',' | b'_' | b'-' => {
                octal.push(char::from(byte))
            }
            _ => octal.push_str(&format!("\\{byte:03o}")),
        }
    }
    format!("sh -c {}", quote(&format!("eval \"`printf '{octal}'`\"")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::secrets::SecretStore;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn arguments(value: &Value) -> GlobalArguments {
        GlobalArguments::from_json(value, &SecretStore::default()).unwrap()
    }

    fn composed(value: Value) -> String {
        compose("echo hi", &arguments(&value)).command
    }

    #[test]
    fn lines_are_those_that_users_know() {
        let cases = [
            (json!({}), "sh -c 'echo hi'"),
            (json!({"_sudo": true}), "sudo -H -n sh -c 'echo hi'"),
            (
                json!({"_sudo": true, "_sudo_user": "bob", "_use_sudo_login": true, "_preserve_sudo_env": true}),
                "sudo -H -n -i -E -u bob sh -c 'echo hi'",
            ),
            (
                json!({"_su_user": "bob"}),
                r#"su bob -c 'sh -c '"'"'echo hi'"'"''"#,
            ),
            (
                json!({"_su_user": "bob", "_use_su_login": true, "_preserve_su_env": true, "_su_shell": "bash"}),
                r#"su -l -m -s $(command -v bash) bob -c 'sh -c '"'"'echo hi'"'"''"#,
            ),
            (json!({"_doas": true}), "doas -n sh -c 'echo hi'"),
            (
                json!({"_doas_user": "bob"}),
                "doas -n -u bob sh -c 'echo hi'",
            ),
            (
                json!({"_dzdo_user": "bob"}),
                "dzdo -H -n -u bob sh -c 'echo hi'",
            ),
            (
                json!({"_env": {"A": "1", "B": "x y"}, "_chdir": "/a b"}),
                r#"sh -c 'cd '"'"'/a b'"'"' && export A=1 '"'"'B=x y'"'"' && echo hi'"#,
            ),
            (
                json!({"_shell_executable": null, "_env": {"A": 1}}),
                "export A=1 && echo hi",
            ),
            (
                json!({"_shell_executable": "/bin/bash"}),
                "/bin/bash -c 'echo hi'",
            ),
            (
                json!({"_doas": true, "_dzdo": true, "_sudo": true, "_su_user": "bob"}),
                r#"doas -n dzdo -H -n sudo -H -n su bob -c 'sh -c '"'"'echo hi'"'"''"#,
            ),
        ];
        for (given, expected) in cases {
            assert_eq!(composed(given.clone()), expected, "{given}");
        }
    }

    #[test]
    fn a_program_that_is_off_stays_off_whatever_its_user() {
        assert_eq!(
            composed(json!({"_sudo": false, "_sudo_user": "bob"})),
            "sh -c 'echo hi'"
        );
    }

    #[test]
    fn no_shell_means_one_program_or_a_shell_after_all() {
        let none = json!({"_shell_executable": null, "_sudo": true});
        assert_eq!(
            compose("id -u", &arguments(&none)).command,
            "sudo -H -n id -u"
        );
        assert_eq!(
            compose("cd /x && id", &arguments(&none)).command,
            "sudo -H -n sh -c 'cd /x && id'"
        );
        let su = json!({"_shell_executable": null, "_su_user": "bob"});
        assert_eq!(compose("a; b", &arguments(&su)).command, "su bob -c 'a; b'");
        assert!(!compose("a; b", &arguments(&json!({"_shell_executable": null}))).simple);
    }

    #[test]
    fn values_are_words() {
        let given = json!({"_sudo_user": "a b", "_su_user": "$(x)", "_su_shell": "my sh"});
        assert_eq!(
            composed(given),
            r#"sudo -H -n -u 'a b' su -s "$(command -v 'my sh')" '$(x)' -c 'sh -c '"'"'echo hi'"'"''"#
        );
    }

    #[test]
    fn a_folder_that_is_missing_keeps_all_of_the_text_from_running() {
        for text in [
            "echo a; echo b",
            "false || echo b",
            "true & echo b",
            "echo a\necho b",
        ] {
            let line = compose(text, &arguments(&json!({"_chdir": "/surely/not/there"}))).command;
            let output = std::process::Command::new("sh")
                .args(["-c", &line])
                .output()
                .unwrap();
            assert!(output.stdout.is_empty(), "{text}");
            assert!(!output.status.success(), "{text}");
        }
        let chain = compose("a && b 2>&1", &arguments(&json!({"_chdir": "/x"})));
        assert_eq!(chain.command, "sh -c 'cd /x && a && b 2>&1'");
    }

    #[test]
    fn passwords_are_lines_of_their_own_in_the_order_they_are_read() {
        let given = arguments(
            &json!({"_sudo": true, "_sudo_password": {"$secret": "env:S"},
            "_su_user": "bob", "_su_password": {"$secret": "env:U"}}),
        );
        let composed = compose("echo hi", &given);
        let order: Vec<&str> = composed
            .passwords
            .iter()
            .map(|password| password.secret().0.as_str())
            .collect();
        assert_eq!(order, ["env:S", "env:U"]);
        assert!(!composed.command.contains("env:"));
    }

    /// Programs that stand for sudo and su: they ask for the password `right`, remember it as the real ones do, and
    /// run the command.
    struct Programs(tempfile::TempDir);

    impl Programs {
        fn new() -> Self {
            use std::os::unix::fs::PermissionsExt as _;
            let folder = tempfile::tempdir().unwrap();
            let sudo = r#"#!/bin/sh
stamp=$(dirname "$0")/stamp.$PPID
case " $* " in
*" -S "*) IFS= read -r p; [ "$p" = 'right \n "x' ] && { echo lecture >&2; : >"$stamp"; exit 0; }
  echo 'sudo: 1 incorrect password attempt' >&2; exit 1;;
esac
[ -e "$stamp" ] || { echo 'sudo: a password is required' >&2; exit 1; }
while :; do case $1 in -u) shift 2;; -*) shift;; *) break;; esac; done
exec "$@"
"#;
            let su = r#"#!/bin/sh
user=$1; shift 2
printf 'Password: ' >&2
p=$(dd bs=1000 count=1 2>/dev/null)
[ "$p" = 'su right' ] || { echo 'su: Authentication failure' >&2; exit 1; }
USER=$user exec sh -c "$1"
"#;
            for (name, text) in [("sudo", sudo), ("su", su)] {
                let path = folder.path().join(name);
                std::fs::write(&path, text).unwrap();
                std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
            }
            Self(folder)
        }

        fn run(&self, line: &str, stdin: &[u8]) -> std::process::Output {
            use std::io::Write as _;
            let path = format!(
                "{}:{}",
                self.0.path().display(),
                std::env::var("PATH").unwrap()
            );
            let mut child = std::process::Command::new("sh")
                .args(["-c", line])
                .env("PATH", path)
                .stdin(std::process::Stdio::piped())
                .stdout(std::process::Stdio::piped())
                .stderr(std::process::Stdio::piped())
                .spawn()
                .unwrap();
            child.stdin.take().unwrap().write_all(stdin).unwrap();
            child.wait_with_output().unwrap()
        }
    }

    #[test]
    fn a_sudo_password_authenticates_apart_and_the_data_stays_whole() {
        let programs = Programs::new();
        let given = arguments(
            &json!({"_sudo": true, "_sudo_user": "bob", "_sudo_password": {"$secret": "x"}}),
        );
        let line = compose("cat; echo done >&2; exit 7", &given).command;
        let output = programs.run(&line, b"right \\n \"x\ndata \\n\n\xff more");
        assert_eq!(output.stdout, b"data \\n\n\xff more");
        assert_eq!(
            String::from_utf8_lossy(&output.stderr),
            "lecture\nwindlass sudo\ndone\n"
        );
        assert_eq!(output.status.code(), Some(7));

        let output = programs.run(&line, b"wrong\ndata");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("windlass sudo-refused "), "{said}");
        assert_eq!(
            (output.status.code(), output.stdout.as_slice()),
            (Some(1), &b""[..])
        );
    }

    #[test]
    fn sudo_and_su_with_passwords_compose() {
        let programs = Programs::new();
        let given = arguments(
            &json!({"_sudo": true, "_sudo_password": {"$secret": "x"}, "_su_user": "bob",
            "_su_password": {"$secret": "y"}, "_env": {"A": "it's"}, "_chdir": "/"}),
        );
        let line = compose("pwd; echo $A $USER; cat", &given).command;
        let output = programs.run(&line, b"right \\n \"x\nsu right\nthe data");
        assert_eq!(
            String::from_utf8_lossy(&output.stdout),
            "/\nit's bob\nthe data"
        );
        assert!(String::from_utf8_lossy(&output.stderr).ends_with("Password: windlass su\n"));
        let output = programs.run(&line, b"right \\n \"x\nsu wrong\nthe data");
        assert_eq!(output.status.code(), Some(1));
        assert!(!String::from_utf8_lossy(&output.stderr).contains("windlass su\n"));
    }

    /// What `sudo -i` does to a command's words before the login shell reads them.
    fn through_login(line: &str) -> std::process::Output {
        let words = shlex::split(line).unwrap();
        let mut escaped = String::new();
        for (index, word) in words.iter().enumerate() {
            if index > 0 {
                escaped.push(' ');
            }
            for c in word.chars() {
                if !(c.is_ascii_alphanumeric() || "_-$".contains(c)) {
                    escaped.push('\\');
                }
                escaped.push(c);
            }
        }
        std::process::Command::new("sh")
            .args(["-c", &escaped])
            .output()
            .unwrap()
    }

    #[test]
    fn a_login_shell_in_between_changes_nothing() {
        let given = arguments(&json!({"_sudo": true, "_use_sudo_login": true}));
        let text = "echo 'a b' | awk '{print $2}'\nx=it\\'s; echo \"$x\" `echo ü`";
        let line = compose(text, &given).command;
        let rest = line.strip_prefix("sudo -H -n -i ").unwrap();
        assert_eq!(
            String::from_utf8_lossy(&through_login(rest).stdout),
            "b\nit's ü\n"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn what_stands_inside_comes_out_whatever_it_is(value in "[^\0]{0,20}", folder in "[a-z '\"$]{1,8}") {
            let dir = tempfile::tempdir().unwrap();
            let inside = dir.path().join(&folder);
            std::fs::create_dir(&inside).unwrap();
            let given = arguments(&json!({"_env": {"VALUE": value}, "_chdir": inside.to_str().unwrap()}));
            let line = compose("printf '%s|' \"$VALUE\" \"$(pwd)\"", &given).command;
            let output = std::process::Command::new("sh").args(["-c", &line]).output().unwrap();
            let expected = format!("{value}|{}|", inside.to_str().unwrap().trim_end_matches('\n'));
            prop_assert_eq!(String::from_utf8_lossy(&output.stdout).into_owned(), expected);
        }
    }
}
