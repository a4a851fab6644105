//! From data to text. What is shown is decided here, what there is to show is not.

mod events;
mod failure;
mod hosts;
mod plan;
mod remarks;
mod summary;

pub(crate) use events::{Shown, Terminal};
pub(crate) use failure::{failure, source_line};
pub(crate) use hosts::host_list;
pub(crate) use plan::{operation_details, plan, plan_summary};
pub(crate) use remarks::Remarks;
pub(crate) use summary::{summary, summary_json};

/// Text with every line moved to the right.
pub(crate) fn indent(text: &str, by: usize) -> String {
    let space = " ".repeat(by);
    text.lines()
        .map(|line| {
            if line.is_empty() {
                String::new()
            } else {
                format!("{space}{line}")
            }
        })
        .collect::<Vec<_>>()
        .join("\n")
}

/// A number with its noun: `1 host`, `2 hosts`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 {
        format!("1 {noun}")
    } else {
        format!("{number} {noun}s")
    }
}
