//! The messages for the mistakes that two phases invite, and errors for Starlark made of them.

use thiserror::Error;

use crate::walk::Reason;

/// A message that becomes a Starlark error; Starlark adds the place.
#[derive(Debug, Error)]
#[error("{0}")]
struct Mistake(String);

/// A Starlark error with our words.
pub(crate) fn mistake(message: impl Into<String>) -> starlark::Error {
    starlark::Error::new_other(Mistake(message.into()))
}

/// What conditions are called on the result of an operation, with the name that `_if` takes and its opposite.
pub(crate) const CONDITIONS: [(&str, &str, &str); 6] = [
    ("changed", "did_change", "did_not_change"),
    ("did_change", "did_change", "did_not_change"),
    ("did_not_change", "did_not_change", "did_change"),
    ("did_succeed", "did_succeed", "did_error"),
    ("did_error", "did_error", "did_succeed"),
    ("will_change", "did_change", "did_not_change"),
];

/// A condition used as a bool. `text` is how it was written; `call` is an operation it guards.
pub(crate) fn known_at_execution(text: &str, reason: Reason, call: Option<&str>) -> String {
    let text = text.trim().trim_end_matches("()");
    let (operation, attribute) = text.rsplit_once('.').unwrap_or((text, ""));
    let found = CONDITIONS.iter().find(|(name, ..)| *name == attribute);
    let positive = found.map_or_else(
        || text.to_owned(),
        |(_, name, _)| format!("{operation}.{name}"),
    );
    let negative = found.map_or_else(
        || format!("~{text}"),
        |(_, _, name)| format!("{operation}.{name}"),
    );
    let (used, condition) = match reason {
        Reason::If => ("in an `if`", positive),
        Reason::Not => ("with `not`", negative),
        Reason::And => ("with `and`", format!("[{positive}, …]")),
        Reason::Or => ("with `or`", format!("any_changed({operation}, …)")),
    };
    let line = match call {
        Some(call) => format!("{call}(…, _if = {condition})"),
        None => format!("_if = {condition}"),
    };
    let all = match reason {
        Reason::And => "\n  a list holds when all of it does",
        _ => "",
    };
    format!(
        "`{text}` is known at execution only, so it cannot be used {used}\n  \
         the deploy is read before anything runs; leave the decision to the operation:\n    {line}{all}"
    )
}

/// A fact that can change decides whether an operation is called.
pub(crate) fn changing_fact(fact: &str) -> String {
    format!(
        "the fact `{fact}` can change, and this condition is decided before any operation has run\n  \
         call the operation always: it looks at the host itself and does nothing where nothing is to be done\n  \
         or let it depend on an earlier operation: _if = earlier.did_change"
    )
}

/// What an operation printed, asked for while preparing.
pub(crate) fn output_before_execution(what: &str) -> String {
    format!(
        "`.{what}` of an operation is known at execution only\n  \
         put the code that needs it into a function, and add that: call(function)"
    )
}

/// The message for a number that stands where a mode does and is none.
pub(crate) fn not_octal(argument: &str, number: u64) -> Option<String> {
    let digits = number.to_string();
    if digits.len() <= 4 && digits.bytes().all(|digit| (b'0'..=b'7').contains(&digit)) {
        return None;
    }
    let hint = if number <= 0o7777 {
        format!(
            "\n  {number} is 0o{number:o} in octal: write {argument} = 0o{number:o} or {argument} = \"{number:o}\""
        )
    } else {
        format!("\n  write the octal digits, as in {argument} = 0o755 or {argument} = \"755\"")
    };
    Some(format!("`{argument} = {number}` is no octal mode{hint}"))
}

/// True for arguments that take modes of files.
pub(crate) fn is_mode(argument: &str) -> bool {
    argument == "mode" || argument.ends_with("_mode")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_to_write_is_shown() {
        assert_eq!(
            known_at_execution("site.changed", Reason::If, Some("server.service")),
            "`site.changed` is known at execution only, so it cannot be used in an `if`\n  \
             the deploy is read before anything runs; leave the decision to the operation:\n    \
             server.service(…, _if = site.did_change)"
        );
        assert!(
            known_at_execution("a.changed", Reason::Not, None).contains("_if = a.did_not_change")
        );
        assert!(
            known_at_execution("a.changed", Reason::And, None).contains("_if = [a.did_change, …]")
        );
        assert!(known_at_execution("a.changed", Reason::Or, None).contains("any_changed(a, …)"));
    }

    #[test]
    fn numbers_that_are_no_mode_get_a_hint() {
        assert_eq!(not_octal("mode", 755), None);
        assert_eq!(
            not_octal("mode", 493).as_deref(),
            Some(
                "`mode = 493` is no octal mode\n  493 is 0o755 in octal: write mode = 0o755 or mode = \"755\""
            )
        );
        assert!(
            not_octal("mode", 99_999).is_some_and(|text| text.contains("write the octal digits"))
        );
    }
}
