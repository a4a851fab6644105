//! The `[capabilities]` table of a manifest, or of another file that grants or caps them.

use std::collections::BTreeSet;

use windlass_engine::capability::{Capabilities, Program};

use crate::strict::{Fields, Found};

/// Reads a table of capabilities: what [`Capabilities`] has, by its names there.
pub fn read_capabilities(fields: &mut Fields<'_>) -> Option<Capabilities> {
    let programs = fields.tables("programs", program);
    let flag = |fields: &mut Fields<'_>, name| fields.flag(name).is_some_and(|found| found.value);
    let http = set(fields, "http", address);
    for found in fields.texts("connect") {
        fields.wrong(
            &found,
            "no interface of this version of windlass connects over TCP, so there is nothing to ask for; `http` and `programs` are what reaches other machines",
        );
    }
    Some(Capabilities {
        programs,
        http,
        read: set(fields, "read", folder),
        write: set(fields, "write", folder),
        env: set(fields, "env", variable),
        fact_shell: flag(fields, "fact-shell"),
        fact_command: flag(fields, "fact-command"),
        traffic: flag(fields, "traffic"),
        act: flag(fields, "act"),
        privilege: flag(fields, "privilege"),
    })
}

fn program(fields: &mut Fields<'_>) -> Option<Program> {
    let name = fields.required("name", |text| {
        let relative = text.contains('/') && !text.starts_with('/');
        if text.is_empty() || relative || text.contains('\0') {
            return Err(format!(
                "`{text}` is no program; it takes a name that is found in PATH, or an absolute path"
            ));
        }
        Ok(text.to_owned())
    });
    let commands = set(fields, "commands", |text| {
        let option = text.starts_with('-');
        (!option && !text.is_empty()).then_some(()).ok_or_else(|| {
            format!("`{text}` is no command of the program; options belong into `options`")
        })
    });
    let options = set(fields, "options", |text| {
        let dash = text.starts_with('-') && text != "-" && text != "--";
        dash.then_some(())
            .ok_or_else(|| format!("`{text}` is no option; options begin with `-`"))
    });
    Some(Program {
        name: name?.value,
        commands,
        options,
    })
}

fn set(
    fields: &mut Fields<'_>,
    name: &'static str,
    check: impl Fn(&str) -> Result<(), String>,
) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for found in fields.texts(name) {
        match check(&found.value) {
            Err(message) => fields.wrong(&found, message),
            Ok(()) => insert(fields, &mut all, found),
        }
    }
    all
}

fn insert(fields: &Fields<'_>, all: &mut BTreeSet<String>, found: Found<String>) {
    if all.contains(&found.value) {
        fields.wrong(&found, format!("`{}` stands here twice", found.value));
    }
    all.insert(found.value);
}

fn address(text: &str) -> Result<(), String> {
    let host = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    let good = host.is_some_and(|host| {
        !host.is_empty() && !host.contains(|c: char| "/?#@* ".contains(c) || c.is_control())
    });
    good.then_some(()).ok_or_else(|| {
        format!("`{text}` is no web address to allow; it takes scheme and host, and a port where needed, as `https://api.example.org`, and no path")
    })
}

fn folder(text: &str) -> Result<(), String> {
    let rooted = text.starts_with('/') || text.starts_with("~/");
    let above = text.split('/').any(|part| part == "..");
    if !rooted || above {
        return Err(format!(
            "`{text}` is no folder to allow; it takes an absolute path, or one from the home folder as `~/.kube`, without `..`"
        ));
    }
    Ok(())
}

fn variable(text: &str) -> Result<(), String> {
    let good = !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    good.then_some(())
        .ok_or_else(|| format!("`{text}` is no name of a variable"))
}
