//! Groups.

use serde_json::Value as Json;
use windlass_sdk::prelude::*;

use crate::facts::{Groups, Os};

fact_request! {
    /// The names of groups.
    pub(super) GroupNames("server.Groups") {} -> Json;
}

/// Add or remove a group.
#[operation(example = r#"server.group(group = "deploy", gid = 1500, _sudo = True)"#)]
pub fn group(
    plan: &mut Plan,
    /// Its name.
    group: String,
    /// Whether it should be there.
    #[default(true)]
    present: bool,
    /// Whether it is a system group.
    #[default(false)]
    system: bool,
    /// Its number; the next free one when left out.
    gid: Option<Number>,
) -> Result<()> {
    let (groups, os) = known()?;
    let is_present = groups.contains(&group);
    if is_present == present {
        plan.note(format!(
            "group {group} {}",
            if present {
                "already exists"
            } else {
                "does not exist"
            }
        ));
        return Ok(());
    }
    let freebsd = os == "FreeBSD";
    let command = match (present, freebsd) {
        (false, true) => shell!("pw groupdel -n {group}"),
        (false, false) => shell!("groupdel {group}"),
        (true, true) => option(shell!("pw groupadd -n {group}"), "-g", gid.as_ref()),
        (true, false) => {
            let system = if system && !os.ends_with("BSD") {
                "-r "
            } else {
                ""
            };
            let name = if os.ends_with("BSD") { "-g" } else { "--gid" };
            option(shell!("groupadd {system:raw}{group}"), name, gid.as_ref())
        }
    };
    plan.run(command).predict(changed(&groups, &group, present));
    Ok(())
}

/// The names of groups, and what the system is called.
pub(super) fn known() -> Result<(Vec<String>, String)> {
    let (groups, os) = get_together((&GroupNames {}, &Os {}))?;
    // An object without keys stands for a list without items in some callers' languages.
    let groups = groups
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
        .map(str::to_owned)
        .collect();
    Ok((groups, os.unwrap_or_default()))
}

/// The list of groups with one more or less.
pub(super) fn changed(groups: &[String], group: &str, present: bool) -> Prediction {
    let mut after: Vec<&str> = groups
        .iter()
        .map(String::as_str)
        .filter(|name| *name != group)
        .collect();
    if present {
        after.push(group);
    }
    Prediction::value(&Groups {}, Json::from(after))
}

fn option(command: ShellText, name: &str, value: Option<&Number>) -> ShellText {
    match value {
        Some(Number(value)) => shell!("{command:text} {name:raw} {value}"),
        None => command,
    }
}

/// A number that may be written as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number(pub String);

impl Argument for Number {
    fn schema() -> Json {
        windlass_sdk::argument::schema_any_of(vec![u32::schema(), String::schema()])
    }

    fn decode(value: Json) -> Result<Self> {
        match value {
            Json::String(text) if !text.is_empty() && text.chars().all(|c| c.is_ascii_digit()) => {
                Ok(Self(text))
            }
            Json::String(text) => Err(Error::invalid_value(format!("`{text}` is no whole number"))),
            number => u32::decode(number).map(|number| Self(number.to_string())),
        }
    }

    fn encode(&self) -> Json {
        Json::from(self.0.as_str())
    }
}
