//! What cases come to, as text for people who write a pack: what is planned and read, whatever the cases expect.

use std::sync::Arc;

use similar::TextDiff;
use windlass_engine::plugins::Plugins;

use super::compare::block;
use super::fact;
use super::format::Case;
use super::operation::{self, Failure, described};

/// What cases come to: of each operation's case the steps that it plans on the facts that the case holds, of each
/// fact's case its command and the value that is read.
pub async fn show_cases(plugins: &Arc<dyn Plugins>, cases: &[Case]) -> String {
    let mut text = String::new();
    for case in cases {
        text.push_str(&format!("{}: {}\n", case.id(), case.subject()));
        for line in shown(plugins, case).await.lines() {
            text.push_str(&format!("  {line}\n"));
        }
    }
    text
}

/// How one text differs from another, as a unified diff; none where they are the same.
#[must_use]
pub fn difference(before: &str, after: &str) -> Option<String> {
    (before != after).then(|| {
        TextDiff::from_lines(before, after)
            .unified_diff()
            .context_radius(3)
            .header("before", "now")
            .to_string()
    })
}

async fn shown(plugins: &Arc<dyn Plugins>, case: &Case) -> String {
    match case {
        Case::Operation(case) => {
            let world = operation::world(plugins, case);
            let planned = operation::plan(&world, case, &mut Default::default(), false).await;
            match planned {
                Ok(flat) => {
                    let notes = flat.notes.iter().map(|note| format!("note: {note}\n"));
                    notes.collect::<String>() + &block(&flat.commands)
                }
                Err(Failure::Plugin(error)) => described(&error),
                Err(Failure::Unreadable(why)) => why,
            }
        }
        Case::Fact(case) => match fact::found(plugins, case).await.1 {
            Ok(found) => format!("{}\nis {}", found.command, found.value),
            Err(why) => why,
        },
    }
}
