//! Commands and scripts.

use serde_json::Value as Json;
use windlass_sdk::prelude::*;

/// Run commands. They run every time: nothing can be known of what they change.
#[operation(
    idempotent = false,
    example = r#"server.shell(name = "Reload rules", commands = ["nft -f /etc/nftables.conf"], _sudo = True)"#
)]
pub fn shell(
    plan: &mut Plan,
    /// The commands, as shell text, one after another.
    commands: OneOrMany<String>,
) -> Result<()> {
    for command in commands {
        plan.run(ShellText::new().raw(&command));
    }
    Ok(())
}

/// Upload a script and run it. It runs every time.
#[operation(
    idempotent = false,
    example = r#"server.script(src = "files/setup.sh", args = ["--quick"])"#
)]
pub fn script(
    plan: &mut Plan,
    /// The script on the controller. Its first line says what runs it.
    src: LocalPath,
    /// What it is given.
    #[default([])]
    args: Vec<Json>,
) -> Result<()> {
    if local_files::stat(&src.0)?.is_none() {
        return Err(Error::new(ErrorKind::Io, format!("no such file: {src}")).at("src"));
    }
    let path = RemotePath::new(context::temp_path(&src.0));
    let args: Vec<String> = args.iter().map(plain).collect();
    plan.upload(Upload::new(Content::Local(src.0), path.as_str()));
    plan.run(shell!("chmod +x {path}"));
    if args.is_empty() {
        plan.run(shell!("{path}"));
    } else {
        plan.run(shell!("{path} {args:words}"));
    }
    Ok(())
}

/// An argument as text: numbers may be written as such.
fn plain(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;
    use windlass_sdk::ErrorKind;
    use windlass_sdk::testing::{LocalFile, TestHost};

    #[test]
    fn a_script_that_is_missing_is_an_error_before_anything_runs() {
        let args = json!({"src": "setup.sh", "args": ["a b", 2]});
        let plan =
            |host: &mut TestHost| host.run(|| crate::NAMESPACE.plan("server.script", args.clone()));
        assert_eq!(plan(&mut TestHost::new()).unwrap_err().kind, ErrorKind::Io);
        let planned =
            plan(&mut TestHost::new().file("setup.sh", LocalFile::new("#!/bin/sh\n"))).unwrap();
        let last = format!("{:?}", planned.steps.last().unwrap().action);
        assert!(last.contains("a b") && last.contains('2'), "{last}");
    }
}
