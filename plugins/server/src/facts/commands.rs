//! Programs, commands, folders and the clock.

use windlass_sdk::prelude::*;

use super::text;

/// The output of a command that only looks. It runs while planning: give none that changes anything.
#[fact(stability = volatile, takes_command, user_dependent, example = r#"server.Command command="cat /etc/debian_version""#)]
pub fn Command(
    /// The command, as shell text.
    command: String,
) -> Source<String> {
    Source::shell(ShellText::new().raw(&command), |output| {
        Ok(output.lines().join("\n"))
    })
}

/// Where a program is; empty when there is none.
#[fact(user_dependent, example = "server.Which command=git")]
pub fn Which(
    /// The program's name.
    command: String,
) -> Source<String> {
    Source::shell(shell!("command -v {command} || true"), |output| {
        Ok(output.lines().into_iter().next().unwrap_or_default())
    })
}

/// The date and time, in ISO 8601 with the offset of the target's time zone.
#[fact(stability = volatile)]
pub fn Date() -> Source<Option<String>> {
    Source::shell(shell!("date +'%Y-%m-%dT%H:%M:%S%z'"), |output| {
        Ok(output.lines().first().map(|line| with_colon(line.trim())))
    })
}

/// `+0100` as `+01:00`, which is how ISO 8601 writes an offset beside a time with colons.
pub(super) fn with_colon(time: &str) -> String {
    match time
        .len()
        .checked_sub(5)
        .filter(|at| time.is_char_boundary(*at))
        .map(|at| time.split_at(at))
    {
        Some((start, offset)) if offset.starts_with(['+', '-']) => {
            let (hours, minutes) = offset.split_at(3);
            format!("{start}{hours}:{minutes}")
        }
        _ => time.to_owned(),
    }
}

/// The folders in which the user's programs are found, as `PATH` has them.
#[fact(user_dependent)]
pub fn Path() -> Source<Option<String>> {
    text(shell!("echo $PATH"))
}

/// The name of the time zone, such as `Europe/Amsterdam`.
#[fact]
pub fn Timezone() -> Source<Option<String>> {
    text(shell!(
        "readlink -f /etc/localtime | sed 's|.*/zoneinfo/||'"
    ))
}

/// The folder for temporary files that the user's environment names and can write to; null when it names none.
#[fact(user_dependent)]
pub fn TmpDir() -> Source<Option<String>> {
    text(shell!(
        r#"if [ -n "$TMPDIR" ] && [ -d "$TMPDIR" ] && [ -w "$TMPDIR" ]; then
    echo "$TMPDIR";
elif [ -n "$TMP" ] && [ -d "$TMP" ] && [ -w "$TMP" ]; then
    echo "$TMP";
elif [ -n "$TEMP" ] && [ -d "$TEMP" ] && [ -w "$TEMP" ]; then
    echo "$TEMP";
else
    echo "";
fi"#
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_get_a_colon() {
        assert_eq!(
            with_colon("2019-01-01T00:00:00-0530"),
            "2019-01-01T00:00:00-05:30"
        );
        assert_eq!(with_colon("2019-01-01T00:00:00Z"), "2019-01-01T00:00:00Z");
        assert_eq!(with_colon(""), "");
    }
}
