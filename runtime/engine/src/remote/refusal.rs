//! Tells a program that refused to become someone else from a command that failed.

use super::RemoteError;
use crate::arguments::GlobalArguments;
use crate::command::{CommandOutput, has_privilege};
use crate::connector::{Exit, Stream};

/// The refusal that an exit and its output mean, if they mean one.
///
/// Such a program ends with status 1, prints nothing on standard output, and begins each line with its own name
/// (sudo(8), su(1), doas(1)), or, where it is missing, the shell ends with 127 and names it.
pub(super) fn refusal(
    host: &str,
    exit: &Exit,
    output: &CommandOutput,
    pty: bool,
    arguments: &GlobalArguments,
) -> Option<RemoteError> {
    let status = exit.status.filter(|status| [1, 127].contains(status))?;
    let said = if pty {
        output.stdout()
    } else {
        output.stderr()
    };
    if !has_privilege(arguments)
        || said.len() > 4096
        || !(pty || output.bytes(Stream::Stdout).is_empty())
    {
        return None;
    }
    let lines: Vec<&str> = said
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let last = lines.last()?;
    let program = ["sudo", "su", "doas", "dzdo"].into_iter().find(|program| {
        let own = format!("{program}: ");
        match status {
            127 => lines.len() == 1 && last.contains(&own) && last.contains("not found"),
            _ => lines.iter().all(|line| {
                line.strip_prefix("Password: ")
                    .unwrap_or(line)
                    .starts_with(&own)
            }),
        }
    });
    let program = program.or_else(|| is_denied(last).then_some("sudo"))?;
    let message = if status == 127 {
        format!("{program} is not there")
    } else {
        (*last).to_owned()
    };
    Some(RemoteError::NoPrivilege {
        program: program.to_owned(),
        host: host.to_owned(),
        hint: hint(program, last, status, arguments).to_owned(),
        message,
    })
}

/// What sudo says of users who have no right, and where it cannot ask.
fn is_denied(said: &str) -> bool {
    [
        "not in the sudoers file",
        "may not run sudo",
        "is not allowed to",
        "must have a tty",
    ]
    .iter()
    .any(|text| said.contains(text))
}

fn hint(program: &str, said: &str, status: i32, arguments: &GlobalArguments) -> &'static str {
    match program {
        _ if said.contains("unknown user") => "check the user's name, or make the user first",
        _ if status == 127 => {
            "install it on the host, or use another of `_sudo`, `_doas` and `_su_user`"
        }
        "sudo"
            if said.contains("password is required") && arguments.password_for_sudo().is_some() =>
        {
            "the password was right, but sudo forgets it at once (timestamp_timeout=0): allow the user NOPASSWD in sudoers"
        }
        "sudo"
            if said.contains("password is required") || said.contains("terminal is required") =>
        {
            "give the password (--ask-sudo-password, `_sudo_password`), or allow the user NOPASSWD in sudoers"
        }
        "sudo" if said.contains("must have a tty") => {
            "give the command a terminal with `_get_pty`, or take `requiretty` out of sudoers"
        }
        "sudo" => "allow the user this in the host's sudoers, or connect as another",
        "su" => "give the password as `_su_password`, or become root first with `_sudo`",
        "doas" => {
            "write `permit nopass USER` into the host's doas.conf: doas takes no password without a terminal"
        }
        _ => "allow the user this on the host, or connect as another",
    }
}

/// What it means that a program took a password and did not go on.
pub(super) fn not_accepted(host: &str, program: &str, user: &str, said: &str) -> RemoteError {
    let wrong_su = ["uthentication", "ncorrect password", "Sorry"]
        .iter()
        .any(|text| said.contains(text));
    let nobody = said.lines().find(|line| line.contains("unknown user"));
    let cannot_ask = is_denied(said) || said.contains("not found") || nobody.is_some();
    if !cannot_ask && (program == "sudo" || wrong_su) {
        return RemoteError::WrongPassword {
            program: program.to_owned(),
            user: user.to_owned(),
            host: host.to_owned(),
        };
    }
    let message = said.trim().trim_start_matches("Password:").trim();
    let message = nobody.or(message.lines().last()).unwrap_or_default().trim();
    let missing = message.ends_with("not found");
    let status = if missing { 127 } else { 1 };
    RemoteError::NoPrivilege {
        program: program.to_owned(),
        host: host.to_owned(),
        message: match message {
            "" => String::from("it ended without a word"),
            _ if missing => format!("{program} is not there"),
            message => message.to_owned(),
        },
        hint: hint(program, message, status, &GlobalArguments::default()).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::OutputSink as _;

    fn refused(status: i32, stdout: &str, stderr: &str) -> Option<String> {
        let arguments = GlobalArguments {
            sudo: Some(true),
            ..GlobalArguments::default()
        };
        let mut output = CommandOutput::default();
        if !stdout.is_empty() {
            output.write(Stream::Stdout, stdout.as_bytes());
        }
        output.write(Stream::Stderr, stderr.as_bytes());
        refusal("web-01", &Exit::status(status), &output, false, &arguments)
            .map(|error| error.to_string())
    }

    #[test]
    fn what_programs_say_becomes_a_message_with_the_fix() {
        let text = refused(
            1,
            "",
            "sudo: unable to resolve host x\nsudo: a password is required\n",
        );
        assert_eq!(
            text.as_deref(),
            Some(
                "web-01 refused sudo: sudo: a password is required\n  give the password (--ask-sudo-password, \
                 `_sudo_password`), or allow the user NOPASSWD in sudoers"
            )
        );
        assert!(
            refused(1, "", "bob is not in the sudoers file.\n")
                .is_some_and(|text| text.contains("in the host's sudoers"))
        );
        assert!(
            refused(127, "", "sh: 1: exec: sudo: not found\n")
                .is_some_and(|text| text.contains("sudo is not there"))
        );
        assert!(
            refused(1, "", "Password: su: Authentication failure\n")
                .is_some_and(|text| text.contains("_su_password"))
        );
    }

    #[test]
    fn commands_that_fail_are_left_alone() {
        assert_eq!(refused(1, "", "grep: x: No such file\n"), None);
        assert_eq!(refused(1, "partly", "sudo: a password is required\n"), None);
        assert_eq!(refused(2, "", "sudo: a password is required\n"), None);
        assert_eq!(refused(127, "", "sh: 1: frobnicate: not found\n"), None);
    }

    #[test]
    fn a_password_that_was_not_asked_for_is_not_wrong() {
        let answer =
            |program: &str, said: &str| not_accepted("web-01", program, "bob", said).to_string();
        assert_eq!(
            answer(
                "sudo",
                "Sorry, try again.\nsudo: 1 incorrect password attempt\n"
            ),
            "wrong sudo password for bob on web-01\n  check what was typed, or the value of `_sudo_password`"
        );
        assert_eq!(
            answer("su", "Password: su: Authentication failure\n"),
            "wrong su password for bob on web-01\n  check what was typed, or the value of `_su_password`"
        );
        assert_eq!(
            answer("sudo", "Sorry, user bob may not run sudo on web-01.\n"),
            "web-01 refused sudo: Sorry, user bob may not run sudo on web-01.\n  allow the user this in the host's \
             sudoers, or connect as another"
        );
        assert_eq!(
            answer(
                "sudo",
                "sudo: unknown user nobodyhere\nsudo: error initializing audit plugin sudoers_audit\n"
            ),
            "web-01 refused sudo: sudo: unknown user nobodyhere\n  check the user's name, or make the user first"
        );
        assert!(
            answer("sudo", "sh: 5: sudo: not found\n")
                .contains("refused sudo: sudo is not there\n  install it")
        );
        assert!(
            answer("sudo", "sudo: sorry, you must have a tty to run sudo\n").contains("`_get_pty`")
        );
        assert!(
            answer("su", "su: user bob does not exist\n")
                .starts_with("web-01 refused su: su: user bob")
        );
    }
}
