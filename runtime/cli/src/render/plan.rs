//! A plan for people: what would change, per operation and host; hosts that share everything are shown together.

use serde_json::json;
use windlass::engine::plan::{FileDiff, HostChange, PlanDocument, PlannedOperation};
use windlass::engine::state::Certainty;

use super::{count, host_list, indent};
use crate::ui::Style;

/// The operations that change something or may, all of them with `verbose`. Empty when there is nothing to show.
pub(crate) fn plan(document: &PlanDocument, verbose: bool, style: Style) -> String {
    let shown = document
        .operations
        .iter()
        .filter_map(|operation| planned(operation, verbose, style));
    shown.collect::<Vec<_>>().join("\n\n")
}

fn planned(operation: &PlannedOperation, verbose: bool, style: Style) -> Option<String> {
    let groups: Vec<Group<'_>> = groups(operation)
        .into_iter()
        .filter(|group| verbose || group.change.will_change != Some(false))
        .collect();
    if groups.is_empty() {
        return None;
    }
    let place = operation.place.short();
    // An operation without a name is called by what it does.
    let what = if operation.name.starts_with(&operation.operation) {
        format!("({place})")
    } else {
        format!("({}, {place})", operation.operation)
    };
    let mut text = format!("{} {}", style.bold(&operation.name), style.dim(&what));
    for group in groups {
        text.push('\n');
        text += &indent(&one_group(&group, style), 2);
    }
    Some(text)
}

/// Hosts on which an operation does exactly the same.
struct Group<'a> {
    hosts: Vec<&'a str>,
    change: &'a HostChange,
}

fn groups(operation: &PlannedOperation) -> Vec<Group<'_>> {
    let mut groups: indexmap::IndexMap<String, Group<'_>> = indexmap::IndexMap::new();
    for change in &operation.hosts {
        let key = json!([
            change.will_change,
            change.certainty,
            change.condition,
            change.steps,
            change.notes,
            change.diffs
        ]);
        groups
            .entry(key.to_string())
            .or_insert_with(|| Group {
                hosts: Vec::new(),
                change,
            })
            .hosts
            .push(&change.host);
    }
    groups.into_values().collect()
}

fn one_group(group: &Group<'_>, style: Style) -> String {
    let change = group.change;
    let hosts = host_list(&group.hosts);
    let mut text = match change.will_change {
        Some(true) => format!("{} {hosts}", style.yellow("~")),
        Some(false) => format!("{} {hosts}: nothing to do", style.green("=")),
        None => format!("{} {hosts}: decided at execution", style.cyan("?")),
    };
    match &change.certainty {
        Certainty::Certain => {}
        Certainty::Assumed(why) => text += &format!(" (assumed, {why})"),
        Certainty::AtExecution(why) => text += &format!(": {why}"),
    }
    if let Some(condition) = &change.condition {
        text += &format!("\n    only if {condition}");
    }
    let mut add = |lines: &str| {
        text.push('\n');
        text += &indent(lines, 4);
    };
    for note in &change.notes {
        add(&style.dim(note));
    }
    for step in &change.steps {
        add(step);
    }
    for diff in &change.diffs {
        if !(diff.shown && diff.text.is_empty()) {
            add(&file_diff(diff, style));
        }
    }
    text
}

fn file_diff(diff: &FileDiff, style: Style) -> String {
    if !diff.shown {
        return style.dim(&format!("{}: {}", diff.path, diff.text));
    }
    let paint = |line: &str| match line.chars().next() {
        Some('+') => style.green(line),
        Some('-') => style.red(line),
        Some('@') => style.cyan(line),
        _ => line.to_owned(),
    };
    diff.text.lines().map(paint).collect::<Vec<_>>().join("\n")
}

/// The plan in one line.
pub(crate) fn plan_summary(document: &PlanDocument) -> String {
    let has = |operation: &PlannedOperation, wanted: Option<bool>| {
        operation
            .hosts
            .iter()
            .any(|host| host.will_change == wanted)
    };
    // Operations of hosts that failed are no part of what is left to do.
    let operations: Vec<&PlannedOperation> = document
        .operations
        .iter()
        .filter(|operation| !operation.hosts.is_empty())
        .collect();
    let changing = operations.iter().filter(|one| has(one, Some(true))).count();
    let open = operations
        .iter()
        .filter(|one| !has(one, Some(true)) && has(one, None))
        .count();
    let hosts = count(document.hosts.len(), "host");
    let all = count(operations.len(), "operation");
    let mut text = if changing == 0 && open == 0 {
        format!("Nothing to do: {all} on {hosts}")
    } else {
        let mut parts = Vec::new();
        if changing > 0 {
            parts.push(format!("{changing} to change"));
        }
        if open > 0 {
            parts.push(format!("{open} decided at execution"));
        }
        let rest = operations.len() - changing - open;
        if rest > 0 {
            parts.push(format!("{rest} with nothing to do"));
        }
        format!("Plan: {all} on {hosts}: {}", parts.join(", "))
    };
    if !document.failed.is_empty() {
        text += &format!("; {} failed", count(document.failed.len(), "host"));
    }
    if !document.unsigned_packs.is_empty() {
        text += &format!("\nNot signed: {}", document.unsigned_packs.join(", "));
    }
    text
}

/// An operation with everything that is known of it, for `--debug-operations`.
pub(crate) fn operation_details(operation: &PlannedOperation) -> String {
    let hosts: Vec<&str> = operation
        .hosts
        .iter()
        .map(|host| host.host.as_str())
        .collect();
    let mut text = format!(
        "{} {}({})\n  name:   {}\n  place:  {}\n  hosts:  {}",
        operation.id,
        operation.operation,
        operation.args.join(", "),
        operation.name,
        operation.place.short(),
        host_list(&hosts),
    );
    if !operation.global_arguments.is_empty() {
        let arguments: Vec<String> = operation
            .global_arguments
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        text += &format!("\n  global: {}", arguments.join(" "));
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use windlass::engine::json::JsonMap;
    use windlass::engine::place::Place;
    use windlass::engine::state::OperationId;

    fn change(host: &str, will_change: Option<bool>) -> HostChange {
        HostChange {
            host: host.to_owned(),
            will_change,
            certainty: Certainty::Certain,
            condition: None,
            steps: Vec::new(),
            notes: Vec::new(),
            diffs: Vec::new(),
        }
    }

    fn document(hosts: Vec<HostChange>) -> PlanDocument {
        PlanDocument {
            version: 1,
            hosts: hosts.iter().map(|change| change.host.clone()).collect(),
            operations: vec![PlannedOperation {
                id: OperationId(1),
                name: String::from("Site"),
                operation: String::from("files.put"),
                args: vec![String::from("dest=/x")],
                place: Place::at("deploy.star", 3),
                global_arguments: JsonMap::new(),
                hosts,
            }],
            failed: JsonMap::new(),
            unsigned_packs: Vec::new(),
        }
    }

    #[test]
    fn hosts_that_share_a_change_are_shown_once() {
        let with_diff = |host| HostChange {
            steps: vec![String::from("upload /x")],
            diffs: vec![FileDiff {
                path: String::from("/x"),
                text: String::from("--- /x\n+++ /x\n@@ -1 +1 @@\n-a\n+b\n"),
                shown: true,
            }],
            ..change(host, Some(true))
        };
        let at_execution = HostChange {
            certainty: Certainty::AtExecution(String::from("the user is not known yet")),
            condition: Some(String::from("`A` did change")),
            ..change("c", None)
        };
        let document = document(vec![
            with_diff("a"),
            with_diff("b"),
            at_execution,
            change("d", Some(false)),
        ]);
        let expected = "Site (files.put, deploy.star:3)\n\
                        \x20 ~ a, b\n\
                        \x20     upload /x\n\
                        \x20     --- /x\n\
                        \x20     +++ /x\n\
                        \x20     @@ -1 +1 @@\n\
                        \x20     -a\n\
                        \x20     +b\n\
                        \x20 ? c: decided at execution: the user is not known yet\n\
                        \x20     only if `A` did change";
        assert_eq!(plan(&document, false, Style::default()), expected);
        let all = plan(&document, true, Style::default());
        assert_eq!(all, format!("{expected}\n  = d: nothing to do"));
        assert_eq!(
            plan_summary(&document),
            "Plan: 1 operation on 4 hosts: 1 to change"
        );
    }

    #[test]
    fn operations_of_hosts_that_failed_are_not_counted() {
        let mut document = document(vec![change("a", Some(true))]);
        let mut orphan = document.operations[0].clone();
        orphan.hosts.clear();
        document.operations.push(orphan);
        document.failed.insert("b".to_owned(), json!("why"));
        assert_eq!(
            plan_summary(&document),
            "Plan: 1 operation on 1 host: 1 to change; 1 host failed"
        );
    }

    #[test]
    fn packs_that_nobody_vouches_for_are_named() {
        let mut document = document(vec![change("a", Some(false))]);
        document.unsigned_packs = vec![String::from("acme:echo 1.0.0")];
        assert_eq!(
            plan_summary(&document),
            "Nothing to do: 1 operation on 1 host\nNot signed: acme:echo 1.0.0"
        );
    }

    #[test]
    fn nothing_to_do_is_said() {
        let document = document(vec![change("a", Some(false))]);
        assert_eq!(plan(&document, false, Style::default()), "");
        assert_eq!(
            plan_summary(&document),
            "Nothing to do: 1 operation on 1 host"
        );
    }
}
