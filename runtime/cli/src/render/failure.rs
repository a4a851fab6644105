//! Why an operation failed: host, operation, command, exit status, last output, source line.

use windlass::engine::connector::{Exit, Stream};
use windlass::engine::events::Failure;

use crate::ui::Style;

/// A report of several lines.
pub(crate) fn failure(failure: &Failure, ignored: bool, style: Style) -> String {
    let label = if ignored {
        style.yellow("ignored:")
    } else {
        style.red("failed:")
    };
    let mut text = format!(
        "{label} {} on {}: {}",
        style.bold(&failure.operation),
        failure.host,
        failure.message
    );
    if let Some(command) = &failure.command {
        text += &format!("\n  command: {}", command.replace('\n', "\n           "));
    }
    if let Some(exit) = &failure.exit {
        text += &format!("\n  exit:    {}", exit_text(exit));
    }
    if !failure.output.is_empty() {
        text += "\n  output:";
        for line in &failure.output {
            let mark = match line.stream {
                Stream::Stdout => "|",
                Stream::Stderr => "!",
            };
            text += &format!("\n    {mark} {}", line.text);
        }
    }
    if let Some(frame) = failure.place.frames.last() {
        text += &format!("\n  at:      {}", failure.place.short());
        if let Some(source) = &failure.place.source {
            text += &format!("\n{}", source_line(frame.line, source));
        }
    }
    text
}

/// A line of source with its number.
pub(crate) fn source_line(number: u32, source: &str) -> String {
    let number = number.to_string();
    let margin = " ".repeat(number.len());
    format!(
        "   {margin} |\n   {number} | {}\n   {margin} |",
        source.trim_end()
    )
}

fn exit_text(exit: &Exit) -> String {
    match (&exit.status, &exit.signal) {
        (Some(status), _) => status.to_string(),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => String::from("unknown"),
    }
}
