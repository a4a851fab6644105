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
        if let Some(password) = arguments.password_for_sudo() {
            passwords.insert(0, Password::Sudo(password));
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
    !privileges(arguments).is_empty()
}

/// By what and as whom the arguments run a command, from the outside: `[("sudo", "root")]`. Empty: as who logged in.
#[must_use]
pub fn privileges(arguments: &GlobalArguments) -> Vec<(&'static str, &str)> {
    let mut found = Vec::new();
    for (way, flag, user) in [
        ("doas", arguments.doas, &arguments.doas_user),
        ("dzdo", arguments.dzdo, &arguments.dzdo_user),
        ("sudo", arguments.sudo, &arguments.sudo_user),
    ] {
        if uses(flag, user) {
            found.push((way, user.as_deref().unwrap_or("root")));
        }
    }
    found.extend(arguments.su_user.as_deref().map(|user| ("su", user)));
    found
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
        if arguments.password_for_sudo().is_some() {
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
pub(crate) fn is_simple(line: &str) -> bool {
    // Words that the shell itself acts on, POSIX's and those of shells that stand in for `sh`.
    const BUILTINS: &[&str] = &[
        ".",
        ":",
        "alias",
        "bg",
        "bind",
        "break",
        "builtin",
        "case",
        "cd",
        "command",
        "continue",
        "declare",
        "dirs",
        "disown",
        "enable",
        "eval",
        "exec",
        "exit",
        "export",
        "fc",
        "fg",
        "for",
        "getopts",
        "hash",
        "history",
        "if",
        "jobs",
        "let",
        "local",
        "logout",
        "mapfile",
        "popd",
        "pushd",
        "read",
        "readarray",
        "readonly",
        "return",
        "select",
        "set",
        "shift",
        "shopt",
        "source",
        "suspend",
        "time",
        "times",
        "trap",
        "type",
        "typeset",
        "ulimit",
        "umask",
        "unalias",
        "unset",
        "until",
        "wait",
        "while",
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
mod tests;
